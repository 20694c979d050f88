//! Compares types and lists of values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    SchemaPair,
    names::{reference, target},
    with_items,
};
use crate::document::types::is_of_one;
use crate::pipeline::diff::{
    Rule,
    meaning::implied,
    place::At,
    texts::short,
    values::{Maybe, flag, get, items, missing},
    walk::Walker,
};

impl<'a> Walker<'a> {
    pub(super) fn types(&mut self, at: &At, holders: SchemaPair<'a>, values: SchemaPair<'a>) {
        let ((old, old_null), (new, new_null)) = (kinds(holders.0), kinds(holders.1));
        // A component may say so itself.
        let behind = |doc: &'a Value, schema: Maybe<'a>| {
            reference(schema).is_some() && kinds(schema.map(|s| target(doc, s))).1
        };
        let old_null = old_null || behind(self.old.doc, holders.0);
        let new_null = new_null || behind(self.new.doc, holders.1);
        if let Some(rule) = self.type_rule(&old, &new) {
            self.emit(rule, at, type_text(&old, &new));
        }
        let holder = |pointer: &str| pointer.rsplit_once('/').map_or("", |(at, _)| at).to_owned();
        let known = self.is_null_known((&holder(&at.old), &holder(&at.new)));
        match (old_null, new_null) {
            _ if known && old != new => {}
            _ if known => self.differs(Rule::WrittenOtherwise, at, values.0, values.1),
            // A schema without a type allows null too.
            (true, false) if is_any(holders.1) && old != new => {}
            (false, true) if is_any(holders.0) && old != new => {}
            (a, b) if a != b && !is_any(holders.0) && !is_any(holders.1) => {
                self.null(at, (&holder(&at.old), &holder(&at.new)), b)
            }
            _ if old == new => self.differs(Rule::WrittenOtherwise, at, values.0, values.1),
            _ => {}
        }
    }

    /// Returns whether a change already tells if the schemas at these places may be null.
    fn is_null_known(&self, (old, new): (&str, &str)) -> bool {
        let known = self.null_known.as_ref();
        known.is_some_and(|(a, b)| old == a || new == b)
    }

    /// Returns the rule for a change of types, if they differ.
    fn type_rule(&self, old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Option<Rule> {
        let within = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| {
            b.is_empty()
                || (!a.is_empty()
                    && a.iter().all(|t| {
                        *t == "null" || b.contains(t) || (*t == "integer" && b.contains("number"))
                    }))
        };
        // As a text, every number is one.
        let text = |kinds: &BTreeSet<&str>| self.is_text && kinds.len() == 1;
        let is_text = |kinds: &BTreeSet<&str>| text(kinds) && kinds.contains("string");
        let is_plain = |kinds: &BTreeSet<&str>| {
            text(kinds)
                && !["array", "object", "file"]
                    .iter()
                    .any(|k| kinds.contains(k))
        };
        Some(match (within(old, new), within(new, old)) {
            _ if old == new => return None,
            _ if self.one_is_a_list => Rule::TypeWider,
            _ if is_plain(old) && is_text(new) => Rule::TypeWider,
            _ if is_text(old) && is_plain(new) => Rule::TypeNarrower,
            (true, true) => Rule::WrittenOtherwise,
            (true, _) => Rule::TypeWider,
            (_, true) => Rule::TypeNarrower,
            _ => Rule::TypeChanged,
        })
    }

    /// Adds a keyword that is about values of one type to the change of that type, if no value is
    /// of both. Returns whether it is so.
    pub(super) fn of_changed_type(
        &mut self,
        key: &str,
        (at, below): (&At, &At),
        holders: SchemaPair<'a>,
        value: Maybe<'a>,
    ) -> bool {
        let listed = matches!(key, "enum" | "const");
        let of_type = |value| listed || is_of_one(key, value);
        if !value.is_some_and(of_type) {
            return false;
        }
        let (old, new) = (kinds(holders.0).0, kinds(holders.1).0);
        let changed = self.type_rule(&old, &new) == Some(Rule::TypeChanged);
        if changed {
            let items: &[&str] = if listed { &["", "=*"] } else { &[] };
            let at = with_items(at, below, items);
            self.emit(Rule::TypeChanged, &at, type_text(&old, &new));
        }
        changed
    }

    /// Reports that what is at these places may be null, or no longer; that of a component only
    /// matters where its use does not say so itself.
    pub(super) fn null(&mut self, at: &At, (old, new): (&str, &str), now: bool) {
        let (rule, what) = match now {
            true => (Rule::NullableNew, "may be null now"),
            false => (Rule::NullableGone, "may no longer be null"),
        };
        match self.old.may_be_null(old) && self.new.may_be_null(new) {
            true => {
                let what = format!("{what}: each use has null by itself");
                self.emit(Rule::WrittenOtherwise, at, what);
            }
            false => self.emit(rule, at, what),
        }
    }

    pub(super) fn format(&mut self, at: &At, (old, new): SchemaPair<'a>) {
        let name = |v: Maybe<'a>| v.map_or("", |v| v.as_str().unwrap_or("?"));
        let narrow = |a: &str, b: &str| matches!((a, b), ("int32", "int64") | ("float", "double"));
        let rule = match (name(old), name(new)) {
            // A hint for forms: what is sent and read is the same.
            ("password", "") | ("", "password") => Rule::WrittenOtherwise,
            // Bytes, not text: a file in a form, a download.
            ("binary", _) | (_, "binary") => Rule::FormatChanged,
            (_, "") => Rule::FormatGone,
            ("", _) => Rule::FormatNew,
            (a, b) if narrow(a, b) => Rule::FormatWider,
            (a, b) if narrow(b, a) => Rule::FormatNarrower,
            _ => Rule::FormatChanged,
        };
        self.differs(rule, at, old, new);
    }

    /// Compares lists of values, by `enum` or `const`.
    pub(super) fn values(&mut self, at: &At, below: &At, (old, new): (Maybe<'_>, Maybe<'_>)) {
        // A list of values is a Rust enum with a variant for each.
        let below = with_items(at, below, &["", "=*"]);
        match (old, new) {
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                let (mut gone, mut come) = (missing(a, b), missing(b, a));
                // It was said already whether it may be null.
                if self.is_null_known((&at.old, &at.new)) {
                    gone.retain(|v| !v.is_null());
                    come.retain(|v| !v.is_null());
                }
                if !gone.is_empty() && !come.is_empty() && gone.len() == a.len() {
                    return self.differs(Rule::ValuesChanged, &below.what("values"), old, new);
                }
                if gone.is_empty() && come.is_empty() {
                    let rule = match old == new {
                        true => Rule::WrittenOtherwise,
                        false => Rule::Order,
                    };
                    return self.differs(rule, &below, old, new);
                }
                for value in gone {
                    self.emit(
                        Rule::ValueGone,
                        &below,
                        format!("the value {} is gone", short(Some(value))),
                    );
                }
                for value in come {
                    self.emit(
                        Rule::ValueNew,
                        &below,
                        format!("the value {} is new", short(Some(value))),
                    );
                }
            }
            (None, Some(Value::Array(_))) => {
                self.differs(Rule::ValuesClosed, &below.what("values"), old, new)
            }
            (Some(Value::Array(_)), None) => {
                self.differs(Rule::ValuesOpened, &below.what("values"), old, new)
            }
            _ => {}
        }
    }
}

/// Returns the JSON types of a schema, and whether null is one of them.
pub fn kinds<'v>(schema: Maybe<'v>) -> (BTreeSet<&'v str>, bool) {
    let mut kinds: BTreeSet<&str> = match get(schema, "type") {
        Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
        Some(list) => items(Some(list)).iter().filter_map(Value::as_str).collect(),
        None => implied(schema).into_iter().collect(),
    };
    // What is only null has that type; what may be null too is of another.
    let null = (kinds.len() > 1 && kinds.remove("null"))
        || kinds.contains("null")
        || flag(schema, "nullable")
        || flag(schema, "x-nullable");
    (kinds, null)
}

/// Returns whether a schema says nothing about the type of its values.
fn is_any(schema: Maybe<'_>) -> bool {
    let about = [
        "$ref", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if",
    ];
    kinds(schema).0.is_empty() && about.iter().all(|key| get(schema, key).is_none())
}

fn type_text(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> String {
    let list = |kinds: &BTreeSet<&str>| match kinds.is_empty() {
        true => "any type".to_owned(),
        false => format!(
            "`{}`",
            kinds.iter().copied().collect::<Vec<_>>().join(" | ")
        ),
    };
    format!("{} → {}", list(old), list(new))
}
