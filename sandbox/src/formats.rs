//! The text formats of a document.

use jiff::{Timestamp, civil};

/// DRF's words for a text that has not the form, if the format is one that DRF checks.
pub fn complaint(format: &str, text: &str) -> Option<&'static str> {
    let (good, words) = match format {
        "uuid" => (uuid::Uuid::try_parse(text).is_ok(), "Must be a valid UUID."),
        "date-time" => (
            time(text).is_some(),
            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        ),
        "date" => (
            text.parse::<civil::Date>().is_ok(),
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
        ),
        "email" => (email(text), "Enter a valid email address."),
        "uri" => (
            text.contains("://") && !text.contains(char::is_whitespace),
            "Enter a valid URL.",
        ),
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
    complaint(format, text).is_none()
}

fn email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !text.contains(' ')
    })
}

/// A time, UTC if it has no offset; a date is its midnight.
pub fn time(text: &str) -> Option<Timestamp> {
    let utc = |at: civil::DateTime| {
        at.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|z| z.timestamp())
    };
    // A plus sign in a query that was not escaped is a space.
    let spaced = || {
        text.rsplit_once(' ')
            .filter(|(_, offset)| offset.contains(':') && text.contains('T'))
            .map(|(at, offset)| format!("{at}+{offset}"))
    };
    text.parse()
        .ok()
        .or_else(|| spaced()?.parse().ok())
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
            "2026-01-01T13:00:00 01:00",
        ] {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        assert!(time("2026-01-01").is_some() && time("yesterday").is_none());
        assert!(!fits("uuid", "1") && !fits("email", "a@b") && fits("unknown", "x"));
    }
}
