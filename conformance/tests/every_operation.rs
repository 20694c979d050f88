//! Every operation, called through the generated client, answered by the sandbox, decoded; and the same of every schema without a socket.

use std::{collections::BTreeMap, fs};

use autopi::{Client, RetryPolicy};
use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::Value;

fn document(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{}/../spec/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap()
}

#[tokio::test]
async fn every_operation_is_called_and_its_answer_decodes() {
    let normalised = document("openapi.json");
    let sample = |schema: &str| autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 7);
    let mut table = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in 0..3 {
        let api = Sandbox::builder().spec(document("upstream.json")).answers(normalised.clone()).seed(seed).any_id().start().await.unwrap();
        let client = Client::builder().base_url(api.url()).api_token(API_TOKEN).retry(RetryPolicy::none()).build().unwrap();
        for (id, method, path, call) in conformance::CALLS {
            let before = api.requests().len();
            let outcome = call(&client, &sample).await;
            let sent = api.requests().split_off(before);
            if sent.len() != 1 || sent[0].method != *method {
                failures.push(format!("{id}: {method} {path}: {} requests seen: {sent:?}", sent.len()));
            }
            match outcome {
                Ok(()) => *table.entry(path.split('/').nth(1).unwrap_or_default()).or_insert(0) += 1,
                // The sandbox knows one login only.
                Err(_) if *path == "/auth/login/" => {}
                Err(e) => failures.push(format!("{id}: {method} {path}: {e}")),
            }
        }
    }
    for (area, n) in &table {
        println!("{area:<12} {n:>4} calls decoded");
    }
    assert_eq!(conformance::CALLS.len(), 620);
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_operation_is_called_by_the_blocking_client() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let normalised = document("openapi.json");
    let sample = |schema: &str| autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 7);
    let api = Sandbox::builder().spec(document("upstream.json")).answers(normalised.clone()).any_id();
    let api = runtime.block_on(api.start()).unwrap();
    let client = autopi::blocking::Client::builder().base_url(api.url()).api_token(API_TOKEN).retry(RetryPolicy::none()).build().unwrap();
    for (id, call) in conformance::BLOCKING {
        let outcome = call(&client, &sample);
        assert!(outcome.is_ok() || *id == "auth_login_create", "{id}: {outcome:?}");
    }
    assert_eq!((conformance::BLOCKING.len(), api.requests().len()), (620, 620));
}
