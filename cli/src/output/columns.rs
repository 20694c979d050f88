//! Columns and sort orders: paths into items, such as `callName` or `release.version`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::escape::line;
use crate::{Failure, call};

/// Returns the value at a path. A member whose name contains dots is found too.
pub fn get<'a>(item: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(value) = item.get(path) {
        return Some(value);
    }
    if let (Value::Array(items), Ok(n)) = (item, path.parse::<usize>()) {
        return items.get(n);
    }
    dots(path).find_map(|at| {
        let (first, rest) = (path.get(..at)?, path.get(at + 1..)?);
        let inner = match item {
            Value::Array(items) => items.get(first.parse::<usize>().ok()?),
            _ => item.get(first),
        };
        get(inner?, rest)
    })
}

/// How many dots the name of a member may have, if the path continues behind it.
const DOTS: usize = 127;

/// Returns where the first name of a path may end.
pub fn dots(path: &str) -> impl Iterator<Item = usize> {
    path.match_indices('.').map(|(at, _)| at).take(DOTS)
}

/// Returns an object with only these members, in this order; missing ones are null.
pub fn picked(item: &Value, columns: &[String]) -> Value {
    let cell = |path: &String| (path.clone(), get(item, path).cloned().unwrap_or_default());
    Value::Object(columns.iter().map(cell).collect::<Map<_, _>>())
}

/// Returns the failure of a column that nothing has, with those that there are.
pub fn unknown<'a>(
    what: &str,
    column: &str,
    known: impl Iterator<Item = &'a String> + Clone,
) -> Failure {
    let fault = Failure::usage(format!("{what} `{}`", line(column)));
    let near = call::near(column, known.clone().map(String::as_str));
    let near = near
        .first()
        .map(|name| format!("did you mean {}? ", line(name)));
    let all: Vec<_> = known.map(|name| line(name)).collect();
    match all.is_empty() {
        true => fault,
        false => fault.hint(format!(
            "{}there are {}",
            near.unwrap_or_default(),
            all.join(", ")
        )),
    }
}

/// Returns the member that items are sorted by, and whether from the largest.
pub fn order(path: &str) -> (&str, bool) {
    match path.strip_prefix('-') {
        Some(path) => (path, true),
        None => (path, false),
    }
}

/// Sorts items: numbers by size, also those that are texts, other texts by characters, missing
/// values last; equal items keep their order.
pub fn sort(items: &mut [Value], by: &[String]) {
    items.sort_by(|a, b| {
        let orders = by.iter().map(|path| {
            let (path, down) = order(path);
            let (a, b) = (present(get(a, path)), present(get(b, path)));
            match (a, b) {
                (Some(a), Some(b)) if down => compare(b, a),
                (Some(a), Some(b)) => compare(a, b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    });
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|v| !v.is_null())
}

fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |v: &Value| match v {
        Value::Null => 5,
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::String(text) if decimal(text).is_some() => 2,
        Value::String(_) => 3,
        _ => 4,
    };
    let same = match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a
                .as_f64()
                .unwrap_or(f64::NAN)
                .total_cmp(&b.as_f64().unwrap_or(f64::NAN)),
        },
        (Value::String(a), Value::String(b)) => match (decimal(a), decimal(b)) {
            (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
            _ => a.cmp(b),
        },
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => a.to_string().cmp(&b.to_string()),
    };
    rank(a).cmp(&rank(b)).then(same)
}

/// Returns the number that a text is, such as the decimals of Django REST framework: `-9.50`.
fn decimal(text: &str) -> Option<f64> {
    let is_plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"-.".contains(&b));
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_into_objects_lists_and_names_with_dots() {
        let item = json!({"a": {"b.c": [{"d": 1}]}, "obd.rpm": {"value": 2}});
        for (path, value) in [("a.b.c.0.d", 1), ("obd.rpm.value", 2)] {
            assert_eq!(get(&item, path), Some(&json!(value)), "{path}");
        }
        let long = "a.".repeat(100_000);
        for none in ["", ".", "a.", "a.b", "a.b.c.1", "x.y", &long] {
            assert_eq!(get(&item, none), None, "{none}");
        }
    }

    #[test]
    fn texts_that_are_numbers_are_sorted_by_size_before_other_texts() {
        let mut items =
            ["b", "10", "9.50", "-1", "1a", "9.5", "", "-", "1.2.3"].map(|t| json!({"n": t}));
        sort(&mut items, &["n".to_owned()]);
        let sorted = items.map(|i| i["n"].as_str().unwrap().to_owned());
        assert_eq!(
            sorted,
            ["-1", "9.5", "9.50", "10", "", "-", "1.2.3", "1a", "b"]
        );
    }

    #[test]
    fn missing_values_are_last_in_both_orders() {
        let order = |by: &str| {
            let mut items = vec![
                json!({"n": null}),
                json!({"n": 10}),
                json!({}),
                json!({"n": 9.5}),
            ];
            sort(&mut items, &[by.to_owned()]);
            items.iter().map(|i| i["n"].to_string()).collect::<Vec<_>>()
        };
        assert_eq!(order("n"), ["9.5", "10", "null", "null"]);
        assert_eq!(order("-n"), ["10", "9.5", "null", "null"]);
    }
}
