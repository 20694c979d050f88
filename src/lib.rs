//! A typed client for the AutoPi cloud REST API, generated from the API's own document.
//!
//! [`Client`] has one method an operation; it gives a builder whose `send` makes the call, and whose `stream` or `pages` follow a list to its end. Request and
//! answer types are in [`types`], the builders in [`builder`].
//!
//! | for | see |
//! | --- | --- |
//! | who calls, time-outs, limits, proxies | [`ClientBuilder`] |
//! | one call that is different | [`CallOptions`] |
//! | lists, and items that did not decode | [`Page`], [`Cursor`] |
//! | what went wrong | [`Error`] |
//! | any other path | [`Client::request`] |
//! | commands on a device, and what comes back | [`Command`], [`webhook`] |
//! | files | [`Upload`], [`Download`] |
//!
//! Features: one for each area of the API, `full` for all of them, and `blocking` for the same calls without async. For `wasm32-unknown-unknown` what can't work in
//! a browser is left out (files, profiles, `blocking`).
#![warn(missing_docs)]

mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
#[allow(missing_docs)] // most of it is `rt`, hidden
mod call;
#[allow(missing_docs)]
mod check;
mod client;
mod command;
mod digits;
mod download;
mod error;
mod escape;
mod finite;
mod hooks;
mod host;
mod lenient;
mod limits;
mod login;
mod mfa;
mod nullable;
mod open_enum;
mod options;
mod page;
mod pages;
mod place;
#[cfg(not(target_family = "wasm"))]
mod process;
#[cfg(not(target_family = "wasm"))]
mod profile;
mod raw;
#[allow(missing_docs)]
mod record;
mod redact;
mod redirect;
mod retry;
#[allow(dead_code)] // xtask needs more of it
mod secret;
mod send;
mod shown;
#[allow(missing_docs)]
mod style;
pub mod testing;
mod time;
#[cfg(not(target_family = "wasm"))]
mod timer;
mod trace;
mod transport;
#[allow(missing_docs)]
mod union;
mod upload;
mod values;
pub mod webhook;

#[doc(hidden)]
#[allow(missing_docs)]
pub mod rt;

#[allow(
    missing_docs,
    deprecated,
    clippy::all,
    rustdoc::all,
    unused,
    nonstandard_style,
    uncommon_codepoints,
    confusable_idents,
    mixed_script_confusables
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub use ::bytes::Bytes;
pub use auth::{Credentials, CredentialsProvider};
#[cfg(feature = "blocking")]
pub use blocking::Blocking;
pub use call::{Async, Response, Sending, Streaming};
pub use client::{Client, ClientBuilder};
pub use command::{Command, CommandJob, CommandOutcome, CommandTarget};
pub use download::Download;
pub use error::{Error, ErrorKind};
pub use generated::*;
pub use hooks::{CallInfo, ClientHooks};
pub use jiff;
pub use mfa::Mfa;
pub use nullable::{IntoNullable, IntoValue};
pub use open_enum::UnknownValue;
pub use options::CallOptions;
pub use page::{ItemError, Page};
pub use pages::Cursor;
pub use raw::RawRequest;
pub use reqwest::Method;
pub use retry::RetryPolicy;
pub use secrecy::SecretString;
pub use serde_json;
pub use time::{Date, TimeError, Timestamp};
pub use upload::Upload;
pub use uuid::Uuid;
pub use values::{Decimal, DeviceId, Json, UnitId};
