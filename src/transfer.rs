//! Files on their way up and down.

use std::{fmt, path::Path};

use bytes::Bytes;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};

use crate::Error;

/// A file to send as a part of `multipart/form-data`.
pub struct Upload {
    pub(crate) name: String,
    pub(crate) body: reqwest::Body,
    pub(crate) content_type: Option<String>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Upload {
    /// From bytes in memory.
    pub fn bytes(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { name: name.into(), body: body.into().into(), content_type: None }
    }

    /// From anything that `reqwest` can send, a stream for example.
    pub fn body(name: impl Into<String>, body: impl Into<reqwest::Body>) -> Self {
        Self { name: name.into(), body: body.into(), content_type: None }
    }

    /// From a file, read at once.
    ///
    /// # Errors
    /// What the file system says, with the path.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let body = std::fs::read(path).map_err(|e| Error::configuration(format!("cannot read the file to upload {}: {e}", path.display())))?;
        Ok(Self::bytes(path.file_name().unwrap_or_default().to_string_lossy(), body))
    }

    /// The media type of the part.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.content_type = Some(media.into());
        self
    }
}

/// An answer as a stream of bytes.
#[derive(Debug)]
pub struct Download {
    pub(crate) response: reqwest::Response,
}

impl Download {
    fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<&str> {
        headers.get(name)?.to_str().ok()
    }

    /// The media type, as the server says.
    pub fn content_type(&self) -> Option<&str> {
        Self::header(self.response.headers(), CONTENT_TYPE)
    }

    /// The name that the server proposes (RFC 6266), without any folder.
    pub fn file_name(&self) -> Option<String> {
        let text = Self::header(self.response.headers(), CONTENT_DISPOSITION)?;
        let (_, name) = text.split_once("filename=")?;
        let name = name.split(';').next()?.trim().trim_matches('"');
        let name = name.rsplit(['/', '\\']).next()?;
        (!name.is_empty() && name != "." && name != "..").then(|| name.to_owned())
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.response.chunk().await.map_err(Error::transport)
    }

    /// All of it.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.response.bytes().await.map_err(Error::transport)
    }
}
