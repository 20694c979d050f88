//! The behaviour of operations, as in Django REST framework.

mod actions;
pub mod error;
pub mod filter;
mod lookup;
pub mod metadata;
pub mod paginate;
pub mod query;
mod records;
mod resources;
pub mod rows;
mod show;
pub mod shown;
pub mod validate;

use std::sync::Arc;

use serde_json::Value;

use crate::{
    handlers::{
        error::ApiError, lookup::store_error, paginate::Paging, query::Query, shown::Shown,
    },
    sample::{Sampler, Span, coerce::Coercer, telemetry},
    spec::{Kind, Operation, Route, Spec},
    state::{Item, Origin, store::Store},
};

/// The result of an operation, before it has a status and an envelope.
pub enum Outcome {
    Empty,
    One(Value),
    /// A value that is sent unchanged, whatever the document says.
    Raw(Value),
    Page {
        items: Vec<Arc<Shown>>,
        total: u64,
        paging: Paging,
    },
    File,
}

pub struct Resources {
    pub store: Store,
    pub shown: shown::Cache,
    pub seed: u64,
    pub size: u64,
    /// The number of rows of telemetry for each device.
    pub rows: u64,
    /// When the data begins, in seconds since 1970.
    pub since: i64,
    pub any_id: bool,
    /// Whether a body that refers to an item that does not exist is refused.
    pub check_references: bool,
    /// Whether values are made exactly as documented.
    pub strict: bool,
}

/// A request as the handlers see it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub spec: &'a Spec,
    pub route: &'a Route,
    pub operation: &'a Operation,
    /// The same operation in the served document, whose page parameters apply.
    pub served: &'a Operation,
    /// The values of the path's parameters.
    pub values: &'a [String],
    pub query: &'a Query,
    pub sent: &'a Value,
}

/// The ids of the items that the path names, by resource.
type PathIds = Vec<(String, Value)>;

impl Resources {
    pub fn sampler<'a>(&self, spec: &'a Spec) -> Sampler<'a> {
        let length = (self.rows as i64)
            .saturating_mul(telemetry::STEP)
            .min(3600 * 24 * 3650);
        Sampler {
            schemas: &spec.schemas,
            by_resource: &spec.by_resource,
            unique_fields: &spec.unique_fields,
            seed: self.seed,
            size: self.size,
            span: Span {
                since: self.since,
                length,
            },
            strict: self.strict,
            for_response: true,
            unset: false,
        }
    }

    fn coercer<'a>(&self, spec: &'a Spec) -> Coercer<'a> {
        Coercer {
            sampler: self.sampler(spec),
            strict: false,
        }
    }

    /// Returns the sampler for an item. No values are generated for an item that a request created.
    fn sampler_of<'a>(&self, spec: &'a Spec, item: &Item) -> Sampler<'a> {
        Sampler {
            unset: item.origin == Origin::Created,
            ..self.sampler(spec)
        }
    }

    pub fn run(&self, call: Call<'_>) -> Result<Outcome, ApiError> {
        let path_ids = self.parents(&call)?;
        match &call.operation.kind {
            Kind::List(collection) => self.list(&call, *collection, &path_ids),
            Kind::Rows => self.records(&call),
            Kind::Read(target) => {
                let item = self.target(&call, target)?;
                Ok(call.operation.response.map_or(Outcome::Empty, |response| {
                    Outcome::One(self.show(&call, target.collection, &item, response, &path_ids))
                }))
            }
            Kind::Create(collection) => self.create(&call, *collection, &path_ids),
            Kind::Update(target) => {
                let item = self.target(&call, target)?;
                let sent = self.writable_fields(&call, target.collection, call.sent);
                let collection = call.spec.base_of(target.collection);
                let place = self.place(call.spec, target.collection, call.values);
                let item = self
                    .store
                    .change(&place, &item, sent, |sent, others| {
                        self.duplicate(&call, collection, sent, others)
                    })
                    .map_err(|f| store_error(f, &place, "id"))?;
                Ok(call.operation.response.map_or(Outcome::Empty, |response| {
                    Outcome::One(self.show(&call, target.collection, &item, response, &path_ids))
                }))
            }
            Kind::Delete(target) => {
                let item = self.target(&call, target)?;
                let place = self.place(call.spec, target.collection, call.values);
                self.store
                    .delete(&place, std::slice::from_ref(&item))
                    .map_err(|f| store_error(f, &place, "id"))?;
                Ok(call.operation.response.map_or(Outcome::Empty, |response| {
                    Outcome::One(self.show(&call, target.collection, &item, response, &path_ids))
                }))
            }
            Kind::DeleteMany(collection) => self.delete_many(&call, *collection),
            Kind::Single => self.singleton(&call, &path_ids),
            Kind::File => Ok(Outcome::File),
            _ => self.run_action(&call, &path_ids),
        }
    }

    /// Returns an error if an item that the path names does not exist.
    pub fn locate(&self, call: Call<'_>) -> Result<(), ApiError> {
        self.parents(&call)?;
        match &call.operation.kind {
            Kind::Update(target) | Kind::Delete(target) => self.target(&call, target).map(drop),
            _ => Ok(()),
        }
    }
}
