//! Files to send.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use reqwest::multipart::Part;

use crate::Error;
#[cfg(not(target_family = "wasm"))]
use crate::transport::file;

/// A file to send as a part of `multipart/form-data`.
pub struct Upload {
    name: String,
    content: Content,
    pub(super) content_type: Option<String>,
}

enum Content {
    Bytes(Bytes),
    /// Opened for each attempt.
    #[cfg(not(target_family = "wasm"))]
    File(std::path::PathBuf),
    /// Gone once it was sent.
    Once(Option<reqwest::Body>),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Upload {
    fn new(name: impl Into<String>, content: Content) -> Self {
        Self {
            name: name.into(),
            content,
            content_type: None,
        }
    }

    /// Returns an upload of bytes in memory, under the name that the file shall have.
    pub fn bytes(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(name, Content::Bytes(body.into()))
    }

    /// Returns an upload of anything that `reqwest` can send, a stream for example. It can be sent only once: the call is not repeated.
    pub fn body(name: impl Into<String>, body: impl Into<reqwest::Body>) -> Self {
        Self::new(name, Content::Once(Some(body.into())))
    }

    /// Returns an upload of a file. It is read piece by piece while it is sent, and opened again for each attempt.
    ///
    /// # Errors
    /// Returns an error with the path if there is no such file, or if it is no regular one.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_path(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        file::check(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self::new(name, Content::File(path.to_owned())))
    }

    /// Returns an upload of what a reader gives. It can be sent only once: the call is not repeated.
    #[cfg(not(target_family = "wasm"))]
    pub fn reader(
        name: impl Into<String>,
        reader: impl tokio::io::AsyncRead + Send + 'static,
    ) -> Self {
        Self::body(name, file::body(reader))
    }

    /// Returns an upload of what a blocking reader gives, for the blocking client: it is read on a thread for work that blocks. It can be sent only once: the call is
    /// not repeated.
    #[cfg(all(feature = "blocking", not(target_family = "wasm")))]
    pub fn read(name: impl Into<String>, reader: impl std::io::Read + Send + 'static) -> Self {
        Self::body(name, file::blocking_body(reader))
    }

    /// Sets the media type of the part. By default it has none, and the server goes by the name.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.content_type = Some(media.into());
        self
    }

    /// Returns whether it was sent, and can't be sent again.
    pub(super) fn is_spent(&self) -> bool {
        matches!(self.content, Content::Once(None))
    }

    /// Returns the part of a form; what can be sent only once leaves for good.
    pub(super) async fn part(&mut self) -> Result<Part, Error> {
        if self.name.is_empty() {
            // As Django does: it drops a file that has none.
            return Err(Error::invalid("a file to upload needs a name"));
        }
        let part = match &mut self.content {
            Content::Bytes(bytes) => of_bytes(bytes),
            #[cfg(not(target_family = "wasm"))]
            Content::File(path) => file::part(path).await?,
            Content::Once(body) => Part::stream(
                body.take()
                    .ok_or_else(|| Error::invalid("a stream can be sent only once"))?,
            ),
        };
        let part = part.file_name(in_header(&self.name).into_owned());
        match &self.content_type {
            Some(media) => part
                .mime_str(media)
                .map_err(|_| Error::invalid("no media type")),
            None => Ok(part),
        }
    }
}

#[cfg(not(target_family = "wasm"))]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream_with_length(bytes.clone(), bytes.len() as u64)
}

#[cfg(target_family = "wasm")]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream(bytes.clone())
}

/// A name as the header of a part holds it: RFC 7578, 4.2, and as browsers write it (WHATWG HTML, "multipart form data").
#[cfg(not(target_family = "wasm"))]
pub(super) fn in_header(name: &str) -> Cow<'_, str> {
    if !name.contains(['\r', '\n', '"']) {
        return name.into();
    }
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22").into()
}

/// `FormData` does it.
#[cfg(target_family = "wasm")]
pub(super) fn in_header(name: &str) -> Cow<'_, str> {
    name.into()
}
