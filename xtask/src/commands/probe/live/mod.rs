//! Probes a real account politely: only GET, one request after the other, one for each operation.

mod requests;

use requests::{Reply, Requester, base};

use std::{
    collections::BTreeMap,
    mem,
    ops::ControlFlow,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use autopi_codegen::{Operation, schema::Document};
use indicatif::ProgressBar;
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::{Outcome, ProbedOperation, judge::Judge, plan::KnownValues, propose, state::State};
use crate::{pipeline::write, place};

/// The API to probe, and the limits of requests.
pub struct Target {
    pub url: String,
    /// The whole value of the `Authorization` header.
    pub authorization: String,
    /// The number of requests per second.
    pub rate: f64,
    /// The maximum number of requests.
    pub max_calls: Option<usize>,
    /// The timeout for one request, including its response.
    pub timeout: Duration,
    /// Path prefixes of operations that are skipped.
    pub skip: Vec<String>,
    /// Parameters that no response gives.
    pub parameters: Vec<(String, String)>,
    /// The file that stores the progress.
    pub state: Option<PathBuf>,
    pub resume: bool,
}

/// The maximum size of a response, in bytes.
const LARGEST: usize = 32 << 20;
const ATTEMPTS: u32 = 3;
/// How many operations in a row without a response end the probe.
const MOST_SILENT: usize = 5;
const LONGEST_WAIT: u64 = 60;
/// Words in paths that say that an operation has an effect: GET is safe by RFC 9110 (9.2.1), but an
/// action of a viewset may still do something.
const EFFECTS: [&str; 11] = [
    "clear", "delete", "execute", "logout", "reset", "restart", "retry", "run", "send", "test",
    "verify",
];

/// Calls every GET operation of `doc`, a normalised document, that responds with JSON and whose
/// parameters are known from earlier responses.
///
/// # Errors
/// Returns an error if the URL is invalid, if there is no connection, or if the token is refused.
pub async fn probe(doc: &Value, target: &Target) -> Result<Outcome> {
    let base = base(&target.url)?;
    let from = place::shown(&base);
    if !(0.01..=1000.0).contains(&target.rate) {
        let rate = target.rate;
        bail!("{rate} requests a second: give a rate from 0.01 to 1000");
    }
    let requester = Requester::new(&base, target)?;
    let document = Document::new(doc);
    let operations = super::operations(doc)?;
    let asked = super::asked(doc, &operations);
    let of = write::hash(format!("{base}\n{doc}").as_bytes());
    let mut state = match &target.state {
        Some(path) if target.resume => State::load(path, &of)?,
        _ => State {
            of,
            known: KnownValues::new(&document, &operations),
            ..State::default()
        },
    };
    state.known.set(&target.parameters);
    let mut probe = Probe {
        judge: Judge::new(doc, mem::take(&mut state.places)),
        document,
        asked: &asked,
        target,
        base,
        from,
        requester,
        state,
        silent: 0,
    };
    let (mut stopped, mut saved) = (None, Instant::now());
    // Hidden if stderr is not a terminal.
    let progress = ProgressBar::new(operations.len() as u64);
    for op in &operations {
        progress.inc(1);
        if probe.state.done.contains(op.path) {
            continue;
        }
        if let ControlFlow::Break(why) = probe.operation(op).await? {
            stopped = Some(why);
            break;
        }
        // Not after each response: the state may be large.
        if saved.elapsed() > Duration::from_millis(400) {
            probe.save()?;
            saved = Instant::now();
        }
    }
    progress.finish_and_clear();
    if stopped.is_none() {
        probe.compared_any(operations.len())?;
    }
    match &stopped {
        Some(_) => probe.save()?,
        None => target.state.iter().for_each(|path| State::remove(path)),
    }
    let (state, places) = (probe.state, probe.judge.places);
    let asked: Vec<_> = asked.into_values().collect();
    Ok(Outcome {
        judged: state.judged,
        others: state.others,
        findings: propose::findings(doc, &asked, &places),
        stopped,
    })
}

/// A probe under way.
struct Probe<'a> {
    document: Document<'a>,
    asked: &'a BTreeMap<String, ProbedOperation>,
    target: &'a Target,
    base: Url,
    /// The base URL as it is shown.
    from: String,
    requester: Requester,
    state: State,
    judge: Judge<'a>,
    /// The number of operations in a row that had no response.
    silent: usize,
}

impl<'a> Probe<'a> {
    /// Calls an operation, if it may be called and its parameters are known; breaks with the reason
    /// if the probe ends here.
    async fn operation(&mut self, op: &Operation<'_>) -> Result<ControlFlow<String>> {
        let (this, url, path) = match self.request(op) {
            Ok(request) => request,
            Err(why) => {
                self.not(op, why);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let reply = self.requester.get(url).await;
        if !matches!(reply, Reply::Nothing(_)) {
            self.silent = 0;
        }
        let from = &self.from;
        match reply {
            Reply::Json(value) => {
                self.state.judged += 1;
                self.state.done.insert(op.path.to_owned());
                self.state.known.learn(op.path, &path, &value);
                self.judge.response(&this.name, &this.at, &value);
            }
            Reply::Other(StatusCode::UNAUTHORIZED, _) if self.state.judged == 0 => {
                bail!("{from}{}: HTTP 401: is the token valid?", op.path)
            }
            Reply::Other(_, why) => {
                self.state.done.insert(op.path.to_owned());
                self.not(op, why);
            }
            Reply::Nothing(why) if self.state.judged == 0 => bail!("{from}: no response: {why}"),
            Reply::Nothing(why) => {
                self.silent += 1;
                self.not(op, format!("no response: {why}"));
                if self.silent == MOST_SILENT {
                    let what = format!("{MOST_SILENT} operations in a row had no response: {why}");
                    return Ok(ControlFlow::Break(what));
                }
            }
            Reply::NoCallsLeft => {
                let what = format!("{} requests were made", self.requester.calls);
                return Ok(ControlFlow::Break(what));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Returns the operation's response schema, its URL and its path, or why it is not called.
    fn request(&self, op: &Operation<'_>) -> Result<(&'a ProbedOperation, Url, String), String> {
        if let Some(why) = left_alone(op.path, &self.target.skip) {
            return Err(why);
        }
        let this = self.asked.get(op.path);
        let this = this.ok_or("documents no JSON response")?;
        let (path, query) = self.state.known.request(&self.document, op)?;
        let sent = path.split_once('#').map_or(path.as_str(), |(sent, _)| sent);
        let (bare, own) = sent.split_once('?').unwrap_or((sent, ""));
        let mut url = place::join(&self.base, bare)?;
        url.set_query(Some(own).filter(|own| !own.is_empty()));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok((this, url, path))
    }

    /// Notes why an operation was not judged.
    fn not(&mut self, op: &Operation<'_>, why: String) {
        let paths = self.state.others.entry(why).or_default();
        paths.push(op.path.to_owned());
    }

    /// Stores the progress, if it is wanted.
    fn save(&mut self) -> Result<()> {
        let Some(path) = &self.target.state else {
            return Ok(());
        };
        mem::swap(&mut self.state.places, &mut self.judge.places);
        let saved = self.state.save(path);
        mem::swap(&mut self.state.places, &mut self.judge.places);
        saved
    }

    /// Returns an error if no response was judged.
    fn compared_any(&self, operations: usize) -> Result<()> {
        if self.state.judged > 0 {
            return Ok(());
        }
        let most = self
            .state
            .others
            .iter()
            .max_by_key(|(_, paths)| paths.len());
        let most = most.map_or(String::new(), |(why, paths)| {
            format!(", {} {why}", paths.len())
        });
        let from = &self.from;
        bail!("{from}: of {operations} GET operations none could be compared{most}")
    }
}

fn left_alone(path: &str, skip: &[String]) -> Option<String> {
    if skip.iter().any(|prefix| path.starts_with(prefix.as_str())) {
        return Some("skipped as asked".into());
    }
    let word = path
        .split(['/', '_', '-'])
        .find(|word| EFFECTS.contains(word))?;
    Some(format!("may have an effect (`{word}`)"))
}
