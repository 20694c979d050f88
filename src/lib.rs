#![doc = include_str!("../README.md")]
//!
//! ## In this crate
//!
//! [`Client`] has one method for each operation ([`areas`] lists them). The method returns a
//! builder: `send` makes the call, `stream` and `pages` follow a list to its end. The types of
//! requests and responses are in [`types`], the builders in [`builder`].
//!
//! | for | see |
//! | --- | --- |
//! | credentials, timeouts, limits, proxies | [`ClientBuilder`] |
//! | options of a single call | [`CallOptions`] |
//! | lists, and items that did not decode | [`Page`], [`Cursor`] |
//! | what went wrong | [`Error`] |
//! | any other path | [`Client::request`] |
//! | commands on a device, and their results | [`Command`], [`webhook`] |
//! | files | [`Upload`], [`Download`] |
//! | tests of your own program | [`testing`] |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod client;
mod codec;
mod device;
mod error;
#[cfg(feature = "schemars")]
mod json_schema;
mod pagination;
mod privacy;
#[cfg(feature = "progenitor")]
pub mod progenitor;
pub mod testing;
mod transport;

#[doc(hidden)]
#[allow(missing_docs)]
pub mod rt;

#[allow(
    deprecated,
    clippy::all,
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
pub use ::reqwest::{self, Method};
pub use auth::credentials::{Credentials, CredentialsProvider};
pub use auth::mfa::Mfa;
#[cfg(feature = "blocking")]
pub use blocking::Blocking;
pub use call::download::Download;
pub use call::options::CallOptions;
pub use call::raw::RawRequest;
pub use client::{
    builder::ClientBuilder,
    handle::{Async, Client},
};
pub use codec::nullable::{IntoNullable, IntoValue};
pub use codec::open_enum::UnknownValue;
pub use codec::time::{Date, TimeError, Timestamp};
pub use codec::unknown::UnknownMembers;
pub use codec::values::{Decimal, DeviceId, Json, UnitId};
pub use device::{
    command::{Command, CommandTarget},
    job::{CommandJob, CommandOutcome},
    webhook,
};
pub use error::{Error, ErrorKind};
pub use generated::*;
pub use jiff;
pub use pagination::cursor::Cursor;
pub use pagination::page::{ItemError, Page};
pub use rust_decimal;
#[cfg(feature = "schemars")]
pub use schemars;
pub use secrecy::SecretString;
pub use serde_json;
pub use transport::hooks::{CallInfo, ClientHooks, Next};
pub use transport::retry::RetryPolicy;
pub use transport::upload::Upload;
pub use transport::{
    future::{CallFuture, ItemStream},
    response::Response,
};
pub use uuid::Uuid;
