//! Explains why there is no response: name resolution, connection, TLS, or a later failure.

use std::{error::Error, io, iter::successors};

/// Returns what the error means, and its first cause. The text holds no URL, and nothing from the
/// server that a terminal would obey.
#[cold]
pub(crate) fn explain(error: &reqwest::Error) -> String {
    let causes = || successors(error.source(), |&cause| next(cause));
    let cause = causes().last().map(ToString::to_string).unwrap_or_default();
    let says = |text: &str| causes().any(|cause| cause.to_string().starts_with(text));
    let io = |kinds: &[io::ErrorKind]| {
        let kind = |cause: &(dyn Error + 'static)| cause.downcast_ref().map(io::Error::kind);
        causes().filter_map(kind).any(|kind| kinds.contains(&kind))
    };
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, InvalidData,
        UnexpectedEof,
    };
    let connect = is_connect(error);
    let what = match () {
        () if connect && error.is_timeout() => {
            return "no connection in time (connect timeout)".into();
        }
        () if error.is_timeout() => {
            return "no response in time (a timeout of the HTTP client's own)".into();
        }
        () if says("dns error") => {
            "the host's name can't be resolved: check the base URL and the network"
        }
        () if says("tunnel error") => "the proxy does not let the connection through",
        () if io(&[ConnectionRefused]) => {
            "the connection is refused: does the server, or the proxy, run where the base URL says?"
        }
        // An error of rustls is wrapped in an error of the connection.
        () if connect && io(&[InvalidData, UnexpectedEof]) => {
            "no TLS with the server: is it https, and its certificate one that is trusted?"
        }
        () if connect => "no connection to the server: check the base URL and the network",
        () if io(&[ConnectionReset, ConnectionAborted, BrokenPipe]) => "the connection was reset",
        () if says("error reading a body from connection") => "the response broke off",
        () if error.is_builder() => "the request can't be sent",
        () if error.is_decode() => "the compressed body of the response is damaged",
        () => "the connection broke",
    };
    let cause: String = cause.chars().take(300).collect();
    match cause.as_str() {
        "" => what.to_owned(),
        cause => format!("{what} ({})", cause.escape_debug()),
    }
}

/// Returns the next source. `io::Error::source` skips the error that it wraps.
fn next<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>() {
        Some(wrapper) => wrapper.get_ref().map(|inner| inner as _),
        None => cause.source(),
    }
}

#[cfg(not(target_family = "wasm"))]
fn is_connect(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// `fetch` does not tell why it failed.
#[cfg(target_family = "wasm")]
fn is_connect(_: &reqwest::Error) -> bool {
    false
}
