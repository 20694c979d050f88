//! From a request that is filled in to an answer: limits, authorization, tries.

use std::{borrow::Cow, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Method, Request, RequestBuilder, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue},
    multipart::Form,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use tracing::Instrument;

use crate::{
    CallInfo, CallOptions, Client, Error, ErrorKind, Response,
    client::handle::Authorization,
    codec::lenient::{self, Fault},
    privacy::shown,
    transport::{
        address,
        limits::{Permit, after, later},
        platform::{Answer, Instant, is_unprocessed, sleep, timeout},
        redirect,
        retry::{self, Claim},
        trace::Trace,
        upload::Parts,
    },
};

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Bytes),
    /// Of this media type.
    Raw(&'static str, Bytes),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(Cow<'static, str>, String)>),
}

impl Body {
    pub fn form_value(&mut self, name: Cow<'static, str>, value: String) {
        match self {
            Self::Form(fields) => fields.push((name, value)),
            other => *other = Self::Form(vec![(name, value)]),
        }
    }

    pub fn forget(&mut self, name: &str) {
        if let Self::Form(fields) = self {
            fields.retain(|(other, _)| other != name);
        }
    }
}

/// A request before it is one.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub operation: &'static str,
    /// The path as the document has it; without one the path itself is shown in traces.
    pub template: Option<&'static str>,
    pub method: Method,
    pub path: String,
    /// The URL in place of the base and the path: of the base's origin.
    pub place: Option<Box<Url>>,
    pub query: Vec<(Cow<'static, str>, String)>,
    /// More of the query, by the name of the parameter: percent-encoded.
    pub styled: Vec<(&'static str, String)>,
    /// The media type to ask for; `*/*` when empty.
    pub accept: &'static str,
    /// For traces: as [`Operation::secrets`](crate::call::Operation::secrets).
    pub secrets: shown::Marked,
    pub headers: HeaderMap,
    pub body: Body,
    pub options: CallOptions,
}

impl Outgoing {
    /// Boxed: a builder is moved by each of its setters.
    pub fn new(operation: &'static str, method: Method, path: String) -> Box<Self> {
        let (query, headers, body, options) = (
            Vec::new(),
            HeaderMap::new(),
            Body::None,
            CallOptions::default(),
        );
        Box::new(Self {
            operation,
            template: None,
            method,
            path,
            place: None,
            query,
            styled: Vec::new(),
            accept: "",
            secrets: &[],
            headers,
            body,
            options,
        })
    }
}

impl Outgoing {
    /// May it be sent again, though the server may have done it?
    fn is_repeatable(&self) -> bool {
        let own = self.options.idempotent;
        own.unwrap_or_else(|| retry::is_idempotent(&self.method))
    }
}

fn more_in_time(stall: Duration) -> Error {
    Error::timeout(format!(
        "no more of the response within {stall:?} (the attempt's timeout)"
    ))
}

/// A 2xx answer whose body was not read yet.
pub(crate) struct Open {
    pub response: Answer,
    /// The longest wait for one piece of the body.
    pub stall: Duration,
    pub trace: Trace,
    _permit: Permit,
}

impl Open {
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match timeout(self.stall, None, self.response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(e)) => Err(self.trace.fail(Error::transport(e))),
            Err(_) => Err(self.trace.fail(more_in_time(self.stall))),
        }
    }
}

/// The whole response. The trace ends the call when it is dropped.
pub(crate) async fn whole(
    client: &Client,
    out: Box<Outgoing>,
    parts: Option<Parts>,
    trace: &mut Trace,
) -> Result<Response<Bytes>, Error> {
    match run(client, out, parts, true, trace).await? {
        Got::Whole(response) => Ok(response),
        Got::Open(..) => Err(trace.fail(Error::invalid("the body was not read"))),
    }
}

/// The answer up to its headers.
pub(crate) async fn open(
    client: &Client,
    out: Box<Outgoing>,
    parts: Option<Parts>,
) -> Result<Open, Error> {
    let own = out.options.attempt_timeout;
    let stall = own.unwrap_or_else(|| client.0.usual_attempt());
    let mut trace = Trace::new(&out);
    match run(client, out, parts, false, &mut trace).await? {
        Got::Open(mut response, _permit) => {
            shown::mark(response.headers_mut());
            Ok(Open {
                response,
                stall,
                trace,
                _permit,
            })
        }
        Got::Whole(_) => Err(trace.fail(Error::invalid("the body was read"))),
    }
}

enum Got {
    Whole(Response<Bytes>),
    Open(Answer, Permit),
}

/// Why a try failed.
enum Failure {
    /// Trying again can't help.
    Fatal(Error),
    /// The request was not sent, or the server says that it did nothing with it: any method may be tried again.
    Unsent(Error),
    /// Sent with this authorization.
    Sent(Error, HeaderValue),
    /// The same request is wanted at this URL.
    Moved(Box<Url>, Error),
}

async fn run(
    client: &Client,
    out: Box<Outgoing>,
    parts: Option<Parts>,
    whole: bool,
    trace: &mut Trace,
) -> Result<Got, Error> {
    if out.options.resume.is_some() {
        return Err(trace.fail(Error::invalid(
            "a cursor is resumed with `stream` or `pages`: this gives one page only",
        )));
    }
    let span = trace.span.clone();
    // Boxed: the layers above would copy it, again and again.
    let tries = Box::pin(tries(client, &out, parts, whole, trace));
    tries.instrument(span).await.map_err(|e| trace.fail(e))
}

/// Sends until there is a 2xx, the policy is through, or the time is up.
async fn tries(
    client: &Client,
    out: &Outgoing,
    mut parts: Option<Parts>,
    whole: bool,
    trace: &mut Trace,
) -> Result<Got, Error> {
    let deadline = later(
        trace.started,
        out.options.timeout.unwrap_or(client.0.timeout),
    );
    let mut refused: Option<(HeaderValue, Error)> = None;
    let mut moved: Option<Box<Url>> = None;
    let mut hops = 0;
    let mut claim = None;
    loop {
        trace.attempts += 1;
        let one = Try {
            client,
            out,
            moved: moved.as_deref(),
            hops,
            whole,
            attempt: trace.attempts,
            deadline,
        };
        let failure = match one
            .run(&mut parts, refused.as_ref().map(|(r, _)| r), claim.take())
            .await
        {
            Ok(got) => {
                trace.status(Some(match &got {
                    Got::Whole(response) => response.status,
                    Got::Open(response, _) => response.status().as_u16(),
                }));
                client.0.budget.give(1);
                return Ok(got);
            }
            Err(failure) => failure,
        };
        // What the server said stays, with why there are no other credentials.
        if let Failure::Unsent(why) = &failure
            && why.kind() == ErrorKind::Auth
            && let Some((_, error)) = refused.take()
        {
            trace.status(error.status());
            return Err(error.because(why.to_string()));
        }
        let body_is_there = parts.as_ref().is_none_or(Parts::is_whole);
        match one.again(failure, body_is_there, refused.is_none(), trace)? {
            Again::With(header, error) => refused = Some((header, error)),
            Again::At(url) => {
                (moved, hops) = (Some(url), hops + 1);
                trace.attempts -= 1;
            }
            Again::After(wait, right) => {
                Box::pin(sleep(wait)).await;
                claim = Some(right);
            }
        }
    }
}

/// How a try is followed by another.
enum Again<'a> {
    /// At once, with other credentials than these, which were refused like this.
    With(HeaderValue, Error),
    /// At once, at this URL: the same attempt.
    At(Box<Url>),
    After(Duration, Claim<'a>),
}

/// One try.
struct Try<'a, 'm> {
    client: &'a Client,
    out: &'a Outgoing,
    /// Where redirects led to, and how many.
    moved: Option<&'m Url>,
    hops: u8,
    whole: bool,
    attempt: u32,
    deadline: Instant,
}

impl<'a> Try<'a, '_> {
    async fn run(
        &self,
        parts: &mut Option<Parts>,
        refused: Option<&HeaderValue>,
        claim: Option<Claim<'a>>,
    ) -> Result<Got, Failure> {
        let inner = &self.client.0;
        let late = |what| Failure::Fatal(self.late(what, None));
        // What most calls need not is boxed: a future under 1 KiB is quick to allocate.
        let (permit, place) = match inner.limits.idle() {
            true => (None, None),
            false => Box::pin(timeout(
                Duration::MAX,
                self.deadline,
                inner.limits.admit(self.deadline),
            ))
            .await
            .map_err(|_| late("`max_in_flight` calls are under way: no turn"))?
            .map(|(permit, place)| (permit, Some(place)))
            .map_err(Failure::Fatal)?,
        };
        let authorization = match self.client.authorization(refused) {
            Authorization::Fixed(header) => header,
            Authorization::Asked(header) => timeout(Duration::MAX, self.deadline, header)
                .await
                .map_err(|_| late("no credentials"))?
                .and_then(|header| match refused {
                    Some(refused) if *refused == header => Err(Error::auth(
                        "the login or the provider gave the refused credentials again",
                    )),
                    _ => Ok(header),
                })
                .map_err(Failure::Unsent)?,
        };
        let form = match parts {
            Some(parts) => Some(Box::pin(parts.form()).await.map_err(Failure::Fatal)?),
            None => None,
        };
        // A block: a request that lives to its end would be a part of the future.
        let (pending, asked) = {
            let request = self.request(&authorization, form).map_err(Failure::Fatal)?;
            let asked = inner.follows.then(|| Box::new(request.url().clone()));
            (inner.http.execute(request), asked)
        };
        let stall = self.attempt_timeout();
        let started = inner.hooks.as_ref().map(|_| Instant::now());
        if let Some(place) = place {
            place.used();
        }
        if let Some(claim) = claim {
            claim.used();
        }
        let sent = |e| Failure::Sent(e, authorization.clone());
        let mut response = {
            let answer = timeout(stall, self.deadline, pending).await;
            if let (Some(hooks), Some(started)) = (&inner.hooks, started) {
                hooks.post(
                    answer
                        .as_ref()
                        .ok()
                        .and_then(|r| r.as_ref().ok())
                        .map(|r| r.status().as_u16()),
                    started.elapsed(),
                    &self.info(),
                );
            }
            match answer {
                Ok(Ok(response)) => {
                    if let Some(asked) = asked.filter(|asked| **asked != *response.url()) {
                        self.elsewhere(&asked, response.url())
                            .map_err(Failure::Fatal)?;
                    }
                    Answer::from(response)
                }
                Ok(Err(e)) if is_unprocessed(&e) => {
                    return Err(Failure::Unsent(Error::transport(e)));
                }
                Ok(Err(e)) => return Err(sent(Error::transport(e))),
                Err(_) => return Err(sent(self.late("no response", Some(stall)))),
            }
        };
        if !response.status().is_success() {
            return Err(Box::pin(self.refused(response, &authorization)).await);
        }
        if !self.whole {
            return Ok(Got::Open(response, permit));
        }
        let late = || self.late("no more of the response", Some(stall));
        let value = read(&mut response, inner.max_body, stall, self.deadline, late)
            .await
            .map_err(sent)?;
        if inner.trace_bodies {
            tracing::trace!(body = %shown::body(&value, response.url(), self.out.secrets), "answer");
        }
        Ok(Got::Whole(Response {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            value,
        }))
    }

    #[cold]
    async fn refused(&self, response: Answer, authorization: &HeaderValue) -> Failure {
        let target = redirect::target(&self.out.method, &response, &self.client.0.base);
        let error = refusal(response, self.out.template);
        let Ok(error) = timeout(Duration::MAX, self.deadline, error).await else {
            return Failure::Fatal(self.late("no end of an error response", None));
        };
        match target {
            None => Failure::Sent(error, authorization.clone()),
            Some(Ok(url)) => Failure::Moved(Box::new(url), error),
            Some(Err(why)) => Failure::Fatal(error.because(why)),
        }
    }

    /// Whether, and how, it goes on after a failure.
    #[cold]
    fn again(
        &self,
        failure: Failure,
        body_is_there: bool,
        may_renew: bool,
        trace: &Trace,
    ) -> Result<Again<'a>, Error> {
        let (inner, out) = (&self.client.0, self.out);
        let (error, repeatable) = match failure {
            Failure::Fatal(error) => (error, false),
            Failure::Unsent(error) => (error, body_is_there),
            Failure::Moved(url, _) if body_is_there && self.hops < redirect::MOST => {
                return Ok(Again::At(url));
            }
            Failure::Moved(url, error) => {
                let why = if body_is_there {
                    "more redirects in a row than are followed, the last one to"
                } else {
                    "the body could be sent only once, and the server answers at"
                };
                let place = address::shown(&url);
                (error.because(format!("{why} {place}")), false)
            }
            Failure::Sent(error, with)
                if (error.status() == Some(401) || error.is_expired_session())
                    && may_renew
                    && self.client.can_renew()
                    && body_is_there =>
            {
                tracing::debug!(
                    attempt = self.attempt,
                    status = error.status(),
                    "refused: asking for new credentials"
                );
                return Ok(Again::With(with, error));
            }
            Failure::Sent(error, _) => {
                // With what it refuses for its rate the server did nothing.
                let harmless = error.is_throttled() || out.is_repeatable();
                (error, body_is_there && harmless)
            }
        };
        trace.status(error.status());
        let policy = out.options.retry.as_ref().unwrap_or(&inner.retry);
        let cost = if error.kind() == ErrorKind::Timeout {
            10
        } else {
            5
        };
        let wait = policy.delay(self.attempt, error.retry_after());
        if error.status() == Some(429) {
            // It is the account that is too fast, not this call.
            inner.limits.pause(wait);
        }
        // A hint beyond the call's time is not cut to fit into it.
        let ready = after(error.retry_after().unwrap_or_default().max(wait));
        let over = self.attempt >= policy.max_attempts || ready >= self.deadline;
        let wanted = error.is_throttled() || !policy.throttled_only;
        let may = repeatable && error.is_retryable() && wanted && !over;
        let Some(claim) = may.then(|| inner.budget.take(cost)).flatten() else {
            tracing::debug!(attempt = self.attempt, status = error.status(), kind = ?error.kind(), "failed");
            return Err(error);
        };
        let wait_ms = wait.as_millis() as u64;
        tracing::debug!(attempt = self.attempt, status = error.status(), kind = ?error.kind(), wait_ms, "failed, will try again");
        Ok(Again::After(wait, claim))
    }

    /// For all attempts.
    fn timeout(&self) -> Duration {
        self.out.options.timeout.unwrap_or(self.client.0.timeout)
    }

    /// For this one: half of a short timeout, if another attempt may be made and nobody said otherwise.
    fn attempt_timeout(&self) -> Duration {
        let (inner, options) = (&self.client.0, &self.out.options);
        if let Some(own) = options.attempt_timeout {
            return own;
        }
        if let (Some(own), None) = (inner.attempt_timeout, options.timeout) {
            return own;
        }
        let policy = options.retry.as_ref().unwrap_or(&inner.retry);
        let again = self.attempt < policy.max_attempts && !policy.throttled_only;
        let parts = if again && self.out.is_repeatable() {
            2
        } else {
            1
        };
        inner.usual_attempt().min(self.timeout() / parts)
    }

    /// Which time was over.
    #[cold]
    fn late(&self, what: &str, attempt: Option<Duration>) -> Error {
        Error::timeout(match attempt.filter(|_| Instant::now() < self.deadline) {
            Some(attempt) => format!("{what} within {attempt:?} (the attempt's timeout)"),
            None => format!("{what} within {:?} (the call's timeout)", self.timeout()),
        })
    }

    fn info(&self) -> CallInfo {
        CallInfo {
            operation: self.out.operation,
            attempt: self.attempt,
        }
    }

    fn request(&self, authorization: &HeaderValue, form: Option<Form>) -> Result<Request, Error> {
        let (inner, out) = (&self.client.0, self.out);
        let url = self.url()?;
        // Before the header is put on.
        self.own_origin(&url)?;
        let mut request = Request::new(out.method.clone(), url);
        if !out.accept.is_empty() {
            request
                .headers_mut()
                .insert(ACCEPT, HeaderValue::from_static(out.accept));
        }
        for (name, value) in out.headers.iter().chain(&out.options.headers) {
            request.headers_mut().insert(name, value.clone());
        }
        request
            .headers_mut()
            .insert(AUTHORIZATION, authorization.clone());
        let filled = |request| RequestBuilder::from_parts(inner.http.clone(), request);
        match (&out.body, form) {
            (_, Some(form)) => {
                request = filled(request)
                    .multipart(form)
                    .build()
                    .map_err(Error::transport)?
            }
            (Body::Json(bytes), None) => {
                request
                    .headers_mut()
                    .entry(CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static("application/json"));
                *request.body_mut() = Some(bytes.clone().into());
            }
            (Body::Raw(media, bytes), None) => {
                request
                    .headers_mut()
                    .entry(CONTENT_TYPE)
                    .or_insert(HeaderValue::from_static(media));
                *request.body_mut() = Some(bytes.clone().into());
            }
            (Body::Form(fields), None) => {
                request = filled(request)
                    .form(fields)
                    .build()
                    .map_err(Error::transport)?
            }
            // A server, or what stands before it, may want a length (411).
            (Body::None, None)
                if matches!(out.method, Method::POST | Method::PUT | Method::PATCH) =>
            {
                let length = request.headers_mut().entry(CONTENT_LENGTH);
                length.or_insert(HeaderValue::from_static("0"));
            }
            (Body::None, None) => {}
        }
        if let Some(hooks) = &inner.hooks {
            hooks.pre(&mut request, &self.info())?;
            self.own_origin(request.url())?;
        }
        if inner.trace_bodies {
            let body = request
                .body()
                .and_then(|b| b.as_bytes())
                .map(|bytes| shown::body(bytes, request.url(), self.out.secrets));
            tracing::trace!(body = body.as_deref(), "request");
        }
        Ok(request)
    }

    fn url(&self) -> Result<Url, Error> {
        if let Some(url) = self.moved {
            return Ok(url.clone());
        }
        let mut url = match &self.out.place {
            Some(url) => (**url).clone(),
            None => address::join(&self.client.0.base, &self.out.path).map_err(Error::invalid)?,
        };
        if !self.out.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.out.query);
        }
        for (_, text) in &self.out.styled {
            let query = url
                .query()
                .map_or_else(|| text.clone(), |q| format!("{q}&{text}"));
            url.set_query(Some(&query));
        }
        Ok(url)
    }

    fn own_origin(&self, url: &Url) -> Result<(), Error> {
        if address::same_origin(url, &self.client.0.base) {
            return Ok(());
        }
        Err(Error::invalid(
            "the request would go to another host than the base URL's, with the credentials in it: was its URL changed by a hook?",
        ))
    }

    /// A browser, or the user's own `reqwest::Client`, has followed a redirect.
    #[cold]
    fn elsewhere(&self, asked: &Url, answered: &Url) -> Result<(), Error> {
        let there = address::shown(answered);
        if !address::same_origin(asked, answered) {
            return Err(Error::invalid(format!(
                "the call was redirected to another host, {there}: is the base URL right?"
            )));
        }
        if matches!(self.out.method, Method::GET | Method::HEAD) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the server answers at {there}, and the redirect may have made a GET of the {}: send it there",
            self.out.method
        )))
    }
}

/// The body, up to a limit.
async fn read(
    response: &mut Answer,
    limit: usize,
    stall: Duration,
    deadline: Instant,
    late: impl Fn() -> Error,
) -> Result<Bytes, Error> {
    let status = response.status().as_u16();
    let told = response.content_length().unwrap_or(0);
    if told > limit as u64 {
        return Err(Error::too_large(status, limit));
    }
    let mut body = BytesMut::new();
    let mut first = Bytes::new();
    while let Some(chunk) = timeout(stall, deadline, response.chunk())
        .await
        .map_err(|_| late())?
        .map_err(Error::transport)?
    {
        if first.len() + body.len() + chunk.len() > limit {
            return Err(Error::too_large(status, limit));
        }
        // One piece only is the common case: it is not copied.
        if first.is_empty() && body.is_empty() {
            first = chunk;
            continue;
        }
        if body.is_empty() {
            body.reserve((told as usize).min(8 << 20));
            body.extend_from_slice(&std::mem::take(&mut first));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(if body.is_empty() {
        first
    } else {
        body.freeze()
    })
}

/// The error of an answer that is not 2xx.
pub(crate) async fn refusal(response: Answer, template: Option<&str>) -> Error {
    let headers = response.headers();
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let (id, after) = (text("x-request-id"), retry::retry_after(headers));
    let html = text("content-type").is_some_and(|t| t.starts_with("text/html"));
    let status = response.status();
    let body = read_some(response).await;
    Error::status_of(status.as_u16(), id, after, html, template, body)
}

/// What came of the body within five seconds, up to 1 MiB: what an error may keep.
pub(crate) async fn read_some(mut response: Answer) -> Bytes {
    const LIMIT: usize = 1 << 20;
    let until = after(Duration::from_secs(5));
    let mut body = BytesMut::new();
    while let Ok(Ok(Some(chunk))) = timeout(Duration::MAX, until, response.chunk()).await {
        body.extend_from_slice(&chunk[..chunk.len().min(LIMIT - body.len())]);
        if body.len() >= LIMIT {
            break;
        }
    }
    body.freeze()
}

/// The body as `T`: the fast way; then with pages that keep their bad items; then [`Lenient`]ly, which also finds the path of an error.
pub(crate) fn decode<T: DeserializeOwned>(status: u16, body: Bytes) -> Result<T, Error> {
    if body.is_empty() {
        // As null where that is meant, and as nothing else: an empty list would be made up.
        let value = serde_json::from_str("null");
        return value.map_err(|_| Error::decode(status, ".", "the body is empty", body));
    }
    lenient::read(&body).map_err(|fault| undecoded(status, fault, body))
}

#[cold]
fn undecoded(status: u16, Fault { path, mut message }: Fault, body: Bytes) -> Error {
    if path == "."
        && let Err(e) = serde_json::from_slice::<IgnoredAny>(&body)
    {
        message = format!("the body is no JSON: {e}");
    }
    let message = shown::reason(&path, message);
    Error::decode(status, path, message, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Under 1 KiB it is what malloc has at hand; all the calls in flight fit into a cache.
    #[test]
    fn what_a_call_holds_is_small() {
        let client = Client::builder().api_token("t").build().unwrap();
        let out = Outgoing::new("x", Method::GET, "/".into());
        let size = size_of_val(&tries(&client, &out, None, true, &mut Trace::new(&out)));
        assert!(size < 1000, "{size} bytes");
    }
}
