//! The errors of fields, as Django REST framework sends them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Collects DRF's errors: texts, and lists of them, in objects and lists that mirror the request.
/// The errors of a list's items may also stand in an object, under their indices. `texts` says
/// whether a text at the top (`{"name": "…"}`) is the error of a field too.
pub(super) fn flatten(
    at: String,
    value: Value,
    texts: bool,
    out: &mut BTreeMap<String, Vec<String>>,
) {
    let is_number = |key: &String| !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
    match value {
        Value::Object(map) => {
            let items = !at.is_empty() && map.keys().all(is_number);
            for (key, value) in map {
                let at = match at.as_str() {
                    at if items => format!("{at}[{key}]"),
                    "" => key,
                    at => format!("{at}.{key}"),
                };
                flatten(at, value, texts, out);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.into_iter().enumerate() {
                match item {
                    Value::Object(_) | Value::Array(_) => {
                        flatten(format!("{at}[{i}]"), item, texts, out);
                    }
                    Value::Null => {}
                    text => collect(&at, text, out),
                }
            }
        }
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(_) if at.contains(['.', '[']) || texts && !at.is_empty() => {
            collect(&at, value, out);
        }
        _ => {}
    }
}

fn collect(at: &str, value: Value, out: &mut BTreeMap<String, Vec<String>>) {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let at = if at.is_empty() {
        "non_field_errors"
    } else {
        at
    };
    out.entry(at.to_owned()).or_default().push(text);
}

#[cfg(test)]
mod tests {
    use crate::Error;

    /// The forms of Django REST framework 3.16: fields, a nested serializer, a list of them, a list
    /// field, a dict field, and errors of no field.
    #[test]
    fn the_errors_of_fields_have_their_paths_however_they_are_nested() {
        for (body, expected) in [
            (r#"{"name":["a","b"]}"#, vec![("name", "a|b")]),
            (
                r#"{"non_field_errors":["a"]}"#,
                vec![("non_field_errors", "a")],
            ),
            (
                r#"{"center":{"name":["a"],"non_field_errors":["b"]}}"#,
                vec![("center.name", "a"), ("center.non_field_errors", "b")],
            ),
            (
                r#"{"points":[{},{"name":["a"]},{"at":[{"x":["b"]}]}]}"#,
                vec![("points[1].name", "a"), ("points[2].at[0].x", "b")],
            ),
            (r#"{"points":["a"]}"#, vec![("points", "a")]),
            (
                r#"{"tags":{"0":["a"],"12":["b"]}}"#,
                vec![("tags[0]", "a"), ("tags[12]", "b")],
            ),
            (r#"{"grid":{"1":{"2":["a"]}}}"#, vec![("grid[1][2]", "a")]),
            (
                r#"{"names":{"k":["a"]},"7":["b"]}"#,
                vec![("7", "b"), ("names.k", "a")],
            ),
            (r#"[{},{"name":["a"]}]"#, vec![("[1].name", "a")]),
            (r#"["a","b"]"#, vec![("non_field_errors", "a|b")]),
            (r#"{"7":["b"]}"#, vec![("7", "b")]),
            (r#"{"errors":{"name":" "}}"#, vec![]),
            (
                r#"{"detail":"no","tags":{"0":"a"}}"#,
                vec![("tags[0]", "a")],
            ),
            (r#"{"errors":{"name":"a"}}"#, vec![("errors.name", "a")]),
            (r#"{"max":[3,null,true]}"#, vec![("max", "3|true")]),
            (
                r#"{"name":"a","at":["b"]}"#,
                vec![("at", "b"), ("name", "a")],
            ),
            (
                r#"{"non_field_errors":"a"}"#,
                vec![("non_field_errors", "a")],
            ),
            (
                r#"{"message":"no","code":"a","at":["b"]}"#,
                vec![("at", "b")],
            ),
            (r#"{"detail":"no"}"#, vec![]),
            (r#""no""#, vec![]),
            ("<html>", vec![]),
        ] {
            let error = Error::status_of(400, None, None, false, None, body.into());
            let found = error.field_errors();
            let found: Vec<_> = found
                .iter()
                .map(|(field, texts)| (field.as_str(), texts.join("|")))
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(field, texts)| (field, texts.to_owned()))
                .collect();
            assert_eq!(found, expected, "{body}");
        }
    }
}
