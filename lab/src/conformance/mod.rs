//! `conformance`: validates the sandbox with independent tools. Schemathesis generates requests;
//! Prism is a proxy between the generated client and the sandbox, and validates the traffic. Both
//! use the document that the sandbox serves.

mod reasons;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use autopi_sandbox::{API_TOKEN, Sandbox, Wire};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use tokio::task::block_in_place;

use self::reasons::{DIED, Exchange, Finding, reason};
use crate::tools::{self, Server};
use xtask::{
    cargo,
    pipeline::{fetch, write},
};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// The package of Prism, which `bench-sandbox` uses too.
pub(crate) const PRISM: &str = "@stoplight/prism-cli@5.16.0";
/// How many findings the page shows; all of them are in `target/conformance/findings.txt`.
const ROWS: usize = 100;

/// The result of one tool.
struct Verdict {
    judge: &'static str,
    /// A description of what was validated.
    judged: String,
    findings: BTreeSet<Finding>,
}

/// Starts the sandbox to be validated. It responds exactly as the document that it serves says, and
/// every id exists, so that responses are more than 404.
async fn sandbox(root: &Path) -> Result<Sandbox> {
    Ok(Sandbox::builder()
        .spec(document(root, "upstream.json")?)
        .response_spec(document(root, "openapi.json")?)
        .wire(Wire::Spec)
        .any_id()
        .start()
        .await?)
}

fn document(root: &Path, name: &str) -> Result<Value> {
    Ok(fetch::parse(&fetch::read(&root.join("spec").join(name))?)?)
}

/// Runs both tools and writes `docs/conformance.md`; returns the number of findings without a
/// reason. `seconds` and `examples` limit Schemathesis.
///
/// # Errors
/// Returns an error if a tool cannot be installed or does not run, or if the page cannot be
/// written.
pub async fn run(root: &Path, seconds: u32, examples: u32) -> Result<usize> {
    let folder = root.join("target/conformance");
    fs::create_dir_all(&folder)?;
    let verdicts = [
        schemathesis(root, &folder, seconds, examples).await?,
        prism(root, &folder).await?,
    ];
    let mut all = String::new();
    for finding in verdicts.iter().flat_map(|v| &v.findings) {
        let reason = finding
            .reason
            .map_or_else(|| "OPEN".into(), |r| format!("explained: {r}"));
        writeln!(
            all,
            "{reason}\n  {} {}\n  {}\n  {}\n",
            finding.check, finding.operation, finding.wrong, finding.sent
        )?;
    }
    write::write_file(&folder.join("findings.txt"), &all)?;
    let page = page(&verdicts, seconds, examples)?;
    write::write_file(&root.join("docs/conformance.md"), &page)?;
    let open = verdicts
        .iter()
        .flat_map(|v| &v.findings)
        .filter(|f| f.reason.is_none())
        .count();
    for verdict in &verdicts {
        println!(
            "{}: {}; {} findings",
            verdict.judge,
            verdict.judged,
            verdict.findings.len()
        );
    }
    println!(
        "{open} findings without a reason; docs/conformance.md is written, all are in {}",
        folder.join("findings.txt").display()
    );
    Ok(open)
}

async fn schemathesis(root: &Path, folder: &Path, seconds: u32, examples: u32) -> Result<Verdict> {
    let program = block_in_place(|| {
        tools::pypi(
            &root.join("target/judges/venv"),
            SCHEMATHESIS,
            "schemathesis",
        )
    })?;
    let api = sandbox(root).await?;
    let document = document(root, "upstream.json")?;
    let report = folder.join("schemathesis.ndjson");
    let _ = fs::remove_file(&report);
    println!("schemathesis runs for up to {seconds} seconds ...");
    let mut command = Command::new(program);
    // `--url`, because the document names the real host, which must never be called.
    command.args([
        "run",
        &format!("{}/?format=openapi", api.url()),
        "--url",
        api.url(),
        "--header",
        &format!("Authorization: APIToken {API_TOKEN}"),
    ]);
    command.args([
        "--phases",
        "examples,coverage,fuzzing",
        "--checks",
        "all",
        "--continue-on-failure",
        "--no-shrink",
        "--seed",
        "1",
        "--no-color",
    ]);
    command.args([
        "--generation-database",
        "none",
        "--suppress-health-check",
        "all",
        "--warnings",
        "off",
        "--workers",
        "2",
    ]);
    command.args([
        "--max-examples",
        &examples.to_string(),
        "--max-time",
        &seconds.to_string(),
        "--request-timeout",
        "10",
        "--report",
        "ndjson",
    ]);
    command
        .arg("--report-ndjson-path")
        .arg(&report)
        .current_dir(folder)
        .stdin(Stdio::null());
    let log = fs::File::create(folder.join("schemathesis.log"))?;
    // It exits with an error if it finds something; the report tells whether it ran.
    block_in_place(|| command.stdout(log.try_clone()?).stderr(log).status())
        .context("cannot run schemathesis")?;
    let text = fs::read_to_string(&report)
        .context("schemathesis left no report: see schemathesis.log beside it")?;
    let events: Vec<Value> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    if !events.iter().any(|e| e.get("EngineFinished").is_some()) {
        bail!(
            "schemathesis did not finish: see {}",
            folder.join("schemathesis.log").display()
        );
    }
    let (mut operations, mut requests, mut findings) = (BTreeSet::new(), 0, BTreeMap::new());
    for recorder in events
        .iter()
        .filter_map(|e| e.pointer("/ScenarioFinished/recorder"))
    {
        let operation = recorder["label"].as_str().unwrap_or_default();
        let exchanges = recorder["interactions"].as_object();
        operations.insert(operation);
        requests += exchanges.map_or(0, |e| e.len());
        for (id, checks) in recorder
            .get("checks")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            for failure in checks
                .as_array()
                .into_iter()
                .flatten()
                .filter(|c| c["status"] == "failure")
            {
                let message = failure
                    .pointer("/failure_info/failure/message")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let at = exchanges.and_then(|e| e.get(id));
                let mut finding = Finding {
                    check: failure["name"].as_str().unwrap_or_default().into(),
                    operation: operation.into(),
                    wrong: message
                        .lines()
                        .filter(|l| !l.is_empty() && !l.starts_with("Expected: "))
                        .take(8)
                        .collect::<Vec<_>>()
                        .join(" "),
                    sent: at.map(exchange).unwrap_or_default(),
                    reason: None,
                };
                finding.reason = reason(&document, &finding, &at.map(said).unwrap_or_default());
                // One example of each is enough; one with a reason does not hide one without.
                findings
                    .entry((
                        finding.check.clone(),
                        finding.operation.clone(),
                        kind(&finding.wrong),
                        finding.reason,
                    ))
                    .or_insert(finding);
            }
        }
    }
    let judged = format!("{} operations, {requests} requests", operations.len());
    Ok(Verdict {
        judge: SCHEMATHESIS,
        judged,
        findings: findings.into_values().collect(),
    })
}

/// Returns the message without the values in it.
fn kind(message: &str) -> String {
    let mut quoted = false;
    let keep = |c: &char| {
        quoted ^= *c == '"';
        !quoted && !c.is_ascii_digit()
    };
    message
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(keep)
        .take(60)
        .collect()
}

fn bytes(exchange: &Value, place: &str) -> Vec<u8> {
    exchange
        .pointer(place)
        .and_then(Value::as_str)
        .and_then(|b| STANDARD.decode(b).ok())
        .unwrap_or_default()
}

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

async fn prism(root: &Path, folder: &Path) -> Result<Verdict> {
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
        let output = block_in_place(|| {
            cargo::command()
                .args([
                    "run",
                    "--quiet",
                    "--package",
                    "conformance",
                    "--example",
                    "calls",
                    "--",
                    &url,
                    &calls.to_string(),
                ])
                .current_dir(root)
                .stderr(Stdio::inherit())
                .output()
        })?;
        if !output.status.success() {
            bail!(
                "the example `calls` of the package `conformance` failed: {}",
                output.status
            );
        }
        let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        calls += lines.len();
        let ended = server.ended()?;
        for (n, call) in lines.iter().enumerate() {
            let died = ended && n + 1 == lines.len();
            for finding in if died {
                vec![finding(call, "prism", DIED.into())]
            } else {
                objections(call)
            } {
                findings
                    .entry((finding.operation.clone(), kind(&finding.wrong)))
                    .or_insert(finding);
            }
        }
        // Prism is restarted for the calls after the one that it crashed on.
        if !ended || lines.is_empty() {
            break;
        }
    }
    Ok(Verdict {
        judge: PRISM,
        judged: format!("{calls} calls of the generated client, one of each operation"),
        findings: findings.into_values().collect(),
    })
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
    let objections = body["validation"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|v| {
            let location: Vec<String> = v["location"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|l| l.to_string().replace('"', ""))
                .collect();
            finding(
                call,
                "prism",
                format!(
                    "{} at {}: {}",
                    kind,
                    location.join("."),
                    text(&v["message"])
                ),
            )
        });
    let objections: Vec<Finding> = objections.collect();
    if objections.is_empty() {
        vec![finding(
            call,
            "prism",
            format!("{}: {}", kind, text(&body["detail"])),
        )]
    } else {
        objections
    }
}

fn page(verdicts: &[Verdict], seconds: u32, examples: u32) -> Result<String> {
    let mut page = format!(
        "# Conformance\n\nWritten by `cargo xtask conformance --seconds {seconds} --examples \
         {examples}`: third-party tools test the sandbox and the document that it \
         serves.\nSchemathesis sends generated requests, valid and invalid (phases examples, \
         coverage, fuzzing; all checks); Prism, as a proxy with `--errors`, validates the \
         requests of the generated client and the responses of the sandbox.\n\n| tool | tested | \
         findings | explained | open |\n| --- | --- | --- | --- | --- |\n"
    );
    for verdict in verdicts {
        let explained = verdict
            .findings
            .iter()
            .filter(|f| f.reason.is_some())
            .count();
        let all = verdict.findings.len();
        writeln!(
            page,
            "| {} | {} | {all} | {explained} | {} |",
            verdict.judge,
            verdict.judged,
            all - explained
        )?;
    }
    let mut explained = BTreeMap::new();
    for finding in verdicts.iter().flat_map(|v| &v.findings) {
        if let Some(reason) = finding.reason {
            *explained.entry((&finding.check, reason)).or_insert(0) += 1;
        }
    }
    if !explained.is_empty() {
        page += "\n## Explained\n\n| check | findings | reason |\n| --- | --- | --- |\n";
        for ((check, reason), count) in explained {
            writeln!(page, "| {check} | {count} | {reason} |")?;
        }
    }
    let open: Vec<&Finding> = verdicts
        .iter()
        .flat_map(|v| &v.findings)
        .filter(|f| f.reason.is_none())
        .collect();
    if !open.is_empty() {
        page += "\n## Open\n\n| check | operation | what is wrong |\n| --- | --- | --- |\n";
        let cell = |text: &str| {
            text.chars()
                .take(200)
                .collect::<String>()
                .replace('|', "\\|")
                .replace(['\n', '\r'], " ")
        };
        for finding in open.iter().take(ROWS) {
            writeln!(
                page,
                "| {} | `{}` | {} |",
                finding.check,
                finding.operation,
                cell(&finding.wrong)
            )?;
        }
        if open.len() > ROWS {
            writeln!(page, "\n... and {} more.", open.len() - ROWS)?;
        }
    }
    Ok(page)
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

    #[test]
    fn the_text_parts_of_a_multipart_body_are_read() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n0\r\n--x--\r\n";
        assert_eq!(form(body), json!({"a": "0"}));
        assert_eq!(form(b"[1"), Value::Null);
    }

    #[test]
    fn a_page_has_each_finding_explained_or_open() {
        let finding = |wrong: &str, reason| Finding {
            check: "status_code_conformance".into(),
            operation: "GET /a/".into(),
            wrong: wrong.into(),
            reason,
            ..Finding::default()
        };
        let findings = BTreeSet::from([
            finding("Received: 404 Documented: 200", Some("why")),
            finding("Received: 500 Documented: 200", None),
        ]);
        let page = page(
            &[Verdict {
                judge: "j",
                judged: "1".into(),
                findings,
            }],
            1,
            1,
        )
        .unwrap();
        assert!(page.contains("| j | 1 | 2 | 1 | 1 |"), "{page}");
        assert!(
            page.contains(
                "| status_code_conformance | `GET /a/` | Received: 500 Documented: 200 |"
            ),
            "{page}"
        );
    }
}
