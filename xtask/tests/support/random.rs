//! Random schemas, and random values for them.

#[path = "rng.rs"]
mod rng;

use jsonschema::{Draft, Validator};
pub use rng::Rng;
use serde_json::{Map, Value, json};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const TEXTS: [&str; 7] = ["", "a", "ab", "abcd", "x1", "b", "abcdefgh"];

impl Rng {
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.below(3) == 0).cloned().collect()
    }
}

pub fn schema(rng: &mut Rng, depth: usize) -> Value {
    let types = [
        "string", "integer", "number", "boolean", "array", "object", "object", "",
    ];
    let of = types[rng.below(if depth >= 2 { 4 } else { types.len() })];
    let mut map = Map::new();
    if !of.is_empty() {
        map.insert("type".into(), of.into());
    }
    (0..rng.below(4)).for_each(|_| keyword(rng, &mut map, depth));
    if of == "array" {
        map.entry("items").or_insert_with(|| json!({}));
    }
    Value::Object(map)
}

/// Sets a keyword that the type of the schema has.
pub fn keyword(rng: &mut Rng, map: &mut Map<String, Value>, depth: usize) {
    let n = rng.below(4);
    let of = map.get("type").and_then(Value::as_str).unwrap_or_default();
    let (key, value) = match (of.to_owned().as_str(), rng.below(8)) {
        ("", 0 | 1) => ("enum", json!([1, "a", true])),
        ("", _) => {
            let parts = (0..1 + n).map(|_| schema(rng, depth + 1)).collect();
            (rng.one(&["anyOf", "allOf"]), parts)
        }
        (_, 0) => ("nullable", true.into()),
        ("string", 1) => ("minLength", n.into()),
        ("string", 2) => ("maxLength", (n + 4).into()),
        ("string", 3) => ("enum", json!(["a", "ab", "x1"][..1 + n % 3])),
        ("string", _) => ("pattern", rng.one(&["^a", "b$", "^[a-z]*$"]).into()),
        ("integer", 1) => ("enum", json!([1, 2, 3][..1 + n % 3])),
        ("integer" | "number", 2) => ("minimum", n.into()),
        ("integer" | "number", 3) => ("maximum", (n + 4).into()),
        ("integer" | "number", _) => ("multipleOf", (n + 1).into()),
        ("array", 1) => ("minItems", n.into()),
        ("array", 2) => ("maxItems", (n + 4).into()),
        ("array", 3) => ("uniqueItems", true.into()),
        ("array", _) => ("items", schema(rng, depth + 1)),
        ("object", 1) => ("additionalProperties", json!(n > 1)),
        ("object", 2) => ("additionalProperties", schema(rng, depth + 1)),
        ("object", 3) => ("required", rng.some(&NAMES).into()),
        ("object", 4) => ("minProperties", n.into()),
        ("object", 5) => ("maxProperties", (n + 4).into()),
        ("object", _) => {
            let members = map.entry("properties").or_insert_with(|| json!({}));
            members[rng.one(&NAMES)] = schema(rng, depth + 1);
            return;
        }
        _ => return,
    };
    map.insert(key.into(), value);
}

/// Returns the schema as JSON Schema has it: `nullable` is a type there, and an exclusive limit is
/// a number.
pub fn as_json_schema(schema: &Value) -> Value {
    let Value::Object(map) = schema else {
        return match schema {
            Value::Array(all) => all.iter().map(as_json_schema).collect(),
            other => other.clone(),
        };
    };
    let inner = map.iter().filter(|(key, _)| *key != "nullable");
    let mut out: Map<_, _> = inner
        .map(|(key, value)| (key.clone(), as_json_schema(value)))
        .collect();
    for (flag, limit) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if out.get(flag) == Some(&true.into()) {
            let value = out.remove(limit).unwrap();
            out.insert(flag.into(), value);
        }
    }
    match (map.get("type"), map.get("nullable")) {
        (Some(of), Some(Value::Bool(true))) => {
            out.insert("type".into(), json!([of, "null"]));
            if let Some(Value::Array(values)) = out.get_mut("enum") {
                values.push(Value::Null);
            }
        }
        (None, Some(Value::Bool(true))) => return json!({"anyOf": [{"type": "null"}, out]}),
        _ => {}
    }
    Value::Object(out)
}

pub fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft7);
    options.build(schema).unwrap()
}

/// Returns a value that is near to what the schema accepts.
pub fn value(rng: &mut Rng, schema: &Value, depth: usize) -> Value {
    let is_odd = rng.below(12) == 0;
    let null = schema.get("nullable").is_some() && rng.below(5) == 0;
    let parts = schema.get("anyOf").or(schema.get("allOf"));
    let listed = schema.get("enum").and_then(Value::as_array);
    let of = schema.get("type").and_then(Value::as_str);
    match (of, parts.and_then(Value::as_array), listed) {
        _ if null => Value::Null,
        (_, _, Some(values)) if !is_odd => rng.one(values),
        (_, Some(parts), _) if !is_odd => {
            let part = rng.one(parts);
            value(rng, &part, depth)
        }
        (of, ..) => {
            let types = [
                "string", "integer", "number", "boolean", "null", "array", "object",
            ];
            let of = of.filter(|_| !is_odd);
            let of = of.unwrap_or_else(|| types[rng.below(if depth > 2 { 5 } else { 7 })]);
            plain(rng, of, schema, depth)
        }
    }
}

fn plain(rng: &mut Rng, of: &str, schema: &Value, depth: usize) -> Value {
    match of {
        "string" => rng.one(&TEXTS).into(),
        "integer" => json!(rng.below(10) as i64 - 1),
        "number" => json!(rng.below(20) as f64 / 2.0 - 1.0),
        "boolean" => json!(rng.below(2) == 0),
        "array" => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            (0..rng.below(6))
                .map(|_| value(rng, items, depth + 1))
                .collect()
        }
        "object" => {
            let must = |name: &str| {
                let all = schema.get("required").and_then(Value::as_array);
                all.is_some_and(|all| all.iter().any(|n| n == name))
            };
            let mut map = Map::new();
            for name in NAMES {
                if rng.below(2) == 0 && !(must(name) && rng.below(8) > 0) {
                    continue;
                }
                let known = schema.get("properties").and_then(|all| all.get(name));
                let of = known.or(schema.get("additionalProperties"));
                let inner = value(rng, of.unwrap_or(&Value::Null), depth + 1);
                map.insert(name.into(), inner);
            }
            Value::Object(map)
        }
        _ => Value::Null,
    }
}
