//! Times and dates.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, civil, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use crate::codec::rfc3339::TimeError;
use crate::codec::rfc3339::{Parts, Why, parts};

/// A moment in time, up to the end of the year 9999, with nanoseconds.
///
/// It is read from RFC 3339 and its variants: without offset (then UTC, as DRF writes naive times),
/// with a space or `t` before the time, with `z`, `+0000` or `+00`, without seconds. A date is
/// midnight at its start, `24:00` midnight at its end, a leap second the second after. A number is
/// refused: its unit is unknown. It is written in UTC with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(civil::DateTime);

/// A date: `2026-01-31`, or that of a text with a time of day and an offset, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    /// 9999-12-31T23:59:59.999999999Z.
    pub const MAX: Self = Self(civil::DateTime::MAX);

    /// Returns the current time.
    pub fn now() -> Self {
        jiff::Timestamp::now().into()
    }

    /// Returns the date and time of day in UTC.
    pub fn to_utc(self) -> civil::DateTime {
        self.0
    }

    /// Returns the moment `duration` after this one, or `None` if it is out of range.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).ok().map(Self)
    }

    /// Returns the moment `duration` before this one, or `None` if it is out of range.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).ok().map(Self)
    }

    /// Returns the time since `earlier`; negative if this moment is before it.
    pub fn duration_since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }
}

/// Saturates at [`Timestamp::MAX`]; [`Timestamp::checked_add`] reports the overflow.
impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }
}

/// Saturates at the beginning of the range; [`Timestamp::checked_sub`] reports the overflow.
impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration)
            .unwrap_or(Self(civil::DateTime::MIN))
    }
}

impl Sub for Timestamp {
    type Output = SignedDuration;
    fn sub(self, earlier: Self) -> SignedDuration {
        self.duration_since(earlier)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(Offset::UTC.to_datetime(time))
    }
}

impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;
    /// Returns an error for the last day of the year 9999, which `jiff` reserves for its offsets.
    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        Offset::UTC.to_timestamp(time.0)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = jiff::Error;
    fn try_from(time: SystemTime) -> Result<Self, Self::Error> {
        jiff::Timestamp::try_from(time).map(Self::from)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimeError;
    /// Returns an error if the operating system's time cannot represent it.
    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        let since = time - Timestamp::UNIX_EPOCH;
        let there = match since.is_negative() {
            true => Self::UNIX_EPOCH.checked_sub(since.unsigned_abs()),
            false => Self::UNIX_EPOCH.checked_add(since.unsigned_abs()),
        };
        there.ok_or_else(|| TimeError {
            text: time.to_string(),
            why: Why::Range,
        })
    }
}

impl From<civil::Date> for Date {
    fn from(date: civil::Date) -> Self {
        Self(date)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let Parts { date, time, shift } = parts(text)?;
        let local = civil::DateTime::from_parts(date, time);
        if shift == 0 {
            return Ok(Self(local));
        }
        let moment = local.checked_add(SignedDuration::from_secs(shift));
        moment.map(Self).map_err(|_| TimeError {
            text: text.to_owned(),
            why: Why::Range,
        })
    }
}

impl FromStr for Date {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        parts(text).map(|parts| Self(parts.date))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.0)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a time or date of RFC 3339, as a text")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                // Not through a String: telemetry is full of times.
                d.deserialize_str(Text)
            }
        }
    )*};
}
as_text!(Timestamp, Date);

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn common_notations_of_times_are_read() {
        for (text, utc) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.25+02:00", "2026-01-02T01:04:05.25Z"),
            ("2026-01-02T03:04:05.123456", "2026-01-02T03:04:05.123456Z"),
            (
                "2026-01-02t03:04:05,123456789z",
                "2026-01-02T03:04:05.123456789Z",
            ),
            ("2026-01-02T03:04:05.50000000000Z", "2026-01-02T03:04:05.5Z"),
            (" 2026-01-02 03:04:05 ", "2026-01-02T03:04:05Z"),
            ("2026-01-02 03:04+0000", "2026-01-02T03:04:00Z"),
            ("2026-01-02T03:04:05-05", "2026-01-02T08:04:05Z"),
            ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("2026-12-31T24:00:00Z", "2027-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00+02:00", "0000-12-31T22:00:00Z"),
            ("-000001-06-05T00:00:00Z", "-000001-06-05T00:00:00Z"),
        ] {
            assert_eq!(time(text).to_string(), utc, "{text}");
        }
    }

    #[test]
    fn dates_are_read_with_an_offset_or_a_time() {
        for text in [
            "2026-01-02",
            "2026-01-02Z",
            "2026-01-02+02:00",
            "2026-01-02T00:00:00Z",
            "2026-01-02 23:59",
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.to_string(), "2026-01-02", "{text}");
        }
    }

    #[test]
    fn an_invalid_time_is_an_error_with_the_reason() {
        let why = |text: &str| text.parse::<Timestamp>().unwrap_err().to_string();
        for text in [
            "",
            "yesterday",
            "1767323045",
            "20260102T030405Z",
            "2026-01-02T",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T3:4",
            "2026-01-02T03:04:05+1",
            "2026-01-02T03:04:05.1234567891",
            "\u{20ac}\u{20ac}\u{20ac}\u{20ac}",
            "2026-01-02X",
        ] {
            assert!(
                why(text).contains("not a time or date"),
                "{text}: {}",
                why(text)
            );
        }
        for text in [
            "2026-02-30",
            "2026-13-01T00:00:00Z",
            "2026-01-02T25:00:00Z",
            "2026-01-02T24:01",
            "2026-01-02T00:00:00+24:00",
        ] {
            assert!(
                why(text).contains("does not exist"),
                "{text}: {}",
                why(text)
            );
        }
        for text in [
            "9999-12-31T23:59:59-02:00",
            "10000-01-01T00:00:00Z",
            "+292278994-08-17T07:12:55Z",
            "-012345-01-01",
        ] {
            assert!(why(text).contains("out of range"), "{text}: {}", why(text));
        }
        assert!(why(&"9".repeat(10_000)).len() < 200);
    }

    #[test]
    fn timestamps_support_arithmetic() {
        let (start, hour) = (time("2026-01-02T03:04:05Z"), Duration::from_secs(3600));
        assert_eq!((start + hour).to_string(), "2026-01-02T04:04:05Z");
        assert_eq!((start - hour) - start, SignedDuration::from_secs(-3600));
        assert_eq!(Timestamp::MAX + hour, Timestamp::MAX);
        assert_eq!(Timestamp::MAX.checked_add(hour), None);
        assert!(Timestamp::now() > start);
        let system = SystemTime::try_from(start).unwrap();
        assert_eq!(
            (Timestamp::try_from(system).unwrap(), Timestamp::UNIX_EPOCH),
            (start, time("1970-01-01"))
        );
        let jiff = jiff::Timestamp::try_from(start).unwrap();
        assert_eq!(Timestamp::from(jiff), start);
        assert!(jiff::Timestamp::try_from(Timestamp::MAX).is_err());
    }
}
