//! Uploads: files to send.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use reqwest::multipart::Part;

#[cfg(not(target_family = "wasm"))]
use crate::transport::file;
use crate::{Error, transport::platform::OneShot};

/// A file to send as a part of `multipart/form-data`.
#[must_use]
pub struct Upload {
    name: String,
    content: Content,
    pub(super) content_type: Option<String>,
}

enum Content {
    Bytes(Bytes),
    /// A file, which is opened for each attempt.
    #[cfg(not(target_family = "wasm"))]
    File(std::path::PathBuf),
    Once(OneShot),
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

    /// Returns an upload of bytes in memory, with `name` as its file name.
    pub fn bytes(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(name, Content::Bytes(body.into()))
    }

    /// Returns an upload of anything that `reqwest` can send, such as a stream. It can be sent only
    /// once, so the call is not retried after something of it was read.
    pub fn body(name: impl Into<String>, body: impl Into<reqwest::Body>) -> Self {
        Self::new(name, Content::Once(OneShot::new(body.into())))
    }

    /// Returns an upload of a file, under its own name. It is read in pieces while it is sent, and
    /// opened again for each attempt.
    ///
    /// # Errors
    /// Returns an error with the path if there is no such file, or if it is not a regular file.
    #[cfg(not(target_family = "wasm"))]
    pub fn from_path(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        file::check(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self::new(name, Content::File(path.to_owned())))
    }

    /// Returns an upload that is read from a reader. It can be sent only once, so the call is not
    /// retried after something of it was read.
    #[cfg(not(target_family = "wasm"))]
    pub fn reader(
        name: impl Into<String>,
        reader: impl tokio::io::AsyncRead + Send + 'static,
    ) -> Self {
        Self::body(name, file::body(reader))
    }

    /// Returns an upload that is read from a blocking reader, on a thread for blocking work; for
    /// the blocking client. It can be sent only once, so the call is not retried after something of
    /// it was read.
    #[cfg(all(feature = "blocking", not(target_family = "wasm")))]
    pub fn read(name: impl Into<String>, reader: impl std::io::Read + Send + 'static) -> Self {
        Self::body(name, file::blocking_body(reader))
    }

    /// Sets the media type of the part. By default it has none, and the server goes by the file
    /// name.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.content_type = Some(media.into());
        self
    }

    /// Returns whether the content was sent already and cannot be sent again.
    pub(super) fn is_spent(&self) -> bool {
        matches!(&self.content, Content::Once(body) if body.is_spent())
    }

    /// Builds the part of a form, without its media type. Content that can be sent only once is
    /// moved into it.
    pub(super) async fn part(&mut self) -> Result<Part, Error> {
        if is_nameless(&self.name) {
            return Err(Error::invalid(
                "a file to upload needs a name, other than dots and a folder's",
            ));
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
        Ok(part.file_name(in_header(&self.name).into_owned()))
    }
}

/// Returns whether Django drops a file of this name, without an error: it keeps what can be printed
/// of the last part of a path, unless that is nothing or dots.
fn is_nameless(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Line ends and quotes are sent as `%0D`, `%0A` and `%22`; Rust escapes what Python does.
    let is_sent = |c: &char| matches!(c, '\r' | '\n' | '"' | '\'') || c.is_alphanumeric();
    let printed = last
        .chars()
        .filter(|c| is_sent(c) || c.escape_debug().len() == 1);
    matches!(printed.collect::<String>().as_str(), "" | "." | "..")
}

#[cfg(not(target_family = "wasm"))]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream_with_length(bytes.clone(), bytes.len() as u64)
}

#[cfg(target_family = "wasm")]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream(bytes.clone())
}

/// Returns a name as it is written into the header of a part: RFC 7578, 4.2, as browsers do it
/// (WHATWG HTML, "multipart form data").
#[cfg(not(target_family = "wasm"))]
pub(super) fn in_header(name: &str) -> Cow<'_, str> {
    if !name.contains(['\r', '\n', '"']) {
        return name.into();
    }
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22").into()
}

/// `FormData` does this itself.
#[cfg(target_family = "wasm")]
pub(super) fn in_header(name: &str) -> Cow<'_, str> {
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_which_nothing_is_kept_is_none() {
        for name in ["", ".", "..", "a/", "a\\", "a/..", "\u{200b}"] {
            assert!(is_nameless(name), "{name:?}");
        }
        for name in [
            "a", "..a", "/a", "\\a", "\r", "\n", "\"", "'", "\u{345}", "\u{e9}", " ",
        ] {
            assert!(!is_nameless(name), "{name:?}");
        }
    }
}
