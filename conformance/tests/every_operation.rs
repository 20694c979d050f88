//! Calls every operation through the generated client and decodes the sandbox's responses; the same
//! for every schema without a socket.

#[path = "support/document.rs"]
mod document;

use std::collections::BTreeMap;

use autopi::{Client, RetryPolicy};
use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
use document::document;

/// Calls all operations; returns the failures.
async fn call_all(wire: Wire) -> Vec<String> {
    let normalised = document("openapi.json");
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 7)
    };
    let mut table = BTreeMap::<&str, (usize, usize)>::new();
    let mut failures = Vec::new();
    for seed in 0..3 {
        let builder = Sandbox::builder()
            .spec(document("upstream.json"))
            .response_spec(normalised.clone());
        let api = builder
            .wire(wire)
            .seed(seed)
            .any_id()
            .start()
            .await
            .unwrap();
        let client = Client::builder()
            .base_url(api.url())
            .api_token(API_TOKEN)
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        for (id, method, path, call) in conformance::CALLS {
            let before = api.requests().len();
            let outcome = call(&client, &sample).await;
            let sent = api.requests().split_off(before);
            if sent.len() != 1 || sent[0].method != *method {
                failures.push(format!(
                    "{id}: {method} {path}: {} requests seen: {sent:?}",
                    sent.len()
                ));
            }
            let (decoded, failed) = table
                .entry(path.split('/').nth(1).unwrap_or_default())
                .or_default();
            match outcome {
                Ok(_) => *decoded += 1,
                // The sandbox only has one login.
                Err(_) if *path == "/auth/login/" => {}
                Err(e) => {
                    *failed += 1;
                    failures.push(format!("{id}: {method} {path}: {e}"));
                }
            }
        }
    }
    println!("wire mode {wire:?}");
    for (area, (decoded, failed)) in &table {
        println!("{area:<12} {decoded:>4} calls decoded, {failed} failed");
    }
    assert_eq!(conformance::CALLS.len(), 620);
    failures
}

#[tokio::test]
async fn every_operation_is_called_and_its_response_decodes() {
    let failures = call_all(Wire::Real).await;
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[tokio::test]
async fn every_operation_decodes_exactly_documented_responses_too() {
    let failures = call_all(Wire::Spec).await;
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_operation_is_called_by_the_blocking_client() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let normalised = document("openapi.json");
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 7)
    };
    let api = Sandbox::builder()
        .spec(document("upstream.json"))
        .response_spec(normalised.clone())
        .any_id();
    let api = runtime.block_on(api.start()).unwrap();
    let client = autopi::blocking::Client::builder()
        .base_url(api.url())
        .api_token(API_TOKEN)
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    for (id, call) in conformance::BLOCKING {
        let outcome = call(&client, &sample);
        assert!(
            outcome.is_ok() || *id == "auth_login_create",
            "{id}: {outcome:?}"
        );
    }
    assert_eq!(
        (conformance::BLOCKING.len(), api.requests().len()),
        (620, 620)
    );
}
