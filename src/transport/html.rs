//! Recognises pages of HTML, which proxies and sign-in pages send in place of a response.

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderValue};

const MEDIA: [&str; 2] = ["text/html", "application/xhtml+xml"];

/// Returns the media type in lower case, without its parameters.
fn essence(media: &HeaderValue) -> String {
    let media = String::from_utf8_lossy(media.as_bytes());
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Returns whether the headers say that the body is HTML.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(essence);
    media.is_some_and(|media| MEDIA.contains(&media.as_str()))
}

/// Returns whether a download with these headers may be a page that nobody asked for: it has no
/// other media type and is not named as a file.
pub(super) fn may_be_page(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(essence);
    let is_typed = media.is_some_and(|media| !media.is_empty());
    (!is_typed || is_html(headers)) && !headers.contains_key(CONTENT_DISPOSITION)
}

/// Returns whether an `Accept` asks for pages, or for anything.
pub(super) fn accepts_pages(accept: &str) -> bool {
    let wants = |range: &str| match range.split_once(';') {
        // The end of a list of documented types.
        Some((range, _)) if range.trim() == "*/*" => false,
        Some((range, _)) => is_page_range(range.trim()),
        None => is_page_range(range.trim()) || matches!(range.trim(), "" | "*/*"),
    };
    accept.split(',').any(wants)
}

fn is_page_range(range: &str) -> bool {
    let range = range.to_ascii_lowercase();
    range == "text/*" || MEDIA.contains(&range.as_str())
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
    // HTML may leave out `<html>`, and what follows it.
    const FIRST: [&str; 7] = [
        "<!doctype html",
        "<html",
        "<head",
        "<title",
        "<meta",
        "<script",
        "<body",
    ];
    FIRST.iter().any(|tag| {
        let (begins, rest) = start.split_at(tag.len().min(start.len()));
        let ends = rest
            .first()
            .is_none_or(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace());
        begins.eq_ignore_ascii_case(tag.as_bytes()) && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accept_asks_for_pages_if_it_names_them_or_anything() {
        for accept in [
            "",
            "*/*",
            "text/html",
            "Text/HTML; charset=utf-8",
            "application/pdf, application/xhtml+xml, */*;q=0.1",
            "text/*;q=0.5",
            "application/pdf, */*",
        ] {
            assert!(accepts_pages(accept), "{accept}");
        }
        for accept in [
            "application/json",
            "text/csv, */*;q=0.1",
            "text/plain",
            "application/*",
            "text/html-fragment, */*; q=0.1",
        ] {
            assert!(!accepts_pages(accept), "{accept}");
        }
    }

    #[test]
    fn a_page_is_one_whatever_precedes_it() {
        for page in [
            "<!DOCTYPE html><p>",
            " \n<HTML><body>",
            "\u{feff}\n<!doctype html>",
            "<HEAD><META HTTP-EQUIV=\"Refresh\" CONTENT=\"0; URL=/login\"></HEAD>",
            "<meta charset=utf-8><title>Sign in</title>",
            "<script>location='/login'</script>",
            "<?xml version=\"1.0\"?>\n<!-- a --><!-- b -->\n<html xmlns=\"x\">",
        ] {
            assert!(is_page(page.as_bytes()), "{page}");
        }
        let xml = "<?xml version=\"1.0\"?><a/>";
        for text in [
            "<b>7</b>",
            "<htm",
            "",
            "<!-- <html>",
            "<?html",
            "<header/>",
            "<html-ish>",
            xml,
        ] {
            assert!(!is_page(text.as_bytes()), "{text}");
        }
    }
}
