//! Sends requests, one after the other.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use autopi_codegen::escape::line;
use reqwest::{Client, StatusCode, Url, header::HeaderValue};
use serde_json::Value;
use tokio::time::{Interval, MissedTickBehavior};

use super::{ATTEMPTS, LARGEST, LONGEST_WAIT, Target};
use crate::{
    body::{self, Fault},
    pipeline::fetch,
    place,
};

pub(super) struct Requester {
    pub(super) http: Client,
    pub(super) authorization: HeaderValue,
    pub(super) pace: Interval,
    pub(super) timeout: Duration,
    pub(super) calls: usize,
    pub(super) max_calls: usize,
}

impl Requester {
    pub(super) fn new(base: &Url, target: &Target) -> Result<Self> {
        let mut authorization = HeaderValue::from_str(&target.authorization)
            .map_err(|_| anyhow!("the token has characters that no header can carry"))?;
        authorization.set_sensitive(true);
        let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / target.rate));
        // No burst after a slow response.
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            http: fetch::http(base)?.timeout(target.timeout).build()?,
            authorization,
            pace,
            timeout: target.timeout,
            calls: 0,
            max_calls: target.max_calls.unwrap_or(usize::MAX),
        })
    }

    /// Returns the response to a request. After a 429 it waits as long as `Retry-After` says, for
    /// at most one minute, and sends it again.
    pub(super) async fn get(&mut self, url: Url) -> Reply {
        for attempt in 1..=ATTEMPTS {
            if self.calls >= self.max_calls {
                return Reply::NoCallsLeft;
            }
            self.calls += 1;
            self.pace.tick().await;
            let request = self.http.get(url.clone());
            let sent = request
                .header("authorization", &self.authorization)
                .header("accept-encoding", "gzip")
                .send()
                .await;
            let response = match sent {
                Ok(response) => response,
                Err(e) => return Reply::Nothing(self.why(&e)),
            };
            if response.status() != StatusCode::TOO_MANY_REQUESTS {
                return self.read(response).await;
            }
            if attempt < ATTEMPTS {
                let hint = response.headers().get("retry-after");
                let seconds = hint
                    .and_then(|v| v.to_str().ok()?.parse().ok())
                    .unwrap_or(5);
                tokio::time::sleep(Duration::from_secs(u64::min(seconds, LONGEST_WAIT))).await;
            }
        }
        Reply::Nothing(format!("HTTP 429, {ATTEMPTS} times"))
    }

    pub(super) async fn read(&self, response: reqwest::Response) -> Reply {
        let status = response.status();
        if status.is_redirection() {
            let location = response
                .headers()
                .get("location")
                .and_then(|v| v.to_str().ok());
            let target = location.and_then(|l| response.url().join(l).ok());
            let own = target.is_none_or(|t| place::same_origin(&t, response.url()));
            let whither = if own { "elsewhere" } else { "to another host" };
            return Reply::Other(
                status,
                format!(
                    "responded {}: a redirect {whither}, not followed",
                    status.as_u16()
                ),
            );
        }
        if !status.is_success() {
            return Reply::Other(status, format!("responded {}", status.as_u16()));
        }
        let media = response
            .headers()
            .get("content-type")
            .and_then(|v| v.to_str().ok());
        let essence = media.unwrap_or("no type").split(';').next();
        let media: String = essence.unwrap_or_default().chars().take(40).collect();
        let body = match body::read(response, LARGEST, |_| ()).await {
            Ok(body) => body,
            Err(Fault::TooLarge(limit)) => {
                let why = format!("responded more than {} MiB", limit >> 20);
                return Reply::Other(status, why);
            }
            Err(Fault::Broken(e, _)) => return Reply::Nothing(self.why(&e)),
            Err(fault) => return Reply::Other(status, fault.to_string()),
        };
        match serde_json::from_slice(&body) {
            Ok(value) => Reply::Json(value),
            Err(_) => Reply::Other(
                status,
                format!("the response is not JSON ({})", line(media.trim())),
            ),
        }
    }

    pub(super) fn why(&self, e: &reqwest::Error) -> String {
        if e.is_timeout() {
            format!("incomplete after {} s", self.timeout.as_secs_f64())
        } else if e.is_connect() {
            "no connection".into()
        } else {
            "the connection ended".into()
        }
    }
}

pub(super) enum Reply {
    Json(Value),
    /// A response that cannot be judged, and why.
    Other(StatusCode, String),
    /// No response, or too many requests, and why.
    Nothing(String),
    NoCallsLeft,
}

/// Parses the base URL: https, or http on loopback. The text may hold a secret, and no error shows
/// it.
pub(super) fn base(url: &str) -> Result<Url> {
    let parsed = place::base(url).map_err(|e| anyhow!("--url {e}"))?;
    if !fetch::is_private(&parsed) {
        let shown = place::shown(&parsed);
        bail!("--url {shown}: a token goes over https only, or over http on loopback");
    }
    Ok(parsed)
}
