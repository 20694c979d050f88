//! Values of another form than the specification's, but with one plain meaning (`required: "true"`,
//! `tags: null`, `version: 1.0`), are accepted with a warning. A value without a plain meaning is
//! refused with its place, before any other stage can stumble over it.

mod limits;
mod scalars;
pub(super) mod schema;
mod types;

use serde_json::{Map, Value, json};

use crate::document::members::{At, DOCUMENT, Is, Kind, SCHEMA, is_beside};
use crate::report::{Failure, RepeatedWarnings, Report};

/// The state of the conversion, with the way in which the document says that a value may be null.
struct Forms {
    nullable: &'static str,
    lists_of_types: bool,
    /// Since 3.2 the description of a response is optional.
    of_32: bool,
    /// Whether limits stay that no value is within.
    as_said: bool,
    warnings: RepeatedWarnings,
    /// Whether anything is read otherwise than it is written.
    changed: bool,
}

/// Brings every member into the form of the specification. Returns whether one was of another form.
/// Limits that no value is within stay if all counts `as_said`; the client has none then.
///
/// # Errors
/// Returns an error at the first member without a plain meaning.
pub fn coerce(doc: &mut Value, report: &mut Report, as_said: bool) -> Result<bool, Failure> {
    let version = doc.get("openapi").and_then(Value::as_str);
    let mut forms = Forms {
        nullable: if version.is_some() {
            "nullable"
        } else {
            "x-nullable"
        },
        lists_of_types: version.is_some_and(|v| v.starts_with("3.1") || v.starts_with("3.2")),
        of_32: version.is_some_and(|v| v.starts_with("3.2")),
        as_said,
        warnings: RepeatedWarnings::default(),
        changed: false,
    };
    let done = forms.value(doc, Is::One(&DOCUMENT), &At::ROOT);
    forms.warnings.say(report);
    done.map(|()| forms.changed)
}

fn wrong(at: &At<'_>, must: &str) -> Failure {
    Failure::new("convert", at.to_string(), format!("must be {must}"))
}

impl Forms {
    /// Warns about something that is read otherwise than it is written.
    fn warn(&mut self, at: &At<'_>, message: &str) {
        self.changed = true;
        self.tell(at, message);
    }

    /// Warns about something that is read as it is written.
    fn tell(&mut self, at: &At<'_>, message: &str) {
        self.warnings.warn(at, message);
    }

    fn value(&mut self, value: &mut Value, is: Is, at: &At<'_>) -> Result<(), Failure> {
        match is {
            Is::Data => Ok(()),
            Is::Text => self.text(value, at),
            Is::Bool => self.flag(value, at),
            Is::Number => self.number(value, at),
            Is::BoolOrNumber if value.is_number() => Ok(()),
            Is::BoolOrNumber => self.number(value, at).or_else(|_| self.flag(value, at)),
            Is::Count => self.count(value, at),
            Is::Texts => self.texts(value, at),
            // These are handled with the schema around them.
            Is::Type | Is::Required => Ok(()),
            Is::SchemaOrBool if value.is_boolean() => Ok(()),
            Is::SchemaOrBool => self.value(value, Is::One(&SCHEMA), at),
            Is::One(kind) => self.object(value, kind, at),
            Is::List(inner) => {
                let list = value.as_array_mut().ok_or_else(|| wrong(at, "a list"))?;
                for (i, entry) in list.iter_mut().enumerate() {
                    self.value(entry, *inner, &At::Entry(at, i))?;
                }
                Ok(())
            }
            Is::Map(inner) => self.map(value, *inner, at, false),
            Is::Extensible(inner) => self.map(value, *inner, at, true),
        }
    }

    fn map(&mut self, value: &mut Value, is: Is, at: &At<'_>, open: bool) -> Result<(), Failure> {
        self.empty_list(value, at);
        let map = value
            .as_object_mut()
            .ok_or_else(|| wrong(at, "an object"))?;
        for (key, entry) in map.iter_mut().filter(|(k, _)| !(open && is_beside(k))) {
            let at = At::Member(at, key);
            if entry.is_null() && !matches!(is, Is::Data) {
                self.warn(&at, "null: read as absent");
                *entry = match is {
                    Is::Texts => json!([]),
                    Is::Text => "".into(),
                    _ => json!({}),
                };
            }
            self.value(entry, is, &at)?;
        }
        Ok(())
    }

    /// Converts an empty list, which is how PHP writes an object without members.
    fn empty_list(&mut self, value: &mut Value, at: &At<'_>) {
        if value.as_array().is_some_and(Vec::is_empty) {
            self.warn(at, "an empty list: read as an empty object");
            *value = json!({});
        }
    }

    fn object(
        &mut self,
        value: &mut Value,
        kind: &'static Kind,
        at: &At<'_>,
    ) -> Result<(), Failure> {
        self.empty_list(value, at);
        if kind.name == "schema" && value.is_boolean() {
            return Ok(()); // a schema in 3.1; `references` has made one of it
        }
        let must = || {
            wrong(
                at,
                &format!("an object (a {})", kind.name).replace("a o", "an o"),
            )
        };
        let map = value.as_object_mut().ok_or_else(must)?;
        let is_null = |key: &str, v: &Value| v.is_null() && !matches!(kind.member(key), Is::Data);
        for key in keys(map, |k, v| is_null(k, v)) {
            self.warn(&At::Member(at, &key), "null: read as absent");
            map.shift_remove(&key);
        }
        // In 2.0 it is a text.
        let tags = map.get_mut("discriminator").and_then(Value::as_object_mut);
        if let Some(mapping) = tags.and_then(|tags| tags.get_mut("mapping")) {
            self.empty_list(
                mapping,
                &At::Member(&At::Member(at, "discriminator"), "mapping"),
            );
        }
        if matches!(kind.member("type"), Is::Type) {
            self.types(map, at)?;
            self.limits(map, at);
            self.values(map, at);
        }
        if matches!(kind.member("required"), Is::Required) {
            self.required(map, at)?;
            self.required_members(map, at);
        }
        self.fill_in(map, kind, at);
        let mut gone = Vec::new();
        for (key, value) in map.iter_mut() {
            let is = kind.member(key);
            if is_plain(is, value) {
                continue;
            }
            let here = At::Member(at, key);
            let lines = value
                .as_array()
                .filter(|_| key == "description" || key == "summary");
            if let Some(lines) = lines.filter(|l| l.iter().all(Value::is_string)) {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                *value = lines.join("\n").into();
                self.warn(&here, "a list: read as the lines of a text");
            }
            match self.value(value, is, &here) {
                Err(_) if only_tells(kind, key) => {
                    self.warn(&here, "not of the form that it must have: left out");
                    gone.push(key.clone());
                }
                done => done?,
            }
        }
        for key in gone {
            map.shift_remove(&key);
        }
        if matches!(kind.member("type"), Is::Type) {
            schema::drop_defaults(map, self.lists_of_types);
            schema::unwrap_reference(map, at);
        }
        Ok(())
    }

    /// Adds required members that have an obvious value.
    fn fill_in(&mut self, map: &mut Map<String, Value>, kind: &Kind, at: &At<'_>) {
        if map.contains_key("$ref") {
            return;
        }
        if kind.name == "server" {
            self.drop_unset(map);
        }
        let has = |key: &str| map.contains_key(key);
        let of_3 = self.nullable == "nullable";
        let (key, value) = match kind.name {
            "document" if !has("info") => ("info", json!({ "title": "API", "version": "1" })),
            "info" if !has("title") => ("title", "API".into()),
            "info" if !has("version") => ("version", "1".into()),
            "license" if !has("name") => ("name", "".into()),
            "server variable" if !has("default") => {
                let first = map.get("enum").and_then(|values| values.get(0)).cloned();
                ("default", first.unwrap_or_default())
            }
            "external documentation" | "server" if !has("url") => ("url", "/".into()),
            "operation" if !has("responses") && self.lists_of_types => {
                map.insert("responses".into(), json!({}));
                return;
            }
            "response" if !has("description") && self.of_32 => {
                let summary = map.shift_remove("summary").unwrap_or_else(|| "".into());
                map.insert("description".into(), summary);
                return;
            }
            "operation" if !has("responses") => ("responses", json!({})),
            "response" if of_3 && !has("description") => ("description", "".into()),
            "parameter" | "header" if of_3 && !has("schema") && !has("content") => {
                ("schema", json!({}))
            }
            _ => return,
        };
        self.warn(at, &format!("`{key}` is missing: read as {value}"));
        map.insert(key.into(), value);
        self.fill_in(map, kind, at);
    }
}

impl Forms {
    /// Leaves out the variables of a server that have no value: its URL keeps their names, which is
    /// said there.
    fn drop_unset(&mut self, server: &mut Map<String, Value>) {
        let variables = server.get_mut("variables").and_then(Value::as_object_mut);
        let first = |v: &Value| v.get("enum").and_then(|values| values.get(0)).is_some();
        if let Some(variables) = variables {
            let all = variables.len();
            variables.retain(|_, v| v.get("default").is_some_and(|v| !v.is_null()) || first(v));
            self.changed |= variables.len() < all;
        }
    }
}

/// Returns whether a member only tells something to people: no call depends on it.
fn only_tells(kind: &Kind, key: &str) -> bool {
    matches!(kind.name, "contact" | "license" | "external documentation")
        || matches!(
            key,
            "description" | "summary" | "termsOfService" | "externalDocs" | "contact"
        )
        || (kind.name == "schema" && matches!(key, "title" | "format"))
}

/// Returns whether there is nothing to do, which is nearly always so.
fn is_plain(is: Is, value: &Value) -> bool {
    match (is, value) {
        (Is::Data | Is::Type | Is::Required, _)
        | (Is::Text, Value::String(_))
        | (Is::Bool | Is::BoolOrNumber | Is::SchemaOrBool, Value::Bool(_))
        | (Is::Number | Is::BoolOrNumber, Value::Number(_)) => true,
        (Is::Count, value) => value.is_u64(),
        (Is::Texts, Value::Array(list)) => list.iter().all(Value::is_string),
        _ => false,
    }
}

fn keys(map: &Map<String, Value>, wanted: impl Fn(&str, &Value) -> bool) -> Vec<String> {
    let found = map.iter().filter(|(k, v)| wanted(k, v));
    found.map(|(k, _)| k.clone()).collect()
}
