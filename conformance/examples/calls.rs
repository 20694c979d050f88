//! Calls every operation except the first SKIP through the generated client at a base URL, and
//! writes one JSON line for each to stdout, which `cargo xtask conformance` reads. Ends at the
//! first call without a response.

use std::{env, error::Error, fs};

use autopi::{Client, ErrorKind, RetryPolicy};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("usage: calls URL [SKIP]")?;
    let skip = env::args().nth(2).map_or(Ok(0), |n| n.parse())?;
    let normalised: Value = serde_json::from_str(&fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../spec/openapi.json"
    ))?)?;
    let sample = |schema: &str| {
        autopi_sandbox::sample(
            &normalised,
            &serde_json::from_str(schema).unwrap_or_default(),
            7,
        )
    };
    let client = Client::builder()
        .base_url(&url)
        .api_token(autopi_sandbox::API_TOKEN)
        .retry(RetryPolicy::none())
        .build()?;
    for (_, method, path, call) in conformance::CALLS.iter().skip(skip) {
        let operation = format!("{method} {path}");
        let outcome = call(&client, &sample).await;
        let line = match &outcome {
            Ok(_) => json!({ "operation": operation }),
            Err(e) => {
                json!({ "operation": operation, "error": e.to_string(), "body": e.raw_body().map(String::from_utf8_lossy) })
            }
        };
        println!("{line}");
        if outcome.is_err_and(|e| e.kind() == ErrorKind::Transport) {
            break;
        }
    }
    Ok(())
}
