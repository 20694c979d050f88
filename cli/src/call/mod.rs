//! Turns parameters and bodies from the command line into calls of the client's runtime: reads,
//! checks and sets them.

pub mod body;
mod check;
mod complain;
mod file;
mod form;
mod near;
mod parts;
mod steps;
pub mod time;
mod union;
mod values;

use std::collections::HashSet;
use std::sync::Mutex;

use autopi::{Client, rt};
use serde_json::Value;

use crate::{
    Result,
    dry_run::DryRun,
    index::{BodyKind, Index, Operation, Parameter, Place},
};

pub use check::check;
pub use file::{limited, parse};
pub use near::near;
pub use parts::{typed, typed_parts};
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
    /// A list, an object, or null.
    Json(Value),
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
pub fn kept(name: &str) -> &'static str {
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
    complain::complain(index, operation, &given)?;
    let mut call = rt::Call::new(client, &operation.call);
    operation
        .call
        .secrets
        .iter()
        .for_each(|(name, _)| shown.secret(name));
    for (parameter, value) in given.parameters {
        set(&mut call, parameter, value);
    }
    if let (Some(body), Some(content)) = (&operation.body, given.body) {
        match content {
            Content::Raw(bytes) => call.raw(body.media, bytes),
            Content::Json(value) if body.media == "application/json" => call.json(&value),
            Content::Json(value) if body.kind == BodyKind::Json => call.json_as(body.media, &value),
            Content::Json(value) => {
                let empty = Value::from("");
                for (name, value) in value.as_object().into_iter().flatten() {
                    // What an assistant gives as null is not sent.
                    let is_empty = value.is_null() && !given.by_name;
                    let value = if is_empty { &empty } else { value };
                    form::member(&mut call, body, kept(name), value, shown);
                }
            }
            Content::Parts(parts) => form::parts(&mut call, body, &parts, shown)?,
        }
    }
    Ok(call)
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
