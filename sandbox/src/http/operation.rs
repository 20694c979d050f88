//! One operation: the request judged, run, and its outcome rendered.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    handlers::{
        Call, Outcome,
        error::Refusal,
        metadata,
        query::Query,
        validate::{
            self,
            fields::{Judge, Mode},
        },
    },
    http::{
        Api, Asked, body, render,
        response::{self, Reply},
    },
    spec::{Kind, Operation, Route, router},
};

impl Api {
    pub async fn operate(
        &self,
        asked: &Asked<'_>,
        at: (usize, &Operation),
        values: &[String],
        body: Bytes,
    ) -> Result<Reply, Refusal> {
        let (Some(route), operation) = (self.front.routes.get(at.0), at.1) else {
            return Err(Refusal::not_found());
        };
        let query = Query::parse(asked.uri.query().unwrap_or_default());
        let header = |name: &str| {
            asked
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        validate::parameters(&self.front.schemas, operation, &query, header)
            .map_err(Refusal::bad)?;
        let (back_route, back) = self.behind(route, operation);
        let nothing = json!({});
        let call = Call {
            spec: &self.back,
            route: back_route,
            operation: back,
            front: operation,
            values,
            query: &query,
            sent: &nothing,
        };
        // Whether the item is there comes before what is to be done with it.
        if matches!(
            operation.kind,
            Kind::Update(_) | Kind::Delete(_) | Kind::Action | Kind::Execute | Kind::Create(_)
        ) {
            self.world.locate(call)?;
        }
        let sent = body::read(operation, &self.front, asked.headers, body).await?;
        let sent = match &operation.body {
            Some(described)
                if sent.given
                    || (described.required && !matches!(operation.kind, Kind::Delete(_))) =>
            {
                let related = |name: &str, kind, id: Option<&str>| {
                    self.world.related(&self.back, name, kind, id)
                };
                let judge = Judge {
                    schemas: &self.front.schemas,
                    related: &related,
                    mode: if operation.method == Method::PATCH {
                        Mode::Partial
                    } else {
                        Mode::Whole
                    },
                    trying: false,
                };
                let value = self
                    .world
                    .tagged(call, described.schema, &self.front, sent.value);
                validate::body(judge, described.schema, value).map_err(Refusal::bad)?
            }
            _ => nothing.clone(),
        };
        let call = Call {
            sent: &sent,
            ..call
        };
        let outcome = match operation.kind {
            Kind::Login => return self.login(asked, operation, &sent),
            Kind::MfaVerify => match self.mfa(asked, call)? {
                Some(session) => Outcome::One(session),
                None => self.world.run(call)?,
            },
            Kind::Execute => self.execute(asked, call).await?,
            Kind::CommandResult => self.result(asked, call)?,
            Kind::Options => {
                return Ok(response::json(
                    StatusCode::OK,
                    &metadata::of(&self.front, route, false),
                ));
            }
            _ => self.world.run(call)?,
        };
        Ok(render::render(
            self,
            asked.headers,
            asked.uri,
            (route, operation),
            values,
            outcome,
        ))
    }

    /// DRF's metadata; of an item that is not there, without its actions.
    pub fn options(&self, route: &Route, found: &router::Match) -> Reply {
        let (query, sent) = (Query::default(), Value::Null);
        let there = |operation: &Operation| {
            let (route, operation) = self.behind(route, operation);
            let call = Call {
                spec: &self.back,
                route,
                operation,
                front: operation,
                values: &found.values,
                query: &query,
                sent: &sent,
            };
            self.world.locate(call).is_ok()
        };
        let metadata = metadata::of(&self.front, route, route.operations.iter().all(there));
        response::json(StatusCode::OK, &metadata)
    }

    /// The same operation in the document that the world is made by.
    pub fn behind<'a>(
        &'a self,
        route: &'a Route,
        operation: &'a Operation,
    ) -> (&'a Route, &'a Operation) {
        if Arc::ptr_eq(&self.front, &self.back) {
            return (route, operation);
        }
        let other = self.back.route(&route.template).and_then(|r| {
            Some((
                r,
                r.operations.iter().find(|o| o.method == operation.method)?,
            ))
        });
        other.unwrap_or((route, operation))
    }
}
