//! Decides whether a request is admitted: its credentials, its rate and its media types (401, 403,
//! 404, 406, 429).

use std::sync::PoisonError;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};

use crate::{
    API_TOKEN,
    handlers::{error::ApiError, query::Query},
    http::{AdmittedRequest, Api, auth, faults::Kind as Fault},
    spec::{Operation, Route},
};

impl Api {
    /// Checks the credentials, the forbidden paths and the rate (401, 403, 429).
    pub fn authorize<'a>(
        &self,
        parts: &'a Parts,
        route: &Route,
        operation: Option<&Operation>,
        faults: &[Fault],
    ) -> Result<AdmittedRequest<'a>, ApiError> {
        let skew = faults
            .iter()
            .map(|f| if let Fault::ClockSkew(by) = f { *by } else { 0 })
            .sum();
        let header = joined(&parts.headers, header::AUTHORIZATION);
        let public =
            operation.map_or_else(|| route.operations.iter().all(|o| o.public), |o| o.public);
        let unauthorized = |message: &str| {
            ApiError::detail(StatusCode::UNAUTHORIZED, message)
                .with(header::WWW_AUTHENTICATE, auth::SCHEME)
        };
        // Wrong credentials are refused even where none are needed.
        let now = self.clock.now(skew).as_second();
        let token = match auth::check(header.as_deref(), now) {
            Err(message) => return Err(unauthorized(message)),
            Ok(Some(token)) if faults.contains(&Fault::TokenExpiry) && token != API_TOKEN => {
                return Err(unauthorized("Signature has expired."));
            }
            Ok(None) if !public => return Err(unauthorized(auth::NO_CREDENTIALS)),
            Ok(token) => token.unwrap_or_default().to_owned(),
        };
        if self
            .settings
            .forbidden
            .iter()
            .any(|p| parts.uri.path().starts_with(p.as_str()))
        {
            return Err(ApiError::detail(
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.",
            ));
        }
        if let Some((most, time)) = self.settings.rate_limit {
            self.throttle(
                &token,
                most,
                i64::try_from(time.as_millis()).unwrap_or(i64::MAX).max(1),
            )?;
        }
        Ok(AdmittedRequest {
            uri: &parts.uri,
            headers: &parts.headers,
            skew,
            token,
        })
    }

    /// Returns 429 if `who` has sent `most` requests in the last `window` milliseconds already.
    pub fn throttle(&self, who: &str, most: u32, window: i64) -> Result<(), ApiError> {
        let now = self.clock.millis(0);
        let mut windows = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, times| times.back().is_some_and(|t| now - *t < window));
        let times = windows.entry(who.to_owned()).or_default();
        while times.front().is_some_and(|t| now - *t >= window) {
            times.pop_front();
        }
        if times.len() < most as usize {
            times.push_back(now);
            return Ok(());
        }
        let first = times.front().copied().unwrap_or(now);
        Err(ApiError::throttled(
            ((first + window - now).max(0) as u64).div_ceil(1000),
        ))
    }
}

/// Returns the values of a header as WSGI joins them.
fn joined(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers
        .get_all(name)
        .into_iter()
        .map(HeaderValue::as_bytes)
        .collect();
    (!values.is_empty()).then(|| values.join(&b','))
}

/// Checks the requested format: 404 for an unknown `format` in the query, 406 if `Accept` allows no
/// media type of the operation.
pub fn negotiate(
    headers: &HeaderMap,
    query: &str,
    operation: Option<&Operation>,
) -> Result<(), ApiError> {
    let produced = operation.map_or(&[][..], |o| o.produces.as_slice());
    let offered = || {
        let produced = produced.iter().map(String::as_str);
        produced.chain(["application/json"])
    };
    let named = operation.is_some_and(|o| o.parameters.iter().any(|p| p.name == "format"));
    if !named && query.contains("format=") {
        let query = Query::parse(query);
        let format = query.get("format").unwrap_or_default();
        let is = |media: &str| media.rsplit(['/', '+', '-', '.']).next() == Some(format);
        if !format.is_empty() && !offered().any(is) {
            return Err(ApiError::not_found());
        }
    }
    let accept = joined(headers, header::ACCEPT);
    let Some(accept) = accept.and_then(|a| String::from_utf8(a).ok()) else {
        return Ok(());
    };
    let can = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim();
        let (main, sub) = range.split_once('/').unwrap_or((range, ""));
        let takes = |offer: &str| {
            let (a, b) = offer.split_once('/').unwrap_or((offer, ""));
            let is = |range: &str, part| range == "*" || range.eq_ignore_ascii_case(part);
            is(main, a) && is(sub, b)
        };
        offered().any(takes)
    };
    if accept.split(',').any(can) {
        Ok(())
    } else {
        Err(ApiError::detail(
            StatusCode::NOT_ACCEPTABLE,
            "Could not satisfy the request Accept header.",
        ))
    }
}
