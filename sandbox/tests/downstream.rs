//! How to test a program that uses the API with the sandbox: an example to copy.

use autopi_sandbox::{API_TOKEN, Sandbox};
use serde_json::Value;

/// The program counts the devices that are not updated, and retries once if the API is busy.
async fn outdated(base: &str, token: &str) -> Result<usize, String> {
    // Only needed if no crate enables the feature `rustls` of `reqwest`.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let http = reqwest::Client::new();
    for last in [false, true] {
        let request = http
            .get(format!("{base}/dongle/devices/?page_size=100"))
            .header("Authorization", format!("APIToken {token}"));
        let response = request.send().await.map_err(|e| e.to_string())?;
        if response.status() == 503 && !last {
            continue;
        }
        let page: Value = response
            .error_for_status()
            .map_err(|e| e.to_string())?
            .json()
            .await
            .map_err(|e| e.to_string())?;
        return Ok(page["results"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|d| d["is_updated"] == false)
            .count());
    }
    Err("busy".into())
}

#[tokio::test]
async fn the_program_counts_outdated_devices() {
    let api = Sandbox::builder().size(10).seed(1).start().await.unwrap();
    let count = outdated(api.url(), API_TOKEN).await.unwrap();
    assert!(count > 0 && count < 10, "{count}");
    api.expect("GET", "/dongle/devices/", 1).unwrap();
}

#[tokio::test]
async fn the_program_retries_once() {
    let api = Sandbox::start().await.unwrap();
    api.set_faults(&["status=503"]).unwrap();
    assert!(outdated(api.url(), API_TOKEN).await.is_err());
    api.expect("GET", "/dongle/devices/", 2).unwrap();
    // The error of an expectation that is not met.
    let error = api
        .expect("POST", "/dongle/devices/*/", 1)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error.lines().next(),
        Some("expected 1 requests POST /dongle/devices/*/, seen 0. All requests:")
    );
    assert!(
        error.contains("GET /dongle/devices/?page_size=100 → 503"),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_token_is_an_error() {
    let api = Sandbox::start().await.unwrap();
    assert!(
        outdated(api.url(), "wrong")
            .await
            .unwrap_err()
            .contains("401")
    );
}
