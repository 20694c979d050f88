//! Converts OpenAPI 3.2 to 3.1: what has no equivalent there is left out with a warning.

use serde_json::{Map, Value};

use crate::{document, report::Report};

/// Converts everything that 3.2 has and 3.1 does not.
pub fn from_32(doc: &mut Value, report: &mut Report) {
    if let Some(map) = doc.as_object_mut()
        && map.shift_remove("$self").is_some()
    {
        report.warn("/$self", "an address of the document itself: left out");
    }
    let components = doc.get_mut("components").and_then(Value::as_object_mut);
    if let Some(Value::Object(types)) = components.and_then(|c| c.shift_remove("mediaTypes")) {
        shared_media(doc, &types);
    }
    let shared = doc.pointer_mut("/components/parameters");
    if let Some(shared) = shared.and_then(Value::as_object_mut) {
        shared.retain(|_, p| p.get("in").is_none_or(|place| place != "querystring"));
        shared.values_mut().for_each(cookie_style);
    }
    for (path, item) in doc
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        for gone in ["query", "additionalOperations"] {
            if item
                .as_object_mut()
                .and_then(|i| i.shift_remove(gone))
                .is_some()
            {
                let at = format!("/paths/{}/{gone}", document::escape(path));
                report.warn(at, "operations of such methods need OpenAPI 3.2: left out");
            }
        }
    }
    document::operations(doc, |path, method, op| {
        let at = format!("/paths/{}/{method}", document::escape(path));
        let parameters = op.get_mut("parameters").and_then(Value::as_array_mut);
        let mut i = 0..;
        parameters.into_iter().for_each(|all| {
            all.iter_mut().for_each(cookie_style);
            all.retain(|p| {
                let i = i.next().unwrap_or_default();
                let whole = p.get("in").is_some_and(|place| place == "querystring");
                if whole {
                    let at = format!("{at}/parameters/{i}");
                    report.warn(
                        at,
                        "a parameter that is the whole query needs OpenAPI 3.2: left out",
                    );
                }
                !whole
            });
        });
        let holders = op
            .iter_mut()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("requestBody", body) => vec![body],
                ("responses", Value::Object(map)) => {
                    // Since 3.2 the description of a response is optional.
                    let responses = map.values_mut().filter_map(Value::as_object_mut);
                    responses.for_each(|r| {
                        r.entry("description").or_insert("".into());
                    });
                    map.values_mut().collect()
                }
                _ => Vec::new(),
            });
        for holder in holders {
            let content = holder.get_mut("content").and_then(Value::as_object_mut);
            for (media, value) in content.into_iter().flatten() {
                let Some(value) = value.as_object_mut() else {
                    continue;
                };
                if value.shift_remove("itemSchema").is_some() {
                    let what = format!("the items of `{media}` are typed in OpenAPI 3.2 only");
                    report.warn(&at, what + ": read as bytes");
                }
                for key in ["itemEncoding", "prefixEncoding"] {
                    value.shift_remove(key);
                }
            }
        }
    });
}

/// Converts the style of cookies in 3.2; in 3.0 `form` is their only style.
pub(super) fn cookie_style(parameter: &mut Value) {
    if parameter.get("style").is_some_and(|s| s == "cookie") {
        parameter["style"] = "form".into();
    }
}

/// Writes out shared media types where they are used, because 3.0 has none.
pub(super) fn shared_media(value: &mut Value, types: &Map<String, Value>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|v| shared_media(v, types)),
        Value::Object(map) => {
            for (key, value) in map {
                if let ("content", Value::Object(content)) = (key.as_str(), &mut *value) {
                    for media in content.values_mut() {
                        // One may refer to another, but not to itself.
                        for _ in 0..types.len() {
                            let name = media.get("$ref").and_then(Value::as_str);
                            let name =
                                name.and_then(|r| r.strip_prefix("#/components/mediaTypes/"));
                            let Some(found) = name.and_then(|n| types.get(&document::unescape(n)))
                            else {
                                break;
                            };
                            *media = found.clone();
                        }
                    }
                }
                if !matches!(key.as_str(), "example" | "examples") {
                    shared_media(value, types);
                }
            }
        }
        _ => {}
    }
}
