//! The example in the help of an operation: a command with everything that it requires.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::sample::Sampler;
use crate::{
    index::{Area, Body, BodyKind, Index, Operation, Parameter, Place, is_read_only},
    output::{json as json_text, line, quoted as in_quotes},
};

/// The indentation of an example.
const INDENT: usize = 2;

/// Returns the example, with the line ends that a shell ignores where it is wider than a terminal:
/// a line that the help breaks would be two commands.
pub fn lines(index: &Index, operation: &Operation, area: &Area) -> String {
    let mut text = "autopi".to_owned();
    let head = [super::area_name(area), operation.entry.command.to_owned()];
    let room = super::help::width().saturating_sub(" \\".len());
    let mut column = INDENT + text.width();
    // The help would break what is longer than a line at any space.
    let is_long = |word: &str| word.starts_with('-') && INDENT + 2 + word.width() > room;
    let parts = words(index, operation)
        .into_iter()
        .flat_map(|word| match word.split_once(' ') {
            Some((option, value)) if is_long(&word) => vec![option.to_owned(), value.to_owned()],
            _ => vec![word],
        });
    for word in head.into_iter().chain(parts) {
        if column + 1 + word.width() > room {
            // The help would break the space behind a word that fills the line.
            let gap = if column > room { "" } else { " " };
            text.push_str(gap);
            text.push_str("\\\n   ");
            column = INDENT + 1;
        }
        column += 1 + word.width();
        text.push(' ');
        text.push_str(&word);
    }
    text
}

/// Returns the values of the path, in its order, and the options with their values, for everything
/// that is required.
fn words(index: &Index, operation: &Operation) -> Vec<String> {
    let mut samples = Sampler::new(index);
    let mut words = Vec::new();
    let in_path: Vec<_> = operation.in_path().collect();
    let all: Vec<_> = in_path
        .iter()
        .map(|p| texts(index, &mut samples, p))
        .collect();
    // A value that looks like an option, and several values, need the name.
    let is_plain = |texts: &Vec<String>| matches!(texts.as_slice(), [one] if !is_hyphened(one));
    let are_plain = all.iter().all(is_plain);
    for (parameter, texts) in in_path.iter().zip(all) {
        match are_plain {
            true => words.extend(texts),
            false => words.extend(options(parameter, texts)),
        }
    }
    let others = operation
        .parameters
        .iter()
        .filter(|p| p.place != Place::Path);
    for parameter in others.filter(|p| p.required) {
        let is_page = operation
            .call
            .page
            .as_ref()
            .is_some_and(|page| page.page == parameter.name);
        let texts = match is_page {
            // Whatever its schema says, pages are counted.
            true => vec!["1".to_owned()],
            false => texts(index, &mut samples, parameter),
        };
        words.extend(options(parameter, texts));
    }
    if let Some(body) = operation.body.as_ref().filter(|b| b.required) {
        words.extend(members(index, &mut samples, body));
    }
    words
}

/// Returns the values of a parameter, quoted for a shell: a list has several.
fn texts(index: &Index, samples: &mut Sampler<'_>, parameter: &Parameter) -> Vec<String> {
    let schema = index.resolved(&parameter.schema);
    let value = match (samples.value(&schema), schema.get("items")) {
        (Value::Array(items), Some(of)) if items.is_empty() => samples.value(of),
        (value, _) => value,
    };
    match value {
        Value::Array(items) => items.iter().map(quoted).collect(),
        value => vec![quoted(&value)],
    }
}

/// Returns whether a quoted text looks like an option.
fn is_hyphened(text: &str) -> bool {
    text.trim_start_matches(['$', '\'']).starts_with('-')
}

fn options(parameter: &Parameter, texts: Vec<String>) -> impl Iterator<Item = String> {
    texts.into_iter().map(|text| match is_hyphened(&text) {
        true => format!("--{}={text}", parameter.flag),
        false => format!("--{} {text}", parameter.flag),
    })
}

/// Returns the options of a body.
fn members(index: &Index, samples: &mut Sampler<'_>, body: &Body) -> Vec<String> {
    if body.kind == BodyKind::Raw {
        return vec!["-b @FILE".into()];
    }
    let schema = index.resolved(&body.schema);
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut value = samples.value(&schema);
    let mut optional = properties
        .into_iter()
        .flatten()
        .filter(|(_, of)| !is_read_only(of));
    if let (Value::Object(map), Some((name, of))) = (&mut value, optional.next())
        && map.is_empty()
    {
        map.insert(name.clone(), samples.value(of));
    }
    let is_form = matches!(body.kind, BodyKind::Form | BodyKind::Multipart);
    let map = match value {
        Value::Object(map) if !map.is_empty() => map,
        // A form has parts only.
        _ if is_form => {
            return vec!["-b NAME=TEXT".into()];
        }
        value => return vec![format!("--json {}", quoted(&json_of(&value)))],
    };
    let mut words = Vec::new();
    for (name, value) in map {
        let of = properties
            .and_then(|all| all.get(&name))
            .unwrap_or(&Value::Null);
        let shown = quoted(&escaped(&name, body.kind).into());
        let is_file = |of: &Value| of.get("format").is_some_and(|f| f == "binary");
        let of = index.resolved(body.part(index, &name, of));
        let items = of.get("items").map(|items| index.resolved(items));
        let value = match (value, &items) {
            // An empty list is no part of a form.
            (Value::Array(list), Some(of)) if is_form && list.is_empty() => {
                vec![samples.value(of)].into()
            }
            (value, _) => value,
        };
        words.push(match value {
            _ if is_file(&of) || items.as_ref().is_some_and(|of| is_file(of)) => {
                format!("-b {shown}=@FILE")
            }
            Value::String(text) if !text.starts_with('@') => {
                format!("-b {shown}={}", quoted(&text.into()))
            }
            value => format!("-b {shown}:={}", quoted(&json_of(&value))),
        });
        let headers = body.headers(&name).filter(|header| header.required);
        words.extend(headers.map(|of| {
            let header = format!("{name};{}", of.name);
            format!("-b {}=TEXT", quoted(&header.into()))
        }));
    }
    words
}

/// Returns the name of a member as `-b` takes it: it is a path in all bodies but those of parts.
fn escaped(name: &str, kind: BodyKind) -> String {
    match kind {
        BodyKind::Multipart => name.to_owned(),
        _ => name
            .replace('\\', r"\\")
            .replace('.', r"\.")
            .replace('[', r"\["),
    }
}

/// Returns a value, quoted for a shell if that is necessary.
fn quoted(value: &Value) -> String {
    let Value::String(text) = value else {
        return quoted(&json_of(value));
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.clone(),
        // The help would break a long text at its spaces.
        false if text.len() > LONG && text.contains(' ') => {
            let text = text.replace('\\', r"\\").replace('\'', r"\'");
            format!("$'{}'", line(&text).replace(' ', r"\040"))
        }
        false => in_quotes(text),
    }
}

/// The length of JSON whose line a help would break at a space.
const LONG: usize = 60;

/// Returns the JSON of a value, in which quotes, and spaces where it is long, may be escaped.
fn json_of(value: &Value) -> Value {
    let text = json_text(&value.to_string()).replace('\'', "\\u0027");
    match text.len() > LONG {
        true => text.replace(' ', "\\u0020").into(),
        false => text.into(),
    }
}
