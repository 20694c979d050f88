//! Refuses a call before it is sent, with everything that is wrong with it.

use serde_json::{Map, Value};

use super::{
    Content, Given,
    check::{HINTS, check},
    parts,
};
use crate::{
    Failure, Result,
    index::{BodyKind, Index, Operation, Parameter},
    output::line,
};

/// The number of faults that are shown.
const SHOWN: usize = 8;

/// A parameter or a member, and what is wrong with it.
type Fault = (String, String);

/// Returns an error with everything that is missing or does not match the document.
pub fn complain(index: &Index, operation: &'static Operation, given: &Given) -> Result<()> {
    let mut faults = missing(operation, given);
    if !given.unchecked {
        faults.extend(invalid(index, operation, given));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(failure(operation, faults)),
    }
}

fn name(given: &Given, parameter: &Parameter) -> String {
    match given.by_name {
        true => parameter.name.to_owned(),
        false => format!("--{}", parameter.flag),
    }
}

fn missing(operation: &'static Operation, given: &Given) -> Vec<Fault> {
    let is_given = |p: &Parameter| {
        let mut all = given.parameters.iter();
        all.any(|(other, _)| std::ptr::eq(*other, p))
    };
    let needed = operation.parameters.iter().filter(|p| p.required);
    let mut faults: Vec<Fault> = needed
        .filter(|p| !is_given(p))
        .map(|p| (name(given, p), "required, not given".to_owned()))
        .collect();
    let body = operation.body.as_ref().filter(|b| b.required);
    if let Some(body) = body.filter(|_| given.body.is_none()) {
        let how = match body.kind {
            BodyKind::Raw => "required, not given: -b @FILE",
            BodyKind::Json => "required, not given: -b NAME=VALUE, or --json @FILE",
            BodyKind::Form | BodyKind::Multipart => "required, not given: -b NAME=VALUE",
        };
        faults.push(("body".into(), how.into()));
    }
    faults
}

fn invalid(index: &Index, operation: &'static Operation, given: &Given) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (parameter, value) in &given.parameters {
        let found = check(index, &parameter.schema, value, parameter.name);
        faults.extend(found.into_iter().map(|v| {
            let inside = v.field.strip_prefix(parameter.name).unwrap_or_default();
            (name(given, parameter) + inside, v.fault)
        }));
    }
    match (&operation.body, &given.body) {
        (Some(body), Some(Content::Json(value))) => {
            let found = check(index, &body.schema, value, "");
            faults.extend(found.into_iter().map(|v| match v.field.as_str() {
                "" => ("body".to_owned(), v.fault),
                field => (field.to_owned(), v.fault),
            }));
            if body.kind == BodyKind::Multipart {
                faults.extend(parts::of_json(index, body, value));
            }
        }
        (Some(body), Some(Content::Parts(given))) => {
            faults.extend(parts::parts(index, body, given));
        }
        _ => {}
    }
    if given.by_name {
        // An assistant has no `-b`.
        for fault in faults.iter_mut().map(|(_, fault)| fault) {
            let hint = HINTS.iter().find(|hint| fault.ends_with(*hint));
            fault.truncate(fault.len() - hint.map_or(0, |hint| hint.len()));
        }
    }
    faults
}

fn failure(operation: &'static Operation, faults: Vec<Fault>) -> Failure {
    let help = format!(
        "`autopi {} --help` lists what is accepted",
        line(operation.entry.id)
    );
    let is_missing = |(_, fault): &Fault| fault.starts_with("required");
    let hint = match faults.iter().all(is_missing) {
        true => help,
        false => format!("{help}; --unchecked sends it anyway"),
    };
    let shown = faults.iter().take(SHOWN);
    let shown: Vec<_> = shown
        .map(|(at, fault)| format!("{}: {}", line(at), line(fault)))
        .collect();
    let more = match faults.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!("\n  and {n} more"),
    };
    let mut failure = Failure::usage(match shown.as_slice() {
        [one] => one.clone(),
        several => format!("{} errors\n  {}{more}", faults.len(), several.join("\n  ")),
    });
    let mut fields = Map::new();
    for (at, fault) in faults {
        if let Value::Array(list) = fields.entry(at).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(fault.into());
        }
    }
    failure.details.insert("fields".into(), fields.into());
    failure.hint(hint)
}
