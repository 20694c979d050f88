//! The options and the help of an operation.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command};
use serde_json::Value;

use super::{example, help, members};
use crate::{
    index::{Area, Body, BodyKind, Entry, Index, Operation, Parameter, Place, type_name},
    output::line,
};

/// Returns the command of an operation, with its options.
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
                // Options may stand between them.
                .action(ArgAction::Append)
                .help("The values of the path's parameters, in its order, instead of the options"),
        );
    }
    if let Some(body) = &operation.body {
        command = command.args(body_arguments(body));
    }
    command
}

fn about(operation: &Operation) -> String {
    let entry = &operation.entry;
    let more = operation.description.as_deref().unwrap_or_default().trim();
    let more = if more == entry.summary { "" } else { more };
    let more: Vec<String> = more.lines().map(line).collect();
    let request = format!(
        "{} {}  ({})",
        entry.method,
        line(entry.path),
        line(entry.id)
    );
    let deprecated = match operation.deprecated {
        true => "Deprecated: the API will drop it.",
        false => "",
    };
    let parts = [
        line(entry.summary),
        more.join("\n"),
        request,
        deprecated.into(),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
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
        // For negative numbers and times before now.
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

/// Returns the values that a schema lists for itself or for its items.
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
        BodyKind::Raw => vec![
            member
                .value_name("@FILE")
                .help(format!("The body, as {}", line(body.media))),
        ],
        BodyKind::Multipart | BodyKind::Form => {
            vec![
                member
                    .value_name("NAME=VALUE")
                    .help("A member: NAME=TEXT, NAME:=JSON, NAME=@FILE; may be repeated"),
            ]
        }
        BodyKind::Json => vec![
            member.value_name("NAME=VALUE").help(
                "A member: NAME=TEXT, NAME:=JSON, NAME=@FILE; a NAME may be a path \
                 (settings.loop, points[0].x, tags[]); may be repeated",
            ),
            Arg::new("json")
                .long("json")
                .value_name("TEXT|@FILE|-")
                .allow_hyphen_values(true)
                .help("The whole body as JSON, in place of -b")
                .help_heading("Body"),
        ],
    }
}

fn after(index: &Index, operation: &Operation, area: &Area) -> String {
    let mut text = String::new();
    if let Some(body) = operation.body.as_ref().filter(|b| b.kind != BodyKind::Raw) {
        let need = if body.required { ", required" } else { "" };
        let _ = writeln!(text, "Members of the body ({}{need}):", line(body.media));
        members::write(index, &body.schema, &mut text);
        for header in &body.headers {
            let need = if header.required {
                ", required with it"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "  {};{}  a header of this part{need}",
                line(&header.part),
                line(header.name)
            );
        }
        text.push('\n');
    }
    for unsent in &operation.unsent {
        let need = if unsent.required { " (required)" } else { "" };
        let _ = writeln!(text, "Note{need}: {}\n", line(&unsent.why()));
    }
    let example = example::lines(index, operation, area);
    let _ = write!(text, "Example:\n  {example}");
    text
}
