//! Makes sums and counts agree with the lists beside them.

use serde_json::{Map, Value, json};

use crate::spec::names::singular;

/// Pairs of members that add up to the total.
const COMPLEMENTS: [[&str; 2]; 2] = [["online", "offline"], ["updated", "update_available"]];

/// Adjusts the counts of an object about `resource`, of which there are `size` items.
pub fn reconcile(
    map: &mut Map<String, Value>,
    (resource, size): (&str, u64),
    known: impl Fn(&str) -> bool,
) {
    let lists: Vec<(String, usize)> = map
        .iter()
        .filter_map(|(name, value)| Some((singular(name), value.as_array()?.len())))
        .collect();
    // `device_count` beside `devices`.
    for (name, length) in &lists {
        if let Some(count) = map.get_mut(&format!("{name}_count")).filter(|c| c.is_u64()) {
            *count = json!(length);
        }
    }
    let only = map.iter_mut().find_map(|(_, value)| value.as_array_mut());
    let total = match (lists.as_slice(), only) {
        ([_], Some(list)) => {
            let counts = list.iter().map(|v| v.get("count").and_then(Value::as_u64));
            let inner = list
                .iter()
                .filter_map(|v| v.as_object()?.values().find_map(Value::as_array));
            match counts.sum::<Option<u64>>() {
                Some(sum) if !list.is_empty() => {
                    let total = if known(resource) { size } else { sum };
                    distribute(list, total);
                    total
                }
                // In a list of objects with one list each, the inner items are counted.
                _ if inner.clone().count() == list.len() && !list.is_empty() => {
                    inner.map(|l| l.len() as u64).sum()
                }
                _ => list.len() as u64,
            }
        }
        _ => match map.get("total").and_then(Value::as_u64) {
            Some(total) => total,
            None => return decimals(map),
        },
    };
    for name in ["total", "count"] {
        if let Some(count) = map.get_mut(name).filter(|c| c.is_u64()) {
            *count = json!(total);
        }
    }
    for [one, other] in COMPLEMENTS {
        if map.get(one).is_some_and(Value::is_u64) && map.get(other).is_some_and(Value::is_u64) {
            map.insert(one.into(), json!(total - total / 5));
            map.insert(other.into(), json!(total / 5));
        }
    }
    if let Some(current) = map
        .get_mut("current")
        .filter(|c| c.as_u64().is_some_and(|n| n > total))
    {
        *current = json!(total);
    }
    decimals(map);
}

/// Makes the counts in a list add up to the total.
fn distribute(list: &mut [Value], total: u64) {
    let (n, mut left) = (list.len() as u64, total);
    for (at, item) in list.iter_mut().enumerate() {
        let part = if at as u64 + 1 == n {
            left
        } else {
            (total / n).min(left)
        };
        left -= part;
        if let Some(count) = item.get_mut("count") {
            *count = json!(part);
        }
    }
}

/// Makes the amounts of an invoice agree: the lines add up to the subtotal, and with the tax to the
/// total.
fn decimals(map: &mut Map<String, Value>) {
    let cents = |value: &Value| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        text.parse::<f64>().ok().map(|n| (n * 100.0).round() as i64)
    };
    let like = |old: &Value, cents: i64| {
        if old.is_string() {
            json!(format!("{}.{:02}", cents / 100, cents % 100))
        } else {
            json!(cents as f64 / 100.0)
        }
    };
    let line = |line: &Value| ["total", "amount"].iter().find_map(|k| cents(line.get(k)?));
    let lines = map.get("lines").and_then(Value::as_array);
    let lines = lines.and_then(|l| l.iter().map(line).sum::<Option<i64>>());
    let Some(old) = map.get("subtotal").cloned() else {
        return;
    };
    let Some(subtotal) = lines.or_else(|| cents(&old)) else {
        return;
    };
    map.insert("subtotal".into(), like(&old, subtotal));
    let vat = subtotal / 4;
    if let Some(tax) = map.get_mut("vat") {
        *tax = like(tax, vat);
        if let Some(total) = map.get_mut("total") {
            *total = like(total, subtotal + vat);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_fit_their_lists() {
        for (made, settled) in [
            (
                json!({"total": 9, "codes": [{"code": "a"}, {"code": "b"}]}),
                json!({"total": 2, "codes": [{"code": "a"}, {"code": "b"}]}),
            ),
            (
                json!({"total": 9, "online": 7, "offline": 5, "versions": [{"count": 1}, {"count": 8}]}),
                json!({"total": 25, "online": 20, "offline": 5, "versions": [{"count": 12}, {"count": 13}]}),
            ),
            (
                json!({"total": 1, "severities": [{"alerts": [1, 2]}, {"alerts": [3]}]}),
                json!({"total": 3, "severities": [{"alerts": [1, 2]}, {"alerts": [3]}]}),
            ),
            (
                json!({"devices": [1, 2], "device_count": 9}),
                json!({"devices": [1, 2], "device_count": 2}),
            ),
            (
                json!({"subtotal": "1.00", "vat": "3.00", "total": "2.00", "lines": [{"amount": "8.00"}, {"amount": "4.00"}]}),
                json!({"subtotal": "12.00", "vat": "3.00", "total": "15.00", "lines": [{"amount": "8.00"}, {"amount": "4.00"}]}),
            ),
            (
                json!({"name": "x", "tags": []}),
                json!({"name": "x", "tags": []}),
            ),
        ] {
            let Value::Object(mut map) = made else {
                panic!()
            };
            reconcile(&mut map, ("device", 25), |resource| resource == "device");
            assert_eq!(Value::Object(map), settled);
        }
    }
}
