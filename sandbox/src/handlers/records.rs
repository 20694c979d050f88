//! Lists of records, which are computed from their numbers and never stored.

use std::{collections::HashMap, sync::Arc};

use crate::{
    handlers::{
        Call, Outcome, PathIds, Resources,
        error::ApiError,
        lookup::{as_id, path_id_of, unlisted_item},
        paginate::Paging,
        query::Query,
        rows::{self, RowRange},
        shown::Shown,
    },
    sample::{SampleContext, Sampler, telemetry},
    spec::{List, names},
    state::Found,
    util::rng::Rng,
};

impl Resources {
    /// Returns a part of the records. They are computed, so that a page costs as much as is on it.
    pub fn records(&self, call: &Call<'_>) -> Result<Outcome, ApiError> {
        /// The limit of one request for a plain array, which has no pages.
        const MAX_ROWS: u64 = 10_000;
        let Some(List { item: schema, form }) = call.operation.list.clone() else {
            return Ok(Outcome::Empty);
        };
        let object = call.spec.schemas.members(schema);
        let has = |name: &str| object.is_some_and(|o| o.get(name).is_some());
        let device = self.requested_item(call)?;
        let defaults: HashMap<&str, String> = [("interval", "10m")]
            .into_iter()
            .filter(|(name, _)| call.served.parameters.iter().any(|p| p.name == *name))
            .map(|(k, v)| (k, v.to_owned()))
            .collect();
        let rows = RowRange::of(
            self.rows,
            self.since,
            has("t") || has("data_type"),
            call.query,
            &defaults,
        );
        let rows = if rows.count == 0 && self.any_id {
            RowRange::of(self.rows, self.since, false, &Query::default(), &defaults)
        } else {
            rows
        };
        let paging = Paging::of(call.served, form != crate::spec::Form::Array, call.query)?
            .bounded_by(rows.count)?;
        let sampler = Sampler {
            for_response: false,
            ..self.sampler(call.spec)
        };
        // A record has the same values in every operation.
        let root = Rng::of(self.seed, "record");
        let field = call
            .query
            .get("field")
            .zip(Some(call.query.get("field_type")));
        let field = field.filter(|_| has("value"));
        let make = |row: u64| {
            let index = device
                .as_ref()
                .map_or(row % self.size.max(1), |(index, _)| *index);
            let second = Some((row as i64).saturating_mul(telemetry::STEP));
            let context = SampleContext {
                rng: root.nth(index).nth(row),
                index,
                resource: "record",
                second,
            };
            let mut made = sampler.value(schema, "", context);
            if let (Some((field, kind)), Some(map)) = (field, made.as_object_mut()) {
                map.insert(
                    "value".into(),
                    rows::field(field, kind, context, sampler.span),
                );
            }
            if let (Some((_, path_ids)), Some(map), Some(object)) =
                (&device, made.as_object_mut(), object)
            {
                for property in &object.properties {
                    if let Some(id) = path_id_of(property, path_ids)
                        .filter(|id| call.spec.schemas.fits(property.of, id))
                    {
                        map.insert(property.name.clone(), id.clone());
                    }
                }
            }
            made
        };
        let items = rows
            .page(paging.start, paging.size.min(MAX_ROWS))
            .map(|row| Arc::new(Shown::from(make(row))))
            .collect();
        Ok(Outcome::Page {
            items,
            total: rows.count,
            paging,
        })
    }

    /// Returns the item whose records the query asks for: its index, and its ids.
    pub fn requested_item(&self, call: &Call<'_>) -> Result<Option<(u64, PathIds)>, ApiError> {
        for (name, value) in call.query.filters() {
            let resource = names::subject(name);
            let Some((_, collection)) = call
                .spec
                .by_resource
                .iter()
                .find(|((n, _), _)| *n == resource)
            else {
                continue;
            };
            let place = self.place(call.spec, *collection, &[]);
            let item = match self
                .store
                .get(&place, &value.to_ascii_lowercase())
                .map_err(ApiError::internal)?
            {
                Found::Item(item) => item,
                _ if self.any_id => unlisted_item(value),
                _ => return Err(ApiError::not_found()),
            };
            return Ok(Some((
                item.index,
                vec![(resource, as_id(place.id, &item.id))],
            )));
        }
        Ok(None)
    }
}
