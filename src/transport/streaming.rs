//! Responses that are read as a stream of bytes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::{
    Error,
    transport::{
        html::is_page,
        limits::Permit,
        platform::{RawResponse, timeout},
        trace::Trace,
    },
};

/// A 2xx response whose body is still to be read.
pub(crate) struct StreamingResponse {
    pub response: RawResponse,
    /// The start of the body, if it was looked at.
    pub begun: Bytes,
    /// The timeout of the wait for one chunk of the body.
    pub stall: Duration,
    pub trace: Trace,
    pub _permit: Permit,
}

impl StreamingResponse {
    /// Looks at the start of the body, and returns an error if it is that of a page.
    pub async fn refuse_page(&mut self) -> Result<(), Error> {
        const START: usize = 1024;
        let mut start = BytesMut::new();
        while start.len() < START {
            let Some(chunk) = self.chunk().await? else {
                break;
            };
            start.extend_from_slice(&chunk);
        }
        self.begun = start.freeze();
        if !is_page(&self.begun) {
            return Ok(());
        }
        let status = self.response.status().as_u16();
        let error = Error::decode(status, ".", Error::HTML_PAGE, self.begun.clone());
        Err(self.trace.fail(error))
    }

    /// Returns the next chunk of the body, or `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.begun.is_empty() {
            return Ok(Some(std::mem::take(&mut self.begun)));
        }
        match timeout(self.stall, None, self.response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(e)) => Err(self.trace.fail(Error::transport(e))),
            Err(_) => Err(self.trace.fail(Error::timeout(format!(
                "no more of the response within {:?} (the attempt's timeout)",
                self.stall
            )))),
        }
    }
}
