//! Downloads: responses that are read as a stream of bytes.

use std::fmt;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};

use crate::{Error, ItemStream, transport::response::StreamingResponse};

/// A response whose body is read as a stream of bytes.
pub struct Download(pub(crate) StreamingResponse);

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("status", &self.status())
            .field("content_type", &self.content_type())
            .finish_non_exhaustive()
    }
}

impl Download {
    fn text(&self, name: reqwest::header::HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.0.response.status().as_u16()
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        self.0.response.headers()
    }

    /// Returns the media type that the server sent.
    pub fn content_type(&self) -> Option<&str> {
        self.text(CONTENT_TYPE)
    }

    /// Returns the file name that the server proposes (RFC 6266), without any folder.
    pub fn file_name(&self) -> Option<String> {
        file_name(self.text(CONTENT_DISPOSITION)?)
    }

    /// Returns the next chunk, or `None` at the end. Each wait for a chunk ends with the timeout of
    /// one attempt; the download as a whole may take as long as it needs.
    ///
    /// # Errors
    /// Returns an error if the connection breaks, or if no data arrives within the timeout of an
    /// attempt.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.chunk().await
    }

    /// Returns the chunks as a stream.
    pub fn into_stream(self) -> ItemStream<'static, Bytes> {
        Box::pin(
            stream::try_unfold(self, |mut download| async {
                Ok(download.chunk().await?.map(|chunk| (chunk, download)))
            })
            .fuse(),
        )
    }

    /// Returns everything that was not read yet, whatever its size.
    ///
    /// # Errors
    /// Returns an error if the connection breaks, or if no data arrives within the timeout of an
    /// attempt.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = bytes::BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

/// Returns the file name in a `Content-Disposition`. Django writes a name that is not ASCII as
/// `filename*=utf-8''...` (RFC 8187), which takes precedence over `filename`.
fn file_name(disposition: &str) -> Option<String> {
    let parameters = || {
        disposition
            .split(';')
            .skip(1)
            .filter_map(|p| p.split_once('='))
            .map(|(k, v)| (k.trim().to_ascii_lowercase(), v.trim()))
    };
    let find = |wanted: &str| {
        parameters()
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| value)
    };
    let extended = || {
        let (charset, text) = find("filename*")?.split_once('\'')?;
        let (_language, text) = text.split_once('\'')?;
        // Here `+` stands for itself, unlike in a form.
        let pair = format!("={}", text.replace('+', "%2B"));
        let (_, name) = url::form_urlencoded::parse(pair.as_bytes()).next()?;
        charset
            .eq_ignore_ascii_case("utf-8")
            .then(|| name.into_owned())
    };
    let name = extended().or_else(|| find("filename").map(|v| v.trim_matches('"').to_owned()))?;
    let name = name.rsplit(['/', '\\']).next()?.to_owned();
    (!name.is_empty() && name != "." && name != "..").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn download_names_proposed_by_servers_are_safe() {
        for (header, name) in [
            ("attachment; filename=\"a b.csv\"", Some("a b.csv")),
            ("attachment; FileName=a.csv; size=3", Some("a.csv")),
            (
                "attachment; filename=\"?.csv\"; filename*=UTF-8''bl%C3%A5%2B+.csv",
                Some("bl\u{e5}++.csv"),
            ),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename*=utf-8''..%2F..%5C..", None),
            ("attachment; filename=", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }
}
