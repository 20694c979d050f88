//! Compares the generated Rust before and after, and finds the change of the API that each
//! difference belongs to.

mod claims;
mod compare;
mod heirs;
mod inside;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::schema::Document;
use claims::Claims;
use compare::{Difference, compare};
use heirs::heirs;
use inside::inside;
use serde_json::Value;

use super::{Change, Class, Rule, paths::pairs, renames::Renames, surface::Surface, walk::change};
use crate::{document::last, pipeline::beside, report::Failure};

/// Adds to each change its effect on the Rust API; differences that belong to none become changes
/// of their own.
///
/// # Errors
/// Returns an error if the generator cannot read a document.
pub fn attach(
    (old, old_upstream): (&Value, &Value),
    (new, new_upstream): (&Value, &Value),
    changes: &mut Vec<Change>,
) -> Result<(), Failure> {
    let fail =
        |e: autopi_codegen::Error| Failure::new("diff", e.pointer().to_owned(), e.to_string());
    let (old_types, new_types) = (Document::new(old), Document::new(new));
    let known = schemas(&Renames::new(old_upstream, new_upstream));
    let mut renamed = renamed(&Renames::with(old, new, &known), &old_types, &new_types);
    let (before, after) = beside(
        || Surface::new(old, renamed.clone()),
        || Surface::new(new, BTreeMap::new()),
    );
    let (mut before, after) = (before.map_err(fail)?, after.map_err(fail)?);
    let is_type =
        |surface: &Surface, name: &str| surface.items.contains_key(&format!("type:{name}"));
    // A type that has become none is gone by its own name.
    let all = renamed.len();
    renamed.retain(|_, b| is_type(&after, b) || !is_type(&before, b));
    if renamed.len() < all {
        before = Surface::new(old, renamed.clone()).map_err(fail)?;
    }
    let mut differences = compare(&before, &after, &pairs(old, new));
    for (a, b) in renamed
        .iter()
        .filter(|(_, b)| is_type(&before, b) && is_type(&after, b))
    {
        let difference = Difference {
            class: Class::Breaking,
            item: format!("types::{b}"),
            advice: format!("name it `types::{b}` instead of `types::{a}`"),
            used: false,
        };
        differences.insert(format!("rename:{b}"), difference);
    }
    let claims = Claims {
        heirs: heirs([(&old_types, &before), (&new_types, &after)]),
        before: &before,
        after: &after,
    };
    // Each side has its own types; the remaining differences belong to the change too.
    for first in [true, false] {
        for change in changes.iter_mut() {
            claims.assign(change, &mut differences, first);
        }
    }
    uses::gone((old, &before), changes, &mut differences);
    uses::new((new, &after), changes, &mut differences);
    uses::named(changes, &mut differences);
    inside(new, &after, changes, &mut differences);
    inside(old, &before, changes, &mut differences);
    for (_, difference) in differences.into_iter().filter(|(_, d)| !d.used) {
        changes.push(Change {
            wire: None,
            rust: Some(difference.class),
            place: difference.item.clone(),
            pointers: BTreeSet::new(),
            items: BTreeSet::from([difference.item]),
            advice: BTreeSet::new(),
            ..change(Rule::RustOnly, "", difference.advice)
        });
    }
    Ok(())
}

/// Returns the names of renamed schemas, before and after.
fn schemas(renames: &Renames) -> Vec<(String, String)> {
    let all = renames.all().into_iter();
    let is_schema =
        |at: &str| at.starts_with("/components/schemas/") || at.starts_with("/definitions/");
    all.filter(|(before, _)| is_schema(before))
        .map(|(before, after)| (last(&before), last(&after)))
        .collect()
}

/// Returns the new name of each type whose component was renamed.
fn renamed(renames: &Renames, old: &Document<'_>, new: &Document<'_>) -> BTreeMap<String, String> {
    let idents = schemas(renames).into_iter().filter_map(|(a, b)| {
        Some((
            old.ident(&a).ok()?.to_string(),
            new.ident(&b).ok()?.to_string(),
        ))
    });
    idents.collect()
}
