//! Every type of the document: valid instances decode and encode back to equal JSON; so do unknown enum values, and what is nullable as null.

use std::fs;

use serde_json::{Map, Value, json};

fn document() -> Value {
    serde_json::from_str(
        &fs::read_to_string(format!(
            "{}/../spec/openapi.json",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap(),
    )
    .unwrap()
}

/// Null and absent are one in an answer, and what the document does not name is dropped: both are left out of the comparison.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(k, v)| !v.is_null() && *k != "not in the document")
            .map(|(k, v)| (k.clone(), comparable(v)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(list) => list.iter().map(comparable).collect(),
        other => other.clone(),
    }
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

/// Seed by seed: as it is; with unknown members; with unknown enum values; with nulls; with times without offset.
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
        map.insert("not in the document".into(), json!({"a": [1, null]}));
    }
}

#[test]
fn every_type_round_trips() {
    let document = document();
    let mut failures = Vec::new();
    for (name, round_trip) in conformance::TYPES {
        let schema = &document["components"]["schemas"][*name];
        for seed in 0..25 {
            let mut value = autopi_sandbox::sample(&document, schema, seed);
            vary(&document, schema, &mut value, seed);
            match round_trip(&value) {
                Ok(back) if comparable(&back) == comparable(&value) => {}
                Ok(back) => failures.push(format!("{name}: {value}\n  came back as {back}")),
                Err(e) => failures.push(format!("{name}: {value}\n  {e}")),
            }
        }
    }
    println!("{} types, 25 instances each", conformance::TYPES.len());
    assert!(conformance::TYPES.len() > 400);
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_time_without_offset_is_utc_everywhere() {
    let document = document();
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
