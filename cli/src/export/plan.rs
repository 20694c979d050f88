//! A range of time and its windows.

use autopi::jiff::{SignedDuration, Timestamp};
use clap::ArgMatches;

use crate::{Failure, Result, commands::filters, output::line};

/// The maximum number of windows; more are a mistake.
const MOST: i64 = 200_000;

/// A range of time, and the length of its windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The start, inclusive.
    pub from: Timestamp,
    /// The end, exclusive.
    pub to: Timestamp,
    window: SignedDuration,
}

/// A window of one device or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub device: Option<String>,
    pub from: Timestamp,
    pub to: Timestamp,
    /// The end of the range; a trip that is not over is shown up to it.
    pub last: Timestamp,
}

impl Range {
    /// Returns the range of `--from`, `--to` and `--window`.
    ///
    /// # Errors
    /// Returns an error if a time is malformed, or if the range is empty.
    pub fn read(matches: &ArgMatches, window: &str) -> Result<Self> {
        let [from, to] = filters::range(matches)?;
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Failure::usage("--from and --to: required, not given"));
        };
        let window = span(window).ok_or_else(|| {
            Failure::usage(format!(
                "--window `{}`: must be a length such as 30m, 6h or 7d",
                line(window)
            ))
        })?;
        Ok(Self { from, to, window })
    }

    /// Returns windows of the same length in another range.
    pub fn at(self, from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, ..self }
    }

    /// Returns the windows, device by device.
    ///
    /// # Errors
    /// Returns an error if there are too many.
    pub fn units(self, devices: &[String]) -> Result<impl Iterator<Item = Unit> + use<>> {
        let length = self.to.duration_since(self.from);
        let (seconds, each) = (length.as_secs(), self.window.as_secs());
        let count = (seconds + each - 1) / each + i64::from(length.subsec_nanos() > 0);
        let devices: Vec<Option<String>> = match devices {
            [] => vec![None],
            devices => devices.iter().cloned().map(Some).collect(),
        };
        if count.saturating_mul(devices.len() as i64) > MOST {
            return Err(Failure::usage(format!(
                "{} to {} are {count} windows, more than {MOST}",
                self.from, self.to
            ))
            .hint("a shorter range, or a longer --window"));
        }
        Ok(devices.into_iter().flat_map(move |device| {
            let start = move |n: i64| {
                let at = self.from.checked_add(SignedDuration::from_secs(each * n));
                at.map_or(self.to, |at| at.min(self.to))
            };
            (0..count)
                .map(move |n| Unit {
                    device: device.clone(),
                    from: start(n),
                    to: start(n + 1),
                    last: self.to,
                })
                .filter(|unit| unit.from < unit.to)
        }))
    }
}

/// Reads a length of time: `30m`, `6h`, `7d`.
fn span(text: &str) -> Option<SignedDuration> {
    let at = text.char_indices().next_back()?.0;
    let (count, unit) = text.split_at(at);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let seconds = count.parse::<i64>().ok()?.checked_mul(unit)?;
    // At most a century, which is longer than any range.
    (1..=3_200_000_000)
        .contains(&seconds)
        .then(|| SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str, window: &str) -> Range {
        Range {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            window: span(window).unwrap(),
        }
    }

    #[test]
    fn windows_have_all_of_the_range_once() {
        for (to, window, count) in [
            ("2026-01-02T00:00:00Z", "6h", 4),
            ("2026-01-02T00:00:01Z", "6h", 5),
            ("2026-01-01T00:00:00.000000001Z", "6h", 1),
            ("2026-01-01T06:00:00.5Z", "6h", 2),
            ("2026-01-01T00:00:01Z", "5200w", 1),
        ] {
            let range = range("2026-01-01T00:00:00Z", to, window);
            let units: Vec<_> = range.units(&[]).unwrap().collect();
            assert_eq!(units.len(), count, "{to}");
            assert_eq!(units.first().unwrap().from, range.from);
            assert_eq!(units.last().unwrap().to, range.to);
            assert!(units.windows(2).all(|w| w[0].to == w[1].from), "{units:?}");
        }
        let whole = range("0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "6h");
        assert!(whole.units(&[]).is_err());
        for bad in [
            "",
            "h",
            "6",
            "0h",
            "-1h",
            "1y",
            "99999999999999999999d",
            "6é",
        ] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }
}
