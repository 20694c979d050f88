//! The differ and the pipeline, judged by JSON Schema alone. Of random pairs of schemas that the
//! differ does not call breaking, no value that the old one accepts in a request is refused by the
//! new one, and no value that the new one allows in a response is of another type than the old one
//! says. What the pipeline makes of a schema accepts all that the schema accepts.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use xtask::pipeline::{
    diff::{Change, Class, Documents, Rule, compare},
    normalize,
};

const PAIRS: u64 = 4000;
const NORMALISED: u64 = 1000;
/// The number of values for each pair.
const VALUES: usize = 300;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const TEXTS: [&str; 7] = ["", "a", "ab", "abcd", "x1", "b", "abcdefgh"];

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.below(3) == 0).cloned().collect()
    }
}

fn schema(rng: &mut Rng, depth: usize) -> Value {
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
fn keyword(rng: &mut Rng, map: &mut Map<String, Value>, depth: usize) {
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

/// Collects the pointers of a schema and of those in it.
fn places(schema: &Value, at: String, out: &mut Vec<String>) {
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
            places(inner, format!("{at}/{key}"), out);
        }
    }
    for key in ["anyOf", "allOf"] {
        let all = schema.get(key).and_then(Value::as_array);
        for (i, inner) in all.into_iter().flatten().enumerate() {
            places(inner, format!("{at}/{key}/{i}"), out);
        }
    }
    let members = schema.get("properties").and_then(Value::as_object);
    for (name, inner) in members.into_iter().flatten() {
        places(inner, format!("{at}/properties/{name}"), out);
    }
    out.push(at);
}

/// Sets, removes or replaces something at a random place.
fn change(rng: &mut Rng, whole: &mut Value) {
    let mut all = Vec::new();
    places(whole, String::new(), &mut all);
    let at = rng.one(&all);
    let depth = at.matches('/').count() / 2;
    let Some(Value::Object(map)) = whole.pointer_mut(&at) else {
        return;
    };
    let keys: Vec<String> = map.keys().cloned().collect();
    match rng.below(4) {
        0 if !keys.is_empty() => match rng.one(&keys).as_str() {
            // The keywords of a type imply it.
            "type" => map.clear(),
            "items" => drop(map.insert("items".into(), json!({}))),
            key => drop(map.shift_remove(key)),
        },
        1 => *map = schema(rng, depth).as_object().unwrap().clone(),
        _ => keyword(rng, map, depth),
    }
}

/// Returns the schema as JSON Schema has it: `nullable` is a type there.
fn as_json_schema(schema: &Value) -> Value {
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

/// Returns what the reader of a response relies on: types, and members that must be there. A union
/// of several is open.
fn relied_on(schema: &Value) -> Value {
    let Value::Object(map) = schema else {
        return true.into();
    };
    let mut out = Map::new();
    for (key, value) in map {
        let kept = match (key.as_str(), value) {
            ("anyOf", Value::Array(all)) if all.len() > 1 => continue,
            ("anyOf" | "allOf", Value::Array(all)) => all.iter().map(relied_on).collect(),
            ("properties", Value::Object(all)) => {
                let all = all.iter().map(|(name, of)| (name.clone(), relied_on(of)));
                Value::Object(all.collect())
            }
            ("items" | "additionalProperties", of) => relied_on(of),
            ("type" | "required" | "nullable", value) => value.clone(),
            _ => continue,
        };
        out.insert(key.clone(), kept);
    }
    as_json_schema(&Value::Object(out))
}

fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft7);
    options.build(schema).unwrap()
}

/// Returns a value that is near to what the schema accepts.
fn value(rng: &mut Rng, schema: &Value, depth: usize) -> Value {
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

fn document(schema: &Value, is_response: bool) -> Value {
    let body = json!({"description": "", "content": {"application/json": {"schema": schema}}});
    let mut operation = json!({"operationId": "x", "responses": {"204": {"description": ""}}});
    match is_response {
        true => operation["responses"] = json!({ "200": body }),
        false => operation["requestBody"] = body,
    }
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/x/": {"post": operation}}})
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let documents = |upstream| Documents {
        upstream,
        doc: &Value::Null,
    };
    compare(documents(old), documents(new)).unwrap()
}

#[test]
fn what_is_not_breaking_refuses_no_request_and_changes_no_type_of_a_response() {
    let (mut harmless, mut breaking, mut wrong) = (0, 0, Vec::new());
    for seed in 0..PAIRS {
        let mut rng = Rng(seed);
        let old = schema(&mut rng, 0);
        let mut new = old.clone();
        change(&mut rng, &mut new);
        let is_response = seed % 2 == 1;
        let found = changes(&document(&old, is_response), &document(&new, is_response));
        if found
            .iter()
            .any(|c| c.wire.is_some_and(|class| class <= Class::Unclassified))
        {
            breaking += 1;
            continue;
        }
        // Nobody sends a member by chance that the document does not know yet.
        if !is_response && found.iter().any(|c| c.rule == Rule::MemberNew) {
            continue;
        }
        harmless += 1;
        let (from, accepts) = match is_response {
            true => (&new, relied_on(&old)),
            false => (&old, as_json_schema(&new)),
        };
        let (allows, accepts) = (validator(&as_json_schema(from)), validator(&accepts));
        for _ in 0..VALUES {
            let value = value(&mut rng, from, 0);
            if allows.is_valid(&value) && !accepts.is_valid(&value) {
                let found: Vec<_> = found
                    .iter()
                    .map(|c| format!("{:?}: {}", c.rule, c.what))
                    .collect();
                wrong.push(format!("{old} -> {new}\n  {value} by {found:?}"));
                break;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {harmless}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(harmless > 1000 && breaking > 1000, "{harmless} {breaking}");
}

/// Removes the values that schemas list, and that one alternative alone must match: the client
/// is open to others.
fn open(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|key, value| key != "enum" || !value.is_array());
            if let Some(alternatives) = map.remove("oneOf") {
                map.insert("anyOf".into(), alternatives);
            }
            map.values_mut().for_each(open);
        }
        Value::Array(all) => all.iter_mut().for_each(open),
        _ => {}
    }
}

#[test]
fn the_pipeline_makes_no_schema_narrower() {
    let mut wrong = Vec::new();
    for seed in 0..NORMALISED {
        let mut rng = Rng(seed);
        let old = schema(&mut rng, 0);
        let mut document = document(&old, false);
        if seed % 2 == 1 {
            document = self::document(&as_json_schema(&old), false);
            document["openapi"] = "3.1.0".into();
        }
        let new = normalize(&document.to_string(), None).unwrap().doc;
        let body = "/paths/~1x~1/post/requestBody/content/application~1json/schema";
        let mut new =
            json!({"allOf": [new.pointer(body).unwrap()], "components": new["components"]});
        open(&mut new);
        let (allows, accepts) = (
            validator(&as_json_schema(&old)),
            validator(&as_json_schema(&new)),
        );
        let mut values = (0..VALUES).map(|_| value(&mut rng, &old, 0));
        if let Some(value) = values.find(|v| allows.is_valid(v) && !accepts.is_valid(v)) {
            wrong.push(format!("{document}\n  {value}\n  {new}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
