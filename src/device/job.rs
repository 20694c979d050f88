//! Sends commands and waits for their results.

use std::{fmt, marker::PhantomData, time::Duration};

use bytes::Bytes;

use crate::{
    Async, CallOptions, Client, Command, CommandTarget, Error, Json, Method, Response,
    call::path::filled,
    codec::{decode, pieces, redact::Texts},
    device::result::judge,
    transport::{
        clock::{Instant, after, sleep},
        response::any,
    },
};

const RESULT: [&str; 2] = [
    "/dongle/devices/{id}/command_result/{jid}/",
    "/dongle/{unit_id}/retrieve_job/{jid}/",
];

/// The result of a command. `Debug` shows its form, names and numbers, but no strings: one may be a
/// password.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandOutcome {
    /// The id of the job; `None` if the device itself responded with the output.
    pub jid: Option<String>,
    /// What the command returned.
    pub value: Json,
}

impl fmt::Debug for CommandOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandOutcome")
            .field("jid", &self.jid)
            .field("value", &Texts(&self.value.0))
            .finish()
    }
}

/// A command that was sent to a device.
pub struct CommandJob<M = Async> {
    client: Client,
    device: CommandTarget,
    jid: String,
    /// The output, if a device on the local network responded with it at once.
    done: Option<Json>,
    mode: PhantomData<M>,
}

impl<M> Clone for CommandJob<M> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            device: self.device,
            jid: self.jid.clone(),
            done: self.done.clone(),
            mode: PhantomData,
        }
    }
}

impl<M> fmt::Debug for CommandJob<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandJob")
            .field("device", &self.device)
            .field("jid", &self.jid)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Runs a command on a device and waits for its result. Dropping the future stops the waiting,
    /// not the command; use [`start_command`](Self::start_command) to keep the job's id. A
    /// command is never run twice: it is only sent again if the API refused it with 429.
    ///
    /// # Errors
    /// Returns an error if the API refuses the command, if the device reports that it failed
    /// ([`ErrorKind::Command`](crate::ErrorKind::Command)), or if there is not a result within
    /// `wait`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn f(client: autopi::Client) -> Result<(), autopi::Error> {
    /// use std::time::Duration;
    ///
    /// use autopi::{Command, DeviceId};
    ///
    /// let device: DeviceId = "11111111-2222-3333-4444-555555555555".parse()?;
    /// let command = Command::new("obd.query").arg("rpm");
    /// let rpm = client.run_command(device, &command, Duration::from_secs(60)).await?;
    /// println!("{}", rpm.value);
    /// # Ok(()) }
    /// ```
    pub async fn run_command(
        &self,
        device: impl Into<CommandTarget>,
        command: &Command,
        wait: Duration,
    ) -> Result<CommandOutcome, Error> {
        let until = after(wait);
        let job = self.start_command(device, command).await?;
        job.wait(until.saturating_duration_since(Instant::now()))
            .await
    }

    /// Sends a command without waiting for its result.
    ///
    /// # Errors
    /// Returns an error if the API refuses the command.
    pub async fn start_command(
        &self,
        device: impl Into<CommandTarget>,
        command: &Command,
    ) -> Result<CommandJob, Error> {
        let device = device.into();
        let (template, id) = device.of(command.paths);
        let path = filled(template, &[id])?;
        let request = self
            .request(Method::POST, &path)
            .named("start_command", template)
            .json(&command.body)?;
        let read = |response: Response<Bytes>| {
            // The id may be a number, all digits of which are kept.
            let jid = pieces::member(&response.value, "jid").map(decode::read::<Option<String>>);
            let jid = jid.and_then(|jid| jid.ok().flatten());
            let done = match jid {
                None => Some(Json(any(&response)?)),
                Some(_) => None,
            };
            Ok((jid, done))
        };
        let (jid, done) = request.read(|response, _| read(response)).await?;
        Ok(CommandJob {
            client: self.clone(),
            device,
            jid: jid.unwrap_or_default(),
            done,
            mode: PhantomData,
        })
    }

    /// Returns a handle to a job that was started before. No request is made.
    pub fn command_job(
        &self,
        device: impl Into<CommandTarget>,
        jid: impl Into<String>,
    ) -> CommandJob {
        CommandJob {
            client: self.clone(),
            device: device.into(),
            jid: jid.into(),
            done: None,
            mode: PhantomData,
        }
    }
}

impl<M> CommandJob<M> {
    /// Returns the id of the job, a string of digits; empty if a device on the local network
    /// responded with the output.
    pub fn jid(&self) -> &str {
        &self.jid
    }

    /// Returns the job for a client of the other mode.
    #[cfg(feature = "blocking")]
    pub(crate) fn into_mode<N>(self) -> CommandJob<N> {
        CommandJob {
            client: self.client,
            device: self.device,
            jid: self.jid,
            done: self.done,
            mode: PhantomData,
        }
    }
}

impl CommandJob {
    /// Returns the result of the command, or `None` if there is none yet.
    ///
    /// # Errors
    /// Returns an error if the API refuses the request, or if the device reports that the command
    /// failed.
    pub async fn poll(&self) -> Result<Option<CommandOutcome>, Error> {
        match self.ask(CallOptions::new()).await {
            Err(e) if e.is_not_found() => Ok(None),
            other => other,
        }
    }

    async fn ask(&self, options: CallOptions) -> Result<Option<CommandOutcome>, Error> {
        if let Some(value) = &self.done {
            return Ok(Some(CommandOutcome {
                jid: None,
                value: value.clone(),
            }));
        }
        let (template, id) = self.device.of(RESULT);
        let path = filled(template, &[id, ("jid", self.jid.clone())])?;
        let request = self.client.request(Method::GET, &path);
        let named = request.named("command_result", template).options(options);
        let value = named.read(|response, _| judge(&response)).await?;
        Ok(value.map(|value| CommandOutcome {
            jid: Some(self.jid.clone()),
            value: Json(value),
        }))
    }

    /// Polls at growing intervals until there is a result, and returns it. Dropping the future
    /// loses nothing: `wait` can be called again.
    ///
    /// # Errors
    /// Returns an error if the API refuses a request, if the device reports that the command
    /// failed, or if there is no result within `wait`: with the status 404 if the API does not know
    /// the job, which may also mean that it does not know it yet.
    pub async fn wait(&self, wait: Duration) -> Result<CommandOutcome, Error> {
        let until = after(wait);
        let (mut pause, mut before) = (Duration::from_millis(250), None);
        loop {
            let left = until
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1));
            let missing = match self.ask(CallOptions::new().timeout(left)).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => Error::no_result(&self.jid),
                Err(e) if e.is_not_found() => e.no_job(&self.jid),
                // An attempt that the end of the wait cut off says nothing.
                Err(e) if e.is_retryable() => match before.take() {
                    Some(before) if Instant::now() >= until => before,
                    _ => e,
                },
                Err(e) => return Err(e),
            };
            let spread = pause.mul_f64(0.75 + fastrand::f64() / 2.0);
            if Instant::now() + spread >= until {
                return Err(missing);
            }
            before = Some(missing);
            sleep(spread).await;
            pause = pause.mul_f64(1.5).min(Duration::from_secs(5));
        }
    }
}
