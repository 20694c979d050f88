//! The bodies of responses, in gzip or not. The HTTP client's own decoder would read the first
//! member of several only (RFC 1952, 2.2).

use std::{
    fmt,
    io::{self, Read},
};

use flate2::bufread::GzDecoder;
use reqwest::{Response, header::HeaderMap};

use crate::encoding::encodings;

/// The reason why a body cannot be read.
pub enum Fault {
    /// The body is larger than this limit, compressed or decoded.
    TooLarge(usize),
    /// The connection broke, or the time was over, after this many bytes.
    Broken(reqwest::Error, usize),
    /// The body is damaged gzip, or ends too early.
    Damaged(io::Error),
    /// The body is in an encoding other than gzip.
    Encoded(String),
}

impl Fault {
    /// Returns whether another attempt may succeed: what takes all the time is not asked for again.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Broken(e, _) => !e.is_timeout(),
            Self::Damaged(e) => e.kind() == io::ErrorKind::UnexpectedEof,
            Self::TooLarge(_) | Self::Encoded(_) => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(limit) => write!(f, "larger than {} MiB", limit >> 20),
            Self::Broken(e, n) if e.is_timeout() => {
                write!(f, "incomplete after the timeout: {n} bytes were received")
            }
            Self::Broken(e, n) => write!(f, "the connection broke after {n} bytes: {e}"),
            Self::Damaged(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("the compressed body breaks off")
            }
            Self::Damaged(e) => write!(f, "the compressed body is damaged: {e}"),
            Self::Encoded(name) => {
                let name = autopi_codegen::escape::line(name);
                write!(f, "the body is encoded as `{name}`, which is not decoded")
            }
        }
    }
}

/// Reads the body of a response, decoded: at most `limit` bytes. `received` is given how many bytes
/// have come.
pub async fn read(
    mut response: Response,
    limit: usize,
    mut received: impl FnMut(usize),
) -> Result<Vec<u8>, Fault> {
    let is_gzip = is_gzip(response.headers())?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| Fault::Broken(e.without_url(), bytes.len()))?
    {
        bytes.extend_from_slice(&chunk);
        received(chunk.len());
        if bytes.len() > limit {
            return Err(Fault::TooLarge(limit));
        }
    }
    // To the decoder, an empty body is one that breaks off.
    if is_gzip && !bytes.is_empty() {
        bytes = decoded(&bytes, limit)?;
    }
    Ok(bytes)
}

/// What a member of gzip begins with (RFC 1952, 2.3.1).
const MAGIC: [u8; 2] = [0x1f, 0x8b];

fn decoded(mut bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    loop {
        let most = (limit + 1 - out.len()) as u64;
        let mut member = GzDecoder::new(bytes).take(most);
        member.read_to_end(&mut out).map_err(Fault::Damaged)?;
        if out.len() > limit {
            return Err(Fault::TooLarge(limit));
        }
        bytes = member.into_inner().into_inner();
        // Zeros behind the last member are padding, also to gzip(1).
        if bytes.iter().all(|b| *b == 0) {
            return Ok(out);
        }
        // To the decoder, a few bytes are a member that breaks off.
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
            let fault = "other bytes are behind it";
            return Err(Fault::Damaged(io::Error::new(
                io::ErrorKind::InvalidData,
                fault,
            )));
        }
    }
}

/// Returns whether a body is in gzip, by either of its names (RFC 9110, 8.4.1.3).
fn is_gzip(headers: &HeaderMap) -> Result<bool, Fault> {
    let names = encodings(headers);
    match &names[..] {
        [] => Ok(false),
        [name] if name == "gzip" || name == "x-gzip" => Ok(true),
        names => Err(Fault::Encoded(names.join(", ").chars().take(60).collect())),
    }
}
