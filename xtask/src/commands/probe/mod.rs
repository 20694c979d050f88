//! `cargo xtask probe`: compares responses to GET operations, from a real account or a recording,
//! with the document. docs/probe.md explains it.

pub mod command;
mod edit;
mod evidence;
mod judge;
mod live;
mod plan;
mod propose;
mod record;
mod rules;
mod state;
mod templates;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use anyhow::{Result, bail};
use autopi_codegen::{
    Operation, escape,
    escape::{line, lines},
    json_schema,
    schema::Document,
    select, success,
};
use reqwest::Url;
use serde_json::{Value, json};

pub use live::{Target, probe};
pub use propose::{Count, Finding};

use self::{judge::Judge, propose::ProbedOperation};

/// The outcome of a probe.
#[derive(serde::Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The number of operations with a judged response.
    pub judged: usize,
    /// The operations (in a recording: requests) that were not judged, by reason.
    pub others: BTreeMap<String, Vec<String>>,
    pub findings: Vec<Finding>,
    /// The reason why it stopped early.
    pub stopped: Option<String>,
}

/// How many faults of a recording are shown.
const MOST_FAULTS: usize = 20;

/// Judges the responses in a recording: HAR 1.2, or JSON objects.
///
/// Requests are matched by method and path, below the path of `base` or else that of the document's
/// first server.
///
/// # Errors
/// Returns an error if the file cannot be read, or if nothing in it belongs to the document.
pub fn recorded(doc: &Value, file: &Path, base: Option<&Url>) -> Result<Outcome> {
    let operations = operations(doc)?;
    let asked = asked(doc, &operations);
    let server = doc.pointer("/servers/0/url").and_then(Value::as_str);
    let prefix = base.map_or_else(
        || path_of(server.unwrap_or_default()),
        |base| base.path().to_owned(),
    );
    let mut recording = Recording {
        paths: operations.iter().map(|op| op.path).collect(),
        asked: &asked,
        prefix: prefix.trim_end_matches('/'),
        host: base.and_then(host_of),
        judge: Judge::new(doc, BTreeMap::new()),
        judged: BTreeSet::new(),
        others: BTreeMap::new(),
    };
    let mut faults = Vec::new();
    let mut take = |exchange| recording.take(exchange);
    record::read(file, &mut take, &mut |fault| faults.push(fault))?;
    let Recording {
        judge,
        judged,
        mut others,
        ..
    } = recording;
    if judged.is_empty() {
        let file = file.display();
        if let Some(first) = faults.first() {
            bail!("{file}: {first}: nothing could be compared");
        }
        let mut why: Vec<&str> = others.keys().map(String::as_str).collect();
        if why.is_empty() {
            why.push("the recording is empty");
        }
        bail!("{file}: no response could be compared: {}", why.join("; "));
    }
    if !faults.is_empty() {
        let n = faults.len();
        faults.truncate(MOST_FAULTS);
        others.insert(
            format!("{n} lines or entries of the recording can't be read"),
            faults,
        );
    }
    let asked: Vec<ProbedOperation> = asked.into_values().collect();
    Ok(Outcome {
        judged: judged.len(),
        others,
        findings: propose::findings(doc, &asked, &judge.places),
        stopped: None,
    })
}

/// The exchanges of a recording, as far as they have been read.
struct Recording<'a, 'd> {
    /// The paths of all operations.
    paths: Vec<&'a str>,
    /// The operations that can be judged, by path.
    asked: &'a BTreeMap<String, ProbedOperation>,
    /// The path of the base URL.
    prefix: &'a str,
    /// The host of the API: what another one sent proves nothing about it.
    host: Option<(String, Option<u16>)>,
    judge: Judge<'d>,
    judged: BTreeSet<String>,
    others: BTreeMap<String, Vec<String>>,
}

impl Recording<'_, '_> {
    /// Judges an exchange, or notes why it is not judged.
    fn take(&mut self, exchange: record::Exchange) {
        if !exchange.method.eq_ignore_ascii_case("get") {
            return self.not("not GET", "");
        }
        let path = path_of(&exchange.url);
        let below = path.strip_prefix(self.prefix).unwrap_or_default();
        // A path that is not in the document may hold a secret, and is not shown.
        let Some(template) = templates::matching(&self.paths, below) else {
            return self.not("no operation of the document has this path", "");
        };
        let from = Url::parse(&exchange.url).ok().and_then(|url| host_of(&url));
        self.host = self.host.take().or_else(|| from.clone());
        if from.is_some() && from != self.host {
            let why = "from another host than the first: `--url` names one";
            return self.not(why, template);
        }
        match (self.asked.get(template), exchange.body) {
            (None, _) => self.not("documents no JSON response", template),
            _ if !(200..300).contains(&exchange.status) => {
                self.not(&format!("responded {}", exchange.status), template);
            }
            (_, None) => self.not("the response is not JSON", template),
            (Some(asked), Some(body)) => {
                self.judged.insert(asked.name.clone());
                self.judge.response(&asked.name, &asked.at, &body);
            }
        }
    }

    fn not(&mut self, why: &str, what: &str) {
        let list = self.others.entry(why.to_owned()).or_default();
        if !list.iter().any(|known| known == what) {
            list.push(what.to_owned());
        }
    }
}

/// Returns host and port of a URL.
fn host_of(url: &Url) -> Option<(String, Option<u16>)> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()))
}

/// Returns the path of a URL, which may be relative.
fn path_of(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => url.path().to_owned(),
        Err(_) => url.split(['?', '#']).next().unwrap_or_default().to_owned(),
    }
}

fn operations(doc: &Value) -> Result<Vec<Operation<'_>>> {
    let mut operations = select(doc, &|_| true)?;
    operations.retain(|op| op.method == "get");
    // Lists before their items.
    operations.sort_by_key(|op| (op.path.matches('{').count(), op.path));
    Ok(operations)
}

/// Returns the operations that document a JSON response, by path, with the places of their schemas.
fn asked(doc: &Value, operations: &[Operation<'_>]) -> BTreeMap<String, ProbedOperation> {
    let document = Document::new(doc);
    let place = |op: &Operation<'_>| {
        let (status, content) = success(&document, op).ok()?;
        let (media, _) = json_schema(&document, content?)?;
        let [status, media] = [status, media].map(escape::pointer);
        Some(format!(
            "{}/responses/{status}/content/{media}/schema",
            op.pointer()
        ))
    };
    let of = |op: &Operation<'_>| {
        let id = op
            .value
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or(op.path);
        let asked = ProbedOperation {
            name: format!("GET {}", op.path),
            id: id.to_owned(),
            at: place(op)?,
        };
        Some((op.path.to_owned(), asked))
    };
    operations.iter().filter_map(of).collect()
}

impl Outcome {
    /// Returns the actions as an OpenAPI Overlay 1.1 document in YAML.
    ///
    /// # Errors
    /// Returns an error if it does not serialise; no such case is known.
    pub fn overlay(&self) -> Result<String> {
        let actions: Vec<&Value> = self.findings.iter().flat_map(|f| &f.actions).collect();
        let info = json!({ "title": "Proposed by `cargo xtask probe`: read each before it goes into spec/overlay.yaml", "version": "1.0.0" });
        let overlay = json!({ "overlay": "1.1.0", "info": info, "actions": actions });
        let yaml = yaml_serde::to_string(&overlay)?;
        // People read it: if something would be invisible, it is written as JSON, which is YAML too
        // and can escape it.
        if lines(&yaml) == yaml {
            return Ok(yaml);
        }
        Ok(escape::json(&serde_json::to_string_pretty(&overlay)?).into_owned() + "\n")
    }

    /// Returns whether a response contradicts the document.
    pub fn wrong(&self) -> bool {
        self.findings.iter().any(|f| f.wrong)
    }

    /// Returns the outcome as JSON, for programs.
    ///
    /// # Errors
    /// Returns an error if it does not serialise; no such case is known.
    pub fn json(&self) -> Result<String> {
        Ok(escape::json(&serde_json::to_string_pretty(self)?).into_owned() + "\n")
    }

    /// Returns the outcome as text for a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let others: usize = self.others.values().map(Vec::len).sum();
        let all = self.judged + others;
        let _ = writeln!(
            out,
            "{all} GET operations: {} judged, {others} not",
            self.judged
        );
        for (why, paths) in &self.others {
            let more = if paths.len() > 1 { ", …" } else { "" };
            let first = line(paths.first().map_or("", String::as_str));
            let _ = writeln!(out, "  {:>4}  {}: {first}{more}", paths.len(), line(why));
        }
        for (title, wrong) in [
            ("not as documented", true),
            ("left open by the document", false),
        ] {
            let of: Vec<&Finding> = self.findings.iter().filter(|f| f.wrong == wrong).collect();
            let _ = writeln!(out, "{} {title}", of.len());
            for finding in of {
                let only = finding
                    .only
                    .as_ref()
                    .map_or(String::new(), |op| format!(" at {op} alone"));
                let at = finding.at.replace("$.components.schemas", "");
                let said = format!("{at}: {}{only}", finding.what);
                let (yes, no) = (finding.against, finding.agree);
                let _ = writeln!(out, "  {} ({yes}; as documented: {no})", line(&said));
            }
        }
        if let Some(why) = &self.stopped {
            let _ = writeln!(out, "stopped: {}; `--resume` continues", line(why));
        }
        out
    }
}

/// Returns the table of rules in docs/probe.md.
pub fn table() -> String {
    let mut out = String::from("| rule | kind | proposal |\n| --- | --- | --- |\n");
    for rule in rules::RULES.iter().chain([&rules::OPEN]) {
        let is = if rule.wrong {
            "not as documented"
        } else {
            "left open"
        };
        let _ = writeln!(out, "| {} | {is} | {} |", rule.name, rule.proposes);
    }
    out
}
