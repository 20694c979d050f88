//! From a schema to the Rust type that stands for it.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use crate::{Error, contract, names, secret};

/// A normalised document, with the Rust name of each component.
pub struct Document<'a> {
    pub schemas: BTreeMap<&'a str, &'a Value>,
    idents: BTreeMap<&'a str, Ident>,
    root: &'a Value,
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
            cycles: OnceCell::new(),
            marks: OnceCell::new(),
            union_cycles: OnceCell::new(),
            tags: OnceCell::new(),
        }
    }

    /// The tags that the document describes.
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

    /// As [`Self::resolve`]; what points to nothing stays as it is.
    pub fn resolve_any<'s>(&'s self, value: &'s Value) -> &'s Value {
        let target = value.get("$ref").and_then(Value::as_str);
        target
            .and_then(|t| self.root.pointer(t.strip_prefix('#')?))
            .unwrap_or(value)
    }

    /// The component that a schema is: its `$ref`, or an `allOf` of one.
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

    /// The schema behind references to components that are no type of their own.
    pub fn written_out<'s>(&'s self, schema: &'s Value) -> &'s Value {
        self.aliases(schema).last().unwrap_or(schema)
    }

    /// A schema, and those that it leads to as references to components that are no type of their own.
    pub fn aliases<'s>(&'s self, schema: &'s Value) -> impl Iterator<Item = &'s Value> {
        let next = |schema: &&'s Value| {
            let target = Self::target(schema).and_then(|t| self.schemas.get(t));
            target.copied().filter(|s| alias(s))
        };
        std::iter::successors(Some(schema), next).take(17)
    }

    /// A schema, and those that references lead to: without end where they lead to themselves.
    fn references<'s>(&'s self, schema: &'s Value) -> impl Iterator<Item = &'s Value> {
        let next = |schema: &&'s Value| self.schemas.get(Self::target(schema)?).copied();
        std::iter::successors(Some(schema), next)
    }

    /// Is it a file, or several (`Some(true)`)? Of a union with a file among its alternatives bytes can be sent in no other way.
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

    /// Is a member, or a parameter, of this name a secret? As `x-autopi-secret` says, here or where references lead, else by its format and name.
    pub fn is_secret(&self, name: &str, schema: &Value) -> bool {
        let mut password = false;
        for schema in self.references(schema).take(16) {
            if let Some(mark) = schema.get(contract::SECRET).and_then(Value::as_bool) {
                return mark;
            }
            password |= schema.get("format").is_some_and(|f| f == "password");
        }
        password || secret::by_name(name)
    }

    /// The names of members in the bodies of `of` that are secrets, or are none, other than the names tell.
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
                        let is_secret = self.is_secret(name, property);
                        // A name that is both in one body is one.
                        if is_secret != secret::by_name(name) {
                            *found.entry(name.as_str()).or_default() |= is_secret;
                        }
                    }
                    let target = map.get("$ref").and_then(Value::as_str);
                    let target = target.filter(|target| seen.insert(*target));
                    let target = target.and_then(|t| self.root.pointer(t.strip_prefix('#')?));
                    todo.extend(target.into_iter().chain(map.values()));
                }
                _ => {}
            }
        }
        found
    }

    /// The schema behind all references.
    pub fn known<'s>(&'s self, schema: &'s Value) -> &'s Value {
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

    /// The type of a schema; components that it names go into `used`.
    pub fn rust_type(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        self.rust_type_at(schema, used, 0)
    }

    fn rust_type_at(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
        depth: u8,
    ) -> Result<TokenStream, Error> {
        // An alias of itself (`A: [A]`) has no finite type.
        if depth > 16 {
            return Ok(quote!(crate::Json));
        }
        if let Some(name) = Self::target(schema) {
            let ident = self.ident(name)?;
            // A component that is no type of its own is written out.
            if let Some(inner) = self.schemas.get(name).filter(|s| alias(s)) {
                return self.rust_type_at(inner, used, depth + 1);
            }
            used.insert(name.into());
            return Ok(quote!(crate::types::#ident));
        }
        if let Some(id) = schema.get(contract::ID).and_then(Value::as_str) {
            return Ok(if id == "unit" {
                quote!(crate::UnitId)
            } else {
                quote!(crate::DeviceId)
            });
        }
        if schema.get(contract::JSON) == Some(&Value::Bool(true)) {
            return Ok(quote!(crate::Json));
        }
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Ok(match schema.get("type").and_then(Value::as_str) {
            Some("string") => match format {
                "date-time" => quote!(crate::Timestamp),
                "date" => quote!(crate::Date),
                "uuid" => quote!(crate::Uuid),
                "decimal" => quote!(crate::Decimal),
                _ => quote!(::std::string::String),
            },
            Some("integer") => quote!(i64),
            Some("number") if format == "decimal" => quote!(crate::Decimal),
            Some("number") => quote!(f64),
            Some("boolean") => quote!(bool),
            Some("array") => {
                let item =
                    self.nullable_at(schema.get("items").unwrap_or(&Value::Null), used, depth + 1)?;
                quote!(::std::vec::Vec<#item>)
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(value @ Value::Object(map)) if !map.is_empty() => {
                    let value = self.nullable_at(value, used, depth + 1)?;
                    quote!(::std::collections::BTreeMap<::std::string::String, #value>)
                }
                _ => {
                    quote!(crate::serde_json::Map<::std::string::String, crate::serde_json::Value>)
                }
            },
            _ => quote!(crate::Json),
        })
    }

    /// [`Self::rust_type`], in an `Option` if null is allowed.
    pub fn nullable(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
    ) -> Result<TokenStream, Error> {
        self.nullable_at(schema, used, 0)
    }

    fn nullable_at(
        &self,
        schema: &Value,
        used: &mut BTreeSet<String>,
        depth: u8,
    ) -> Result<TokenStream, Error> {
        let inner = self.rust_type_at(schema, used, depth)?;
        Ok(if self.is_nullable(schema) {
            quote!(::std::option::Option<#inner>)
        } else {
            inner
        })
    }

    /// Is null allowed, here or where a reference leads?
    pub fn is_nullable(&self, schema: &Value) -> bool {
        self.references(schema).take(16).any(|schema| {
            let listed = schema.get("enum").and_then(Value::as_array);
            schema.get("nullable") == Some(&Value::Bool(true))
                || listed.is_some_and(|l| l.contains(&Value::Null))
        })
    }

    /// The properties of an object, those of all its `allOf` parts included, and the required names.
    pub fn properties(&self, schema: &'a Value) -> Option<(Map<String, Value>, BTreeSet<String>)> {
        let (mut properties, mut required, mut any) = (Map::new(), BTreeSet::new(), false);
        for part in self.parts(schema) {
            if let Some(own) = part.get("properties").and_then(Value::as_object) {
                any = true;
                properties.extend(own.clone());
            }
            let names = part.get("required").and_then(Value::as_array);
            required.extend(
                names
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            );
        }
        any.then_some((properties, required))
    }

    /// A schema and all that it is made of by reference or `allOf`, each once, what is above last; no more than [`PARTS`].
    fn parts(&self, schema: &'a Value) -> Vec<&'a Value> {
        let (mut seen, mut out) = (BTreeSet::new(), Vec::new());
        let mut todo = vec![(schema, false)];
        while let Some((schema, done)) = todo.pop() {
            if done {
                out.push(schema);
                continue;
            }
            if seen.len() > PARTS || !seen.insert(std::ptr::from_ref(schema)) {
                continue;
            }
            todo.push((schema, true));
            let list = schema.get("allOf").and_then(Value::as_array);
            todo.extend(list.into_iter().flatten().rev().map(|part| (part, false)));
            let target = schema.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|r| self.schemas.get(r.rsplit('/').next()?));
            todo.extend(target.map(|inner| (*inner, false)));
        }
        out
    }

    /// Refuses a component that is made of more than a type can be made of, and a document whose types would be far larger than itself.
    pub fn check(&self) -> Result<(), Error> {
        let fields = |s: &Value| {
            let properties = s.get("properties").and_then(Value::as_object);
            properties.map_or(0, Map::len)
        };
        let own: usize = self.schemas.values().map(|s| fields(s)).sum();
        let mut all = 0;
        for (name, schema) in &self.schemas {
            let parts = self.parts(schema);
            let many = parts.len() > PARTS;
            let wide: usize = parts.iter().copied().map(fields).sum();
            // Of parts with the same members there may be fewer.
            let wide = wide > MEMBERS
                && self
                    .properties(schema)
                    .is_some_and(|(p, _)| p.len() > MEMBERS);
            all += parts.into_iter().map(fields).sum::<usize>();
            if many || wide || all > FIELDS + 16 * own {
                let pointer = format!("/components/schemas/{}", crate::escape::pointer(name));
                let message = match many {
                    _ if wide => format!(
                        "has more than {MEMBERS} members: a struct has no more, describe it as a map (`additionalProperties`)"
                    ),
                    true => format!(
                        "is made of more than {PARTS} schemas by `allOf` and `$ref`: name fewer, or copy their properties"
                    ),
                    false => format!(
                        "with it, `allOf` makes more than {all} fields of {own}: name fewer schemas in each"
                    ),
                };
                return Err(Error::new(pointer, message));
            }
        }
        Ok(())
    }

    /// Does a struct of `from` hold one of `to` by value (not in a `Vec` or a map), `from` being the type of a field of `to`?
    pub fn needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(false)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// Does an alternative of the union `to` hold it by value? Then the union holds the alternative in a box, and that is enough: nothing else of the cycle needs one.
    pub fn union_needs_box(&self, from: &str, to: &str) -> bool {
        let cycles = self
            .union_cycles
            .get_or_init(|| crate::cycles::find(&self.by_value(true)));
        cycles.get(from).is_some_and(|c| cycles.get(to) == Some(c))
    }

    /// The value of each member that only tells of which alternative of a union a component is.
    pub fn tag(&self, component: &str, member: &str) -> Option<&Value> {
        let tags = self.tags.get_or_init(|| crate::unions::tags(self));
        let value = tags.get(&(component.to_owned(), member.to_owned()));
        value.and_then(Option::as_ref)
    }

    /// The components that each component names as the types of its properties, and unions as those of their alternatives.
    fn by_value(&self, unions: bool) -> BTreeMap<&'a str, Vec<&'a str>> {
        let targets = |schema: &'a Value| {
            let parts = self.parts(schema);
            let properties = parts
                .iter()
                .filter_map(|p| p.get("properties")?.as_object())
                .flat_map(Map::values);
            let alternatives = parts
                .iter()
                .filter(|_| unions)
                .filter_map(|p| alternatives(p))
                .flatten();
            properties
                .chain(alternatives)
                .filter_map(Self::target)
                .collect()
        };
        self.schemas
            .iter()
            .map(|(name, schema)| (*name, targets(schema)))
            .collect()
    }
}

/// Component and member → the value that it has as an alternative of unions, if that is one.
pub type Tags = BTreeMap<(String, String), Option<Value>>;

/// Of how many schemas a component may be made: DRF's serializers have a handful.
const PARTS: usize = 256;

/// How many members an object may have: as many the client checks for being there.
const MEMBERS: usize = 512;

/// How many fields `allOf` may make in any document; in a large one it is some more for each that it names.
const FIELDS: usize = 20_000;

/// Is it a file?
pub fn is_file(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("binary")
}

/// Is it a list of texts, or of integers, that becomes an open enum? Any other list says no more than the type.
pub fn is_open_enum(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| {
        let mut known = values.iter().filter(|v| !v.is_null()).peekable();
        let number = schema.get("type").is_some_and(|t| t == "number");
        let texts = known.peek().is_some_and(|v| v.is_string());
        known.peek().is_some()
            && (!number || texts)
            && known.all(|v| if texts { v.is_string() } else { v.is_i64() })
    })
}

/// Is a required member proven to be in every response? `required` alone proves nothing: docs/decisions/0005.
pub fn always(property: &Value) -> bool {
    property.get(contract::ALWAYS) == Some(&Value::Bool(true))
}

/// The items of a page, if the schema is the envelope of one (`x-autopi-page`, set by the shape stage).
pub fn page_items<'a>(doc: &Document<'a>, schema: &'a Value) -> Option<&'a Value> {
    let schema = Document::target(schema)
        .and_then(|n| doc.schemas.get(n).copied())
        .unwrap_or(schema);
    schema
        .get(contract::PAGE)
        .filter(|v| **v == Value::Bool(true))?;
    schema.pointer("/properties/results/items")
}

/// A component without a type of its own: neither an enum nor an object with properties.
pub fn alias(schema: &Value) -> bool {
    let composed = schema
        .get("allOf")
        .and_then(Value::as_array)
        .is_some_and(|a| !a.is_empty());
    !(is_open_enum(schema) || schema.get("properties").is_some() || composed || is_union(schema))
}

/// Is it one of several, all of which say what they are? Where they only add conditions to an object (`required`), it is that object.
pub fn is_union(schema: &Value) -> bool {
    let says = |alternative: &Value| {
        let says = |key: &&str| alternative.get(*key).is_some();
        ["$ref", "type", "properties", "allOf", "oneOf", "anyOf"]
            .iter()
            .any(says)
            || is_open_enum(alternative)
    };
    let plain = schema.get("type").is_none_or(|t| t == "object")
        && ["properties", "allOf", "enum", contract::JSON]
            .iter()
            .all(|k| schema.get(k).is_none());
    plain && alternatives(schema).is_some_and(|a| !a.is_empty() && a.iter().all(says))
}

/// The alternatives of a schema: it has `oneOf` or `anyOf`, not both.
pub fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    let list = |key| schema.get(key).and_then(Value::as_array);
    match (list("oneOf"), list("anyOf")) {
        (Some(list), None) | (None, Some(list)) => Some(list),
        _ => None,
    }
}
