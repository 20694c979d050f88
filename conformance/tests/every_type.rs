//! Every type of the document: valid instances decode and encode back to equal JSON; so do unknown
//! enum values, and what is nullable as null.

#[path = "support/document.rs"]
mod document;

use std::collections::BTreeSet;

use document::document;
use serde_json::{Map, Value, json};

/// Returns the schema behind a reference, or behind an `allOf` with one part.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema
        .get("$ref")
        .or_else(|| schema.pointer("/allOf/0/$ref"));
    let target = target
        .and_then(Value::as_str)
        .filter(|_| schema.get("properties").is_none());
    match target.and_then(|t| document.pointer(t.trim_start_matches('#'))) {
        Some(inner) => resolved(document, inner),
        None => schema,
    }
}

/// Returns the expected result. In a request, null differs from absent; in a response, an optional
/// member is `None` either way, so a null is left out.
fn expected(document: &Value, schema: &Value, value: &Value, sent: bool) -> Value {
    let schema = resolved(document, schema);
    let inner = |schema: Option<&Value>, value: &Value| match schema {
        Some(schema) => expected(document, schema, value, sent),
        None => value.clone(),
    };
    match value {
        Value::Object(_) if schema["x-autopi-json"] == true => value.clone(),
        Value::Object(map) => {
            let property = |key: &str| schema["properties"].get(key);
            let others = schema.get("additionalProperties").filter(|o| o.is_object());
            let kept = map.iter().filter(|(key, value)| {
                let always = property(key).is_none_or(|p| p["x-autopi-always"] == true);
                sent || always || !value.is_null()
            });
            kept.map(|(key, value)| (key.clone(), inner(property(key).or(others), value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(list) => list
            .iter()
            .map(|item| inner(schema.get("items"), item))
            .collect(),
        other => other.clone(),
    }
}

/// Returns the components in request bodies (`requestBody`), or in `responses`.
fn reached(document: &Value, from: &str) -> BTreeSet<String> {
    fn references(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
                Some(target) if key == "$ref" => {
                    out.extend(target.rsplit('/').next().map(str::to_owned))
                }
                _ => references(value, out),
            }),
            Value::Array(list) => list.iter().for_each(|v| references(v, out)),
            _ => {}
        }
    }
    let mut todo = Vec::new();
    let items = document["paths"].as_object().into_iter().flatten();
    for (_, item) in items {
        for operation in item.as_object().into_iter().flatten().map(|(_, o)| o) {
            references(&operation[from], &mut todo);
        }
    }
    let mut found = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if found.insert(name.clone()) {
            references(&document["components"]["schemas"][&name], &mut todo);
        }
    }
    found
}

fn is_enum(document: &Value, schema: &Value) -> bool {
    let target = schema
        .get("$ref")
        .or_else(|| schema.pointer("/allOf/0/$ref"))
        .and_then(Value::as_str);
    target
        .and_then(|t| document.pointer(t.trim_start_matches('#')))
        .is_some_and(|s| s["enum"][0].is_string())
}

/// Varies a value by the seed: unchanged; with unknown members; with unknown enum values; with
/// nulls; with times without offset.
fn vary(document: &Value, schema: &Value, value: &mut Value, seed: u64) {
    let Some(map) = value.as_object_mut() else {
        return;
    };
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        match seed % 5 {
            2 if is_enum(document, property) => {
                drop(map.insert(name.clone(), "brand new \u{1f697}".into()))
            }
            3 if property["nullable"] == true => drop(map.insert(name.clone(), Value::Null)),
            _ => {}
        }
    }
    if seed % 5 == 1 {
        add_unknown(document, schema, value);
    }
}

/// Adds a member that the document does not name to the value, and to all objects in it.
fn add_unknown(document: &Value, schema: &Value, value: &mut Value) {
    let schema = resolved(document, schema);
    match value {
        Value::Object(map) if schema["properties"].is_object() => {
            for (key, inner) in map.iter_mut() {
                add_unknown(document, &schema["properties"][key], inner);
            }
            let typed = schema["additionalProperties"].as_object();
            if typed.is_none_or(Map::is_empty) {
                map.insert("not in the document".into(), json!({"a": [1, null]}));
            }
        }
        Value::Array(items) => {
            for item in items {
                add_unknown(document, &schema["items"], item);
            }
        }
        _ => {}
    }
}

#[test]
fn every_type_round_trips() {
    let document = document("openapi.json");
    let sent = reached(&document, "requestBody");
    let (mut failures, mut nulls) = (Vec::new(), 0);
    for (name, round_trip) in conformance::TYPES {
        let schema = &document["components"]["schemas"][*name];
        for seed in 0..25 {
            let mut value = autopi_sandbox::sample(&document, schema, seed);
            vary(&document, schema, &mut value, seed);
            let expected = expected(&document, schema, &value, sent.contains(*name));
            nulls += expected.to_string().matches(":null").count();
            match round_trip(&value) {
                Ok(back) if back == expected => {}
                Ok(back) => failures.push(format!("{name}: {value}\n  came back as {back}")),
                Err(e) => failures.push(format!("{name}: {value}\n  {e}")),
            }
        }
    }
    println!("{} types, 25 instances each", conformance::TYPES.len());
    assert!(
        conformance::TYPES.len() > 400 && nulls > 1000,
        "{nulls} nulls"
    );
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// A type for both directions would distinguish null from absent in a response too, as
/// `Option<Option<_>>`.
#[test]
fn no_response_has_an_option_of_an_option() {
    let document = document("openapi.json");
    let (sent, received) = (
        reached(&document, "requestBody"),
        reached(&document, "responses"),
    );
    let mut nullable = 0;
    for name in &received {
        let schema = &document["components"]["schemas"][name];
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            if resolved(&document, property)["nullable"] == true || property["nullable"] == true {
                nullable += 1;
                assert!(!sent.contains(name), "{name}.{key} is sent and received");
            }
        }
    }
    assert!(nullable > 200, "{nullable}");
}

#[test]
fn a_time_without_offset_is_utc_everywhere() {
    let document = document("openapi.json");
    let mut times = 0;
    for (name, round_trip) in conformance::TYPES {
        let schema = &document["components"]["schemas"][*name];
        let mut value = autopi_sandbox::sample(&document, schema, 1);
        for (key, _) in schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, p)| p["format"] == "date-time")
        {
            value[key] = "2026-03-04T05:06:07.5".into();
            let back = round_trip(&value).unwrap_or_else(|e| panic!("{name}.{key}: {e}"));
            assert_eq!(back[key], "2026-03-04T05:06:07.5Z", "{name}.{key}");
            times += 1;
        }
    }
    assert!(times > 100, "{times}");
}

#[test]
fn no_secret_of_any_type_is_in_its_debug() {
    let document = document("openapi.json");
    let (mut secrets, mut shown) = (0, 0);
    for (name, debug) in conformance::DEBUG {
        let schema = &document["components"]["schemas"][*name];
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let property = resolved(&document, property);
            if property["type"] != "string" || property.get("enum").is_some() {
                continue;
            }
            let named = ["password", "token", "secret", "wifi_pass", "api_key"].contains(&&**key);
            let mut value = autopi_sandbox::sample(&document, schema, 1);
            value[key] = json!("canary");
            let Ok(text) = debug(&value) else { continue };
            if named || property["format"] == "password" {
                secrets += 1;
                assert!(!text.contains("canary"), "{name}.{key}: {text}");
                assert!(text.contains("** redacted **"), "{name}.{key}: {text}");
            } else {
                shown += u32::from(text.contains("canary"));
            }
        }
    }
    assert!(secrets > 10 && shown > 300, "{secrets} {shown}");
}
