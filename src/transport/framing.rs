//! Headers that no document and no caller sets. xtask compiles this file too.

/// Headers that frame a message or belong to the connection (RFC 9110, 7.2, 7.6.1 and 8.6): HTTP
/// itself writes them.
pub const FRAMING: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
