//! Schemas of a document, and the Rust types that they become.

mod boxes;
mod kinds;
mod parts;
mod rust_type;

pub use kinds::{
    alias, alternatives, always, is_file, is_object, is_open_enum, is_union, is_wider_than_64_bits,
    page_items,
};

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use proc_macro2::Ident;
use serde_json::Value;

use crate::{Error, contract, names, secret};

/// A normalised document, with the Rust name of each component.
pub struct Document<'a> {
    pub schemas: BTreeMap<&'a str, &'a Value>,
    idents: BTreeMap<&'a str, Ident>,
    root: &'a Value,
    /// Whether only what callers see is wanted: signatures, without documentation.
    pub surface: bool,
    cycles: OnceCell<BTreeMap<String, usize>>,
    marks: OnceCell<bool>,
    union_cycles: OnceCell<BTreeMap<String, usize>>,
    tags: OnceCell<Tags>,
}

impl<'a> Document<'a> {
    pub fn new(root: &'a Value) -> Self {
        let object = root
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let schemas: BTreeMap<&str, &Value> = object
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.as_str(), v))
            .collect();
        let mut taken = BTreeSet::new();
        let idents = schemas
            .keys()
            .map(|k| (*k, names::unique(names::type_ident(k), &mut taken)))
            .collect();
        Self {
            schemas,
            idents,
            root,
            surface: false,
            cycles: OnceCell::new(),
            marks: OnceCell::new(),
            union_cycles: OnceCell::new(),
            tags: OnceCell::new(),
        }
    }

    /// Returns a document whose code only has what callers see.
    pub fn surface(root: &'a Value) -> Self {
        Self {
            surface: true,
            ..Self::new(root)
        }
    }

    /// Returns the tags that the document describes.
    pub fn root_tags(&self) -> Option<&Value> {
        self.root.get("tags")
    }

    /// Follows a `$ref` to parameters, bodies or responses.
    pub fn resolve(&self, value: &'a Value) -> Result<&'a Value, Error> {
        let mut value = value;
        for _ in 0..32 {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else {
                return Ok(value);
            };
            let pointer = target.strip_prefix('#').unwrap_or(target);
            value = self
                .root
                .pointer(pointer)
                .ok_or_else(|| Error::new(pointer, "a $ref points here, where nothing is"))?;
        }
        Err(Error::new("", "a $ref points to itself"))
    }

    fn pointed(&self, value: &Value) -> Option<&'a Value> {
        let target = value.get("$ref")?.as_str()?;
        self.root.pointer(target.strip_prefix('#')?)
    }

    /// Follows a `$ref` like [`Self::resolve`], but returns one that points to nothing as it is.
    pub fn resolve_any<'s>(&'s self, value: &'s Value) -> &'s Value {
        self.pointed(value).unwrap_or(value)
    }

    /// Returns the component that a schema refers to: by a `$ref`, or by an `allOf` with a single
    /// one.
    pub fn target(schema: &Value) -> Option<&str> {
        let only = match schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            Some([one]) if schema.get("properties").is_none() => one,
            _ => schema,
        };
        only.get("$ref")?
            .as_str()?
            .strip_prefix("#/components/schemas/")
    }

    /// Returns the schema behind references to components without a type of their own.
    pub fn written_out<'s>(&'s self, schema: &'s Value) -> &'s Value {
        self.aliases(schema).last().unwrap_or(schema)
    }

    /// Returns a schema, and those that it leads to through references to components without a type
    /// of their own.
    pub fn aliases<'s>(&'s self, schema: &'s Value) -> impl Iterator<Item = &'s Value> {
        let next = |schema: &&'s Value| {
            let target = Self::target(schema).and_then(|t| self.schemas.get(t));
            target.copied().filter(|s| alias(s))
        };
        std::iter::successors(Some(schema), next).take(17)
    }

    /// Returns a schema, and those that references lead to: an endless iterator if they form a
    /// cycle.
    fn references<'s>(&self, schema: &'s Value) -> impl Iterator<Item = &'s Value>
    where
        'a: 's,
    {
        let next = |schema: &&'s Value| -> Option<&'s Value> {
            self.schemas.get(Self::target(schema)?).copied()
        };
        std::iter::successors(Some(schema), next)
    }

    /// Returns whether the schema is a file (`Some(false)`) or a list of files (`Some(true)`). A
    /// union with a file among its alternatives counts as a file, since bytes can be sent in no
    /// other way.
    pub fn file(&self, schema: &Value) -> Option<bool> {
        let schema = self.written_out(schema);
        let items = schema.get("items").map(|items| self.written_out(items));
        match items {
            _ if is_file(schema) => Some(false),
            Some(items) if is_file(items) => Some(true),
            _ => {
                let union = self.known(schema);
                let parts = alternatives(union).filter(|_| is_union(union));
                let files = parts.into_iter().flatten().filter_map(|part| {
                    let part = self.written_out(part);
                    let items = part.get("items").map(|items| self.written_out(items));
                    match items {
                        Some(items) => is_file(items).then_some(true),
                        None => is_file(part).then_some(false),
                    }
                });
                files.max()
            }
        }
    }

    /// Returns whether a member or a parameter with this name is a secret: by what its schema says,
    /// or else by its name.
    pub fn is_secret(&self, name: &str, schema: &Value) -> bool {
        let said = self.says_secret(schema);
        said.unwrap_or_else(|| secret::by_name(name))
    }

    /// Returns what a schema says about being a secret, here or behind references: by
    /// `x-autopi-secret`, or by its format.
    fn says_secret(&self, schema: &Value) -> Option<bool> {
        let mut password = None;
        for schema in self.references(schema).take(16) {
            if let Some(mark) = schema.get(contract::SECRET).and_then(Value::as_bool) {
                return Some(mark);
            }
            if schema.get("format").is_some_and(|f| f == "password") {
                password = Some(true);
            }
        }
        password
    }

    /// Returns the members in the bodies of `of` that are marked as secrets or as none, against
    /// what their names suggest.
    pub fn marked(&self, of: &'a Value) -> BTreeMap<&'a str, bool> {
        let has_any = || !self.marked_in(self.root).is_empty();
        match self.marks.get_or_init(has_any) {
            true => self.marked_in(of),
            false => BTreeMap::new(),
        }
    }

    fn marked_in(&self, of: &'a Value) -> BTreeMap<&'a str, bool> {
        let (mut found, mut seen, mut todo) = (BTreeMap::new(), BTreeSet::new(), vec![of]);
        while let Some(value) = todo.pop() {
            match value {
                Value::Array(list) => todo.extend(list),
                Value::Object(map) => {
                    let properties = map.get("properties").and_then(Value::as_object);
                    for (name, property) in properties.into_iter().flatten() {
                        let said = self.says_secret(property);
                        // A name that is marked both ways in one body counts as a secret.
                        if let Some(is_secret) = said.filter(|is| *is != secret::by_name(name)) {
                            *found.entry(name.as_str()).or_default() |= is_secret;
                        }
                    }
                    let target = self.pointed(value);
                    let target = target.filter(|target| seen.insert(std::ptr::from_ref(*target)));
                    todo.extend(target.into_iter().chain(map.values()));
                }
                _ => {}
            }
        }
        found
    }

    /// Returns the schema behind all references.
    pub fn known<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        self.references(schema).take(17).last().unwrap_or(schema)
    }

    pub fn ident(&self, name: &str) -> Result<&Ident, Error> {
        self.idents.get(name).ok_or_else(|| {
            Error::new(
                format!("/components/schemas/{name}"),
                "a $ref points here, where nothing is",
            )
        })
    }

    /// Returns the value of a member that only tells which alternative of a union a component is.
    pub fn tag(&self, component: &str, member: &str) -> Option<&Value> {
        let tags = self.tags.get_or_init(|| crate::unions::tags(self));
        let value = tags.get(&(component.to_owned(), member.to_owned()));
        value.and_then(Option::as_ref)
    }
}

/// By component and member: the value that it has as an alternative of unions, if there is exactly
/// one.
pub type Tags = BTreeMap<(String, String), Option<Value>>;
