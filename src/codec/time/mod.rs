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
mod tests;
