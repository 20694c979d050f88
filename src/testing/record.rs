//! Records the requests to a real environment, and its responses, in a file.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use reqwest::{Request, Response};

use crate::{
    CallFuture, CallInfo, ClientHooks, Error, Next, testing::exchange::Pending,
    transport::platform::with_url,
};

/// Hooks that write each request and its response to a file, one line of JSON each. The file is
/// played by [`Replay`](crate::testing::Replay) or by the sandbox
/// (`cargo xtask sandbox --replay FILE`).
///
/// Secrets are replaced by values of the same form: credentials, members and parameters that are
/// named like secrets or marked as such by the document, texts that look like tokens, the bodies of
/// logins, and bodies that are neither JSON nor a form. Everything else is in the file unchanged,
/// including names and positions, so only its owner may read it. A response is read as a whole,
/// within the timeout of an attempt, before the call continues with it.
///
/// # Examples
///
/// ```no_run
/// # async fn f() -> Result<(), autopi::Error> {
/// use autopi::{Client, Method, testing::{Recorder, Replay}};
///
/// let recorder = Recorder::create("fleet.jsonl")?;
/// let client = Client::builder().api_token("…").hooks(recorder).build()?;
/// client.request(Method::GET, "/dongle/devices/").send().await?;
///
/// // Later, without a network:
/// let client = Client::builder().api_token("any").hooks(Replay::open("fleet.jsonl")?).build()?;
/// client.request(Method::GET, "/dongle/devices/").send().await?;
/// # Ok(()) }
/// ```
pub struct Recorder {
    path: PathBuf,
    file: Mutex<File>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").field(&self.path).finish()
    }
}

impl Recorder {
    /// Returns a recorder that writes to a new file.
    ///
    /// # Errors
    /// Returns an error with the path if the file exists, or if it cannot be written.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|e| unwritable(&path, &e))?;
        Ok(Self {
            path,
            file: Mutex::new(file),
        })
    }

    async fn exchange(
        &self,
        request: Request,
        call: CallInfo,
        next: Next<'_>,
    ) -> Result<Response, Error> {
        let pending = Pending::new(&request, call, next.base);
        let url = request.url().clone();
        let response = next.run(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(Error::transport)?;
        let exchange = pending.exchange(status, &headers, &body);
        let mut line = serde_json::to_vec(&exchange).map_err(|e| Error::other(e.to_string()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)
            .map_err(|e| unwritable(&self.path, &e))?;
        let mut whole = http::Response::new(body);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(with_url(whole.into(), url))
    }
}

impl ClientHooks for Recorder {
    fn exec<'a>(
        &'a self,
        request: Request,
        call: CallInfo,
        next: Next<'a>,
    ) -> CallFuture<'a, Response> {
        Box::pin(self.exchange(request, call, next))
    }
}

fn unwritable(path: &Path, e: &std::io::Error) -> Error {
    Error::configuration(format!(
        "cannot write the recording {}: {e}",
        path.display()
    ))
}
