//! Quirks of operations, their parameters and responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::from_2::SCHEMA_KEYS;
use super::{Note, moved};
use crate::document::{METHODS, escape};

/// Writes the name of a location as specified.
pub(super) fn location(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    let Some(Value::String(place)) = map.get_mut("in") else {
        return;
    };
    let known = [
        "query",
        "header",
        "path",
        "cookie",
        "body",
        "formData",
        "querystring",
    ];
    let said = place.trim().to_ascii_lowercase();
    let said = match said.as_str() {
        "headers" => "header",
        "cookies" => "cookie",
        "form" => "formData",
        said => said,
    };
    let right = known.iter().find(|k| k.eq_ignore_ascii_case(said));
    if let Some(right) = right.filter(|right| *right != place) {
        let message = format!("`{place}` is not a location: read as `{right}`");
        *place = (*right).to_owned();
        note.warn("in", &message);
    }
}

pub(super) fn parameter(map: &mut Map<String, Value>, of_3: bool, note: &mut Note<'_>) {
    location(map, note);
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
            note.moved(moved("/schema", ""));
            map.insert("schema".into(), schema.into());
            note.warn("schema", "the type of it belongs to its schema: read so");
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
        note.warn(
            "collectionFormat",
            "belongs to 2.0: read as `style` and `explode`",
        );
    }
    if !of_3
        && !is_body
        && map.get("schema").is_some_and(|s| s.get("type").is_some())
        && let Some(Value::Object(schema)) = map.shift_remove("schema")
    {
        let keys = schema.keys().map(|key| format!("/{}", escape(key)));
        note.moved(keys.map(|key| (key.clone(), format!("/schema{key}"))));
        for (key, value) in schema {
            map.entry(key).or_insert(value);
        }
        note.warn(
            "schema",
            "only a body has a schema in 2.0: read as the type of the parameter",
        );
    }
}

/// Drops parameters that are listed twice.
pub(super) fn twice(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    if let Some(Value::Array(list)) = map.get_mut("parameters") {
        let names =
            |p: &Value| ["$ref", "name", "in"].map(|k| p.get(k)?.as_str().map(str::to_owned));
        let (mut known, mut seen) = (BTreeSet::new(), BTreeSet::new());
        if list.iter().all(|p| known.insert(names(p))) {
            return;
        }
        let first: Vec<bool> = list.iter().map(|p| seen.insert(p.to_string())).collect();
        let mut stays = first.iter().copied();
        list.retain(|_| stays.next().unwrap_or(true));
        if list.len() < first.len() {
            note.moved_up("parameters", &first);
            note.warn("parameters", "the same parameter twice: read once");
        }
    }
}

/// Moves a parameter in the body, as 2.0 has it, to the request body.
pub(super) fn body(op: &mut Map<String, Value>, note: &mut Note<'_>) {
    form(op, note);
    let list = op.get_mut("parameters").and_then(Value::as_array_mut);
    let is_body = |p: &Value| p.get("in").is_some_and(|place| place == "body");
    let found = list.and_then(|l| {
        let i = l.iter().position(is_body)?;
        let stays: Vec<bool> = (0..l.len()).map(|j| j != i).collect();
        Some((i, stays, l.remove(i)))
    });
    if let Some((i, stays, mut found)) = found {
        let from = format!("/parameters/{i}");
        let schema = (
            "/requestBody/content/application~1json/schema".to_owned(),
            format!("{from}/schema"),
        );
        note.moved([("/requestBody".to_owned(), from), schema]);
        note.moved_up("parameters", &stays);
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
        note.warn(
            "parameters",
            "a parameter in the body: read as the request body",
        );
    }
}

/// Moves the fields of a form, as 2.0 has them, to the request body.
fn form(op: &mut Map<String, Value>, note: &mut Note<'_>) {
    let list = op.get_mut("parameters").and_then(Value::as_array_mut);
    let Some(list) = list.filter(|l| l.iter().any(is_field)) else {
        return;
    };
    let stays: Vec<bool> = list.iter().map(|p| !is_field(p)).collect();
    let places: Vec<usize> = (0..list.len()).filter(|i| !stays[*i]).collect();
    let (mut fields, mut needed, mut moves) = (Map::new(), Vec::new(), Vec::new());
    let mut media = "application/x-www-form-urlencoded";
    for (i, mut field) in places.into_iter().zip(list.extract_if(.., |p| is_field(p))) {
        let Some(name) = field.get("name").and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        let inner = if field.get("schema").is_some_and(Value::is_object) {
            "/schema"
        } else {
            ""
        };
        moves.push((escape(&name), format!("/parameters/{i}{inner}")));
        let mut schema = match field.get_mut("schema").map(Value::take) {
            Some(Value::Object(schema)) => schema,
            _ => SCHEMA_KEYS
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), field.get(*key)?.clone())))
                .collect(),
        };
        let is = |key: &str, value: &str| schema.get(key).is_some_and(|v| v == value);
        if is("type", "file") || is("format", "binary") {
            media = "multipart/form-data";
        }
        if let Some(text) = field.get("description") {
            schema.entry("description").or_insert(text.clone());
        }
        if field
            .get("required")
            .is_some_and(|r| r == true || r == "true")
        {
            needed.push(Value::from(name.as_str()));
        }
        fields.insert(name, schema.into());
    }
    let body = format!("/requestBody/content/{}/schema/properties", escape(media));
    note.moved(
        moves
            .into_iter()
            .map(|(name, from)| (format!("{body}/{name}"), from)),
    );
    note.moved_up("parameters", &stays);
    let required = !needed.is_empty();
    let mut schema = json!({ "type": "object", "properties": fields });
    if required {
        schema["required"] = needed.into();
    }
    op.entry("requestBody").or_insert_with(
        || json!({ "content": { media: { "schema": schema } }, "required": required }),
    );
    note.warn("parameters", "fields of a form: read as the request body");
}

fn is_field(parameter: &Value) -> bool {
    let place = parameter.get("in").and_then(Value::as_str);
    place.is_some_and(|place| ["formdata", "form"].contains(&place.to_ascii_lowercase().as_str()))
}

/// Moves operations of methods in capital letters, or among `additionalOperations`, to the member
/// of their method.
pub(super) fn methods(item: &mut Map<String, Value>, note: &mut Note<'_>) {
    let odd = |key: &String| {
        let method = METHODS.iter().find(|m| m.eq_ignore_ascii_case(key))?;
        (key != method && !item.contains_key(*method)).then_some((*method, key.clone()))
    };
    for (method, key) in item.keys().filter_map(odd).collect::<Vec<_>>() {
        note.warn(&key, &format!("the method is written `{method}`: read so"));
        note.moved(moved(format!("/{method}"), format!("/{key}")));
        if let Some(operation) = item.shift_remove(&key) {
            item.insert(method.to_owned(), operation);
        }
    }
    let is_lost = |(key, value): (&String, &Value)| {
        let operation = value.get("responses").is_some() || value.get("operationId").is_some();
        let known = METHODS.contains(&key.as_str()) || key == "additionalOperations";
        (operation && !known && !key.starts_with("x-")).then(|| key.clone())
    };
    for key in item.iter().filter_map(is_lost) {
        note.warn(&key, "not a method: left out");
    }
    let Some(Value::Object(more)) = item.get_mut("additionalOperations") else {
        return;
    };
    let own = |key: &String| {
        let method = METHODS.iter().find(|m| m.eq_ignore_ascii_case(key))?;
        Some((*method, key.clone()))
    };
    let known: Vec<(&str, String)> = more.keys().filter_map(own).collect();
    let taken = known.into_iter().map(|(method, key)| {
        let operation = more.shift_remove(&key);
        (method, key, operation)
    });
    let taken: Vec<(&str, String, Option<Value>)> = taken.collect();
    if more.is_empty() {
        item.shift_remove("additionalOperations");
    }
    for (method, key, operation) in taken {
        let message = match item.contains_key(method) {
            true => format!("`{method}` is a member of the path item too: left out"),
            false => format!("`{method}` is a member of the path item: read so"),
        };
        note.warn("additionalOperations", &message);
        if let Some(operation) = operation.filter(|_| !item.contains_key(method)) {
            note.moved(moved(
                format!("/{method}"),
                format!("/additionalOperations/{key}"),
            ));
            item.insert(method.to_owned(), operation);
        }
    }
}
