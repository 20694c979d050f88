//! progenitor's builders for the same document, sent by this client: `autopi::progenitor::Client`,
//! made from an [`autopi::Client`](crate::Client).
//!
//! Credentials, retries, limits, hooks and traces are those of the client. The types are ours: open
//! enums, the two kinds of id, pages that keep their bad items. [`ResponseValue`], [`ByteStream`]
//! and [`Error`] are progenitor's. Operations with a multipart body are left out, because
//! progenitor cannot read them.
//!
//! A response whose status is not 2xx is an [`Error::UnexpectedResponse`] or
//! [`Error::ErrorResponse`] with its status and body. A call that failed without a response is an
//! [`Error::CommunicationError`]; [`cause`] returns this crate's error in it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{ResponseBuilderExt, Url, header};

use crate::{
    privacy::shown::Marked,
    transport::{
        address,
        request::{RequestBody, RequestSpec},
        send,
    },
};

#[allow(
    clippy::all,
    deprecated,
    missing_docs,
    nonstandard_style,
    rustdoc::all,
    unused
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/progenitor.rs"));
}

pub use generated::*;

impl From<&crate::Client> for Client {
    fn from(client: &crate::Client) -> Self {
        Self {
            baseurl: client.core.base.as_str().trim_end_matches('/').to_owned(),
            client: client.core.http.clone(),
            inner: client.clone(),
        }
    }
}

impl ClientHooks<crate::Client> for Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let url = request.url().clone();
        match exec(&self.inner, request, info.operation_id).await {
            Ok(response) => Ok(response),
            Err(error) => match (error.status(), error.raw_body()) {
                // A response with another status goes back as it is: progenitor decides by the
                // status.
                (Some(status), Some(body)) if !(200..300).contains(&status) => Ok(respond(
                    status,
                    Default::default(),
                    url,
                    Bytes::copy_from_slice(body),
                )),
                _ => Err(failed(error).await),
            },
        }
    }
}

/// The facts of an operation, by the id that progenitor gives it.
struct Known {
    key: &'static str,
    id: &'static str,
    path: &'static str,
    secrets: Marked,
}

/// Stands for a path parameter that cannot be one segment. No encoded text contains it, and no URL
/// parser changes it.
const NO_SEGMENT: &str = "%-no-segment";

/// Returns a path parameter as one segment. progenitor's builders call it where it cannot return an
/// error.
fn encode_path(value: &str) -> String {
    address::segment(value).map_or_else(|_| NO_SEGMENT.into(), |segment| segment.to_string())
}

/// Sends a request that progenitor built as one of ours.
async fn exec(
    client: &crate::Client,
    mut request: reqwest::Request,
    operation: &'static str,
) -> Result<reqwest::Response, crate::Error> {
    let url = request.url().clone();
    let all = generated::OPERATIONS;
    let at = all.binary_search_by_key(&operation, |op| op.key);
    let known = at.ok().map(|at| &all[at]);
    let operation = known.map_or(operation, |op| op.id);
    let mut spec = RequestSpec::new(operation, request.method().clone(), url.path().to_owned());
    if let Some(op) = known {
        (spec.template, spec.secrets) = (Some(op.path), op.secrets);
    }
    if spec.path.contains(NO_SEGMENT) {
        let error = crate::Error::invalid("a path parameter is empty, `.` or `..`");
        return Err(error
            .of(operation, 0, Duration::ZERO)
            .on(&spec.method, spec.template));
    }
    spec.headers = std::mem::take(request.headers_mut());
    // progenitor adds the version of the document; the API does not read it.
    spec.headers.remove("api-version");
    let whole = spec
        .headers
        .get(header::ACCEPT)
        .is_none_or(|accept| accept == "application/json");
    if let Some(body) = request.body() {
        let bytes = body.as_bytes().map(Bytes::copy_from_slice);
        spec.body = RequestBody::Json(bytes.ok_or_else(|| {
            crate::Error::invalid("the body is a stream, which could not be sent a second time")
        })?);
    }
    spec.url = Some(Box::new(url.clone()));
    // An operation that returns bytes has no type to accept.
    spec.as_sent = !spec.headers.contains_key(header::ACCEPT);
    if whole {
        let (response, _trace) = send::whole(&client.core, spec, None).await?;
        return Ok(respond(
            response.status,
            response.headers,
            url,
            response.value,
        ));
    }
    let download = crate::Download(send::streaming(&client.core, spec, None).await?);
    let (status, headers) = (download.status(), download.headers().clone());
    let body = reqwest::Body::wrap_stream(download.into_stream());
    Ok(respond(status, headers, url, body))
}

fn respond(
    status: u16,
    headers: header::HeaderMap,
    url: Url,
    body: impl Into<reqwest::Body>,
) -> reqwest::Response {
    let mut response = http::Response::builder()
        .url(url)
        .status(status)
        .body(body.into())
        .unwrap_or_default();
    *response.headers_mut() = headers;
    response.into()
}

/// Returns a `reqwest::Error` whose source is our error. The only public way to make one is a body
/// that breaks.
async fn failed(error: crate::Error) -> reqwest::Error {
    let body = stream::iter([Err::<Bytes, _>(error)]);
    let response = reqwest::Response::from(http::Response::new(reqwest::Body::wrap_stream(body)));
    match response.bytes().await {
        Err(error) => error,
        Ok(_) => unreachable!("a body that breaks has no end"),
    }
}

/// Returns this crate's error behind an error of progenitor's; `None` if the server responded.
pub fn cause<E>(error: &Error<E>) -> Option<&crate::Error> {
    let (Error::CommunicationError(error) | Error::ResponseBodyError(error)) = error else {
        return None;
    };
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |e| e.source()).find_map(|e| e.downcast_ref())
}
