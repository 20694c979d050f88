//! Quirks of security schemes in OpenAPI 3.

use serde_json::{Map, Value, json};

use super::Note;

/// Writes a scheme of another version, or of a name of its own, as specified.
pub(super) fn scheme(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    let said = map
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let types = ["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"];
    let (right, scheme) = match said.to_ascii_lowercase().as_str() {
        "basic" => ("http", "basic"),
        "bearer" | "jwt" => ("http", "bearer"),
        lower => match types.iter().find(|t| t.eq_ignore_ascii_case(lower)) {
            Some(known) => (*known, ""),
            None => return,
        },
    };
    if right != said {
        map.insert("type".into(), right.into());
        if !scheme.is_empty() {
            map.entry("scheme").or_insert(scheme.into());
        }
        note.warn(
            "type",
            &format!("`{said}` is not a type: read as `{right}`"),
        );
    }
    if right == "oauth2" {
        flows(map, note);
    }
}

/// Writes the flow of 2.0 as one of several, and its name as that of 3.0.
fn flows(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    if !map.contains_key("flows") {
        let name = map.shift_remove("flow");
        let keys = ["authorizationUrl", "tokenUrl", "refreshUrl", "scopes"];
        let own = keys
            .iter()
            .filter_map(|k| Some(((*k).to_owned(), map.shift_remove(*k)?)));
        let own: Map<String, Value> = own.collect();
        let mut flows = Map::new();
        if let Some(Value::String(name)) = name {
            flows.insert(name, own.into());
        }
        map.insert("flows".into(), flows.into());
        note.warn("flows", "missing: read as the flow of 2.0, or as none");
    }
    let Some(Value::Object(flows)) = map.get_mut("flows") else {
        return;
    };
    for (old, new) in [
        ("accessCode", "authorizationCode"),
        ("application", "clientCredentials"),
    ] {
        if let Some(flow) = flows.shift_remove(old) {
            flows.entry(new).or_insert(flow);
            note.warn(
                "flows",
                &format!("`{old}` is a flow of 2.0: read as `{new}`"),
            );
        }
    }
    for flow in flows.values_mut().filter_map(Value::as_object_mut) {
        flow.entry("scopes").or_insert_with(|| json!({}));
        scopes(flow, "flows", note);
    }
}

/// Writes a list of scopes as an object of them; `key` is the member of the scheme to warn about.
pub(super) fn scopes(flow: &mut Map<String, Value>, key: &str, note: &mut Note<'_>) {
    let listed: Vec<&str> = match flow.get("scopes") {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split([' ', ',']).filter(|s| !s.is_empty()).collect(),
        _ => return,
    };
    let named = listed.into_iter().map(|s| (s.to_owned(), "".into()));
    let named: Map<String, Value> = named.collect();
    flow.insert("scopes".into(), named.into());
    note.warn(
        key,
        "a list of scopes: read as scopes without a description",
    );
}
