//! Sends a request: makes attempts until one succeeds, the retry policy allows no more, or the
//! timeout of the call is exceeded.

use bytes::Bytes;
use reqwest::{
    Url,
    header::{ACCEPT, HeaderValue},
};
use tracing::Instrument;

use crate::{
    Error, ErrorKind, Response,
    privacy::shown,
    transport::{
        attempt::Attempt,
        clock::{later, sleep},
        core::Core,
        html,
        multipart::MultipartForm,
        reading::{ReadMode, StreamedBody, WholeBody},
        request::RequestSpec,
        retry::{Failure, RetryContext, RetryDecision},
        streaming::StreamingResponse,
        trace::Trace,
    },
};

/// Sends a request and reads the whole response. Dropping the trace ends the call.
///
/// A generic function should await it in a box: rustc takes 0.2 s to find that this future is
/// `Send`, again in each of them.
pub(crate) async fn whole(
    core: &Core,
    spec: Box<RequestSpec>,
    form: Option<MultipartForm>,
) -> Result<(Response<Bytes>, Trace), Error> {
    let mut trace = Trace::new(core, &spec);
    let response = run::<WholeBody>(core, spec, form, &mut trace).await?;
    Ok((response, trace))
}

/// Sends a request and reads the headers of the response.
pub(crate) async fn streaming(
    core: &Core,
    mut spec: Box<RequestSpec>,
    form: Option<MultipartForm>,
) -> Result<StreamingResponse, Error> {
    spec.as_sent = true;
    let own = spec.options.attempt_timeout;
    let stall = own.unwrap_or_else(|| core.usual_attempt_timeout());
    let accept = spec.header(&ACCEPT);
    let accept = accept.map_or(spec.accept, |own| own.to_str().unwrap_or_default());
    let accepts_pages = html::accepts_pages(accept);
    let mut trace = Trace::new(core, &spec);
    let (mut response, permit) = run::<StreamedBody>(core, spec, form, &mut trace).await?;
    shown::mark(response.headers_mut());
    let is_odd = !accepts_pages && html::may_be_page(response.headers());
    let mut streamed = StreamingResponse {
        response,
        begun: Bytes::new(),
        stall,
        trace,
        _permit: permit,
    };
    if is_odd {
        let checked = Box::pin(streamed.refuse_page()).await;
        checked.map_err(|e| core.hide(e))?;
    }
    // A download may be kept for long, so its trace does not keep the request.
    let trace = &mut streamed.trace;
    (trace.sent, trace.refused, trace.request) = (None, None, None);
    Ok(streamed)
}

async fn run<M: ReadMode>(
    core: &Core,
    spec: Box<RequestSpec>,
    form: Option<MultipartForm>,
    trace: &mut Trace,
) -> Result<M::Output, Error> {
    let span = trace.span.clone();
    // Boxed, because each caller would copy it.
    let attempts = Box::pin(attempts::<M>(core, &spec, form, trace));
    let outcome = attempts.instrument(span).await;
    trace.request = Some(spec);
    outcome.map_err(|e| core.hide(trace.fail(e)))
}

async fn attempts<M: ReadMode>(
    core: &Core,
    spec: &RequestSpec,
    mut form: Option<MultipartForm>,
    trace: &mut Trace,
) -> Result<M::Output, Error> {
    let timeout = spec.options.timeout.unwrap_or(core.timeout);
    let deadline = later(trace.started, timeout);
    let mut refused: Option<(HeaderValue, Error)> = None;
    let mut redirected_to: Option<Box<Url>> = None;
    let mut redirects = 0;
    let mut claim = None;
    loop {
        trace.attempts += 1;
        let attempt = Attempt {
            core,
            spec,
            redirected_to: redirected_to.as_deref(),
            number: trace.attempts,
            deadline,
        };
        let with = refused.as_ref().map(|(header, _)| header);
        let sent = &mut trace.sent;
        let failure = match attempt.run::<M>(&mut form, with, claim.take(), sent).await {
            Ok(output) => {
                trace.status(Some(M::status(&output)));
                core.budget.give(1);
                return Ok(output);
            }
            Err(failure) => failure,
        };
        // The error remains the server's refusal; its reason is why there are no other credentials.
        if let Failure::Unsent(why) = &failure
            && why.kind() == ErrorKind::Auth
            && let Some((_, error)) = refused.take()
        {
            trace.status(error.status());
            return Err(error.because(why.to_string()));
        }
        let decision = RetryContext {
            policy: spec.options.retry.as_ref().unwrap_or(&core.retry),
            budget: &core.budget,
            limits: &core.limits,
            attempt: trace.attempts,
            deadline,
            is_repeatable: spec.is_repeatable(),
            has_body: form.as_ref().is_none_or(MultipartForm::is_whole),
            may_reauthenticate: refused.is_none() && core.authorizer.can_renew(),
            redirects,
        }
        .decide(failure);
        match decision.inspect_err(|error| trace.status(error.status()))? {
            RetryDecision::Reauthenticate(header, error) => {
                trace.refused = Some(Box::new(header.clone()));
                refused = Some((header, error));
            }
            RetryDecision::Redirect(url) => {
                (redirected_to, redirects) = (Some(url), redirects + 1);
                trace.attempts -= 1;
            }
            RetryDecision::Backoff(wait, right) => {
                Box::pin(sleep(wait)).await;
                claim = Some(right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    /// malloc reuses blocks under 1 KiB quickly, and the calls in flight fit into the processor's
    /// cache.
    #[test]
    fn what_a_call_holds_is_small() {
        let client = crate::Client::builder().api_token("t").build().unwrap();
        let spec = RequestSpec::new("x", Method::GET, "/".into());
        let mut trace = Trace::new(&client.core, &spec);
        let size = size_of_val(&attempts::<WholeBody>(
            &client.core,
            &spec,
            None,
            &mut trace,
        ));
        assert!(size < 1000, "{size} bytes");
    }
}
