//! Converts responses and their headers.

use serde_json::{Map, Value, json};

use super::{parameter::text_schema, schema::body_schema_of};
use crate::{
    document::{escape, members::At},
    report::Report,
};

/// Returns a response with each media type that the operation produces.
pub fn response_of(old: &Value, produces: &[&str], pointer: &str, report: &mut Report) -> Value {
    let mut new = Map::new();
    for (key, value) in old.as_object().into_iter().flatten() {
        match key.as_str() {
            "schema" => {
                let at = At::Start(pointer);
                let schema = body_schema_of(value, &At::Member(&at, "schema"), report);
                let media = if produces.is_empty() {
                    vec!["application/json"]
                } else {
                    produces.to_vec()
                };
                let content: Map<String, Value> = media
                    .iter()
                    .map(|m| {
                        let mut body = json!({ "schema": schema });
                        if let Some(example) = old.get("examples").and_then(|e| e.get(*m)) {
                            body["example"] = example.clone();
                        }
                        ((*m).to_owned(), body)
                    })
                    .collect();
                new.insert("content".into(), content.into());
            }
            "headers" => {
                let mut headers = Map::new();
                for (name, old) in value.as_object().into_iter().flatten() {
                    let at = format!("{pointer}/headers/{}", escape(name));
                    let mut header =
                        json!({ "description": "", "schema": text_schema(old, &at, report) });
                    for (key, value) in old.as_object().into_iter().flatten() {
                        if key == "description" || (key.starts_with("x-") && key != "x-nullable") {
                            header[key.as_str()] = value.clone();
                        }
                    }
                    headers.insert(name.clone(), header);
                }
                new.insert(key.clone(), headers.into());
            }
            "examples" => {}
            _ => drop(new.insert(key.clone(), value.clone())),
        }
    }
    // In 3.0 an example belongs to a schema of its media type.
    let examples = old.get("examples").and_then(Value::as_object);
    let placed = new.get("content").and_then(Value::as_object).cloned();
    let is_placed = |media: &String| placed.as_ref().is_some_and(|c| c.contains_key(media));
    let rest: Map<String, Value> = examples
        .into_iter()
        .flatten()
        .filter(|(media, _)| !is_placed(media))
        .map(|(media, example)| (media.clone(), example.clone()))
        .collect();
    if !rest.is_empty() {
        let message = "examples of a media type without a schema: kept as x-examples";
        report.warn(format!("{pointer}/examples"), message);
        new.insert("x-examples".into(), rest.into());
    }
    new.entry("description").or_insert_with(|| "".into());
    new.into()
}
