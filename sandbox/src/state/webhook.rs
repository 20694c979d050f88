//! Webhooks: their targets and their delivery.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Uri, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use sha2::Sha256;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

/// How often a webhook is sent at most.
const MAX_ATTEMPTS: u32 = 5;
/// The wait before the second attempt; it doubles with each further one.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// The timeout of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns the address of a webhook: on this machine, unless others are allowed.
///
/// # Errors
/// Returns an error that says why the URL is refused.
pub async fn resolve(url: &str, anywhere: bool) -> Result<(SocketAddr, Uri), String> {
    let uri: Uri = url.parse().map_err(|_| "Enter a valid URL.".to_owned())?;
    if uri.scheme_str() != Some("http") {
        return Err("The sandbox sends webhooks over http only.".into());
    }
    let host = uri
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let places: Vec<_> =
        match tokio::net::lookup_host((host.as_str(), uri.port_u16().unwrap_or(80))).await {
            Ok(found) => found.collect(),
            Err(_) => return Err(format!("The host {host} is not known.")),
        };
    let allowed = places
        .into_iter()
        .find(|p| anywhere || p.ip().is_loopback());
    allowed.map(|p| (p, uri)).ok_or_else(|| {
        "The sandbox sends webhooks to this machine only, unless the builder allows others.".into()
    })
}

/// Returns the hexadecimal HMAC-SHA256 of a body; the key is the token without its scheme.
pub fn signature(token: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).map(|mut m| {
        m.update(body);
        m.finalize().into_bytes()
    });
    mac.map(|m| m.iter().map(|b| format!("{b:02x}")).collect())
        .unwrap_or_default()
}

/// Sends a webhook until it is accepted, at most five times.
pub async fn deliver((host, uri): (SocketAddr, Uri), signature: &str, body: Bytes) {
    let mut backoff = INITIAL_BACKOFF;
    for _ in 0..MAX_ATTEMPTS {
        let attempt = send(host, &uri, signature, body.clone());
        if timeout(ATTEMPT_TIMEOUT, attempt).await == Ok(Some(true)) {
            return;
        }
        sleep(backoff).await;
        backoff *= 2;
    }
}

/// Sends it once; returns whether it was accepted.
async fn send(host: SocketAddr, uri: &Uri, signature: &str, body: Bytes) -> Option<bool> {
    let stream = TcpStream::connect(host).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    let request = Request::post(uri.path_and_query().map_or("/", |p| p.as_str()))
        .header(header::HOST, uri.authority().map_or("", |a| a.as_str()))
        .header(header::CONTENT_TYPE, "application/json")
        .header("X-Request-Signature", signature)
        .body(Full::new(body))
        .ok()?;
    let response = async {
        sender
            .send_request(request)
            .await
            .ok()
            .map(|r| r.status().is_success())
    };
    tokio::pin!(response);
    tokio::select! {
        taken = &mut response => taken,
        _ = connection => response.await,
    }
}
