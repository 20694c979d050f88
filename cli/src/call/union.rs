//! Checks a value against a union. If it fits no alternative, the one that is meant says why.

use autopi::rt::Violations;
use serde_json::{Value, json};

use super::check::{Checker, mismatch};
use crate::index::{is_null, type_name};

impl Checker<'_> {
    pub(super) fn alternatives(
        &mut self,
        union: &Value,
        all: &[Value],
        value: &Value,
        v: &mut Violations,
    ) {
        // Each is checked once: unions in unions would take exponential time otherwise.
        let mut faults = Vec::new();
        for schema in all {
            let found = v.apart(|v| self.value(schema, value, v));
            // What takes too long to check is left to the server.
            if found.is_empty() || self.steps == 0 {
                return;
            }
            faults.push(found);
        }
        let of_type = |of: &Value| {
            let of = self.index.resolved(of);
            !is_null(&of) && self.wanted(&of, value).is_none()
        };
        let meant: Vec<_> = (0..all.len()).filter(|i| of_type(&all[*i])).collect();
        let tag = union.pointer("/discriminator/propertyName");
        let tag = tag.and_then(Value::as_str);
        let is_named = |i: &usize| self.is_named(union, &all[*i], tag, value);
        let named: Vec<_> = meant.iter().copied().filter(is_named).collect();
        let schemas: Vec<_> = meant.iter().map(|i| &all[*i]).collect();
        let found = match (
            meant.as_slice(),
            named.as_slice(),
            self.tags(union, &schemas),
        ) {
            ([], ..) => v.apart(|v| v.fault(mismatch(&type_name(self.index, union), value))),
            (_, &[one], _) | (&[one], ..) => std::mem::take(&mut faults[one]),
            (_, _, Some((tag, names))) if named.is_empty() || value.get(tag).is_none() => {
                let given = value.get(tag).unwrap_or(&Value::Null);
                let names = json!({ "enum": names });
                let at = |at: &mut String| Violations::step(at, tag);
                v.apart(|v| v.within(at, |v| self.listed(&names, given, v)))
            }
            _ => match self.listed_by(&schemas, None) {
                Some(values) => {
                    let values = json!({ "enum": values });
                    v.apart(|v| self.listed(&values, value, v))
                }
                None => Vec::new(),
            },
        };
        match found.is_empty() {
            true => v.fault(format!("matches none of its {} alternatives", all.len())),
            false => v.add(found),
        }
    }

    /// Returns the discriminator of a union, and the values that it may have.
    fn tags<'u>(&self, union: &'u Value, all: &[&Value]) -> Option<(&'u str, Vec<Value>)> {
        let discriminator = union.get("discriminator")?;
        let tag = discriminator.get("propertyName")?.as_str()?;
        let names = self.listed_by(all, Some(tag)).or_else(|| {
            let names = discriminator.get("mapping")?.as_object()?;
            Some(names.keys().map(|name| name.as_str().into()).collect())
        });
        Some((tag, names?))
    }

    /// Returns the values that the schemas, or their members of this name, list, if all do.
    fn listed_by(&self, schemas: &[&Value], member: Option<&str>) -> Option<Vec<Value>> {
        let listed = |of: &&Value| {
            let of = self.index.resolved(of);
            let of = match member {
                Some(name) => of.get("properties")?.get(name)?,
                None => &of,
            };
            self.index.resolved(of).get("enum")?.as_array().cloned()
        };
        let all: Option<Vec<_>> = schemas.iter().map(listed).collect();
        Some(all?.into_iter().flatten().collect())
    }

    /// Returns whether a value may mean this alternative: by the values that it lists for the tag,
    /// or for any member if there is none, else by the name of its component.
    fn is_named(&self, union: &Value, of: &Value, tag: Option<&str>, value: &Value) -> bool {
        let schema = self.index.resolved(of);
        let members = schema.get("properties").and_then(Value::as_object);
        let members = members.into_iter().flatten();
        let mut is_listed = None;
        for (name, member) in members.filter(|(name, _)| tag.is_none_or(|tag| tag == *name)) {
            let member = self.index.resolved(member);
            let listed = member.get("enum").and_then(Value::as_array);
            let given = value.get(name).filter(|given| given.is_string());
            if let (Some(given), Some(all)) = (given, listed) {
                is_listed = Some(is_listed != Some(false) && all.contains(given));
            }
        }
        is_listed.unwrap_or_else(|| is_mapped(union, of, value))
    }
}

/// Returns whether the discriminator of a union may mean this alternative.
fn is_mapped(union: &Value, alternative: &Value, value: &Value) -> bool {
    let said = || {
        let of = union.get("discriminator")?;
        let given = value.get(of.get("propertyName")?.as_str()?)?.as_str()?;
        let mapped = of.get("mapping").and_then(|all| all.get(given)?.as_str());
        Some((mapped.unwrap_or(given), alternative.get("$ref")?.as_str()?))
    };
    let last = |text: &'_ str| text.rsplit('/').next().map(str::to_owned);
    said().is_none_or(|(said, own)| last(said) == last(own))
}
