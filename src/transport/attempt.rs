//! One attempt of a call: it waits for its turn, gets an authorization, sends the request and reads
//! the response.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{TryFutureExt, future::Either};
use reqwest::{Method, Request, Url, header::HeaderValue};

use crate::{
    CallFuture, CallInfo, ClientHooks, Error, Next, Response,
    privacy::shown,
    transport::{
        address,
        budget::Claim,
        clock::Instant,
        core::{Authorization, Core},
        limits::Permit,
        multipart::MultipartForm,
        platform::{RawResponse, is_unprocessed, timeout, with_url},
        redirect,
        request::RequestSpec,
        response::{read, refuse_encoded, status_error},
        retry::Failure,
    },
};

/// How the body of a 2xx response is read: as a whole, or as a stream.
pub(crate) trait ReadMode {
    type Body;
    type Output;

    /// Reads as much of the body as this mode needs.
    async fn read(
        attempt: &Attempt<'_, '_>,
        response: &mut RawResponse,
    ) -> Result<Self::Body, Error>;

    fn output(response: RawResponse, body: Self::Body, permit: Permit) -> Self::Output;

    fn status(output: &Self::Output) -> u16;
}

/// Reads the body to its end.
pub(crate) enum WholeBody {}

impl ReadMode for WholeBody {
    type Body = Bytes;
    type Output = Response<Bytes>;

    async fn read(attempt: &Attempt<'_, '_>, response: &mut RawResponse) -> Result<Bytes, Error> {
        // Every variable here makes the future of each call larger.
        let late = || {
            let stall = attempt.attempt_timeout();
            attempt.late("no more of the response", Some(stall))
        };
        let (core, stall) = (attempt.core, attempt.attempt_timeout());
        let read = read(
            response,
            core.max_response_bytes,
            stall,
            attempt.deadline,
            late,
        );
        let body = read.await?;
        if attempt.core.trace_bodies {
            tracing::trace!(body = %shown::body(&body, response.url(), attempt.spec.secrets), "response");
        }
        Ok(body)
    }

    fn output(mut response: RawResponse, value: Bytes, _: Permit) -> Response<Bytes> {
        Response {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            value,
        }
    }

    fn status(response: &Response<Bytes>) -> u16 {
        response.status
    }
}

/// Leaves the body to be read later; the permit stays with it.
pub(crate) enum StreamedBody {}

impl ReadMode for StreamedBody {
    type Body = ();
    type Output = (RawResponse, Permit);

    async fn read(_: &Attempt<'_, '_>, _: &mut RawResponse) -> Result<(), Error> {
        Ok(())
    }

    fn output(response: RawResponse, (): (), permit: Permit) -> Self::Output {
        (response, permit)
    }

    fn status((response, _): &Self::Output) -> u16 {
        response.status().as_u16()
    }
}

pub(crate) struct Attempt<'a, 'm> {
    pub core: &'a Core,
    pub spec: &'a RequestSpec,
    /// The URL that redirects led to.
    pub redirected_to: Option<&'m Url>,
    /// The number of this attempt, from 1.
    pub number: u32,
    /// The deadline of the whole call.
    pub deadline: Instant,
}

impl<'a> Attempt<'a, '_> {
    /// Sends the request. `refused` is the authorization that the server refused before, if any.
    pub async fn run<M: ReadMode>(
        &self,
        form: &mut Option<MultipartForm>,
        refused: Option<&HeaderValue>,
        claim: Option<Claim<'a>>,
    ) -> Result<M::Output, Failure> {
        let core = self.core;
        let late = |what| Failure::Fatal(self.late(what, None));
        // A response could arrive before a timer with so little left fires.
        if Instant::now() >= self.deadline {
            return Err(late("nothing was sent"));
        }
        // Boxed, because most calls do not need it: a future under 1 KiB is quick to allocate.
        let (permit, place) = match core.limits.idle() {
            true => (None, None),
            false => Box::pin(timeout(
                Duration::MAX,
                self.deadline,
                core.limits.admit(self.deadline),
            ))
            .await
            .map_err(|_| late("`max_in_flight` calls are under way: no turn"))?
            .map(|(permit, place)| (permit, Some(place)))
            .map_err(Failure::Fatal)?,
        };
        let authorization = match core.authorizer.authorization(core, refused) {
            Authorization::Fixed(header) => header,
            Authorization::Pending(header) => timeout(Duration::MAX, self.deadline, header)
                .await
                .map_err(|_| late("no credentials"))?
                .and_then(|header| match refused {
                    Some(refused) if *refused == header => Err(Error::auth(
                        "the login or the provider gave the very credentials that were refused",
                    )),
                    _ => Ok(header),
                })
                .map_err(Failure::Unsent)?,
        };
        let form = match form {
            Some(form) => Some(Box::pin(form.build()).await.map_err(Failure::Fatal)?),
            None => None,
        };
        // In a block: a request that lived until the end would become part of the future.
        let (pending, asked) = {
            let request = self.request(&authorization, form).map_err(Failure::Fatal)?;
            let asked = core.follows.then(|| Box::new(request.url().clone()));
            let pending = match &core.hooks {
                None => Either::Left(core.http.execute(request).map_err(Error::transport)),
                Some(hooks) => Either::Right(self.hooked(hooks.as_ref(), request)),
            };
            (pending, asked)
        };
        let stall = self.attempt_timeout();
        let started = core.hooks.as_ref().map(|_| Instant::now());
        if let Some(place) = place {
            place.used();
        }
        if let Some(claim) = claim {
            claim.used();
        }
        let sent = |e| Failure::Sent(e, authorization.clone());
        let mut response = {
            let outcome = timeout(stall, self.deadline, pending).await;
            if let (Some(hooks), Some(started)) = (&core.hooks, started) {
                let response = outcome.as_ref().ok().and_then(|r| r.as_ref().ok());
                let status = response.map(|r| r.status().as_u16());
                hooks.post(status, started.elapsed(), &self.info());
            }
            match outcome {
                Ok(Ok(response)) => {
                    if let Some(asked) = asked.filter(|asked| **asked != *response.url()) {
                        self.judge_redirect(&asked, response.url())
                            .map_err(Failure::Fatal)?;
                    }
                    RawResponse::from(response)
                }
                Ok(Err(e)) if is_unprocessed(&e) => return Err(Failure::Unsent(e)),
                Ok(Err(e)) => return Err(sent(e)),
                Err(_) => return Err(sent(self.late("no response", Some(stall)))),
            }
        };
        if !response.status().is_success() {
            return Err(Box::pin(self.refused(response, &authorization)).await);
        }
        refuse_encoded(&response, &self.spec.options.headers).map_err(Failure::Fatal)?;
        let body = M::read(self, &mut response).await.map_err(sent)?;
        Ok(M::output(response, body, permit))
    }

    #[cold]
    async fn refused(&self, response: RawResponse, authorization: &HeaderValue) -> Failure {
        let target = redirect::target(&self.spec.method, &response, &self.core.base);
        let error = status_error(response, self.spec.template);
        let Ok(error) = timeout(Duration::MAX, self.deadline, error).await else {
            return Failure::Fatal(self.late("the error response did not end", None));
        };
        let token = authorization.to_str().unwrap_or_default();
        let error = error.masking(token.rsplit(' ').next().unwrap_or_default());
        match target {
            None => Failure::Sent(error, authorization.clone()),
            Some(Ok(url)) => Failure::Redirected(Box::new(url), error),
            Some(Err(why)) => Failure::Fatal(error.because(why)),
        }
    }

    /// Returns the timeout of the call.
    fn timeout(&self) -> Duration {
        self.spec.options.timeout.unwrap_or(self.core.timeout)
    }

    /// Returns the timeout of this attempt: half of a short call timeout, if another attempt is
    /// possible and no attempt timeout was set for the call.
    fn attempt_timeout(&self) -> Duration {
        let (core, options) = (self.core, &self.spec.options);
        if let Some(own) = options.attempt_timeout {
            return own;
        }
        if let (Some(own), None) = (core.attempt_timeout, options.timeout) {
            return own;
        }
        let policy = options.retry.as_ref().unwrap_or(&core.retry);
        let may_follow = self.number < policy.max_attempts && !policy.throttled_only;
        let parts = if may_follow && self.spec.is_repeatable() {
            2
        } else {
            1
        };
        core.usual_attempt_timeout().min(self.timeout() / parts)
    }

    /// Returns the error that says which timeout was exceeded.
    #[cold]
    fn late(&self, what: &str, attempt: Option<Duration>) -> Error {
        Error::timeout(match attempt.filter(|_| Instant::now() < self.deadline) {
            Some(attempt) => format!("{what} within {attempt:?} (the attempt's timeout)"),
            None => format!("{what} within {:?} (the call's timeout)", self.timeout()),
        })
    }

    pub fn info(&self) -> CallInfo {
        CallInfo {
            operation: self.spec.operation,
            path: self.spec.template,
            attempt: self.number,
            secrets: self.spec.secrets,
        }
    }

    /// Lets a hook send the request, or respond.
    #[cold]
    fn hooked(
        &self,
        hooks: &'a dyn ClientHooks,
        request: Request,
    ) -> CallFuture<'a, reqwest::Response> {
        let Core { http, base, .. } = self.core;
        let (call, url) = (self.info(), request.url().clone());
        let response = hooks.exec(request, call, Next { http, base });
        Box::pin(async { response.await.map(|response| with_url(response, url)) })
    }

    /// Checks a redirect that a browser, or the user's own `reqwest::Client`, has followed.
    #[cold]
    fn judge_redirect(&self, asked: &Url, responded: &Url) -> Result<(), Error> {
        let there = shown::path(&address::shown(responded));
        if !address::same_origin(asked, responded) {
            return Err(Error::invalid(format!(
                "the call was redirected to another host, {there}: is the base URL right?"
            )));
        }
        if matches!(self.spec.method, Method::GET | Method::HEAD) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the server responds at {there}, and the redirect may have made a GET of the {}: send \
             it there",
            self.spec.method
        )))
    }
}
