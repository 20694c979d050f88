//! Quirks of the document itself: addresses, and what another version has at its root.

use serde_json::{Map, Value, json};

use super::{super::origins::Origins, Note};
use crate::document::escape;
use crate::report::Report;

/// The places of shared parts in 2.0 and in 3.
const PLACES: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// Moves shared parts of another version to where this one has them.
pub(super) fn foreign(doc: &mut Value, report: &mut Report, origins: &mut Origins) {
    let of_3 = doc.get("openapi").is_some();
    let Some(root) = doc.as_object_mut() else {
        return;
    };
    for (of_2, name) in PLACES {
        let of_30 = format!("/components/{name}");
        let components = root.get_mut("components").and_then(Value::as_object_mut);
        let (found, from, to) = match of_3 {
            true => (root.shift_remove(of_2), format!("/{of_2}"), of_30),
            false => (
                components.and_then(|c| c.shift_remove(name)),
                of_30,
                format!("/{of_2}"),
            ),
        };
        let Some(Value::Object(found)) = found else {
            continue;
        };
        report.warn(&from, format!("belongs to another version: read as {to}"));
        let holder = match of_3 {
            true => root.entry("components").or_insert_with(|| json!({})),
            false => &mut *root.entry(of_2).or_insert_with(|| json!({})),
        };
        let holder = match of_3 {
            true => holder
                .as_object_mut()
                .map(|c| c.entry(name).or_insert_with(|| json!({}))),
            false => Some(holder),
        };
        let Some(Value::Object(holder)) = holder else {
            continue;
        };
        for (key, value) in found {
            if !holder.contains_key(&key) {
                let key_of = |at: &str| format!("{at}/{}", escape(&key));
                origins.moved(key_of(&to), None, key_of(&from));
                holder.insert(key, value);
            }
        }
    }
    if !of_3 && root.get("components").is_some_and(|c| *c == json!({})) {
        root.shift_remove("components");
    }
}

/// Reads the address of another version.
pub(super) fn servers(doc: &mut Map<String, Value>, of_3: bool, note: &mut Note<'_>) {
    let text = |key: &str| doc.get(key).and_then(Value::as_str).map(str::to_owned);
    let url = doc
        .get("servers")
        .and_then(|s| s.get(0)?.get("url")?.as_str().map(str::to_owned));
    match (of_3, text("host"), url) {
        (true, Some(host), None) => {
            let schemes = doc.get("schemes").and_then(|s| s.get(0)?.as_str());
            let scheme = schemes.unwrap_or("https");
            let base = text("basePath").unwrap_or_default();
            let url = match host.contains("://") {
                true => format!("{host}{base}"),
                false => format!("{scheme}://{host}{base}"),
            };
            doc.insert("servers".into(), json!([{ "url": url }]));
            note.warn("host", "belongs to 2.0: read as the URL of a server");
        }
        (false, None, Some(url)) if url.contains("://") && !url.contains('{') => {
            doc.shift_remove("servers");
            doc.insert("host".into(), url.into());
            note.warn("servers", "belongs to 3.0: read as host and base path");
        }
        _ => {}
    }
}

/// Splits a host of Swagger 2.0 that is a URL, and adds the slash at the beginning of a base path.
pub(super) fn address(doc: &mut Map<String, Value>, note: &mut Note<'_>) {
    let text = |doc: &Map<String, Value>, key: &str| {
        doc.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let host = text(doc, "host");
    let (scheme, rest) = host.split_once("://").unwrap_or(("", &host));
    let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if name != host {
        doc.insert("host".into(), name.into());
        if !scheme.is_empty() {
            doc.entry("schemes").or_insert_with(|| json!([scheme]));
        }
        let base = text(doc, "basePath");
        let path = path.trim_end_matches('/');
        let slash = if base.is_empty() || base.starts_with('/') {
            ""
        } else {
            "/"
        };
        doc.insert("basePath".into(), format!("{path}{slash}{base}").into());
        note.warn(
            "host",
            "not only a host: its scheme and its path are read as such",
        );
    }
    let base = text(doc, "basePath");
    if !base.is_empty() && !base.starts_with('/') {
        doc.insert("basePath".into(), format!("/{base}").into());
        note.warn("basePath", "does not begin with `/`: read with it");
    }
}
