//! Parses times and dates of RFC 3339, and the variants that other programs write.

use std::{error::Error as StdError, fmt};

use jiff::civil;

/// The error of a text that is not a time or date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    pub(super) text: String,
    pub(super) why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Form,
    Finer,
    NoSuch,
    Range,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short: String = self.text.chars().take(60).collect();
        let why = match self.why {
            Why::Form => "is not a time or date of RFC 3339",
            Why::Finer => "is finer than nanoseconds, which a time is kept in",
            Why::NoSuch => "is a day or a time of day that does not exist",
            Why::Range => "is out of range: beyond the years -9999 to 9999",
        };
        write!(f, "`{}` {why}", short.escape_debug())
    }
}

impl StdError for TimeError {}

/// The parts of a time.
pub(super) struct Parts {
    pub date: civil::Date,
    pub time: civil::Time,
    /// Seconds to add, for a leap second, `24:00` or the offset.
    pub shift: i64,
}

/// Parses a text; whitespace around it is ignored.
pub(super) fn parts(text: &str) -> Result<Parts, TimeError> {
    let text = text.trim();
    read(text.as_bytes()).map_err(|why| {
        let year = text
            .trim_start_matches(['+', '-'])
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        let far = why == Why::Form && year > 4 && text[1..].contains('-');
        TimeError {
            text: text.to_owned(),
            why: if far { Why::Range } else { why },
        }
    })
}

fn read(text: &[u8]) -> Result<Parts, Why> {
    // A year before 0 has a sign and six digits.
    let (sign, text, year) = match text {
        [b'-', text @ ..] => (-1, text, 6),
        text => (1, text, 4),
    };
    let (date, rest) = text.split_at_checked(year + 6).ok_or(Why::Form)?;
    let (year, date) = date.split_at(year);
    let &[b'-', m1, m2, b'-', d1, d2] = date else {
        return Err(Why::Form);
    };
    let (year, month, day) = (number(year)?, small(&[m1, m2])?, small(&[d1, d2])?);
    let year = i16::try_from(sign * year).ok().filter(|y| *y >= -9999);
    let date = civil::Date::new(year.ok_or(Why::Range)?, month, day).map_err(|_| Why::NoSuch)?;
    let (time, carry, rest) = match rest {
        [b'T' | b't' | b' ', rest @ ..] => time_of_day(rest)?,
        rest => (civil::Time::MIN, 0, rest),
    };
    Ok(Parts {
        date,
        time,
        shift: carry - offset(rest)?,
    })
}

fn number(digits: &[u8]) -> Result<i32, Why> {
    let next = |n: i32, b: &u8| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0'));
    digits.iter().try_fold(0, next).ok_or(Why::Form)
}

fn small(digits: &[u8; 2]) -> Result<i8, Why> {
    number(digits).map(|n| n as i8)
}

/// Returns the time of day, the seconds to add to it, and the rest of the text.
fn time_of_day(text: &[u8]) -> Result<(civil::Time, i64, &[u8]), Why> {
    let &[h1, h2, b':', m1, m2, ref rest @ ..] = text else {
        return Err(Why::Form);
    };
    let (second, rest) = match *rest {
        [b':', s1, s2, ref rest @ ..] => (small(&[s1, s2])?, rest),
        _ => (0, rest),
    };
    let (nanos, rest) = match rest {
        [b'.' | b',', rest @ ..] => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let (fraction, rest) = rest.split_at(digits);
            // Zeros beyond the nanoseconds change nothing.
            let (nanos, finer) = fraction.split_at(digits.min(9));
            if finer.iter().any(|b| *b != b'0') {
                return Err(Why::Finer);
            }
            if nanos.is_empty() {
                return Err(Why::Form);
            }
            (number(nanos)? * 10i32.pow(9 - nanos.len() as u32), rest)
        }
        _ => (0, rest),
    };
    let (hour, minute) = (small(&[h1, h2])?, small(&[m1, m2])?);
    let last = (hour, minute, second, nanos) == (24, 0, 0, 0);
    let leap = second == 60;
    let carry = if last { 86_400 } else { i64::from(leap) };
    let (hour, second) = (if last { 0 } else { hour }, if leap { 59 } else { second });
    let time = civil::Time::new(hour, minute, second, nanos).map_err(|_| Why::NoSuch)?;
    Ok((time, carry, rest))
}

/// Returns how many seconds the local time is ahead of UTC.
fn offset(text: &[u8]) -> Result<i64, Why> {
    let (sign, digits) = match text {
        [] | [b'Z' | b'z'] => return Ok(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return Err(Why::Form),
    };
    let (hours, minutes) = match *digits {
        [h1, h2] => ([h1, h2], [b'0'; 2]),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([h1, h2], [m1, m2]),
        _ => return Err(Why::Form),
    };
    match (number(&hours)?, number(&minutes)?) {
        (hours @ 0..=23, minutes @ 0..=59) => Ok(i64::from(sign * (hours * 60 + minutes) * 60)),
        _ => Err(Why::NoSuch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<i64, Why> {
        read(text.as_bytes()).map(|parts| parts.shift)
    }

    #[test]
    fn offsets_are_hours_and_minutes_that_exist() {
        for (offset, shift) in [
            ("+05:30", -19_800),
            ("-0930", 34_200),
            ("+2359", -86_340),
            ("-00:01", 60),
            ("+14", -50_400),
        ] {
            assert_eq!(seconds(&format!("2026-01-02T03:04{offset}")), Ok(shift));
        }
        for offset in ["+00:60", "-2360", "+24", "+24:00"] {
            let text = format!("2026-01-02T03:04{offset}");
            assert_eq!(seconds(&text), Err(Why::NoSuch), "{text}");
        }
    }

    #[test]
    fn only_midnight_is_24_and_only_second_60_leaps() {
        assert_eq!(seconds("2026-01-02T24:00:00.000Z"), Ok(86_400));
        assert_eq!(seconds("2016-12-31T23:59:60.5Z"), Ok(1));
        for text in ["24:00:01", "24:00:00.1", "24:00:60", "23:59:61", "23:60"] {
            let text = format!("2026-01-02T{text}Z");
            assert_eq!(seconds(&text), Err(Why::NoSuch), "{text}");
        }
    }

    #[test]
    fn years_go_from_minus_9999_to_9999() {
        assert_eq!(seconds("-009999-01-01"), Ok(0));
        assert_eq!(seconds("-010000-01-01"), Err(Why::Range));
        let error = parts("-000001-02-30").map(|parts| parts.shift).unwrap_err();
        assert_eq!(error.why, Why::NoSuch);
    }
}
