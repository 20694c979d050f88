//! Items whose Rust type comes from a component that is no type of its own (a text, a number, a
//! list) belong to the change of that component.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{names::value_ident, schema::Document};
use serde_json::Value;

use super::{
    claims::claim,
    compare::{Difference, owner},
};
use crate::{
    document::{follow, last, resolve},
    pipeline::diff::{
        Change, Class, Rule,
        paths::{Path, key_of, operations},
        surface::Surface,
        values::{items, members},
    },
};

/// Assigns the differences that are left to the changes of the components which are in them in
/// `doc`, one of both documents.
pub(super) fn inside(
    doc: &Value,
    surface: &Surface,
    changes: &mut [Change],
    differences: &mut BTreeMap<String, Difference>,
) {
    let left: Vec<String> = differences
        .iter()
        .filter(|(_, d)| !d.used)
        .map(|(key, _)| key.clone())
        .collect();
    if left.is_empty() {
        return;
    }
    let document = Document::new(doc);
    let ident = |name: &str| Some(format!("type:{}", surface.ident(&document, name)?));
    let schemas: BTreeMap<String, &Value> = document
        .schemas
        .iter()
        .filter_map(|(name, schema)| Some((ident(name)?, *schema)))
        .collect();
    let operations: BTreeMap<String, Path<'_>> = operations(doc)
        .into_iter()
        .map(|op| (format!("op:{}", op.key()), op))
        .collect();
    let known = KnownChanges::new(changes, &left);
    for key in left {
        let (of, item) = key.split_at(owner(&key).len());
        let places = match (schemas.get(of), operations.get(of)) {
            (Some(schema), _) => members_of(schema, item),
            (_, Some(op)) => parts_of(doc, op, item),
            _ => continue,
        };
        let mut named = BTreeSet::new();
        for place in places {
            components(doc, place, &|name| ident(name), surface, &mut named);
        }
        let by_type = named.iter().filter_map(|c| known.types.get(c));
        let found = by_type.chain(known.filters.get(&key)).min();
        if let Some((.., i)) = found {
            claim(&mut changes[*i], &key, differences, true);
        }
    }
}

/// A change: the worst comes first.
type Ranked = (Option<Class>, Rule, usize);

/// The changes by what they are about.
#[derive(Default)]
struct KnownChanges {
    /// The worst change of each type, by its key.
    types: BTreeMap<String, Ranked>,
    /// The worst change of each filter, by its key; a filter has the type of the member that it is
    /// named after.
    filters: BTreeMap<String, Ranked>,
}

impl KnownChanges {
    /// Finds the changes of all types, and of the members that filters are named after.
    fn new(changes: &[Change], filters: &[String]) -> Self {
        let names: BTreeSet<&str> = filters
            .iter()
            .filter_map(|key| Some(key.strip_prefix("op:")?.split_once('#')?.1))
            .collect();
        let mut known = Self::default();
        let add = |to: &mut BTreeMap<String, Ranked>, key: String, change: Ranked| {
            let first = to.entry(key).or_insert(change);
            *first = change.min(*first);
        };
        for (i, change) in changes.iter().enumerate() {
            let ranked = (change.wire, change.rule, i);
            let types = change.candidates.iter().filter(|c| owner(c) == *c);
            types.for_each(|key| add(&mut known.types, key.clone(), ranked));
            let member = change.place.rsplit_once('.').map(|(_, member)| member);
            if let Some(name) = member.filter(|name| names.contains(name)) {
                for label in &change.operations {
                    let key = format!("op:{}#{name}", key_of(label));
                    add(&mut known.filters, key, ranked);
                }
            }
        }
        known
    }
}

/// Returns the schema of the member of a type that an item is.
fn members_of<'a>(schema: &'a Value, item: &str) -> Vec<&'a Value> {
    let is = |name: &str| match item.strip_prefix("::new#") {
        Some(argument) => value_ident(name) == argument,
        None => item.strip_prefix('.') == Some(name),
    };
    let found = members(schema.get("properties")).filter(|(name, _)| is(name));
    found.map(|(_, member)| member).collect()
}

/// Returns the parts of an operation that an item comes from.
fn parts_of<'a>(doc: &'a Value, op: &Path<'a>, item: &str) -> Vec<&'a Value> {
    if item.starts_with('>') {
        return op.op.get("responses").into_iter().collect();
    }
    let Some(name) = item.strip_prefix('#') else {
        return Vec::new();
    };
    let parameters = [op.op, op.item].map(|holder| items(holder.get("parameters")));
    let parameters = parameters.into_iter().flatten().map(|p| resolve(doc, p));
    let body = op.op.get("requestBody").map(|body| resolve(doc, body));
    let media = members(body.and_then(|body| body.get("content")));
    let forms = media.filter_map(|(_, media)| Some(resolve(doc, media.get("schema")?)));
    let fields = forms.filter_map(|schema| schema.get("properties")?.get(name));
    let mut found: Vec<&Value> = parameters
        .filter(|p| p.get("name").is_some_and(|own| own == name))
        .collect();
    found.extend(fields);
    found.extend(body.filter(|_| name == "body"));
    found
}

/// Collects the components that a value names, also by way of those that are no Rust types.
fn components(
    doc: &Value,
    value: &Value,
    ident: &dyn Fn(&str) -> Option<String>,
    surface: &Surface,
    out: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str)
                && let Some(key) = ident(&last(reference))
                && !surface.items.contains_key(&key)
                && out.insert(key)
                && let Some(found) = follow(doc, reference)
            {
                components(doc, found, ident, surface, out);
            }
            for value in map.values() {
                components(doc, value, ident, surface, out);
            }
        }
        Value::Array(list) => {
            for value in list {
                components(doc, value, ident, surface, out);
            }
        }
        _ => {}
    }
}
