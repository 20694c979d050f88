//! Typed, open unions (`oneOf`, `anyOf`): which alternative a value is of, and how it is written. The rule, and why: docs/decisions/0006-unions.md.
//!
//! A generated union says what its alternatives look like; everything else stands here once. Reading one never fails but for what no JSON value can hold: what
//! fits no alternative is kept.

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    fmt,
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, IgnoredAny, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, Value};

use crate::{
    Json,
    codec::{decode, digits, mode, raw, record::Record},
};

/// A value that tells an alternative.
#[derive(Clone, Copy, Debug)]
pub enum Tag {
    Text(&'static str),
    Integer(i64),
    Boolean(bool),
}

impl Tag {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Integer(n) => value.as_i64() == Some(n),
            Self::Boolean(b) => value.as_bool() == Some(b),
        }
    }
}

/// JSON types, as bits.
pub mod kind {
    pub const BOOLEAN: u8 = 1;
    pub const INTEGER: u8 = 2;
    pub const NUMBER: u8 = 4;
    pub const TEXT: u8 = 8;
    pub const LIST: u8 = 16;
    pub const OBJECT: u8 = 32;
    pub const ANY: u8 = 63;
}

/// What the values of an alternative look like, one level deep.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Of [`kind`].
    pub kinds: u8,
    /// The values that are listed.
    pub values: &'static [Tag],
    /// Is it a text of some form: a time, a UUID?
    pub formatted: bool,
    /// The names of an object's members.
    pub fields: &'static [&'static str],
    pub required: &'static [&'static str],
    /// Members of which the document says what value they have.
    pub fixed: &'static [(&'static str, &'static [Tag])],
    /// May there be other members?
    pub open: bool,
    /// What the first item of a list looks like, if anything is known of it.
    pub items: &'static [Shape],
}

impl Shape {
    /// Anything.
    pub const ANY: Self = Self {
        kinds: kind::ANY,
        values: &[],
        formatted: false,
        fields: &[],
        required: &[],
        fixed: &[],
        open: true,
        items: &[],
    };

    /// How well a value fits, the least being the best; `None` if it does not.
    fn rank(&self, value: &Value) -> Option<Rank> {
        if self.kinds & kind_of(value) == 0 {
            return None;
        }
        let strictness = match value {
            _ if self.values.iter().any(|v| v.is(value)) => 0,
            _ if !self.values.is_empty() => 3,
            Value::String(_) => 2 - u8::from(self.formatted),
            // An integer is one before it is a number; anything is the last choice.
            _ => u8::from(self.kinds & (kind::NUMBER | kind::TEXT) != 0),
        };
        let other = Rank {
            strictness,
            ..Rank::default()
        };
        match value {
            Value::Object(map) => self.members(map),
            Value::Array(list) => match (self.items, list.first()) {
                ([], _) | (_, None) => Some(other),
                (items, Some(first)) => best(items, first),
            },
            _ => Some(other),
        }
    }

    fn members(&self, map: &Map<String, Value>) -> Option<Rank> {
        let mut fixed = 0;
        for (name, values) in self.fixed {
            match map.get(*name) {
                Some(value) if values.iter().any(|v| v.is(value)) => fixed += 1,
                Some(_) => return None,
                None => {}
            }
        }
        let mut hint = 0;
        let known = map.keys().filter(|key| {
            // Most often the one after the last.
            let at = match self.fields.get(hint) {
                Some(next) if next == key => Some(hint),
                _ => self.fields.iter().position(|f| f == key),
            };
            hint = at.map_or(hint, |at| at + 1);
            at.is_some()
        });
        let known = known.count();
        let missing = self.required.iter().filter(|n| !map.contains_key(**n));
        let missing = missing.count();
        let foreign = if self.open { 0 } else { map.len() - known };
        // Of two faults one is forgiven: a member that did not come, or one that the document does not name. Never both, and never where nothing is known.
        let fits = match (missing, foreign) {
            (0, 0) => true,
            (0, _) | (_, 0) => known > 0,
            _ => false,
        };
        fits.then_some(Rank {
            missing,
            foreign,
            fixed: Reverse(fixed),
            open: self.open,
            required: Reverse(self.required.len()),
            strictness: 0,
        })
    }
}

/// In the order of what decides.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    missing: usize,
    foreign: usize,
    fixed: Reverse<usize>,
    open: bool,
    required: Reverse<usize>,
    strictness: u8,
}

fn best(shapes: &[Shape], value: &Value) -> Option<Rank> {
    shapes.iter().filter_map(|s| s.rank(value)).min()
}

fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => kind::BOOLEAN,
        Value::Number(n) if n.is_i64() => match n.as_i64().map(i64::unsigned_abs) {
            Some(n) if n > 1 << 53 => kind::INTEGER,
            _ => kind::INTEGER | kind::NUMBER,
        },
        // More than an `f64` holds exactly.
        Value::Number(n) if n.is_u64() => 0,
        Value::Number(_) => kind::NUMBER,
        Value::String(_) => kind::TEXT,
        Value::Array(_) => kind::LIST,
        Value::Object(_) => kind::OBJECT,
    }
}

/// An alternative: the values of the tag that name it, and what it looks like.
#[derive(Debug)]
pub struct Alternative {
    pub tags: &'static [Tag],
    pub shapes: &'static [Shape],
}

/// A generated union.
pub trait Union: Sized + 'static {
    /// The member that tells the alternative of an object; empty if none does.
    const TAG: &'static str;
    const ALTERNATIVES: &'static [Alternative];
    /// One for each alternative.
    const READ: &'static [fn(Source<'_>) -> Option<Self>];

    fn unknown(value: Json) -> Self;
}

/// Where an alternative is read from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// As it is documented.
    Strict(&'a Value),
    /// Leniently; with the places of empty texts that are not what is wanted, which are found once.
    Lenient(&'a [u8], &'a RefCell<Vec<usize>>),
}

impl Source<'_> {
    pub fn read<T: DeserializeOwned>(self) -> Option<T> {
        match self {
            Self::Strict(value) => T::deserialize(value).ok(),
            Self::Lenient(text, empty) => decode::leniently(text, empty).ok(),
        }
    }
}

/// As deep as unions may be read inside unions. What is deeper is kept as it is.
const DEEPEST: u8 = 100;

#[derive(Clone, Copy, Default)]
struct State {
    depth: u8,
    /// Is an alternative only tried? Then unions inside are passed over, which never fail: without this, each level would double the work.
    trying: bool,
    /// Was one passed over?
    passed: bool,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State { depth: 0, trying: false, passed: false }) };
}

/// Sets the state until it is dropped.
struct Scope(State);

impl Scope {
    fn new(change: impl FnOnce(&mut State)) -> Self {
        let before = STATE.get();
        let mut state = before;
        change(&mut state);
        STATE.set(state);
        Self(before)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        STATE.set(self.0);
    }
}

/// Reads a union.
pub fn read_union<'de, U: Union, D: Deserializer<'de>>(d: D) -> Result<U, D::Error> {
    d.deserialize_newtype_struct(raw::RAW, Reader(PhantomData))
}

struct Reader<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for Reader<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<U, D::Error> {
        mode::expect_item(false);
        if passed() {
            return IgnoredAny::deserialize(d).map(|_| U::unknown(Json::default()));
        }
        Value::deserialize(d).map(of)
    }

    fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<U, E> {
        mode::expect_item(false);
        if passed() {
            return Ok(U::unknown(Json::default()));
        }
        let value: Value = serde_json::from_slice(text).map_err(E::custom)?;
        if !digits::any_lost(text) {
            return Ok(of(value));
        }
        let order = order(U::TAG, U::ALTERNATIVES, &value);
        match leniently::<U>(&order, text) {
            Some(known) => Ok(known),
            None => match decode::leniently(text, &RefCell::default()) {
                Ok(value) => Ok(U::unknown(value)),
                Err(fault) => Err(E::custom(fault.message)),
            },
        }
    }
}

/// Is a union here to be passed over?
fn passed() -> bool {
    let state = STATE.get();
    STATE.set(State {
        passed: state.passed || state.trying,
        ..state
    });
    state.trying
}

/// The union that a value is. A tag decides alone; else those that fit are tried, the best first.
pub fn of<U: Union>(value: Value) -> U {
    let order = order(U::TAG, U::ALTERNATIVES, &value);
    if order.is_empty() {
        return U::unknown(Json(value));
    }
    let mut strictly = order.iter().map(|i| read(*i, Source::Strict(&value)));
    let known = strictly.find_map(|read| read);
    match known.or_else(|| leniently(&order, value.to_string().as_bytes())) {
        Some(known) => known,
        None => U::unknown(Json(value)),
    }
}

/// Only where no other alternative could be meant.
fn leniently<U: Union>(order: &[usize], text: &[u8]) -> Option<U> {
    match order {
        [one] => read(*one, Source::Lenient(text, &RefCell::default())),
        _ => None,
    }
}

/// Reads an alternative: without the unions inside first, so that a fault costs no more than its own level.
fn read<U: Union>(index: usize, source: Source<'_>) -> Option<U> {
    let _inside = Scope::new(|state| state.depth = state.depth.saturating_add(1));
    if STATE.get().depth > DEEPEST {
        return None;
    }
    let read = U::READ.get(index)?;
    let trying = Scope::new(|state| (state.trying, state.passed) = (true, false));
    let tried = read(source)?;
    let passed = STATE.get().passed;
    drop(trying);
    match passed {
        true => read(source),
        false => Some(tried),
    }
}

fn order(tag: &str, alternatives: &[Alternative], value: &Value) -> Vec<usize> {
    if let (false, Value::Object(map)) = (tag.is_empty(), value) {
        let named = |tag| {
            let is = |a: &Alternative| a.tags.iter().any(|t| t.is(tag));
            alternatives.iter().position(is)
        };
        return map.get(tag).and_then(named).into_iter().collect();
    }
    let ranked = alternatives.iter().enumerate();
    let ranked = ranked.filter_map(|(i, a)| Some((best(a.shapes, value)?, i)));
    let mut ranked: Vec<(Rank, usize)> = ranked.collect();
    ranked.sort();
    ranked.into_iter().map(|(_, i)| i).collect()
}

/// How an alternative is written.
pub mod put {
    use super::*;

    /// A struct: with its tag, whatever it holds itself.
    pub fn tagged<T: Record, S: Serializer>(
        value: &T,
        name: &'static str,
        tag: impl Serialize,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry(name, &tag)?;
        value.write(&mut Others {
            map: &mut map,
            name,
            taken: false,
        })?;
        map.end()
    }

    /// As it is.
    pub fn plain<T: Serialize, S: Serializer>(
        value: &T,
        _: &'static str,
        _: (),
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(s)
    }

    /// Every member but one.
    struct Others<'a, M> {
        map: &'a mut M,
        name: &'static str,
        taken: bool,
    }

    impl<M: SerializeMap> SerializeMap for Others<'_, M> {
        type Ok = ();
        type Error = M::Error;

        fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
            let text = serde_json::to_value(key).map_err(serde::ser::Error::custom)?;
            self.taken = text == self.name;
            match self.taken {
                true => Ok(()),
                false => self.map.serialize_key(key),
            }
        }

        fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
            match self.taken {
                true => Ok(()),
                false => self.map.serialize_value(value),
            }
        }

        fn end(self) -> Result<(), M::Error> {
            Ok(())
        }
    }
}

#[macro_export]
#[doc(hidden)]
macro_rules! __union {
    (
        $(#[$meta:meta])* $name:ident {
            $($(#[$vmeta:meta])* $variant:ident($ty:ty) = $as:ident($inner:ty) $how:ident $($value:literal)?),* $(,)?
        },
        $tag:literal, [$($from:ident($of:ty)),* $(,)?], [$($alternative:expr),* $(,)?]
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* $variant($ty),)*
            /// A value that is of no alternative of the document, kept as it came.
            Unknown($crate::UnknownValue<$crate::Json>),
        }
        impl $name {
            $(
                $(#[$vmeta])*
                pub fn $as(&self) -> ::std::option::Option<&$inner> {
                    match self { Self::$variant(value) => ::std::option::Option::Some(value), _ => ::std::option::Option::None }
                }
            )*
            /// The value that is of no alternative of the document.
            pub fn as_unknown(&self) -> ::std::option::Option<&$crate::Json> {
                match self { Self::Unknown(value) => ::std::option::Option::Some(value.get()), _ => ::std::option::Option::None }
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(value) => $crate::rt::debug_variant(f, ::std::stringify!($variant), value),)*
                    Self::Unknown(value) => $crate::rt::debug_variant(f, "Unknown", value.get()),
                }
            }
        }
        impl $crate::rt::Redact for $name {
            fn redact(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { ::std::fmt::Debug::fmt(self, f) }
        }
        impl $crate::rt::Placeholder for $name {
            fn placeholder() -> Self { <Self as $crate::rt::Union>::unknown(::std::default::Default::default()) }
        }
        impl $crate::rt::Union for $name {
            const TAG: &'static str = $tag;
            const ALTERNATIVES: &'static [$crate::rt::Alternative] = &[$($alternative),*];
            const READ: &'static [fn($crate::rt::Source<'_>) -> ::std::option::Option<Self>] = &[$(|from| from.read().map(Self::$variant)),*];
            fn unknown(value: $crate::Json) -> Self { Self::Unknown($crate::UnknownValue::__new(value)) }
        }
        $(
            impl ::std::convert::From<$of> for $name {
                fn from(value: $of) -> Self { Self::$from(value.into()) }
            }
            impl $crate::IntoNullable<$name> for $of {
                fn into_nullable(self) -> ::std::option::Option<$name> { ::std::option::Option::Some(self.into()) }
            }
        )*
        impl ::std::convert::From<$crate::serde_json::Value> for $name {
            /// Read as a response is.
            fn from(value: $crate::serde_json::Value) -> Self { $crate::rt::of(value) }
        }
        impl<'de> $crate::rt::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::serde::Deserializer<'de>>(d: D) -> ::std::result::Result<Self, D::Error> { $crate::rt::read_union(d) }
        }
        impl $crate::rt::serde::Serialize for $name {
            fn serialize<S: $crate::rt::serde::Serializer>(&self, s: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => $crate::rt::put::$how::<$inner, _>(value, $tag, ($($value)?), s),)*
                    Self::Unknown(value) => $crate::rt::serde::Serialize::serialize(value.get(), s),
                }
            }
        }
    };
}
