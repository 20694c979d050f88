//! The members of the objects of Swagger 2.0 and OpenAPI 3.x, and a walk through a document that
//! knows what each place is. [`Is::Data`] (examples, defaults, enum values, `x-*`) is never looked
//! into.

mod known;
mod objects;
mod plain;

use std::fmt;

use serde_json::{Map, Value};

pub use known::{MemberVersions, Version, each_known, known};
pub use objects::{
    BODY, DOCUMENT, ENCODING, HEADER, OPERATION, PARAMETER, PATH_ITEM, RESPONSE, SCHEMA,
};

use crate::document::{escape, unescape};

/// The kind of value at a place.
#[derive(Clone, Copy)]
pub enum Is {
    Data,
    Text,
    Bool,
    Number,
    /// A whole number of at least 0.
    Count,
    /// A limit in 3.1; before that, a flag of another limit.
    BoolOrNumber,
    /// `type` of a schema: a name, or a list of names.
    Type,
    /// `required` of a schema: a list of names.
    Required,
    Texts,
    /// `additionalProperties`: a schema, or whether others are allowed.
    SchemaOrBool,
    One(&'static Kind),
    List(&'static Is),
    Map(&'static Is),
    /// A map in which `x-*` are extensions.
    Extensible(&'static Is),
}

/// A kind of object in the specification.
pub struct Kind {
    pub name: &'static str,
    members: &'static [(&'static str, Is)],
    /// Another kind whose members it has too: a parameter of 2.0 has those of a schema.
    also: Option<&'static Kind>,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Kind {
    /// Returns the kind of value of this member.
    pub fn member(&self, key: &str) -> Is {
        let own = self.members.iter().find(|(name, _)| *name == key);
        match (own, self.also) {
            (Some((_, is)), _) => *is,
            (None, Some(also)) => also.member(key),
            (None, None) => Is::Data,
        }
    }
}

/// The position of a walk: a chain on the stack, which becomes a JSON pointer only when it is
/// shown.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The start of the walk.
    Start(&'a str),
    Member(&'a At<'a>, &'a str),
    Entry(&'a At<'a>, usize),
}

impl At<'_> {
    /// The document itself.
    pub const ROOT: At<'static> = At::Start("");
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Start(pointer) => f.write_str(pointer),
            At::Member(around, key) => write!(f, "{around}/{}", escape(key)),
            At::Entry(around, i) => write!(f, "{around}/{i}"),
        }
    }
}

/// Returns whether a key of an [`Is::Extensible`] map is none of its entries: an extension, or the
/// reference that stands in its place.
pub fn is_beside(key: &str) -> bool {
    key.starts_with("x-") || key == "$ref"
}

/// Returns the kind of value at a pointer into a document.
pub fn kind_at(pointer: &str) -> Is {
    let below = |is: Is, key: &str| match is {
        Is::One(kind) => kind.member(key),
        Is::SchemaOrBool => SCHEMA.member(key),
        Is::List(is) | Is::Map(is) | Is::Extensible(is) => *is,
        _ => Is::Data,
    };
    let keys = pointer.split('/').skip(1);
    keys.fold(Is::One(&DOCUMENT), |is, key| below(is, &unescape(key)))
}

/// Calls `f` with each object of the specification in a value, its place and its kind, outer ones
/// first. A schema may be a boolean. Values of another form are skipped.
pub fn each<'a, E>(
    value: &'a Value,
    is: Is,
    at: &At<'_>,
    f: &mut impl FnMut(&'static Kind, &At<'_>, &'a Value) -> Result<(), E>,
) -> Result<(), E> {
    match (is, value) {
        (Is::SchemaOrBool, Value::Object(_)) => each(value, Is::One(&SCHEMA), at, f),
        (Is::One(kind), Value::Object(map)) => {
            f(kind, at, value)?;
            map.iter()
                .filter(|(_, v)| !v.is_string() && !v.is_number())
                .try_for_each(|(key, value)| match kind.member(key) {
                    Is::Data => Ok(()),
                    is => each(value, is, &At::Member(at, key), f),
                })
        }
        (Is::One(kind), Value::Bool(_)) if kind.name == SCHEMA.name => f(kind, at, value),
        (Is::List(is), Value::Array(list)) => {
            let mut list = list.iter().enumerate();
            list.try_for_each(|(i, value)| each(value, *is, &At::Entry(at, i), f))
        }
        (Is::Map(is), Value::Object(map)) => {
            let mut map = map.iter();
            map.try_for_each(|(k, v)| each(v, *is, &At::Member(at, k), f))
        }
        (Is::Extensible(is), Value::Object(map)) => {
            let mut map = map.iter().filter(|(k, _)| !is_beside(k));
            map.try_for_each(|(k, v)| each(v, *is, &At::Member(at, k), f))
        }
        _ => Ok(()),
    }
}

/// Calls `f` with each object of the specification in a value, outer ones first: it may change what
/// is in it.
pub fn each_mut(
    value: &mut Value,
    is: Is,
    at: &At<'_>,
    f: &mut impl FnMut(&'static Kind, &At<'_>, &mut Map<String, Value>),
) {
    match (is, value) {
        (Is::SchemaOrBool, value @ Value::Object(_)) => each_mut(value, Is::One(&SCHEMA), at, f),
        (Is::One(kind), Value::Object(map)) => {
            f(kind, at, map);
            for (key, value) in map
                .iter_mut()
                .filter(|(_, v)| v.is_object() || v.is_array())
            {
                match kind.member(key) {
                    Is::Data => {}
                    is => each_mut(value, is, &At::Member(at, key), f),
                }
            }
        }
        (Is::List(is), Value::Array(list)) => {
            for (i, value) in list.iter_mut().enumerate() {
                each_mut(value, *is, &At::Entry(at, i), f);
            }
        }
        (Is::Map(is), Value::Object(map)) => {
            for (key, value) in map {
                each_mut(value, *is, &At::Member(at, key), f);
            }
        }
        (Is::Extensible(is), Value::Object(map)) => {
            for (key, value) in map.iter_mut().filter(|(k, _)| !is_beside(k)) {
                each_mut(value, *is, &At::Member(at, key), f);
            }
        }
        _ => {}
    }
}
