//! Any request gets a response that is no fault of the server: each operation with random values
//! for its documented parameters and members, and with bodies of random bytes.

mod support;

use autopi_sandbox::Sandbox;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use support::{Api, json_response};

/// Requests for each operation.
const EACH: usize = 4;

fn text() -> impl Strategy<Value = String> {
    let odd = [
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "9".repeat(400).as_str(),
        "2026-11-27T00:00:00Z",
        "9999-12-31T23:59:59.999999-14:00",
        "0000-00-00",
        "24:00",
        "\u{0}",
        "\u{202e}é\u{1f697}",
        "%00",
        "../..",
        "a,b",
        "1,,2",
        "((((",
        "id__in",
        "-id",
        "__",
        "?",
        "#",
        "00000000-0000-0000-0000-000000000000",
        "a@b.c",
        "https://[",
        "٣",
        "1_000",
    ]
    .map(str::to_owned);
    prop_oneof![4 => select(odd.to_vec()), 1 => ".{0,20}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-3..4i64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

struct Operation {
    method: String,
    path: String,
    queries: Vec<String>,
    members: Vec<String>,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut out = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, op) in item.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let (mut queries, mut members) =
                (vec!["page".to_owned(), "format".to_owned()], Vec::new());
            let all = [&item["parameters"], &op["parameters"]];
            for parameter in all.into_iter().filter_map(Value::as_array).flatten() {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                match parameter["in"].as_str() {
                    Some("query") => queries.push(name),
                    Some("formData") => members.push(name),
                    Some("body") => members.extend(properties(document, &parameter["schema"])),
                    _ => {}
                }
            }
            let (method, path) = (method.to_uppercase(), path.clone());
            out.push(Operation {
                method,
                path,
                queries,
                members,
            });
        }
    }
    out
}

fn properties(document: &Value, schema: &Value) -> Vec<String> {
    let target = schema["$ref"]
        .as_str()
        .and_then(|r| document.pointer(&r[1..]));
    let schema = target.unwrap_or(schema);
    let map = schema["properties"].as_object();
    map.into_iter().flat_map(Map::keys).cloned().collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn any_request_gets_a_response_that_is_no_fault_of_the_server() {
    let document = include_str!("../../spec/upstream.json");
    let operations = operations(&serde_json::from_str(document).unwrap());
    assert!(!operations.is_empty());
    let api = Api::start(Sandbox::builder()).await;
    let devices = api.items("/dongle/devices/").await;
    let known = devices[0]["id"].as_str().unwrap().to_owned();
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    });
    let mut draw =
        |strategy: &BoxedStrategy<Value>| strategy.new_tree(&mut runner).unwrap().current();
    let segment = prop_oneof![2 => Just(known), 1 => text()]
        .prop_map(Value::from)
        .boxed();
    let bytes = vec(any::<u8>(), 0..60).prop_map(|b| json!(b)).boxed();
    for op in &operations {
        let pairs = vec((select(op.queries.clone()), text()), 0..3)
            .prop_map(|p| json!(p))
            .boxed();
        let names = [op.members.clone(), vec!["id".to_owned()]].concat();
        let object =
            btree_map(select(names), value(), 0..6).prop_map(|map| map.into_iter().collect());
        let body = prop_oneof![4 => object, 1 => value()].boxed();
        for n in 0..EACH {
            let segments = op.path.split('/').map(|part| match part.contains('{') {
                true => encoded(draw(&segment).as_str().unwrap()),
                false => part.to_owned(),
            });
            let mut path = segments.collect::<Vec<_>>().join("/");
            let queries: Vec<(String, String)> = serde_json::from_value(draw(&pairs)).unwrap();
            for (name, text) in &queries {
                path.push(if path.contains('?') { '&' } else { '?' });
                path.push_str(&format!("{}={}", encoded(name), encoded(text)));
            }
            let mut request = api.request(&op.method, &path);
            let mut sent = Value::Null;
            if op.method != "GET" {
                sent = draw(&body);
                request = match n % 4 {
                    0 => {
                        let raw: Vec<u8> = serde_json::from_value(draw(&bytes)).unwrap();
                        let media = [
                            "application/json",
                            "multipart/form-data; boundary=a",
                            "application/x-www-form-urlencoded",
                            "text/plain",
                        ][n / 4 % 4];
                        request.header(CONTENT_TYPE, media).body(raw)
                    }
                    _ => request.json(&sent),
                };
            }
            let shown = format!("{} {path} {sent}", op.method);
            let response = request
                .send()
                .await
                .unwrap_or_else(|e| panic!("{shown}: {e:?}"));
            let response = json_response(response).await;
            assert!(
                response.status < 500,
                "{shown}: {} {}",
                response.status,
                response.body
            );
        }
    }
    assert_eq!(api.get("/dongle/devices/").await.status, 200);
}
