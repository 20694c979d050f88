//! Quirks of security schemes.

use serde_json::{Map, Value, json};

use super::{Note, operations::location};

/// Writes a scheme of another version, of a name of its own, or without a type, as specified.
pub(super) fn scheme(map: &mut Map<String, Value>, of_3: bool, note: &mut Note<'_>) {
    if let Some(Value::Array(list)) = map.get_mut("type")
        && list.len() == 1
    {
        let only = list.remove(0);
        map.insert("type".into(), only);
        note.warn("type", "a list of one: read as that");
    }
    let said = map.get("type").and_then(Value::as_str);
    let said = said.unwrap_or_default().to_owned();
    let types: &[&str] = match of_3 {
        true => &["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"],
        false => &["apiKey", "basic", "oauth2"],
    };
    let lower = said.to_ascii_lowercase();
    let known = types.iter().find(|t| t.eq_ignore_ascii_case(&lower));
    let (right, scheme) = match (lower.as_str(), known) {
        (_, Some(known)) => (*known, ""),
        ("basic" | "digest", _) if of_3 => ("http", lower.as_str()),
        ("bearer" | "jwt", _) if of_3 => ("http", "bearer"),
        _ => (meant(map, of_3), ""),
    };
    if right.is_empty() {
        return;
    }
    if map.get("type").is_none_or(|own| own != right) {
        map.insert("type".into(), right.into());
        if !scheme.is_empty() {
            map.entry("scheme").or_insert(scheme.into());
        }
        let what = match said.as_str() {
            "" => "missing".to_owned(),
            _ => format!("`{said}` is not a type"),
        };
        note.warn("type", &format!("{what}: read as `{right}`"));
    }
    location(map, note);
    match (right, of_3) {
        ("http", _) if !map.contains_key("scheme") && map.contains_key("bearerFormat") => {
            map.insert("scheme".into(), "bearer".into());
            note.warn("scheme", "missing: read as `bearer`");
        }
        ("oauth2", true) => flows(map, note),
        ("oauth2", false) if map.get("flows").is_some_and(Value::is_string) => {
            note.warn("flows", "belongs to 3.0: read as the flow");
            let name = map.shift_remove("flows").unwrap_or_default();
            map.entry("flow").or_insert(name);
            scopes(map, "scopes", note);
        }
        _ => scopes(map, "scopes", note),
    }
}

/// Returns the type that a scheme can only have by its members; empty if there is none.
fn meant(map: &Map<String, Value>, of_3: bool) -> &'static str {
    let has = |keys: &[&str]| keys.iter().any(|key| map.contains_key(*key));
    match of_3 {
        _ if has(&["flows", "flow", "authorizationUrl", "tokenUrl"]) => "oauth2",
        true if has(&["openIdConnectUrl"]) => "openIdConnect",
        true if has(&["scheme", "bearerFormat"]) => "http",
        _ if has(&["in"]) && has(&["name"]) => "apiKey",
        _ => "",
    }
}

/// Writes the flow of 2.0 as one of several, and its name as that of 3.0.
fn flows(map: &mut Map<String, Value>, note: &mut Note<'_>) {
    if !map.get("flows").is_some_and(Value::is_object) {
        let name = map.shift_remove("flow").or(map.shift_remove("flows"));
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
fn scopes(flow: &mut Map<String, Value>, key: &str, note: &mut Note<'_>) {
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
