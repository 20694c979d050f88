//! One request and its attempts: limits, retries, timeouts, redirects, hooks, traces. It knows neither accounts nor operations.

pub(crate) mod address;
pub(crate) mod hooks;
pub(crate) mod limits;
pub(crate) mod platform;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod process;
pub(crate) mod redirect;
pub(crate) mod retry;
pub(crate) mod send;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod timer;
pub(crate) mod trace;
pub(crate) mod upload;
