//! Whose id a field holds.

use serde_json::{Value, json};

use crate::{
    sample::{Maker, Thing, id},
    spec::{IdKind, names::subject, schema::Object},
};

impl Maker<'_> {
    /// What an object is: told by the name of its field, or by a property that only one kind of things has.
    pub fn noun(&self, name: &str, object: &Object) -> Option<String> {
        let noun = subject(name);
        if name.is_empty() || noun == "item" || !self.is_known(&noun) {
            let owner = self.owners.iter().find(|(n, _)| object.get(n).is_some());
            let keyed = object.get("id").is_some();
            if let Some((_, (owner, _))) = owner.filter(|_| keyed && !name.is_empty()) {
                return Some(owner.clone());
            }
        }
        (!name.is_empty() && noun != "item").then_some(noun)
    }

    pub fn is_known(&self, noun: &str) -> bool {
        [IdKind::Integer, IdKind::Uuid, IdKind::Text]
            .iter()
            .any(|kind| self.nouns.contains_key(&(noun.to_owned(), *kind)))
    }

    /// The id of another item, if the field is named after its collection; the id of the thing itself.
    pub fn reference(&self, name: &str, kind: IdKind, thing: Thing<'_>) -> Option<Value> {
        let noun = if matches!(name, "id" | "pk" | "uuid") {
            thing.noun.to_owned()
        } else {
            subject(name)
        };
        if self.nouns.contains_key(&(noun.clone(), kind)) {
            return Some(id(self.seed, &noun, kind, thing.index % self.size.max(1)));
        }
        match kind {
            IdKind::Integer => matches!(name, "id" | "pk").then(|| json!(thing.index + 1)),
            IdKind::Uuid => (name == "id" || name.ends_with("_id"))
                .then(|| id(self.seed, &noun, kind, thing.index)),
            IdKind::Text => None,
        }
    }
}

/// What other things are known by: never null.
pub fn keyed(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "id" | "pk" | "uuid" | "ts" | "vin" | "callname" | "licenseplate" | "name"
    )
}
