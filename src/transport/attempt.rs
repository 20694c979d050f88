//! One attempt of a call: it waits for its turn, gets an authorization, sends the request and reads
//! the response.

use std::time::Duration;

use futures_util::future::Either;
use reqwest::{Method, Request, Url, header::HeaderValue, multipart::Form};

use crate::{
    CallFuture, CallInfo, ClientHooks, Error, Next,
    privacy::{repeated::Repeated, shown},
    transport::{
        address,
        budget::Claim,
        clock::Instant,
        core::{Authorization, Core},
        limits::{Permit, Place},
        multipart::MultipartForm,
        platform::{RawResponse, execute, is_unprocessed, raw, timeout, with_url},
        reading::ReadMode,
        redirect,
        request::RequestSpec,
        response::{refuse_unasked, status_error},
        retry::Failure,
    },
};

type Outcome = Result<reqwest::Response, Error>;

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
    /// Sends the request. `refused` is the authorization that the server refused before, if any;
    /// that of this attempt is put into `sent`.
    pub async fn run<M: ReadMode>(
        &self,
        form: &mut Option<MultipartForm>,
        refused: Option<&HeaderValue>,
        claim: Option<Claim<'a>>,
        sent: &mut Option<HeaderValue>,
    ) -> Result<M::Output, Failure> {
        let core = self.core;
        // A response could arrive before a timer with so little left fires.
        if Instant::now() >= self.deadline {
            return Err(Failure::Fatal(self.late("nothing was sent", None)));
        }
        // Boxed, because most calls do not need it: a future under 1 KiB is quick to allocate.
        let (permit, place) = match core.limits.idle() {
            true => (None, None),
            false => Box::pin(self.turn()).await?,
        };
        let authorization = &*sent.insert(match core.authorizer.authorization(core, refused) {
            Authorization::Fixed(header) => header,
            Authorization::Pending(header) => timeout(Duration::MAX, self.deadline, header)
                .await
                .map_err(|_| Failure::Fatal(self.late("no credentials", None)))?
                .and_then(|header| another(header, refused))
                .map_err(Failure::Unsent)?,
        });
        let form = match form {
            Some(form) => Some(Box::pin(form.build()).await.map_err(Failure::Fatal)?),
            None => None,
        };
        let (pending, asked) = self.start(authorization, form).map_err(Failure::Fatal)?;
        let stall = self.attempt_timeout();
        let started = core.hooks.as_ref().map(|_| Instant::now());
        if let Some(place) = place {
            place.used();
        }
        if let Some(claim) = claim {
            claim.used();
        }
        // In a block: an outcome that lived until the end would become part of the future.
        let mut response = {
            let outcome = timeout(stall, self.deadline, pending).await;
            if let Some(started) = started {
                self.tell_hooks(&outcome, started);
            }
            match outcome {
                Ok(Ok(response)) => self.received(response, asked).map_err(Failure::Fatal)?,
                Ok(Err(e)) if is_unprocessed(&e) => return Err(Failure::Unsent(e)),
                Ok(Err(e)) => return Err(Failure::Sent(e, authorization.clone())),
                Err(_) => {
                    let error = self.late("no response", Some(stall));
                    return Err(Failure::Sent(error, authorization.clone()));
                }
            }
        };
        if !response.status().is_success() {
            return Err(Box::pin(self.refused(response, authorization)).await);
        }
        refuse_unasked(&response, self.spec).map_err(Failure::Fatal)?;
        let most = core.max_response_bytes;
        let late = || self.late("no more of the response", Some(self.attempt_timeout()));
        let body = M::read(&mut response, most, stall, self.deadline, late)
            .await
            .map_err(|e| Failure::Sent(e, authorization.clone()))?;
        if let Some(body) = M::traced(&body).filter(|_| core.trace_bodies) {
            let url = response.url();
            tracing::trace!(body = %self.shown(body, url, authorization), "response");
        }
        Ok(M::output(response, body, permit))
    }

    /// Waits for the turn of this attempt.
    async fn turn(&self) -> Result<(Permit, Option<Place<'a>>), Failure> {
        let turn = self.core.limits.admit(self.deadline);
        let (permit, place) = timeout(Duration::MAX, self.deadline, turn)
            .await
            .map_err(|_| self.late("`max_in_flight` calls are under way: no turn", None))
            .and_then(|turn| turn)
            .map_err(Failure::Fatal)?;
        Ok((permit, Some(place)))
    }

    /// Returns the response to come and, if the HTTP client may follow redirects, the URL that it
    /// was asked for.
    fn start(
        &self,
        authorization: &HeaderValue,
        form: Option<Form>,
    ) -> Result<(impl Future<Output = Outcome> + use<'a>, Option<Box<Url>>), Error> {
        let core = self.core;
        let request = self.request(authorization, form)?;
        let asked = core.follows.then(|| Box::new(request.url().clone()));
        let pending = match &core.hooks {
            None => Either::Left(execute(&core.http, request)),
            Some(hooks) => Either::Right(self.hooked(hooks.as_ref(), request)),
        };
        Ok((pending, asked))
    }

    #[cold]
    fn tell_hooks<E>(&self, outcome: &Result<Outcome, E>, started: Instant) {
        let response = outcome.as_ref().ok().and_then(|r| r.as_ref().ok());
        let status = response.map(|r| r.status().as_u16());
        if let Some(hooks) = &self.core.hooks {
            hooks.post(status, started.elapsed(), &self.info());
        }
    }

    /// Returns the response, unless a redirect that the HTTP client has followed makes it another
    /// one than was asked for.
    fn received(
        &self,
        response: reqwest::Response,
        asked: Option<Box<Url>>,
    ) -> Result<RawResponse, Error> {
        if let Some(asked) = asked.filter(|asked| **asked != *response.url()) {
            self.judge_redirect(&asked, response.url())?;
        }
        Ok(raw(response))
    }

    /// Returns a body for traces, without what repeats a secret of the request.
    #[cold]
    pub fn shown(&self, body: &[u8], url: &Url, authorization: &HeaderValue) -> String {
        let mut text = shown::body(body, url, self.spec.secrets).into_owned();
        let mut secrets = credentials(authorization);
        self.spec.note(&mut secrets);
        secrets.hide(&mut text);
        text
    }

    #[cold]
    async fn refused(&self, response: RawResponse, authorization: &HeaderValue) -> Failure {
        let target = redirect::target(&self.spec.method, &response, &self.core.base);
        let asked = response.url().clone();
        let error = status_error(response, self.spec.template);
        let Ok(error) = timeout(Duration::MAX, self.deadline, error).await else {
            return Failure::Fatal(self.late("the error response did not end", None));
        };
        let secrets = credentials(authorization);
        match target {
            None => Failure::Sent(error, authorization.clone()),
            Some(Ok(url)) if secrets.is_in(url.as_str()) && !secrets.is_in(asked.as_str()) => {
                Failure::Fatal(error.because(
                    "a redirect to a URL that holds the client's credentials is not followed",
                ))
            }
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

/// Returns the credentials, unless they are those that were refused.
fn another(header: HeaderValue, refused: Option<&HeaderValue>) -> Result<HeaderValue, Error> {
    match refused {
        Some(refused) if *refused == header => Err(Error::auth(
            "the login or the provider gave the very credentials that were refused",
        )),
        _ => Ok(header),
    }
}

fn credentials(authorization: &HeaderValue) -> Repeated {
    let mut secrets = Repeated::default();
    secrets.note_header(authorization.to_str().unwrap_or_default());
    secrets
}
