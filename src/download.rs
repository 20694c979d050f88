//! Files on their way down.

use std::fmt;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};

use crate::{Error, send::Open};

/// An answer as a stream of bytes.
pub struct Download(pub(crate) Open);

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("status", &self.status()).field("content_type", &self.content_type()).finish_non_exhaustive()
    }
}

impl Download {
    fn text(&self, name: reqwest::header::HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.response.status().as_u16()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.response.headers()
    }

    /// The media type, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        self.text(CONTENT_TYPE)
    }

    /// The name that the server proposes (RFC 6266), without any folder.
    pub fn file_name(&self) -> Option<String> {
        let (_, name) = self.text(CONTENT_DISPOSITION)?.split_once("filename=")?;
        let name = name.split(';').next()?.trim().trim_matches('"');
        let name = name.rsplit(['/', '\\']).next()?;
        (!name.is_empty() && name != "." && name != "..").then(|| name.to_owned())
    }

    /// The next piece; `None` at the end. Each wait ends with the client's time-out for one try; all of it may take as long as it must.
    ///
    /// # Errors
    /// The connection broke, or nothing came for too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.chunk().await
    }

    /// The pieces as a stream.
    pub fn into_stream(self) -> crate::Streaming<'static, Bytes> {
        Box::pin(stream::try_unfold(self, |mut download| async { Ok(download.chunk().await?.map(|chunk| (chunk, download))) }).fuse())
    }

    /// All of it, whatever its size.
    ///
    /// # Errors
    /// The connection broke, or nothing came for too long.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = bytes::BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}
