//! Finds the components that are used where null is not allowed: what they say of null themselves
//! matters nowhere else.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;

use super::values::{flag, items, members};
use crate::document::{
    members::{DOCUMENT, Is, PATH_ITEM, SCHEMA},
    target,
};

/// Returns the pointers of the components that some place uses without allowing null itself.
pub fn without(doc: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    uses(doc, Is::One(&DOCUMENT), false, &mut out);
    for (_, item) in members(doc.get("webhooks")) {
        uses(item, Is::One(&PATH_ITEM), false, &mut out);
    }
    out
}

/// Collects the components that are used in a value; `null` says whether what is around it allows
/// null.
fn uses(value: &Value, is: Is, null: bool, out: &mut BTreeSet<String>) {
    match (is, value) {
        (Is::SchemaOrBool, _) => uses(value, Is::One(&SCHEMA), null, out),
        (Is::One(kind), Value::Object(map)) => {
            let own = null || kind == &SCHEMA && allows(value);
            out.extend(target(value).filter(|_| !own).map(Cow::into_owned));
            for (key, inner) in map {
                let null = match key.as_str() {
                    "allOf" => own || refuses(value) || items(Some(inner)).iter().any(refuses),
                    "anyOf" | "oneOf" => own || items(Some(inner)).iter().any(allows),
                    _ => false,
                };
                uses(inner, kind.member(key), null, out);
            }
        }
        (Is::List(is), Value::Array(list)) => list.iter().for_each(|v| uses(v, *is, null, out)),
        (Is::Map(is) | Is::Extensible(is), Value::Object(map)) => {
            map.values().for_each(|v| uses(v, *is, false, out));
        }
        _ => {}
    }
}

/// Returns the types that a schema names.
fn types(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(one) => Some(vec![one]),
        list => Some(items(Some(list)).iter().filter_map(Value::as_str).collect()),
    }
}

/// Returns whether a schema allows null by itself.
fn allows(schema: &Value) -> bool {
    let says = ["nullable", "x-nullable"]
        .iter()
        .any(|key| flag(Some(schema), key));
    says || types(schema).is_some_and(|types| types.contains(&"null"))
}

/// Returns whether a schema refuses null, whatever its parts say.
fn refuses(schema: &Value) -> bool {
    types(schema).is_some() && !allows(schema)
}
