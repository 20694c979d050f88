//! String formats.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use regex_lite::Regex;

use crate::{
    spec::times::{self, Fault},
    util::python,
};

/// Returns DRF's message for a malformed text, if DRF checks the format.
pub fn violation(format: &str, text: &str) -> Option<&'static str> {
    let (good, words) = match format {
        "uuid" => (python::uuid(text).is_some(), "Must be a valid UUID."),
        "date-time" => match times::date_time(text) {
            Err(Fault::Range) => (false, "Datetime value out of range."),
            read => (
                read.is_ok(),
                "Datetime has wrong format. Use one of these formats instead: \
                 YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
            ),
        },
        "date" => (
            times::date(text).is_some(),
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
        ),
        "email" => (email(text), "Enter a valid email address."),
        "uri" => (url(text), "Enter a valid URL."),
        "slug" => (
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
            "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.",
        ),
        "decimal" => (
            python::decimal(text).is_some(),
            "A valid number is required.",
        ),
        "ipv4" => (
            text.parse::<Ipv4Addr>().is_ok(),
            "Enter a valid IPv4 address.",
        ),
        "ipv6" if text.contains(':') => (text.parse::<Ipv6Addr>().is_ok(), ANY_ADDRESS),
        "ipv6" => (false, "Enter a valid IPv6 address."),
        _ => return None,
    };
    (!good).then_some(words)
}

/// DRF's message for a value that is not a string, also where only one kind of address is allowed.
pub const ANY_ADDRESS: &str = "Enter a valid IPv4 or IPv6 address.";

pub fn fits(format: &str, text: &str) -> bool {
    violation(format, text).is_none()
}

/// The expression of Django's `URLValidator` for a host with a top-level domain, without the dot
/// that may follow. Look-arounds are written out, because `regex_lite` does not support them.
static HOST: LazyLock<String> = LazyLock::new(|| {
    let letter = r"a-z\u{a1}-\u{ffff}";
    let label = format!("[{letter}0-9](?:[{letter}0-9-]{{0,61}}[{letter}0-9])?");
    let top = format!("[{letter}][{letter}-]{{0,61}}[{letter}]|xn--[a-z0-9]{{1,59}}");
    format!(r"{label}(?:\.{label})*\.(?:{top})")
});

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let atom = r"[-!#$%&'*+/=?^_`{}|~0-9a-z]+";
    let quoted =
        r#""(?:[\x01-\x08\x0b\x0c\x0e-\x1f!#-\[\]-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*""#;
    let user = format!(r"(?:{atom}(?:\.{atom})*|{quoted})");
    let host = format!(r"(?:(?-i:localhost)|{}|\[(?<address>[a-f0-9:.]+)\])", *HOST);
    Regex::new(&format!("(?i)^{user}@{host}$")).ok()
});

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let byte = r"(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)";
    let v4 = format!(r"{byte}(?:\.{byte}){{3}}");
    let host = format!(
        r"(?<host>{v4}|\[(?<address>[0-9a-f:.]+)\]|{}\.?|localhost)",
        *HOST
    );
    let user = r"(?:[^\s:@/]+(?::[^\s:@/]*)?@)?";
    Regex::new(&format!(
        r"(?i)^(?:http|https|ftp|ftps)://{user}{host}(?::[0-9]{{1,5}})?(?:[/?#]\S*)?$"
    ))
    .ok()
});

fn email(text: &str) -> bool {
    text.chars().count() <= 320
        && EMAIL.as_ref().is_some_and(|form| {
            let found = form.captures(text);
            found.is_some_and(|found| {
                let address = found.name("address");
                address.is_none_or(|a| a.as_str().parse::<IpAddr>().is_ok())
            })
        })
}

fn url(text: &str) -> bool {
    text.len() <= 2048
        && !text.contains(char::is_whitespace)
        && URL.as_ref().is_some_and(|form| {
            let found = form.captures(text);
            found.is_some_and(|found| {
                let address = found.name("address");
                address.is_none_or(|a| a.as_str().parse::<Ipv6Addr>().is_ok())
                    && found.name("host").is_some_and(|h| h.as_str().len() <= 253)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_of_django() {
        for good in [
            "http://x.de.",
            "http://x.de:70000",
            "https://u:p@localhost:1/a?b#c",
            "FTP://X.DE",
            "http://[::1]/",
            "http://b\u{fc}cher.de",
            "http://x.xn--p1ai",
        ] {
            assert!(fits("uri", good), "{good}");
        }
        let long = format!("http://{}de", "a.".repeat(130));
        for bad in [
            "http://x.com1",
            "http://u@v@x.de",
            "http://:p@x.de",
            "http://x_y.de",
            "http://x.d-",
            "http://01.2.3.4",
            "http://[::1",
            "http://x",
            "ws://x.de",
            &long,
        ] {
            assert!(!fits("uri", bad), "{bad}");
        }
        for good in [
            "a@b.de",
            "\"a\"@b.de",
            "a@localhost",
            "a@[::1]",
            "A+b@C.DE",
            "a@b\u{fc}cher.de",
        ] {
            assert!(fits("email", good), "{good}");
        }
        for bad in [
            "a@b",
            "a@LOCALHOST",
            "\"a b\"@c.de",
            "a@b.c1",
            "a@b.123",
            "a..b@c.de",
            "a@b.de.",
            "a@[1.2.3]",
            "a@b.de\n",
        ] {
            assert!(!fits("email", bad), "{bad}");
        }
        assert!(!fits("uuid", "1") && fits("unknown", "x"));
    }
}
