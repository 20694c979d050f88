//! Recognises pages of HTML, which proxies and sign-in pages send in place of a response.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// Returns whether the headers say that the body is HTML.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    media
        .and_then(|m| m.get(..9))
        .is_some_and(|m| m.eq_ignore_ascii_case(b"text/html"))
}

/// Returns whether a body is a page of HTML, whatever its media type.
pub(super) fn is_page(body: &[u8]) -> bool {
    let mut start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    loop {
        start = start.trim_ascii_start();
        let end: &[u8] = match start {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            _ => break,
        };
        let Some(at) = start.windows(end.len()).position(|w| w == end) else {
            return false;
        };
        start = &start[at + end.len()..];
    }
    let begins = |text: &str| {
        let start = start.get(..text.len());
        start.is_some_and(|s| s.eq_ignore_ascii_case(text.as_bytes()))
    };
    begins("<!doctype html") || begins("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_whatever_precedes_it() {
        for page in [
            "<!DOCTYPE html><p>",
            " \n<HTML><body>",
            "\u{feff}\n<!doctype html>",
            "<?xml version=\"1.0\"?>\n<!-- a --><!-- b -->\n<html xmlns=\"x\">",
        ] {
            assert!(is_page(page.as_bytes()), "{page}");
        }
        let xml = "<?xml version=\"1.0\"?><a/>";
        for text in ["<b>7</b>", "<htm", "", "<!-- <html>", "<?html", xml] {
            assert!(!is_page(text.as_bytes()), "{text}");
        }
    }
}
