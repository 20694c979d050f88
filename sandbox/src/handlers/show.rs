//! Shows items in the form of a schema.

use serde_json::{Map, Value};

use crate::{
    handlers::{
        Call, PathIds, Resources,
        lookup::{as_id, path_id_of},
    },
    sample::{coerce::Coercer, totals},
    spec::{
        IdKind, Kind, Spec,
        schema::{Kind as Type, Property, SchemaRef},
        union::Chosen,
    },
    state::{Found, Item, Origin},
    util::json,
};

impl Resources {
    /// Updates a nested value with what was sent for the item that it shows.
    pub fn refresh_nested(&self, spec: &Spec, of: SchemaRef, name: &str, value: &mut Value) {
        match (value, &spec.schemas.at(of).kind) {
            (Value::Array(list), Type::List(item)) => {
                list.iter_mut()
                    .for_each(|v| self.refresh_nested(spec, *item, name, v));
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
                let resource = self
                    .sampler(spec)
                    .resource(name, object)
                    .unwrap_or_default();
                let resource = (resource, kind(id));
                let id = json::text(id);
                if let Some(at) = spec.by_resource.get(&resource)
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
                let collections_of = spec.collections_of.get(&resource).into_iter().flatten();
                for at in collections_of {
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

    /// Returns the alternative of a union that an item is shown as: the one that fits what was sent
    /// for the item or, if nothing was, the one that its index picks. A schema that is not a union
    /// is its own alternative.
    pub fn alternative(&self, spec: &Spec, schema: SchemaRef, item: &Item) -> Chosen {
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
            Origin::Sampled if found.clone().any(|c| c.of == own.of) => own,
            _ => found.next().unwrap_or(own),
        }
    }

    /// Adds the item's current tag to the body of a PATCH that has none.
    pub fn with_current_tag(
        &self,
        call: Call<'_>,
        body: SchemaRef,
        served: &Spec,
        mut sent: Value,
    ) -> Value {
        let (Kind::Update(target), Some(response), true) = (
            &call.operation.kind,
            call.operation.response,
            call.operation.method == http::Method::PATCH,
        ) else {
            return sent;
        };
        if let (Some(tag), Some(map)) = (served.schemas.tag_of(body), sent.as_object_mut())
            && !map.contains_key(tag)
            && let Ok(item) = self.target(&call, target)
        {
            let shown = self.show(&call, target.collection, &item, response, &PathIds::new());
            map.extend(shown.get(tag).map(|v| (tag.to_owned(), v.clone())));
        }
        sent
    }

    /// Shows items in the form of a schema.
    pub fn show(
        &self,
        call: &Call<'_>,
        collection: usize,
        item: &Item,
        schema: SchemaRef,
        path_ids: &PathIds,
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
        let sampler = self.sampler_of(call.spec, item);
        let (coercer, context) = (
            Coercer {
                sampler,
                strict: false,
            },
            self.context(&place, item, &c.resource),
        );
        let Some(object) = schemas.at(schema).object() else {
            return coercer.sampler.value(schema, "", context);
        };
        let named = tags.iter().filter(|(name, _)| object.get(name).is_none());
        let mut out: Map<String, Value> = named.cloned().collect();
        for property in object.properties.iter().filter(|p| !p.of.write_only) {
            let name = property.name.as_str();
            let part = context.part(name);
            let value = if c.key.as_deref() == Some(name) {
                as_id(c.id, &item.id)
            } else if let Some((_, tag)) = tags.iter().find(|(n, _)| n == name) {
                tag.clone()
            } else if let Some(sent) = item.sent.get(name) {
                sent.clone()
            } else if let Some(id) =
                path_id_of(property, path_ids).filter(|id| schemas.fits(property.of, id))
            {
                id.clone()
            } else {
                // Values are made by the collection's fullest schema, so that all operations show
                // the same ones.
                let known = full.and_then(|f| f.get(name)).unwrap_or(property);
                let mut made = coercer.sampler.property(known, part);
                let short = made
                    .as_str()
                    .is_some_and(|t| !schemas.text_fits(property.of, t));
                if known.of != property.of && (short || !schemas.fits(property.of, &made)) {
                    made = coercer.sampler.property(property, part);
                }
                self.refresh_nested(call.spec, property.of, name, &mut made);
                made
            };
            out.insert(
                name.to_owned(),
                coercer.coerce(property.of, value, name, part),
            );
        }
        totals::reconcile(&mut out, (&c.resource, self.size), |_| false);
        if object.is_free_form() || object.others.is_some() {
            out.extend(
                item.sent
                    .iter()
                    .filter(|(k, _)| object.get(k).is_none())
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        out.into()
    }

    /// Returns the sent members that may be stored: not the id, passwords or write-only members.
    pub fn writable_fields(
        &self,
        call: &Call<'_>,
        collection: usize,
        sent: &Value,
    ) -> Map<String, Value> {
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
        let kept = sent.as_object().into_iter().flatten().filter(keep);
        kept.map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}
