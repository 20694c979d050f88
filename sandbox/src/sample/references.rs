//! References: the item whose id a field holds.

use serde_json::{Value, json};

use crate::{
    sample::{SampleContext, Sampler, id},
    spec::{IdKind, names::subject, schema::Object},
};

impl Sampler<'_> {
    /// Returns the resource of an object, by the name of its field, or by a property that only one
    /// resource has.
    pub fn resource(&self, name: &str, object: &Object) -> Option<String> {
        let resource = subject(name);
        if name.is_empty() || resource == "item" || !self.is_known(&resource) {
            let owner = self
                .unique_fields
                .iter()
                .find(|(n, _)| object.get(n).is_some());
            let is_identifier = object.get("id").is_some();
            if let Some((_, (owner, _))) = owner.filter(|_| is_identifier && !name.is_empty()) {
                return Some(owner.clone());
            }
        }
        (!name.is_empty() && resource != "item").then_some(resource)
    }

    /// Returns whether such an object is only a part of another: it has no id and belongs to no
    /// collection.
    pub fn is_part(&self, name: &str, object: &Object) -> bool {
        let named = ["id", "pk", "uuid"];
        named.iter().all(|id| object.get(id).is_none()) && !self.is_known(&subject(name))
    }

    pub fn is_known(&self, resource: &str) -> bool {
        [IdKind::Integer, IdKind::Uuid, IdKind::Text]
            .iter()
            .any(|kind| self.by_resource.contains_key(&(resource.to_owned(), *kind)))
    }

    /// Returns the id that a field holds, if its name is that of a collection (then of one of its
    /// items) or that of an id of the item itself.
    pub fn reference(&self, name: &str, kind: IdKind, context: SampleContext<'_>) -> Option<Value> {
        let resource = if matches!(name, "id" | "pk" | "uuid") {
            context.resource.to_owned()
        } else {
            subject(name)
        };
        if self.by_resource.contains_key(&(resource.clone(), kind)) {
            return Some(id(
                self.seed,
                &resource,
                kind,
                context.index % self.size.max(1),
            ));
        }
        match kind {
            IdKind::Integer => matches!(name, "id" | "pk").then(|| json!(context.index + 1)),
            IdKind::Uuid => (name == "id" || name.ends_with("_id"))
                .then(|| id(self.seed, &resource, kind, context.index)),
            IdKind::Text => None,
        }
    }
}

/// Returns whether the name is that of an identifier, which is never null.
pub fn is_identifier(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "id" | "pk" | "uuid" | "ts" | "vin" | "callname" | "licenseplate" | "name"
    )
}
