//! Probes a real account politely: only GET, one request after the other, one for each operation.

mod requests;

use requests::{Reply, Requester, base};

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use autopi_codegen::schema::Document;
use indicatif::ProgressBar;
use reqwest::StatusCode;
use serde_json::Value;

use super::{Outcome, judge::Judge, plan::Known, propose, state::State};
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
        bail!("{rate} requests a second: from 0.01 to 1000 are possible");
    }
    let mut requester = Requester::new(&base, target)?;
    let document = Document::new(doc);
    let operations = super::operations(doc)?;
    let asked = super::asked(doc, &operations);
    let of = write::hash(format!("{base}\n{doc}").as_bytes());
    let mut state = match &target.state {
        Some(path) if target.resume => State::load(path, &of)?,
        _ => State {
            of,
            known: Known::new(&document, &operations),
            ..State::default()
        },
    };
    state.known.set(&target.parameters);
    let mut judge = Judge::new(doc, std::mem::take(&mut state.places));
    let (mut silent, mut stopped, mut saved) = (0, None, Instant::now());
    // Hidden if stderr is not a terminal.
    let progress = ProgressBar::new(operations.len() as u64);
    for op in &operations {
        progress.inc(1);
        if state.done.contains(op.path) {
            continue;
        }
        let not = |state: &mut State, why: String| {
            state
                .others
                .entry(why)
                .or_default()
                .push(op.path.to_owned());
        };
        if let Some(why) = left_alone(op.path, &target.skip) {
            not(&mut state, why);
            continue;
        }
        let Some(this) = asked.get(op.path) else {
            not(&mut state, "documents no JSON response".into());
            continue;
        };
        let request = state.known.request(&document, op);
        let url = request.and_then(|(path, query)| Ok((place::join(&base, &path)?, path, query)));
        let (mut url, path, query) = match url {
            Ok(request) => request,
            Err(why) => {
                not(&mut state, why);
                continue;
            }
        };
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        match requester.get(url).await {
            Reply::Json(value) => {
                silent = 0;
                state.judged += 1;
                state.done.insert(op.path.to_owned());
                state.known.learn(op.path, &path, &value);
                judge.response(&this.name, &this.at, &value);
            }
            Reply::Other(StatusCode::UNAUTHORIZED, _) if state.judged == 0 => {
                bail!("{from}{}: HTTP 401: is the token valid?", op.path)
            }
            Reply::Other(_, why) => {
                silent = 0;
                state.done.insert(op.path.to_owned());
                not(&mut state, why);
            }
            Reply::Nothing(why) if state.judged == 0 => bail!("{from}: no response: {why}"),
            Reply::Nothing(why) => {
                silent += 1;
                not(&mut state, format!("no response: {why}"));
                if silent == MOST_SILENT {
                    stopped = Some(format!(
                        "{MOST_SILENT} operations in a row had no response: {why}"
                    ));
                    break;
                }
            }
            Reply::NoCallsLeft => {
                stopped = Some(format!("{} requests were made", requester.calls));
                break;
            }
        }
        // Not after each response: the state may be large.
        if let Some(path) = &target.state
            && saved.elapsed() > Duration::from_millis(400)
        {
            std::mem::swap(&mut state.places, &mut judge.places);
            state.save(path)?;
            std::mem::swap(&mut state.places, &mut judge.places);
            saved = Instant::now();
        }
    }
    progress.finish_and_clear();
    if state.judged == 0 && stopped.is_none() {
        let most = state.others.iter().max_by_key(|(_, paths)| paths.len());
        let most = most.map_or(String::new(), |(why, paths)| {
            format!(", {} {why}", paths.len())
        });
        let n = operations.len();
        bail!("{from}: of {n} GET operations none could be compared{most}");
    }
    state.places = judge.places;
    if let Some(path) = &target.state {
        match stopped {
            Some(_) => state.save(path)?,
            None => State::remove(path),
        }
    }
    let asked: Vec<_> = asked.into_values().collect();
    Ok(Outcome {
        judged: state.judged,
        others: state.others,
        findings: propose::findings(doc, &asked, &state.places),
        stopped,
    })
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
