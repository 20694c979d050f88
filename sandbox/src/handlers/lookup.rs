//! Finds what a path names, and what a body refers to.

use serde_json::{Map, Value, json};

use crate::{
    handlers::{Call, PathIds, Resources, error::ApiError},
    sample::SampleContext,
    spec::{IdKind, Spec, Target, classify, names, schema::Property},
    state::{CollectionKey, Found, Item, Origin, Sent, StoreError},
    util::{json, rng::Rng},
};

impl Resources {
    /// Returns whether the item that a field refers to exists; `None` if the field is not a
    /// reference. Without an id, `Some(true)` for any reference.
    pub fn related(&self, spec: &Spec, name: &str, kind: IdKind, id: Option<&str>) -> Option<bool> {
        let collections_of = spec.collections_of.get(&(names::subject(name), kind))?;
        let Some(id) = id.filter(|_| self.check_references) else {
            return Some(true);
        };
        let holds = |at: &usize| {
            let place = self.place(spec, *at, &[]);
            matches!(self.store.get(&place, id), Ok(Found::Item(_)))
        };
        Some(collections_of.iter().any(holds))
    }

    /// Returns the VIN of the vehicle that a device is in.
    pub fn vin(&self, call: Call<'_>, device: &str) -> Option<Value> {
        let (resource, at) = call
            .spec
            .unique_fields
            .get("unit_id")
            .and_then(|o| Some((o, call.spec.by_resource.get(o)?)))?;
        let place = self.place(call.spec, *at, &[]);
        let Ok(Found::Item(item)) = self.store.get(&place, device) else {
            return None;
        };
        let (vehicles, _) = call
            .spec
            .unique_fields
            .get("vin")
            .filter(|o| *o != resource)?;
        let object = call
            .spec
            .schemas
            .at(call.spec.collection(*at)?.full)
            .object()?;
        let property = object.get(vehicles)?;
        let mut shown = self.property(call.spec, *at, &place, &item, vehicles)?;
        self.refresh_nested(call.spec, property.of, vehicles, &mut shown);
        shown.get("vin").cloned()
    }

    /// Returns both ids of the device that a path names by either.
    pub fn device(&self, call: Call<'_>) -> Result<(String, String), ApiError> {
        let Some((at, target)) = call.route.parents.first() else {
            let id = call.values.first().cloned().unwrap_or_default();
            return Ok((id.clone(), id));
        };
        let item = self.target(
            &Call {
                values: call.values.get(..=*at).unwrap_or_default(),
                ..call
            },
            target,
        )?;
        let place = self.place(call.spec, target.collection, &[]);
        let unit = self
            .property(call.spec, target.collection, &place, &item, "unit_id")
            .map(|v| json::text(&v));
        Ok((item.id.clone(), unit.unwrap_or(item.id)))
    }

    /// Checks that all parents in the path exist, and returns their ids.
    pub fn parents(&self, call: &Call<'_>) -> Result<PathIds, ApiError> {
        let mut path_ids = PathIds::new();
        for (at, target) in &call.route.parents {
            let Some(value) = call.values.get(*at) else {
                continue;
            };
            let values = call.values.get(..=*at).unwrap_or_default();
            let item = self.target(&Call { values, ..*call }, target)?;
            if let Some(c) = call.spec.collection(target.collection) {
                let id = if target.key.is_some() {
                    &item.id
                } else {
                    value
                };
                path_ids.push((c.resource.clone(), as_id(c.id, id)));
            }
        }
        Ok(path_ids)
    }

    pub fn place(&self, spec: &Spec, collection: usize, values: &[String]) -> CollectionKey {
        let Some(c) = spec.collection(spec.base_of(collection)) else {
            return CollectionKey {
                key: String::new(),
                resource: String::new(),
                id: IdKind::Integer,
                single: true,
            };
        };
        CollectionKey {
            key: fill_path(&c.path, values),
            resource: c.resource.clone(),
            id: c.id,
            single: false,
        }
    }

    /// Returns the item that the last value of the path names.
    pub fn target(&self, call: &Call<'_>, target: &Target) -> Result<Item, ApiError> {
        let (id, before) = call
            .values
            .split_last()
            .map_or((String::new(), &[][..]), |(last, before)| {
                (last.clone(), before)
            });
        let base = call.spec.base_of(target.collection);
        let place = self.place(call.spec, base, before);
        let Some(c) = call.spec.collection(base) else {
            return Err(ApiError::not_found());
        };
        if let Some(key) = &target.key {
            let (_, items) = self
                .store
                .page(&place, 0, u64::MAX)
                .map_err(ApiError::internal)?;
            let wanted = items.into_iter().find(|item| {
                self.property(call.spec, base, &place, item, key)
                    .is_some_and(|v| json::text(&v) == id)
            });
            return wanted
                .or_else(|| self.any_id.then(|| unlisted_item(&id)))
                .ok_or_else(ApiError::not_found);
        }
        let id = if c.id == IdKind::Uuid {
            id.to_ascii_lowercase()
        } else {
            id
        };
        match self.store.get(&place, &id).map_err(ApiError::internal)? {
            Found::Item(item) => Ok(item),
            Found::Deleted | Found::Absent if self.any_id => Ok(unlisted_item(&id)),
            Found::Absent if !c.knows_ids => Ok(unlisted_item(&id)),
            _ => Err(ApiError::not_found()),
        }
    }

    /// Returns one property of an item, without making the others.
    pub fn property(
        &self,
        spec: &Spec,
        collection: usize,
        place: &CollectionKey,
        item: &Item,
        name: &str,
    ) -> Option<Value> {
        let c = spec.collection(collection)?;
        if c.key.as_deref() == Some(name) {
            return Some(as_id(c.id, &item.id));
        }
        let property = spec.schemas.at(c.full).object()?.get(name)?;
        let context = self.context(place, item, &c.resource);
        let part = context.part(name);
        Some(
            item.sent
                .get(name)
                .cloned()
                .unwrap_or_else(|| self.sampler_of(spec, item).property(property, part)),
        )
    }

    /// Returns the unique field of a new or changed item whose value another item has already.
    pub fn duplicate(
        &self,
        call: &Call<'_>,
        collection: usize,
        sent: &Map<String, Value>,
        others: &mut dyn Iterator<Item = Item>,
    ) -> Option<String> {
        if self.any_id {
            return None;
        }
        let place = self.place(call.spec, collection, call.values);
        let text = |name: &str| Some(sent.get(name)?.as_str()?.to_lowercase());
        let given = classify::UNIQUE.iter().filter_map(|n| Some((*n, text(n)?)));
        let unique: Vec<(&str, String)> = given.filter(|(_, v)| !v.is_empty()).collect();
        if unique.is_empty() {
            return None;
        }
        for other in others {
            let same = |(name, value): &&(&str, String)| {
                let known = self.property(call.spec, collection, &place, &other, name);
                known.is_some_and(|v| v.as_str().is_some_and(|t| t.to_lowercase() == *value))
            };
            if let Some((name, _)) = unique.iter().find(same) {
                return Some((*name).to_owned());
            }
        }
        None
    }

    pub fn context<'a>(
        &self,
        place: &CollectionKey,
        item: &Item,
        resource: &'a str,
    ) -> SampleContext<'a> {
        SampleContext {
            rng: Rng::of(self.seed, &place.key).at(&item.id),
            index: item.index,
            resource,
            second: None,
        }
    }
}

pub fn unlisted_item(id: &str) -> Item {
    // Computed from the id, so that the same id always shows the same item.
    let index = id.parse::<u64>().map_or_else(
        |_| Rng::of(0, id).below(1 << 20),
        |n| n.saturating_sub(1) % (1 << 40),
    );
    Item {
        id: id.to_owned(),
        index,
        sent: Sent::default(),
        origin: Origin::Unknown,
    }
}

pub fn store_error(failure: StoreError, place: &CollectionKey, key: &str) -> ApiError {
    let duplicate = |field: &str| {
        let message = format!("{} with this {field} already exists.", place.resource);
        ApiError::invalid(json!({ field: [message] }))
    };
    match failure {
        StoreError::Storage(why) => ApiError::internal(why),
        StoreError::IdTaken => duplicate(key),
        StoreError::Duplicate(field) => duplicate(&field),
        StoreError::Gone => ApiError::not_found(),
    }
}

pub fn as_id(kind: IdKind, text: &str) -> Value {
    match (kind, text.parse::<i64>()) {
        (IdKind::Integer, Ok(n)) => json!(n),
        _ => text.into(),
    }
}

/// Returns the id in the path that a property refers to.
pub fn path_id_of<'a>(property: &Property, path_ids: &'a PathIds) -> Option<&'a Value> {
    let subject = names::subject(&property.name);
    path_ids
        .iter()
        .rev()
        .find(|(resource, _)| *resource == subject)
        .map(|(_, id)| id)
}

/// Returns a path with its parameters filled in.
pub fn fill_path(path: &str, values: &[String]) -> String {
    let mut values = values.iter();
    let filled = path.split('/').map(|s| {
        if s.contains('{') {
            values.next().map_or(s, String::as_str)
        } else {
            s
        }
    });
    filled.collect::<Vec<_>>().join("/")
}
