//! Schemathesis generates requests from the document that the sandbox serves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use autopi_sandbox::API_TOKEN;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use tokio::task::block_in_place;

use super::{
    Verdict, document, kind,
    reasons::{Exchange, Finding, reason},
    sandbox,
};
use crate::tools;

/// The package, with its version.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// What is the same in every run.
const ARGUMENTS: [&str; 22] = [
    "--phases",
    "examples,coverage,fuzzing",
    "--checks",
    "all",
    "--continue-on-failure",
    "--no-shrink",
    "--seed",
    "1",
    "--no-color",
    "--generation-database",
    "none",
    "--suppress-health-check",
    "all",
    "--warnings",
    "off",
    "--workers",
    "2",
    "--request-timeout",
    "10",
    "--report",
    "ndjson",
    "--report-ndjson-path",
];

/// Runs Schemathesis against a sandbox for up to `seconds`, with up to `examples` requests for each
/// operation in a round.
pub(super) async fn run(
    root: &Path,
    folder: &Path,
    seconds: u32,
    examples: u32,
) -> Result<Verdict> {
    let venv = root.join("target/judges/venv");
    let program = block_in_place(|| tools::pypi(&venv, SCHEMATHESIS, "schemathesis"))?;
    let api = sandbox(root).await?;
    println!("schemathesis runs for up to {seconds} seconds ...");
    let mut command = Command::new(program);
    // `--url`, because the document names the real host, which must never be called.
    command.args(["run", &format!("{}/?format=openapi", api.url())]);
    command.args(["--url", api.url()]);
    command.args(["--header", &format!("Authorization: APIToken {API_TOKEN}")]);
    command.args(["--max-examples", &examples.to_string()]);
    command.args(["--max-time", &seconds.to_string()]);
    let events = block_in_place(|| events(command, folder))?;
    findings(&events, &document(root, "upstream.json")?)
}

/// Runs the command; returns the events of its report.
fn events(mut command: Command, folder: &Path) -> Result<Vec<Value>> {
    let report = folder.join("schemathesis.ndjson");
    let _ = fs::remove_file(&report);
    let log = folder.join("schemathesis.log");
    let output = fs::File::create(&log)?;
    command.args(ARGUMENTS).arg(&report).current_dir(folder);
    command.stdin(Stdio::null()).stdout(output.try_clone()?);
    // It exits with an error if it finds something; the report tells whether it ran.
    command
        .stderr(output)
        .status()
        .context("cannot run schemathesis")?;
    let text = fs::read_to_string(&report)
        .context("schemathesis left no report: see schemathesis.log beside it")?;
    let events: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    let events = events?;
    ensure!(
        events.iter().any(|e| e.get("EngineFinished").is_some()),
        "schemathesis did not finish: see {}",
        log.display()
    );
    Ok(events)
}

/// Returns what Schemathesis found, with one example of each finding.
fn findings(events: &[Value], document: &Value) -> Result<Verdict> {
    let (mut operations, mut requests, mut findings) = (BTreeSet::new(), 0, BTreeMap::new());
    let recorders = events
        .iter()
        .filter_map(|e| e.pointer("/ScenarioFinished/recorder"));
    for recorder in recorders {
        let operation = recorder["label"].as_str().unwrap_or_default();
        let exchanges = recorder["interactions"].as_object();
        operations.insert(operation);
        requests += exchanges.map_or(0, |e| e.len());
        for (id, check) in failed_checks(recorder) {
            let at = exchanges.and_then(|e| e.get(id));
            let mut finding = Finding {
                check: check["name"].as_str().unwrap_or_default().into(),
                operation: operation.into(),
                wrong: message(check),
                sent: at.map(exchange).unwrap_or_default(),
                reason: None,
            };
            finding.reason = reason(document, &finding, &at.map(said).unwrap_or_default());
            // One example of each is enough; one with a reason does not hide one without.
            let (check, operation) = (finding.check.clone(), finding.operation.clone());
            findings
                .entry((check, operation, kind(&finding.wrong), finding.reason))
                .or_insert(finding);
        }
    }
    Ok(Verdict {
        judge: SCHEMATHESIS,
        judged: format!("{} operations, {requests} requests", operations.len()),
        findings: findings.into_values().collect(),
    })
}

/// Returns the failed checks of a recorder, each with the id of its exchange.
fn failed_checks(recorder: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let by_exchange = recorder.get("checks").and_then(Value::as_object);
    let checks = by_exchange.into_iter().flatten().flat_map(|(id, checks)| {
        let checks = checks.as_array().into_iter().flatten();
        checks.map(move |check| (id, check))
    });
    checks.filter(|(_, check)| check["status"] == "failure")
}

/// Returns the first lines of a check's message, without the schema that it repeats.
fn message(check: &Value) -> String {
    let message = check.pointer("/failure_info/failure/message");
    let lines = message.and_then(Value::as_str).unwrap_or_default().lines();
    let telling = lines.filter(|l| !l.is_empty() && !l.starts_with("Expected: "));
    telling.take(8).collect::<Vec<_>>().join(" ")
}

/// Returns the base64 text at `place` of an exchange as bytes.
fn bytes(exchange: &Value, place: &str) -> Vec<u8> {
    exchange
        .pointer(place)
        .and_then(Value::as_str)
        .and_then(|b| STANDARD.decode(b).ok())
        .unwrap_or_default()
}

/// Returns what was exchanged, as JSON.
fn said(exchange: &Value) -> Exchange {
    let json = |place| serde_json::from_slice(&bytes(exchange, place)).unwrap_or_default();
    let silent = bytes(exchange, "/response/content/$base64").is_empty();
    let sent = bytes(exchange, "/request/body/$base64");
    Exchange {
        body: serde_json::from_slice(&sent).unwrap_or_else(|_| form(&sent)),
        response: json("/response/content/$base64"),
        silent,
    }
}

/// Returns the texts of a multipart form (RFC 7578) by name; `null` if it is not one.
fn form(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let Some(boundary) = text.lines().next().filter(|l| l.starts_with("--")) else {
        return Value::Null;
    };
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let name = head.split_once(" name=\"")?.1.split_once('"')?.0;
        let value = value.strip_suffix("\r\n")?;
        Some((name.to_owned(), Value::from(value)))
    };
    text.split(boundary)
        .filter_map(field)
        .collect::<Map<_, _>>()
        .into()
}

/// Returns the request with a shortened body, and the status.
fn exchange(exchange: &Value) -> String {
    let request = &exchange["request"];
    let body = bytes(exchange, "/request/body/$base64");
    let text: String = String::from_utf8_lossy(&body)
        .chars()
        .take(300)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let place = request["uri"]
        .as_str()
        .and_then(|u| u.splitn(4, '/').nth(3))
        .unwrap_or_default();
    format!(
        "{} /{place} {text} -> {}",
        request["method"].as_str().unwrap_or_default(),
        exchange["response"]["status_code"]
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_parts_of_a_multipart_body_are_read() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n0\r\n--x--\r\n";
        assert_eq!(form(body), json!({"a": "0"}));
        assert_eq!(form(b"[1"), Value::Null);
    }
}
