//! String formats.

use jiff::{Timestamp, civil};

/// Returns DRF's message for a malformed text, if DRF checks the format.
pub fn violation(format: &str, text: &str) -> Option<&'static str> {
    let (good, words) = match format {
        "uuid" => (uuid::Uuid::try_parse(text).is_ok(), "Must be a valid UUID."),
        "date-time" => (
            time(text).is_some(),
            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        ),
        "date" => (
            matches!(text.len(), 8 | 10) && text.parse::<civil::Date>().is_ok(),
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
            text.parse::<f64>().is_ok_and(f64::is_finite),
            "A valid number is required.",
        ),
        "ipv4" => (
            text.parse::<std::net::Ipv4Addr>().is_ok(),
            "Enter a valid IPv4 address.",
        ),
        "ipv6" => (
            text.parse::<std::net::Ipv6Addr>().is_ok(),
            "Enter a valid IPv6 address.",
        ),
        _ => return None,
    };
    (!good).then_some(words)
}

pub fn fits(format: &str, text: &str) -> bool {
    violation(format, text).is_none()
}

/// Returns whether Django accepts the e-mail address: `localhost` is the only host without a dot.
fn email(text: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&b))
    };
    text.len() <= 320
        && text.rsplit_once('@').is_some_and(|(user, host)| {
            let quoted = user.len() > 2 && user.starts_with('"') && user.ends_with('"');
            (quoted || user.split('.').all(atom)) && is_host(host)
        })
}

fn url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (place, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let port = place.rfind(':').filter(|at| !place[*at..].contains(']'));
    let (host, port) = place.split_at(port.unwrap_or(place.len()));
    let port = port.strip_prefix(':').unwrap_or("0");
    ["http", "https", "ftp", "ftps"].contains(&scheme.to_ascii_lowercase().as_str())
        && text.len() <= 2048
        && !text.contains(char::is_whitespace)
        && port.parse::<u16>().is_ok()
        && (is_host(host) || host.parse::<std::net::Ipv4Addr>().is_ok())
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return address.parse::<std::net::IpAddr>().is_ok();
    }
    let label = |l: &str| {
        !l.is_empty()
            && l.len() < 64
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let top = host.rsplit_once('.').map(|(_, top)| top);
    host.eq_ignore_ascii_case("localhost")
        || (host.split('.').all(label)
            && top.is_some_and(|t| t.len() > 1 && !t.bytes().all(|b| b.is_ascii_digit())))
}

/// Reads a time, in UTC if it has no offset; a date is midnight.
pub fn time(text: &str) -> Option<Timestamp> {
    let utc = |at: civil::DateTime| {
        at.to_zoned_datetime(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|z| z.timestamp())
    };
    // jiff would accept the name of a time zone at the end.
    if text.contains('[') {
        return None;
    }
    text.parse()
        .ok()
        .or_else(|| utc(text.parse::<civil::DateTime>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_forms() {
        let noon: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        for text in [
            "2026-01-01T12:00:00Z",
            "2026-01-01T12:00",
            "2026-01-01 12:00:00",
            "2026-01-01T13:00:00+01:00",
        ] {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        assert!(time("2026-01-01").is_some() && time("yesterday").is_none());
        // An unescaped plus sign in a query is read as a space.
        assert!(time("2026-01-01T13:00:00 01:00").is_none());
        assert!(!fits("uuid", "1") && !fits("email", "a@b") && fits("unknown", "x"));
    }
}
