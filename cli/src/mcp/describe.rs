//! Describes an operation to a model in few words.

use std::fmt::Write;

use serde_json::Value;

use super::guard::Allowed;
use crate::index::{
    Index, Operation, ResponseKind, alternatives, is_read_only, required, type_name,
};

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

/// Writes what a body or a response is: its type, if it has no members.
fn whole(index: &Index, schema: &Value, is_sent: bool, out: &mut String) {
    let mut inside = String::new();
    members(index, schema, 2, is_sent, &mut inside);
    let _ = match inside.is_empty() {
        true => writeln!(out, " {}", kind(index, schema)),
        false => write!(out, "\n{inside}"),
    };
}

/// Writes the members of an object, of a list's items, or of each alternative, with this
/// indentation.
fn members(index: &Index, schema: &Value, indent: usize, is_sent: bool, out: &mut String) {
    let of = index.resolved(schema);
    let of = match of.get("items") {
        Some(items) => index.resolved(items).into_owned(),
        None => of.into_owned(),
    };
    let required = required(&of);
    let properties = of.get("properties").and_then(Value::as_object);
    for (name, inner) in properties.into_iter().flatten().take(60) {
        if is_sent && is_read_only(inner) {
            continue;
        }
        let mark = if required.contains(&name.as_str()) {
            " (required)"
        } else {
            ""
        };
        let _ = writeln!(out, "{:indent$}{name}: {}{mark}", "", kind(index, inner));
        if indent < 4 {
            members(index, inner, indent + 2, is_sent, out);
        }
    }
    for (name, of) in alternatives(&of).take(60).filter(|_| indent < 4) {
        let _ = writeln!(out, "{:indent$}as {name}:", "");
        members(index, of, indent + 2, is_sent, out);
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
        out.push_str("body:");
        whole(index, &body.schema, true, &mut out);
    }
    match operation.response {
        ResponseKind::Bytes => {
            out.push_str("response: a file, which call_operation does not download\n")
        }
        ResponseKind::Nothing => out.push_str("response: nothing\n"),
        ResponseKind::List => out.push_str("response: a list of"),
        _ => out.push_str("response:"),
    }
    let schema = match operation.response {
        ResponseKind::Bytes | ResponseKind::Nothing => return out,
        ResponseKind::List => operation.item(),
        _ => operation.schema.as_ref(),
    };
    whole(index, schema.unwrap_or(&Value::Null), false, &mut out);
    out
}
