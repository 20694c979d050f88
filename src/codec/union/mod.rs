//! Typed, open unions (`oneOf`, `anyOf`): finds the alternative of a value, and writes it. The rule
//! and its reasons: docs/decisions/0006-unions.md.
//!
//! A generated union describes its alternatives; the common part is here. A value that fits no
//! alternative is kept, so reading a union only fails for what no JSON value can hold.

mod macros;
pub mod put;
mod shape;

use std::{
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, Visitor},
};
use serde_json::Value;

use crate::{
    Json,
    codec::{any::Any, decode, digits, mode, raw},
};

pub use self::shape::{Alternative, Shape, Tag, kind};
use self::shape::{Rank, best};

/// A generated union.
pub trait Union: Sized + 'static {
    /// The member that tells the alternative of an object; empty if there is none.
    const TAG: &'static str;
    const ALTERNATIVES: &'static [Alternative];
    /// A reader for each alternative.
    const READ: &'static [fn(Source<'_>) -> Option<Self>];

    fn unknown(value: Json) -> Self;
}

/// The source that an alternative is read from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A value that is read as it is documented.
    Strict(&'a Value),
    /// A text that is read leniently, with the positions of empty strings that do not fit, which
    /// are found once.
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

/// How deep unions are read inside unions. A deeper one is kept as an unknown value.
const DEEPEST: u8 = 100;

#[derive(Clone, Copy, Default)]
struct State {
    depth: u8,
    /// Whether an alternative is only probed. Unions inside, which never fail, are then skipped:
    /// without this each level would double the work.
    probing: bool,
    /// Whether a union was skipped.
    passed: bool,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State { depth: 0, probing: false, passed: false }) };
}

/// Changes the state until it is dropped.
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
        Any::deserialize(d).map(|Any(value)| of(value))
    }

    fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<U, E> {
        mode::expect_item(false);
        if passed() {
            return Ok(U::unknown(Json::default()));
        }
        let Any(value) = serde_json::from_slice(text).map_err(E::custom)?;
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

/// Returns whether a union here is to be skipped, and notes it.
fn passed() -> bool {
    let state = STATE.get();
    STATE.set(State {
        passed: state.passed || state.probing,
        ..state
    });
    state.probing
}

/// Returns the union of a value. A tag alone decides; without one, the alternatives that fit are
/// read, the best first.
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

/// Reads leniently, but only if no other alternative is possible.
fn leniently<U: Union>(order: &[usize], text: &[u8]) -> Option<U> {
    match order {
        [one] => read(*one, Source::Lenient(text, &RefCell::default())),
        _ => None,
    }
}

/// Reads an alternative, first without the unions inside it, so that a fault costs no more than its
/// own level.
fn read<U: Union>(index: usize, source: Source<'_>) -> Option<U> {
    let _inside = Scope::new(|state| state.depth = state.depth.saturating_add(1));
    if STATE.get().depth > DEEPEST {
        return None;
    }
    let read = U::READ.get(index)?;
    let probing = Scope::new(|state| (state.probing, state.passed) = (true, false));
    let probed = read(source)?;
    let passed = STATE.get().passed;
    drop(probing);
    match passed {
        true => read(source),
        false => Some(probed),
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
