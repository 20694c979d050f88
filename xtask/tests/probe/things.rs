//! A small API, and the false values that one of its operations may return.

use serde_json::{Value, json};
use xtask::{commands::probe::Outcome, pipeline::overlay};

/// Lists and items of three schemas: a `Thing` contains a `Part`, which contains a `Part`; six
/// operations return things.
pub fn small() -> Value {
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let get = |path: &str, schema: &Value| {
        let id = path.replace(['/', '{', '}'], "_");
        json!({ "get": { "operationId": id, "responses": { "200": { "description": "", "content": { "application/json": { "schema": schema } } } } } })
    };
    let list = json!({ "type": "array", "items": thing });
    let mut paths = serde_json::Map::new();
    for (path, schema) in [
        ("/a/", &list),
        ("/b/", &list),
        ("/c/", &list),
        ("/d/one/", &thing),
        ("/e/one/", &thing),
        ("/f/one/", &thing),
    ] {
        paths.insert(path.into(), get(path, schema));
    }
    json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": paths,
        "components": { "schemas": {
            "Colour": { "type": "string", "enum": ["red", "blue"] },
            "Part": { "type": "object", "required": ["n"], "properties": {
                "n": { "type": "integer" }, "part": { "allOf": [{ "$ref": "#/components/schemas/Part" }], "nullable": true } } },
            "Thing": { "type": "object", "required": ["id", "name", "part"], "properties": {
                "id": { "type": "integer" }, "name": { "type": "string" }, "day": { "type": "string", "format": "date" },
                "at": { "type": "string", "format": "date-time" }, "uid": { "type": "string", "format": "uuid" },
                "colour": { "$ref": "#/components/schemas/Colour" }, "part": { "$ref": "#/components/schemas/Part" },
                "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Part" } },
                "tags": { "type": "array", "items": { "type": "string" } }, "map": { "type": "object", "additionalProperties": { "type": "integer" } },
                "json": { "type": "object", "x-autopi-json": true }, "ok": { "type": "boolean" }, "size": { "type": "number" } } },
        } },
    })
}

pub fn thing() -> Value {
    json!({ "id": 1, "name": "x", "day": "2026-01-01", "at": "2026-01-01T00:00:00Z", "uid": "6f1e1cbe-0f5c-4f77-9c1a-0123456789ab", "colour": "red",
        "part": { "n": 1, "part": { "n": 2, "part": null } }, "parts": [{ "n": 3 }], "tags": ["t"], "map": { "k": 1 }, "json": { "any": 1 }, "ok": true, "size": 1.5 })
}

pub const PATHS: [&str; 6] = ["/a/", "/b/", "/c/", "/d/one/", "/e/one/", "/f/one/"];

pub fn corrected(doc: &Value, outcome: &Outcome) -> Value {
    let mut doc = doc.clone();
    if outcome.findings.is_empty() {
        return doc;
    }
    let applied = overlay::apply(&mut doc, &outcome.overlay().unwrap()).unwrap();
    assert_eq!(applied.stale, [], "{}", outcome.overlay().unwrap());
    doc
}

/// The corrected document must generate too.
pub fn generates(doc: &Value) {
    autopi_codegen::generate(&doc.to_string(), &|_| true).unwrap();
}

/// The place in a thing, and the value to put there; `None` removes the member.
pub fn false_values() -> Vec<(String, Option<Value>)> {
    let mut out = Vec::new();
    let places = [
        "/id",
        "/name",
        "/day",
        "/at",
        "/uid",
        "/colour",
        "/part",
        "/parts",
        "/tags",
        "/map",
        "/json",
        "/ok",
        "/size",
        "/part/n",
        "/part/part",
        "/part/part/n",
        "/parts/0",
        "/parts/0/n",
        "/tags/0",
        "/map/k",
        "/new",
        "/part/it's/new",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!("7"),
        json!("x"),
        json!(""),
        json!("2026-01-01Z"),
        json!("2026-01-01T00:00:00Z"),
        json!([]),
        json!([1, null]),
        json!([[{ "a": 1 }], ["b"]]),
        json!({}),
        json!({ "n": 1 }),
        json!([{ "n": 1 }, { "n": 2 }]),
        json!(9_007_199_254_740_993_i64),
        json!(u64::MAX),
    ];
    for place in places {
        out.push((place.to_owned(), None));
        out.extend(values.iter().map(|v| (place.to_owned(), Some(v.clone()))));
    }
    out
}

pub fn falsify(thing: &mut Value, (place, value): &(String, Option<Value>)) {
    let (owner, name) = match place.as_str() {
        "/part/it's/new" => ("/part", "it's/new"),
        place => place.rsplit_once('/').unwrap(),
    };
    match (thing.pointer_mut(owner), value) {
        (Some(Value::Object(map)), Some(value)) => drop(map.insert(name.to_owned(), value.clone())),
        (Some(Value::Object(map)), None) => drop(map.remove(name)),
        (Some(Value::Array(list)), Some(value)) => list[0] = value.clone(),
        (Some(Value::Array(list)), None) => drop(list.remove(0)),
        _ => {}
    }
}
