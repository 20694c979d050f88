//! The server. It uses hyper directly for HTTP/1.1, because faults need the connection, which a
//! framework would hide.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    handlers::error::ApiError,
    http::{
        Api,
        fault_response::{self, ServedBody},
        faults::{self, Kind},
        host,
        log::{self, RecordedRequest},
        response,
    },
};

/// The maximum size of a request body, in bytes.
const MAX_BODY_BYTES: usize = 10 << 20;
/// The maximum size of a request head, in bytes; hyper responds with 431 to larger ones.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The timeout for the head of a request, and for the next request of a connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves until it is dropped, which ends all connections.
pub async fn serve(listener: TcpListener, api: Arc<Api>) {
    let mut connections = JoinSet::new();
    let crowded = Arc::new(Notify::new());
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) => {
                drop(connections.spawn(connection(stream, peer, api.clone(), crowded.clone())))
            }
            // Probably out of file descriptors: idle connections must be closed, and the server
            // continues.
            Err(_) => {
                crowded.notify_waiters();
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, api: Arc<Api>, crowded: Arc<Notify>) {
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let wanted = reset.clone();
    let service = service_fn(move |request| {
        let (api, wanted) = (api.clone(), wanted.clone());
        async move {
            let response = handle(&api, request, peer).await;
            response.ok_or_else(|| {
                wanted.store(true, Ordering::Release);
                io::Error::from(io::ErrorKind::ConnectionReset)
            })
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let crowd = crowded.notified();
    tokio::pin!(crowd);
    let served = tokio::select! {
        served = &mut connection => served,
        () = &mut crowd => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    if served.is_err() && reset.load(Ordering::Acquire) {
        // Nothing more is sent, so that closing resets the connection.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

/// Handles a request; `None` means that the connection is to be reset.
async fn handle(
    api: &Api,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Option<Response<ServedBody>> {
    let begun = Instant::now();
    let (mut parts, body) = request.into_parts();
    // As Django does.
    let method = parts.method.as_str().to_ascii_uppercase();
    parts.method = method.parse().unwrap_or(parts.method);
    if let Err(error) = host::check(&parts.headers, &parts.uri, &api.settings.allowed_hosts) {
        return Some(fault_response::finish(
            api,
            response::from_error(&error),
            &[],
        ));
    }
    let path = parts.uri.path();
    let admin = path.starts_with("/__sandbox/");
    let requested = faults::requested(&parts.headers);
    let active = if admin {
        Vec::new()
    } else {
        api.faults
            .draw(path, requested.as_deref().unwrap_or_default())
    };
    let note = |status: u16| {
        if !admin {
            let query = log::mask_query(parts.uri.query().unwrap_or_default());
            let seen = RecordedRequest {
                method: parts.method.to_string(),
                path: log::ascii(path),
                query: log::ascii(&query),
                status,
            };
            api.log.add(
                seen,
                api.clock.now(0),
                begun.elapsed().as_secs_f64() * 1000.0,
                faults::describe(&active),
            );
        }
    };
    for fault in &active {
        match fault {
            Kind::Latency(time) => sleep(*time).await,
            Kind::Stall => {
                note(0);
                std::future::pending::<()>().await;
            }
            Kind::Reset => {
                note(0);
                return None;
            }
            _ => {}
        }
    }
    let response = match (requested, fault_response::in_place(&active)) {
        (Err(error), _) => response::from_error(&error),
        (Ok(_), Some(response)) => response,
        (Ok(_), None) => match read(&parts.headers, body, api.settings.body_timeout).await {
            Ok(body) => match api.recording.respond(&parts.method, &parts.uri) {
                Some(recorded) => recorded,
                None => api.respond(&parts, body, peer.ip(), &active).await,
            },
            Err(error) => response::from_error(&error),
        },
    };
    note(if active.contains(&Kind::Truncate) {
        0
    } else {
        response.status().as_u16()
    });
    Some(fault_response::finish(api, response, &active))
}

/// Returns the body, or 413 if it is too large; if its `Content-Length` is too large, it is not
/// read at all.
///
/// A slow client gets 408 after the body timeout.
async fn read(
    headers: &http::HeaderMap,
    body: Incoming,
    within: Duration,
) -> Result<Bytes, ApiError> {
    let closed = |status, message: String| {
        ApiError::detail(status, message).with(header::CONNECTION, "close")
    };
    let large = || {
        closed(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is larger than {MAX_BODY_BYTES} bytes."),
        )
    };
    let told = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|l| l.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|l| l > MAX_BODY_BYTES as u64) {
        return Err(large());
    }
    let whole = timeout(within, Limited::new(body, MAX_BODY_BYTES).collect()).await;
    let Ok(whole) = whole else {
        return Err(closed(
            StatusCode::REQUEST_TIMEOUT,
            format!("The body did not come within {} s.", within.as_secs_f64()),
        ));
    };
    match whole {
        Ok(body) => Ok(body.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => Err(large()),
        Err(_) => Err(ApiError::detail(
            StatusCode::BAD_REQUEST,
            "The body did not come whole.",
        )),
    }
}
