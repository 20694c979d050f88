//! A call is what the caller meant: the request that the server sees, and the errors before
//! anything is sent.

#[path = "support/document.rs"]
mod document;

use std::sync::{Arc, Mutex};

use autopi::{Client, ErrorKind, Method, RetryPolicy, Uuid, types};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use document::document;
use serde_json::json;

/// The request line, `Content-Length` and body of each request.
type SentRequests = Arc<Mutex<Vec<(String, Option<String>, String)>>>;

/// Starts a server that responds to every request with an empty object.
async fn server() -> (Client, SentRequests) {
    let seen = SentRequests::default();
    let log = seen.clone();
    let app = Router::new().fallback(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let length = head
            .headers
            .get("content-length")
            .map(|v| v.to_str().unwrap().to_owned());
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        log.lock()
            .unwrap()
            .push((format!("{} {}", head.method, head.uri), length, body));
        Response::builder()
            .header("content-type", "application/json")
            .body(Body::from("{}"))
            .unwrap()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(RetryPolicy::none());
    (client.build().unwrap(), seen)
}

#[test]
fn a_required_body_that_is_not_set_is_refused_before_sending() {
    let document = document("openapi.json");
    let sample =
        |schema: &str| autopi_sandbox::sample(&document, &serde_json::from_str(schema).unwrap(), 7);
    // Nothing listens at this address, so a call that is sent is an error of another kind.
    let client = autopi::blocking::Client::builder()
        .base_url("http://127.0.0.1:1")
        .api_token("t")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    for (id, call) in conformance::BODILESS {
        let error = call(&client, &sample).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{id}: {error}");
        assert!(
            error.to_string().contains("body: required, not set"),
            "{id}: {error}"
        );
        assert_eq!(error.field_errors()["body"], ["required, not set"], "{id}");
    }
    let mut required = 0;
    for (_, item) in document["paths"].as_object().unwrap() {
        let bodies = item.as_object().unwrap().values();
        required += bodies
            .filter(|op| op["requestBody"]["required"] == true)
            .count();
    }
    assert_eq!(conformance::BODILESS.len(), required);
    assert!(required > 250, "{required}");
}

#[tokio::test]
async fn a_patch_tells_null_from_nothing_on_the_wire() {
    let (client, seen) = server().await;
    let patch = types::PatchedDeviceRequest::new;
    for (body, sent) in [
        (patch(), "{}"),
        (patch().template(None), r#"{"template":null}"#),
        (patch().template(3), r#"{"template":3}"#),
    ] {
        let call = client
            .dongle_devices_partial_update()
            .id(Uuid::nil())
            .body(&body);
        let _ = call.send_full().await;
        assert_eq!(seen.lock().unwrap().pop().unwrap().2, sent);
    }
}

#[tokio::test]
async fn a_post_put_or_patch_without_a_body_sends_content_length_0() {
    let (client, seen) = server().await;
    for (method, length) in [
        (Method::POST, Some("0")),
        (Method::PUT, Some("0")),
        (Method::PATCH, Some("0")),
        (Method::GET, None),
        (Method::DELETE, None),
    ] {
        client.request(method.clone(), "/x/").send().await.unwrap();
        assert_eq!(
            seen.lock().unwrap().pop().unwrap().1.as_deref(),
            length,
            "{method}"
        );
    }
}

#[tokio::test]
async fn nan_and_infinities_in_a_body_are_refused_with_their_place() {
    let (client, seen) = server().await;
    let body = json!({"a": 1});
    client
        .request(Method::POST, "/x/")
        .json(&body)
        .unwrap()
        .send()
        .await
        .unwrap();
    assert_eq!(seen.lock().unwrap().pop().unwrap().2, r#"{"a":1}"#);
    let error = client
        .request(Method::POST, "/x/")
        .json(&[Some(1.5), None, Some(f64::NAN)]);
    let error = error.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(
        error.field_errors()["[2]"],
        ["must be a finite number, is `NaN`"]
    );
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn all_violated_limits_are_reported_at_once() {
    let (client, seen) = server().await;
    let body = types::PatchedDeviceRequest::new()
        .call_name("x".repeat(300))
        .user_metadata(autopi::serde_json::Map::new());
    let call = client
        .dongle_devices_partial_update()
        .id(Uuid::nil())
        .body(&body);
    let error = call.send().await.unwrap_err();
    let faults = &error.field_errors()["callName"];
    assert!(
        faults[0].starts_with("must be at most 64 characters, is `xxx"),
        "{faults:?}"
    );
    assert!(
        faults[0].contains("(300 characters)") && faults[0].len() < 140,
        "{faults:?}"
    );
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_list_repeats_its_name_where_drf_reads_it_so() {
    let (client, seen) = server().await;
    let call = client
        .reporting_reports_unique_vehicles_count()
        .groups([1, 2]);
    let _ = call.send().await;
    let line = seen.lock().unwrap().pop().unwrap().0;
    assert!(line.ends_with("?groups=1&groups=2"), "{line}");
}
