//! The shapes of the alternatives of a union, and how well a value fits one.

use std::cmp::Reverse;

use serde_json::{Map, Value};

/// A value of the tag, which tells the alternative.
#[derive(Clone, Copy, Debug)]
pub enum Tag {
    Text(&'static str),
    Integer(i64),
    Boolean(bool),
}

impl Tag {
    pub(super) fn is(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Integer(n) => value.as_i64() == Some(n),
            Self::Boolean(b) => value.as_bool() == Some(b),
        }
    }
}

/// JSON types, as bits of a mask.
pub mod kind {
    pub const BOOLEAN: u8 = 1;
    pub const INTEGER: u8 = 2;
    pub const NUMBER: u8 = 4;
    pub const TEXT: u8 = 8;
    pub const LIST: u8 = 16;
    pub const OBJECT: u8 = 32;
    pub const ANY: u8 = 63;
}

/// The shape of the values of an alternative, one level deep.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The JSON types, a mask of the bits in [`kind`].
    pub kinds: u8,
    /// The listed values of an enum.
    pub values: &'static [Tag],
    /// Whether the value is a string with a format, such as a time or a UUID.
    pub formatted: bool,
    /// The names of the members of an object.
    pub fields: &'static [&'static str],
    pub required: &'static [&'static str],
    /// Members whose values the document fixes.
    pub fixed: &'static [(&'static str, &'static [Tag])],
    /// Whether other members are allowed.
    pub open: bool,
    /// The shape of the first item of a list, if it is known.
    pub items: &'static [Shape],
}

impl Shape {
    /// The shape of any value.
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

    /// Returns how well a value fits, where less is better; `None` if it does not fit.
    fn rank(&self, value: &Value) -> Option<Rank> {
        if self.kinds & kind_of(value) == 0 {
            return None;
        }
        let strictness = match value {
            _ if self.values.iter().any(|v| v.is(value)) => 0,
            _ if !self.values.is_empty() => 3,
            Value::String(_) => 2 - u8::from(self.formatted),
            // An integer fits an integer better than a number; any value is the last choice.
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
            // Usually the one after the last.
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
        // One of two faults is accepted: missing members, or members that the document does not
        // name; never both, and never if no member is known.
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

/// Compared in the order of its fields.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    missing: usize,
    foreign: usize,
    fixed: Reverse<usize>,
    open: bool,
    required: Reverse<usize>,
    strictness: u8,
}

pub(super) fn best(shapes: &[Shape], value: &Value) -> Option<Rank> {
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
        // Beyond `i64`: a `u64`, and no exact `f64`.
        Value::Number(n) if n.is_u64() => kind::INTEGER,
        Value::Number(_) => kind::NUMBER,
        Value::String(_) => kind::TEXT,
        Value::Array(_) => kind::LIST,
        Value::Object(_) => kind::OBJECT,
    }
}

/// An alternative: the values of the tag that name it, and its shapes.
#[derive(Debug)]
pub struct Alternative {
    pub tags: &'static [Tag],
    pub shapes: &'static [Shape],
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: Shape = Shape {
        kinds: kind::TEXT,
        ..Shape::ANY
    };
    const OBJECT: Shape = Shape {
        kinds: kind::OBJECT,
        fields: &["a", "b"],
        required: &["a"],
        open: false,
        ..Shape::ANY
    };

    /// Returns the positions of the shapes that a value fits, the best first.
    fn fitting(shapes: &[Shape], value: &Value) -> Vec<usize> {
        let ranked = shapes.iter().enumerate();
        let ranked = ranked.filter_map(|(i, shape)| Some((shape.rank(value)?, i)));
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort();
        ranked.into_iter().map(|(_, i)| i).collect()
    }

    #[test]
    fn a_number_is_what_it_is_read_as_without_loss() {
        const BOTH: u8 = kind::INTEGER | kind::NUMBER;
        for (number, kinds) in [
            (json!(1), BOTH),
            (json!(1_i64 << 53), BOTH),
            (json!(-(1_i64 << 53)), BOTH),
            (json!((1_i64 << 53) + 1), kind::INTEGER),
            (json!(-(1_i64 << 53) - 1), kind::INTEGER),
            (json!(u64::MAX), kind::INTEGER),
            (json!(1.0), kind::NUMBER),
            (Value::Null, 0),
        ] {
            assert_eq!(kind_of(&number), kinds, "{number}");
        }
    }

    #[test]
    fn what_says_more_about_a_value_comes_first() {
        let listed = |values: &'static [Tag]| Shape { values, ..TEXT };
        let formatted = Shape {
            formatted: true,
            ..TEXT
        };
        let of = |kinds| Shape {
            kinds,
            ..Shape::ANY
        };
        let texts = [
            listed(&[Tag::Text("y")]),
            TEXT,
            formatted,
            listed(&[Tag::Text("x")]),
        ];
        assert_eq!(fitting(&texts, &json!("x")), [3, 2, 1, 0]);
        let numbers = [of(kind::NUMBER), of(kind::INTEGER), of(kind::BOOLEAN)];
        assert_eq!(fitting(&numbers, &json!(1)), [1, 0]);
        assert_eq!(fitting(&numbers, &json!(1.5)), [0]);
        assert_eq!(
            fitting(&[Shape::ANY, of(kind::BOOLEAN)], &json!(true)),
            [1, 0]
        );
        let mixed = [of(kind::BOOLEAN | kind::TEXT), of(kind::BOOLEAN)];
        assert_eq!(fitting(&mixed, &json!(true)), [1, 0]);
        let lists = [TEXT, of(kind::INTEGER)].map(|item| Shape {
            kinds: kind::LIST,
            items: if item.kinds == kind::TEXT {
                &[TEXT]
            } else {
                &[OBJECT]
            },
            ..Shape::ANY
        });
        assert_eq!(fitting(&lists, &json!(["x", 1])), [0]);
        assert_eq!(fitting(&lists, &json!([{"a": 1}])), [1]);
        assert_eq!(fitting(&lists, &json!([])), [0, 1]);
        assert!(fitting(&lists, &json!([1])).is_empty());
    }

    #[test]
    fn an_object_lacks_members_or_has_others_but_not_both() {
        let open = Shape {
            open: true,
            ..OBJECT
        };
        for (value, fits) in [
            (json!({"a": 1}), vec![1, 0]),
            (json!({"b": 1}), vec![1, 0]),
            (json!({"a": 1, "c": 1}), vec![0, 1]),
            (json!({"b": 1, "c": 1}), vec![0]),
            (json!({"c": 1}), vec![]),
            (json!({}), vec![]),
        ] {
            assert_eq!(fitting(&[open, OBJECT], &value), fits, "{value}");
        }
        let none = Shape {
            required: &[],
            ..OBJECT
        };
        assert_eq!(fitting(&[none, OBJECT], &json!({"a": 1})), [1, 0]);
        assert_eq!(fitting(&[none, OBJECT], &json!({"b": 1})), [0, 1]);
        assert_eq!(fitting(&[none], &json!({})), [0]);
    }

    #[test]
    fn a_member_with_a_fixed_value_decides() {
        let fixed = |fixed: &'static [(_, &'static [Tag])]| Shape { fixed, ..OBJECT };
        let shapes = [
            OBJECT,
            fixed(&[("a", &[Tag::Boolean(true)])]),
            fixed(&[("a", &[Tag::Integer(1), Tag::Text("x")])]),
        ];
        assert_eq!(fitting(&shapes, &json!({"a": true})), [1, 0]);
        assert_eq!(fitting(&shapes, &json!({"a": 1})), [2, 0]);
        assert_eq!(fitting(&shapes, &json!({"a": "x"})), [2, 0]);
        assert_eq!(fitting(&shapes, &json!({"a": false})), [0]);
        assert_eq!(fitting(&shapes, &json!({"b": 1})), [0, 1, 2]);
    }
}
