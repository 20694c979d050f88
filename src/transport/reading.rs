//! How the body of a 2xx response is read.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    Error, Response,
    transport::{clock::Instant, limits::Permit, platform::RawResponse, response::read},
};

/// How the body of a 2xx response is read: as a whole, or as a stream.
pub(crate) trait ReadMode {
    type Body;
    type Output;

    /// Reads as much of the body as this mode needs, up to a limit in bytes.
    fn read(
        response: &mut RawResponse,
        limit: usize,
        stall: Duration,
        deadline: Instant,
        late: impl Fn() -> Error,
    ) -> impl Future<Output = Result<Self::Body, Error>>;

    /// Returns the bytes that were read, for traces.
    fn traced(body: &Self::Body) -> Option<&[u8]>;

    fn output(response: RawResponse, body: Self::Body, permit: Permit) -> Self::Output;

    fn status(output: &Self::Output) -> u16;
}

/// Reads the body to its end.
pub(crate) enum WholeBody {}

impl ReadMode for WholeBody {
    type Body = Bytes;
    type Output = Response<Bytes>;

    // Not `async`: that future would hold each argument twice.
    fn read(
        response: &mut RawResponse,
        limit: usize,
        stall: Duration,
        deadline: Instant,
        late: impl Fn() -> Error,
    ) -> impl Future<Output = Result<Bytes, Error>> {
        read(response, limit, stall, deadline, late)
    }

    fn traced(body: &Bytes) -> Option<&[u8]> {
        Some(body)
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

    async fn read(
        _: &mut RawResponse,
        _: usize,
        _: Duration,
        _: Instant,
        _: impl Fn() -> Error,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn traced((): &()) -> Option<&[u8]> {
        None
    }

    fn output(response: RawResponse, (): (), permit: Permit) -> Self::Output {
        (response, permit)
    }

    fn status((response, _): &Self::Output) -> u16 {
        response.status().as_u16()
    }
}
