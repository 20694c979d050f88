//! `cargo xtask probe`: the GET operations of a real account, one after the other, and where their answers are not as documented.

mod judge;
mod plan;
mod propose;

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use autopi_codegen::{
    Operation,
    escape::{json as json_escaped, line, lines},
    json_schema,
    schema::Document,
    select, success,
};
use reqwest::{Client, StatusCode, Url, header::HeaderValue};
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

pub use propose::Finding;

use self::{judge::Judge, plan::Known};
use crate::{fetch, place};

/// Whom to ask, and how.
pub struct Target {
    pub url: String,
    /// The whole value of the `Authorization` header.
    pub authorization: String,
    /// Requests a second.
    pub rate: f64,
    /// Operations whose path begins so are not asked.
    pub skip: Vec<String>,
    /// Parameters that no answer gives.
    pub parameters: Vec<(String, String)>,
}

/// What came of it.
pub struct Outcome {
    pub judged: usize,
    /// Why operations were not judged → which.
    pub others: BTreeMap<String, Vec<String>>,
    pub findings: Vec<Finding>,
}

/// An answer larger than this is not read.
const LARGEST: u64 = 32 << 20;
const TRIES: u32 = 3;
/// As many operations in a row without an answer end it.
const PATIENCE: usize = 5;
/// GET is safe by RFC 9110 (9.2.1), and yet a viewset's action may do something: words of a path that say so.
const EFFECTS: [&str; 11] = [
    "clear", "delete", "execute", "logout", "reset", "restart", "retry", "run", "send", "test",
    "verify",
];

/// Asks every GET operation of `doc`, a normalised document, that answers JSON and whose parameters are known from answers before.
///
/// # Errors
/// A wrong URL, no connection, a token that is refused.
pub async fn probe(doc: &Value, target: &Target) -> Result<Outcome> {
    let base = base(&target.url)?;
    let http = fetch::http(&base)
        .timeout(Duration::from_secs(60))
        .build()?;
    let from = place::shown(&base);
    let mut authorization = HeaderValue::from_str(&target.authorization)
        .map_err(|_| anyhow!("the token has characters that no header can carry"))?;
    authorization.set_sensitive(true);
    let document = Document::new(doc);
    let mut operations = select(doc, &|_| true)?;
    operations.retain(|op| op.method == "get");
    // Lists before their items.
    operations.sort_by_key(|op| (op.path.matches('{').count(), op.path));
    let (mut judge, mut known) = (Judge::new(doc), Known::new(&target.parameters));
    let (mut judged, mut silent, mut others) = (0, 0, BTreeMap::<String, Vec<String>>::new());
    if !(0.01..=1000.0).contains(&target.rate) {
        bail!(
            "{} requests a second: from 0.01 to 1000 are possible",
            target.rate
        );
    }
    let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / target.rate));
    // After a slow answer no burst.
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for op in &operations {
        let mut not = |why: String| others.entry(why).or_default().push(op.path.to_owned());
        if target
            .skip
            .iter()
            .any(|prefix| op.path.starts_with(prefix.as_str()))
        {
            not("skipped as asked".into());
            continue;
        }
        if let Some(word) = op
            .path
            .split(['/', '_', '-'])
            .find(|word| EFFECTS.contains(word))
        {
            not(format!("may have an effect (`{word}`)"));
            continue;
        }
        let Some((at, schema)) = answer(&document, op) else {
            not("documents no JSON answer".into());
            continue;
        };
        let (path, query) = match known.request(&document, op) {
            Ok(request) => request,
            Err(why) => {
                not(why);
                continue;
            }
        };
        let mut url = match place::join(&base, &path) {
            Ok(url) => url,
            Err(why) => {
                not(why);
                continue;
            }
        };
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        match get(&http, url, &authorization, &mut pace).await {
            Ok((StatusCode::UNAUTHORIZED, _)) if judged == 0 => {
                bail!("{from}{}: HTTP 401: is the token good?", op.path)
            }
            Ok((status, Some(value))) if status.is_success() => {
                (judged, silent) = (judged + 1, 0);
                known.learn(op.path, &path, &value);
                judge.answer(&format!("GET {}", op.path), at, schema, &value);
            }
            Ok((status, _)) if status.is_success() => not("answered no JSON, or too much".into()),
            Ok((status, _)) => {
                silent = 0;
                not(format!("answered {}", status.as_u16()));
            }
            Err(e) if judged == 0 || silent + 1 >= PATIENCE => {
                return Err(e).with_context(|| format!("{from}: no answer"));
            }
            Err(_) => {
                silent += 1;
                not("gave no answer".into());
            }
        }
    }
    if judged == 0 {
        let most = others
            .iter()
            .max_by_key(|(_, paths)| paths.len())
            .map_or(String::new(), |(why, paths)| {
                format!(", {} {why}", paths.len())
            });
        bail!(
            "{from}: of {} GET operations none could be judged{most}",
            operations.len()
        );
    }
    let findings = judge
        .places
        .iter()
        .flat_map(|(at, place)| propose::findings(at, place))
        .collect();
    Ok(Outcome {
        judged,
        others,
        findings,
    })
}

/// https, or http on loopback. The text may hold a secret, and is in no error.
fn base(url: &str) -> Result<Url> {
    let parsed = place::base(url).map_err(|e| anyhow!("--url {e}"))?;
    if !fetch::is_private(&parsed) {
        bail!(
            "--url {}: a token goes over https only, or over http on loopback",
            place::shown(&parsed)
        );
    }
    Ok(parsed)
}

/// Status, and the body if it is JSON. A 429 is waited out as `Retry-After` says, for at most a minute.
async fn get(
    http: &Client,
    url: Url,
    authorization: &HeaderValue,
    pace: &mut tokio::time::Interval,
) -> Result<(StatusCode, Option<Value>)> {
    let mut tries = 0;
    loop {
        tries += 1;
        pace.tick().await;
        let mut response = http
            .get(url.clone())
            .header("authorization", authorization)
            .send()
            .await
            .map_err(reqwest::Error::without_url)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS && tries < TRIES {
            let seconds = response
                .headers()
                .get("retry-after")
                .and_then(|v| v.to_str().ok()?.parse().ok())
                .unwrap_or(5);
            tokio::time::sleep(Duration::from_secs(u64::min(seconds, 60))).await;
            continue;
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(reqwest::Error::without_url)?
        {
            body.extend_from_slice(&chunk);
            if body.len() as u64 > LARGEST {
                return Ok((status, None));
            }
        }
        return Ok((status, serde_json::from_slice(&body).ok()));
    }
}

/// The schema of the success, as the client reads it, and its JSONPath.
fn answer<'a>(doc: &Document<'a>, op: &Operation<'a>) -> Option<(String, &'a Value)> {
    let (status, content) = success(doc, op).ok()?;
    let (media, schema) = json_schema(content?)?;
    let [path, status, media] = [op.path, status, media].map(judge::member);
    Some((
        format!("$.paths{path}.get.responses{status}.content{media}.schema"),
        schema,
    ))
}

impl Outcome {
    /// The actions, as an OpenAPI Overlay 1.1 document in YAML.
    ///
    /// # Errors
    /// None that is known.
    pub fn overlay(&self) -> Result<String> {
        let actions: Vec<&Value> = self.findings.iter().flat_map(|f| &f.actions).collect();
        let info = json!({ "title": "Proposed by `cargo xtask probe`: read each before it goes into spec/overlay.yaml", "version": "1.0.0" });
        let overlay = json!({ "overlay": "1.1.0", "info": info, "actions": actions });
        let yaml = serde_yaml_ng::to_string(&overlay)?;
        // A person reads it: where something would not be seen, as JSON, which is YAML and can say it.
        if lines(&yaml) == yaml {
            return Ok(yaml);
        }
        Ok(json_escaped(&serde_json::to_string_pretty(&overlay)?).into_owned() + "\n")
    }

    /// Does an answer contradict the document?
    pub fn wrong(&self) -> bool {
        self.findings.iter().any(|f| f.wrong)
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let others: usize = self.others.values().map(Vec::len).sum();
        let _ = writeln!(
            out,
            "{} GET operations: {} judged, {others} not",
            self.judged + others,
            self.judged
        );
        for (why, paths) in &self.others {
            let more = if paths.len() > 1 { ", …" } else { "" };
            let _ = writeln!(
                out,
                "  {:>4}  {why}: {}{more}",
                paths.len(),
                line(paths.first().map_or("", String::as_str))
            );
        }
        for (title, wrong) in [
            ("not as documented", true),
            ("left open by the document", false),
        ] {
            let of: Vec<&Finding> = self.findings.iter().filter(|f| f.wrong == wrong).collect();
            let _ = writeln!(out, "{} {title}", of.len());
            for finding in of {
                let by_hand = if finding.actions.is_empty() {
                    " (no action: for a person to judge)"
                } else {
                    ""
                };
                let _ = writeln!(
                    out,
                    "  {}: {}{by_hand}",
                    line(&finding.at.replace("$.components.schemas", "")),
                    line(&finding.what)
                );
            }
        }
        out
    }
}
