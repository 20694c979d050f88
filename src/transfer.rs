//! Files on their way up and down.

use std::{borrow::Cow, fmt, path::Path};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap},
    multipart::{Form, Part},
};

use crate::{Error, send::Open};

/// A file to send as a part of `multipart/form-data`.
pub struct Upload {
    name: String,
    body: Content,
    content_type: Option<String>,
}

enum Content {
    Bytes(Bytes),
    /// Gone once it was sent.
    Stream(Option<reqwest::Body>),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Upload {
    /// From bytes in memory.
    pub fn bytes(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { name: name.into(), body: Content::Bytes(body.into()), content_type: None }
    }

    /// From anything that `reqwest` can send, a stream for example.
    pub fn body(name: impl Into<String>, body: impl Into<reqwest::Body>) -> Self {
        Self { name: name.into(), body: Content::Stream(Some(body.into())), content_type: None }
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

/// A body of `multipart/form-data`.
#[derive(Default)]
pub(crate) struct Parts(Vec<(Cow<'static, str>, Field)>);

enum Field {
    Text(String),
    File(Upload),
}

impl Parts {
    pub fn text(&mut self, name: Cow<'static, str>, value: String) {
        self.0.push((name, Field::Text(value)));
    }

    pub fn file(&mut self, name: Cow<'static, str>, file: Upload) -> Result<(), Error> {
        if let Some(media) = &file.content_type {
            Part::text("").mime_str(media).map_err(|_| Error::invalid(format!("{name}: `{media}` is no media type")))?;
        }
        self.0.push((name, Field::File(file)));
        Ok(())
    }

    /// Is everything there to be sent (again)?
    pub fn is_whole(&self) -> bool {
        !self.0.iter().any(|(_, f)| matches!(f, Field::File(Upload { body: Content::Stream(None), .. })))
    }

    /// The body; streams leave for good.
    pub fn form(&mut self) -> Result<Form, Error> {
        self.0.iter_mut().try_fold(Form::new(), |form, (name, field)| {
            let name = name.clone();
            Ok(match field {
                Field::Text(value) => form.text(name, value.clone()),
                Field::File(file) => form.part(name, file.part()?),
            })
        })
    }
}

impl Upload {
    fn part(&mut self) -> Result<Part, Error> {
        let part = match &mut self.body {
            Content::Bytes(bytes) => Part::stream_with_length(bytes.clone(), bytes.len() as u64),
            Content::Stream(body) => Part::stream(body.take().ok_or_else(|| Error::invalid("a stream can be sent only once"))?),
        };
        let part = part.file_name(self.name.clone());
        match &self.content_type {
            Some(media) => part.mime_str(media).map_err(|_| Error::invalid("no media type")),
            None => Ok(part),
        }
    }
}

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
