//! The errors of fields: as Django REST framework sends them, and in the other forms in use.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::named::{NEVER, PARTS, entry, path};

type Errors = BTreeMap<String, Vec<String>>;

/// The total length of paths, and the length of one, beyond which no further errors are collected:
/// a body may have a long name above thousands of texts.
const PATHS: usize = 1 << 20;
const PATH: usize = 1 << 12;

/// Collects the errors of fields. `texts` says whether a text at the top (`{"name": "…"}`) is one
/// too, `nested` whether one below other members is.
pub(super) fn collect(json: Value, texts: bool, nested: bool, out: &mut Errors) {
    let (is_inside, json) = inside(json);
    let mut found = Found::default();
    found.flatten(String::new(), json, texts || is_inside);
    // Beside errors that name their field, other texts are not those of a field.
    if nested && !found.is_named {
        found.errors.extend(found.texts);
    }
    for (at, texts) in found.errors {
        let at = match is_inside {
            true => path(&Value::String(at), NEVER).unwrap_or_default(),
            false => at,
        };
        let at = match at.is_empty() {
            true => "non_field_errors".into(),
            false => at,
        };
        out.entry(at).or_default().extend(texts);
    }
}

/// Returns the errors that a body holds beside a reason (`{"title": "…", "errors": …}`), and
/// whether it does: nothing beside them may be the errors of a field.
fn inside(json: Value) -> (bool, Value) {
    let Value::Object(mut map) = json else {
        return (false, json);
    };
    let holds = |name: &str, errors: &Value| match (name, errors) {
        ("errors", Value::Array(_) | Value::Object(_)) => true,
        // APIFlask and NestJS.
        ("detail", Value::Object(of)) => is_of_parts(of),
        ("message", Value::Array(_)) => map.contains_key("statusCode"),
        _ => false,
    };
    let is_nested = |value: &Value| value.is_array() || value.is_object();
    let mut nested = map.iter().filter(|(_, value)| is_nested(value));
    // Errors in a list, each with its text, are what they are whatever stands beside them.
    let is_list = |all: &Vec<Value>| {
        let is_entry = |one: &Value| one.as_object().is_some_and(|of| entry(of).is_some());
        !all.is_empty() && all.iter().all(is_entry)
    };
    let name = match (nested.next(), nested.next()) {
        _ if map
            .get("errors")
            .and_then(Value::as_array)
            .is_some_and(is_list) =>
        {
            "errors".into()
        }
        (Some((name, errors)), None) if holds(name, errors) => name.clone(),
        _ => return (false, Value::Object(map)),
    };
    match map.remove(&name).unwrap_or_default() {
        // As webargs has them, by the part of the request.
        Value::Object(of) if is_of_parts(&of) => {
            let parts = of.into_iter().filter_map(|(_, part)| match part {
                Value::Object(fields) => Some(fields),
                _ => None,
            });
            (true, Value::Object(parts.flatten().collect()))
        }
        errors => (true, errors),
    }
}

fn is_of_parts(of: &Map<String, Value>) -> bool {
    !of.is_empty()
        && of
            .iter()
            .all(|(name, part)| PARTS.contains(&&**name) && part.is_object())
}

#[derive(Default)]
struct Found {
    errors: Vec<(String, Vec<String>)>,
    /// Texts in no list: errors, if nothing says which they are.
    texts: Vec<(String, Vec<String>)>,
    /// Whether errors name their fields.
    is_named: bool,
    /// The length of all paths so far.
    length: usize,
}

impl Found {
    fn push(&mut self, at: String, texts: Vec<String>, in_list: bool) {
        self.length += at.len();
        if self.length <= PATHS && !texts.is_empty() {
            let list = match in_list {
                true => &mut self.errors,
                false => &mut self.texts,
            };
            list.push((at, texts));
        }
    }

    /// Collects errors that name their field, and DRF's: texts, and lists of them, in objects and
    /// lists that mirror the request. The errors of a list's items may also stand in an object,
    /// under their indices.
    fn flatten(&mut self, at: String, value: Value, texts: bool) {
        let is_number = |key: &String| !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
        match value {
            _ if at.len() > PATH => {}
            Value::Object(map) => {
                let named = entry(&map).filter(|_| !at.is_empty());
                if let Some((Some(place), text)) = named {
                    self.push(place, vec![text.to_owned()], true);
                    self.is_named = true;
                }
                let items = !at.is_empty() && map.keys().all(is_number);
                for (key, value) in map {
                    let at = match at.as_str() {
                        at if items => format!("{at}[{key}]"),
                        "" => key,
                        at => format!("{at}.{key}"),
                    };
                    self.flatten(at, value, texts);
                }
            }
            Value::Array(items) => {
                let mut own = Vec::new();
                for (i, item) in items.into_iter().enumerate() {
                    own.extend(self.item(&at, i, item, texts));
                }
                self.push(at, own, true);
            }
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(text) if at.contains(['.', '[']) || texts && !at.is_empty() => {
                self.push(at, vec![text], false);
            }
            _ => {}
        }
    }

    /// Returns the text of an item that is an error of the list itself; collects any other.
    fn item(&mut self, at: &str, i: usize, item: Value, texts: bool) -> Option<String> {
        match item {
            Value::Object(map) => match entry(&map) {
                Some((Some(place), text)) => {
                    self.push(place, vec![text.to_owned()], true);
                    self.is_named = true;
                }
                Some((None, text)) if at.is_empty() || is_full_detail(&map) => {
                    return Some(text.to_owned());
                }
                _ => self.flatten(format!("{at}[{i}]"), Value::Object(map), texts),
            },
            Value::Array(_) => self.flatten(format!("{at}[{i}]"), item, texts),
            Value::Null => {}
            Value::String(text) => return Some(text),
            other => return Some(other.to_string()),
        }
        None
    }
}

/// Returns whether an object is an error as Django REST framework's `get_full_details` writes it.
fn is_full_detail(map: &Map<String, Value>) -> bool {
    map.len() == 2
        && ["message", "code"]
            .iter()
            .all(|key| map.get(*key).is_some_and(Value::is_string))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

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
            (r#"{"errors":{"name":"a"}}"#, vec![("name", "a")]),
            (
                r#"{"errors":{"name":["a"]},"name":["b"]}"#,
                vec![("errors.name", "a"), ("name", "b")],
            ),
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
            (
                r#"{"name":[{"message":"a","code":"required"}]}"#,
                vec![("name", "a")],
            ),
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

    #[test]
    fn a_long_name_above_many_errors_costs_no_more_than_its_body() {
        let name = "k".repeat(4000);
        let texts = vec!["a"; 1000];
        let many = (0..1000).map(|i| (format!("{i}x"), texts.clone().into()));
        let body =
            serde_json::json!({ name.clone(): serde_json::Map::from_iter(many), "z": texts });
        let error = Error::status_of(400, None, None, false, None, body.to_string().into());
        let found = error.field_errors();
        assert!(found.keys().map(String::len).sum::<usize>() < 2 << 20);
        let long = serde_json::json!({ name.repeat(50): texts }).to_string();
        let error = Error::status_of(400, None, None, false, None, long.into());
        assert!(error.field_errors().is_empty());
    }

    /// As frameworks, gateways and APIs send them.
    #[test]
    fn the_errors_of_fields_are_found_in_every_form_in_use() {
        let seen: Vec<Value> = serde_json::from_str(include_str!("seen.json")).unwrap();
        for one in &seen {
            let body = one["body"].to_string();
            let error = Error::status_of(400, None, None, false, None, body.into());
            let found = serde_json::json!(error.field_errors());
            assert_eq!(found, one["fields"], "{one}");
        }
    }
}
