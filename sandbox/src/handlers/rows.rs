//! The rows of telemetry that a query asks for: an arithmetic series, so that a page costs as much
//! as is on it.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::{
    handlers::{filter, query::Query},
    sample::{
        SampleContext, Span, fake, route,
        telemetry::{STEP, TYPES, data},
    },
};

/// Rows chosen by time and type: an arithmetic series of row numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRange {
    first: u64,
    stride: u64,
    pub count: u64,
    newest_first: bool,
}

impl RowRange {
    /// Returns the selected rows of `total`; `typed` says that the records have a type.
    pub fn of(
        total: u64,
        since: i64,
        typed: bool,
        query: &Query,
        defaults: &HashMap<&str, String>,
    ) -> Self {
        let (from, until) = filter::range(query);
        // The start is rounded up and the end down, so that both are inside.
        let row = |t: jiff::Timestamp, up: i64| {
            (t.as_second() - since + up * (STEP - 1) + up * i64::from(t.subsec_nanosecond() > 0))
                .div_euclid(STEP)
        };
        let from = from.map_or(0, |t| row(t, 1).max(0) as u64);
        let until = until
            .map_or(total, |t| (row(t, 0) + 1).max(0) as u64)
            .min(total);
        let value = |name: &str| {
            query
                .get(name)
                .map(str::to_owned)
                .or_else(|| defaults.get(name).cloned())
        };
        let plain = value("aggregation").as_deref() == Some("none");
        let interval = value("interval")
            .and_then(|t| seconds(&t))
            .filter(|_| !plain)
            .map_or(1, |s| (s / STEP).max(1) as u64);
        let kind = if typed {
            ["data_type", "type", "t"]
                .iter()
                .find_map(|n| query.get(n))
                .filter(|t| !t.is_empty())
        } else {
            None
        };
        let (offset, stride) = match kind {
            None => (0, interval),
            Some(kind) => match TYPES.iter().position(|t| *t == kind) {
                Some(at) => (at as u64, TYPES.len() as u64),
                None => {
                    return Self {
                        first: 0,
                        stride: 1,
                        count: 0,
                        newest_first: false,
                    };
                }
            },
        };
        let first = from + (offset + stride - from % stride) % stride;
        let mut rows = Self {
            first,
            stride,
            count: until.saturating_sub(first).div_ceil(stride),
            newest_first: false,
        };
        // The newest values of a field, if the API takes a number of them.
        if let Some(size) = value("size").filter(|_| plain).and_then(|s| s.parse().ok()) {
            rows.first += rows.count.saturating_sub(size) * stride;
            rows.count = rows.count.min(size);
        }
        rows.newest_first = query.get("ordering").is_some_and(|o| o.starts_with('-'));
        rows
    }

    /// Returns the row numbers of a page from `start`.
    pub fn page(self, start: u64, size: u64) -> impl Iterator<Item = u64> {
        let end = start.saturating_add(size).min(self.count);
        (start..end).map(move |n| {
            self.first
                + self.stride
                    * if self.newest_first {
                        self.count - 1 - n
                    } else {
                        n
                    }
        })
    }
}

/// Reads a number and a unit (`10m`) as seconds.
fn seconds(text: &str) -> Option<i64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

/// Returns the value of a field, such as `obd.speed.value`, as the requested type.
pub fn field(path: &str, kind: Option<&str>, context: SampleContext<'_>, span: Span) -> Value {
    let known = TYPES
        .iter()
        .find(|t| path == **t || path.starts_with(&format!("{t}.")));
    let found = known.and_then(|known| {
        let mut at = &data(known, context);
        for part in path
            .get(known.len()..)?
            .split('.')
            .filter(|p| !p.is_empty())
        {
            at = at.get(part)?;
        }
        let inner = at.get("value").or_else(|| at.get("loc"));
        Some(inner.unwrap_or(at).clone())
    });
    let last = path
        .trim_end_matches(".value")
        .rsplit('.')
        .next()
        .unwrap_or(path);
    let number = |value: Option<&Value>| {
        let known = value.and_then(Value::as_f64);
        known
            .or_else(|| fake::number(last, context, span))
            .unwrap_or_else(|| (context.rng.at(path).fraction() * 1000.0).round() / 10.0)
    };
    match kind {
        Some("geo_point") => {
            let position = route::position(context.index, context.second.unwrap_or_default());
            json!({"lat": position.lat, "lon": position.lon})
        }
        Some("int" | "long") => json!(number(found.as_ref()).round() as i64),
        Some("string") => match found {
            Some(Value::String(text)) => text.into(),
            Some(value) => value.to_string().into(),
            None => number(None).to_string().into(),
        },
        Some("float") => json!(number(found.as_ref())),
        _ => found.unwrap_or_else(|| json!(number(None))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(query: &str) -> RowRange {
        RowRange::of(
            1_000_000,
            Span::DEFAULT.since,
            true,
            &Query::parse(query),
            &HashMap::new(),
        )
    }

    #[test]
    fn ranges_types_and_pages_of_telemetry_are_computed() {
        assert_eq!(rows("").count, 1_000_000);
        assert_eq!(
            rows("start_utc=2026-01-01T00:00:00Z&end_utc=2026-01-01T00:01:00Z")
                .page(0, 100)
                .collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5, 6]
        );
        assert_eq!(
            rows("start_utc=2026-01-01T00:00:00.5Z&end_utc=2026-01-01T00:00:59Z")
                .page(0, 100)
                .collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
        assert_eq!(rows("start_utc=2027-01-01T00:00:00Z").count, 0);
        assert_eq!(rows("end_utc=2025-01-01T00:00:00Z").count, 0);
        let bat = rows("data_type=obd.bat&start_utc=2026-01-01T00:00:20Z");
        assert_eq!(
            (bat.page(0, 2).collect::<Vec<_>>(), bat.count),
            (vec![7, 13], 166_666)
        );
        assert_eq!(rows("data_type=nothing").count, 0);
        assert_eq!(
            rows("ordering=-ts").page(999_998, 10).collect::<Vec<_>>(),
            [1, 0]
        );
        assert_eq!(
            rows("interval=1h&start_utc=2026-01-01T00:00:10Z&end_utc=2026-01-01T02:00:00Z")
                .page(0, 9)
                .collect::<Vec<_>>(),
            [360, 720]
        );
        assert_eq!(
            rows("aggregation=none&size=2&end_utc=2026-01-01T00:01:00Z")
                .page(0, 9)
                .collect::<Vec<_>>(),
            [5, 6]
        );
    }
}
