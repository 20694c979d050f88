//! HTTP: requests and responses.

mod admin;
mod admission;
pub mod auth;
pub mod body;
mod cache;
mod charset;
mod commands;
mod fault_response;
pub mod faults;
pub mod form;
pub mod host;
pub mod json;
pub mod json_error;
pub mod log;
mod multipart;
mod operation;
mod page;
mod parameters;
pub mod portal;
pub mod render;
pub mod replay;
pub mod response;
pub mod root;
pub mod server;
mod session;
mod view;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, Uri};

use self::{cache::Cache, faults::Faults, log::Log, replay::Recording, response::CachedResponse};
use crate::{Wire, handlers::Resources, spec::Spec, state::commands::Commands, util::clock::Clock};

pub struct Api {
    /// The served document.
    pub document: CachedResponse,
    /// The document that requests are validated by, and that responses look like.
    pub served: Arc<Spec>,
    /// The document that data is made from, with what is known from the wire.
    pub backing: Arc<Spec>,
    pub wire: Wire,
    pub resources: Resources,
    pub clock: Clock,
    pub faults: Faults,
    pub log: Log,
    pub recording: Recording,
    pub commands: Commands,
    pub settings: Settings,
    pub cache: Cache,
    /// The times of recent requests by credentials, if there is a rate limit.
    pub window: Mutex<HashMap<String, VecDeque<i64>>>,
}

#[derive(Debug, Default)]
pub struct Settings {
    /// The lifetime of a JWT in seconds.
    pub token_lifetime: i64,
    pub mfa: Option<String>,
    /// The number of requests that are allowed in a period.
    pub rate_limit: Option<(u32, Duration)>,
    /// Path prefixes that the account is not allowed to see.
    pub forbidden: Vec<String>,
    /// The timeout for the body of a request.
    pub body_timeout: Duration,
    /// Hosts that requests may name besides loopback.
    pub allowed_hosts: Vec<String>,
}

/// A request that passed authentication and the rate limit.
pub struct AdmittedRequest<'a> {
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    /// Seconds that the clock is ahead for this request.
    pub skew: i64,
    pub token: String,
}
