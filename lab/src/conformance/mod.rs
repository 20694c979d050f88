//! `conformance`: validates the sandbox with independent tools. Schemathesis generates requests;
//! Prism is a proxy between the generated client and the sandbox, and validates the traffic. Both
//! use the document that the sandbox serves.

mod page;
mod prism;
mod reasons;
mod schemathesis;

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use anyhow::Result;
use autopi_sandbox::{Sandbox, Wire};
use serde_json::Value;
use xtask::pipeline::{fetch, write};

pub(crate) use self::prism::PRISM;
use self::reasons::Finding;

/// The result of one tool.
struct Verdict {
    judge: &'static str,
    /// A description of what was validated.
    judged: String,
    findings: BTreeSet<Finding>,
}

impl Verdict {
    /// Returns the findings without a reason.
    fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.reason.is_none())
    }
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
        schemathesis::run(root, &folder, seconds, examples).await?,
        prism::run(root, &folder).await?,
    ];
    let list = folder.join("findings.txt");
    write::write_file(&list, &every_finding(&verdicts)?)?;
    let page = page::page(&verdicts, seconds, examples)?;
    write::write_file(&root.join("docs/conformance.md"), &page)?;
    for verdict in &verdicts {
        let (judge, judged) = (verdict.judge, &verdict.judged);
        println!("{judge}: {judged}; {} findings", verdict.findings.len());
    }
    let open = verdicts.iter().flat_map(Verdict::open).count();
    println!(
        "{open} findings without a reason; docs/conformance.md is written, all are in {}",
        list.display()
    );
    Ok(open)
}

/// Returns all findings as text, each with its reason and its request.
fn every_finding(verdicts: &[Verdict]) -> Result<String> {
    let mut all = String::new();
    for finding in verdicts.iter().flat_map(|v| &v.findings) {
        let reason = finding
            .reason
            .map_or_else(|| "OPEN".into(), |r| format!("explained: {r}"));
        let (check, operation) = (&finding.check, &finding.operation);
        let (wrong, sent) = (&finding.wrong, &finding.sent);
        writeln!(
            all,
            "{reason}\n  {check} {operation}\n  {wrong}\n  {sent}\n"
        )?;
    }
    Ok(all)
}

/// Returns the message without the values in it.
fn kind(message: &str) -> String {
    let mut quoted = false;
    let keep = |c: &char| {
        quoted ^= *c == '"';
        !quoted && !c.is_ascii_digit()
    };
    let first = message.lines().next().unwrap_or_default();
    first.chars().filter(keep).take(60).collect()
}
