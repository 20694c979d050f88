//! Downloads: responses that are read as a stream of bytes.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};

use crate::{Error, ItemStream, privacy::escape, transport::streaming::StreamingResponse};

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
        // A server may send UTF-8 as it is.
        std::str::from_utf8(self.headers().get(name)?.as_bytes()).ok()
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
        Box::pin(stream::try_unfold(self, |mut download| async {
            Ok(download.chunk().await?.map(|chunk| (chunk, download)))
        }))
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
    let parameters = parameters(disposition);
    let find = |wanted: &str| parameters.iter().find(|(k, _)| k == wanted).map(|(_, v)| v);
    let extended = || {
        let (charset, text) = find("filename*")?.split_once('\'')?;
        let (_language, text) = text.split_once('\'')?;
        let text = percent_decode_str(text);
        match charset.to_ascii_lowercase().as_str() {
            "utf-8" => text.decode_utf8().ok().map(Cow::into_owned),
            "iso-8859-1" => Some(text.map(char::from).collect()),
            _ => None,
        }
    };
    let name = extended().or_else(|| find("filename").cloned())?;
    // Joiners are part of words and of emoji.
    let shown = |c: &char| !escape::hidden(*c) || matches!(c, '\u{200c}' | '\u{200d}');
    let name: String = name
        .rsplit(['/', '\\'])
        .next()?
        .chars()
        .filter(shown)
        .collect();
    (!matches!(name.trim(), "" | "." | "..")).then_some(name)
}

/// Returns the parameters of a header, their values without quotes.
fn parameters(header: &str) -> Vec<(String, String)> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = header.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted && matches!(chars.peek(), Some('"' | '\\')) => part.extend(chars.next()),
            '"' => quoted = !quoted,
            ';' if !quoted => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    let parts = parts.iter().skip(1).filter_map(|part| part.split_once('='));
    let parts = parts.map(|(k, v)| (k.trim().to_ascii_lowercase(), v.trim().to_owned()));
    parts.collect()
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
            ("attachment; filename=\"a;b=c.csv\"; x=y", Some("a;b=c.csv")),
            (r#"attachment; filename="a\"b\\c.csv""#, Some("c.csv")),
            (r#"attachment; filename="C:\x\c.csv""#, Some("c.csv")),
            (
                "attachment; filename*=UTF-8'en'R&D+a=b.csv",
                Some("R&D+a=b.csv"),
            ),
            (
                "attachment; filename*=\"utf-8''a%20b.csv\"",
                Some("a b.csv"),
            ),
            (
                "attachment; filename*=ISO-8859-1''%e9.csv",
                Some("\u{e9}.csv"),
            ),
            (
                "attachment; filename=a.csv; filename*=utf-8''%ff",
                Some("a.csv"),
            ),
            (
                "attachment; filename=a.csv; filename*=koi8-r''%c1",
                Some("a.csv"),
            ),
            (
                "attachment; filename*=utf-8''%1b%5b2J%00%e2%80%ae.csv",
                Some("[2J.csv"),
            ),
            ("attachment; filename*=utf-8''.%00.", None),
            ("attachment; filename*=utf-8''%20..%20", None),
            (r#"attachment; filename="a\"b.csv""#, Some("a\"b.csv")),
            (r#"attachment; filename=a\"b.csv"#, Some("b.csv")),
            ("attachment; filename= a.csv ;", Some("a.csv")),
            (
                "attachment; filename=\"bl\u{e5}.csv\"",
                Some("bl\u{e5}.csv"),
            ),
            ("attachment; filename=\"a.csv", Some("a.csv")),
            ("filename=a.csv", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }
}
