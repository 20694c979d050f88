//! The differ and the pipeline, judged by JSON Schema alone. Of random pairs of schemas that the
//! differ does not call breaking, no value that the old one accepts in a request is refused by the
//! new one, and no value that the new one allows in a response is of another type than the old one
//! says. What the pipeline makes of a schema accepts all that the schema accepts.

#[path = "support/random.rs"]
mod random;

use random::{Rng, as_json_schema, keyword, schema, validator, value};
use serde_json::{Map, Value, json};
use xtask::pipeline::{
    diff::{Change, Class, Documents, Rule, compare},
    normalize,
};

const PAIRS: u64 = 4000;
const NORMALISED: u64 = 1000;
/// The number of values for each pair.
const VALUES: usize = 300;

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
