//! One request and its attempts: limits, retries, timeouts, redirects, hooks, traces. This layer
//! knows neither accounts nor operations.

pub(crate) mod address;
pub(crate) mod attempt;
#[cfg(feature = "blocking")]
pub(crate) mod block;
pub(crate) mod budget;
mod build;
pub(crate) mod clock;
pub(crate) mod core;
mod encoding;
#[cfg(not(target_family = "wasm"))]
mod file;
pub(crate) mod framing;
pub(crate) mod future;
#[cfg(all(feature = "gzip", not(target_family = "wasm")))]
mod gzip;
pub(crate) mod hooks;
mod html;
pub(crate) mod limits;
pub(crate) mod multipart;
pub(crate) mod platform;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod process;
pub(crate) mod reading;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod retry_after;
pub(crate) mod send;
pub(crate) mod streaming;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod timer;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod tls;
pub(crate) mod trace;
pub(crate) mod upload;
