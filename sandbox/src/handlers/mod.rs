//! What an operation does with a request, in the terms of Django REST framework.

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
pub mod validate;

use serde_json::Value;

use crate::{
    handlers::{error::Refusal, lookup::failed, paginate::Paging, query::Query},
    sample::{Maker, coerce::Fitter, telemetry},
    spec::{Kind, Operation, Route, Spec},
    state::{Item, Origin, store::Store},
};

/// What an operation gave, before it has a status and an envelope.
pub enum Outcome {
    Nothing,
    One(Value),
    /// Sent as it is, whatever the document says.
    Raw(Value),
    Page {
        items: Vec<Value>,
        total: u64,
        paging: Paging,
    },
    File,
}

pub struct World {
    pub store: Store,
    pub seed: u64,
    pub size: u64,
    /// Rows of telemetry a device.
    pub rows: u64,
    pub any_id: bool,
    /// What a body refers to has to be there.
    pub strict: bool,
    /// By the letter of the document.
    pub letter: bool,
}

/// One request, as far as the world is concerned.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub spec: &'a Spec,
    pub route: &'a Route,
    pub operation: &'a Operation,
    /// The operation by which pages are asked for.
    pub front: &'a Operation,
    /// The values of the path's parameters.
    pub values: &'a [String],
    pub query: &'a Query,
    pub sent: &'a Value,
}

/// References to the things that the path names.
type Bound = Vec<(String, Value)>;

impl World {
    pub fn maker<'a>(&self, spec: &'a Spec) -> Maker<'a> {
        let span = (self.rows as i64)
            .saturating_mul(telemetry::STEP)
            .min(3600 * 24 * 3650);
        Maker {
            schemas: &spec.schemas,
            nouns: &spec.nouns,
            owners: &spec.owners,
            seed: self.seed,
            size: self.size,
            span,
            letter: self.letter,
            answers: true,
            unset: false,
        }
    }

    fn loose<'a>(&self, spec: &'a Spec) -> Fitter<'a> {
        Fitter {
            maker: self.maker(spec),
            strict: false,
        }
    }

    /// Of an item that a request made, nothing is made up.
    fn maker_of<'a>(&self, spec: &'a Spec, item: &Item) -> Maker<'a> {
        Maker {
            unset: item.origin == Origin::Created,
            ..self.maker(spec)
        }
    }

    pub fn run(&self, call: Call<'_>) -> Result<Outcome, Refusal> {
        let bound = self.parents(&call)?;
        match &call.operation.kind {
            Kind::List(collection) => self.list(&call, *collection, &bound),
            Kind::Rows => self.records(&call),
            Kind::Read(target) => {
                let item = self.target(&call, target)?;
                Ok(call.operation.answer.map_or(Outcome::Nothing, |answer| {
                    Outcome::One(self.show(&call, target.collection, &item, answer, &bound))
                }))
            }
            Kind::Create(collection) => self.create(&call, *collection, &bound),
            Kind::Update(target) => {
                let item = self.target(&call, target)?;
                let sent = self.writable(&call, target.collection, call.sent);
                let collection = call.spec.base_of(target.collection);
                let place = self.place(call.spec, target.collection, call.values);
                let item = self
                    .store
                    .change(&place, &item, sent, |sent, others| {
                        self.twice(&call, collection, sent, others)
                    })
                    .map_err(|f| failed(f, &place, "id"))?;
                Ok(call.operation.answer.map_or(Outcome::Nothing, |answer| {
                    Outcome::One(self.show(&call, target.collection, &item, answer, &bound))
                }))
            }
            Kind::Delete(target) => {
                let item = self.target(&call, target)?;
                let place = self.place(call.spec, target.collection, call.values);
                self.store
                    .delete(&place, std::slice::from_ref(&item))
                    .map_err(|f| failed(f, &place, "id"))?;
                Ok(call.operation.answer.map_or(Outcome::Nothing, |answer| {
                    Outcome::One(self.show(&call, target.collection, &item, answer, &bound))
                }))
            }
            Kind::DeleteMany(collection) => self.delete_many(&call, *collection),
            Kind::Single => self.single(&call, &bound),
            Kind::File => Ok(Outcome::File),
            _ => self.act(&call, &bound),
        }
    }

    /// Is everything there that the path names?
    pub fn locate(&self, call: Call<'_>) -> Result<(), Refusal> {
        self.parents(&call)?;
        match &call.operation.kind {
            Kind::Update(target) | Kind::Delete(target) => self.target(&call, target).map(drop),
            _ => Ok(()),
        }
    }
}
