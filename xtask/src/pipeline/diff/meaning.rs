//! The meaning of a value: without texts, without members that say what leaving them out says, and
//! without the order of what has none. Two values of one meaning are the same to every caller.

use autopi_codegen::projection::keywords;
use serde_json::{Map, Value, json};

use super::values::{Maybe, canonical, get, items, members, plain, text};
use crate::document::members::{At, DOCUMENT, Is, Kind, SCHEMA, each};

/// Members that only describe.
pub const TEXTS: [&str; 9] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "$comment",
    "$schema",
    "bearerFormat",
];

/// Keywords with which a part of a schema accepts members or entries that the schema around it may
/// refuse.
const OPEN: [&str; 4] = [
    "additionalProperties",
    "items",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// Returns the default of a member of `holder`, if the specification gives it one. In a part of a
/// schema that refuses what none of its parts accepts (`closed`), a keyword that accepts more
/// members or entries has no default.
fn left_out(kind: &Kind, key: &str, holder: Maybe<'_>, closed: bool) -> Option<Value> {
    if closed && kind == &SCHEMA && OPEN.contains(&key) {
        return None;
    }
    let form = kind.name == "encoding" || matches!(text(holder, "in"), "query" | "cookie");
    Some(match (key, kind.member(key)) {
        ("required", Is::Bool) => (text(holder, "in") == "path").into(),
        ("style", _) => if form { "form" } else { "simple" }.into(),
        ("explode", _) => match text(holder, "style") {
            "" => form.into(),
            style => (style == "form").into(),
        },
        ("collectionFormat", _) => "csv".into(),
        ("default", _) => Value::Null,
        ("allowReserved" | "allowEmptyValue", _) | (_, Is::Bool | Is::BoolOrNumber) => false.into(),
        ("minLength" | "minItems" | "minProperties", _) => 0.into(),
        ("minContains", _) => 1.into(),
        ("items" | "propertyNames" | "contentSchema", _) | (_, Is::SchemaOrBool) => json!({}),
        // An empty list is not the list of the document, and a list of no values allows none.
        ("security" | "consumes" | "produces" | "schemes" | "enum" | "oneOf" | "anyOf", _) => {
            return None;
        }
        (_, Is::Map(_) | Is::Extensible(_)) => json!({}),
        (_, Is::List(_) | Is::Required) => json!([]),
        _ => return None,
    })
}

/// Returns whether a member that is a plain value says the same in both objects.
pub fn same(kind: &Kind, key: &str, holders: (Maybe<'_>, Maybe<'_>)) -> bool {
    let is_plain = matches!(
        kind.member(key),
        Is::Bool | Is::BoolOrNumber | Is::Number | Is::Count
    ) || matches!(
        key,
        "style" | "explode" | "collectionFormat" | "allowReserved" | "allowEmptyValue" | "default"
    );
    is_plain && same_parts(kind, key, holders, false)
}

/// Returns whether a member says the same in both objects, whatever it is.
pub fn same_parts(
    kind: &Kind,
    key: &str,
    (old, new): (Maybe<'_>, Maybe<'_>),
    closed: bool,
) -> bool {
    let of = |holder: Maybe<'_>| {
        get(holder, key)
            .map(|value| within(value, kind.member(key), closed))
            .or_else(|| left_out(kind, key, holder, closed))
    };
    of(old) == of(new)
}

/// Returns the meaning of a value of this kind.
pub fn meaning(value: &Value, is: Is) -> Value {
    within(value, is, closes(value))
}

/// Returns whether a schema, or something in it, refuses what none of its parts accepts.
pub fn closes(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(closes),
        Value::Object(map) => refuses(map) || map.values().any(closes),
        _ => false,
    }
}

/// Returns whether a schema itself refuses what none of its parts accepts.
pub fn refuses(schema: &Map<String, Value>) -> bool {
    let others = ["unevaluatedProperties", "unevaluatedItems"];
    let mut others = others.iter().filter_map(|key| schema.get(*key));
    others.any(|others| !is_any(others))
}

/// Returns whether a schema says nothing, or that it accepts every value.
pub fn is_any(schema: &Value) -> bool {
    let says = |map: &Map<String, Value>| map.keys().any(|key| !TEXTS.contains(&key.as_str()));
    *schema == true || schema.as_object().is_some_and(|map| !says(map))
}

/// Returns the meaning of a value of this kind, which may be a part of a schema that refuses what
/// none of its parts accepts (`closed`).
pub fn within(value: &Value, is: Is, closed: bool) -> Value {
    match (is, value) {
        (Is::SchemaOrBool, Value::Object(_)) => within(value, Is::One(&SCHEMA), closed),
        (Is::SchemaOrBool, Value::Bool(true)) => json!({}),
        (Is::One(kind), Value::Bool(true)) if kind == &SCHEMA => json!({}),
        (Is::One(kind), Value::Object(map)) => object(kind, map, value, closed),
        (Is::List(is), Value::Array(list)) => list.iter().map(|v| within(v, *is, closed)).collect(),
        (Is::Map(is) | Is::Extensible(is), Value::Object(map)) => {
            let entries = map.iter();
            let entries = entries.map(|(k, v)| (k.clone(), within(v, *is, closed)));
            entries.collect()
        }
        (Is::Bool, Value::String(text)) if text == "true" || text == "false" => {
            (text == "true").into()
        }
        (Is::Type, Value::String(_)) => json!([value]),
        (Is::Type | Is::Texts | Is::Required, Value::Array(_)) => unordered(plain(value)),
        _ => plain(value),
    }
}

fn object(kind: &Kind, map: &Map<String, Value>, holder: &Value, closed: bool) -> Value {
    let mut out = Map::new();
    for (key, value) in map.iter().filter(|(k, _)| !TEXTS.contains(&k.as_str())) {
        let (key, mut value) = match key.as_str() {
            "const" | "enum" if kind == &SCHEMA => {
                let all = listed(Some(holder));
                ("enum", plain(all.as_ref().unwrap_or(value)))
            }
            key => (key, within(value, kind.member(key), closed)),
        };
        if matches!(key, "enum" | "allOf" | "anyOf" | "oneOf") {
            value = unordered(value);
        }
        if left_out(kind, key, Some(holder), closed).as_ref() != Some(&value) {
            out.insert(key.to_owned(), value);
        }
    }
    out.into()
}

/// Returns a list in one order, each value once.
fn unordered(list: Value) -> Value {
    let Value::Array(mut list) = list else {
        return list;
    };
    list.sort_by_cached_key(canonical);
    list.dedup();
    list.into()
}

/// Returns the values that a schema lists, by `enum` or `const`.
pub fn listed(schema: Maybe<'_>) -> Option<Value> {
    let list = keywords::listed(schema?.as_object()?).map(Value::from);
    list.or_else(|| get(schema, "enum").cloned())
}

/// Returns the type that the other keywords of a schema have a meaning for, if it names none.
pub fn implied(schema: Maybe<'_>) -> Option<&'static str> {
    let has = |key| get(schema, key).is_some();
    if let Some(Value::Array(list)) = listed(schema)
        && !list.is_empty()
    {
        return list.iter().all(Value::is_string).then_some("string");
    }
    if has("properties") || has("additionalProperties") {
        return Some("object");
    }
    (has("items") || has("prefixItems")).then_some("array")
}

/// Returns the media type of a part of a form whose `encoding` names none.
pub fn part_type(schema: &Value) -> &'static str {
    match text(Some(schema), "type") {
        "object" => "application/json",
        "string" if matches!(text(Some(schema), "format"), "binary" | "byte") => {
            "application/octet-stream"
        }
        _ if members(schema.get("properties")).next().is_some() => "application/json",
        _ => "text/plain",
    }
}

/// Returns whether a document has bodies or responses in XML.
pub fn offers_xml(doc: &Value) -> bool {
    let is_xml = |name: &str| name.to_ascii_lowercase().contains("xml");
    let find = |_: &'static Kind, _: &At<'_>, value: &Value| {
        let lists = ["consumes", "produces"].iter().map(|key| value.get(*key));
        let mut listed = lists.flat_map(items).filter_map(Value::as_str);
        let mut content = members(value.get("content"));
        match listed.any(is_xml) || content.any(|(name, _)| is_xml(name)) {
            true => Err(()),
            false => Ok(()),
        }
    };
    each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut { find }).is_err()
}
