//! Applies faults to a response.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::{
    handlers::error::ApiError,
    http::{
        Api, auth,
        faults::Kind,
        response::{self, ApiResponse},
    },
};

pub type ServedBody = Either<Full<Bytes>, TruncatedBody>;

/// Returns the response of a fault that replaces the API's; the request then changes nothing.
pub fn in_place(active: &[Kind]) -> Option<ApiResponse> {
    active.iter().find_map(|fault| {
        let of =
            |status: u16| StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        Some(match fault {
            Kind::Status(status) => {
                let status = of(*status);
                let message = match status {
                    StatusCode::UNAUTHORIZED => "Invalid token.",
                    StatusCode::FORBIDDEN => "You do not have permission to perform this action.",
                    StatusCode::NOT_FOUND => "Not found.",
                    _ => status.canonical_reason().unwrap_or("A fault on demand."),
                };
                let error = ApiError::detail(status, message);
                response::from_error(&match status {
                    StatusCode::TOO_MANY_REQUESTS => ApiError::throttled(1),
                    StatusCode::SERVICE_UNAVAILABLE => error.with(header::RETRY_AFTER, "1"),
                    StatusCode::UNAUTHORIZED => error.with(header::WWW_AUTHENTICATE, auth::SCHEME),
                    _ => error,
                })
            }
            Kind::Html(status) => {
                let status = of(*status);
                let page = format!(
                    "<html>\r\n<head><title>{status}</title></head>\r\\
                     n<body><center><h1>{status}</h1></center><hr><center>nginx</center></body>\r\\
                     n</html>\r\n"
                );
                response::new(status, "text/html", page)
            }
            _ => return None,
        })
    })
}

/// Returns the response as it is sent: with its date, and damaged as the faults say.
pub fn finish(api: &Api, mut response: ApiResponse, active: &[Kind]) -> Response<ServedBody> {
    let skew: i64 = active
        .iter()
        .map(|f| if let Kind::ClockSkew(by) = f { *by } else { 0 })
        .sum();
    let now = api.clock.now(skew);
    if let Ok(now) = SystemTime::try_from(now)
        && let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now))
    {
        response.headers_mut().insert(header::DATE, date);
    }
    if active.contains(&Kind::BadJson) {
        response.headers_mut().remove(header::CONTENT_ENCODING);
        *response.body_mut() = Bytes::from_static(b"{\"count\": 25, \"results\": [{\"id\": ");
    }
    if active.contains(&Kind::Truncate) {
        return response.map(|body| {
            Either::Right(TruncatedBody {
                length: body.len().max(2) as u64,
                first: Some(body.slice(..body.len() / 2)),
                pause: None,
            })
        });
    }
    response.map(|body| Either::Left(Full::new(body)))
}

/// A body that ends too early.
pub struct TruncatedBody {
    /// The announced length.
    length: u64,
    first: Option<Bytes>,
    /// A pause in which the first part reaches the client.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Body for TruncatedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take().filter(|f| !f.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let pause = self
            .pause
            .get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(5))));
        pause
            .as_mut()
            .poll(context)
            .map(|()| Some(Err(io::Error::from(io::ErrorKind::BrokenPipe))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
