//! The `diff` stage: what the difference of two documents means to the callers of the client,
//! change by change.
//!
//! `walk` goes through both upstream documents, key by key, and accounts for every difference: a
//! rule claims it, or it is listed as unclassified. `rust` compares the Rust code that is generated
//! from both. Each change says both.

mod body;
mod change;
mod closed;
mod document;
mod edges;
mod extensions;
mod fields;
mod forms;
mod grouped;
mod meaning;
mod media;
mod nulls;
mod operations;
pub mod page;
mod parameters;
mod paths;
mod place;
mod reach;
mod renames;
mod render;
mod repeated;
mod responses;
mod rules;
mod rust;
mod schema;
mod security;
mod servers;
mod surface;
mod tags;
mod texts;
mod values;
mod walk;

use std::{
    collections::{BTreeSet, HashMap},
    slice,
};

use serde_json::Value;

pub use change::{Change, Side};
pub use grouped::grouped;
pub use render::{Counted, Format};
pub use rules::{Class, Rule};

use crate::{
    pipeline::{beside, convert},
    report::{Failure, Report},
};

/// A document in upstream and in normalised form.
#[derive(Clone, Copy)]
pub struct Documents<'a> {
    pub upstream: &'a Value,
    pub doc: &'a Value,
}

impl<'a> From<&'a crate::pipeline::Normalized> for Documents<'a> {
    fn from(from: &'a crate::pipeline::Normalized) -> Self {
        Self {
            upstream: &from.upstream,
            doc: &from.doc,
        }
    }
}

/// Returns all changes from `old` to `new`. Different documents have at least one. What changed
/// alike in many places is one.
///
/// # Errors
/// Returns an error if the pipeline cannot read a document.
pub fn compare(old: Documents<'_>, new: Documents<'_>) -> Result<Vec<Change>, Failure> {
    compare_corrected(old, new, old.doc).map(grouped)
}

/// Compares as [`compare`] does if the corrections changed too: `recorrected` is the old document,
/// normalised with the new corrections. Each place has a change of its own.
///
/// # Errors
/// Returns an error in the same cases as [`compare`].
pub fn compare_corrected(
    old: Documents<'_>,
    new: Documents<'_>,
    recorrected: &Value,
) -> Result<Vec<Change>, Failure> {
    let mut changes = upstream(old.upstream, new.upstream)?;
    if old.doc != recorrected {
        changes.extend(walk::walk(old.doc, recorrected));
    }
    // Files beside a document are only part of its converted form.
    if edges::external(old.upstream) || edges::external(new.upstream) {
        changes.extend(walk::walk(recorrected, new.doc));
    }
    if old.doc != new.doc {
        rust::attach(
            (old.doc, old.upstream),
            (new.doc, new.upstream),
            &mut changes,
        )?;
    }
    for change in &mut changes {
        change.class = change
            .wire
            .into_iter()
            .chain(change.rust)
            .min()
            .unwrap_or(Class::Cosmetic);
        let advice = change.rule.advice();
        if change.advice.is_empty()
            && change.wire.is_some_and(|c| c <= Class::Unclassified)
            && !advice.is_empty()
        {
            change.advice.insert(advice.into());
        }
    }
    changes.sort();
    changes.dedup();
    Ok(changes)
}

/// Makes changes cosmetic that only the upstream document has: where the corrections change
/// `plain`, the new document without them, and the corrected documents `old` and `new` are equal.
pub fn corrected(changes: &mut [Change], plain: &Value, old: &Value, new: &Value) {
    let places =
        |a, b| -> BTreeSet<String> { walk::walk(a, b).into_iter().map(|c| c.place).collect() };
    let (touched, differ) = (places(plain, new), places(old, new));
    for change in changes
        .iter_mut()
        .filter(|c| c.wire.is_some() && c.rust.is_none())
    {
        let forms = place::forms(&change.place);
        if forms.iter().any(|f| touched.contains(f)) && !forms.iter().any(|f| differ.contains(f)) {
            change.class = Class::Cosmetic;
            change.wire = Some(Class::Cosmetic);
            change
                .what
                .push_str("; the corrections say that nothing changed");
        }
    }
    changes.sort();
}

/// Returns all differences of two documents on the wire. Documents of different versions are
/// compared as OpenAPI 3.0, and what that cannot express is listed.
fn upstream(old: &Value, new: &Value) -> Result<Vec<Change>, Failure> {
    if dialect(old) == dialect(new) {
        let mut changes = walk::walk(old, new);
        if changes.iter().any(|c| c.wire <= Some(Class::Unclassified)) {
            as_meant(&mut changes, old, new);
        }
        return Ok(changes);
    }
    let mut converted = Vec::new();
    let mut reports = Vec::new();
    for doc in [old, new] {
        let mut report = Report::default();
        converted.push(convert::convert(doc.clone(), &mut report)?);
        reports.push(report);
    }
    let mut lost = Vec::new();
    for (which, other, (own, others)) in [("old", 1, (old, new)), ("new", 0, (new, old))] {
        let (report, others) = (&reports[1 - other], (&reports[other], others));
        let all = others.0.warnings.iter();
        let known: HashMap<_, _> = all.flat_map(|w| said(w, others)).collect();
        for warning in &report.warnings {
            // What both documents say alike differs in nothing.
            let is_known = |(place, value): (_, Option<&Value>)| {
                value.is_some() && known.get(&place).copied() == Some(value)
            };
            if !said(warning, (report, own)).all(is_known) {
                let (pointer, text) = warning;
                let what = format!("in the {which} document: {text}");
                lost.push(walk::change(Rule::Lost, pointer, what));
            }
        }
    }
    let mut changes = match converted.as_slice() {
        [old, new] => walk::walk(old, new),
        _ => Vec::new(),
    };
    changes.extend(lost);
    changes.push(walk::change(
        Rule::FormatVersion,
        "/openapi",
        format!("{} → {}", version(old), version(new)),
    ));
    Ok(changes)
}

/// Returns what a warning says, each of its places in OpenAPI 3, and what the document has there.
fn said<'a>(
    (pointer, text): &'a (String, String),
    (report, doc): (&'a Report, &'a Value),
) -> impl Iterator<Item = ((String, &'a str), Option<&'a Value>)> {
    let places = report.alike.get(text);
    // Without how often it is said.
    let text = places
        .and(text.rsplit_once(" ("))
        .map_or(text.as_str(), |(text, _)| text);
    let places = places.map_or(slice::from_ref(pointer), Vec::as_slice);
    places.iter().map(move |pointer| {
        let moved = [
            ("/definitions/", "/components/schemas/"),
            ("/securityDefinitions/", "/components/securitySchemes/"),
        ]
        .iter()
        .find_map(|(from, to)| Some(format!("{to}{}", pointer.strip_prefix(from)?)));
        let place = moved.unwrap_or_else(|| pointer.clone());
        ((place, text), doc.pointer(pointer))
    })
}

/// Adds what changes between two documents in the form of the specification, if one of them is not
/// in it: what differs only before is no change for callers.
fn as_meant(changes: &mut Vec<Change>, old: &Value, new: &Value) {
    let (plain_old, plain_new) =
        beside(|| convert::straightened(old), || convert::straightened(new));
    if plain_old.is_none() && plain_new.is_none() {
        return;
    }
    let plain = (
        plain_old.as_ref().unwrap_or(old),
        plain_new.as_ref().unwrap_or(new),
    );
    let meant = walk::walk(plain.0, plain.1);
    let key = |c: &Change| (c.rule, c.side, c.place.clone(), c.what.clone());
    let mut left: BTreeSet<_> = meant.iter().map(key).collect();
    for change in &mut *changes {
        if !left.remove(&key(change)) && change.wire <= Some(Class::Unclassified) {
            change.wire = Some(Class::Cosmetic);
            change.what.push_str("; read as the same");
        }
    }
    changes.extend(meant.into_iter().filter(|c| left.contains(&key(c))));
}

/// Returns the version of which all members can be compared as they are: 3.2 only adds to 3.1.
fn dialect(doc: &Value) -> String {
    version(doc).replace("3.2", "3.1")
}

/// Returns the version: `2.0`, `3.0`, `3.1` or `3.2`.
fn version(doc: &Value) -> String {
    let version = doc.get("swagger").or_else(|| doc.get("openapi"));
    let text = version.map_or_else(String::new, |v| {
        v.as_str().map_or_else(|| v.to_string(), str::to_owned)
    });
    text.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
