//! Times and dates, as Django reads them: by Python's `fromisoformat` (of 3.11 and later), or else
//! by expressions of its own.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp, civil, tz::Offset};
use regex_lite::{Captures, Regex};

use crate::util::python;

/// Why a time is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Form,
    /// In UTC it is before the year 1 or after the year 9999.
    Range,
}

const ISO_DATE: &str = r"(?<y1>\d{4})(?:-(?<m1>\d\d)-(?<d1>\d\d)|(?<m2>\d\d)(?<d2>\d\d)|-W(?<w1>\d\d)(?:-(?<d3>\d))?|W(?<w2>\d\d)(?<d4>\d)?)";

static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let clock = r"(?<h1>\d\d)(?::(?<i1>\d\d)(?::(?<s1>\d\d)(?:[.,](?<f1>\d*))?)?|(?<i2>\d\d)(?:(?<s2>\d\d)(?:[.,](?<f2>\d*))?)?)?";
    let zone = r"(?:Z|(?<sign>[+-])(?<zh>\d\d)(?::(?<z1>\d\d)(?::(?<z2>\d\d)(?:\.\d*)?)?|(?<z3>\d\d)(?<z4>\d\d)?)?)?";
    Regex::new(&format!("^{ISO_DATE}(?:(?s:.){clock}{zone})?$")).ok()
});

static DJANGO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = r"(?<y1>\d{4})-(?<m1>\d{1,2})-(?<d1>\d{1,2})";
    let clock = r"(?<h1>\d{1,2}):(?<i1>\d{1,2})(?::(?<s1>\d{1,2})(?:[.,](?<f1>\d{1,6})\d{0,6})?)?";
    let ascii = r"\s\x1c-\x1f\u{85}\u{a0}";
    let blank = format!(
        r"[{ascii}\u{{1680}}\u{{2000}}-\u{{200a}}\u{{2028}}\u{{2029}}\u{{202f}}\u{{205f}}\u{{3000}}]*"
    );
    let zone = r"(?:Z|(?<sign>[+-])(?<zh>\d\d)(?::?(?<z1>\d\d))?)?";
    Regex::new(&format!("^{date}(?:[T ]{clock}{blank}{zone})?\n?$")).ok()
});

/// Returns a number of the text by the names that its group has in the alternatives.
fn number(found: &Captures<'_>, names: &[&str]) -> Option<i16> {
    let text = names.iter().find_map(|n| found.name(n))?;
    text.as_str().parse().ok()
}

fn calendar(found: &Captures<'_>) -> Option<civil::Date> {
    let year = number(found, &["y1"]).filter(|y| *y > 0)?;
    let byte = |names| number(found, names).and_then(|n| i8::try_from(n).ok());
    let day = byte(&["d1", "d2", "d3", "d4"]);
    match byte(&["w1", "w2"]) {
        Some(week) => {
            let day = civil::Weekday::from_monday_one_offset(day.unwrap_or(1)).ok()?;
            Some(civil::ISOWeekDate::new(year, week, day).ok()?.date())
        }
        None => civil::Date::new(year, byte(&["m1", "m2"])?, day?).ok(),
    }
}

/// Returns the time in UTC; the range is not checked.
fn moment(found: &Captures<'_>) -> Option<civil::DateTime> {
    let byte = |names: &[&str]| match number(found, names) {
        None => Some(0),
        Some(n) => i8::try_from(n).ok(),
    };
    let digits = found.name("f1").or_else(|| found.name("f2"));
    let digits: String = digits.map_or("", |f| f.as_str()).chars().take(6).collect();
    let nanoseconds = format!("{digits:0<9}").parse().ok()?;
    let (hour, minute) = (byte(&["h1"])?, byte(&["i1", "i2"])?);
    let clock = civil::Time::new(hour, minute, byte(&["s1", "s2"])?, nanoseconds).ok()?;
    let part = |names| i64::from(number(found, names).unwrap_or(0));
    let ahead = part(&["zh"]) * 3600 + part(&["z1", "z3"]) * 60 + part(&["z2", "z4"]);
    let ahead = match found.name("sign").map(|s| s.as_str()) {
        _ if ahead >= 86_400 => return None,
        Some("-") => -ahead,
        _ => ahead,
    };
    let local = calendar(found)?.to_datetime(clock);
    // Beyond the year 9999 jiff overflows. `MIN` is out of Django's range too, as callers check.
    Some(
        local
            .checked_sub(SignedDuration::from_secs(ahead))
            .unwrap_or(civil::DateTime::MIN),
    )
}

fn captures<'t>(text: &'t str, form: &LazyLock<Option<Regex>>) -> Option<Captures<'t>> {
    // No time is longer; the bound keeps the cost of refusing a long text small.
    form.as_ref()?.captures(text).filter(|_| text.len() < 200)
}

/// Reads a time, in UTC if it has no offset; a date is midnight.
pub fn date_time(text: &str) -> Result<civil::DateTime, Fault> {
    // The usual form is recognised without running a regular expression.
    let usual = text.len() == 20 && text.ends_with('Z') && text.get(10..11) == Some("T");
    let usual = text.get(..19).filter(|t| usual && !t.ends_with("60"));
    if let Some(Ok(time)) = usual.map(str::parse::<civil::DateTime>)
        && time.year() > 0
    {
        return Ok(time);
    }
    let iso = captures(text, &ISO).and_then(|found| moment(&found));
    let django = || {
        // Python's expressions read the digits of all scripts.
        let text = python::ascii_digits(text);
        // Only `fromisoformat` takes a date alone.
        let found = captures(&text, &DJANGO).filter(|found| found.name("h1").is_some());
        found.and_then(|found| moment(&found))
    };
    let time = iso.or_else(django).ok_or(Fault::Form)?;
    (time.year() > 0).then_some(time).ok_or(Fault::Range)
}

pub fn date(text: &str) -> Option<civil::Date> {
    let read = |text: &str, form| {
        let found = captures(text, form)?;
        calendar(&found).filter(|_| found.name("h1").is_none())
    };
    read(text, &ISO).or_else(|| read(&python::ascii_digits(text), &DJANGO))
}

/// Returns the moment; the last day of the year 9999 is cut to the last moment that there is.
pub fn time(text: &str) -> Option<Timestamp> {
    let time = date_time(text).ok()?;
    Some(Offset::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX))
}

/// Returns a time as Django REST framework shows it: in UTC, with six digits of a second or none.
pub fn shown(time: civil::DateTime) -> String {
    let digits = if time.subsec_nanosecond() == 0 {
        ""
    } else {
        ".%6f"
    };
    time.strftime(&format!("%Y-%m-%dT%H:%M:%S{digits}Z"))
        .to_string()
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
            "20260101T120000Z",
            "2026-W01-4x12",
            "2026-1-1 12:0:0 Z",
            "2026-01-01T12:00:00.000000999+0000",
            "2026-01-01T14:00:00+01:60",
            "\u{662}\u{660}\u{662}\u{666}-01-01T12:00:00\u{a0}Z",
        ] {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        assert!(time("2026-01-01").is_some() && time("9999-12-31T23:59:59Z").is_some());
        for text in [
            "yesterday",
            // An unescaped plus sign in a query is read as a space.
            "2026-01-01T13:00:00 01:00",
            "2026-01-01T23:59:60Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01t00:00:00z",
            " 2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+24:00",
            "0000-01-01T00:00:00Z",
            "2026-01-01T",
            // `fromisoformat` knows the digits of ASCII alone, and a date must be whole.
            "\u{662}\u{660}\u{662}\u{666}-01-01",
        ] {
            assert_eq!(date_time(text), Err(Fault::Form), "{text}");
        }
        for text in ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"] {
            assert_eq!(date_time(text), Err(Fault::Range), "{text}");
        }
        let whole = date_time("2026-01-01T13:00:00.25+01:00").unwrap();
        assert_eq!(shown(whole), "2026-01-01T12:00:00.250000Z");
    }

    #[test]
    fn dates_of_all_forms() {
        let first: civil::Date = "2026-01-01".parse().unwrap();
        for text in [
            "2026-01-01",
            "20260101",
            "2026-1-1",
            "2026-W01-4",
            "2026W014",
        ] {
            assert_eq!(date(text), Some(first), "{text}");
        }
        for text in [
            " 2026-01-01",
            "2026-01-01T00:00:00Z",
            "2026-0101",
            "0000-01-01",
            "2026-02-30",
            "2026-W54-1",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
