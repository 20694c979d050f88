//! The `overlay` stage: a document of the OpenAPI Initiative's Overlay Specification 1.0, 1.1
//! or 1.2.
//!
//! The specification allows an action that matches nothing. Here such an action is *stale*, and so
//! is one that changes nothing: either the API was corrected, or the target is wrong. All stale
//! actions are reported and left out.

mod bounds;
mod merge;
mod read;
mod work;

use std::{collections::BTreeSet, fmt};

use serde::Serialize;
use serde_json::Value;
use serde_json_path::PathElement;

use crate::{document::escape, locate, report::Failure};
use bounds::Budget;
use read::{Action, Change, Path, Version};
use work::Steps;

/// The effect of an overlay on a document.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The number of actions with an effect.
    pub actions: usize,
    pub stale: Vec<Stale>,
}

/// An action that no longer has an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Stale {
    /// The JSON pointer of the action in the overlay, or of its `copy`.
    #[serde(rename = "pointer")]
    pub at: String,
    /// The line of the action, from 1.
    pub line: usize,
    /// Its target, or the path that it copies.
    pub target: String,
    pub reason: Reason,
}

/// The reason why an action has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The target, or what it copies, does not exist.
    MatchesNothing,
    /// The document already says what the action says.
    ChangesNothing,
    /// The action has neither `update` nor `copy` nor `remove: true`.
    SaysNothing,
    /// The action removes `$`, the whole document.
    WholeDocument,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::MatchesNothing => "matches nothing",
            Reason::ChangesNothing => "changes nothing: the document says so already",
            Reason::SaysNothing => "says nothing to do: give it `update`, `copy` or `remove: true`",
            Reason::WholeDocument => "cannot be removed: select a part of the document",
        };
        write!(
            f,
            "line {}, #{} `{}` {reason}",
            self.line, self.at, self.target
        )
    }
}

/// Returns the actions for people, one on each line.
pub fn list(stale: &[Stale]) -> String {
    let mut out = format!("{} stale actions", stale.len());
    for action in stale {
        out.push_str(&format!("\n  {action}"));
    }
    out
}

/// Returns the failure of the action that makes a document invalid; `breaks` says whether an
/// overlay does.
pub fn failing_action(text: &str, e: Failure, breaks: impl Fn(&str) -> bool) -> Failure {
    let all: Value = locate::parse(text).unwrap_or_default();
    let with = |n: usize| {
        let mut some = all.clone();
        if let Some(Value::Array(actions)) = some.get_mut("actions") {
            actions.truncate(n);
        }
        some.to_string()
    };
    let actions = all.get("actions").and_then(Value::as_array);
    let (mut good, mut bad) = (0, actions.map_or(1, Vec::len));
    while bad - good > 1 {
        let half = (good + bad) / 2;
        *(if breaks(&with(half)) {
            &mut bad
        } else {
            &mut good
        }) = half;
    }
    let why = format!("with it the document is not valid: {}", e.reason());
    fail(&format!("/actions/{good}"), why)
}

fn fail(at: &str, message: impl Into<String>) -> Failure {
    Failure::new("overlay", at, message).help("correct the overlay")
}

/// Applies every action in order, except those that are stale.
///
/// # Errors
/// Returns an error with the JSON pointer in the overlay if it is not an overlay, if a target is
/// not a JSONPath, or if a value is not allowed at its target.
pub fn apply(doc: &mut Value, text: &str) -> Result<Applied, Failure> {
    let overlay = read::read(text)?;
    let original = doc.clone();
    let mut limits = Limits::of(doc);
    let done = overlay
        .actions
        .iter()
        .map(|action| run(doc, action, overlay.version, &mut limits))
        .collect::<Result<Vec<_>, _>>()?;
    // An action that others revert, such as `remove` before an `update` with the same value, has no
    // effect either.
    let stale = |done: &Done| {
        let places = done.iter().flatten();
        places
            .into_iter()
            .all(|p| merge::same(original.pointer(p), doc.pointer(p)))
    };
    let is_stale: Vec<bool> = done.iter().map(stale).collect();
    let indices: Vec<usize> = (0..done.len()).filter(|i| is_stale[*i]).collect();
    let lines = locate::entries(text, "/actions", done.len(), &indices);
    let named = |(i, line): (&usize, usize)| {
        let action = &overlay.actions[*i];
        let reason = match (&done[*i], &action.change) {
            (Err(_), _) => Reason::MatchesNothing,
            (_, Change::Nothing) => Reason::SaysNothing,
            (_, Change::Remove) if action.target.text == "$" => Reason::WholeDocument,
            _ => Reason::ChangesNothing,
        };
        let (at, path) = match (&done[*i], &action.change) {
            (Err(Missing::Source), Change::Copy(from)) => (format!("{}/copy", action.at), from),
            _ => (action.at.clone(), &action.target),
        };
        let target = path.text.clone();
        Stale {
            at,
            line,
            target,
            reason,
        }
    };
    let stale: Vec<Stale> = indices.iter().zip(lines).map(named).collect();
    if !stale.is_empty() {
        *doc = original;
        limits = Limits::of(doc);
        for (action, _) in overlay.actions.iter().zip(is_stale).filter(|(_, s)| !s) {
            run(doc, action, overlay.version, &mut limits)?.ok();
        }
    }
    Ok(Applied {
        actions: overlay.actions.len() - stale.len(),
        stale,
    })
}

/// The limits of the work that the actions of an overlay may still cause.
struct Limits {
    budget: Budget,
    steps: Steps,
}

impl Limits {
    fn of(doc: &Value) -> Self {
        let (values, _) = bounds::size(doc);
        Self {
            budget: Budget::of(values),
            steps: Steps::of(values),
        }
    }
}

/// The part of an action that matches nothing.
enum Missing {
    Target,
    Source,
}

/// The JSON pointers of what an action changed.
type Done = Result<Vec<String>, Missing>;

/// Applies an action, if it has something to apply to.
fn run(
    doc: &mut Value,
    action: &Action,
    version: Version,
    limits: &mut Limits,
) -> Result<Done, Failure> {
    let mut count = |doc: &Value, path: &Path, key| {
        let steps = limits.steps.take(doc, &path.text);
        let shown = read::start(&path.text);
        steps.map_err(|why| fail(&format!("{}/{key}", action.at), format!("`{shown}` {why}")))
    };
    let target = &action.target;
    count(doc, target, "target")?;
    let found = query(doc, &target.parsed);
    if found.is_empty() {
        return Ok(Err(Missing::Target));
    }
    let mut changed = Vec::new();
    let copied;
    let update = match &action.change {
        Change::Nothing => return Ok(Ok(changed)),
        Change::Remove => {
            // From the back, so that the remaining indices stay right.
            for steps in found.iter().rev() {
                changed.extend(merge::remove(doc, steps));
            }
            return Ok(Ok(changed));
        }
        Change::Update(update) => update,
        Change::Copy(source) => {
            count(doc, source, "copy")?;
            match source.parsed.query(doc).all().as_slice() {
                [] => return Ok(Err(Missing::Source)),
                [one] => {
                    copied = (*one).clone();
                    &copied
                }
                several => {
                    let message = format!("selects {} values, not one", several.len());
                    return Err(fail(&format!("{}/copy", action.at), message));
                }
            }
        }
    };
    let wrong = |why: String| fail(&action.at, format!("`{}` {why}", read::start(&target.text)));
    let kind = |steps: &Vec<Step>| Some(merge::kind(doc.pointer(&pointer(steps))?));
    let kinds: BTreeSet<_> = found.iter().filter_map(kind).collect();
    if version >= Version::V1_1 && kinds.len() > 1 {
        let kinds = Vec::from_iter(kinds).join(" and ");
        return Err(wrong(format!("selects {kinds}: select values of one kind")));
    }
    let deepest = found.iter().map(Vec::len).max().unwrap_or_default();
    let budget = &mut limits.budget;
    let taken = budget.take(update, found.len(), deepest);
    taken.map_err(|why| wrong(why.to_owned()))?;
    for steps in &found {
        let pointer = pointer(steps);
        // A change at one target may have removed another target.
        let Some(target) = doc.pointer_mut(&pointer) else {
            continue;
        };
        merge::update(target, update, version, pointer, &mut changed).map_err(wrong)?;
    }
    Ok(Ok(changed))
}

/// A step from a value to one inside it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name(String),
    Index(usize),
}

/// Returns the places that a path leads to, each once, in the order of names and indices: a value
/// comes before those inside it.
fn query(doc: &Value, path: &serde_json_path::JsonPath) -> Vec<Vec<Step>> {
    let found = path.query_located(doc);
    let steps = found.locations().map(|location| {
        let step = |element: &PathElement<'_>| match element {
            PathElement::Name(name) => Step::Name((*name).to_owned()),
            PathElement::Index(i) => Step::Index(*i),
        };
        location.iter().map(step).collect()
    });
    let mut all: Vec<Vec<Step>> = steps.collect();
    all.sort();
    all.dedup();
    all
}

fn pointer(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        out.push('/');
        match step {
            Step::Name(name) => out.push_str(&escape(name)),
            Step::Index(i) => out.push_str(&i.to_string()),
        }
    }
    out
}
