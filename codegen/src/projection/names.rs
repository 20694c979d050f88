//! The names that typify 0.8 gives to inline schemas: different ones must not get the same name.

use std::collections::BTreeMap;

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value};

use super::{LIMITS, TEXTS};
use crate::{contract, escape::pointer, schema::Document};

/// An inline schema that becomes a type.
pub struct InlineType {
    pub at: String,
    /// Whether the type is named after its title; otherwise, after its place.
    pub titled: bool,
    /// The keywords without which it would not become a type.
    keywords: Vec<&'static str>,
    /// The schema without its texts.
    without_texts: Value,
}

impl InlineType {
    /// Returns the keywords to remove so that the name is no longer used.
    pub fn taken(&self) -> impl Iterator<Item = &'static str> {
        match self.titled {
            true => vec!["title"].into_iter(),
            false => self.keywords.clone().into_iter(),
        }
    }
}

/// Returns the types that share their name with a different one; if some of them are named after
/// titles, only those.
pub fn clashes(doc: &Value) -> Vec<InlineType> {
    let mut names: BTreeMap<String, Vec<InlineType>> = BTreeMap::new();
    let mut walk = Walk(&mut names);
    let components = doc
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for (name, schema) in components.into_iter().flatten() {
        let at = format!("/components/schemas/{}", pointer(name));
        walk.component(name, schema, &at);
    }
    walk.operations(doc);
    let components: Vec<String> = components
        .into_iter()
        .flat_map(Map::keys)
        .map(|name| pascal(name))
        .collect();
    let clash = |(name, made): &(String, Vec<InlineType>)| {
        components.contains(name)
            || made
                .windows(2)
                .any(|w| w[0].without_texts != w[1].without_texts)
    };
    names
        .into_iter()
        .filter(clash)
        .flat_map(|(_, made)| {
            let titles = made.iter().any(|m| m.titled);
            made.into_iter().filter(move |m| m.titled == titles)
        })
        .collect()
}

struct Walk<'a>(&'a mut BTreeMap<String, Vec<InlineType>>);

impl Walk<'_> {
    fn component(&mut self, name: &str, schema: &Value, at: &str) {
        match schema.get("nullable") == Some(&Value::Bool(true)) {
            true => self.schema(&format!("{name}Inner"), schema, at),
            false => self.children(name, name, schema, at),
        }
    }

    fn operations(&mut self, doc: &Value) {
        let paths = doc.get("paths").and_then(Value::as_object);
        for (path, item) in paths.into_iter().flatten() {
            let at = format!("/paths/{}", pointer(path));
            let shared = item.get("parameters");
            for (method, op) in item.as_object().into_iter().flatten() {
                let Some(id) = op.get("operationId").and_then(Value::as_str) else {
                    continue;
                };
                self.parameters(id, shared, &format!("{at}/parameters"));
                let at = format!("{at}/{}", pointer(method));
                self.parameters(id, op.get("parameters"), &format!("{at}/parameters"));
                if let Some(body) = op.get("requestBody") {
                    self.content(&format!("{id}-body"), body, &format!("{at}/requestBody"));
                }
                for (status, response) in op
                    .get("responses")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                {
                    let at = format!("{at}/responses/{}", pointer(status));
                    self.content(&format!("{id}-response"), response, &at);
                }
            }
        }
    }

    fn parameters(&mut self, id: &str, list: Option<&Value>, at: &str) {
        for (i, parameter) in list
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            if let (Some(name), Some(schema)) =
                (parameter["name"].as_str(), parameter.get("schema"))
            {
                self.schema(
                    &pascal(&format!("{id}-{name}")),
                    schema,
                    &format!("{at}/{i}/schema"),
                );
            }
        }
    }

    fn content(&mut self, name: &str, holder: &Value, at: &str) {
        let content = holder.get("content").and_then(Value::as_object);
        for (media, value) in content.into_iter().flatten() {
            if let Some(schema) = value.get("schema") {
                let at = format!("{at}/content/{}/schema", pointer(media));
                self.schema(&pascal(name), schema, &at);
            }
        }
    }

    /// Visits an inline schema; `name` is its name without a title.
    fn schema(&mut self, name: &str, schema: &Value, at: &str) {
        let Some(map) = schema.as_object() else {
            return;
        };
        if Document::target(schema).is_some() || map.get(contract::JSON) == Some(&Value::Bool(true))
        {
            return;
        }
        let title = map.get("title").and_then(Value::as_str);
        let own = pascal(title.unwrap_or(name));
        let keywords = keywords(map);
        if !keywords.is_empty() {
            self.0.entry(own.clone()).or_default().push(InlineType {
                at: at.to_owned(),
                titled: title.is_some(),
                keywords,
                without_texts: without_texts(schema),
            });
        }
        self.children(name, &own, schema, at);
    }

    fn children(&mut self, name: &str, own: &str, schema: &Value, at: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (key, property) in properties.into_iter().flatten() {
            let at = format!("{at}/properties/{}", pointer(key));
            self.schema(&format!("{own}_{}", key.to_snake_case()), property, &at);
        }
        if let Some(items) = schema.get("items") {
            self.schema(&format!("{own}Item"), items, &format!("{at}/items"));
        }
        if let Some(values) = schema.get("additionalProperties") {
            let at = format!("{at}/additionalProperties");
            let values_name = match properties {
                Some(_) => format!("{own}_extraValue"),
                None => format!("{name}Value"),
            };
            self.schema(&values_name, values, &at);
        }
        for of in ["allOf", "oneOf", "anyOf"] {
            let members = schema.get(of).and_then(Value::as_array);
            for (i, member) in members.into_iter().flatten().enumerate() {
                self.schema(
                    &format!("{own}Subtype{i}"),
                    member,
                    &format!("{at}/{of}/{i}"),
                );
            }
        }
    }
}

/// Returns the keywords that make a schema a type of its own.
fn keywords(map: &Map<String, Value>) -> Vec<&'static str> {
    let has = |key: &&str| map.contains_key(*key);
    let format = map.get("format").and_then(Value::as_str);
    match map.get("type").and_then(Value::as_str) {
        _ if map.contains_key("enum") => vec!["enum"],
        // typify has a type for these, and does not look at their limits.
        Some("string")
            if matches!(
                format,
                Some("date" | "date-time" | "uuid" | "ip" | "ipv4" | "ipv6")
            ) =>
        {
            Vec::new()
        }
        Some("string") => LIMITS.into_iter().filter(has).collect(),
        Some("object") | None => ["properties"].into_iter().filter(has).collect(),
        _ => Vec::new(),
    }
}

/// Returns a schema without its texts and whatever else does not change its type.
fn without_texts(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !TEXTS.contains(&key.as_str()) && !key.starts_with(contract::PREFIX))
            .map(|(key, value)| match (key.as_str(), value.as_object()) {
                ("properties", Some(map)) => {
                    let members = map
                        .iter()
                        .map(|(name, value)| (name.clone(), without_texts(value)));
                    (key.clone(), members.collect())
                }
                _ => (key.clone(), without_texts(value)),
            })
            .collect(),
        Value::Array(list) => list.iter().map(without_texts).collect(),
        other => other.clone(),
    }
}

/// Returns the name that typify gives to a type or a value.
pub fn pascal(name: &str) -> String {
    let name = match name {
        "+1" => "plus1".into(),
        "-1" => "minus1".into(),
        name => name.replace('\'', "").replace(|c| !continues(c), "-"),
    };
    let name = name.to_pascal_case();
    match name.chars().next() {
        Some(c) if c.is_alphabetic() => name,
        _ => format!("X{name}"),
    }
}

/// Returns whether a character may be part of a Rust name.
pub fn continues(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || c == '_',
        false => syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok(),
    }
}
