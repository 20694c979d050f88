//! The `convert` stage: Swagger 2.0 → OpenAPI 3.0.3, 3.1 → 3.0.3; 3.0 passes.
//!
//! Whatever 3.0 cannot express is a warning with its JSON pointer.

mod declared;
mod files;
mod forms;
mod from_2;
mod from_31;
mod from_32;
pub(crate) mod origins;
mod pairs;
mod parameters;
mod parts;
mod quirks;
mod references;
mod required;
mod security;
mod servers;
mod shared;
mod tags;
mod unread;

use origins::Origins;

use std::path::Path;

use serde_json::Value;

use crate::report::{Failure, Report};

/// Converts a parsed document that has no files beside it.
///
/// # Errors
/// Returns the errors of [`prepare`] and [`to_30`].
pub fn convert(doc: Value, report: &mut Report) -> Result<Value, Failure> {
    to_30(prepare(doc, None, report, &mut Origins::default())?, report)
}

/// Converts a document as [`convert`] does, following references to files beside it.
///
/// # Errors
/// Returns the errors of [`convert`].
pub fn convert_file(doc: Value, file: &Path) -> Result<Value, Failure> {
    let (mut report, mut origins) = (Report::default(), Origins::default());
    let doc = prepare(doc, Some(file), &mut report, &mut origins)?;
    to_30(doc, &mut report)
}

/// Makes a document self-contained: references lead to places in it, and every member has the form
/// of the specification.
///
/// # Errors
/// Returns an error at the first reference that names nothing, or at the first member without a
/// plain meaning.
pub fn prepare(
    mut doc: Value,
    file: Option<&Path>,
    report: &mut Report,
    origins: &mut Origins,
) -> Result<Value, Failure> {
    complete_version(&mut doc, report);
    quirks::straighten(&mut doc, report, origins);
    references::resolve_all(&mut doc, file, report, origins)?;
    forms::coerce(&mut doc, report, false)?;
    unread::leave_out(&mut doc, report);
    required::find_unnamed(&doc, report);
    servers::find_unused(&doc, report);
    security::find_unsent(&doc, report);
    Ok(doc)
}

/// Returns a document in the form of the specification, without following its references; `None`
/// if it is in it already, or has a member without a plain meaning.
pub fn straightened(doc: &Value) -> Option<Value> {
    let (mut doc, mut report) = (doc.clone(), Report::default());
    complete_version(&mut doc, &mut report);
    quirks::straighten(&mut doc, &mut report, &mut Origins::default());
    let is_other = !report.warnings.is_empty();
    let changed = forms::coerce(&mut doc, &mut report, true).ok()?;
    (is_other || changed).then_some(doc)
}

/// Writes a version as it should be: `2`, `2.0` and `3.0` are numbers in YAML without quotes, or
/// lack a part.
fn complete_version(doc: &mut Value, report: &mut Report) {
    for (key, whole) in [("swagger", ".0"), ("openapi", ".0.0")] {
        let said = match doc.get(key) {
            Some(Value::Number(n)) => n.to_string(),
            Some(Value::String(v)) if v.trim() != v || (v.len() < 4 && v != "2.0") => {
                v.trim().to_owned()
            }
            _ => continue,
        };
        let given = said.matches('.').count() * 2;
        let missing = whole.get(given..).unwrap_or_default();
        let version = format!("{said}{missing}");
        report.warn(format!("/{key}"), format!("read as \"{version}\""));
        doc[key] = version.into();
    }
}

/// Converts a document that went through [`prepare`].
///
/// # Errors
/// Returns an error at the first thing that the document must have, or must not have.
pub fn to_30(doc: Value, report: &mut Report) -> Result<Value, Failure> {
    let mut doc = translate(&doc, report)?;
    fix_locations(&mut doc, report);
    Ok(doc)
}

/// Runs the last step of [`to_30`]: puts everything in the one form that the later stages read.
/// Warnings have places of the converted document.
pub(crate) fn fix_locations(doc: &mut Value, report: &mut Report) {
    servers::fill_in(doc);
    tags::find_lost(doc, report);
    pairs::merge_lists(doc, report);
    parameters::fix_locations(doc, report);
}

/// Runs [`to_30`] without its last step. Warnings have places of the prepared document.
pub(crate) fn translate(doc: &Value, report: &mut Report) -> Result<Value, Failure> {
    if doc.get("swagger").is_some() {
        let mut new = from_2::from_2(doc, report)?;
        security::drop_unusable(&mut new, "/securityDefinitions", report);
        return Ok(new);
    }
    let version = doc
        .get("openapi")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut new = match version.starts_with("3.2") {
        true => {
            let mut doc = doc.clone();
            from_32::from_32(&mut doc, report)?;
            shared::inline_shared(&doc, report)?
        }
        false => shared::inline_shared(doc, report)?,
    };
    if !version.starts_with("3.0") {
        from_31::from_31(&mut new, report);
    }
    security::drop_unusable(&mut new, "/components/securitySchemes", report);
    Ok(new)
}
