//! The options of an operation, and what its help says.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command};
use serde_json::Value;

use super::help;
use crate::{
    index::{Area, Body, BodyKind, Entry, Index, Operation, Parameter, Place, type_name},
    output::{json, line},
};

/// Members of bodies are shown so deep, and so many.
const LEVELS: usize = 2;
const MEMBERS: usize = 400;
/// An example has so many values at most.
const VALUES: usize = 400;

/// The command of an operation, with its options.
pub fn with_options(index: &Index, entry: &Entry, name: &'static str, area: &Area) -> Command {
    let command = Command::new(name).about(help::about(entry));
    match index.operation(entry) {
        Ok(operation) => options(index, operation, command, area),
        Err(_) => command,
    }
}

/// Adds the options of an operation.
pub fn options(
    index: &Index,
    operation: &'static Operation,
    command: Command,
    area: &Area,
) -> Command {
    let mut command = command
        .about(about(operation))
        .after_help(after(index, operation, area));
    for parameter in &operation.parameters {
        command = command.arg(argument(index, parameter));
    }
    let names: Vec<String> = operation
        .path_names()
        .map(|n| line(n).to_uppercase())
        .collect();
    if !names.is_empty() {
        command = command.arg(
            Arg::new("(path)")
                .value_name(names.join("> <"))
                .num_args(0..=names.len())
                .help("The same as the options that the path needs, in its order"),
        );
    }
    if let Some(body) = &operation.body {
        command = command.args(body_arguments(body));
    }
    command
}

fn about(operation: &Operation) -> String {
    let entry = &operation.entry;
    let mut text = help::about(entry);
    let more = operation.description.as_deref().unwrap_or_default().trim();
    if !more.is_empty() && more != entry.summary {
        let more: Vec<String> = more.lines().map(line).collect();
        let _ = write!(text, "\n\n{}", more.join("\n"));
    }
    let _ = write!(
        text,
        "\n\n{} {}  ({})",
        entry.method,
        line(entry.path),
        line(entry.id)
    );
    if operation.deprecated {
        text.push_str("\n\nDeprecated: the API will drop it.");
    }
    text
}

fn argument(index: &Index, parameter: &Parameter) -> Arg {
    let schema = index.resolved(&parameter.schema);
    let is_list = schema.get("type").is_some_and(|t| t == "array");
    let kind = type_name(index, &schema);
    let mut help = match parameter.description.as_str() {
        "" => String::new(),
        text => help::sentence(text),
    };
    let mut add = |text: String| {
        let gap = if help.is_empty() { "" } else { " " };
        let _ = write!(help, "{gap}{text}");
    };
    let values = values(index, &schema);
    if !values.is_empty() {
        add(format!("One of {}.", values.join(", ")));
    }
    if let Some(usual) = schema.get("default").filter(|d| !d.is_null()) {
        add(format!("Default: {}.", line(&plain(usual))));
    }
    if parameter.required {
        add("Required.".into());
    }
    let heading = match parameter.place {
        Place::Path => "Path",
        Place::Query => "Query",
        Place::Header => "Header",
    };
    let argument = Arg::new(parameter.flag.clone())
        .long(parameter.flag.clone())
        .value_name(kind.to_uppercase().replace(' ', "-"))
        .help(help)
        .help_heading(heading)
        // Negative numbers and times before now.
        .allow_hyphen_values(true)
        .action(ArgAction::Append);
    let argument = if parameter.has_alias {
        argument.alias(parameter.name)
    } else {
        argument
    };
    match is_list {
        true => argument.value_name(
            type_name(index, schema.get("items").unwrap_or(&Value::Null)).to_uppercase(),
        ),
        false => argument,
    }
}

/// The values that a schema lists, its own or its items'.
pub fn values(index: &Index, schema: &Value) -> Vec<String> {
    let items = schema.get("items").map(|items| index.resolved(items));
    let listed = schema.get("enum").or_else(|| items.as_ref()?.get("enum"));
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    listed
        .filter(|v| !v.is_null())
        .map(|v| line(&plain(v)))
        .collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn body_arguments(body: &Body) -> Vec<Arg> {
    let member = Arg::new("body")
        .short('b')
        .long("body")
        .action(ArgAction::Append)
        .allow_hyphen_values(true)
        .help_heading("Body");
    match body.kind {
        BodyKind::Raw => vec![member.value_name("@FILE").help(format!("The body, as {}", line(body.media)))],
        BodyKind::Multipart | BodyKind::Form => {
            vec![member.value_name("NAME=VALUE").help("A member: NAME=TEXT, NAME:=JSON, NAME=@FILE; may be repeated")]
        }
        BodyKind::Json => vec![
            member.value_name("NAME=VALUE").help("A member: NAME=TEXT, NAME:=JSON, NAME=@FILE; settings.loop, points[0].x and tags[] lead into it; may be repeated"),
            Arg::new("json")
                .long("json")
                .value_name("TEXT|@FILE|-")
                .allow_hyphen_values(true)
                .help("All of the body as JSON, in place of -b")
                .help_heading("Body"),
        ],
    }
}

fn after(index: &Index, operation: &Operation, area: &Area) -> String {
    let mut text = String::new();
    if let Some(body) = operation.body.as_ref().filter(|b| b.kind != BodyKind::Raw) {
        let need = if body.required { ", required" } else { "" };
        let _ = writeln!(text, "Members of the body ({}{need}):", line(body.media));
        members(index, &body.schema, 1, &mut { MEMBERS }, &mut text);
        text.push('\n');
    }
    let left = &mut { VALUES };
    let mut example = format!(
        "autopi {} {}",
        super::area_name(area),
        operation.entry.command
    );
    for parameter in operation.parameters.iter().filter(|p| p.required) {
        let sample = sample(index, &parameter.schema, left);
        match parameter.place {
            Place::Path => {
                let _ = write!(example, " {sample}");
            }
            _ => {
                let _ = write!(example, " --{} {sample}", parameter.flag);
            }
        }
    }
    match operation
        .body
        .as_ref()
        .filter(|b| b.required)
        .map(|b| (b.kind, &b.schema))
    {
        Some((BodyKind::Raw, _)) => example.push_str(" -b @FILE"),
        Some((_, schema)) => {
            let schema = index.resolved(schema);
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut names = required(&schema);
            if names.is_empty() {
                let first = properties.and_then(|p| p.iter().find(|(_, of)| !is_read_only(of)));
                names.extend(first.map(|(name, _)| name.as_str()));
            }
            if names.is_empty() {
                let _ = write!(example, " --json {}", sample(index, &schema, left));
            }
            for name in names {
                let of = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Null);
                let sample = sample(index, of, left);
                let is_text = index.resolved(of).get("type").is_none_or(|t| t == "string");
                let mark = if is_text { "=" } else { ":=" };
                let _ = write!(example, " -b {}{mark}{sample}", line(name));
            }
        }
        None => {}
    }
    let _ = write!(text, "Example:\n  {example}");
    text
}

fn members(index: &Index, schema: &Value, level: usize, left: &mut usize, text: &mut String) {
    let schema = index.resolved(schema);
    let required = required(&schema);
    let is_required = |name: &str| required.contains(&name);
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties.filter(|p| !p.is_empty()) else {
        let _ = writeln!(
            text,
            "{}any {}",
            "  ".repeat(level),
            type_name(index, &schema)
        );
        return;
    };
    let longest = properties
        .keys()
        .map(|n| line(n).chars().count())
        .max()
        .unwrap_or(0);
    for (name, of) in properties {
        if is_read_only(of) {
            continue;
        }
        if *left == 0 {
            let _ = writeln!(text, "{}…", "  ".repeat(level));
            return;
        }
        *left -= 1;
        let known = index.resolved(of);
        let mut about = type_name(index, &known);
        if is_required(name) {
            about.push_str(", required");
        }
        if known.get("nullable") == Some(&Value::Bool(true)) {
            about.push_str(", may be null");
        }
        let values = values(index, &known);
        if !values.is_empty() {
            let _ = write!(about, ": {}", values.join(", "));
        }
        let description = known
            .get("description")
            .or(of.get("description"))
            .and_then(Value::as_str);
        if let Some(description) = description.filter(|d| !d.trim().is_empty()) {
            let _ = write!(about, ". {}", help::sentence(description));
        }
        let name = line(name);
        let gap = " ".repeat(longest.saturating_sub(name.chars().count()));
        let _ = writeln!(text, "{}{name}{gap}  {about}", "  ".repeat(level));
        if level < LEVELS {
            let items = known.get("items").map(|i| index.resolved(i));
            let inner = items.as_deref().unwrap_or(&known);
            if inner
                .get("properties")
                .and_then(Value::as_object)
                .is_some_and(|p| !p.is_empty())
            {
                members(index, inner, level + 1, left, text);
            }
        }
    }
}

/// What must be sent.
fn required(schema: &Value) -> Vec<&str> {
    if schema.get("x-partial").is_some() {
        return Vec::new();
    }
    let of = |name: &str| schema.get("properties").and_then(|p| p.get(name));
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names
        .filter(|name| !of(name).is_some_and(is_read_only))
        .collect()
}

fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

/// A value for the example, as a word of a shell.
fn sample(index: &Index, schema: &Value, left: &mut usize) -> String {
    let schema = index.resolved(schema);
    if schema.get("format").is_some_and(|f| f == "binary") {
        return "@FILE".into();
    }
    match value(index, &schema, 4, left) {
        Value::String(text) => line(&text),
        value @ (Value::Array(_) | Value::Object(_)) => {
            // A quote in JSON may be written so.
            format!("'{}'", json(&value.to_string()).replace('\'', "\\u0027"))
        }
        value => value.to_string(),
    }
}

/// A value that the schema allows.
fn value(index: &Index, schema: &Value, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    let depth = if *left == 0 { 0 } else { depth };
    let schema = index.resolved(schema);
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let listed = schema.get("enum").and_then(Value::as_array);
    if let Some(first) = listed.and_then(|l| l.iter().find(|v| !v.is_null())) {
        return first.clone();
    }
    for key in ["oneOf", "anyOf"] {
        let first = schema
            .get(key)
            .and_then(Value::as_array)
            .and_then(|a| a.first());
        if let Some(first) = first.filter(|_| depth > 0) {
            return value(index, first, depth - 1, left);
        }
    }
    match type_name(index, &schema).as_str() {
        "integer" | "number" => {
            let least = number("minimum").unwrap_or(1.0).max(1.0);
            let n = number("maximum").map_or(least, |most| least.min(most));
            if n.fract() == 0.0 {
                Value::from(n as i64)
            } else {
                Value::from(n)
            }
        }
        "boolean" => true.into(),
        "uuid" => "0189d7a5-0000-7000-8000-000000000001".into(),
        "time" => "2026-01-31T08:00Z".into(),
        "date" => "2026-01-31".into(),
        "decimal" => "1.5".into(),
        "email" => "you@example.com".into(),
        "uri" => "https://example.com".into(),
        name if name.starts_with("list") => {
            let least = number("minItems").unwrap_or(0.0) as usize;
            let of = schema.get("items").filter(|_| depth > 0);
            let items = of.map(|items| vec![value(index, items, depth - 1, left); least.min(1)]);
            Value::Array(items.unwrap_or_default())
        }
        "text" => {
            let least = number("minLength").unwrap_or(0.0) as usize;
            let most = number("maxLength").map_or(usize::MAX, |n| n as usize);
            let text = "TEXT".repeat(least.div_ceil(4).clamp(1, 64));
            text.chars().take(most.max(1)).collect::<String>().into()
        }
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut members = serde_json::Map::new();
            for name in required(&schema).into_iter().take_while(|_| depth > 0) {
                if let Some(of) = properties.and_then(|p| p.get(name)).filter(|_| *left > 0) {
                    members.insert(name.to_owned(), value(index, of, depth - 1, left));
                }
            }
            Value::Object(members)
        }
    }
}
