//! Reads unions from a document: `oneOf` and `anyOf`, with or without a discriminator, members
//! beside them, and bases that others are derived from.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::util::json::{self, follow, resolve};

/// Keywords that may stand beside a single part without changing its meaning.
pub const ANNOTATIONS: [&str; 10] = [
    "allOf",
    "oneOf",
    "anyOf",
    "nullable",
    "x-nullable",
    "readOnly",
    "writeOnly",
    "title",
    "description",
    "default",
];

pub fn list<'a>(schema: &'a Value, key: &str) -> Option<&'a Vec<Value>> {
    schema.get(key).and_then(Value::as_array)
}

pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// Returns the alternatives of a schema, if it has either `oneOf` or `anyOf`, not both.
pub fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    match (list(schema, "oneOf"), list(schema, "anyOf")) {
        (Some(list), None) | (None, Some(list)) => Some(list),
        _ => None,
    }
}

/// Returns whether the value can only be null.
pub fn is_null(schema: &Value) -> bool {
    let only = |map: &Map<String, Value>| {
        map.get("nullable") == Some(&Value::Bool(true))
            && map
                .keys()
                .all(|k| matches!(k.as_str(), "nullable" | "description" | "title"))
    };
    schema.get("type").is_some_and(|t| t == "null")
        || list(schema, "enum").is_some_and(|l| !l.is_empty() && l.iter().all(Value::is_null))
        || schema.as_object().is_some_and(only)
}

/// Returns the only part that a schema consists of.
pub fn single_part(schema: &Value) -> Option<&Value> {
    let parts = match alternatives(schema) {
        Some(_) if schema.get("discriminator").is_some() => return None,
        Some(parts) if schema.get("allOf").is_none() => parts,
        _ => list(schema, "allOf")?,
    };
    let mut parts = parts.iter().filter(|p| !is_null(p));
    parts.next().filter(|_| parts.next().is_none())
}

/// Returns the member that a discriminator names.
pub fn tag(schema: &Value) -> Option<&str> {
    let discriminator = schema.get("discriminator")?;
    let name = discriminator.get("propertyName").unwrap_or(discriminator);
    name.as_str().filter(|n| !n.is_empty())
}

/// The places of components.
const PLACES: [&str; 2] = ["#/components/schemas/", "#/definitions/"];

pub fn components(doc: &Value) -> impl Iterator<Item = (String, &Value)> {
    PLACES.iter().flat_map(move |place| {
        let pointer = place.trim_matches(['#', '/']);
        let all = doc
            .pointer(&format!("/{pointer}"))
            .and_then(Value::as_object);
        let name = move |name: &str| format!("{place}{}", escaped(name));
        all.into_iter()
            .flatten()
            .map(move |(n, schema)| (name(n), schema))
    })
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Returns the name of the component that a pointer leads to.
pub fn last(pointer: &str) -> String {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    name.replace("~1", "/").replace("~0", "~")
}

/// The values of the tag by the pointers of components, from the mapping of a discriminator.
pub type Mapping = HashMap<String, Vec<String>>;

/// Collects the values that a mapping has for components: by pointer, by name, or by a file of that
/// name.
pub fn mapping(doc: &Value, schema: &Value, out: &mut Mapping) -> Vec<String> {
    let entries = schema
        .pointer("/discriminator/mapping")
        .and_then(Value::as_object);
    let mut named = Vec::new();
    for (tag, to) in entries.into_iter().flatten() {
        let Some(to) = to.as_str().and_then(|to| component(doc, to)) else {
            continue;
        };
        let tags = out.entry(to.clone()).or_default();
        if tags.is_empty() {
            named.push(to);
        }
        tags.push(tag.clone());
    }
    named
}

fn component(doc: &Value, target: &str) -> Option<String> {
    let name = last(target.rsplit('#').next().unwrap_or_default());
    let stem = name.split('.').next().unwrap_or_default();
    let names = [target, name.as_str(), stem];
    let pointers = PLACES
        .iter()
        .flat_map(|p| names.map(|n| format!("{p}{}", escaped(n))));
    let mut pointers = std::iter::once(target.to_owned()).chain(pointers);
    pointers.find(|p| follow(doc, p).is_some())
}

/// Returns the values of the tag that name an alternative: those of the mapping, or the one that
/// the alternative fixes itself, or its name.
pub fn tags(doc: &Value, part: &Value, tag: &str, mapping: &Mapping) -> Vec<String> {
    let pointer = reference(part);
    if let Some(mapped) = pointer.and_then(|p| mapping.get(p)) {
        return mapped.clone();
    }
    let schema = resolve(doc, part);
    let said = ["x-ms-discriminator-value", "x-discriminator-value"];
    let said = said.iter().find_map(|k| schema.get(k)?.as_str());
    let fixed = || match list(resolve(doc, property(doc, part, tag)?), "enum")?.as_slice() {
        [one] => Some(json::text(one)),
        _ => None,
    };
    let name = || {
        let title = || schema.get("title")?.as_str().map(str::to_owned);
        pointer.map(last).or_else(title)
    };
    let own = said.map(str::to_owned).or_else(fixed).or_else(name);
    own.into_iter().collect()
}

/// Returns a property of a schema or of its parts.
pub fn property<'a>(doc: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let (mut todo, mut seen) = (vec![schema], HashSet::new());
    while let Some(schema) = todo.pop() {
        if let Some(pointer) = reference(schema) {
            if seen.insert(pointer) && resolve(doc, schema) != schema {
                todo.push(resolve(doc, schema));
            }
            continue;
        }
        if let Some(own) = schema.get("properties").and_then(|p| p.get(name)) {
            return Some(own);
        }
        todo.extend(list(schema, "allOf").into_iter().flatten());
    }
    None
}

/// A union as a schema describes it.
pub struct UnionSource<'a> {
    pub tag: Option<String>,
    /// Whether it is a `oneOf` rather than an `anyOf`.
    pub one_of: bool,
    /// The alternatives, each with the values of its tag.
    pub alternatives: Vec<(Value, Vec<String>)>,
    /// Whether each alternative also has the members of the base.
    pub beside: bool,
    pub base: &'a Value,
    /// The part of the base that holds the alternatives.
    pub part: Option<usize>,
}

/// Reads a union. `is_parent` tells whether a part with a discriminator is a base, which
/// contributes its members and not its alternatives.
pub fn union<'a>(
    doc: &'a Value,
    schema: &'a Value,
    is_parent: impl Fn(&str) -> bool,
) -> Option<UnionSource<'a>> {
    let parts = list(schema, "allOf");
    let (holder, part) = if alternatives(schema).is_some() {
        (schema, None)
    } else {
        let own =
            |p: &&Value| tag(resolve(doc, p)).is_some() && reference(p).is_some_and(&is_parent);
        let parts = parts?.iter().enumerate().filter(|(_, p)| !own(p));
        let parts = parts.map(|(at, p)| (at, resolve(doc, p)));
        let mut collections_of = parts.filter(|(_, p)| alternatives(p).is_some());
        let (at, holder) = collections_of
            .next()
            .filter(|_| collections_of.next().is_none())?;
        (holder, Some(at))
    };
    let beside = schema.get("properties").is_some()
        || parts.is_some_and(|p| p.len() > usize::from(part.is_some()));
    let mut listed: Vec<Value> = Vec::new();
    let mut seen = HashSet::new();
    for part in alternatives(holder)?
        .iter()
        .filter(|p| !is_null(resolve(doc, p)))
    {
        if seen.insert(part.to_string()) {
            listed.push(part.clone());
        }
    }
    // Alternatives that only add conditions are not types: the object is.
    let condition = |part: &Value| {
        let keys = [
            "required",
            "not",
            "description",
            "title",
            "minProperties",
            "maxProperties",
        ];
        let only = |m: &Map<String, Value>| m.keys().all(|k| keys.contains(&k.as_str()));
        part.as_object().is_some_and(only)
    };
    if listed.is_empty() || (beside && listed.iter().all(condition)) {
        return None;
    }
    let tag = tag(holder).map(str::to_owned);
    let mut mapped = Mapping::new();
    for name in mapping(doc, holder, &mut mapped) {
        let part = serde_json::json!({ "$ref": name });
        if seen.insert(part.to_string()) {
            listed.push(part);
        }
    }
    let named = |part: Value| {
        let tags = tag.as_ref().map(|t| tags(doc, &part, t, &mapped));
        (part, tags.unwrap_or_default())
    };
    Some(UnionSource {
        alternatives: listed.into_iter().map(named).collect(),
        tag,
        one_of: holder.get("oneOf").is_some(),
        beside,
        base: schema,
        part,
    })
}
