//! What the operations do: items of collections, things of which there is one, records of a time.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{
    handlers::{error::Refusal, filter::Filter, paginate::Paging, query::Query, rows::Rows},
    sample::{Maker, Thing, coerce::Fitter, telemetry, totals},
    spec::{
        IdKind, Kind, List, Operation, Parameter, Route, Spec, Target, classify, names,
        schema::{Kind as Type, Object, Property, Use},
        union::Chosen,
    },
    state::store::{Failure, Found, Item, Origin, Place, Sent, Store},
    util::{json, rng::Rng},
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

    /// Does a field of this name refer to the items of a collection, and is that one there? Without an id: `Some` if it is a reference.
    pub fn related(&self, spec: &Spec, name: &str, kind: IdKind, id: Option<&str>) -> Option<bool> {
        let holders = spec.holders.get(&(names::subject(name), kind))?;
        let Some(id) = id.filter(|_| self.strict) else {
            return Some(true);
        };
        let holds = |at: &usize| {
            let place = self.place(spec, *at, &[]);
            matches!(self.store.get(&place, id), Ok(Found::Item(_)))
        };
        Some(holders.iter().any(holds))
    }

    /// What was sent of the thing that a value shows shows there, too.
    fn current(&self, spec: &Spec, of: Use, name: &str, value: &mut Value) {
        match (value, &spec.schemas.at(of).kind) {
            (Value::Array(list), Type::List(item)) => {
                list.iter_mut()
                    .for_each(|v| self.current(spec, *item, name, v));
            }
            (Value::Object(map), Type::Object(object)) => {
                let kind = |id: &Value| {
                    if id.is_u64() {
                        IdKind::Integer
                    } else {
                        IdKind::Uuid
                    }
                };
                let Some(id) = map.get("id") else { return };
                let noun = self.maker(spec).noun(name, object).unwrap_or_default();
                let noun = (noun, kind(id));
                let id = json::text(id);
                if let Some(at) = spec.nouns.get(&noun)
                    && let place = self.place(spec, *at, &[])
                    && let Ok(Found::Item(item)) = self.store.get(&place, &id)
                {
                    for p in &object.properties {
                        let own = self.property(spec, *at, &place, &item, &p.name);
                        let plain = |v: &Value| !v.is_object() && !v.is_array();
                        if let Some(own) = own.filter(|v| plain(v) && spec.schemas.fits(p.of, v)) {
                            map.insert(p.name.clone(), own);
                        }
                    }
                }
                let holders = spec.holders.get(&noun).into_iter().flatten();
                for at in holders {
                    let place = self.place(spec, *at, &[]);
                    for (key, sent) in self.store.sent(&place, &id).iter().flat_map(|s| s.iter()) {
                        let fits = |p: &Property| spec.schemas.fits(p.of, sent);
                        if object.get(key).is_some_and(fits) {
                            map.insert(key.clone(), sent.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// The VIN of the vehicle that a device is in.
    pub fn vin(&self, call: Call<'_>, device: &str) -> Option<Value> {
        let (noun, at) = call
            .spec
            .owners
            .get("unit_id")
            .and_then(|o| Some((o, call.spec.nouns.get(o)?)))?;
        let place = self.place(call.spec, *at, &[]);
        let Ok(Found::Item(item)) = self.store.get(&place, device) else {
            return None;
        };
        let (vehicles, _) = call.spec.owners.get("vin").filter(|o| *o != noun)?;
        let object = call
            .spec
            .schemas
            .at(call.spec.collection(*at)?.full)
            .object()?;
        let property = object.get(vehicles)?;
        let mut shown = self.property(call.spec, *at, &place, &item, vehicles)?;
        self.current(call.spec, property.of, vehicles, &mut shown);
        shown.get("vin").cloned()
    }

    /// The device that a path names, by either of its ids: both of them.
    pub fn device(&self, call: Call<'_>) -> Result<(String, String), Refusal> {
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

    /// Everything that the path names on the way exists.
    fn parents(&self, call: &Call<'_>) -> Result<Bound, Refusal> {
        let mut bound = Bound::new();
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
                bound.push((c.noun.clone(), as_id(c.id, id)));
            }
        }
        Ok(bound)
    }

    fn place(&self, spec: &Spec, collection: usize, values: &[String]) -> Place {
        let Some(c) = spec.collection(spec.base_of(collection)) else {
            return Place {
                key: String::new(),
                noun: String::new(),
                id: IdKind::Integer,
                single: true,
            };
        };
        Place {
            key: fill(&c.norm, values),
            noun: c.noun.clone(),
            id: c.id,
            single: false,
        }
    }

    /// The item that the last of the path's values names.
    fn target(&self, call: &Call<'_>, target: &Target) -> Result<Item, Refusal> {
        let (id, before) = call
            .values
            .split_last()
            .map_or((String::new(), &[][..]), |(last, before)| {
                (last.clone(), before)
            });
        let base = call.spec.base_of(target.collection);
        let place = self.place(call.spec, base, before);
        let Some(c) = call.spec.collection(base) else {
            return Err(Refusal::not_found());
        };
        if let Some(key) = &target.key {
            let (_, items) = self
                .store
                .page(&place, 0, u64::MAX)
                .map_err(Refusal::broken)?;
            let wanted = items.into_iter().find(|item| {
                self.property(call.spec, base, &place, item, key)
                    .is_some_and(|v| json::text(&v) == id)
            });
            return wanted
                .or_else(|| self.any_id.then(|| unknown(&id)))
                .ok_or_else(Refusal::not_found);
        }
        let id = if c.id == IdKind::Uuid {
            id.to_ascii_lowercase()
        } else {
            id
        };
        match self.store.get(&place, &id).map_err(Refusal::broken)? {
            Found::Item(item) => Ok(item),
            Found::Deleted | Found::Never if self.any_id => Ok(unknown(&id)),
            Found::Never if !c.closed => Ok(unknown(&id)),
            _ => Err(Refusal::not_found()),
        }
    }

    /// One property of an item, without making the others.
    fn property(
        &self,
        spec: &Spec,
        collection: usize,
        place: &Place,
        item: &Item,
        name: &str,
    ) -> Option<Value> {
        let c = spec.collection(collection)?;
        if c.key.as_deref() == Some(name) {
            return Some(as_id(c.id, &item.id));
        }
        let property = spec.schemas.at(c.full).object()?.get(name)?;
        let thing = self.thing(place, item, &c.noun);
        let part = Thing {
            rng: thing.rng.at(name),
            ..thing
        };
        Some(
            item.sent
                .get(name)
                .cloned()
                .unwrap_or_else(|| self.maker_of(spec, item).property(property, part)),
        )
    }

    /// The field of a new or changed item whose value another one has.
    fn twice(
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
        let unique: Vec<(&str, String)> = classify::UNIQUE
            .iter()
            .filter_map(|n| Some((*n, sent.get(*n)?.as_str()?.to_lowercase())))
            .filter(|(_, v)| !v.is_empty())
            .collect();
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

    /// The alternative that an item is of: what was sent tells, else its number. What is no union is its own.
    fn alternative(&self, spec: &Spec, schema: Use, item: &Item) -> Chosen {
        let own = || spec.schemas.pick(schema, item.index, |_| true);
        let own = own().unwrap_or_else(|| Chosen {
            of: schema,
            tags: Vec::new(),
        });
        if own.of == schema || item.sent.is_empty() {
            return own;
        }
        let sent = Value::from((*item.sent).clone());
        let found = spec.schemas.alternatives(schema, &sent, true);
        let mut found = found.unwrap_or_default().into_iter();
        match item.origin {
            Origin::Made if found.clone().any(|c| c.of == own.of) => own,
            _ => found.next().unwrap_or(own),
        }
    }

    /// What a PATCH sends, with the tag that the item has where it does not say one.
    pub fn tagged(&self, call: Call<'_>, body: Use, front: &Spec, mut sent: Value) -> Value {
        let (Kind::Update(target), Some(answer), true) = (
            &call.operation.kind,
            call.operation.answer,
            call.operation.method == http::Method::PATCH,
        ) else {
            return sent;
        };
        if let (Some(tag), Some(map)) = (front.schemas.tag_of(body), sent.as_object_mut())
            && !map.contains_key(tag)
            && let Ok(item) = self.target(&call, target)
        {
            let shown = self.show(&call, target.collection, &item, answer, &Bound::new());
            map.extend(shown.get(tag).map(|v| (tag.to_owned(), v.clone())));
        }
        sent
    }

    fn thing<'a>(&self, place: &Place, item: &Item, noun: &'a str) -> Thing<'a> {
        Thing {
            rng: Rng::of(self.seed, &place.key).at(&item.id),
            index: item.index,
            noun,
            second: None,
        }
    }

    /// An item in the form of a schema.
    fn show(
        &self,
        call: &Call<'_>,
        collection: usize,
        item: &Item,
        schema: Use,
        bound: &Bound,
    ) -> Value {
        let base = call.spec.base_of(collection);
        let place = self.place(call.spec, base, call.values);
        let Some(c) = call.spec.collection(base) else {
            return Value::Null;
        };
        let full = call.spec.schemas.members(c.full);
        let schemas = &call.spec.schemas;
        let chosen = self.alternative(call.spec, schema, item);
        let (schema, tags) = (chosen.of, &chosen.tags);
        let maker = self.maker_of(call.spec, item);
        let (fitter, thing) = (
            Fitter {
                maker,
                strict: false,
            },
            self.thing(&place, item, &c.noun),
        );
        let Some(object) = schemas.at(schema).object() else {
            return fitter.maker.value(schema, "", thing);
        };
        let named = tags.iter().filter(|(name, _)| object.get(name).is_none());
        let mut out: Map<String, Value> = named.cloned().collect();
        for property in object.properties.iter().filter(|p| !p.of.write_only) {
            let name = property.name.as_str();
            let part = Thing {
                rng: thing.rng.at(name),
                ..thing
            };
            let value = if c.key.as_deref() == Some(name) {
                as_id(c.id, &item.id)
            } else if let Some((_, tag)) = tags.iter().find(|(n, _)| n == name) {
                tag.clone()
            } else if let Some(sent) = item.sent.get(name) {
                sent.clone()
            } else if let Some(id) =
                bound_to(property, bound).filter(|id| schemas.fits(property.of, id))
            {
                id.clone()
            } else {
                // The fullest form decides, so that all operations show the same.
                let known = full.and_then(|f| f.get(name)).unwrap_or(property);
                let mut made = fitter.maker.property(known, part);
                let short = made
                    .as_str()
                    .is_some_and(|t| !schemas.within(property.of, t));
                if known.of != property.of && (short || !schemas.fits(property.of, &made)) {
                    made = fitter.maker.property(property, part);
                }
                self.current(call.spec, property.of, name, &mut made);
                made
            };
            out.insert(name.to_owned(), fitter.fit(property.of, value, name, part));
        }
        totals::settle(&mut out, (&c.noun, self.size), |_| false);
        if object.is_free() || object.others.is_some() {
            out.extend(
                item.sent
                    .iter()
                    .filter(|(k, _)| object.get(k).is_none())
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        out.into()
    }

    /// What may be written of what was sent: not the id, and nothing that must not be shown.
    fn writable(&self, call: &Call<'_>, collection: usize, sent: &Value) -> Map<String, Value> {
        let key = call
            .spec
            .collection(collection)
            .and_then(|c| c.key.as_deref());
        let body = call
            .operation
            .body
            .as_ref()
            .and_then(|b| call.spec.schemas.members(b.schema));
        let hidden = |name: &str| {
            body.and_then(|b| b.get(name)).is_some_and(|p| {
                p.of.write_only || call.spec.schemas.at(p.of).format() == "password"
            })
        };
        let keep = |(k, _): &(&String, &Value)| {
            Some(k.as_str()) != key && k.as_str() != "password" && !hidden(k)
        };
        sent.as_object()
            .into_iter()
            .flatten()
            .filter(keep)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    }

    fn list(&self, call: &Call<'_>, collection: usize, bound: &Bound) -> Result<Outcome, Refusal> {
        let Some(List { item: schema, form }) = call.operation.list.clone() else {
            return Ok(Outcome::Nothing);
        };
        let base = call.spec.base_of(collection);
        let place = self.place(call.spec, base, call.values);
        let enveloped = form != crate::spec::Form::Array;
        let paging =
            Paging::of(call.front, enveloped, call.query).ok_or_else(Refusal::invalid_page)?;
        let filter = call
            .spec
            .schemas
            .members(schema)
            .map(|o| Filter::of(&call.spec.schemas, o, call.query))
            .unwrap_or_default();
        // A list below an item that shows another collection's shows what belongs to the item.
        let full = call
            .spec
            .collection(base)
            .filter(|_| base != collection)
            .and_then(|c| call.spec.schemas.at(c.full).object());
        let owners: Vec<&(String, Value)> = bound
            .iter()
            .filter(|(noun, _)| full.is_some_and(|f| f.get(noun).is_some()))
            .collect();
        let bound = if base == collection {
            bound
        } else {
            &Bound::new()
        };
        let show = |item: &Item| self.show(call, base, item, schema, bound);
        if filter.is_empty() && owners.is_empty() {
            let (total, _) = self.store.page(&place, 0, 0).map_err(Refusal::broken)?;
            let paging = paging.within(total).ok_or_else(Refusal::invalid_page)?;
            let (total, items) = self
                .store
                .page(&place, paging.start, paging.size)
                .map_err(Refusal::broken)?;
            return Ok(Outcome::Page {
                items: items.iter().map(show).collect(),
                total,
                paging,
            });
        }
        let (_, items) = self
            .store
            .page(&place, 0, u64::MAX)
            .map_err(Refusal::broken)?;
        let owned = |item: &&Item| {
            owners.iter().all(|(noun, id)| {
                self.property(call.spec, base, &place, item, noun)
                    .is_some_and(|v| v.get("id").unwrap_or(&v) == id)
            })
        };
        let mut kept: Vec<Value> = items
            .iter()
            .filter(owned)
            .map(show)
            .filter(|v| filter.keeps(v))
            .collect();
        if kept.is_empty() && self.any_id {
            kept = items.iter().map(show).collect();
        }
        filter.sort(&mut kept, |v| v);
        let total = kept.len() as u64;
        let paging = paging.within(total).ok_or_else(Refusal::invalid_page)?;
        let items = kept
            .into_iter()
            .skip(paging.start as usize)
            .take(usize::try_from(paging.size).unwrap_or(usize::MAX))
            .collect();
        Ok(Outcome::Page {
            items,
            total,
            paging,
        })
    }

    /// Records are computed: a page costs what is on it.
    fn records(&self, call: &Call<'_>) -> Result<Outcome, Refusal> {
        /// A plain array has no pages: there is an end to what one request may ask for.
        const MOST: u64 = 10_000;
        let Some(List { item: schema, form }) = call.operation.list.clone() else {
            return Ok(Outcome::Nothing);
        };
        let object = call.spec.schemas.members(schema);
        let has = |name: &str| object.is_some_and(|o| o.get(name).is_some());
        let device = self.asked_for(call)?;
        let defaults: HashMap<&str, String> = [("interval", "10m")]
            .into_iter()
            .filter(|(name, _)| call.front.parameters.iter().any(|p| p.name == *name))
            .map(|(k, v)| (k, v.to_owned()))
            .collect();
        let rows = Rows::of(
            self.rows,
            has("t") || has("data_type"),
            call.query,
            &defaults,
        );
        let rows = if rows.count == 0 && self.any_id {
            Rows::of(self.rows, false, &Query::default(), &defaults)
        } else {
            rows
        };
        let paging = Paging::of(call.front, form != crate::spec::Form::Array, call.query)
            .ok_or_else(Refusal::invalid_page)?;
        let paging = paging
            .within(rows.count)
            .ok_or_else(Refusal::invalid_page)?;
        let maker = Maker {
            answers: false,
            ..self.maker(call.spec)
        };
        // The same record has the same values, whoever shows it.
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
            let thing = Thing {
                rng: root.nth(index).nth(row),
                index,
                noun: "record",
                second,
            };
            let mut made = maker.value(schema, "", thing);
            if let (Some((field, kind)), Some(map)) = (field, made.as_object_mut()) {
                map.insert("value".into(), telemetry::field(field, kind, thing));
            }
            if let (Some((_, bound)), Some(map), Some(object)) =
                (&device, made.as_object_mut(), object)
            {
                for property in &object.properties {
                    if let Some(id) = bound_to(property, bound)
                        .filter(|id| call.spec.schemas.fits(property.of, id))
                    {
                        map.insert(property.name.clone(), id.clone());
                    }
                }
            }
            made
        };
        let items = rows
            .page(paging.start, paging.size.min(MOST))
            .map(make)
            .collect();
        Ok(Outcome::Page {
            items,
            total: rows.count,
            paging,
        })
    }

    /// The item whose records the query asks for: its number and its id.
    fn asked_for(&self, call: &Call<'_>) -> Result<Option<(u64, Bound)>, Refusal> {
        for (name, value) in call.query.filters() {
            let noun = names::subject(name);
            let Some((_, collection)) = call.spec.nouns.iter().find(|((n, _), _)| *n == noun)
            else {
                continue;
            };
            let place = self.place(call.spec, *collection, &[]);
            let item = match self
                .store
                .get(&place, &value.to_ascii_lowercase())
                .map_err(Refusal::broken)?
            {
                Found::Item(item) => item,
                _ if self.any_id => unknown(value),
                _ => return Err(Refusal::not_found()),
            };
            return Ok(Some((item.index, vec![(noun, as_id(place.id, &item.id))])));
        }
        Ok(None)
    }

    fn create(
        &self,
        call: &Call<'_>,
        collection: usize,
        bound: &Bound,
    ) -> Result<Outcome, Refusal> {
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
            // For tests that create without looking: an id that is taken is no reason to refuse.
            let given = given.filter(|id| {
                !self.any_id || matches!(self.store.get(&place, id), Ok(Found::Never))
            });
            (given, self.writable(call, collection, body))
        });
        let made = self
            .store
            .create(&place, new.collect(), |sent, others| {
                self.twice(call, collection, sent, others)
            })
            .map_err(|f| failed(f, &place, key.unwrap_or("id")))?;
        let Some(answer) = call.operation.answer else {
            return Ok(Outcome::Nothing);
        };
        let element = call
            .operation
            .list
            .as_ref()
            .filter(|_| many)
            .map(|l| l.item);
        let mut shown = made
            .iter()
            .map(|item| self.show(call, collection, item, element.unwrap_or(answer), bound));
        Ok(Outcome::One(if element.is_some() {
            shown.collect()
        } else {
            shown.next().unwrap_or_default()
        }))
    }

    /// `{"ids": [...]}`, or an array of ids: what bulk routers take.
    fn delete_many(&self, call: &Call<'_>, collection: usize) -> Result<Outcome, Refusal> {
        let place = self.place(call.spec, collection, call.values);
        let ids = call
            .sent
            .as_array()
            .or_else(|| call.sent.as_object()?.values().find_map(Value::as_array));
        let mut gone = Vec::new();
        for id in ids.into_iter().flatten().map(json::text) {
            if let Found::Item(item) = self.store.get(&place, &id).map_err(Refusal::broken)? {
                gone.push(item);
            }
        }
        self.store
            .delete(&place, &gone)
            .map_err(|f| failed(f, &place, "id"))?;
        Ok(Outcome::Nothing)
    }

    fn single(&self, call: &Call<'_>, bound: &Bound) -> Result<Outcome, Refusal> {
        let Some(answer) = call.operation.answer else {
            return Ok(Outcome::Nothing);
        };
        let place = single(call);
        let mut item = match self.store.get(&place, "").map_err(Refusal::broken)? {
            Found::Item(item) => item,
            _ => unknown(""),
        };
        if !matches!(call.operation.method.as_str(), "GET" | "HEAD") {
            let sent = self.writable(call, usize::MAX, call.sent);
            item = self
                .store
                .change(&place, &item, sent, |_, _| None)
                .map_err(|f| failed(f, &place, "id"))?;
        }
        Ok(Outcome::One(self.compose(call, answer, &item.sent, bound)))
    }

    /// A value of the answer's schema with what was sent in it.
    fn compose(&self, call: &Call<'_>, answer: Use, sent: &Sent, bound: &Bound) -> Value {
        let noun = names::singular(
            call.route
                .template
                .trim_end_matches('/')
                .rsplit('/')
                .find(|s| !s.starts_with('{'))
                .unwrap_or_default(),
        );
        let key = fill(&call.route.template, call.values);
        let fitter = self.loose(call.spec);
        let thing = Thing {
            rng: Rng::of(self.seed, &key),
            index: 0,
            noun: &noun,
            second: None,
        };
        let item = Item {
            sent: sent.clone(),
            ..unknown("")
        };
        let chosen = self.alternative(call.spec, answer, &item);
        let answer = chosen.of;
        let mut made = chosen.named(fitter.maker.value(answer, "", thing));
        if let (Some(map), Some(object)) =
            (made.as_object_mut(), call.spec.schemas.at(answer).object())
        {
            for property in &object.properties {
                let name = property.name.as_str();
                let account = matches!(name, "email" | "username")
                    .then(|| json!(crate::EMAIL))
                    .filter(|v| call.spec.schemas.fits(property.of, v));
                let value = sent
                    .get(name)
                    .cloned()
                    .or_else(|| bound_to(property, bound).cloned())
                    .or(account)
                    .or_else(|| named(call, property));
                if let Some(value) = value {
                    map.insert(
                        name.to_owned(),
                        fitter.fit(
                            property.of,
                            value,
                            name,
                            Thing {
                                rng: thing.rng.at(name),
                                ..thing
                            },
                        ),
                    );
                }
            }
            if object.is_free() {
                map.extend(sent.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
        }
        made
    }

    /// What else there is: an action shows the item that it stands below where its answer has that form, else a value of its own.
    fn act(&self, call: &Call<'_>, bound: &Bound) -> Result<Outcome, Refusal> {
        let sent: Sent = call.sent.as_object().cloned().unwrap_or_default().into();
        let Some(answer) = call.operation.answer else {
            return Ok(Outcome::Nothing);
        };
        // Posted to what there is one of: it is that from now on.
        let kept = |o: &Operation| {
            let free = |of: Use| {
                call.spec
                    .schemas
                    .at(of)
                    .object()
                    .is_some_and(Object::is_free)
            };
            o.method == http::Method::GET
                && o.kind == Kind::Single
                && o.answer
                    .is_some_and(|a| a == answer || (free(a) && free(answer)))
        };
        if call.operation.method == http::Method::POST
            && call.sent.is_object()
            && call.route.operations.iter().any(kept)
        {
            return self.single(call, bound);
        }
        let last = call
            .route
            .parents
            .last()
            .filter(|(at, t)| at + 1 == call.values.len() && t.key.is_none());
        let same = |t: &&(usize, Target)| {
            let c = call.spec.collection(t.1.collection);
            c.and_then(|c| c.key.as_deref())
                .is_some_and(|k| classify::has(call.spec, answer, k))
        };
        if let Some((_, target)) = last.filter(same) {
            let mut item = self.target(call, target)?;
            if call
                .route
                .template
                .trim_end_matches('/')
                .ends_with("/duplicate")
            {
                let place = self.place(call.spec, target.collection, call.values);
                let new = vec![(None, (*item.sent).clone())];
                let made = self.store.create(&place, new, |_, _| None);
                let made = made.map_err(|f| failed(f, &place, "id"))?;
                item = made.into_iter().next().unwrap_or(item);
            }
            return Ok(Outcome::One(self.show(
                call,
                target.collection,
                &item,
                answer,
                bound,
            )));
        }
        Ok(Outcome::One(self.compose(call, answer, &sent, bound)))
    }
}

fn unknown(id: &str) -> Item {
    // The same number for the same id.
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

fn failed(failure: Failure, place: &Place, key: &str) -> Refusal {
    let twice = |field: &str| {
        let words = format!("{} with this {field} already exists.", place.noun);
        Refusal::bad(json!({ field: [words] }))
    };
    match failure {
        Failure::Broken(why) => Refusal::broken(why),
        Failure::Taken => twice(key),
        Failure::Twice(field) => twice(&field),
        Failure::Gone => Refusal::not_found(),
    }
}

fn as_id(kind: IdKind, text: &str) -> Value {
    match (kind, text.parse::<i64>()) {
        (IdKind::Integer, Ok(n)) => json!(n),
        _ => text.into(),
    }
}

/// The thing of the path that a property names.
fn bound_to<'a>(property: &Property, bound: &'a Bound) -> Option<&'a Value> {
    let subject = names::subject(&property.name);
    bound
        .iter()
        .rev()
        .find(|(noun, _)| *noun == subject)
        .map(|(_, id)| id)
}

/// A list of ids in an answer holds those that were sent; one of what failed, none.
fn named(call: &Call<'_>, property: &Property) -> Option<Value> {
    const FAILED: [&str; 6] = ["skip", "fail", "error", "missing", "invalid", "reject"];
    let schemas = &call.spec.schemas;
    let Type::List(item) = schemas.at(property.of).kind else {
        return None;
    };
    let known = (names::subject(&property.name), IdKind::Uuid);
    if schemas.at(item).format() != "uuid" || call.spec.nouns.contains_key(&known) {
        return None;
    }
    let ids = |v: &&Value| {
        let list = v.as_array();
        list.is_some_and(|l| l.iter().all(|id| schemas.fits(item, id)))
    };
    let sent = call.sent.as_object()?.values().find(ids).cloned();
    let failed = FAILED.iter().any(|w| property.name.starts_with(w));
    Some(sent.filter(|_| !failed).unwrap_or_else(|| json!([])))
}

/// What there is one of; one for each thing that the query names.
fn single(call: &Call<'_>) -> Place {
    let path = fill(&names::norm(&call.route.template, ""), call.values);
    let named = |p: &&Parameter| p.name.ends_with("_id") || p.name.ends_with("_pk");
    let parts = call.front.parameters.iter().filter(named).filter_map(|p| {
        let value = call.query.get(&p.name).filter(|v| !v.is_empty())?;
        Some(format!("{}={value}", p.name))
    });
    let parts: Vec<String> = parts.collect();
    Place {
        key: format!("{path}#{}", parts.join("&")),
        noun: String::new(),
        id: IdKind::Text,
        single: true,
    }
}

/// The parameters of a path filled in.
fn fill(path: &str, values: &[String]) -> String {
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
