//! What holds for any bytes that a server, a stored cursor or a recording gives to the client.
//! `tests/any_input.rs` generates random ones; the fuzz target `responses` looks for others.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use autopi::{
    CallOptions, Client, Cursor, Error, Method, Page, RetryPolicy,
    rt::{Call, Operation, PageParams},
    testing::{Replay, Stub},
};
use futures_util::StreamExt;
use reqwest::{Request, Response, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;

static LIST: Operation = Operation {
    id: "rows_list",
    method: "GET",
    path: "/rows/",
    required: &[],
    accept: "application/json",
    page: Some(PageParams {
        page: "page",
        size: "page_size",
    }),
    secrets: &[],
};

/// An item; others are bad.
#[derive(Debug, Deserialize)]
struct Row {
    #[allow(dead_code)]
    id: u64,
}

/// No list of these tests needs more requests; one that does would never end.
const REQUESTS: usize = 400;

fn client(respond: impl Fn(&Request) -> Response + Clone + Send + Sync + 'static) -> Client {
    let stub = Stub::new().on("raw", respond.clone()).on(LIST.id, respond);
    let once = RetryPolicy::default().max_attempts(1);
    let client = Client::builder()
        .api_token("c4n4ry-token")
        .retry(once)
        .hooks(stub);
    client.build().unwrap()
}

fn response(status: u16, body: &[u8]) -> Response {
    let response = http::Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json");
    response.body(body.to_vec()).unwrap().into()
}

/// An error is a short text on a terminal, and has no credential, whatever a server repeats.
fn judge_error(error: &Error) {
    for shown in [error.to_string(), format!("{error:?}")] {
        let control = shown.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{shown:?}");
        assert!(shown.len() < 20_000, "{} bytes: {shown}", shown.len());
        assert!(!shown.contains("c4n4ry-token"), "{shown}");
    }
    let _ = (error.detail(), error.field_errors(), error.retry_after());
}

/// Any JSON is read unchanged or refused; each item of a page is given or reported.
pub async fn body(body: &[u8]) {
    let reply = body.to_vec();
    let client = client(move |_| response(200, &reply));
    // A form feed between values is read as white space.
    let spaced: Vec<u8> = body
        .iter()
        .map(|b| if *b == 0x0c { b' ' } else { *b })
        .collect();
    let meant = serde_json::from_slice::<Value>(&spaced);
    let call = client.request(Method::GET, "/rows/");
    match (call.send_json::<Value>().await, &meant) {
        (Ok(got), Ok(meant)) => assert_eq!(got.value, *meant),
        // A response without a body.
        (Ok(got), Err(_)) if body.is_empty() => assert_eq!(got.value, Value::Null),
        (Ok(got), Err(why)) => panic!("{body:?}: {why}, read as {}", got.value),
        (Err(error), _) => judge_error(&error),
    }
    let results = |value: &Value| value.get("results").and_then(Value::as_array).cloned();
    let items = meant.as_ref().ok().and_then(|value| match value {
        // A list of one page is read as that page.
        Value::Array(items) => match items.as_slice() {
            [page] => results(page).or_else(|| Some(items.clone())),
            _ => Some(items.clone()),
        },
        page => results(page),
    });
    let call = client.request(Method::GET, "/rows/");
    match (call.send_json::<Page<Row>>().await, items) {
        (Ok(page), Some(items)) => {
            let page = page.value;
            let body = String::from_utf8_lossy(body);
            assert_eq!(
                page.results.len() + page.errors.len(),
                items.len(),
                "{body}"
            );
        }
        (Err(error), _) => judge_error(&error),
        (Ok(_), None) => {}
    }
}

/// A list whose pages are all alike ends, with all items or an error.
pub async fn list(body: &[u8], options: CallOptions) {
    let (reply, requests) = (body.to_vec(), Arc::<AtomicUsize>::default());
    let count = requests.clone();
    let client = client(move |request| {
        let host = request.url().host_str();
        assert_eq!(host, Some("api.autopi.io"), "{}", request.url());
        assert!(
            count.fetch_add(1, Relaxed) < REQUESTS,
            "the list never ends"
        );
        response(200, &reply)
    });
    let mut call = Call::new(&client, &LIST);
    call.options(options);
    let mut rows = call.stream::<Row>();
    while let Some(row) = rows.next().await {
        if let Err(error) = row {
            judge_error(&error);
        }
    }
}

/// An error response is an error of its status, whatever it holds.
pub async fn error(status: u16, retry_after: &[u8], body: &[u8]) {
    let (reply, after) = (
        body.to_vec(),
        http::HeaderValue::from_bytes(retry_after).ok(),
    );
    let client = client(move |_| {
        let mut response = response(status, &reply);
        if let Some(after) = &after {
            response.headers_mut().insert("retry-after", after.clone());
        }
        response
    });
    let call = client.request(Method::GET, "/rows/");
    let error = call.send_json::<Value>().await.unwrap_err();
    assert_eq!(error.status(), Some(status));
    judge_error(&error);
    let year = Duration::from_secs(365 * 24 * 3600);
    assert!(error.retry_after().is_none_or(|after| after <= year));
}

/// A stored cursor is refused, or resumes a list that ends.
pub async fn cursor(text: &[u8], page: &[u8]) {
    if let Ok(cursor) = serde_json::from_slice::<Cursor>(text) {
        list(page, CallOptions::new().resume(cursor)).await;
    }
}

/// A recording is refused with its line, or replayed.
pub async fn recording(text: &[u8], file: &Path) {
    fs::write(file, text).unwrap();
    match Replay::open(file) {
        Err(error) => judge_error(&error),
        Ok(replay) => {
            let client = Client::builder().api_token("c4n4ry-token").hooks(replay);
            let call = client.build().unwrap();
            let call = call.request(Method::GET, "/rows/");
            if let Err(error) = call.send_json::<Value>().await {
                judge_error(&error);
            }
        }
    }
}
