//! Any bytes from outside give a value or an error: random bytes, random JSON, and valid texts that
//! were changed at a few places. `fuzz/` looks for others.

#[path = "support/judges.rs"]
mod judges;

use std::sync::LazyLock;

use autopi::CallOptions;
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    test_runner::RngSeed,
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().enable_all().build().unwrap());

/// Keys and texts that some reader looks for, and odd ones.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "id",
        "results",
        "count",
        "next",
        "previous",
        "page",
        "page_size",
        "detail",
        "code",
        "non_field_errors",
        "operation",
        "path",
        "query",
        "index",
        "seen",
        "size",
        "linked",
        "asked",
        "whole",
        "promised",
        "rows_list",
        "/rows/",
        "method",
        "url",
        "status",
        "headers",
        "response",
        "GET",
        "token",
        "c4n4ry-token",
        "NaN",
        "\u{1b}[31m",
        "\u{202e}",
        "\0",
        "https://api.autopi.io/rows/?page=2",
        "http://other.example/rows/?page=2",
        "//x/",
        "?page=",
        "2026-11-27T00:00:00Z",
        "-1",
        "1e400",
        "18446744073709551616",
    ];
    prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => ".{0,12}",
        1 => ".{300,400}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..5u64).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(word(), inner.clone(), 0..6).prop_map(|map| map.into_iter().collect()),
            vec(inner, 0..4).prop_map(|rows| json!({"count": rows.len(), "results": rows})),
            (0..5u64).prop_map(|id| json!({"id": id})),
        ]
    })
}

/// A text that was cut or changed at up to three places.
fn changed(text: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        vec(any::<u8>(), 0..4),
        0..4usize,
    );
    (text, vec(change, 0..4)).prop_map(|(text, changes)| {
        let mut bytes = text.into_bytes();
        for (at, new, removed) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, new);
        }
        bytes
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => value().prop_map(|v| v.to_string().into_bytes()),
        3 => changed(value().prop_map(|v| v.to_string())),
        1 => vec(any::<u8>(), 0..200),
        1 => (0..200usize).prop_map(|n| "[".repeat(n).into_bytes()),
    ]
}

/// A stored cursor with some members changed.
fn cursor() -> impl Strategy<Value = Vec<u8>> {
    let cursor = json!({
        "operation": "rows_list", "path": "/rows/", "query": [["page", "2"]], "index": 1,
        "seen": 2, "size": 2, "linked": true, "whole": false, "promised": true, "asked": null,
    });
    let members = cursor
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    let other = btree_map(prop::sample::select(members), value(), 0..3);
    let text = other.prop_map(move |other| {
        let mut cursor = cursor.clone();
        cursor.as_object_mut().unwrap().extend(other);
        cursor.to_string()
    });
    changed(text)
}

fn recording() -> impl Strategy<Value = Vec<u8>> {
    let line = json!({
        "operation": "raw", "method": "GET", "path": "/rows/", "query": [], "status": 200,
        "headers": {"content-type": "application/json"}, "response": {"json": {"id": 1}},
    });
    let other = btree_map(word(), value(), 0..3);
    let text = other.prop_map(move |other| {
        let mut line = line.clone();
        line.as_object_mut().unwrap().extend(other);
        format!("{line}\n{line}\n")
    });
    changed(text)
}

proptest! {
    // A fixed seed; `PROPTEST_CASES=60000` looks further.
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..Default::default()
    })]

    #[test]
    fn any_body_is_read_unchanged_or_refused(bytes in body()) {
        RUNTIME.block_on(judges::body(&bytes));
    }

    #[test]
    fn any_list_ends(bytes in body()) {
        RUNTIME.block_on(judges::list(&bytes, CallOptions::new()));
    }

    #[test]
    fn any_error_response_is_an_error_of_its_status(
        status in 400..600u16, after in vec(any::<u8>(), 0..30), bytes in body(),
    ) {
        RUNTIME.block_on(judges::error(status, &after, &bytes));
    }

    #[test]
    fn any_stored_cursor_is_refused_or_resumes_a_list_that_ends(text in cursor(), page in body()) {
        RUNTIME.block_on(judges::cursor(&text, &page));
    }

    #[test]
    fn any_recording_is_refused_or_replayed(text in recording()) {
        let file = std::env::temp_dir().join(format!("autopi-recording-{}", std::process::id()));
        RUNTIME.block_on(judges::recording(&text, &file));
        std::fs::remove_file(file).unwrap();
    }
}
