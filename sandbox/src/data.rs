//! Values made from schemas: the same seed gives the same values.

use serde_json::{Map, Value, json};

/// A small deterministic generator (SplitMix64).
#[derive(Clone)]
pub struct Rng(u64);

impl Rng {
    /// For a place: a seed and what is made there.
    pub fn of(seed: u64, place: &str) -> Self {
        // FNV-1a
        Self(place.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(((u128::from(self.next()) << 64) | u128::from(self.next())).to_be_bytes()).into_uuid().to_string()
    }
}

/// Makes a value of `schema`; `name` is the property's, which tells what it is about.
pub fn value(doc: &Value, schema: &Value, name: &str, rng: &mut Rng) -> Value {
    make(doc, schema, name, rng, &mut Vec::new())
}

/// The `$ref` that a schema is, an `allOf` of one included.
fn target(schema: &Value) -> Option<&str> {
    schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref"))?.as_str()
}

/// `open` holds the references that are being made: a recursive one ends with an empty array, or is left out.
fn make<'a>(doc: &'a Value, schema: &'a Value, name: &str, rng: &mut Rng, open: &mut Vec<&'a str>) -> Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let Some(found) = reference.strip_prefix('#').and_then(|p| doc.pointer(p)) else { return Value::Null };
        if open.len() > 32 {
            return Value::Null;
        }
        open.push(reference);
        let made = make(doc, found, name, rng, open);
        open.pop();
        return made;
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut all = Map::new();
        for part in parts {
            match make(doc, part, name, rng, open) {
                Value::Object(map) => all.extend(map),
                other => return other,
            }
        }
        return Value::Object(all);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|v| !v.is_empty()) {
        return values[rng.below(values.len() as u64) as usize].clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text(schema, name, rng),
        Some("integer") => integer(schema, rng),
        Some("number") => number(schema, name, rng),
        Some("boolean") => Value::Bool(rng.below(2) == 1),
        Some("array") => {
            let item = schema.get("items").unwrap_or(&Value::Null);
            let recursive = target(item).is_some_and(|t| open.contains(&t));
            let n = if recursive || open.len() > 3 { 0 } else { 1 + rng.below(2) };
            (0..n).map(|_| make(doc, item, name, rng, open)).collect()
        }
        _ if schema.get("properties").is_some() || schema.get("type").and_then(Value::as_str) == Some("object") => {
            let mut out = Map::new();
            for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !target(property).is_some_and(|t| open.contains(&t)) {
                    out.insert(key.clone(), make(doc, property, key, rng, open));
                }
            }
            out.into()
        }
        // Any JSON.
        _ if schema.get("x-autopi-json").is_some() => text(schema, name, rng),
        _ => Value::Null,
    }
}

fn limit(schema: &Value, key: &str, default: f64) -> f64 {
    schema.get(key).and_then(Value::as_f64).filter(|n| n.abs() < 1e9).unwrap_or(default)
}

fn integer(schema: &Value, rng: &mut Rng) -> Value {
    let low = limit(schema, "minimum", 1.0) as i64;
    let high = (limit(schema, "maximum", 1000.0) as i64).max(low);
    json!(low + rng.below((high - low + 1) as u64) as i64)
}

/// Coordinates lie in Denmark, where the vendor is at home.
fn number(schema: &Value, name: &str, rng: &mut Rng) -> Value {
    let (low, high) = match name {
        "lat" | "latitude" => (55.3, 57.5),
        "lon" | "lng" | "longitude" => (8.5, 12.4),
        _ => (limit(schema, "minimum", 0.0), limit(schema, "maximum", 100.0)),
    };
    let part = rng.below(1_000_000) as f64 / 1e6;
    json!(((low + (high - low).max(0.0) * part) * 1e6).round() / 1e6)
}

fn text(schema: &Value, name: &str, rng: &mut Rng) -> Value {
    let of = |s: String| Value::String(s);
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => return of(rng.uuid()),
        Some("date-time") => return of(moment(rng.below(86_400))),
        Some("date") => return of("2026-01-01".into()),
        Some("decimal") => return of(format!("{}.50", rng.below(100))),
        Some("email") => return of(format!("user{}@example.com", rng.below(100))),
        Some("uri") => return of("https://example.com/".into()),
        Some("ipv4") => return of("192.0.2.1".into()),
        _ => {}
    }
    if let Some(made) = schema.get("pattern").and_then(Value::as_str).and_then(|p| crate::pattern::text(p, rng)) {
        return of(made);
    }
    // A bare read-only string is a SerializerMethodField: a boolean on the wire where its name says so.
    let bare = schema.get("readOnly") == Some(&Value::Bool(true))
        && !["minLength", "maxLength", "pattern", "format"].iter().any(|k| schema.get(k).is_some());
    if bare && (name.starts_with("is_") || name.starts_with("has_")) {
        return Value::Bool(rng.below(2) == 1);
    }
    let lower = name.to_ascii_lowercase();
    let made = match lower.as_str() {
        "vin" => "1M8GDM9AXKP042788".to_owned(),
        "callname" | "call_name" | "display" => format!("Truck-{}", 1 + rng.below(99)),
        "licenseplate" => format!("AB {:05}", rng.below(100_000)),
        "version" | "release" => format!("v1.{}.{}", rng.below(30), rng.below(10)),
        "name" | "title" => format!("name-{}", 1 + rng.below(99)),
        _ if lower.ends_with("lat") => "56.162939".to_owned(),
        _ if lower.ends_with("lng") || lower.ends_with("lon") => "10.203921".to_owned(),
        "duration" => "00:12:30".to_owned(),
        _ => format!("{lower}-{}", 1 + rng.below(99)),
    };
    let max = limit(schema, "maxLength", 1e6) as usize;
    of(made.chars().take(max).collect())
}

/// On the first day of 2026.
pub fn moment(second: u64) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600 % 24, second / 60 % 60, second % 60)
}
