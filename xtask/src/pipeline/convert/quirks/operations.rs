//! Quirks of operations, their parameters and responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::from_2::SCHEMA_KEYS;
use crate::document::METHODS;

pub(super) fn parameter(
    map: &mut Map<String, Value>,
    of_3: bool,
    warn: &mut impl FnMut(&str, &str),
) {
    if let Some(Value::String(place)) = map.get_mut("in") {
        let known = [
            "query",
            "header",
            "path",
            "cookie",
            "body",
            "formData",
            "querystring",
        ];
        let right = known.iter().find(|k| k.eq_ignore_ascii_case(place.trim()));
        if let Some(right) = right.filter(|right| *right != place) {
            let message = format!("`{place}` is not a location: read as `{right}`");
            *place = (*right).to_owned();
            warn("in", &message);
        }
    }
    if map.contains_key("$ref") {
        return;
    }
    let is_body = map.get("in").is_some_and(|p| p == "body");
    if (of_3 || is_body) && !map.contains_key("schema") && !map.contains_key("content") {
        let mut schema = Map::new();
        for key in SCHEMA_KEYS {
            schema.extend(map.shift_remove(key).map(|v| (key.to_owned(), v)));
        }
        if !schema.is_empty() {
            map.insert("schema".into(), schema.into());
            warn("schema", "the type of it belongs to its schema: read so");
        }
    }
    if of_3 && let Some(format) = map.shift_remove("collectionFormat") {
        let style = match format.as_str() {
            Some("ssv") => "spaceDelimited",
            Some("pipes") => "pipeDelimited",
            _ if map.get("in").is_some_and(|p| p == "query") => "form",
            _ => "simple",
        };
        map.entry("style").or_insert(style.into());
        map.entry("explode").or_insert((format == "multi").into());
        warn(
            "collectionFormat",
            "belongs to 2.0: read as `style` and `explode`",
        );
    }
    if !of_3
        && !is_body
        && map.get("schema").is_some_and(|s| s.get("type").is_some())
        && let Some(Value::Object(schema)) = map.shift_remove("schema")
    {
        for (key, value) in schema {
            map.entry(key).or_insert(value);
        }
        warn(
            "schema",
            "only a body has a schema in 2.0: read as the type of the parameter",
        );
    }
}

/// Drops parameters that are listed twice.
pub(super) fn twice(map: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    if let Some(Value::Array(list)) = map.get_mut("parameters") {
        let names =
            |p: &Value| ["$ref", "name", "in"].map(|k| p.get(k)?.as_str().map(str::to_owned));
        let (mut known, mut seen, all) = (BTreeSet::new(), BTreeSet::new(), list.len());
        if list.iter().all(|p| known.insert(names(p))) {
            return;
        }
        list.retain(|parameter| seen.insert(parameter.to_string()));
        if list.len() < all {
            warn("parameters", "the same parameter twice: read once");
        }
    }
}

/// Moves a parameter in the body, as 2.0 has it, to the request body.
pub(super) fn body(op: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    let list = op.get_mut("parameters").and_then(Value::as_array_mut);
    let is_body = |p: &Value| p.get("in").is_some_and(|place| place == "body");
    let found = list.and_then(|l| Some(l.remove(l.iter().position(is_body)?)));
    if let Some(mut found) = found {
        let schema = found
            .get_mut("schema")
            .map(Value::take)
            .unwrap_or_else(|| json!({}));
        let mut new = json!({ "content": { "application/json": { "schema": schema } } });
        for key in ["description", "required"] {
            if let Some(value) = found.get(key) {
                new[key] = value.clone();
            }
        }
        op.entry("requestBody").or_insert(new);
        warn(
            "parameters",
            "a parameter in the body: read as the request body",
        );
    }
}

/// Moves the schema of a response or a body, as 2.0 has it, to its content.
pub(super) fn content(response: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    if response.contains_key("content") {
        return;
    }
    if let Some(schema) = response.shift_remove("schema") {
        response.insert(
            "content".into(),
            json!({ "application/json": { "schema": schema } }),
        );
        warn(
            "schema",
            "belongs to a media type since 3.0: read as that of JSON",
        );
    }
}

/// Takes the schema out of a response's content, as 3.0 has it.
pub(super) fn schema(response: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    if response.contains_key("schema") {
        return;
    }
    let content = response.get("content").and_then(Value::as_object);
    let first = content.and_then(|c| {
        autopi_codegen::media::json(c)
            .map(|(_, v)| v)
            .or(c.values().next())
    });
    if let Some(schema) = first.and_then(|media| media.get("schema")).cloned() {
        response.insert("schema".into(), schema);
        response.shift_remove("content");
        warn("content", "a response has a schema in 2.0: read so");
    }
}

/// Reads a reference to a schema in the place of a media type.
pub(super) fn media(media: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    let schemas = ["#/components/schemas/", "#/definitions/"];
    let target = media.get("$ref").and_then(Value::as_str);
    if target.is_some_and(|t| schemas.iter().any(|s| t.starts_with(s)))
        && let Some(target) = media.shift_remove("$ref")
    {
        media.insert("schema".into(), json!({ "$ref": target }));
        warn(
            "$ref",
            "refers to a schema: read as the schema of the media type",
        );
    }
}

/// Corrects the statuses of responses: `Default`, `20x`, `200 OK`.
pub(super) fn statuses(op: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    let Some(Value::Object(responses)) = op.get_mut("responses") else {
        return;
    };
    if responses.keys().all(|k| status(k).is_none()) {
        return;
    }
    let known: BTreeSet<String> = responses.keys().cloned().collect();
    for (old, response) in std::mem::take(responses) {
        let new = status(&old).filter(|new| !known.contains(new) && !responses.contains_key(new));
        if let Some(new) = &new {
            warn(
                "responses",
                &format!("`{old}` is not a status: read as `{new}`"),
            );
        }
        responses.insert(new.unwrap_or(old), response);
    }
}

/// Returns the status that is meant, if it is written in another way.
fn status(key: &str) -> Option<String> {
    let text = key.trim();
    let lower = text.to_ascii_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &lower[digits..];
    let new = match (digits, rest) {
        _ if text.starts_with("x-") || text.starts_with('$') => return None,
        _ if lower == "default" => lower,
        (1, "xx") | (2, "x") => format!("{}XX", &text[..1]),
        (3, rest) if !rest.starts_with(|c: char| c.is_alphanumeric()) => text[..3].to_owned(),
        _ => return None,
    };
    (new != key).then_some(new)
}

/// Moves operations of methods in capital letters, or among `additionalOperations`, to the member
/// of their method.
pub(super) fn methods(item: &mut Map<String, Value>, warn: &mut impl FnMut(&str, &str)) {
    let odd = |key: &String| {
        let method = METHODS.iter().find(|m| m.eq_ignore_ascii_case(key))?;
        (key != method && !item.contains_key(*method)).then_some((*method, key.clone()))
    };
    for (method, key) in item.keys().filter_map(odd).collect::<Vec<_>>() {
        warn(&key, &format!("the method is written `{method}`: read so"));
        if let Some(operation) = item.shift_remove(&key) {
            item.insert(method.to_owned(), operation);
        }
    }
    let Some(Value::Object(more)) = item.get_mut("additionalOperations") else {
        return;
    };
    let own = |key: &String| {
        let method = METHODS.iter().find(|m| m.eq_ignore_ascii_case(key))?;
        Some((*method, key.clone()))
    };
    let known: Vec<(&str, String)> = more.keys().filter_map(own).collect();
    let taken = known
        .into_iter()
        .map(|(method, key)| (method, more.shift_remove(&key)));
    let taken: Vec<(&str, Option<Value>)> = taken.collect();
    if more.is_empty() {
        item.shift_remove("additionalOperations");
    }
    for (method, operation) in taken {
        let message = match item.contains_key(method) {
            true => format!("`{method}` is a member of the path item too: left out"),
            false => format!("`{method}` is a member of the path item: read so"),
        };
        warn("additionalOperations", &message);
        if let Some(operation) = operation {
            item.entry(method).or_insert(operation);
        }
    }
}
