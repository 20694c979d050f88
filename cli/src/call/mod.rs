//! Turns parameters and bodies from the command line into calls of the client's runtime: reads,
//! checks and sets them.

pub mod body;
mod check;
mod file;
mod near;
mod parts;
pub mod time;
mod values;

use std::collections::HashSet;
use std::sync::Mutex;

use autopi::{Client, Upload, rt};
use serde_json::Value;

use crate::{
    Failure, Result,
    dry_run::{DryRun, Shown},
    index::{BodyKind, Index, Operation, Parameter, Place},
    output::line,
};

pub use check::check;
pub use file::{limited, parse};
pub use near::near;
pub use parts::typed;
pub use values::read;

/// The content of a body.
#[derive(Debug)]
pub enum Content {
    /// One JSON value, or the members of a form.
    Json(Value),
    /// The members of a form, with files given by their paths.
    Parts(Vec<(String, Part)>),
    /// Bytes that are sent unchanged.
    Raw(Vec<u8>),
}

/// A part of a form.
#[derive(Debug)]
pub enum Part {
    /// A text.
    Text(String),
    /// A file.
    File(std::path::PathBuf),
}

/// The parameters and the body that were given for an operation.
#[derive(Debug, Default)]
pub struct Given {
    /// Parameters with their values.
    pub parameters: Vec<(&'static Parameter, Value)>,
    /// The body.
    pub body: Option<Content>,
    /// Whether checks are left out.
    pub unchecked: bool,
    /// Whether errors name parameters as the document does, not by their options.
    pub by_name: bool,
}

/// Returns a name with the lifetime of the process, as the runtime requires because generated code
/// has such names; each is kept once.
fn kept(name: &str) -> &'static str {
    static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut kept = KEPT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    if let Some(known) = kept.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    kept.insert(name);
    name
}

/// Checks what was given and builds a call from it; all faults are reported at once.
///
/// # Errors
/// Returns an error if something required is missing, or if a value does not match the document.
pub fn prepare<'c>(
    index: &Index,
    client: &'c Client,
    operation: &'static Operation,
    given: Given,
    shown: &DryRun,
) -> Result<rt::Call<'c>> {
    complain(index, operation, &given)?;
    let mut call = rt::Call::new(client, &operation.call);
    for (parameter, value) in given.parameters {
        set(&mut call, parameter, value);
    }
    if let (Some(body), Some(content)) = (&operation.body, given.body) {
        secrets(index, &body.schema, shown, 3, &mut { 2000 });
        match content {
            Content::Raw(bytes) => call.raw(body.media, bytes),
            Content::Json(value) if body.media == "application/json" => call.json(&value),
            Content::Json(value) if body.kind == BodyKind::Json => call.json_as(body.media, &value),
            Content::Json(value) => {
                let members = value.as_object().into_iter().flatten();
                for (name, value) in members {
                    if body.kind == BodyKind::Multipart {
                        let text = value.as_str().map(str::to_owned);
                        shown.part(name, Shown::Text(text.unwrap_or_else(|| value.to_string())));
                    }
                    match body.kind {
                        BodyKind::Multipart => call.form_json(kept(name), value, true),
                        _ => call.form_either(kept(name), value),
                    }
                }
            }
            Content::Parts(parts) => {
                let mut names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
                names.dedup();
                for (name, part) in &parts {
                    shown.part(
                        name,
                        match part {
                            Part::Text(text) => Shown::Text(text.clone()),
                            Part::File(path) => Shown::File(path.display().to_string()),
                        },
                    );
                }
                for name in names {
                    let own = || parts.iter().filter(|(other, _)| other == name);
                    let texts = own().filter_map(|(_, part)| match part {
                        Part::Text(text) => Some(text.clone()),
                        Part::File(_) => None,
                    });
                    let texts: Vec<String> = texts.collect();
                    let files = own().filter_map(|(_, part)| match part {
                        Part::File(path) => Some(Upload::from_path(path)),
                        Part::Text(_) => None,
                    });
                    let files = files.collect::<Result<Vec<_>, _>>()?;
                    match files.is_empty() {
                        true => call.form_fields::<String>(kept(name), texts),
                        false => call.form_files(kept(name), files),
                    }
                }
            }
        }
    }
    Ok(call)
}

/// Collects the members of a body that the document marks as secrets, down to `depth`.
fn secrets(index: &Index, schema: &Value, shown: &DryRun, depth: u32, left: &mut u32) {
    let schema = index.resolved(schema);
    let members = schema.get("properties").and_then(Value::as_object);
    for (name, of) in members.into_iter().flatten() {
        if depth == 0 || *left == 0 {
            return;
        }
        *left -= 1;
        let of = index.resolved(of);
        if of.get("x-autopi-secret") == Some(&Value::Bool(true)) {
            shown.secret(name);
        }
        secrets(
            index,
            of.get("items").unwrap_or(&of),
            shown,
            depth - 1,
            left,
        );
    }
}

fn set(call: &mut rt::Call<'_>, parameter: &'static Parameter, value: Value) {
    let name = parameter.name;
    let scalar = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let usual = !parameter.format.reserved
        && !matches!(
            parameter.format.style,
            rt::Style::Json | rt::Style::Label | rt::Style::Matrix
        );
    match (&value, parameter.place) {
        (Value::Array(items), Place::Query)
            if parameter.format.style == rt::Style::Form
                && parameter.format.explode
                && usual
                && items.iter().all(|i| !i.is_array() && !i.is_object()) =>
        {
            call.query_list::<String>(name, items.iter().map(scalar));
        }
        (Value::Array(_) | Value::Object(_), _) => call.styled(name, &value, parameter.format),
        _ if !usual => call.styled(name, &value, parameter.format),
        (_, Place::Path) => call.path(name, scalar(&value)),
        (_, Place::Query) => call.query(name, scalar(&value)),
        (_, Place::Header) => call.header(name, scalar(&value)),
    }
}

/// Returns an error with everything that is missing or does not match the document.
fn complain(index: &Index, operation: &'static Operation, given: &Given) -> Result<()> {
    let mut faults = Vec::new();
    let name = |p: &Parameter| match given.by_name {
        true => p.name.to_owned(),
        false => format!("--{}", p.flag),
    };
    let is_given = |p: &Parameter| {
        given
            .parameters
            .iter()
            .any(|(other, _)| std::ptr::eq(*other, p))
    };
    for parameter in operation
        .parameters
        .iter()
        .filter(|p| p.required && !is_given(p))
    {
        faults.push((name(parameter), "required, not given".to_owned()));
    }
    if let Some(body) = operation
        .body
        .as_ref()
        .filter(|b| b.required && given.body.is_none())
    {
        let how = match body.kind {
            BodyKind::Raw => "required, not given: -b @FILE",
            _ => "required, not given: -b NAME=VALUE, or --json @FILE",
        };
        faults.push(("body".into(), how.into()));
    }
    if !given.unchecked {
        for (parameter, value) in &given.parameters {
            let found = check(index, &parameter.schema, value, parameter.name);
            faults.extend(found.into_iter().map(|v| {
                let inside = v
                    .field
                    .strip_prefix(parameter.name)
                    .unwrap_or_default()
                    .to_owned();
                (name(parameter) + &inside, v.fault)
            }));
        }
        if let (Some(body), Some(Content::Json(value))) = (&operation.body, &given.body) {
            let found = check(index, &body.schema, value, "");
            faults.extend(found.into_iter().map(|v| match v.field.as_str() {
                "" => ("body".to_owned(), v.fault),
                field => (field.to_owned(), v.fault),
            }));
        }
        if let (Some(body), Some(Content::Parts(parts))) = (&operation.body, &given.body) {
            faults.extend(parts::parts(index, &body.schema, parts));
        }
    }
    let Some((first, _)) = faults.first() else {
        return Ok(());
    };
    let only_missing = faults
        .iter()
        .all(|(_, fault)| fault.starts_with("required"));
    let hint = match only_missing || first.starts_with("required") {
        true => format!(
            "`autopi {} --help` lists what is accepted",
            line(operation.entry.id)
        ),
        false => format!(
            "`autopi {} --help` lists what is accepted; --unchecked sends it anyway",
            line(operation.entry.id)
        ),
    };
    let shown: Vec<_> = faults
        .iter()
        .take(8)
        .map(|(at, fault)| format!("{}: {}", line(at), line(fault)))
        .collect();
    let more = match faults.len().saturating_sub(8) {
        0 => String::new(),
        n => format!("\n  and {n} more"),
    };
    let mut failure = Failure::usage(match shown.as_slice() {
        [one] => one.clone(),
        several => format!("{} errors\n  {}{more}", faults.len(), several.join("\n  ")),
    });
    let mut fields = serde_json::Map::new();
    for (at, fault) in faults {
        if let Value::Array(list) = fields.entry(at).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(fault.into());
        }
    }
    failure
        .details
        .insert("fields".into(), Value::Object(fields));
    Err(failure.hint(hint))
}
