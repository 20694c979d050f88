//! One request, from its head and body to its answer, in the order in which Django REST framework looks at it.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    handlers::{error::Refusal, validate},
    http::{
        Api,
        admission::negotiate,
        faults::Kind as Fault,
        portal, render,
        response::{self, Kept, Reply},
        root,
    },
    spec::{Kind, Place, Route, router},
};

const ADMIN: &str = "/__sandbox/faults";

impl Api {
    pub async fn respond(
        &self,
        parts: &Parts,
        body: Bytes,
        peer: IpAddr,
        faults: &[Fault],
    ) -> Reply {
        if parts.uri.path().trim_end_matches('/') == ADMIN {
            return self.admin(&parts.method, &body, peer);
        }
        if let Some(file) = portal::file(&parts.method, parts.uri.path(), &parts.headers).await {
            return file;
        }
        match self.answer(parts, body, faults).await {
            Ok(reply) => reply,
            Err(refusal) => response::refused(&refusal),
        }
    }

    async fn answer(&self, parts: &Parts, body: Bytes, faults: &[Fault]) -> Result<Reply, Refusal> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let found = self.front.find(path);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if path == "/" && reads && (found.is_none() || query.contains("format=openapi")) {
            return Ok(root::answer(self, query, &parts.headers));
        }
        let Some(found) = found else {
            if !path.ends_with('/') && self.front.find(&format!("{path}/")).is_some() {
                return Ok(response::moved(path, query));
            }
            return Err(Refusal::not_found());
        };
        let Some(route) = self.front.routes.get(found.route) else {
            return Err(Refusal::not_found());
        };
        let mut reply = self
            .view(parts, body, faults, (route, &found))
            .await
            .unwrap_or_else(|refusal| response::refused(&refusal));
        // Every answer of a view says what the view can, also that it may not be seen.
        let headers = reply.headers_mut();
        headers.insert(header::ALLOW, route.allow.clone());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        Ok(reply)
    }

    async fn view(
        &self,
        parts: &Parts,
        body: Bytes,
        faults: &[Fault],
        (route, found): (&Route, &router::Match),
    ) -> Result<Reply, Refusal> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let with = |method: &Method| route.operations.iter().find(|o| o.method == *method);
        let operation = with(&parts.method).or_else(|| {
            (parts.method == Method::HEAD)
                .then(|| with(&Method::GET))
                .flatten()
        });
        negotiate(&parts.headers, query, operation)?;
        let asked = self.admit(parts, route, operation, faults)?;
        let Some(operation) = operation else {
            if parts.method == Method::OPTIONS {
                return Ok(self.options(route, found));
            }
            let words = format!("Method \"{}\" not allowed.", parts.method);
            return Err(Refusal::detail(StatusCode::METHOD_NOT_ALLOWED, words));
        };
        if !validate::path(
            &self.front.schemas,
            operation,
            &router::parameters(&route.template),
            &found.values,
        ) {
            return Err(Refusal::not_found());
        }
        if !reads || operation.kind == Kind::CommandResult || operation.kind == Kind::File {
            let reply = self
                .operate(&asked, (found.route, operation), &found.values, body)
                .await
                .map_err(|r| render::documented(&self.front, operation, r))?;
            return Ok(Kept::untagged(reply).reply(&parts.headers));
        }
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|h| h.to_str().ok()).unwrap_or_default();
        let target = parts.uri.path_and_query().map_or(path, |p| p.as_str());
        let generation = self.world.store.generation();
        let by_header = operation
            .parameters
            .iter()
            .any(|p| p.place == Place::Header);
        if let Some(known) = self
            .cache
            .get(target, host, generation)
            .filter(|_| !by_header)
        {
            return Ok(known.reply(&parts.headers));
        }
        let at = (found.route, operation);
        let reply = self
            .operate(&asked, at, &found.values, Bytes::new())
            .await
            .map_err(|r| render::documented(&self.front, operation, r))?;
        let answer = Arc::new(Kept::new(reply));
        self.cache.put(target, host, generation, answer.clone());
        Ok(answer.reply(&parts.headers))
    }
}
