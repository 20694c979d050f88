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
        let fits = all.iter().any(|schema| {
            let mut own = Violations::default();
            self.value(schema, value, &mut own);
            own.into_found().is_empty()
        });
        if fits || self.steps == 0 {
            return;
        }
        let of_type = |of: &&Value| {
            let of = self.index.resolved(of);
            !is_null(&of) && self.wanted(&of, value).is_none()
        };
        let meant: Vec<_> = all.iter().filter(of_type).collect();
        let is_named = |of: &Value| is_named(union, of, value) && !self.has_other_tag(of, value);
        let named: Vec<_> = meant.iter().copied().filter(|of| is_named(of)).collect();
        match (meant.as_slice(), named.as_slice(), self.tags(union, &meant)) {
            ([], ..) => v.fault(mismatch(&type_name(self.index, union), value)),
            (_, &[one], _) | (&[one], ..) => self.value(one, value, v),
            (_, _, Some((tag, names))) if named.is_empty() || value.get(tag).is_none() => {
                let given = value.get(tag).unwrap_or(&Value::Null);
                v.within(
                    |at| Violations::step(at, tag),
                    |v| self.listed(&json!({ "enum": names }), given, v),
                );
            }
            _ => match self.listed_by(&meant, None) {
                Some(values) => self.listed(&json!({ "enum": values }), value, v),
                None => v.fault(format!("matches none of its {} alternatives", all.len())),
            },
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

    /// Returns whether a member has a value that the schema does not list for it: the name of
    /// another alternative.
    fn has_other_tag(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.index.resolved(schema);
        let members = schema.get("properties").and_then(Value::as_object);
        members.into_iter().flatten().any(|(name, of)| {
            let of = self.index.resolved(of);
            let listed = of.get("enum").and_then(Value::as_array);
            let given = value.get(name).filter(|given| given.is_string());
            given.is_some_and(|given| listed.is_some_and(|all| !all.contains(given)))
        })
    }
}

/// Returns whether the discriminator of a union may mean this alternative.
fn is_named(union: &Value, alternative: &Value, value: &Value) -> bool {
    let said = || {
        let of = union.get("discriminator")?;
        let given = value.get(of.get("propertyName")?.as_str()?)?.as_str()?;
        let mapped = of.get("mapping").and_then(|all| all.get(given)?.as_str());
        Some((mapped.unwrap_or(given), alternative.get("$ref")?.as_str()?))
    };
    let last = |text: &'_ str| text.rsplit('/').next().map(str::to_owned);
    said().is_none_or(|(said, own)| last(said) == last(own))
}
