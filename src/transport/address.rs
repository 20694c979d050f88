//! Where requests go: joins a base URL and a path, and decides which hosts may receive a secret.
//! xtask compiles this file too.

use std::net::{IpAddr, Ipv6Addr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use reqwest::Url;
use url::Position;

/// The characters that need no encoding in a segment of a path: RFC 3986's `unreserved`, and `@`
/// and `:` (3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b':');

/// Returns a value, percent-encoded, as one segment of a path.
///
/// # Errors
/// Returns an error if the value is empty, `.` or `..`, which would lead to another path.
pub fn segment(value: &str) -> Result<PercentEncode<'_>, String> {
    match value {
        "" | "." | ".." => Err(format!("is part of the path and can't be `{value}`")),
        _ => Ok(utf8_percent_encode(value, SEGMENT)),
    }
}

/// Parses the base URL. The error does not show the text, which may hold a secret.
///
/// # Errors
/// Returns an error if the text is not a URL, has no host, or has more than a scheme, a host, a
/// port and a path.
pub fn base(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("is not a URL ({e})"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err("names no host".into());
    }
    without_user_info(&url)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("ends with a query or a fragment: leave it out".into());
    }
    Ok(url)
}

/// Checks that a URL has no user name or password, which logs and files would show.
///
/// # Errors
/// Returns an error if it has one.
pub fn without_user_info(url: &Url) -> Result<(), String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err("holds credentials: they are not given in a URL".into())
}

/// Returns whether the host is this machine, decided by the host that the URL parser returns:
/// `0x7f.1` is 127.0.0.1, but `127.0.0.1.nip.io` is a name.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    match address.map_or_else(|| host.parse(), |v6| v6.parse::<Ipv6Addr>().map(IpAddr::V6)) {
        Ok(ip) => ip.to_canonical().is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// Returns whether scheme, host and port of two URLs are the same.
pub fn same_origin(a: &Url, b: &Url) -> bool {
    // Usually the texts are the same.
    a[..Position::BeforePath] == b[..Position::BeforePath]
        || a.scheme() == b.scheme()
            && a.host_str() == b.host_str()
            && a.port_or_known_default() == b.port_or_known_default()
}

/// Returns the URL of `path` below `base`. The path is appended, never resolved, so that it cannot
/// lead to another host.
///
/// # Errors
/// Returns an error if the path has a [`fault`].
pub fn join(base: &Url, path: &str) -> Result<Url, String> {
    if let Some(fault) = fault(path) {
        return Err(format!("the path {fault}"));
    }
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/');
    let path = path.strip_prefix('/').unwrap_or(path);
    url.set_path(&[prefix, "/", path].concat());
    if !same_origin(&url, base) {
        return Err("the path leads to another host".into());
    }
    Ok(url)
}

/// Returns what is wrong with a path: something that a URL parser would drop, or read as another
/// host or path.
pub fn fault(path: &str) -> Option<&'static str> {
    if path.starts_with("//") {
        return Some("begins with `//`, which names another host");
    }
    let mut dots = false;
    for byte in path.bytes() {
        match byte {
            b'\\' => return Some("holds a backslash, which is a `/` in a URL: write %5C"),
            // A URL parser reads `%2e` as a dot.
            b'.' | b'%' => dots = true,
            byte if byte.is_ascii_control() => return Some("holds a control character"),
            _ => {}
        }
    }
    let names_another = |segment: &str| {
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(dots.as_str(), "." | "..")
    };
    let found = dots
        && path
            .split('/')
            .any(|segment| segment.len() <= 6 && names_another(segment));
    found.then_some("holds a segment of dots")
}

/// Returns a URL in a form that may be printed: without user info, query and fragment.
pub fn shown(url: &Url) -> String {
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Result<String, String> {
        join(&base("https://api.example:8443/v1/").unwrap(), path).map(String::from)
    }

    #[test]
    fn a_path_is_appended_and_never_leads_to_another_host() {
        for (path, url) in [
            ("/x/", "x/"),
            ("x", "x"),
            ("/http://127.0.0.1:7002/x/", "http://127.0.0.1:7002/x/"),
            ("/@evil/x/", "@evil/x/"),
            ("@evil", "@evil"),
            (":1/", ":1/"),
            ("http:evil", "http:evil"),
            ("/x/?a=b#c", "x/%3Fa=b%23c"),
            ("/a//b/..c/.d/%2e%2ee/", "a//b/..c/.d/%2e%2ee/"),
            ("/a%2fb/ä b/", "a%2fb/%C3%A4%20b/"),
        ] {
            let whole = format!("https://api.example:8443/v1/{url}");
            assert_eq!(at(path).as_deref(), Ok(whole.as_str()), "{path}");
        }
        for bad in [
            "//evil/x/",
            "///evil",
            "/\\evil",
            "\\\\evil",
            "/../x/",
            "/a/..",
            "..",
            "./x",
            "/%2e%2E/x",
            "/a/.%2e/",
            "/a/%2E",
            "/\t/evil",
            "/x\n",
            "/x\0",
        ] {
            assert!(at(bad).is_err(), "{bad:?}: {:?}", at(bad));
        }
        for bad in ["", ".", ".."] {
            assert!(segment(bad).is_err());
        }
        assert_eq!(
            segment("a/b?#\\\n%").unwrap().to_string(),
            "a%2Fb%3F%23%5C%0A%25"
        );
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        let own = Url::parse("https://api.example/v1").unwrap();
        for (url, yes) in [
            ("https://API.example:443/", true),
            ("https://u@api.example/", true),
            ("http://api.example:443/", false),
            ("https://other.example/", false),
            ("https://api.example:8443/", false),
        ] {
            assert_eq!(same_origin(&own, &Url::parse(url).unwrap()), yes, "{url}");
        }
    }

    #[test]
    fn loopback_is_judged_by_the_parsed_host() {
        for (url, yes) in [
            ("http://localhost", true),
            ("http://LOCALHOST:1/x", true),
            ("http://127.8.9.1", true),
            ("http://0x7f.1", true),
            ("http://2130706433", true),
            ("http://[::1]:8", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://[::ffff:8.8.8.8]", false),
            ("http://localhost.evil.com", false),
            ("http://evil-localhost", false),
            ("http://127.0.0.1.nip.io", false),
            ("http://evil.com/localhost", false),
            ("http://128.0.0.1", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(is_loopback(&base(url).unwrap()), yes, "{url}");
        }
    }

    #[test]
    fn a_base_holds_no_secret_and_errors_do_not_show_it() {
        for bad in [
            "https://canary:p@h",
            "https://canary@h",
            "https://:canary@h",
            "https://h/?token=canary",
            "https://h/#canary",
            "canary",
            "data:canary",
            "https://canary:99999",
        ] {
            let error = base(bad).unwrap_err();
            assert!(!error.contains("canary"), "{error}");
        }
        let url = Url::parse("https://u:canary@h:1/x?canary#canary").unwrap();
        assert_eq!(shown(&url), "https://h:1/x");
    }
}
