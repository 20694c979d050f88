//! Times on the command line. Their time zone must be given; it is never guessed.

use jiff::{
    Timestamp, ZonedDateTime,
    civil::{Date, DateTime, date},
    fmt::temporal::Pieces,
};

/// The last day that a [`Timestamp`] has in every zone.
const LAST: Date = date(9999, 12, 29);

/// Returns the moment of a text as [`read_at`] reads it now, or one at the end of the year 9999,
/// which is out of the range of `jiff`.
///
/// # Errors
/// Returns an error in the same cases as [`read_at`].
pub fn read(text: &str) -> Result<autopi::Timestamp, String> {
    read_at(text, Timestamp::now())
        .map(Into::into)
        .or_else(|why| {
            let offset = || Pieces::parse(text).ok()?.to_numeric_offset();
            text.parse().ok().filter(|_| offset().is_some()).ok_or(why)
        })
}

/// Checks a time that is sent as it is written.
///
/// # Errors
/// Returns an error in the same cases as [`read`], and if only the command line understands it.
pub fn written(text: &str) -> Result<(), String> {
    let time = read(text)?;
    text.parse::<autopi::Timestamp>().map(drop).map_err(|_| {
        format!("`{text}` would be sent as it is, and the API does not understand it: write {time}")
    })
}

/// Reads a time: RFC 3339 with its offset (`2026-01-31T08:00Z`, `…+01:00`), a zone by its name
/// (`2026-01-31T08:00[Europe/Copenhagen]`), `now`, or before now (`-90m`, `-2h`, `-7d`). Both ends
/// of a range share `now`.
///
/// # Errors
/// Returns an error if the text is not a time, has no time zone, or is a local time that its zone
/// skips or has twice.
pub fn read_at(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = text.strip_prefix('-') {
        let unit = ago.char_indices().next_back().map_or(0, |(at, _)| at);
        let (count, unit) = ago.split_at(unit);
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => 0,
        };
        let span = count.parse::<i64>().ok().filter(|n| *n >= 0 && seconds > 0);
        let span = span.and_then(|n| n.checked_mul(seconds));
        let then = span.and_then(|s| now.as_second().checked_sub(s));
        return then
            .and_then(|s| Timestamp::from_second(s).ok())
            .ok_or_else(|| format!("`{text}` is not a time before now; examples: -90m, -2h, -7d"));
    }
    let pieces = Pieces::parse(text).ok();
    let offset = pieces.and_then(|pieces| pieces.to_numeric_offset());
    if offset.is_some_and(|offset| offset.seconds().abs() >= 86_400) {
        return Err(format!(
            "`{text}` is not a time: its offset is a day or more"
        ));
    }
    // Parsed as a timestamp, a zone that contradicts the offset would be ignored.
    if !text.contains('[')
        && let Ok(time) = text.parse::<Timestamp>()
    {
        return Ok(time);
    }
    if text.contains('[') {
        let zoned = jiff::fmt::temporal::DateTimeParser::new()
            .disambiguation(jiff::tz::Disambiguation::Reject)
            .parse_zoned_datetime(text);
        return zoned.map(|z: ZonedDateTime| z.timestamp()).map_err(|e| {
            let why = e.to_string();
            match why.contains("ambiguous") || why.contains("gap") || why.contains("fold") {
                true if text
                    .split('[')
                    .next()
                    .is_some_and(|t| t.parse::<Timestamp>().is_ok()) =>
                {
                    format!("`{text}`: its offset is not one that the zone has at this time")
                }
                true => format!(
                    "`{text}` does not exist in its zone, or exists twice (the clock changes): \
                     give an offset, as in 2026-01-31T08:00+01:00"
                ),
                false => format!("`{text}` is not a time ({why})"),
            }
        });
    }
    if Pieces::parse(text).is_ok_and(|pieces| pieces.date() > LAST) {
        return Err(format!("`{text}` is too late: the last day is {LAST}"));
    }
    match text.parse::<DateTime>() {
        Ok(civil) => Err(format!(
            "`{text}` has no time zone: {civil}Z is in UTC, {civil}[Europe/Copenhagen] in \
                 another zone"
        )),
        Err(_) => {
            // Why a date is none: jiff's last cause.
            let is_date = text.get(4..5) == Some("-");
            let why = text.parse::<Timestamp>().err().filter(|_| is_date);
            let why = why.map(|e| e.to_string());
            let why = why.as_deref().and_then(|e| e.rsplit(": ").next());
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            Err(format!(
                "`{text}` is not a time{why}; examples: 2026-01-31T08:00Z, now, -2h"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_sent_as_it_is_written_is_one_for_the_api() {
        for text in [
            "2026-01-31T08:00Z",
            "2026-01-31 08:00:00.5+01:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(written(text), Ok(()), "{text}");
        }
        let end = read("9999-12-31T23:59:59+01:00").unwrap();
        assert_eq!(end.to_string(), "9999-12-31T22:59:59Z");
        let zoned = "2026-07-01T08:00[Europe/Copenhagen]";
        let fault = written(zoned).unwrap_err();
        assert!(fault.ends_with("write 2026-07-01T06:00:00Z"), "{fault}");
        for text in ["now", "-2h"] {
            assert!(
                written(text).unwrap_err().contains("sent as it is"),
                "{text}"
            );
        }
        assert!(
            written("2026-01-31T08:00")
                .unwrap_err()
                .contains("no time zone")
        );
    }

    #[test]
    fn times_with_a_zone_are_read_and_others_are_asked_for_one() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for (text, time) in [
            ("now", "2026-01-31T12:00:00Z"),
            ("-90m", "2026-01-31T10:30:00Z"),
            ("-1w", "2026-01-24T12:00:00Z"),
            ("2026-01-31T08:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31T08:00:00.5+01:00", "2026-01-31T07:00:00.5Z"),
            (
                "2026-07-01T08:00[Europe/Copenhagen]",
                "2026-07-01T06:00:00Z",
            ),
            (
                "2026-10-25T02:30+02:00[Europe/Copenhagen]",
                "2026-10-25T00:30:00Z",
            ),
            (
                "2026-01-31T08:00Z[Europe/Copenhagen]",
                "2026-01-31T08:00:00Z",
            ),
        ] {
            assert_eq!(read_at(text, now).unwrap().to_string(), time, "{text}");
        }
        for (text, why) in [
            (
                "2026-01-31",
                "has no time zone: 2026-01-31T00:00:00Z is in UTC",
            ),
            ("2026-01-31T08:00", "has no time zone"),
            (
                "2026-03-29T02:30[Europe/Copenhagen]",
                "does not exist in its zone, or exists twice",
            ),
            (
                "2026-10-25T02:30[Europe/Copenhagen]",
                "does not exist in its zone, or exists twice",
            ),
            ("2026-02-30T08:00Z", "not a time (parameter 'day'"),
            ("9999-12-31T08:00Z", "too late: the last day is 9999-12-29"),
            ("9999-12-31", "too late: the last day is 9999-12-29"),
            ("yesterday", "not a time"),
            ("-2", "is not a time before now"),
            ("-99999999999999w", "is not a time before now"),
            ("2026-01-31T08:00[Atlantis/Nowhere]", "not a time"),
            (
                "2026-10-25T02:30+05:00[Europe/Copenhagen]",
                "its offset is not one that the zone has",
            ),
            ("2026-01-31T08:00+25:00", "its offset is a day or more"),
            ("2026-01-31T08:00-24:00", "its offset is a day or more"),
            ("", "not a time"),
        ] {
            let error = read_at(text, now).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
