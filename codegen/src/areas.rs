//! The operations that are built, by area: an operation's first tag, or else the first component of
//! its path.

use heck::ToSnakeCase;
use serde_json::Value;

use crate::Error;

/// The HTTP methods of a path item (OpenAPI 3.0.3 and 3.2.0, Path Item Object).
pub const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

/// An operation of the document, with its path, method and area.
pub struct Operation<'a> {
    pub area: String,
    pub path: &'a str,
    pub method: &'static str,
    pub value: &'a Value,
    /// The parameters of the path item, then those of the operation.
    pub parameters: Vec<&'a Value>,
}

impl Operation<'_> {
    pub fn pointer(&self) -> String {
        format!(
            "/paths/{}/{}",
            crate::escape::pointer(self.path),
            self.method
        )
    }
}

/// The features of the client that are not areas.
pub const OTHER_FEATURES: [&str; 7] = [
    "blocking",
    "default",
    "full",
    "gzip",
    "profiles",
    "progenitor",
    "schemars",
];

/// Returns the area of an operation: its first tag, or else the first component of its path. It
/// becomes the name of a cargo feature, so some names are reserved.
pub fn area(path: &str, operation: &Value) -> String {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let name = tag
        .or_else(|| {
            path.split('/')
                .find(|s| !s.is_empty() && !s.starts_with('{'))
        })
        .unwrap_or("root")
        .to_snake_case();
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    match plain.as_str() {
        "" => "root".into(),
        name if OTHER_FEATURES.contains(&name) => plain + "_area",
        _ => plain,
    }
}

pub fn select<'a>(doc: &'a Value, on: &dyn Fn(&str) -> bool) -> Result<Vec<Operation<'a>>, Error> {
    let paths = doc
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(|| Error::new("/paths", "missing"))?;
    let mut found = Vec::new();
    for (path, item) in paths {
        for method in METHODS {
            let Some(value) = item.get(method) else {
                continue;
            };
            let area = area(path, value);
            if !on(&area) {
                continue;
            }
            let own = value.get("parameters").and_then(Value::as_array);
            let shared = item.get("parameters").and_then(Value::as_array);
            let key = |p: &Value| (p.get("name").cloned(), p.get("in").cloned());
            let overridden = |p: &&Value| !own.into_iter().flatten().any(|o| key(o) == key(p));
            let parameters = shared
                .into_iter()
                .flatten()
                .filter(overridden)
                .chain(own.into_iter().flatten())
                .collect();
            found.push(Operation {
                area,
                path,
                method,
                value,
                parameters,
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_area_is_a_feature() {
        for (path, tags, name) in [
            ("/dongle/devices/", json!([]), "dongle"),
            ("/{id}/x/", json!(["Fleet & Co."]), "fleet_co"),
            ("/", json!(["\u{1f697}"]), "root"),
            ("/default/", json!([]), "default_area"),
        ] {
            assert_eq!(area(path, &json!({ "tags": tags })), name);
        }
    }
}
