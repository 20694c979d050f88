//! Ranks how well a value fits an alternative without a tag (docs/decisions/0006-unions.md).

use std::cmp::Reverse;

use serde_json::{Map, Value};

use crate::{
    spec::schema::{Kind, Object, Schema, SchemaRef, Schemas},
    util::json,
};

impl Schemas {
    /// Returns how well a value fits, where less is better; `None` if it does not fit.
    pub fn rank(&self, leaf: SchemaRef, value: &Value, partial: bool, first: bool) -> Option<Rank> {
        let schema = self.at(leaf);
        let mut rank = Rank::default();
        if let (Some(union), Value::Object(map)) = (self.union(leaf), value) {
            let tag = map.get(union.tag.as_ref()?);
            let known = tag.is_some_and(|t| union.by_tag.contains_key(&json::text(t)));
            rank.fixed = Reverse(usize::from(known));
            return (known || (partial && tag.is_none())).then_some(rank);
        }
        if self.union(leaf).is_none() && !takes(schema, value) {
            return None;
        }
        match (&schema.kind, value) {
            (Kind::Object(object), Value::Object(map)) => {
                return self.members_rank(object, map, partial);
            }
            (Kind::List(item), Value::Array(list)) => {
                if let Some(inner) = list.first().filter(|_| first) {
                    let union = self.union(*item).filter(|u| u.tag.is_none());
                    let leaves = union.map(|u| self.leaves(*item, u).all.as_slice());
                    let leaves = leaves.unwrap_or(std::slice::from_ref(item));
                    let ranks = leaves
                        .iter()
                        .filter_map(|l| self.rank(*l, inner, partial, false));
                    return ranks.min();
                }
            }
            _ => {}
        }
        rank.strictness = match &schema.values {
            Some(values) if values.contains(value) => 0,
            Some(_) => 3,
            None => match &schema.kind {
                Kind::Text(format) => 2 - u8::from(!format.is_empty()),
                Kind::Number | Kind::Any => 1,
                _ => 0,
            },
        };
        Some(rank)
    }

    fn members_rank(
        &self,
        object: &Object,
        map: &Map<String, Value>,
        partial: bool,
    ) -> Option<Rank> {
        let (mut fixed, mut known) = (0, 0);
        for (name, value) in map {
            let Some(property) = object.get(name) else {
                continue;
            };
            known += 1;
            match &self.at(property.of).values {
                Some(values) if values.len() != 1 => {}
                Some(values) if !values.contains(value) => return None,
                Some(_) => fixed += 1,
                None => {}
            }
        }
        let required = object.properties.iter().filter(|p| p.required);
        let missing = required.clone().filter(|p| !map.contains_key(&p.name));
        let missing = if partial { 0 } else { missing.count() };
        let open = object.others.is_some();
        let unknown = if open { 0 } else { map.len() - known };
        // One kind of fault is accepted, missing or unknown members, never both; and at least one
        // member must be known.
        let fits = match (missing, unknown) {
            (0, 0) => true,
            (0, _) | (_, 0) => known > 0,
            _ => false,
        };
        fits.then_some(Rank {
            missing,
            unknown,
            fixed: Reverse(fixed),
            open,
            required: Reverse(required.count()),
            strictness: 0,
        })
    }
}

/// Compared in the order of its fields.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    missing: usize,
    unknown: usize,
    fixed: Reverse<usize>,
    open: bool,
    required: Reverse<usize>,
    strictness: u8,
}

/// Returns whether the value has the JSON type of a schema.
pub fn takes(schema: &Schema, value: &Value) -> bool {
    match &schema.kind {
        Kind::Any | Kind::Union(_) => true,
        Kind::Text(_) | Kind::File => value.is_string(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::List(_) => value.is_array(),
        Kind::Object(_) => value.is_object(),
    }
}
