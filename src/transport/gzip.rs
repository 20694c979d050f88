//! Bodies in gzip. The HTTP client's own decoder would read the first member of several only (RFC
//! 1952, 2.2), and only if the name is in lower case.

use std::io;

use async_compression::tokio::bufread::GzipDecoder;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt, future::Either, stream};
use reqwest::{
    Body, Response,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, RANGE},
};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio_util::io::StreamReader;

use crate::transport::{encoding::encodings, file};

/// What a member begins with (RFC 1952, 2.3.1).
const MAGIC: u8 = 0x1f;

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
            _ => Either::Right(members(bytes)),
        })
    };
    Body::wrap_stream(stream::once(decoded).try_flatten())
}

/// Returns what the members of a gzip file hold, in pieces. Zeros behind the last one are padding,
/// as for gzip(1); the decoder for several members would refuse them.
fn members(
    bytes: impl AsyncBufRead + Send + Unpin + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(GzipDecoder::new(bytes), |mut decoder| async move {
        let mut piece = BytesMut::with_capacity(file::PIECE);
        while decoder.read_buf(&mut piece).await? == 0 {
            let (mut bytes, mut is_padded) = (decoder.into_inner(), false);
            decoder = loop {
                match bytes.fill_buf().await? {
                    [] => return Ok(None),
                    [MAGIC, ..] if !is_padded => break GzipDecoder::new(bytes),
                    padding if padding.iter().all(|b| *b == 0) => {
                        let length = padding.len();
                        bytes.consume(length);
                        is_padded = true;
                    }
                    _ => return Err(io::Error::other("other bytes are behind it")),
                }
            };
        }
        Ok(Some((piece.freeze(), decoder)))
    })
}
