//! The `diff` stage: what two normalised documents mean to the callers of the client, change by change.
//!
//! A change is breaking if a program that was written against the old client no longer compiles, is refused, or gets something else than before.

mod operations;
mod render;
mod schemas;
mod texts;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

pub use render::Format;

/// What a change does to callers, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Old programs no longer compile, are refused, or get something else.
    Breaking,
    /// Something that old programs need not know.
    Additive,
    /// Texts, examples, order.
    Cosmetic,
}

/// Who sees a change: who sends, who reads the answer, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Both,
    Request,
    Response,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    pub class: Class,
    pub side: Side,
    /// An operation (`GET /a/{id}/`), a type or a member of one (`Device.callName`), or a JSON pointer.
    pub place: String,
    pub what: String,
    /// The operations that it reaches, if the place does not say.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub operations: BTreeSet<String>,
}

/// Every change from `old` to `new`, both normalised. Documents that differ at all have one.
///
/// # Errors
/// A document that the generator can't read.
pub fn compare(old: &Value, new: &Value) -> Result<Vec<Change>, autopi_codegen::Error> {
    let mut changes = operations::compare(old, new)?;
    texts::compare(old, new, &mut String::new(), &mut changes);
    if changes.is_empty()
        && let Some(pointer) = texts::first_difference(old, new)
    {
        changes.push(change(
            Class::Cosmetic,
            Side::Both,
            pointer,
            "differs where no caller sees it",
        ));
    }
    changes.sort();
    changes.dedup();
    Ok(changes)
}

fn change(class: Class, side: Side, place: impl Into<String>, what: impl Into<String>) -> Change {
    Change {
        class,
        side,
        place: place.into(),
        what: what.into(),
        operations: BTreeSet::new(),
    }
}
