//! Handles a request from its head and body to its response, in the same order as Django REST
//! framework.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    handlers::{error::ApiError, query::is_too_long, validate},
    http::{
        Api,
        admission::negotiate,
        faults::Kind as Fault,
        portal, render,
        response::{self, ApiResponse, CachedResponse},
        root,
    },
    spec::{Kind, Location, Route, router},
};

const ADMIN: &str = "/__sandbox/faults";

impl Api {
    pub async fn respond(
        &self,
        parts: &Parts,
        body: Bytes,
        peer: IpAddr,
        faults: &[Fault],
    ) -> ApiResponse {
        if parts.uri.path().trim_end_matches('/') == ADMIN {
            return self.admin(&parts.method, &body, peer);
        }
        if let Some(file) = portal::file(&parts.method, parts.uri.path(), &parts.headers).await {
            return file;
        }
        let response = self.response(parts, body, faults).await;
        let mut response = response.unwrap_or_else(|error| response::from_error(&error));
        let headers = response.headers_mut();
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        response
    }

    async fn response(
        &self,
        parts: &Parts,
        body: Bytes,
        faults: &[Fault],
    ) -> Result<ApiResponse, ApiError> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let found = self.served.find(path);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if path == "/" && reads && (found.is_none() || query.contains("format=openapi")) {
            return Ok(root::response(self, query, &parts.headers));
        }
        let Some(mut found) = found else {
            if !path.ends_with('/') && self.served.find(&format!("{path}/")).is_some() {
                return Ok(response::append_slash(path, query));
            }
            return Err(ApiError::no_view());
        };
        let Some(route) = self.served.routes.get(found.route) else {
            return Err(ApiError::no_view());
        };
        let first = route.operations.iter().find(|o| o.method == parts.method);
        if let Some(operation) = first.or(route.operations.first()) {
            let names = router::parameters(&route.template);
            validate::usual_ids(&self.served.schemas, operation, &names, &mut found.values);
        }
        let mut response = self
            .view(parts, body, faults, (route, &found))
            .await
            .unwrap_or_else(|error| response::from_error(&error));
        // Every response of a view has its `Allow` header, even a refusal.
        let allow = route.allow.clone();
        response.headers_mut().insert(header::ALLOW, allow);
        Ok(response)
    }

    async fn view(
        &self,
        parts: &Parts,
        body: Bytes,
        faults: &[Fault],
        (route, found): (&Route, &router::Match),
    ) -> Result<ApiResponse, ApiError> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let with = |method: &Method| route.operations.iter().find(|o| o.method == *method);
        let operation = with(&parts.method).or_else(|| {
            (parts.method == Method::HEAD)
                .then(|| with(&Method::GET))
                .flatten()
        });
        if is_too_long(query.as_bytes()) {
            return Err(ApiError::bad_request());
        }
        negotiate(&parts.headers, query, operation)?;
        let request = self.authorize(parts, route, operation, faults)?;
        let Some(operation) = operation else {
            if parts.method == Method::OPTIONS {
                return Ok(self.options(route, found));
            }
            let message = format!("Method \"{}\" not allowed.", parts.method);
            return Err(ApiError::detail(StatusCode::METHOD_NOT_ALLOWED, message));
        };
        if !validate::path(
            &self.served.schemas,
            operation,
            &router::parameters(&route.template),
            &found.values,
        ) {
            return Err(ApiError::not_found());
        }
        if !reads || operation.kind == Kind::CommandResult || operation.kind == Kind::File {
            let response = self
                .operate(&request, (found.route, operation), &found.values, body)
                .await
                .map_err(|r| render::documented(&self.served, operation, r))?;
            return Ok(CachedResponse::untagged(response).for_request(&parts.headers));
        }
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|h| h.to_str().ok()).unwrap_or_default();
        let target = parts.uri.path_and_query().map_or(path, |p| p.as_str());
        let generation = self.resources.store.generation();
        let by_header = operation
            .parameters
            .iter()
            .any(|p| p.location == Location::Header);
        if let Some(known) = self
            .cache
            .get(target, host, generation)
            .filter(|_| !by_header)
        {
            return Ok(known.for_request(&parts.headers));
        }
        let at = (found.route, operation);
        let response = self
            .operate(&request, at, &found.values, Bytes::new())
            .await
            .map_err(|r| render::documented(&self.served, operation, r))?;
        let response = Arc::new(CachedResponse::new(response));
        self.cache.put(target, host, generation, response.clone());
        Ok(response.for_request(&parts.headers))
    }
}
