//! Compares the requests of our builders with those of progenitor's builders for the same
//! arguments.

#[path = "support/document.rs"]
mod document;
#[allow(dead_code)]
#[path = "support/recorder.rs"]
mod recorder;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use autopi::{CallInfo, Client, ClientHooks, RetryPolicy};
use document::document;
use recorder::{Sent, recorder};
use serde_json::Value;

/// The parts of a request that the server acts on.
fn meant(sent: &Sent) -> BTreeMap<&'static str, String> {
    let header = |name: &str| {
        let value = sent.headers.get(name);
        value
            .map(|v| v.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let mut query: Vec<(String, String)> =
        url::form_urlencoded::parse(sent.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    query.sort();
    let body = match serde_json::from_slice::<Value>(&sent.body) {
        Ok(json) => sorted(&json),
        Err(_) => String::from_utf8_lossy(&sent.body).into_owned(),
    };
    BTreeMap::from([
        ("method", sent.method.to_string()),
        ("path", sent.uri.path().to_owned()),
        ("query", format!("{query:?}")),
        ("content-type", header("content-type")),
        ("accept", header("accept")),
        ("authorization", header("authorization")),
        ("user-agent", header("user-agent")),
        ("body", body),
    ])
}

/// JSON without the order of its members.
fn sorted(json: &Value) -> String {
    match json {
        Value::Object(map) => {
            let members: BTreeMap<&String, String> =
                map.iter().map(|(k, v)| (k, sorted(v))).collect();
            format!("{members:?}")
        }
        Value::Array(list) => format!("{:?}", list.iter().map(sorted).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

/// The operation and the path template of each attempt.
#[derive(Default, Clone)]
struct Calls(Arc<Mutex<Vec<Called>>>);

type Called = (&'static str, Option<&'static str>);

impl ClientHooks for Calls {
    fn post(&self, _: Option<u16>, _: std::time::Duration, call: &CallInfo) {
        self.0.lock().unwrap().push((call.operation, call.path));
    }
}

#[tokio::test]
async fn both_generators_send_the_same_request() {
    let normalised = document("openapi.json");
    let (url, log) = recorder().await;
    let calls = Calls::default();
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .retry(RetryPolicy::none())
        .hooks(calls.clone())
        .build()
        .unwrap();
    let other = autopi::progenitor::Client::from(&client);
    let sample = |schema: &str| {
        autopi_sandbox::sample(&normalised, &serde_json::from_str(schema).unwrap(), 11)
    };
    let theirs: BTreeMap<_, _> = conformance::PROGENITOR.iter().copied().collect();
    let (mut equal, mut differences) = (0, BTreeMap::new());
    for (id, _, _, call) in conformance::CALLS {
        let Some(second) = theirs.get(id) else {
            continue;
        };
        let _ = call(&client, &sample).await;
        let ours = std::mem::take(&mut *log.lock().unwrap());
        let _ = second(&other, &sample).await;
        let theirs = std::mem::take(&mut *log.lock().unwrap());
        let ([ours], [theirs]) = (ours.as_slice(), theirs.as_slice()) else {
            differences.insert(*id, format!("{} and {} requests", ours.len(), theirs.len()));
            continue;
        };
        let (ours, theirs) = (meant(ours), meant(theirs));
        let found: Vec<String> = ours
            .iter()
            .filter(|(part, value)| theirs[*part] != **value)
            // Without a JSON response in the document progenitor sends no `Accept`, although errors
            // are JSON.
            .filter(|(part, _)| **part != "accept" || theirs["accept"] != "*/*")
            .map(|(part, value)| format!("{part}: {value} | {}", theirs[part]))
            .collect();
        let calls = std::mem::take(&mut *calls.0.lock().unwrap());
        assert!(
            calls.len() == 2 && calls[0] == calls[1] && calls[0].0 == *id && calls[0].1.is_some()
        );
        match found.is_empty() {
            true => equal += 1,
            false => drop(differences.insert(*id, found.join("; "))),
        }
    }
    assert!(
        differences.is_empty(),
        "{equal} are equal: {differences:#?}"
    );
    assert_eq!(
        (equal, conformance::NOT_IN_PROGENITOR.len()),
        (615, 5),
        "of {} operations; the table of docs/progenitor.md",
        conformance::CALLS.len()
    );
}

/// A status other than 2xx is progenitor's error with status and body; without a response it wraps
/// our error. Retries are the client's.
#[tokio::test]
async fn errors_and_retries_are_the_clients() {
    use autopi::progenitor::{self, Error};
    let api = autopi_sandbox::Sandbox::start().await.unwrap();
    let client = Client::builder()
        .base_url(api.url())
        .api_token(autopi_sandbox::API_TOKEN)
        .retry(RetryPolicy::default().initial_backoff(std::time::Duration::from_millis(1)))
        .build()
        .unwrap();
    let other = progenitor::Client::from(&client);
    let page = other.dongle_devices_list().page_size(2).send().await;
    let page = page.unwrap().into_inner();
    assert_eq!(page.results.len(), 2);
    assert!(page.errors.is_empty());

    let read = || {
        let id = autopi::DeviceId::from(autopi::Uuid::from_u128(1));
        other.dongle_devices_read().id(id).send()
    };
    match read().await.unwrap_err() {
        Error::UnexpectedResponse(response) => {
            assert_eq!(response.status(), 404);
            assert!(response.text().await.unwrap().contains("detail"));
        }
        error => panic!("{error:?}"),
    }

    let before = api.count("GET", "/dongle/devices/");
    api.set_faults(&["status=503"]).unwrap();
    let error = other.dongle_devices_list().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(api.count("GET", "/dongle/devices/") > before + 1);
    api.set_faults(&["reset"]).unwrap();
    let error = other.dongle_devices_list().send().await.unwrap_err();
    let cause = progenitor::cause(&error).unwrap();
    assert_eq!(cause.kind(), autopi::ErrorKind::Transport, "{cause}");
    assert_eq!(cause.operation(), Some("dongle_devices_list"));
}

/// A URL parser would resolve dots to another path, and reads a backslash as `/`.
#[tokio::test]
async fn a_path_parameter_is_one_segment_or_refused() {
    let (url, log) = recorder().await;
    let client = Client::builder()
        .base_url(url)
        .api_token("t")
        .build()
        .unwrap();
    let other = autopi::progenitor::Client::from(&client);
    let sent = |address: &'static str| {
        let call = other.dongle_devices_by_eth_address();
        async move { call.eth_address(address).send().await }
    };
    for bad in ["", ".", ".."] {
        let error = sent(bad).await.unwrap_err();
        let error = autopi::progenitor::cause(&error).unwrap();
        assert_eq!(error.kind(), autopi::ErrorKind::InvalidRequest, "{error}");
        assert!(error.to_string().contains("by_eth_address/{eth_address}/"));
    }
    assert!(log.lock().unwrap().is_empty());
    for good in ["..\\vehicles", "a/b", "...", "%2e%2e", "a:b@c", "\u{e4} ?#"] {
        let _ = sent(good).await;
        let call = client.dongle_devices_by_eth_address();
        let _ = call.eth_address(good).send().await;
        let log = std::mem::take(&mut *log.lock().unwrap());
        assert_eq!(log.len(), 2);
        assert_eq!(log[0].uri.path(), log[1].uri.path());
        assert_eq!(log[0].uri.path().matches('/').count(), 5, "{good}");
    }
}

/// Without the header the body would be refused, as one in an encoding that nobody asked for.
#[tokio::test]
async fn a_download_in_the_encoding_that_a_header_asks_for_is_not_refused() {
    use progenitor_client::{ClientHooks, OperationInfo};
    let packed = |_: &reqwest::Request| {
        let response = axum::http::Response::builder().header("content-encoding", "br");
        response.body("packed").unwrap().into()
    };
    let stub = autopi::testing::Stub::new().on("dongle_devices_list", packed);
    let base = "https://api.example.com";
    let client = Client::builder().base_url(base).api_token("t").hooks(stub);
    let other = autopi::progenitor::Client::from(&client.build().unwrap());
    let info = OperationInfo {
        operation_id: "dongle_devices_list",
    };
    let get = || {
        let url = format!("{base}/dongle/devices/").parse().unwrap();
        reqwest::Request::new(reqwest::Method::GET, url)
    };
    let mut asked = get();
    let name = "br".parse().unwrap();
    asked.headers_mut().insert("accept-encoding", name);
    let response = other.exec(asked, &info).await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), "packed");
    let error = other.exec(get(), &info).await.unwrap_err();
    assert!(
        format!("{error:?}").contains("encoded as `br`"),
        "{error:?}"
    );
}
