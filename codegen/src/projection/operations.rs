//! The operations that progenitor 0.15 refuses, panics on, or generates code for that does not
//! compile.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::names::pascal;
use crate::{
    areas::{self, Operation},
    escape::pointer,
    names,
    schema::Document,
};

const MEDIA: [&str; 5] = [
    "application/json",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "text/plain",
    "text/x-markdown",
];
/// Keywords that it refuses in the schema of a body of bytes or text.
const OF_A_BODY: [&str; 9] = [
    "allOf",
    "anyOf",
    "default",
    "discriminator",
    "enum",
    "maxLength",
    "minLength",
    "oneOf",
    "pattern",
];
/// Types that its code names without a path, in the module of the builders.
const TYPES: [&str; 15] = [
    "ByteStream",
    "ClientHooks",
    "ClientInfo",
    "Clone",
    "Debug",
    "Default",
    "Error",
    "OperationInfo",
    "Option",
    "RequestBuilderExt",
    "ResponseValue",
    "Result",
    "String",
    "Vec",
    "Self",
];
/// Methods that its code calls on a client.
const CLIENT_METHODS: [&str; 9] = [
    "api_version",
    "baseurl",
    "client",
    "clone",
    "exec",
    "inner",
    "new",
    "post",
    "pre",
];

/// Removes these operations, each with the reason.
pub fn remove(doc: &mut Value, removed: &mut Vec<super::Removed>) {
    let document = Document::new(doc);
    let mut taken = BTreeSet::new();
    let refused: Vec<(String, &str, &'static str)> = areas::select(doc, &|_| true)
        .unwrap_or_default()
        .iter()
        .filter_map(|op| {
            Some((
                op.path.to_owned(),
                op.method,
                why(&document, op, &mut taken)?,
            ))
        })
        .collect();
    for (path, method, what) in refused {
        if let Some(item) = doc["paths"][&path].as_object_mut() {
            item.shift_remove(method);
            removed.push((format!("/paths/{}/{method}", pointer(&path)), what));
        }
    }
}

/// Returns why progenitor cannot have an operation; `taken` has the names of those before it.
fn why(
    doc: &Document<'_>,
    op: &Operation<'_>,
    taken: &mut BTreeSet<String>,
) -> Option<&'static str> {
    if matches!(op.method, "options" | "trace" | "query") {
        return Some("an operation whose method reqwest has no function for");
    }
    name_refused(op, taken)
        .or_else(|| body_refused(doc, op))
        .or_else(|| parameters_refused(doc, op))
        .or_else(|| responses_refused(doc, op))
}

fn name_refused(op: &Operation<'_>, taken: &mut BTreeSet<String>) -> Option<&'static str> {
    let id = op.value.get("operationId").and_then(Value::as_str);
    let id = id.unwrap_or_default();
    let (name, function) = (pascal(id), id.to_snake_case());
    if TYPES.contains(&name.as_str()) || CLIENT_METHODS.contains(&function.as_str()) {
        return Some("an operation with the name of an item in progenitor's code");
    }
    let ours = names::value_ident(id).to_string();
    let other = |c: char| !c.is_ascii() && !c.to_lowercase().all(|c| ours.contains(c));
    if id.contains(other) {
        return Some("an operation in letters that rustc composes");
    }
    (!taken.insert(name)).then_some("an operation that is named as another")
}

fn body_refused(doc: &Document<'_>, op: &Operation<'_>) -> Option<&'static str> {
    let content = content(doc.resolve_any(op.value.get("requestBody")?))?;
    if content.contains_key("multipart/form-data") {
        return Some("an operation with a multipart body");
    }
    if content.len() > 1 || content.keys().any(|m| !MEDIA.contains(&essence(m))) {
        return Some("an operation with a body of another media type, or of several");
    }
    let is_read = content
        .iter()
        .all(|(name, value)| reads_body(doc, name, value));
    (!is_read)
        .then_some("an operation with a body without a schema, with an `encoding`, or limited")
}

fn parameters_refused(doc: &Document<'_>, op: &Operation<'_>) -> Option<&'static str> {
    let mut fields = BTreeSet::from(["client".to_owned(), "body".into()]);
    for parameter in op.parameters.iter().map(|p| doc.resolve_any(p)) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let style = matches!(
            (text("in"), text("style")),
            (Some("query"), None | Some("form")) | (Some("path" | "header"), None | Some("simple"))
        );
        if !style || content(parameter).is_some() {
            return Some(
                "an operation with a parameter in a cookie, of another style or of a media type",
            );
        }
        let schema = parameter
            .get("schema")
            .map(|schema| doc.written_out(schema));
        let several =
            schema.is_some_and(|s| s.get("items").is_some() || s.get("properties").is_some());
        if several && text("in") != Some("query") {
            return Some("an operation with a list in its path or in a header");
        }
        if !fields.insert(text("name").unwrap_or_default().to_snake_case()) {
            return Some("an operation with a parameter that is named as another");
        }
    }
    None
}

fn responses_refused(doc: &Document<'_>, op: &Operation<'_>) -> Option<&'static str> {
    let responses = op.value.get("responses").and_then(Value::as_object);
    let mut kinds = [BTreeSet::new(), BTreeSet::new()];
    for (status, response) in responses.into_iter().flatten() {
        let content = content(doc.resolve_any(response));
        let mut media = content.into_iter().flatten();
        if media.any(|(name, value)| essence(name) == "application/json" && !reads(value)) {
            return Some(
                "an operation with a JSON response without a schema or with an `encoding`",
            );
        }
        let kind = content.and_then(|content| content.iter().next());
        let kind = kind.map_or_else(String::new, |(media, value)| match media.contains("json") {
            true => value.get("schema").unwrap_or(&Value::Null).to_string(),
            false => "bytes".into(),
        });
        kinds[usize::from(!status.starts_with('2'))].insert(kind);
    }
    let several = kinds.iter().any(|kinds| kinds.len() > 1);
    several.then_some("an operation with responses of several types")
}

/// Returns a media type without its parameters.
fn essence(media: &str) -> &str {
    media.split(';').next().unwrap_or_default()
}

/// Returns whether a media type has a schema and no `encoding`.
fn reads(media: &Value) -> bool {
    let encoding = media.get("encoding").and_then(Value::as_object);
    media.get("schema").is_some() && encoding.is_none_or(Map::is_empty)
}

/// Like [`reads`]; a body of bytes or text must have the plain schema of one as well.
fn reads_body(doc: &Document<'_>, name: &str, media: &Value) -> bool {
    let format = match essence(name) {
        _ if !reads(media) => return false,
        "application/octet-stream" => Some("binary"),
        "text/plain" | "text/x-markdown" => None,
        _ => return true,
    };
    let schema = doc.resolve_any(&media["schema"]);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    text("type") == Some("string")
        && text("format") == format
        && schema.get("nullable") != Some(&Value::Bool(true))
        && !OF_A_BODY.iter().any(|key| schema.get(key).is_some())
}

fn content(holder: &Value) -> Option<&Map<String, Value>> {
    holder.get("content").and_then(Value::as_object)
}
