//! Converts OpenAPI 3.2 to 3.1: what 3.1 can say is said so, and the rest is left out with a
//! warning at its place.

use serde_json::{Map, Value, json};

use super::shared::Shared;
use crate::document::members::{At, DOCUMENT, Is, each, kind_at};
use crate::{
    document,
    report::{Failure, Report},
};

/// The members of 3.2 that 3.1 has nothing for, by the kind of their object.
const LEFT_OUT: [(&str, &str, &str); 15] = [
    ("document", "$self", "an address of the document itself"),
    ("tag", "parent", "tags are not nested in 3.0"),
    ("tag", "kind", "tags have no kind in 3.0"),
    ("tag", "summary", "there is a description"),
    ("response", "summary", "there is a description"),
    ("server", "name", "servers have no name in 3.0"),
    (
        "path item",
        "additionalOperations",
        "operations of such methods need OpenAPI 3.2",
    ),
    (
        "media type",
        "itemSchema",
        "the items of a stream are typed in OpenAPI 3.2 only: read as bytes",
    ),
    ("media type", "itemEncoding", "needs OpenAPI 3.2"),
    ("media type", "prefixEncoding", "needs OpenAPI 3.2"),
    ("encoding", "encoding", "needs OpenAPI 3.2"),
    ("encoding", "itemEncoding", "needs OpenAPI 3.2"),
    ("encoding", "prefixEncoding", "needs OpenAPI 3.2"),
    (
        "security scheme",
        "deprecated",
        "a security scheme cannot be deprecated in 3.0",
    ),
    ("security scheme", "oauth2MetadataUrl", "needs OpenAPI 3.2"),
];

/// Converts everything that 3.2 has and 3.1 does not.
///
/// # Errors
/// Returns an error if shared media types make the document too large.
pub fn from_32(doc: &mut Value, report: &mut Report) -> Result<(), Failure> {
    shared_media(doc, report)?;
    let places = places(doc);
    for (kind, at) in &places {
        if let Some(Value::Object(map)) = doc.pointer_mut(at) {
            object(kind, at, map, report);
        }
    }
    let parameters = places.into_iter().filter(|(kind, _)| *kind == "parameter");
    drop_whole_queries(doc, parameters.map(|(_, at)| at), report);
    Ok(())
}

/// Returns the kind and the pointer of each object.
fn places(doc: &Value) -> Vec<(&'static str, String)> {
    let mut places = Vec::new();
    let _ = each::<()>(
        doc,
        Is::One(&DOCUMENT),
        &At::ROOT,
        &mut |kind, at, value| {
            if value.is_object() {
                places.push((kind.name, at.to_string()));
            }
            Ok(())
        },
    );
    places
}

/// Converts the members of one object.
fn object(kind: &str, at: &str, map: &mut Map<String, Value>, report: &mut Report) {
    match kind {
        "parameter" => whole_query(map),
        "tag" | "response" if !map.contains_key("description") => {
            if let Some(summary) = map.shift_remove("summary") {
                map.insert("description".into(), summary);
            }
        }
        "security scheme" => {
            let flows = map.get_mut("flows").and_then(Value::as_object_mut);
            if flows.is_some_and(|f| f.shift_remove("deviceAuthorization").is_some()) {
                let at = format!("{at}/flows/deviceAuthorization");
                report.warn(
                    at,
                    "3.0 has no flow for devices without a browser: left out",
                );
            }
        }
        "schema" => {
            let tags = map.get_mut("discriminator").and_then(Value::as_object_mut);
            if tags.is_some_and(|t| t.shift_remove("defaultMapping").is_some()) {
                let at = format!("{at}/discriminator/defaultMapping");
                report.warn(at, "an unknown tag is kept as JSON: left out");
            }
        }
        _ => {}
    }
    if let Some(Value::Object(examples)) = map.get_mut("examples") {
        for example in examples.values_mut().filter_map(Value::as_object_mut) {
            for key in ["dataValue", "serializedValue"] {
                if let Some(value) = example.shift_remove(key) {
                    example.entry("value").or_insert(value);
                }
            }
        }
    }
    for (_, key, why) in LEFT_OUT.iter().filter(|(of, ..)| *of == kind) {
        if map.shift_remove(*key).is_some() {
            report.warn(
                format!("{at}/{}", document::escape(key)),
                format!("{why}: left out"),
            );
        }
    }
}

/// Converts a parameter that is the whole query, if it is a form: its members are written as those
/// of an exploded object. In 3.0 `form` is the only style of a cookie.
fn whole_query(parameter: &mut Map<String, Value>) {
    let is = |parameter: &Map<String, Value>, key: &str, value: &str| {
        parameter.get(key).is_some_and(|v| v == value)
    };
    if is(parameter, "style", "cookie") {
        parameter.insert("style".into(), "form".into());
    }
    let form = parameter
        .get("content")
        .and_then(|c| c.get("application/x-www-form-urlencoded"));
    let schema = form.and_then(|form| form.get("schema")).cloned();
    if let Some(schema) = schema.filter(|_| is(parameter, "in", "querystring")) {
        parameter.shift_remove("content");
        parameter.insert("in".into(), "query".into());
        parameter.insert("style".into(), "form".into());
        parameter.insert("explode".into(), true.into());
        parameter.insert("schema".into(), schema);
    }
}

/// Leaves out the other parameters that are the whole query, and what refers to them.
fn drop_whole_queries(doc: &mut Value, places: impl Iterator<Item = String>, report: &mut Report) {
    let whole = |p: &Value| p.get("in").is_some_and(|place| place == "querystring");
    let gone: Vec<String> = places
        .filter(|at| {
            doc.pointer(at)
                .is_some_and(|p| whole(document::resolve(doc, p)))
        })
        .collect();
    // From the back, so that the indices of the remaining ones stay right.
    for at in gone.iter().rev() {
        let Some((parent, key)) = at.rsplit_once('/') else {
            continue;
        };
        report.warn(
            at,
            "a parameter that is the whole query needs OpenAPI 3.2: left out",
        );
        match doc.pointer_mut(parent) {
            Some(Value::Array(list)) => {
                if let Ok(i) = key.parse::<usize>() {
                    list.remove(i);
                }
            }
            Some(Value::Object(map)) => drop(map.shift_remove(&document::unescape(key))),
            _ => {}
        }
    }
}

/// The deepest nesting of shared media types: one in a header of a part of another, and so on.
const DEEPEST: usize = 16;

/// Writes out shared media types where they are used, because 3.0 has none.
///
/// # Errors
/// Returns an error if the document becomes too large, or if a `$ref` leads to itself.
fn shared_media(doc: &mut Value, report: &mut Report) -> Result<(), Failure> {
    if doc.pointer("/components/mediaTypes").is_none() {
        return Ok(());
    }
    let original = doc.clone();
    if let Some(Value::Object(components)) = doc.get_mut("components") {
        components.shift_remove("mediaTypes");
    }
    let (shared, mut todo) = (Shared::of(&original), Vec::new());
    named_media(doc, Is::One(&DOCUMENT), &At::ROOT, &[], &mut todo);
    while let Some((at, around)) = todo.pop() {
        let Some(media) = doc.pointer_mut(&at) else {
            continue;
        };
        let reference = document::target(media).unwrap_or_default().into_owned();
        if around.contains(&reference) || around.len() > DEEPEST {
            *media = json!({});
            report.warn(at, "a media type that is part of itself: left out");
            continue;
        }
        *media = shared.resolved(media, &at)?;
        let around = [around, vec![reference]].concat();
        named_media(media, kind_at(SHARED), &At::Start(&at), &around, &mut todo);
    }
    Ok(())
}

/// The place of a shared media type.
const SHARED: &str = "/components/mediaTypes/*";

/// Collects the references to shared media types, each with those that it is part of.
fn named_media(
    value: &Value,
    is: Is,
    at: &At<'_>,
    around: &[String],
    out: &mut Vec<(String, Vec<String>)>,
) {
    let _ = each::<()>(value, is, at, &mut |kind, at, value| {
        if kind.name == "media type" && value.get("$ref").is_some_and(Value::is_string) {
            out.push((at.to_string(), around.to_vec()));
        }
        Ok(())
    });
}
