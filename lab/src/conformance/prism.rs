//! Prism is a proxy between the generated client and the sandbox, and validates the traffic.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Result, ensure};
use serde_json::Value;
use tokio::task::block_in_place;

use super::{
    Verdict, kind,
    reasons::{DIED, Exchange, Finding, reason},
    sandbox,
};
use crate::tools::{self, Server};
use xtask::cargo;

/// The package of Prism, which `bench-sandbox` uses too.
pub(crate) const PRISM: &str = "@stoplight/prism-cli@5.16.0";

/// Calls every operation of the generated client through Prism.
pub(super) async fn run(root: &Path, folder: &Path) -> Result<Verdict> {
    let program = block_in_place(|| tools::npm(&root.join("target/judges"), PRISM, "prism"))?;
    let api = sandbox(root).await?;
    let http = tools::http()?.build()?;
    let (mut calls, mut findings) = (0, BTreeMap::new());
    println!("the generated client calls every operation through prism ...");
    loop {
        let port = tools::free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut command = Command::new(&program);
        command
            .arg("proxy")
            .arg(root.join("spec/upstream.json"))
            .args([api.url(), "--errors", "--port", &port.to_string()]);
        let mut server = Server::start(&mut command, &folder.join("prism.log"))?;
        server
            .responds(http.get(&url), Duration::from_secs(60))
            .await?;
        let results = block_in_place(|| call_every_operation(root, &url, calls))?;
        calls += results.len();
        let ended = server.ended()?;
        for (n, call) in results.iter().enumerate() {
            let died = ended && n + 1 == results.len();
            let found = if died {
                vec![finding(call, "prism", DIED.into())]
            } else {
                objections(call)
            };
            for finding in found {
                findings
                    .entry((finding.operation.clone(), kind(&finding.wrong)))
                    .or_insert(finding);
            }
        }
        // Prism is restarted for the calls after the one that it crashed on.
        if !ended || results.is_empty() {
            break;
        }
    }
    Ok(Verdict {
        judge: PRISM,
        judged: format!("{calls} calls of the generated client, one of each operation"),
        findings: findings.into_values().collect(),
    })
}

/// Calls the operations after the first `skipped` ones at `url`; returns JSON for each call.
fn call_every_operation(root: &Path, url: &str, skipped: usize) -> Result<Vec<Value>> {
    let output = cargo::command()
        .args(["run", "--quiet", "--package", "conformance"])
        .args(["--example", "calls", "--", url, &skipped.to_string()])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "the example `calls` of the package `conformance` failed: {}",
        output.status
    );
    let lines = String::from_utf8_lossy(&output.stdout);
    let calls: Result<Vec<Value>, _> = lines.lines().map(serde_json::from_str).collect();
    Ok(calls?)
}

fn finding(call: &Value, check: &str, wrong: String) -> Finding {
    let operation = call["operation"].as_str().unwrap_or_default().into();
    let mut finding = Finding {
        check: check.into(),
        operation,
        wrong,
        ..Finding::default()
    };
    finding.reason = reason(&Value::Null, &finding, &Exchange::default());
    finding
}

/// Returns the findings of a failed call: Prism's, or the client's own.
fn objections(call: &Value) -> Vec<Finding> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let Some(error) = call.get("error") else {
        return Vec::new();
    };
    let body: Value = call["body"]
        .as_str()
        .and_then(|b| serde_json::from_str(b).ok())
        .unwrap_or_default();
    let Some((_, kind)) = body["type"]
        .as_str()
        .and_then(|t| t.split_once("prism/errors#"))
    else {
        return vec![finding(call, "client", text(error))];
    };
    let each = body["validation"].as_array().into_iter().flatten();
    let objections: Vec<Finding> = each
        .map(|v| {
            let wrong = format!("{kind} at {}: {}", location(v), text(&v["message"]));
            finding(call, "prism", wrong)
        })
        .collect();
    if objections.is_empty() {
        let wrong = format!("{kind}: {}", text(&body["detail"]));
        return vec![finding(call, "prism", wrong)];
    }
    objections
}

/// Returns the place of an objection: `response.body.0.id`.
fn location(objection: &Value) -> String {
    let steps = objection["location"].as_array().into_iter().flatten();
    let steps: Vec<String> = steps
        .map(|step| step.to_string().replace('"', ""))
        .collect();
    steps.join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn findings_of_prism_are_distinguished_from_client_errors() {
        let problem = json!({"type": "https://stoplight.io/prism/errors#VIOLATIONS", "title": "Request/Response not valid", "status": 500, "detail": "see",
            "validation": [{"location": ["response", "body", "0", "id"], "severity": "Error", "code": "type", "message": "must be integer"}]});
        let found = objections(
            &json!({"operation": "GET /a/", "status": 500, "error": "e", "body": problem.to_string()}),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].check.as_str(), found[0].wrong.as_str()),
            ("prism", "VIOLATIONS at response.body.0.id: must be integer")
        );
        let found =
            objections(&json!({"operation": "GET /a/", "error": "cannot decode", "body": "{}"}));
        assert_eq!(
            (found[0].check.as_str(), found[0].wrong.as_str()),
            ("client", "cannot decode")
        );
        assert!(objections(&json!({"operation": "GET /a/"})).is_empty());
    }
}
