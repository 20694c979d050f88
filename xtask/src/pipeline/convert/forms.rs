//! Values of another form than the specification's, but of one plain meaning (`required: "true"`, `tags: null`, `version: 1.0`), are taken with a warning.
//! What has no plain meaning is refused by its place, before any other stage can stumble over it.

use serde_json::{Map, Number, Value, json};

use crate::document::members::{At, DOCUMENT, Is, Kind, SCHEMA};
use crate::report::{Failure, Report};

/// How a document says that a value may be null.
struct Forms {
    nullable: &'static str,
    lists_of_types: bool,
    /// Message, first place, how often.
    warnings: Vec<(String, String, usize)>,
}

/// Brings every member into its form.
///
/// # Errors
/// Returns the first member of no plain meaning.
pub fn plain(doc: &mut Value, report: &mut Report) -> Result<(), Failure> {
    let version = doc.get("openapi").and_then(Value::as_str);
    let mut forms = Forms {
        nullable: if version.is_some() {
            "nullable"
        } else {
            "x-nullable"
        },
        lists_of_types: version.is_some_and(|v| v.starts_with("3.1") || v.starts_with("3.2")),
        warnings: Vec::new(),
    };
    let done = forms.value(doc, Is::One(&DOCUMENT), &At::ROOT);
    for (message, at, n) in forms.warnings {
        let more = if n > 1 {
            format!(" ({n} times)")
        } else {
            String::new()
        };
        report.warn(at, message + &more);
    }
    done
}

fn wrong(at: &At<'_>, must: &str) -> Failure {
    Failure::new("convert", at.to_string(), format!("must be {must}"))
}

/// A value, short enough for a line.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Forms {
    fn warn(&mut self, at: &At<'_>, message: &str) {
        match self.warnings.iter_mut().find(|(m, ..)| m == message) {
            Some((.., n)) => *n += 1,
            None => self.warnings.push((message.to_owned(), at.to_string(), 1)),
        }
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
            // The schema around them looks at these.
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
        for (key, entry) in map
            .iter_mut()
            .filter(|(k, _)| !(open && k.starts_with("x-")))
        {
            let at = At::Member(at, key);
            if entry.is_null() {
                self.warn(&at, "null: taken for nothing said");
                *entry = if matches!(is, Is::Texts) {
                    json!([])
                } else {
                    json!({})
                };
            }
            self.value(entry, is, &at)?;
        }
        Ok(())
    }

    /// How PHP writes an object without members.
    fn empty_list(&mut self, value: &mut Value, at: &At<'_>) {
        if value.as_array().is_some_and(Vec::is_empty) {
            self.warn(at, "an empty list: taken for an empty object");
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
            self.warn(&At::Member(at, &key), "null: taken for nothing said");
            map.shift_remove(&key);
        }
        if matches!(kind.member("type"), Is::Type) {
            self.types(map, at)?;
        }
        if matches!(kind.member("required"), Is::Required) {
            self.required(map, at)?;
        }
        self.fill_in(map, kind, at);
        for (key, value) in map.iter_mut() {
            let is = kind.member(key);
            if !is_plain(is, value) {
                self.value(value, is, &At::Member(at, key))?;
            }
        }
        Ok(())
    }

    fn text(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        match value {
            Value::String(_) => Ok(()),
            Value::Number(_) | Value::Bool(_) => {
                let text = value.to_string();
                self.warn(at, &format!("`{text}` is no text: taken for \"{text}\""));
                *value = text.into();
                Ok(())
            }
            _ => Err(wrong(at, "a text")),
        }
    }

    fn flag(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_boolean() {
            return Ok(());
        }
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let flag = match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => return Err(wrong(at, &format!("true or false, not {}", short(value)))),
        };
        self.warn(at, &format!("{value} is no boolean: taken for {flag}"));
        *value = flag.into();
        Ok(())
    }

    fn number(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_number() {
            return Ok(());
        }
        let number = value
            .as_str()
            .and_then(|t| serde_json::from_str::<Number>(t.trim()).ok());
        let number = number.ok_or_else(|| wrong(at, &format!("a number, not {}", short(value))))?;
        self.warn(at, &format!("{value} is no number: taken for {number}"));
        *value = number.into();
        Ok(())
    }

    fn count(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        self.number(value, at)?;
        if value.is_u64() {
            return Ok(());
        }
        let whole = value
            .as_f64()
            .filter(|n| n.fract() == 0.0 && (0.0..9e15).contains(n));
        let whole = whole.ok_or_else(|| {
            wrong(
                at,
                &format!("a whole number from 0 on, not {}", short(value)),
            )
        })?;
        *value = (whole as u64).into();
        Ok(())
    }

    fn texts(&mut self, value: &mut Value, at: &At<'_>) -> Result<(), Failure> {
        if value.is_string() {
            self.warn(at, "one text: taken for a list of it");
            *value = json!([value.take()]);
        }
        let list = value
            .as_array_mut()
            .ok_or_else(|| wrong(at, "a list of texts"))?;
        for (i, entry) in list.iter_mut().enumerate() {
            self.text(entry, &At::Entry(at, i))?;
        }
        Ok(())
    }

    /// A list of types is of 3.1; before, it can only mean "or null", or any JSON.
    fn types(&mut self, map: &mut Map<String, Value>, at: &At<'_>) -> Result<(), Failure> {
        let Some(value) = map.get_mut("type") else {
            return Ok(());
        };
        let at = At::Member(at, "type");
        let Value::Array(list) = value else {
            self.text(value, &at)?;
            let lower = value.as_str().unwrap_or_default().to_ascii_lowercase();
            let known = ["string", "integer", "number", "boolean", "array", "object"];
            if value.as_str() != Some(&lower) && known.contains(&lower.as_str()) {
                self.warn(&at, &format!("{value} is no type: taken for `{lower}`"));
                *value = lower.into();
            }
            return Ok(());
        };
        if !list.iter().all(Value::is_string) {
            return Err(wrong(&at, "a text, or a list of texts"));
        }
        if self.lists_of_types {
            return Ok(());
        }
        let mut rest = std::mem::take(list);
        let all = rest.len();
        rest.retain(|t| t != "null");
        let null = rest.len() < all;
        match rest.as_slice() {
            [one] => *value = one.clone(),
            _ => drop(map.shift_remove("type")),
        }
        if null {
            map.insert(self.nullable.into(), true.into());
        }
        let meaning = match (rest.as_slice(), null) {
            ([Value::String(one)], true) => format!("`{one}` that may be null"),
            ([Value::String(one)], false) => format!("`{one}`"),
            _ => "any JSON".into(),
        };
        self.warn(
            &at,
            &format!("lists of types are of OpenAPI 3.1: taken for {meaning}"),
        );
        Ok(())
    }

    /// The draft 3 way, which drf-yasg lets pass from hand-written schemas, is no list.
    fn required(&mut self, map: &mut Map<String, Value>, at: &At<'_>) -> Result<(), Failure> {
        let at = At::Member(at, "required");
        match map.get_mut("required") {
            None => Ok(()),
            Some(Value::Bool(_)) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(Value::String(text)) if ["true", "false"].contains(&text.as_str()) => {
                self.warn(&at, "must be a list of names: left out");
                map.shift_remove("required");
                Ok(())
            }
            Some(value) => self.texts(value, &at),
        }
    }

    /// What must be there, and has one plain value where it is not.
    fn fill_in(&mut self, map: &mut Map<String, Value>, kind: &Kind, at: &At<'_>) {
        if map.contains_key("$ref") {
            return;
        }
        let has = |key: &str| map.contains_key(key);
        let of_3 = self.nullable == "nullable";
        let (key, value) = match kind.name {
            "document" if !has("info") => ("info", json!({ "title": "API", "version": "1" })),
            "info" if !has("title") => ("title", "API".into()),
            "info" if !has("version") => ("version", "1".into()),
            "license" if !has("name") => ("name", "".into()),
            "external documentation" | "server" if !has("url") => ("url", "/".into()),
            "operation" if !has("responses") && self.lists_of_types => {
                map.insert("responses".into(), json!({}));
                return;
            }
            "operation" if !has("responses") => ("responses", json!({})),
            "response" if of_3 && !has("description") => ("description", "".into()),
            "parameter" if of_3 && !has("schema") && !has("content") => ("schema", json!({})),
            _ => return,
        };
        self.warn(at, &format!("`{key}` is missing: taken for {value}"));
        map.insert(key.into(), value);
        self.fill_in(map, kind, at);
    }
}

/// Whether there is nothing to do: so it is nearly everywhere.
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
