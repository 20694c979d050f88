//! Describes an operation to a model in few words.

use std::fmt::Write;

use serde_json::Value;

use super::guard::Allowed;
use crate::index::{Index, Operation, ResponseKind, type_name};

/// The maximum number of characters of a description, and of choices of an enum, that are shown.
const LONG: usize = 300;
const CHOICES: usize = 20;

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() > LONG {
        true => text.chars().take(LONG).collect::<String>() + " …",
        false => text,
    }
}

/// Returns a type with its choices and its default.
fn kind(index: &Index, schema: &Value) -> String {
    let of = index.resolved(schema);
    let mut text = type_name(index, schema);
    if let Some(choices) = of.get("enum").and_then(Value::as_array) {
        let shown: Vec<_> = choices.iter().take(CHOICES).map(Value::to_string).collect();
        let more = if choices.len() > CHOICES { ", …" } else { "" };
        let _ = write!(text, " of {}{more}", shown.join(", "));
    }
    if let Some(default) = of.get("default") {
        let _ = write!(text, ", default {default}");
    }
    text
}

/// Writes the members of an object, or of a list's items, with this indentation.
fn members(index: &Index, schema: &Value, indent: usize, out: &mut String) {
    let of = index.resolved(schema);
    let of = match of.get("items") {
        Some(items) => index.resolved(items).into_owned(),
        None => of.into_owned(),
    };
    let required = of.get("required").and_then(Value::as_array);
    let properties = of.get("properties").and_then(Value::as_object);
    for (name, inner) in properties.into_iter().flatten().take(60) {
        let is_required = required.is_some_and(|r| r.iter().any(|n| n == name));
        let mark = if is_required { " (required)" } else { "" };
        let _ = writeln!(out, "{:indent$}{name}: {}{mark}", "", kind(index, inner));
        if indent < 4 {
            members(index, inner, indent + 2, out);
        }
    }
}

pub fn text(index: &Index, operation: &Operation, allowed: Allowed) -> String {
    let entry = &operation.entry;
    let mut out = format!("{} {} {}\n", entry.id, entry.method, entry.path);
    if let Err(why) = allowed.check(entry) {
        let _ = writeln!(out, "{}", why.message);
    }
    for about in [Some(entry.summary), operation.description.as_deref()]
        .into_iter()
        .flatten()
    {
        if !about.trim().is_empty() {
            let _ = writeln!(out, "{}", short(about));
        }
    }
    if !operation.parameters.is_empty() {
        out.push_str("params:\n");
    }
    for parameter in &operation.parameters {
        let mark = if parameter.required {
            " (required)"
        } else {
            ""
        };
        let about = short(&parameter.description);
        let line = format!(
            "  {}: {}{mark} {about}",
            parameter.name,
            kind(index, &parameter.schema)
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for unsent in &operation.unsent {
        let _ = writeln!(out, "not sent: {} in {}", unsent.name, unsent.place);
    }
    if let Some(body) = &operation.body {
        let _ = writeln!(out, "body:");
        members(index, &body.schema, 2, &mut out);
    }
    match operation.response {
        ResponseKind::Bytes => {
            out.push_str("response: a file, which call_operation does not download\n")
        }
        ResponseKind::Nothing => out.push_str("response: nothing\n"),
        ResponseKind::List => out.push_str("response: a list of\n"),
        _ => out.push_str("response:\n"),
    }
    let schema = match operation.response {
        ResponseKind::List => operation.item(),
        _ => operation.schema.as_ref(),
    };
    if let Some(schema) = schema {
        members(index, schema, 2, &mut out);
    }
    out
}
