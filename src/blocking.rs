//! The blocking client: every call of [`crate::Client`] under the same name, with pages and streams
//! as iterators and downloads as [`io::Read`].
//!
//! ```no_run
//! # fn main() -> Result<(), autopi::Error> {
//! use autopi::{Method, blocking::Client};
//!
//! let client = Client::builder().api_token("…").build()?; // or Client::from_env()
//! let user = client.request(Method::GET, "/auth/user/");
//! let user = user.send_json::<autopi::serde_json::Value>()?.value;
//! println!("{}", user["email"]);
//! # #[cfg(feature = "dongle")]
//! for device in client.dongle_devices_list().page_size(100).stream() {
//!     println!("{}", device?.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Two threads of one tokio runtime serve all blocking clients of the process. Inside a task of a
//! tokio runtime every call returns an error, because it would block all other tasks of that
//! thread; inside `tokio::task::spawn_blocking` calls work. A forked process shares no threads with
//! its parent and must build its own client.

use std::{fmt, io, ops::Deref, time::Duration};

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::{
    Async, ClientBuilder, Command, CommandJob, CommandOutcome, CommandTarget, Error, ItemStream,
    Method, RawRequest, Response,
    transport::block::{enter, wait},
};

/// The mode of a builder whose calls block until the response is there.
#[derive(Debug)]
pub enum Blocking {}

/// A client for one API host and one account whose calls block the thread. Cheap to clone; share
/// it.
#[derive(Clone)]
pub struct Client(pub(crate) crate::Client);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Client {
    /// Returns a builder of a client; the host is `https://api.autopi.io` unless another one is
    /// set.
    pub fn builder() -> ClientBuilder<Blocking> {
        ClientBuilder::new()
    }

    /// Returns a client with the credentials and the host from the environment or a profile: see
    /// [`ClientBuilder::from_env`].
    ///
    /// # Errors
    /// Returns an error if no credentials are found, or if they are malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }

    /// Returns a request to any path: see [`crate::Client::request`].
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_, Blocking> {
        RawRequest::new(&self.0, method, path)
    }

    /// Runs a command on a device and waits for its result: see [`crate::Client::run_command`].
    ///
    /// # Errors
    /// Returns an error in the same cases as [`crate::Client::run_command`].
    pub fn run_command(
        &self,
        device: impl Into<CommandTarget>,
        command: &Command,
        timeout: Duration,
    ) -> Result<CommandOutcome, Error> {
        let device = device.into();
        wait(Box::pin(self.0.run_command(device, command, timeout)))
    }

    /// Sends a command without waiting for its result: see [`crate::Client::start_command`].
    ///
    /// # Errors
    /// Returns an error if the API refuses the command.
    pub fn start_command(
        &self,
        device: impl Into<CommandTarget>,
        command: &Command,
    ) -> Result<CommandJob<Blocking>, Error> {
        let device = device.into();
        wait(Box::pin(self.0.start_command(device, command))).map(CommandJob::into_mode)
    }

    /// Returns a handle to a job that was started before. No request is made.
    pub fn command_job(
        &self,
        device: impl Into<CommandTarget>,
        jid: impl Into<String>,
    ) -> CommandJob<Blocking> {
        self.0.command_job(device, jid).into_mode()
    }
}

impl ClientBuilder<Blocking> {
    /// Builds the client. No request is made.
    ///
    /// # Errors
    /// Returns an error if the base URL or a token is malformed, if the base URL is plain http to a
    /// host that was not allowed, or if there are no credentials.
    pub fn build(self) -> Result<Client, Error> {
        self.client().map(Client)
    }
}

impl RawRequest<'_, Blocking> {
    /// Sends the request and returns the status, the headers and the body as bytes.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if its status is not 2xx;
    /// [`ErrorKind`](crate::ErrorKind) tells which.
    pub fn send(self) -> Result<Response<Bytes>, Error> {
        wait(Box::pin(self.into_async().send()))
    }

    /// Sends the request and returns the status, the headers and the body decoded as `T`: a type of
    /// your own, or [`serde_json::Value`].
    ///
    /// # Errors
    /// Returns an error if there is no response, if its status is not 2xx, or if it does not decode
    /// as `T`; [`ErrorKind`](crate::ErrorKind) tells which.
    pub fn send_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        wait(Box::pin(self.into_async().send_json()))
    }

    /// Sends the request and returns the response as a reader.
    ///
    /// # Errors
    /// Returns an error if there is no response, or if its status is not 2xx;
    /// [`ErrorKind`](crate::ErrorKind) tells which.
    pub fn send_download(self) -> Result<Download, Error> {
        wait(Box::pin(self.into_async().send_download())).map(Download::from)
    }
}

impl CommandJob<Blocking> {
    /// Returns the result of the command, or `None` if there is none yet.
    ///
    /// # Errors
    /// Returns an error if the API refuses the request, or if the device reports that the command
    /// failed.
    pub fn poll(&self) -> Result<Option<CommandOutcome>, Error> {
        wait(Box::pin(self.clone().into_mode::<Async>().poll()))
    }

    /// Polls at growing intervals until there is a result, and returns it.
    ///
    /// # Errors
    /// Returns an error if the API refuses a request, if the device reports that the command
    /// failed, or if there is no result within `timeout`.
    pub fn wait(&self, timeout: Duration) -> Result<CommandOutcome, Error> {
        wait(Box::pin(self.clone().into_mode::<Async>().wait(timeout)))
    }
}

/// An iterator over the items or pages of a list. `next` blocks until the next one has arrived;
/// after an error the iterator ends.
#[must_use = "nothing is sent before the first `next`"]
pub struct Iter<T>(Option<ItemStream<'static, T>>);

impl<T> Iter<T> {
    #[doc(hidden)]
    pub fn new(stream: ItemStream<'static, T>) -> Self {
        Self(Some(stream))
    }
}

impl<T> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

impl<T> Iterator for Iter<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match enter() {
            Ok(_inside) => pollster::block_on(self.0.as_mut()?.next()),
            // An error is given once: a loop that skips errors must come to an end.
            Err(e) => self.0.take().map(|_| Err(e)),
        }
    }
}

/// A response that is read through [`io::Read`]. Its status, headers and name are those of
/// [`crate::Download`].
pub struct Download {
    inner: crate::Download,
    chunk: Bytes,
}

impl From<crate::Download> for Download {
    fn from(inner: crate::Download) -> Self {
        Self {
            inner,
            chunk: Bytes::new(),
        }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Deref for Download {
    type Target = crate::Download;
    fn deref(&self) -> &crate::Download {
        &self.inner
    }
}

impl Download {
    /// Returns everything that was not read yet, whatever its size.
    ///
    /// # Errors
    /// Returns an error if the connection breaks, or if no data arrives within the timeout of an
    /// attempt.
    pub fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = self.chunk.to_vec();
        while let Some(chunk) = wait(Box::pin(self.inner.chunk()))? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.into())
    }
}

impl io::Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() && !buffer.is_empty() {
            match wait(Box::pin(self.inner.chunk())).map_err(io::Error::other)? {
                Some(chunk) => self.chunk = chunk,
                None => break,
            }
        }
        let n = buffer.len().min(self.chunk.len());
        self.chunk
            .copy_to_slice(buffer.get_mut(..n).unwrap_or_default());
        Ok(n)
    }
}
