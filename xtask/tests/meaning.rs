//! What only says the same in another way is no change for any caller: a table of rewrites, each
//! made at all its places in all fixtures, and back.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
};

use serde_json::{Map, Value, json};
use xtask::{
    document::members::{At, DOCUMENT, Is, each},
    pipeline::{
        Input, Normalized, Proof,
        diff::{self, Change, Class, Format},
        fetch::parse,
        run,
    },
};

const ALL_OF: &str = "the order of parts";

/// Rewrites an object of this kind, in a document of this version.
type Rewrite = fn(&str, f64, &mut Map<String, Value>);

fn has(map: &Map<String, Value>, key: &str) -> bool {
    map.contains_key(key)
}

fn is(map: &Map<String, Value>, key: &str, value: &str) -> bool {
    map.get(key).is_some_and(|v| v == value)
}

fn write(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    if !has(map, "$ref") {
        map.entry(key).or_insert_with(|| value.into());
    }
}

fn reversed(map: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        if let Some(Value::Array(list)) = map.get_mut(*key) {
            list.reverse();
        }
    }
}

fn renamed(map: &mut Map<String, Value>, key: &str, new: impl Fn(&str) -> String) {
    if let Some(Value::Object(inner)) = map.get_mut(key) {
        *inner = std::mem::take(inner)
            .into_iter()
            .map(|(k, v)| (new(&k), v))
            .collect();
    }
}

const REWRITES: &[(&str, Rewrite)] = &[
    // Its Rust has the members in the order of the parts.
    (ALL_OF, |_, _, map| reversed(map, &["allOf"])),
    ("required: false", |kind, version, map| {
        let may = match kind {
            "parameter" => !is(map, "in", "path"),
            "header" => version > 2.0,
            kind => kind == "request body",
        };
        if may {
            write(map, "required", false);
        }
    }),
    ("flags that are false", |kind, version, map| match kind {
        "operation" => write(map, "deprecated", false),
        "schema" if version > 2.0 => {
            for key in ["deprecated", "readOnly", "writeOnly", "uniqueItems"] {
                write(map, key, false);
            }
            if version < 3.1 && has(map, "type") {
                write(map, "nullable", false);
            }
        }
        "schema" => {
            write(map, "readOnly", false);
            write(map, "x-nullable", false);
        }
        "parameter" | "header" if version > 2.0 => write(map, "deprecated", false),
        _ => {}
    }),
    ("limits that allow all", |kind, version, map| {
        let of = |kind| is(map, "type", kind);
        let key = match kind {
            "schema" if of("string") => "minLength",
            "schema" if of("array") => "minItems",
            "schema" if of("object") => "minProperties",
            _ => return,
        };
        write(map, key, 0);
        if version < 3.1 && has(map, "minimum") {
            write(map, "exclusiveMinimum", false);
        }
    }),
    ("additionalProperties: true", |kind, _, map| {
        if kind == "schema" && has(map, "properties") {
            write(map, "additionalProperties", true);
        }
    }),
    ("additionalProperties: {}", |kind, _, map| {
        if kind == "schema" && has(map, "properties") {
            write(map, "additionalProperties", json!({}));
        }
    }),
    ("type: object beside properties", |kind, _, map| {
        if kind == "schema" && has(map, "properties") && is(map, "type", "object") {
            map.shift_remove("type");
        }
    }),
    ("style and explode", |kind, version, map| {
        if version > 2.0 && matches!(kind, "parameter" | "header") && has(map, "schema") {
            let form = is(map, "in", "query") || is(map, "in", "cookie");
            write(map, "style", if form { "form" } else { "simple" });
            let explode = map.get("style").is_some_and(|s| s == "form");
            write(map, "explode", explode);
        }
    }),
    ("explode of one value", |kind, version, map| {
        let one = map.get("schema").is_some_and(|s| s["type"] == "integer");
        if version > 2.0 && kind == "parameter" && one {
            let form = is(map, "in", "query") && !has(map, "style");
            write(map, "explode", !form);
        }
    }),
    ("allowReserved and allowEmptyValue", |kind, version, map| {
        if kind == "parameter" && is(map, "in", "query") {
            write(map, "allowEmptyValue", false);
            if version > 2.0 {
                write(map, "allowReserved", false);
            }
        }
    }),
    ("collectionFormat: csv", |kind, version, map| {
        if version == 2.0 && matches!(kind, "parameter" | "header") && is(map, "type", "array") {
            write(map, "collectionFormat", "csv");
        }
    }),
    ("encoding of the parts of a form", |kind, _, map| {
        let form = has(map, "schema") && kind == "media type" && map["schema"]["type"] == "object";
        let parts = map.get("schema").and_then(|s| s.get("properties")).cloned();
        let Some(Value::Object(parts)) = parts.filter(|_| form) else {
            return;
        };
        let encoding = parts.iter().filter_map(|(name, part)| {
            let part = part.get("items").unwrap_or(part);
            let media = match (part["type"].as_str()?, part["format"].as_str()) {
                ("string", Some("binary")) => "application/octet-stream",
                ("object", _) => "application/json",
                ("array", _) => return None,
                _ => "text/plain",
            };
            let plain = json!({"contentType": media, "style": "form", "explode": true, "allowReserved": false, "headers": {}});
            Some((name.clone(), plain))
        });
        let encoding: Map<String, Value> = encoding.collect();
        write(map, "encoding", encoding);
    }),
    ("orders", |kind, _, map| {
        let orders = ["required", "parameters", "security", "schemes"];
        reversed(map, &orders);
        if kind == "document" {
            reversed(map, &["tags", "consumes", "produces"]);
        }
        // Values whose Rust names would be equal are numbered in their order.
        let letters = |v: &Value| {
            let text = v.as_str().map(str::to_lowercase).unwrap_or_default();
            text.chars()
                .filter(|c| c.is_alphanumeric())
                .collect::<String>()
        };
        let values = map.get("enum").and_then(Value::as_array);
        let names: BTreeSet<String> = values.into_iter().flatten().map(letters).collect();
        if values.is_some_and(|v| v.len() == names.len() && !names.contains("")) {
            reversed(map, &["enum"]);
        }
    }),
    ("the case of header names", |kind, _, map| match kind {
        "parameter" if is(map, "in", "header") => {
            let name = map["name"].as_str().unwrap_or_default().to_uppercase();
            map.insert("name".into(), name.into());
        }
        "response" => renamed(map, "headers", str::to_uppercase),
        _ => {}
    }),
    (
        "the case and the parameters of media types",
        |kind, version, map| {
            if version > 2.0 && matches!(kind, "request body" | "response") {
                renamed(map, "content", |name| match name.ends_with("json") {
                    true => format!("{}; Charset=\"utf-8\"", name.to_uppercase()),
                    false => name.to_uppercase(),
                });
            }
        },
    ),
    ("empty members", |kind, version, map| match kind {
        "document" => {
            for key in ["tags", "servers"]
                .iter()
                .skip(usize::from(has(map, "swagger")))
            {
                write(map, key, json!([]));
            }
        }
        "operation" => write(map, "parameters", json!([])),
        "response" => write(map, "headers", json!({})),
        "components" => {
            for key in ["responses", "parameters", "headers", "examples", "links"] {
                write(map, key, json!({}));
            }
        }
        "schema" if version > 2.0 && is(map, "type", "object") => {
            write(map, "required", json!([]));
        }
        _ => {}
    }),
    ("slashes at the end of addresses", |kind, _, map| {
        let key = match kind {
            "document" => "basePath",
            "server" => "url",
            _ => return,
        };
        if let Some(Value::String(text)) = map.get_mut(key) {
            text.push('/');
        }
    }),
    ("the case of ranges", |kind, _, map| {
        if kind == "operation" {
            renamed(map, "responses", |status| status.replace("XX", "xx"));
        }
    }),
    ("1 and 1.0", |kind, _, map| {
        if kind == "schema" {
            for key in ["minimum", "maximum", "multipleOf", "default"] {
                if let Some(n) = map.get(key).and_then(Value::as_i64) {
                    map.insert(key.into(), (n as f64).into());
                }
            }
        }
    }),
    ("a component by allOf", |kind, version, map| {
        let is_member = |schema: &Value| schema.as_object().is_some_and(|s| s.len() == 1);
        let members = map
            .get_mut("properties")
            .filter(|_| kind == "schema" && version > 2.0);
        let members = members.and_then(Value::as_object_mut).into_iter().flatten();
        for (_, member) in members.filter(|(_, m)| is_member(m)) {
            let Some(map) = member.as_object_mut().filter(|m| has(m, "$ref")) else {
                continue;
            };
            let target = map.shift_remove("$ref");
            map.insert("allOf".into(), json!([{ "$ref": target }]));
        }
    }),
    ("tags that are names", |kind, version, map| {
        let parts = map.get("oneOf").and_then(Value::as_array).cloned();
        let Some(parts) = parts.filter(|_| kind == "schema" && version > 2.0) else {
            return;
        };
        if let Some(Value::Object(tags)) = map.get_mut("discriminator") {
            if has(tags, "mapping") {
                return;
            }
            let name = |r: &str| r.rsplit('/').next().unwrap_or_default().to_owned();
            let refs = parts.iter().filter_map(|p| p["$ref"].as_str());
            let mapping: Map<String, Value> = refs.map(|r| (name(r), r.into())).collect();
            tags.insert("mapping".into(), mapping.into());
        }
    }),
    (
        "one type as a list, one value as a constant",
        |kind, version, map| {
            if kind == "schema" && version > 3.0 {
                if let Some(Value::String(one)) = map.get("type") {
                    map.insert("type".into(), json!([one]));
                }
                if let Some(value) = map.shift_remove("const") {
                    map.insert("enum".into(), json!([value]));
                }
            }
        },
    ),
    ("texts", |kind, _, map| {
        if matches!(kind, "schema" | "parameter" | "operation" | "response") && !has(map, "$ref") {
            map.insert("description".into(), "another".into());
        }
    }),
    (
        "what the document says, said by each operation",
        |kind, _, map| {
            if kind == "document" {
                for key in ["security", "servers", "schemes", "consumes", "produces"] {
                    let Some(all) = map.shift_remove(key) else {
                        continue;
                    };
                    each_operation(map, |op| {
                        op.entry(key).or_insert_with(|| all.clone());
                    });
                }
            }
        },
    ),
    (
        "parameters of the only operation of a path",
        |kind, _, map| {
            let methods = ["get", "put", "post", "delete", "patch"];
            let own: Vec<&str> = methods.into_iter().filter(|m| has(map, m)).collect();
            if let ("path item", [one], false) = (kind, own.as_slice(), has(map, "parameters")) {
                let parameters = map.get_mut(*one).and_then(Value::as_object_mut);
                if let Some(list) = parameters.and_then(|op| op.shift_remove("parameters")) {
                    map.insert("parameters".into(), list);
                }
            }
        },
    ),
    ("shared parameters and responses", |kind, version, map| {
        if kind != "document" {
            return;
        }
        let (parameters, responses) = match version > 2.0 {
            true => ("/components/parameters", "/components/responses"),
            false => ("/parameters", "/responses"),
        };
        let (mut shared, mut n) = (json!({"parameters": {}, "responses": {}}), 0);
        let mut share = |value: &mut Value, kind: &str, at: &str| {
            if value.get("$ref").is_none() {
                n += 1;
                let name = format!("Shared{n}");
                let reference = json!({ "$ref": format!("#{at}/{name}") });
                shared[kind][name] = std::mem::replace(value, reference);
            }
        };
        each_operation(map, |op| {
            let list = op.get_mut("parameters").and_then(Value::as_array_mut);
            list.into_iter()
                .flatten()
                .for_each(|p| share(p, "parameters", parameters));
            let all = op.get_mut("responses").and_then(Value::as_object_mut);
            let all = all
                .into_iter()
                .flatten()
                .filter(|(k, _)| !k.starts_with("x-"));
            all.for_each(|(_, r)| share(r, "responses", responses));
        });
        let place = match version > 2.0 {
            true => map.entry("components").or_insert_with(|| json!({})),
            false => {
                for (kind, entries) in shared.as_object().unwrap() {
                    let known = map.entry(kind).or_insert_with(|| json!({}));
                    known
                        .as_object_mut()
                        .unwrap()
                        .extend(entries.as_object().unwrap().clone());
                }
                return;
            }
        };
        for (kind, entries) in shared.as_object().unwrap() {
            let known = place
                .as_object_mut()
                .unwrap()
                .entry(kind)
                .or_insert_with(|| json!({}));
            known
                .as_object_mut()
                .unwrap()
                .extend(entries.as_object().unwrap().clone());
        }
    }),
];

fn each_operation(map: &mut Map<String, Value>, mut f: impl FnMut(&mut Map<String, Value>)) {
    let paths = map.get_mut("paths").and_then(Value::as_object_mut);
    for (_, item) in paths
        .into_iter()
        .flatten()
        .filter(|(k, _)| k.starts_with('/'))
    {
        for method in [
            "get", "put", "post", "delete", "patch", "options", "head", "trace",
        ] {
            if let Some(Value::Object(op)) = item.get_mut(method) {
                f(op);
            }
        }
    }
}

fn fixtures(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        match entry.unwrap().path() {
            path if path.is_dir() => fixtures(&path, out),
            path => out.push(path),
        }
    }
    out.sort();
}

fn version(doc: &Value) -> f64 {
    let version = doc.get("openapi").or_else(|| doc.get("swagger"));
    let text = version.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    text.and_then(|t| t.get(..3)?.parse().ok()).unwrap_or(2.0)
}

/// Returns the document with the rewrite at each place, inner ones first.
fn rewritten(doc: &Value, rewrite: Rewrite) -> Value {
    let mut places = Vec::new();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            if value.is_object() {
                places.push((kind.name, at.to_string()));
            }
            Ok(())
        },
    );
    let (mut new, version) = (doc.clone(), version(doc));
    for (kind, at) in places.into_iter().rev() {
        if let Some(Value::Object(map)) = new.pointer_mut(&at) {
            rewrite(kind, version, map);
        }
    }
    new
}

fn normalized(doc: &Value) -> Result<Normalized, String> {
    let text = &doc.to_string();
    let (file, overlay, proof) = (None, None, Proof::Unwanted);
    let input = Input {
        text,
        file,
        overlay,
        proof,
    };
    run(input).map_err(|e| e.to_string())
}

fn wire(old: &Value, new: &Value) -> Vec<Change> {
    let documents = |upstream| diff::Documents {
        upstream,
        doc: &Value::Null,
    };
    diff::compare(documents(old), documents(new)).unwrap()
}

fn wrong(changes: &[Change]) -> Vec<Change> {
    let seen = changes.iter().filter(|c| c.class <= Class::Unclassified);
    seen.cloned().collect()
}

#[test]
fn what_says_the_same_is_no_change_for_callers() {
    let mut files = Vec::new();
    fixtures(Path::new("tests/fixtures"), &mut files);
    files.push("../wire/document.yaml".into());
    let check = |file: &Path| {
        let (mut done, mut found) = (Vec::new(), String::new());
        let doc = parse(&fs::read_to_string(file).unwrap()).unwrap();
        let Ok(before) = normalized(&doc) else {
            return (done, found);
        };
        for (name, rewrite) in REWRITES {
            let new = rewritten(&doc, *rewrite);
            if new == doc {
                continue;
            }
            done.push(*name);
            for (old, new) in [(&doc, &new), (&new, &doc)] {
                let changes = wire(old, new);
                let wrong = wrong(&changes);
                if changes.is_empty() || !wrong.is_empty() {
                    let text = Format::Text.render(&wrong);
                    found.push_str(&format!("{}: {name}:\n{text}\n", file.display()));
                }
            }
            if *name == ALL_OF {
                continue;
            }
            match normalized(&new) {
                Err(e) => found.push_str(&format!("{}: {name}: {e}\n", file.display())),
                Ok(after) => {
                    let changes = diff::compare((&before).into(), (&after).into()).unwrap();
                    let wrong = wrong(&changes);
                    if !wrong.is_empty() {
                        let text = Format::Text.render(&wrong);
                        found.push_str(&format!("{}: {name}, in Rust:\n{text}\n", file.display()));
                    }
                }
            }
        }
        (done, found)
    };
    let (mut done, mut found) = (Vec::new(), String::new());
    let half = files.len() / 2;
    thread::scope(|scope| {
        let halves = files
            .chunks(half + 1)
            .map(|files| scope.spawn(move || files.iter().map(|f| check(f)).collect::<Vec<_>>()));
        for half in halves.collect::<Vec<_>>() {
            for (names, text) in half.join().unwrap() {
                done.extend(names);
                found.push_str(&text);
            }
        }
    });
    assert!(found.is_empty(), "{found}");
    let never: Vec<&str> = REWRITES
        .iter()
        .map(|r| r.0)
        .filter(|n| !done.contains(n))
        .collect();
    assert!(never.is_empty(), "no fixture has a place for {never:?}");
}

/// Returns the rules and their classes of a pair of responses, or of contents.
fn rules(old: Value, new: Value) -> Vec<String> {
    let doc = |responses: Value| {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {"/a/": {"post": {"operationId": "a_create", "responses": responses}}}})
    };
    let changes = wire(&doc(old), &doc(new));
    let line = |c: &Change| format!("{} {}", c.rule.id(), c.class.name());
    let mut lines: Vec<String> = changes.iter().map(line).collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn a_status_has_the_response_of_its_range_or_else_the_default() {
    let of = |kind: &str| json!({"description": "", "content": {"application/json": {"schema": {"type": kind}}}});
    let (a, b) = (of("string"), of("integer"));
    let cases = [
        (
            json!({"2XX": a}),
            json!({"200": a}),
            vec!["statuses-fewer additive"],
        ),
        (
            json!({"200": a}),
            json!({"2XX": a}),
            vec!["statuses-more additive"],
        ),
        (
            json!({"200": a, "201": a}),
            json!({"2XX": a}),
            vec!["statuses-more additive"],
        ),
        (
            json!({"2XX": a}),
            json!({"200": a, "2XX": a}),
            vec!["written-otherwise cosmetic"],
        ),
        (
            json!({"default": a}),
            json!({"200": a}),
            vec!["statuses-fewer additive"],
        ),
        (
            json!({"200": a}),
            json!({"default": a}),
            vec!["statuses-more additive"],
        ),
        (
            json!({"2xx": a}),
            json!({"2XX": a}),
            vec!["written-otherwise cosmetic"],
        ),
        (
            json!({"4XX": a}),
            json!({"404": a}),
            vec!["statuses-fewer additive"],
        ),
        (
            json!({"200": a, "404": b}),
            json!({"200": a, "default": b}),
            vec!["statuses-more additive"],
        ),
        // What is in them counts.
        (
            json!({"2XX": a}),
            json!({"200": b}),
            vec!["statuses-fewer additive", "type-changed breaking"],
        ),
        (
            json!({"default": a}),
            json!({"201": b}),
            vec!["statuses-fewer additive", "type-changed breaking"],
        ),
        // Others are what they were.
        (
            json!({"200": a}),
            json!({"201": a}),
            vec!["success-gone breaking", "success-new additive"],
        ),
        (
            json!({"200": a, "201": a}),
            json!({"200": a, "default": a}),
            vec!["error-new additive", "success-gone breaking"],
        ),
        (
            json!({"200": a, "default": b}),
            json!({"200": a, "default": b, "409": a}),
            vec!["error-new additive"],
        ),
    ];
    for (old, new, wanted) in cases {
        assert_eq!(rules(old.clone(), new.clone()), wanted, "{old} → {new}");
    }
    let media = |name: &str| json!({"200": {"description": "", "content": {name: {"schema": {"type": "string"}}}}});
    for (old, new, wanted) in [
        ("text/csv", "text/*", "media-wider additive"),
        ("*/*", "text/csv", "media-narrower additive"),
        ("text/*", "*/*", "media-wider additive"),
        (
            "text/csv; a=1; b=2",
            "Text/CSV;b=2;a=\"1\"",
            "written-otherwise cosmetic",
        ),
    ] {
        assert_eq!(rules(media(old), media(new)), [wanted], "{old} → {new}");
    }
}

#[test]
fn null_alternatives_and_bounds_are_compared_however_they_are_written() {
    let doc = |schema: &Value| {
        let object = json!({"type": "object", "properties": {"x": schema}});
        let content =
            json!({"content": {"application/json": {"schema": object}}, "description": ""});
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "components": {"schemas": {"A": {"type": "object", "properties": {"a": {"type": "string"}}},
                "B": {"type": "object"}, "E": {"type": "string", "enum": ["a", "b"]}, "AB": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]}}},
            "paths": {"/a/": {"post": {"operationId": "a_create", "requestBody": content, "responses": {"200": content}}}}})
    };
    let (a, b) = (
        json!({"$ref": "#/components/schemas/A"}),
        json!({"$ref": "#/components/schemas/B"}),
    );
    let (text, nil, int) = (
        json!({"type": "string"}),
        json!({"type": "null"}),
        json!({"type": "integer"}),
    );
    let none: &[&str] = &[];
    for (old, new, wanted) in [
        (
            json!({"type": ["string", "null"]}),
            json!({"anyOf": [text, nil]}),
            none,
        ),
        (
            json!({"type": ["string", "null"], "enum": ["a", "b", null]}),
            json!({"anyOf": [{"$ref": "#/components/schemas/E"}, nil]}),
            none,
        ),
        (
            json!({"oneOf": [text, int]}),
            json!({"anyOf": [int, text]}),
            none,
        ),
        (a.clone(), json!({"oneOf": [a]}), none),
        (
            json!({"$ref": "#/components/schemas/AB"}),
            json!({"oneOf": [b, a]}),
            none,
        ),
        (a.clone(), json!({"oneOf": [nil, a]}), &["nullable-new"]),
        (
            json!({"anyOf": [text, nil]}),
            text.clone(),
            &["nullable-gone"],
        ),
        (
            json!({"anyOf": [text, nil]}),
            json!({"anyOf": [int, nil]}),
            &["type-changed"],
        ),
        (a.clone(), json!({"oneOf": [a, b]}), &["type-wider"]),
        (
            json!({"anyOf": [a, b, nil]}),
            b.clone(),
            &["alternative-gone", "nullable-gone"],
        ),
        (
            json!({"minimum": 5, "type": "integer"}),
            json!({"exclusiveMinimum": 4, "type": "integer"}),
            none,
        ),
        (
            json!({"minimum": 5, "type": "number"}),
            json!({"exclusiveMinimum": 5, "type": "number"}),
            &["limit-tighter"],
        ),
        (
            json!({"exclusiveMaximum": 5, "type": "number"}),
            json!({"maximum": 6, "type": "number"}),
            &["limit-looser"],
        ),
        (
            json!({"prefixItems": [text, int], "type": "array"}),
            json!({"prefixItems": [int, text], "type": "array"}),
            &["type-changed"],
        ),
        (
            json!({"contentEncoding": "base64", "type": "string"}),
            json!({"format": "byte", "type": "string"}),
            none,
        ),
        (
            json!({"allOf": [a, {"type": "object", "required": ["b"], "properties": {"b": int}}]}),
            json!({"type": "object", "required": ["b"], "properties": {"a": text, "b": int}}),
            none,
        ),
        (
            json!({"allOf": [a, {"properties": {"b": int}}]}),
            json!({"type": "object", "properties": {"b": text, "c": int}}),
            &["member-gone", "member-new", "type-changed"],
        ),
        (
            json!({"type": ["string", "integer"]}),
            json!({"oneOf": [int, text]}),
            none,
        ),
        (
            json!({"anyOf": [text, int], "default": 1, "title": "x"}),
            json!({"type": ["string", "integer"], "default": 1}),
            none,
        ),
        (
            json!({"type": ["string", "integer", "null"], "maxLength": 3, "minimum": 1}),
            json!({"anyOf": [nil, {"minimum": 1, "type": "integer"}, {"type": "string", "maxLength": 3}]}),
            none,
        ),
        (
            json!({"type": ["string", "integer"], "maxLength": 3}),
            json!({"oneOf": [int, {"type": "string", "maxLength": 2}]}),
            &["limit-tighter"],
        ),
        (
            json!({"type": ["string", "integer"]}),
            json!({"oneOf": [int, nil, text, {"type": "boolean"}]}),
            &["alternative-new", "nullable-new"],
        ),
        (
            json!({"type": ["array", "string"], "items": int}),
            json!({"oneOf": [text, {"type": "array", "items": text}]}),
            &["type-changed"],
        ),
        (
            json!({"type": ["string", "integer"], "default": 1}),
            json!({"oneOf": [text, int]}),
            &["default-changed"],
        ),
        (
            json!({"type": ["number", "integer"]}),
            json!({"type": "number"}),
            none,
        ),
        (
            json!({"type": "string", "default": "a"}),
            json!({"anyOf": [text, nil], "default": "a"}),
            &["nullable-new"],
        ),
        (
            json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 2}]}),
            json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "maxLength": 4}]}),
            &["limit-looser"],
        ),
        (
            json!({"not": {"type": "string", "title": "x"}}),
            json!({"not": {"title": "y", "type": ["string"]}}),
            none,
        ),
    ] {
        let changes = wire(&doc(&old), &doc(&new));
        let cosmetic = ["reference", "written-otherwise", "order", "text"];
        let found: BTreeSet<String> = changes.iter().map(|c| c.rule.id()).collect();
        let found: Vec<&str> = found
            .iter()
            .map(String::as_str)
            .filter(|r| !cosmetic.contains(r))
            .collect();
        assert!(!changes.is_empty(), "{old} → {new}");
        assert_eq!(found, wanted, "{old} → {new}");
        if wanted.is_empty() {
            let back = wire(&doc(&new), &doc(&old));
            assert!(
                !back.is_empty() && wrong(&back).is_empty(),
                "{new} → {old}: {back:?}"
            );
        }
    }
    // Nor in Rust.
    for (old, new) in [
        (
            json!({"type": ["string", "integer"]}),
            json!({"oneOf": [int, text]}),
        ),
        (
            json!({"type": ["number", "integer"]}),
            json!({"type": "number"}),
        ),
    ] {
        let (old, new) = (
            normalized(&doc(&old)).unwrap(),
            normalized(&doc(&new)).unwrap(),
        );
        let changes = diff::compare((&old).into(), (&new).into()).unwrap();
        assert!(
            wrong(&changes).is_empty(),
            "{}",
            Format::Text.render(&wrong(&changes))
        );
    }
}

#[test]
fn a_path_parameter_that_is_declared_later_is_the_text_that_it_was() {
    let doc = |parameters: Value| {
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {
            "/a/{id}/": {"get": {"operationId": "a_read", "parameters": parameters, "responses": {}}}}})
    };
    let id = |kind: &str| json!([{"name": "id", "in": "path", "required": true, "schema": {"type": kind}}]);
    let rules = |old: &Value, new: &Value| -> Vec<String> {
        wire(old, new).iter().map(|c| c.rule.id()).collect()
    };
    let (none, text) = (doc(json!([])), doc(id("string")));
    assert_eq!(rules(&none, &text), ["written-otherwise"]);
    assert_eq!(rules(&text, &none), ["written-otherwise"]);
    assert!(rules(&none, &doc(id("integer"))).contains(&"type-narrower".to_owned()));
}

/// What is read with a warning says what it is read as: to correct it is no change for callers.
#[test]
fn a_document_that_is_corrected_is_no_change_for_callers() {
    let two = |schema: &Value, parameters: &Value, responses: &Value| {
        json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "definitions": {"A": {"type": "object", "properties": {"x": schema}}},
            "paths": {"/a/": {"post": {"operationId": "a", "parameters": parameters, "responses": responses}}}})
    };
    let (q, ok) = (
        json!([{"name": "b", "in": "body", "schema": {"$ref": "#/definitions/A"}}, {"name": "q", "in": "query", "type": "integer"}]),
        json!({"200": {"description": "", "schema": {"$ref": "#/definitions/A"}}}),
    );
    let schema = |odd: Value, plain: Value| (two(&odd, &q, &ok), two(&plain, &q, &ok));
    let parameter = |mut odd: Value, plain: Value| {
        odd["name"] = "q".into();
        let list = |p: Value| json!([q[0], p]);
        (
            two(&json!({}), &list(odd), &ok),
            two(&json!({}), &list(plain), &ok),
        )
    };
    let plain = json!({"name": "q", "in": "query", "type": "integer"});
    for (odd, plain) in [
        schema(
            json!({"type": "bigint"}),
            json!({"type": "integer", "format": "int64"}),
        ),
        schema(
            json!({"type": "string", "enum": [1, 2]}),
            json!({"type": "string", "enum": ["1", "2"]}),
        ),
        schema(
            json!({"type": "string", "maxLength": -1}),
            json!({"type": "string"}),
        ),
        schema(
            json!({"type": "string", "maxLength": "9"}),
            json!({"type": "string", "maxLength": 9}),
        ),
        schema(
            json!({"type": "object", "properties": [{"name": "y", "type": "string"}]}),
            json!({"type": "object", "properties": {"y": {"type": "string"}}}),
        ),
        schema(
            json!({"type": "object", "properties": {"y": {"type": "string", "required": true}}}),
            json!({"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}}),
        ),
        schema(
            json!({"type": "string[]"}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        parameter(json!({"in": "Query", "type": "int"}), plain.clone()),
        parameter(json!({"in": "query", "schema": {"type": "integer"}}), plain),
        (
            two(&json!({}), &q, &json!({"20x": ok["200"]})),
            two(&json!({}), &q, &json!({"2XX": ok["200"]})),
        ),
        (
            two(
                &json!({}),
                &q,
                &json!([{"code": 200, "schema": ok["200"]["schema"], "description": ""}]),
            ),
            two(&json!({}), &q, &ok),
        ),
    ] {
        for (old, new) in [(&odd, &plain), (&plain, &odd)] {
            let changes = wire(old, new);
            let text = Format::Text.render(&wrong(&changes));
            assert!(
                !changes.is_empty() && wrong(&changes).is_empty(),
                "{old} → {new}\n{text}"
            );
        }
    }
    // What changes beside it is in the report all the same.
    let list = |kind: &str| json!({"type": "object", "properties": [{"name": "y", "type": kind}]});
    let (old, new) = schema(list("string"), list("integer"));
    assert!(
        wire(&old, &new)
            .iter()
            .any(|c| c.rule.id() == "type-changed" && c.class == Class::Breaking)
    );
}

#[test]
fn schemas_that_accept_the_same_values_are_no_change_for_callers() {
    let doc = |schema: &Value| {
        let object = json!({"type": "object", "properties": {"x": schema}});
        let content =
            json!({"content": {"application/json": {"schema": object}}, "description": ""});
        json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "components": {"schemas": {"A": {"type": "object", "properties": {"a": {"type": "string"}}}}},
            "paths": {"/a/": {"post": {"operationId": "a_create", "requestBody": content, "responses": {"200": content}}}}})
    };
    let (text, int, nil) = (
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "null"}),
    );
    let a = json!({"$ref": "#/components/schemas/A"});
    for (old, new) in [
        (
            json!({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}),
            json!({"enum": ["a", "b"]}),
        ),
        (
            json!({"oneOf": [{"type": "string", "const": "a"}, {"type": "string", "const": "b"}]}),
            json!({"type": "string", "enum": ["b", "a"]}),
        ),
        (
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["b"]}, nil]}),
            json!({"type": ["string", "null"], "enum": ["a", "b", null]}),
        ),
        (
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, nil]}),
        ),
        (json!({"allOf": [text]}), text.clone()),
        (
            json!({"allOf": [text, {"maxLength": 3}]}),
            json!({"type": "string", "maxLength": 3}),
        ),
        (
            json!({"anyOf": [text, {"anyOf": [int, nil]}]}),
            json!({"anyOf": [text, int, nil]}),
        ),
        (
            json!({"anyOf": [text, text, int]}),
            json!({"anyOf": [int, text]}),
        ),
        (
            json!({"type": ["string", "number", "boolean", "object", "array", "null"]}),
            json!({}),
        ),
        (json!({"type": "integer", "multipleOf": 1}), int.clone()),
        (json!({"type": "integer", "multipleOf": 0.5}), int.clone()),
        (
            json!({"type": "object", "dependentRequired": {"a": []}}),
            json!({"type": "object", "propertyNames": {"type": "string"}, "patternProperties": {"^a": true}}),
        ),
        (
            json!({"type": "object", "required": ["a"], "properties": {"a": text}, "minProperties": 1}),
            json!({"type": "object", "required": ["a"], "properties": {"a": text}, "not": {"not": {}}}),
        ),
        (
            json!({"type": "array", "maxItems": 1, "uniqueItems": true}),
            json!({"type": "array", "maxItems": 1, "contains": text, "minContains": 0}),
        ),
        (
            json!({"anyOf": [{"type": "number"}, int]}),
            json!({"type": "number"}),
        ),
        (
            json!({"anyOf": [text, {"type": "string", "maxLength": 3}]}),
            text.clone(),
        ),
        (json!({"type": "integer", "const": 5}), json!({"const": 5})),
        (json!({"not": {"not": text}}), text.clone()),
        (json!({"not": {}}), json!(false)),
        (
            json!({"type": "string", "if": {"maxLength": 3}}),
            text.clone(),
        ),
        (
            json!({"type": "string", "then": {"maxLength": 3}}),
            text.clone(),
        ),
        (
            json!({"type": "array", "minContains": 2}),
            json!({"type": "array"}),
        ),
        (
            json!({"type": "string", "minimum": 3, "properties": {}}),
            text.clone(),
        ),
        (json!({"enum": [null]}), nil.clone()),
        (json!({"const": null}), nil.clone()),
        (
            json!({"anyOf": [text, {"const": null}]}),
            json!({"type": ["string", "null"]}),
        ),
        (
            json!({"anyOf": [a, {"enum": [null]}]}),
            json!({"anyOf": [nil, a]}),
        ),
        (
            json!({"type": "boolean", "enum": [false, true]}),
            json!({"type": "boolean"}),
        ),
        (
            json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "byte"}),
        ),
        (json!({"type": "string", "default": null}), text.clone()),
        (
            json!({"type": "object", "properties": {}}),
            json!({"type": "object"}),
        ),
        (
            json!({"type": "array", "prefixItems": [text, text], "items": text}),
            json!({"type": "array", "items": text}),
        ),
        (
            json!({"type": "array", "prefixItems": [int, text, {"type": "string", "title": "t"}], "items": text}),
            json!({"type": "array", "prefixItems": [int], "items": text}),
        ),
        (
            json!({"type": "array", "prefixItems": [int, {}, true]}),
            json!({"type": "array", "prefixItems": [int]}),
        ),
    ] {
        for (old, new) in [(&old, &new), (&new, &old)] {
            let changes = wire(&doc(old), &doc(new));
            let found = Format::Text.render(&wrong(&changes));
            assert!(
                !changes.is_empty() && wrong(&changes).is_empty(),
                "{old} → {new}\n{found}"
            );
        }
    }
    // These accept other values.
    for (old, new) in [
        (
            json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
            json!({"enum": ["a"]}),
        ),
        (
            json!({"allOf": [text, {"maxLength": 3}]}),
            json!({"type": "string", "maxLength": 2}),
        ),
        (
            json!({"type": "boolean", "enum": [true]}),
            json!({"type": "boolean"}),
        ),
        (
            json!({"type": "string", "if": {"maxLength": 3}, "then": {"pattern": "a"}}),
            text.clone(),
        ),
        (
            json!({"type": "number", "multipleOf": 1}),
            json!({"type": "number"}),
        ),
        (
            json!({"type": ["string", "null"], "enum": ["a", null]}),
            json!({"type": "string", "enum": ["a"]}),
        ),
        (json!({"not": {"not": text}}), json!({"not": text})),
        (
            json!({"type": "array", "prefixItems": [int, text], "items": text}),
            json!({"type": "array", "items": text}),
        ),
        (
            json!({"type": "array", "prefixItems": [{}], "unevaluatedItems": false}),
            json!({"type": "array", "unevaluatedItems": false}),
        ),
        (
            json!({"type": "integer", "default": null}),
            json!({"type": "integer", "default": 0}),
        ),
        (
            json!({"oneOf": [{"type": "number"}, int]}),
            json!({"type": "number"}),
        ),
        (
            json!({"type": "integer", "multipleOf": 0.4}),
            json!({"type": "integer"}),
        ),
        (
            json!({"type": "object", "additionalProperties": false, "patternProperties": {"^a": {}}}),
            json!({"type": "object", "additionalProperties": false}),
        ),
        (
            json!({"type": "object", "required": ["a"], "minProperties": 2}),
            json!({"type": "object", "required": ["a"]}),
        ),
        (
            json!({"type": "array", "contains": text, "minContains": 0, "maxContains": 1}),
            json!({"type": "array"}),
        ),
        (
            json!({"type": "array", "maxItems": 2, "uniqueItems": true}),
            json!({"type": "array", "maxItems": 2}),
        ),
    ] {
        let both = wire(&doc(&old), &doc(&new))
            .into_iter()
            .chain(wire(&doc(&new), &doc(&old)));
        assert!(
            !wrong(&both.collect::<Vec<_>>()).is_empty(),
            "{old} → {new}"
        );
    }
}
