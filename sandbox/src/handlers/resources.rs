//! Lists of collections, and the creation and deletion of their items.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    handlers::{
        Call, Outcome, PathIds, Resources, error::ApiError, filter::Filter, lookup::store_error,
        paginate::Paging, shown::Shown,
    },
    spec::{List, schema::SchemaRef},
    state::{Found, Item},
    util::json,
};

/// Returns the filters of a list that the request gives.
fn filter(call: &Call<'_>, item: SchemaRef) -> Filter {
    let parameters = || call.served.parameters.iter();
    let repeats = |name: &str| parameters().any(|p| p.multi && p.name == name);
    let schemas = &call.spec.schemas;
    let members = schemas.members(item);
    members
        .map(|o| Filter::of(schemas, o, call.query, repeats))
        .unwrap_or_default()
}

/// Returns one page of all items.
fn page(items: Vec<Arc<Shown>>, paging: Paging) -> Result<Outcome, ApiError> {
    let total = items.len() as u64;
    let paging = paging.bounded_by(total)?;
    let size = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let items = items.into_iter().skip(paging.start as usize).take(size);
    Ok(Outcome::Page {
        items: items.collect(),
        total,
        paging,
    })
}

impl Resources {
    pub fn list(
        &self,
        call: &Call<'_>,
        collection: usize,
        path_ids: &PathIds,
    ) -> Result<Outcome, ApiError> {
        let Some(List { item: schema, form }) = call.operation.list.clone() else {
            return Ok(Outcome::Empty);
        };
        let base = call.spec.base_of(collection);
        let place = self.place(call.spec, base, call.values);
        let enveloped = form != crate::spec::Form::Array;
        let paging = Paging::of(call.served, enveloped, call.query)?;
        let filter = filter(call, schema);
        // A list below an item that shows another collection shows the items that belong to it.
        let full = call
            .spec
            .collection(base)
            .filter(|_| base != collection)
            .and_then(|c| call.spec.schemas.at(c.full).object());
        let unique_fields: Vec<&(String, Value)> = path_ids
            .iter()
            .filter(|(resource, _)| full.is_some_and(|f| f.get(resource).is_some()))
            .collect();
        let path_ids = if base == collection {
            path_ids
        } else {
            &PathIds::new()
        };
        let generation = self.store.generation();
        let show = |items: &[Item]| {
            let list = format!("{} {schema:?} {path_ids:?}", place.key);
            self.shown.items(generation, list, items, |item| {
                self.show(call, base, item, schema, path_ids)
            })
        };
        if filter.is_empty() && unique_fields.is_empty() {
            let (total, _) = self.store.page(&place, 0, 0).map_err(ApiError::internal)?;
            let paging = paging.bounded_by(total)?;
            let (total, items) = self
                .store
                .page(&place, paging.start, paging.size)
                .map_err(ApiError::internal)?;
            return Ok(Outcome::Page {
                items: show(&items),
                total,
                paging,
            });
        }
        let (_, items) = self
            .store
            .page(&place, 0, u64::MAX)
            .map_err(ApiError::internal)?;
        let owned = |item: &&Item| {
            unique_fields.iter().all(|(resource, id)| {
                self.property(call.spec, base, &place, item, resource)
                    .is_some_and(|v| v.get("id").unwrap_or(&v) == id)
            })
        };
        let mut kept = show(&items.iter().filter(owned).cloned().collect::<Vec<_>>());
        kept.retain(|shown| filter.matches(&shown.value));
        if kept.is_empty() && self.any_id {
            kept = show(&items);
        }
        filter.sort(&mut kept, |shown| &shown.value);
        page(kept, paging)
    }

    pub fn create(
        &self,
        call: &Call<'_>,
        collection: usize,
        path_ids: &PathIds,
    ) -> Result<Outcome, ApiError> {
        let place = self.place(call.spec, collection, call.values);
        let key = call
            .spec
            .collection(collection)
            .and_then(|c| c.key.as_deref());
        let many = call.sent.as_array().is_some();
        let bodies: Vec<&Value> = call
            .sent
            .as_array()
            .map_or_else(|| vec![call.sent], |list| list.iter().collect());
        let new = bodies.into_iter().map(|body| {
            let given = key
                .and_then(|k| body.get(k))
                .filter(|v| v.is_string() || v.is_u64())
                .map(json::text);
            // With `any_id`, a test may create items without looking for free ids.
            let given = given.filter(|id| {
                !self.any_id || matches!(self.store.get(&place, id), Ok(Found::Absent))
            });
            (given, self.writable_fields(call, collection, body))
        });
        let made = self
            .store
            .create(&place, new.collect(), |sent, others| {
                self.duplicate(call, collection, sent, others)
            })
            .map_err(|f| store_error(f, &place, key.unwrap_or("id")))?;
        let Some(response) = call.operation.response else {
            return Ok(Outcome::Empty);
        };
        let element = call
            .operation
            .list
            .as_ref()
            .filter(|_| many)
            .map(|l| l.item);
        let mut shown = made.iter().map(|item| {
            self.show(
                call,
                collection,
                item,
                element.unwrap_or(response),
                path_ids,
            )
        });
        Ok(Outcome::One(if element.is_some() {
            shown.collect()
        } else {
            shown.next().unwrap_or_default()
        }))
    }

    /// Deletes several items: `{"ids": [...]}`, or an array of ids, as bulk routers take them.
    pub fn delete_many(&self, call: &Call<'_>, collection: usize) -> Result<Outcome, ApiError> {
        let place = self.place(call.spec, collection, call.values);
        let ids = call
            .sent
            .as_array()
            .or_else(|| call.sent.as_object()?.values().find_map(Value::as_array));
        let mut gone = Vec::new();
        for id in ids.into_iter().flatten().map(json::text) {
            if let Found::Item(item) = self.store.get(&place, &id).map_err(ApiError::internal)? {
                gone.push(item);
            }
        }
        self.store
            .delete(&place, &gone)
            .map_err(|f| store_error(f, &place, "id"))?;
        Ok(Outcome::Empty)
    }
}
