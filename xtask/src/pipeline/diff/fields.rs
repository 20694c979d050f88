//! Finds the components that are written as texts wherever they are used: as parameters, headers
//! and fields of forms.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    forms::{Form, Written, written},
    meaning::part_type,
    renames::components,
    schema::{reference, target},
    values::{get, items, members, text},
};
use crate::document::{
    self,
    members::{DOCUMENT, HEADER, Is, PARAMETER, PATH_ITEM, SCHEMA, kind_at},
};

/// What is written as a text.
#[derive(Clone, Copy, PartialEq)]
pub struct Field {
    /// How the entries of a list would be written in its place: `None` where it is an entry itself.
    pub entries: Option<Written>,
    /// Whether it is a member of an object: only there is it read-only or write-only.
    pub is_member: bool,
}

/// The components that are texts; `None` for one that is JSON somewhere.
pub type Fields = BTreeMap<String, Option<Field>>;

/// Returns what is known of a component that is a text in two places.
pub fn both(a: Option<Field>, b: Option<Field>) -> Option<Field> {
    a.zip(b).map(|(a, b)| Field {
        entries: a.entries.zip(b.entries).map(|(a, b)| a.min(b)),
        is_member: a.is_member || b.is_member,
    })
}

/// Finds the components that are texts, among those that `is_used` accepts. `forms` are the
/// components that are forms.
pub fn named(
    doc: &Value,
    forms: &BTreeMap<String, Option<Form>>,
    is_used: impl Fn(&str) -> bool,
) -> Fields {
    let mut uses = Uses {
        doc,
        found: Fields::new(),
        inner: BTreeSet::new(),
    };
    let shared = ["components", "definitions", "parameters", "responses"];
    for (key, part) in members(Some(doc)).filter(|(key, _)| !shared.contains(&key.as_str())) {
        uses.of(part, DOCUMENT.member(key), WrittenAs::Json, key);
    }
    for (name, item) in members(doc.get("webhooks")) {
        uses.of(item, Is::One(&PATH_ITEM), WrittenAs::Json, name);
    }
    let mut edges: BTreeMap<String, BTreeSet<(String, Inside)>> = BTreeMap::new();
    for (pointer, component) in components(doc).into_iter().filter(|(at, _)| is_used(at)) {
        let is = kind_at(&pointer);
        match (is, forms.get(&pointer)) {
            (Is::One(kind), Some(Some(form))) if kind == &SCHEMA => uses.form(component, form),
            (Is::One(kind), _) if kind == &SCHEMA => {
                uses.of(component, is, WrittenAs::AsUsed(Inside::default()), "");
                edges.insert(pointer, std::mem::take(&mut uses.inner));
            }
            _ => uses.of(component, is, WrittenAs::Json, ""),
        }
    }
    let mut found = uses.found;
    let mut todo: Vec<String> = found.keys().cloned().collect();
    while let Some(pointer) = todo.pop() {
        let own = found.get(&pointer).copied().flatten();
        for (name, inside) in edges.get(&pointer).into_iter().flatten() {
            let here = own.map(|field| inside.of(field));
            if add(&mut found, name, here) {
                todo.push(name.clone());
            }
        }
    }
    found
}

/// Adds a use of a component. Returns whether more is known of it now.
fn add(found: &mut Fields, name: &str, how: Option<Field>) -> bool {
    let now = match found.get(name) {
        Some(known) => both(*known, how),
        None => how,
    };
    found.insert(name.to_owned(), now) != Some(now)
}

/// How a schema is written where it stands.
#[derive(Clone, Copy)]
enum WrittenAs {
    Json,
    Text(Field),
    /// As the component that it is, or is a part of.
    AsUsed(Inside),
}

/// Where something is in a component.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Inside {
    /// Not the component itself.
    is_part: bool,
    is_member: bool,
}

impl Inside {
    /// Returns how a part of such a text is written.
    fn of(self, whole: Field) -> Field {
        Field {
            entries: whole.entries.filter(|_| !self.is_part),
            is_member: whole.is_member || self.is_member,
        }
    }

    fn and(self, key: &str) -> Self {
        Self {
            is_part: true,
            is_member: self.is_member || key == "properties",
        }
    }
}

struct Uses<'a> {
    doc: &'a Value,
    found: Fields,
    /// The components that the current one names, and where.
    inner: BTreeSet<(String, Inside)>,
}

impl Uses<'_> {
    /// Adds what a value names; `key` is its name in a map.
    fn of(&mut self, value: &Value, is: Is, how: WrittenAs, key: &str) {
        match (is, value) {
            (Is::SchemaOrBool, _) => self.of(value, Is::One(&SCHEMA), how, key),
            (Is::One(kind), Value::Object(map)) if kind == &SCHEMA => {
                if let Some(to) = document::target(value) {
                    self.named(&to, how);
                }
                let only = reference(Some(value)).is_some();
                for (key, inner) in map {
                    let how = match how {
                        _ if only && key == "allOf" => how,
                        WrittenAs::Json => WrittenAs::Json,
                        WrittenAs::Text(field) => {
                            WrittenAs::Text(Inside::default().and(key).of(field))
                        }
                        WrittenAs::AsUsed(inside) => WrittenAs::AsUsed(inside.and(key)),
                    };
                    self.of(inner, kind.member(key), how, key);
                }
            }
            (Is::One(kind), Value::Object(map)) => {
                let is_text =
                    kind == &HEADER || (kind == &PARAMETER && text(Some(value), "in") != "body");
                let form = Form::of(key, Some(value)).filter(|_| kind.name == "media type");
                for (key, inner) in map {
                    match &form {
                        Some(form) if key == "schema" => self.form(inner, form),
                        _ if is_text && key == "schema" => {
                            let field = Field {
                                entries: Some(written(Some(value))),
                                is_member: false,
                            };
                            self.of(inner, kind.member(key), WrittenAs::Text(field), key);
                        }
                        _ => self.of(inner, kind.member(key), WrittenAs::Json, key),
                    }
                }
            }
            (Is::List(is), Value::Array(list)) => {
                list.iter().for_each(|v| self.of(v, *is, how, ""))
            }
            (Is::Map(is) | Is::Extensible(is), Value::Object(map)) => {
                map.iter().for_each(|(key, v)| self.of(v, *is, how, key));
            }
            _ => {}
        }
    }

    fn named(&mut self, to: &str, how: WrittenAs) {
        match how {
            WrittenAs::Json => drop(add(&mut self.found, to, None)),
            WrittenAs::Text(field) => drop(add(&mut self.found, to, Some(field))),
            WrittenAs::AsUsed(inside) => drop(self.inner.insert((to.to_owned(), inside))),
        }
    }

    /// Adds what the fields of a form name. A form that is a component is looked into there.
    fn form(&mut self, schema: &Value, form: &Form) {
        for (name, member) in members(get(Some(schema), "properties")) {
            let how = match form.is_text(name) && is_plain(self.doc, member) {
                true => WrittenAs::Text(Field {
                    entries: Some(form.entries(name)),
                    is_member: true,
                }),
                false => WrittenAs::Json,
            };
            self.of(member, Is::One(&SCHEMA), how, name);
        }
        if reference(Some(schema)).is_none() {
            for key in ["allOf", "anyOf", "oneOf"] {
                for part in items(schema.get(key)) {
                    self.of(part, Is::One(&SCHEMA), WrittenAs::Json, "");
                }
            }
        }
    }
}

/// Returns whether a field, or each of its entries, is a text.
pub fn is_plain(doc: &Value, schema: &Value) -> bool {
    let schema = target(doc, schema);
    let item = schema.get("items").map(|item| target(doc, item));
    part_type(item.unwrap_or(schema)) == "text/plain"
}
