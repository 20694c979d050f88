//! Documents that are small and would take for ever, or all of the stack: each is through, or refused with its place, in a moment.

use std::{sync::mpsc, thread, time::Duration};

use serde_json::{Map, Value, json};
use xtask::{coverage::coverage, diff, fetch, pipeline::normalize};

/// Far more than it takes unoptimised on a busy machine, far less than what doubles at each of 40 levels.
const LIMIT: Duration = Duration::from_secs(30);

const MANY: usize = 2000;

/// Structs are code: the same, and linear.
const STRUCTS: usize = 200;

fn reference(i: usize) -> Value {
    json!({ "$ref": format!("#/components/schemas/A{i}") })
}

/// A document of the components `A0`, `A1`, …, of which an operation sends and reads the first.
fn document(schemas: impl Iterator<Item = Value>) -> String {
    let schemas: Map<String, Value> = schemas
        .enumerate()
        .map(|(i, s)| (format!("A{i}"), s))
        .collect();
    let content = json!({ "application/json": { "schema": reference(0) } });
    json!({
        "openapi": "3.0.3", "info": { "title": "t", "version": "1" },
        "paths": { "/x/": { "post": {
            "operationId": "x_create",
            "parameters": [{ "name": "p", "in": "query", "schema": reference(0) }],
            "requestBody": { "content": content },
            "responses": { "200": { "description": "", "content": content } },
        } } },
        "components": { "schemas": schemas },
    })
    .to_string()
}

/// Each level is made of the next, by `way`; the last is a text.
fn levels(n: usize, way: impl Fn(Value) -> Value) -> String {
    let level = |i| {
        if i + 1 < n {
            way(reference(i + 1))
        } else {
            json!({ "type": "string", "readOnly": true })
        }
    };
    document((0..n).map(level))
}

fn bombs() -> Vec<(&'static str, String)> {
    let six = || vec![reference(0); 6];
    let two = |r: Value| vec![r.clone(), r];
    let object =
        |r: Value| json!({ "type": "object", "required": ["a"], "properties": { "a": r } });
    let nested = |open: &str, close: &str| {
        format!(
            "openapi: 3.0.3\nx: {}1{}\n",
            open.repeat(50_000),
            close.repeat(50_000)
        )
    };
    vec![
        ("itself, six times", document([json!({ "allOf": six() })].into_iter())),
        ("itself, with properties", document([json!({ "allOf": six(), "properties": { "a": reference(0) } })].into_iter())),
        ("each other", document((0..12).map(|_| json!({ "allOf": (0..12).map(reference).collect::<Vec<_>>(), "properties": { "a": {} } })))),
        ("a list of itself", document([json!({ "type": "array", "minItems": 2, "items": reference(0) })].into_iter())),
        ("a map of itself", document([json!({ "type": "object", "additionalProperties": reference(0) })].into_iter())),
        ("allOf, doubled", levels(40, |r| json!({ "allOf": two(r), "properties": { "a": {} } }))),
        ("oneOf, doubled", levels(40, |r| json!({ "oneOf": two(r) }))),
        ("anyOf, doubled", levels(40, |r| json!({ "anyOf": two(r) }))),
        ("properties, doubled", levels(40, |r| json!({ "type": "object", "required": ["a", "b"], "properties": { "a": r, "b": r } }))),
        ("lists, doubled", levels(40, |r| json!({ "type": "array", "minItems": 2, "items": r }))),
        ("allOf, deep", levels(MANY, |r| json!({ "allOf": [r], "properties": { "a": {} } }))),
        ("oneOf, deep", levels(MANY, |r| json!({ "oneOf": [r] }))),
        ("names, deep", levels(MANY, |r| r)),
        ("wrapped names, deep", levels(MANY, |r| json!({ "allOf": [r] }))),
        ("items, deep", levels(MANY, |r| json!({ "type": "array", "items": r }))),
        ("maps, deep", levels(MANY, |r| json!({ "type": "object", "additionalProperties": r }))),
        ("properties, deep", levels(STRUCTS, object)),
        ("properties, a ring", document((0..STRUCTS).map(|i| object(reference((i + 1) % STRUCTS))))),
        ("yaml lists", nested("[", "]")),
        ("yaml maps", nested("{a: ", "}")),
        ("yaml dashes", nested("- ", "")),
        ("yaml questions", nested("? ", "")),
        ("yaml aliases", (1..40).fold("openapi: 3.0.3\na0: &a0 [1]\n".into(), |t: String, i| {
            t + &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1)
        })),
        ("json lists", "[".repeat(100_000)),
        ("pattern", document([json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "type": "string", "pattern": "((((a{64}){64}){64}){64})" } } })].into_iter())),
        ("pattern of many", document([json!({ "type": "string", "pattern": "a|".repeat(50_000) })].into_iter())),
        ("values of one name", document([json!({ "type": "string", "enum": (0..3000).map(|i| format!("{}", char::from_u32(0x1f300 + i).unwrap())).collect::<Vec<_>>() })].into_iter())),
    ]
}

fn everything(text: &str) -> Result<(), String> {
    let doc = fetch::parse(text).map_err(|e| e.to_string())?;
    sandbox(doc);
    let new = normalize(text, None).map_err(|e| e.to_string())?;
    diff::compare((&new).into(), (&new).into()).map_err(|e| e.to_string())?;
    coverage(text, None, None).map_err(|e| e.to_string())?;
    Ok(())
}

/// Runs it, and has a body judged and an answer made.
fn sandbox(doc: Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let api = autopi_sandbox::Sandbox::builder()
            .spec(doc.clone())
            .answers(doc);
        let Ok(api) = api.start().await else { return };
        let body = (0..60).fold(json!("aaaa"), |v, _| json!({ "a": v }));
        let call = reqwest::Client::new()
            .post(format!("{}/x/?p=a", api.url()))
            .header(
                "authorization",
                format!("APIToken {}", autopi_sandbox::API_TOKEN),
            );
        call.json(&body)
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
    });
}

#[test]
fn no_document_takes_for_ever_or_all_of_the_stack() {
    for (name, text) in bombs() {
        let (sender, done) = mpsc::channel();
        // The stack of a thread of tokio's.
        let work = thread::Builder::new().stack_size(2 << 20);
        let thread = work.spawn(move || sender.send(everything(&text))).unwrap();
        match done.recv_timeout(LIMIT) {
            Ok(Err(refusal)) => assert!(refusal.contains('#'), "{name}: {refusal}"),
            Ok(Ok(())) => {}
            Err(e) => panic!("{name}: {e}"),
        }
        thread.join().unwrap().unwrap();
    }
}
