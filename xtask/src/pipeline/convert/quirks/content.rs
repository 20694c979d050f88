//! Quirks of responses and of the content of bodies.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Note, moved};
use crate::document::{escape, last};

/// Moves the schema of a response or a body, as 2.0 has it, to its content.
pub(super) fn content(response: &mut Map<String, Value>, note: &mut Note<'_>) {
    if let Some(Value::Object(content)) = response.get_mut("content") {
        if let Some(schema) = content.shift_remove("schema") {
            content
                .entry("application/json")
                .or_insert_with(|| json!({ "schema": schema }));
            note.moved(moved(
                "/content/application~1json/schema",
                "/content/schema",
            ));
            note.warn(
                "content",
                "a schema without a media type: read as that of JSON",
            );
        }
        return;
    }
    let is_media = |key: &String| key.contains('/') && !key.starts_with("x-");
    let beside: Vec<String> = response.keys().filter(|k| is_media(k)).cloned().collect();
    if !beside.is_empty() {
        let found = beside.into_iter();
        let found = found.filter_map(|key| Some((key.clone(), response.shift_remove(&key)?)));
        let content: Map<String, Value> = found.collect();
        let keys = content.keys().map(|key| format!("/{}", escape(key)));
        note.moved(keys.map(|key| (format!("/content{key}"), key)));
        response.insert("content".into(), content.into());
        return note.warn("content", "media types without it: read as members of it");
    }
    if let Some(schema) = response.shift_remove("schema") {
        response.insert(
            "content".into(),
            json!({ "application/json": { "schema": schema } }),
        );
        note.moved(moved("/content/application~1json/schema", "/schema"));
        note.warn(
            "schema",
            "belongs to a media type since 3.0: read as that of JSON",
        );
    }
}

/// Takes the schema out of a response's content, as 3.0 has it.
pub(super) fn schema(response: &mut Map<String, Value>, note: &mut Note<'_>) {
    if response.contains_key("schema") {
        return;
    }
    let content = response.get("content").and_then(Value::as_object);
    let first = content.and_then(|c| autopi_codegen::media::json(c).or(c.iter().next()));
    let first = first.and_then(|(key, media)| Some((escape(key), media.get("schema")?.clone())));
    if let Some((media, schema)) = first {
        note.moved(moved("/schema", format!("/content/{media}/schema")));
        response.insert("schema".into(), schema);
        response.shift_remove("content");
        note.warn("content", "a response has a schema in 2.0: read so");
    }
}

/// Reads a reference to a schema in the place of a media type.
pub(super) fn media(media: &mut Map<String, Value>, note: &mut Note<'_>) {
    let is_media = [
        "schema",
        "example",
        "examples",
        "encoding",
        "itemSchema",
        "$ref",
    ];
    let of_schema = ["type", "properties", "items", "allOf", "anyOf", "oneOf"];
    if of_schema.iter().any(|k| media.contains_key(*k))
        && !is_media.iter().any(|k| media.contains_key(*k))
    {
        let schema = std::mem::take(media);
        media.insert("schema".into(), schema.into());
        note.moved(moved("/schema", ""));
        return note.warn(
            "schema",
            "a schema in the place of a media type: read as its schema",
        );
    }
    if let Some(target) = named(media)
        && media.shift_remove("$ref").is_some()
    {
        media.insert("schema".into(), json!({ "$ref": target }));
        note.moved(moved("/schema", ""));
        note.warn(
            "$ref",
            "refers to a schema: read as the schema of the media type",
        );
    }
}

/// Returns the reference of an object if it leads to a schema by its name.
fn named(map: &Map<String, Value>) -> Option<String> {
    let target = map.get("$ref")?.as_str()?;
    let schemas = ["#/components/schemas/", "#/definitions/"];
    let name = schemas.iter().find_map(|s| target.strip_prefix(s))?;
    (!name.contains('/')).then(|| target.to_owned())
}

/// Reads a reference to a schema in the place of a response, a body or a parameter. Those of
/// `others` are only kept among the schemas.
pub(super) fn reference(
    kind: &str,
    map: &mut Map<String, Value>,
    (of_3, others): (bool, &BTreeSet<String>),
    note: &mut Note<'_>,
) {
    let Some(target) = named(map).filter(|t| !others.contains(&last(t))) else {
        return;
    };
    let schema = json!({ "$ref": target });
    let what = match kind {
        "response" | "request body" if of_3 => {
            let content = json!({ "application/json": { "schema": schema } });
            map.entry("content").or_insert(content);
            note.moved(moved("/content/application~1json/schema", ""));
            "JSON of it"
        }
        "response" => {
            map.entry("schema").or_insert(schema);
            note.moved(moved("/schema", ""));
            "a response of it"
        }
        // Without a name it is none.
        "parameter" if !map.contains_key("name") => return,
        "parameter" | "header" if of_3 => {
            map.entry("schema").or_insert(schema);
            note.moved(moved("/schema", ""));
            "one of that type"
        }
        _ => return,
    };
    map.shift_remove("$ref");
    note.warn("$ref", &format!("refers to a schema: read as {what}"));
}

/// Reads examples that are written as a list, or as plain values.
pub(super) fn examples(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    match map.get_mut("examples") {
        Some(Value::Null) => {
            map.shift_remove("examples");
            note.warn("examples", "null: read as absent");
        }
        Some(Value::Array(list)) => {
            let first = list.first().cloned();
            map.shift_remove("examples");
            if let Some(first) = first {
                map.entry("example").or_insert(first);
            }
            note.warn("examples", "a list: its first entry is the example");
        }
        Some(Value::Object(named)) if named.values().any(|v| !v.is_object()) => {
            for value in named.values_mut().filter(|v| !v.is_object()) {
                *value = json!({ "value": value.take() });
            }
            note.warn("examples", "values without `value`: read as such");
        }
        _ => {}
    }
}

/// Corrects the statuses of responses: `Default`, `20x`, `200 OK`.
pub(super) fn statuses(op: &mut Map<String, Value>, note: &mut Note<'_>) {
    let Some(Value::Object(responses)) = op.get_mut("responses") else {
        return;
    };
    if responses.keys().all(|key| is_status(key)) {
        return;
    }
    let known: BTreeSet<String> = responses.keys().cloned().collect();
    for (old, response) in std::mem::take(responses) {
        if is_status(&old) {
            responses.insert(old, response);
            continue;
        }
        let mut meant = meant(&old);
        meant.retain(|new| !known.contains(new) && !responses.contains_key(new));
        let instead = match meant.is_empty() {
            true => "left out".to_owned(),
            false => format!("read as `{}`", meant.join("`, `")),
        };
        let message = format!("`{old}` is not a status: {instead}");
        note.below("responses", |note| note.warn(&old, &message));
        let from = format!("/responses/{}", escape(&old));
        note.moved(
            meant
                .iter()
                .map(|new| (format!("/responses/{new}"), from.clone())),
        );
        for new in meant {
            responses.insert(new, response.clone());
        }
    }
}

fn is_status(key: &str) -> bool {
    let is_known = match (key.strip_suffix("XX"), key.len()) {
        (Some(first), _) => matches!(first, "1" | "2" | "3" | "4" | "5"),
        (None, 3) => key
            .parse::<u16>()
            .is_ok_and(|status| (100..600).contains(&status)),
        _ => false,
    };
    is_known || key == "default" || key.starts_with("x-") || key.starts_with('$')
}

/// Returns the statuses that are meant by what is none.
fn meant(key: &str) -> Vec<String> {
    let lower = key.trim().to_ascii_lowercase();
    if let Some((first, last)) = lower.split_once('-')
        && let (Some(start), true) = (first.strip_suffix("00"), last.ends_with("99"))
    {
        return vec![format!("{start}XX")]
            .into_iter()
            .filter(|s| is_status(s))
            .collect();
    }
    let parts: Vec<&str> = lower.split([',', '|', '/', ';']).map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(|part| is_status(part)) {
        return parts.into_iter().map(str::to_owned).collect();
    }
    let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
    let new = match (digits, &lower[digits..]) {
        _ if lower == "default" => lower,
        (1, "xx") | (2, "x") => format!("{}XX", &lower[..1]),
        (3, rest) if !rest.starts_with(|c: char| c.is_alphanumeric()) => lower[..3].to_owned(),
        _ => return Vec::new(),
    };
    vec![new].into_iter().filter(|new| is_status(new)).collect()
}
