//! Types: what a caller sends or reads, compared pair by pair, once for each side.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::{
    Error,
    schema::{self, Document},
};
use serde_json::Value;

use super::{Change, Class, Side, change, texts::short};

/// Lists in lists, or an alias of itself (`A: [A]`), are followed so far.
const DEPTH: u8 = 16;

/// A component before and after, and who sees it.
type Pair = (Side, String, String);

/// Two documents, and which pairs of components their operations reach.
pub struct Schemas<'a> {
    pub old: Document<'a>,
    pub new: Document<'a>,
    reached: BTreeMap<Pair, BTreeSet<String>>,
}

impl<'a> Schemas<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old: Document::new(old),
            new: Document::new(new),
            reached: BTreeMap::new(),
        }
    }

    /// A value that `operation` sends or reads: its own limits now, the components that it leads to in [`Self::components`].
    pub fn value(
        &mut self,
        side: Side,
        operation: &str,
        what: &str,
        old: &'a Value,
        new: &'a Value,
        changes: &mut Vec<Change>,
    ) -> Result<(), Error> {
        let (before, after) = (rust(&self.old, old)?, rust(&self.new, new)?);
        if before == after {
            let mut limits = Vec::new();
            self.limits(side, operation, old, new, &mut limits);
            changes.extend(limits.into_iter().map(|c| Change {
                what: format!("{what}: {}", c.what),
                ..c
            }));
        } else {
            changes.push(change(
                Class::Breaking,
                side,
                operation,
                format!("{what}: `{before}` is `{after}` now"),
            ));
        }
        let mut todo = Vec::new();
        self.pairs(old, new, 0, &mut |a, b| todo.push((side, a, b)));
        while let Some(pair) = todo.pop() {
            if !self
                .reached
                .entry(pair.clone())
                .or_default()
                .insert(operation.to_owned())
            {
                continue;
            }
            let (Some(old), Some(new)) = (members(&self.old, &pair.1), members(&self.new, &pair.2))
            else {
                continue;
            };
            for (key, (old, _)) in &old {
                if let Some((new, _)) = new.get(key) {
                    self.pairs(old, new, 0, &mut |a, b| todo.push((side, a, b)));
                }
            }
        }
        Ok(())
    }

    /// The changes of every component that an operation reaches.
    pub fn components(&self, changes: &mut Vec<Change>) -> Result<(), Error> {
        for ((side, before, after), operations) in &self.reached {
            let mut found = Vec::new();
            self.component(*side, before, after, &mut found)?;
            changes.extend(found.into_iter().map(|c| Change {
                operations: operations.clone(),
                ..c
            }));
        }
        Ok(())
    }

    fn component(
        &self,
        side: Side,
        before: &str,
        after: &str,
        changes: &mut Vec<Change>,
    ) -> Result<(), Error> {
        if before != after {
            changes.push(change(
                Class::Breaking,
                side,
                before,
                format!("the type is named `{after}` now"),
            ));
        }
        let (Some(old), Some(new)) = (self.old.schemas.get(before), self.new.schemas.get(after))
        else {
            return Ok(());
        };
        if let (Some(old), Some(new)) = (values(old), values(new)) {
            for value in old.difference(&new) {
                changes.push(change(
                    Class::Breaking,
                    side,
                    after,
                    format!("the value {value} is gone"),
                ));
            }
            for value in new.difference(&old) {
                changes.push(change(
                    Class::Additive,
                    side,
                    after,
                    format!("there is a value {value}"),
                ));
            }
            return Ok(());
        }
        let (Some(old_members), Some(new_members)) =
            (members(&self.old, before), members(&self.new, after))
        else {
            changes.push(change(
                Class::Breaking,
                side,
                after,
                "an object is a list of values now, or the other way round",
            ));
            return Ok(());
        };
        for (key, (property, required)) in &old_members {
            let place = format!("{after}.{key}");
            let Some((now, must)) = new_members.get(key) else {
                changes.push(change(Class::Breaking, side, place, "is gone"));
                continue;
            };
            let (was, is) = (
                member(&self.old, side, property, *required)?,
                member(&self.new, side, now, *must)?,
            );
            if rust(&self.old, property)? == rust(&self.new, now)? {
                self.limits(side, &place, property, now, changes);
            }
            if was == is {
                continue;
            }
            let why = match (side, required, must) {
                (Side::Request, false, true) => "; must be given now",
                (Side::Request, true, false) => "; need not be given now",
                (_, true, false) => "; need not come now",
                _ => "",
            };
            changes.push(change(
                Class::Breaking,
                side,
                place,
                format!("`{was}` is `{is}` now{why}"),
            ));
        }
        for (key, (property, must)) in new_members
            .iter()
            .filter(|(k, _)| !old_members.contains_key(*k))
        {
            let class = if *must && side == Side::Request {
                Class::Breaking
            } else {
                Class::Additive
            };
            let ty = member(&self.new, side, property, *must)?;
            let why = if class == Class::Breaking {
                ", which must be given"
            } else {
                ""
            };
            changes.push(change(
                class,
                side,
                format!("{after}.{key}"),
                format!("is new{why}: `{ty}`"),
            ));
        }
        let extra = |doc: &Document<'_>, schema: &Value| match schema.get("additionalProperties") {
            Some(Value::Bool(true)) => Ok(Some("Json".to_owned())),
            Some(extra @ Value::Object(map)) if !map.is_empty() => rust(doc, extra).map(Some),
            _ => Ok(None),
        };
        let (was, is) = (extra(&self.old, old)?, extra(&self.new, new)?);
        if was != is {
            let name =
                |ty: Option<String>| ty.map_or_else(|| "not kept".into(), |ty| format!("`{ty}`"));
            changes.push(change(
                Class::Breaking,
                side,
                after,
                format!("other members: {} before, {} now", name(was), name(is)),
            ));
        }
        Ok(())
    }

    /// Limits of two schemas that are the same Rust type. Only requests are held to them (DRF validates what it gets, not what it gives).
    fn limits(&self, side: Side, place: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
        self.limits_at(side, place, old, new, 0, changes);
    }

    fn limits_at(
        &self,
        side: Side,
        place: &str,
        old: &Value,
        new: &Value,
        depth: u8,
        changes: &mut Vec<Change>,
    ) {
        let (old, new) = (self.old.written_out(old), self.new.written_out(new));
        for (key, grows) in LIMITS {
            let (was, is) = (
                old.get(key).unwrap_or(&Value::Null),
                new.get(key).unwrap_or(&Value::Null),
            );
            if was == is || (was.as_f64().is_some() && was.as_f64() == is.as_f64()) {
                continue;
            }
            let looser = match (was.as_f64(), is.as_f64(), grows) {
                (Some(was), Some(is), Tighter::Up) => is < was,
                (Some(was), Some(is), Tighter::Down) => is > was,
                _ => matches!(is, Value::Null | Value::Bool(false)),
            };
            let class = match (side, looser) {
                (Side::Response, _) => Class::Cosmetic,
                (_, true) => Class::Additive,
                (_, false) => Class::Breaking,
            };
            changes.push(change(
                class,
                side,
                place,
                format!("`{key}`: {} → {}", short(was), short(is)),
            ));
        }
        for key in ["items", "additionalProperties"] {
            if let (Some(old), Some(new)) = (old.get(key), new.get(key))
                && depth < DEPTH
            {
                self.limits_at(side, place, old, new, depth + 1, changes);
            }
        }
    }

    /// The components that stand at the same places of two values.
    fn pairs(&self, old: &Value, new: &Value, depth: u8, f: &mut impl FnMut(String, String)) {
        let (old, new) = (self.old.written_out(old), self.new.written_out(new));
        if let (Some(old), Some(new)) = (Document::target(old), Document::target(new)) {
            return f(old.to_owned(), new.to_owned());
        }
        for key in ["items", "additionalProperties"] {
            if let (Some(old), Some(new)) = (old.get(key), new.get(key))
                && depth < DEPTH
            {
                self.pairs(old, new, depth + 1, f);
            }
        }
    }
}

/// The members of an object, and whether each is required.
fn members(doc: &Document<'_>, name: &str) -> Option<BTreeMap<String, (Value, bool)>> {
    let (properties, required) = doc.properties(doc.schemas.get(name).copied()?)?;
    Some(
        properties
            .into_iter()
            .map(|(key, schema)| (key.clone(), (schema, required.contains(&key))))
            .collect(),
    )
}

/// Does a larger number let less through?
#[derive(Clone, Copy)]
enum Tighter {
    Up,
    Down,
    /// Not a matter of size: any other value may refuse what was good.
    Other,
}

const LIMITS: [(&str, Tighter); 18] = [
    ("minLength", Tighter::Up),
    ("maxLength", Tighter::Down),
    ("minimum", Tighter::Up),
    ("maximum", Tighter::Down),
    ("exclusiveMinimum", Tighter::Other),
    ("exclusiveMaximum", Tighter::Other),
    ("minItems", Tighter::Up),
    ("maxItems", Tighter::Down),
    ("minProperties", Tighter::Up),
    ("maxProperties", Tighter::Down),
    ("pattern", Tighter::Other),
    ("uniqueItems", Tighter::Other),
    ("multipleOf", Tighter::Other),
    ("format", Tighter::Other),
    // A type of its own on the side that sends, so that only an answer's is left.
    ("nullable", Tighter::Other),
    // Any JSON in Rust.
    ("oneOf", Tighter::Other),
    ("anyOf", Tighter::Other),
    ("not", Tighter::Other),
];

/// The values of an enum, as JSON.
fn values(schema: &Value) -> Option<BTreeSet<String>> {
    Some(
        schema
            .get("enum")?
            .as_array()?
            .iter()
            .map(Value::to_string)
            .collect(),
    )
}

/// The Rust type of a schema as a caller reads it: without paths.
pub fn rust(doc: &Document<'_>, schema: &Value) -> Result<String, Error> {
    let tokens = doc
        .nullable(schema, &mut BTreeSet::new())?
        .to_string()
        .replace(' ', "");
    // `::std::vec::Vec<crate::types::Device>` → `Vec<Device>`
    let mut out = String::new();
    for part in tokens.split_inclusive(['<', '>', ',']) {
        out.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    Ok(out)
}

/// The type of a member, as the generator makes it: what may be left out, or be null, is an `Option`.
fn member(doc: &Document<'_>, side: Side, schema: &Value, required: bool) -> Result<String, Error> {
    let ty = rust(doc, schema)?;
    let required = required && (side == Side::Request || schema::always(schema));
    Ok(match (required, doc.is_nullable(schema)) {
        (false, false) => format!("Option<{ty}>"),
        (false, true) if side == Side::Request => format!("Option<{ty}>"),
        _ => ty,
    })
}
