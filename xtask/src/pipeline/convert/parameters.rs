//! Corrects parameters: what cannot be sent as documented is a warning at its place.

use serde_json::{Map, Value};

use super::{
    declared::{declare, name},
    parts::parts,
};
use crate::{
    document::{self, escape},
    framing::FRAMING,
    report::Report,
};

/// Headers that the client sets itself (OpenAPI 3.0.3, Parameter Object: such parameters are
/// ignored).
const OWN_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Moves every misplaced parameter to a possible place, with a warning for each.
pub fn fix_locations(doc: &mut Value, report: &mut Report) {
    document::beside_schemas(doc, |doc, components| {
        fix_parameters(doc, components, report);
    });
}

fn fix_parameters(doc: &mut Value, components: &Map<String, Value>, report: &mut Report) {
    document::operations(doc, |path, method, op| {
        let here = format!("/paths/{}/{method}", escape(path));
        let place = |i: usize| format!("{here}/parameters/{i}");
        let odd = [
            ('?', "a path has no query: sent in the query of each call"),
            ('#', "a path has no fragment: not sent"),
        ];
        for (_, message) in odd.iter().filter(|(sign, _)| path.contains(*sign)) {
            report.warn(&here, *message);
        }
        declare(path, op, |i, message| {
            report.warn(i.map_or_else(|| here.clone(), place), message);
        });
        for (at, message) in parts(op, components) {
            report.warn(format!("{here}/requestBody/content/{at}"), message);
        }
        let Some(parameters) = op.get_mut("parameters").and_then(Value::as_array_mut) else {
            return;
        };
        let mut i = 0..;
        for (i, parameter) in parameters.iter_mut().enumerate() {
            styled(parameter, components, |key, message| {
                report.warn(format!("{}/{key}", place(i)), message);
            });
        }
        parameters.retain(|parameter| {
            let (i, name) = (
                i.next().unwrap_or_default(),
                name(parameter).to_ascii_lowercase(),
            );
            match parameter.get("in").and_then(Value::as_str) {
                None if parameter.get("in").is_some_and(Value::is_null) => false,
                Some("header") => {
                    let why = if OWN_HEADERS.contains(&name.as_str()) {
                        format!("the client sends `{name}` itself: left out")
                    } else if FRAMING.contains(&name.as_str()) {
                        format!("HTTP sends `{name}` itself: left out")
                    } else if !autopi_codegen::media::is_token(&name) {
                        format!("HTTP does not allow a header named `{name}`: left out")
                    } else {
                        return true;
                    };
                    report.warn(place(i), why);
                    false
                }
                Some("cookie") => {
                    report.warn(
                        place(i),
                        "a cookie belongs to a browser's session: it has no setter",
                    );
                    true
                }
                _ => true,
            }
        });
    });
}

/// Warns about styles that OpenAPI does not define for a place or a type, and says what is sent.
fn styled(
    parameter: &mut Value,
    components: &Map<String, Value>,
    mut warn: impl FnMut(&str, String),
) {
    if let Some(schema) = parameter.get_mut("schema") {
        sent(schema, "schema", &mut warn);
    }
    if let Some(content) = parameter.get("content").and_then(Value::as_object) {
        for other in ["schema", "style", "explode"] {
            if parameter.get(other).is_some() {
                warn(
                    other,
                    "stands beside `content`, which counts: left out".into(),
                );
            }
        }
        if let Some(message) = of_content(content) {
            warn("content", message);
        }
        return;
    }
    let is_query = parameter.get("in").is_some_and(|place| place == "query");
    if !is_query && parameter.get("allowReserved").is_some_and(|v| *v == true) {
        let message = "has a meaning in the query only: not read";
        warn("allowReserved", message.into());
    }
    let Some(style) = known_style(parameter, &mut warn) else {
        return;
    };
    let schema = parameter
        .get("schema")
        .map(|s| document::resolved(s, components));
    let Some(schema) = schema else {
        return;
    };
    let explode = parameter.get("explode").and_then(Value::as_bool);
    if let Some((key, message)) = misapplied(&style, explode, schema) {
        warn(key, message);
    }
    if is_nested(schema, components) && style != "deepObject" {
        warn(
            "schema",
            format!(
                "`{style}` cannot express a list or an object inside another: a call with one is \
                 refused"
            ),
        );
    }
}

/// Leaves out what says of a member of an object whether it is sent: a parameter always is.
fn sent(schema: &mut Value, at: &str, warn: &mut impl FnMut(&str, String)) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    for key in ["readOnly", "writeOnly"] {
        if map.shift_remove(key).is_some() {
            let message = "has a meaning for a member of an object only: left out";
            warn(&format!("{at}/{key}"), message.into());
        }
    }
    if let Some(items) = map.get_mut("items") {
        sent(items, &format!("{at}/items"), warn);
    }
}

/// Returns what is sent for a parameter with a media type, unless it is JSON.
fn of_content(content: &Map<String, Value>) -> Option<String> {
    match content.keys().next() {
        Some(first) if content.len() > 1 => Some(format!(
            "a parameter has one media type: the first, `{first}`, counts"
        )),
        Some(media) if autopi_codegen::media::may_be_json(media) => None,
        Some(media) => Some(format!("`{media}` is not JSON: a text is sent unchanged")),
        None => Some("names no media type: any text is accepted".into()),
    }
}

/// Returns the style of a parameter, and writes the usual one if its place does not have it.
fn known_style(parameter: &mut Value, warn: &mut impl FnMut(&str, String)) -> Option<String> {
    let text = |key| parameter.get(key).and_then(Value::as_str);
    let place = text("in")?;
    let (usual, known): (_, &[&str]) = match place {
        "path" => ("simple", &["simple", "label", "matrix"]),
        "query" => (
            "form",
            &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        ),
        "header" => ("simple", &["simple"]),
        _ => return None,
    };
    let style = text("style").unwrap_or(usual);
    if known.contains(&style) {
        return Some(style.to_owned());
    }
    warn(
        "style",
        format!("`{style}` is not a style of a parameter in the {place}: sent as `{usual}`"),
    );
    parameter["style"] = usual.into();
    Some(usual.to_owned())
}

/// Returns what is sent where a style does not apply to the type or to `explode`, and the member
/// that says so.
fn misapplied(
    style: &str,
    explode: Option<bool>,
    schema: &Value,
) -> Option<(&'static str, String)> {
    let kind = schema.get("type").and_then(Value::as_str);
    match (style, explode, kind.unwrap_or_default()) {
        ("spaceDelimited" | "pipeDelimited", Some(true), _) => Some((
            "explode",
            format!("`{style}` does not apply to an exploded value: the name is repeated"),
        )),
        ("deepObject", Some(false), _) => {
            Some(("explode", "`deepObject` is always exploded: sent so".into()))
        }
        ("deepObject", _, kind @ ("string" | "integer" | "number" | "boolean" | "array")) => {
            Some((
                "style",
                format!("`deepObject` is a style of objects, not of `{kind}`: sent as `form`"),
            ))
        }
        _ => None,
    }
}

/// Returns whether a list or an object has lists or objects inside.
fn is_nested(schema: &Value, components: &Map<String, Value>) -> bool {
    let inner = |s: &Value| {
        let inner = document::resolved(s, components);
        inner.get("properties").is_some()
            || inner
                .get("type")
                .is_some_and(|t| t == "array" || t == "object")
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("items").is_some_and(inner)
        || schema.get("additionalProperties").is_some_and(inner)
        || properties.is_some_and(|p| p.values().any(inner))
}
