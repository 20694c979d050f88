//! One operation: validates the request, runs it, and renders its outcome.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    handlers::{
        Call, Outcome,
        error::ApiError,
        metadata,
        query::Query,
        validate::{
            self,
            fields::{Mode, Validator},
        },
    },
    http::{
        AdmittedRequest, Api, body, render,
        response::{self, ApiResponse},
    },
    spec::{Kind, Operation, Route, router},
};

impl Api {
    pub async fn operate(
        &self,
        request: &AdmittedRequest<'_>,
        at: (usize, &Operation),
        values: &[String],
        body: Bytes,
    ) -> Result<ApiResponse, ApiError> {
        let (Some(route), operation) = (self.served.routes.get(at.0), at.1) else {
            return Err(ApiError::not_found());
        };
        let query = Query::parse(request.uri.query().unwrap_or_default()).documented(operation);
        let header = |name: &str| {
            request
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        validate::parameters(&self.served.schemas, operation, &query, header)
            .map_err(ApiError::invalid)?;
        let (backing_route, backing) = self.backing_operation(route, operation);
        let nothing = json!({});
        let call = Call {
            spec: &self.backing,
            route: backing_route,
            operation: backing,
            served: operation,
            values,
            query: &query,
            sent: &nothing,
        };
        // The existence of the item is checked before the body.
        if matches!(
            operation.kind,
            Kind::Update(_) | Kind::Delete(_) | Kind::Action | Kind::Execute | Kind::Create(_)
        ) {
            self.resources.locate(call)?;
        }
        let sent = self.body(request, call, &body)?;
        let call = Call {
            sent: &sent,
            ..call
        };
        let outcome = match operation.kind {
            Kind::Login => return self.login(request, operation, &sent),
            Kind::MfaVerify => match self.mfa(request, call)? {
                Some(session) => Outcome::One(session),
                None => self.resources.run(call)?,
            },
            Kind::Execute => self.execute(request, call).await?,
            Kind::CommandResult => self.result(request, call)?,
            Kind::Options => {
                return Ok(response::json(
                    StatusCode::OK,
                    &metadata::of(&self.served, route, false),
                ));
            }
            _ => self.resources.run(call)?,
        };
        Ok(render::render(
            self,
            request.headers,
            request.uri,
            (route, operation),
            values,
            outcome,
        ))
    }

    /// Reads and validates the body; returns an empty object if the operation has none.
    fn body(
        &self,
        request: &AdmittedRequest<'_>,
        call: Call<'_>,
        body: &Bytes,
    ) -> Result<Value, ApiError> {
        let operation = call.served;
        let sent = body::read(operation, &self.served, request.headers, body)?;
        let wanted = |required: bool| required && !matches!(operation.kind, Kind::Delete(_));
        let described = operation.body.as_ref();
        let Some(described) = described.filter(|b| sent.given || wanted(b.required)) else {
            return Ok(json!({}));
        };
        let related = |name: &str, kind, id: Option<&str>| {
            self.resources.related(&self.backing, name, kind, id)
        };
        let judge = Validator {
            schemas: &self.served.schemas,
            related: &related,
            mode: match operation.method {
                Method::PATCH => Mode::Partial,
                _ => Mode::Full,
            },
            shallow: false,
        };
        let (schema, resources) = (described.schema, &self.resources);
        let value = resources.with_current_tag(call, schema, &self.served, sent.value);
        validate::body(judge, schema, value).map_err(ApiError::invalid)
    }

    /// Returns the response to OPTIONS, without `actions` if the item in the path does not exist.
    pub fn options(&self, route: &Route, found: &router::Match) -> ApiResponse {
        let (query, sent) = (Query::default(), Value::Null);
        let there = |operation: &Operation| {
            let (route, operation) = self.backing_operation(route, operation);
            let call = Call {
                spec: &self.backing,
                route,
                operation,
                served: operation,
                values: &found.values,
                query: &query,
                sent: &sent,
            };
            self.resources.locate(call).is_ok()
        };
        let metadata = metadata::of(&self.served, route, route.operations.iter().all(there));
        response::json(StatusCode::OK, &metadata)
    }

    /// Returns the same operation in the document that data is made from.
    pub fn backing_operation<'a>(
        &'a self,
        route: &'a Route,
        operation: &'a Operation,
    ) -> (&'a Route, &'a Operation) {
        if Arc::ptr_eq(&self.served, &self.backing) {
            return (route, operation);
        }
        let other = self.backing.route(&route.template).and_then(|r| {
            Some((
                r,
                r.operations.iter().find(|o| o.method == operation.method)?,
            ))
        });
        other.unwrap_or((route, operation))
    }
}
