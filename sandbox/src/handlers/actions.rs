//! Singletons, and operations that are neither lists nor items.

use serde_json::{Value, json};

use crate::{
    handlers::{
        Call, Outcome, PathIds, Resources,
        error::ApiError,
        lookup::{fill_path, path_id_of, store_error, unlisted_item},
    },
    sample::SampleContext,
    spec::{
        IdKind, Kind, Operation, Parameter, Target, classify, names,
        schema::{Kind as Type, Object, Property, SchemaRef},
    },
    state::{CollectionKey, Found, Item, Sent},
    util::rng::Rng,
};

impl Resources {
    pub fn singleton(&self, call: &Call<'_>, path_ids: &PathIds) -> Result<Outcome, ApiError> {
        let Some(response) = call.operation.response else {
            return Ok(Outcome::Empty);
        };
        let place = singleton(call);
        let mut item = match self.store.get(&place, "").map_err(ApiError::internal)? {
            Found::Item(item) => item,
            _ => unlisted_item(""),
        };
        if !matches!(call.operation.method.as_str(), "GET" | "HEAD") {
            let sent = self.writable_fields(call, usize::MAX, call.sent);
            item = self
                .store
                .change(&place, &item, sent, |_, _| None)
                .map_err(|f| store_error(f, &place, "id"))?;
        }
        Ok(Outcome::One(
            self.build_response(call, response, &item.sent, path_ids),
        ))
    }

    /// Returns a value of the response's schema that contains what was sent.
    pub fn build_response(
        &self,
        call: &Call<'_>,
        response: SchemaRef,
        sent: &Sent,
        path_ids: &PathIds,
    ) -> Value {
        let resource = names::singular(
            call.route
                .template
                .trim_end_matches('/')
                .rsplit('/')
                .find(|s| !s.starts_with('{'))
                .unwrap_or_default(),
        );
        let key = fill_path(&call.route.template, call.values);
        let coercer = self.coercer(call.spec);
        let context = SampleContext {
            rng: Rng::of(self.seed, &key),
            index: 0,
            resource: &resource,
            second: None,
        };
        let item = Item {
            sent: sent.clone(),
            ..unlisted_item("")
        };
        let chosen = self.alternative(call.spec, response, &item);
        let response = chosen.of;
        let mut made = chosen.with_tags(coercer.sampler.value(response, "", context));
        if let (Some(map), Some(object)) = (
            made.as_object_mut(),
            call.spec.schemas.at(response).object(),
        ) {
            for property in &object.properties {
                let name = property.name.as_str();
                let account = matches!(name, "email" | "username")
                    .then(|| json!(crate::EMAIL))
                    .filter(|v| call.spec.schemas.fits(property.of, v));
                let value = sent
                    .get(name)
                    .cloned()
                    .or_else(|| path_id_of(property, path_ids).cloned())
                    .or(account)
                    .or_else(|| sent_ids(call, property));
                if let Some(value) = value {
                    let value = coercer.coerce(property.of, value, name, context.part(name));
                    map.insert(name.to_owned(), value);
                }
            }
            if object.is_free_form() {
                map.extend(sent.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
        }
        made
    }

    /// Runs any other operation: an action shows the item that it is below if its response has that
    /// form, or else a value of its own.
    pub fn run_action(&self, call: &Call<'_>, path_ids: &PathIds) -> Result<Outcome, ApiError> {
        let sent: Sent = call.sent.as_object().cloned().unwrap_or_default().into();
        let Some(response) = call.operation.response else {
            return Ok(Outcome::Empty);
        };
        // A POST to a singleton replaces its value.
        let kept = |o: &Operation| {
            let free = |of: SchemaRef| {
                call.spec
                    .schemas
                    .at(of)
                    .object()
                    .is_some_and(Object::is_free_form)
            };
            o.method == http::Method::GET
                && o.kind == Kind::Single
                && o.response
                    .is_some_and(|a| a == response || (free(a) && free(response)))
        };
        if call.operation.method == http::Method::POST
            && call.sent.is_object()
            && call.route.operations.iter().any(kept)
        {
            return self.singleton(call, path_ids);
        }
        let last = call
            .route
            .parents
            .last()
            .filter(|(at, t)| at + 1 == call.values.len() && t.key.is_none());
        let same = |t: &&(usize, Target)| {
            let c = call.spec.collection(t.1.collection);
            c.and_then(|c| c.key.as_deref())
                .is_some_and(|k| classify::has(call.spec, response, k))
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
                let made = made.map_err(|f| store_error(f, &place, "id"))?;
                item = made.into_iter().next().unwrap_or(item);
            }
            return Ok(Outcome::One(self.show(
                call,
                target.collection,
                &item,
                response,
                path_ids,
            )));
        }
        Ok(Outcome::One(
            self.build_response(call, response, &sent, path_ids),
        ))
    }
}

/// Returns the value of a response's list of ids: the ids that were sent or, if the list is one of
/// failures, none.
pub fn sent_ids(call: &Call<'_>, property: &Property) -> Option<Value> {
    const FAILURE_PREFIXES: [&str; 6] = ["skip", "fail", "error", "missing", "invalid", "reject"];
    let schemas = &call.spec.schemas;
    let Type::List(item) = schemas.at(property.of).kind else {
        return None;
    };
    let known = (names::subject(&property.name), IdKind::Uuid);
    if schemas.at(item).format() != "uuid" || call.spec.by_resource.contains_key(&known) {
        return None;
    }
    let ids = |v: &&Value| {
        let list = v.as_array();
        list.is_some_and(|l| l.iter().all(|id| schemas.fits(item, id)))
    };
    let sent = call.sent.as_object()?.values().find(ids).cloned();
    let failed = FAILURE_PREFIXES
        .iter()
        .any(|w| property.name.starts_with(w));
    Some(sent.filter(|_| !failed).unwrap_or_else(|| json!([])))
}

/// Returns the key of a singleton; there is one for each item that the query names.
pub fn singleton(call: &Call<'_>) -> CollectionKey {
    let path = fill_path(
        &names::normalize_path(&call.route.template, ""),
        call.values,
    );
    let named = |p: &&Parameter| p.name.ends_with("_id") || p.name.ends_with("_pk");
    let parts = call.served.parameters.iter().filter(named).filter_map(|p| {
        let value = call.query.get(&p.name).filter(|v| !v.is_empty())?;
        Some(format!("{}={value}", p.name))
    });
    let parts: Vec<String> = parts.collect();
    CollectionKey {
        key: format!("{path}#{}", parts.join("&")),
        resource: String::new(),
        id: IdKind::Text,
        single: true,
    }
}
