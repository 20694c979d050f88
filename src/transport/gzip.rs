//! Bodies in gzip. The HTTP client's own decoder would read the first member of several only (RFC
//! 1952, 2.2), and only if the name is in lower case.

use std::io;

use async_compression::tokio::bufread::GzipDecoder;
use futures_util::{TryStreamExt, future::Either, stream};
use reqwest::{
    Body, Response,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, RANGE},
};
use tokio::io::AsyncBufReadExt;
use tokio_util::io::StreamReader;

use crate::transport::{encoding::encodings, file};

/// Asks for gzip, unless the request names encodings or asks for a part.
pub(super) fn ask(headers: &mut HeaderMap) {
    if !headers.contains_key(RANGE) {
        let gzip = HeaderValue::from_static("gzip");
        headers.entry(ACCEPT_ENCODING).or_insert(gzip);
    }
}

/// Returns whether the body is in gzip, by either of its names (RFC 9110, 8.4.1.3).
pub(super) fn is_used(headers: &HeaderMap) -> bool {
    matches!(&encodings(headers)[..], [name] if name == "gzip" || name == "x-gzip")
}

/// Returns the body without gzip.
pub(super) fn body(response: Response) -> Body {
    let bytes = response.bytes_stream().map_err(io::Error::other);
    let mut bytes = Box::pin(StreamReader::new(bytes));
    let decoded = async move {
        // To the decoder, an empty body is one that breaks off.
        Ok::<_, io::Error>(match bytes.fill_buf().await? {
            [] => Either::Left(stream::empty()),
            _ => {
                let mut decoder = GzipDecoder::new(bytes);
                decoder.multiple_members(true);
                Either::Right(file::pieces(decoder))
            }
        })
    };
    Body::wrap_stream(stream::once(decoded).try_flatten())
}
