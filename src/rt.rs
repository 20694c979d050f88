//! What generated code and the `autopi` command call. Not part of the public interface: it may
//! change with any release.

pub use secrecy::ExposeSecret;
pub use serde;

#[cfg(feature = "blocking")]
pub use crate::transport::block::wait;
pub use crate::{
    call::{
        builder::Call,
        operation::{Argument, Operation},
        resend::resend,
    },
    codec::{
        nullable::sealed,
        record::{Fields, Member, Placeholder, Record, debug, read, write},
        redact::{Redact, debug_variant},
        style::{Format, Place, Style},
        union::{Alternative, Shape, Source, Tag, Union, kind, of, put, read_union},
        validate::{Check, Violation, Violations, members},
    },
    pagination::params::PageParams,
    privacy::{
        escape::{Shown, hidden, shown},
        secret,
    },
    transport::future::{CallFuture, ItemStream},
};

#[cfg(not(target_family = "wasm"))]
pub use crate::auth::profile::{
    Profile, of_environment as credentials_of_environment, path as profiles_path, profiles,
};

/// Returns when a session ends, if its JWT says so.
pub fn expiry(jwt: &str) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(crate::auth::session::claim(jwt.trim(), "exp")?).ok()
}

/// Decodes the body of a response as a call does; for benches.
pub fn decode<T: serde::de::DeserializeOwned>(body: bytes::Bytes) -> Result<T, crate::Error> {
    crate::transport::response::decode(200, body, None)
}

/// Reads any JSON. A number that 64 bits do not hold, and Python's `NaN` and `Infinity`, become
/// texts.
pub fn any_json(text: &[u8]) -> Option<serde_json::Value> {
    let read = crate::codec::decode::read_any(text);
    read.ok().map(|crate::codec::any::Any(value)| value)
}

/// Returns the text of an error without its advice for programs in Rust, for the users of a
/// program.
pub fn without_advice(error: &crate::Error) -> String {
    error.without_advice()
}

/// Returns whether a JSON text has a number that changes when it is read as an `i64`, `u64` or
/// `f64`.
pub fn loses_digits(json: &[u8]) -> bool {
    crate::codec::digits::any_lost(json)
}

/// Returns the `Authorization` header that a call would be sent with now; logs in if there is no
/// session.
pub async fn authorization(client: &crate::Client) -> Result<secrecy::SecretString, crate::Error> {
    use crate::transport::core::Authorization;
    let header = match client.core.authorizer.authorization(&client.core, None) {
        Authorization::Fixed(header) => header,
        Authorization::Pending(header) => header.await?,
    };
    Ok(header.to_str().unwrap_or_default().to_owned().into())
}
