//! Commands on a device: send one, wait for its result.
//!
//! By path and shape, not by the generated operations: a document without these paths still compiles.

use std::{fmt, marker::PhantomData, time::Duration};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    Async, CallOptions, Client, DeviceId, Error, Json, Method, Response, UnitId,
    call::path::expand,
    codec::{decode, pieces, redact::Texts},
    privacy::shown::Length,
    transport::clock::{Instant, after, sleep},
};

const EXECUTE: [&str; 2] = [
    "/dongle/devices/{id}/execute/",
    "/dongle/{unit_id}/execute/",
];
const EXECUTE_RAW: [&str; 2] = [
    "/dongle/devices/{id}/execute_raw/",
    "/dongle/{unit_id}/execute_raw/",
];
const RESULT: [&str; 2] = [
    "/dongle/devices/{id}/command_result/{jid}/",
    "/dongle/{unit_id}/retrieve_job/{jid}/",
];

/// The device that a command is for: by its id, or by its unit id, as a device on the local network wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandTarget {
    /// `/dongle/devices/{id}/...`
    Device(DeviceId),
    /// `/dongle/{unit_id}/...`
    Unit(UnitId),
}

impl From<DeviceId> for CommandTarget {
    fn from(id: DeviceId) -> Self {
        Self::Device(id)
    }
}

impl From<UnitId> for CommandTarget {
    fn from(id: UnitId) -> Self {
        Self::Unit(id)
    }
}

impl CommandTarget {
    /// The path of its kind, and its id.
    fn of(self, paths: [&'static str; 2]) -> (&'static str, (&'static str, String)) {
        match (self, paths) {
            (Self::Device(id), [path, _]) => (path, ("id", id.to_string())),
            (Self::Unit(id), [_, path]) => (path, ("unit_id", id.to_string())),
        }
    }
}

/// A command for a device, as the AutoPi terminal takes it: `obd.query rpm`.
#[derive(Clone, PartialEq)]
pub struct Command {
    paths: [&'static str; 2],
    body: Map<String, Value>,
}

/// The function and the names of arguments: a value may be a Wi-Fi password.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.body.get("command").and_then(Value::as_str);
        let function = line.and_then(|l| l.split_whitespace().next());
        let mut shown = f.debug_struct("Command");
        shown.field("function", &function.unwrap_or_default());
        for (name, value) in &self.body {
            match value {
                Value::Array(args) => shown.field(name, &args.len()),
                Value::Object(args) => shown.field(name, &args.keys()),
                Value::String(text) => shown.field(name, &Length(text.len())),
                _ => shown.field(name, value),
            };
        }
        shown.finish()
    }
}

impl Command {
    /// A function, to which arguments are added: `Command::new("obd.query").arg("rpm").kwarg("force", true)`.
    pub fn new(function: impl Into<String>) -> Self {
        Self {
            paths: EXECUTE,
            body: Map::from_iter([("command".to_owned(), Value::String(function.into()))]),
        }
    }

    /// A whole line, as typed.
    pub fn raw(line: impl Into<String>) -> Self {
        Self {
            paths: EXECUTE_RAW,
            ..Self::new(line)
        }
    }

    /// One more argument. A raw command has them in its line.
    pub fn arg(mut self, value: impl Into<Value>) -> Self {
        if let Value::Array(args) = self
            .body
            .entry("arg")
            .or_insert_with(|| Value::Array(Vec::new()))
        {
            args.push(value.into());
        }
        self
    }

    /// One more named argument.
    pub fn kwarg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        if let Value::Object(args) = self
            .body
            .entry("kwarg")
            .or_insert_with(|| Value::Object(Map::new()))
        {
            args.insert(name.into(), value.into());
        }
        self
    }

    /// Where the API sends the result too, and how long it waits for it, 1 to 600 seconds. See [`webhook`](crate::webhook).
    pub fn callback(mut self, url: impl Into<String>, wait: Duration) -> Self {
        self.body
            .insert("callback_url".into(), Value::String(url.into()));
        self.body.insert(
            "callback_timeout".into(),
            wait.as_secs().clamp(1, 600).into(),
        );
        self
    }
}

/// What a command gave. `Debug` shows its form, names and numbers: a text may be a password.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CommandOutcome {
    /// The job's id; none if the device itself answered at once.
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

/// A command that a device was sent.
pub struct CommandJob<M = Async> {
    client: Client,
    device: CommandTarget,
    jid: String,
    /// A device on the local network answers with the output itself.
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
    /// Runs a command on a device and waits for its result. Dropping the future stops the waiting, not the command: with [`start_command`](Self::start_command)
    /// the job's id is known for later. A command is never run twice: only one that the API refused with 429 is sent again.
    ///
    /// # Errors
    /// The API refuses it, the device says that it failed ([`ErrorKind::Command`](crate::ErrorKind::Command)), or there is no result in time.
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

    /// Sends a command and does not wait for its result.
    ///
    /// # Errors
    /// The API refuses it.
    pub async fn start_command(
        &self,
        device: impl Into<CommandTarget>,
        command: &Command,
    ) -> Result<CommandJob, Error> {
        let device = device.into();
        let (template, id) = device.of(command.paths);
        let path = expand(template, &[id])?;
        let request = self
            .request(Method::POST, &path)
            .named("start_command", template)
            .json(&command.body)?;
        let answer = request.send().await?.value;
        // With every digit, also where it is a number.
        let jid = pieces::member(&answer, "jid").map(decode::read::<Option<String>>);
        let jid = jid.and_then(|jid| jid.ok().flatten());
        let done = jid.is_none().then(|| Json(decode::lossless(&answer)));
        Ok(CommandJob {
            client: self.clone(),
            device,
            jid: jid.unwrap_or_default(),
            done,
            mode: PhantomData,
        })
    }

    /// A job that was started before. No request is made.
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
    /// Its id, digits in a string; empty if a local device answered at once.
    pub fn jid(&self) -> &str {
        &self.jid
    }

    /// As a job of the other mode.
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
    /// The result, if it is there.
    ///
    /// # Errors
    /// As [`Client::run_command`].
    pub async fn poll(&self) -> Result<Option<CommandOutcome>, Error> {
        self.ask(CallOptions::new()).await
    }

    async fn ask(&self, options: CallOptions) -> Result<Option<CommandOutcome>, Error> {
        if let Some(value) = &self.done {
            return Ok(Some(CommandOutcome {
                jid: None,
                value: value.clone(),
            }));
        }
        let (template, id) = self.device.of(RESULT);
        let path = expand(template, &[id, ("jid", self.jid.clone())])?;
        let answer = match self
            .client
            .request(Method::GET, &path)
            .named("command_result", template)
            .options(options)
            .send()
            .await
        {
            Err(e) if e.is_not_found() => return Ok(None),
            other => other?,
        };
        Ok(judge(&answer)?.map(|value| CommandOutcome {
            jid: Some(self.jid.clone()),
            value: Json(value),
        }))
    }

    /// Asks until there is a result, more and more seldom. Nothing is lost when the future is dropped: wait again whenever you like.
    ///
    /// # Errors
    /// As [`Client::run_command`].
    pub async fn wait(&self, wait: Duration) -> Result<CommandOutcome, Error> {
        let until = after(wait);
        let mut pause = Duration::from_millis(250);
        loop {
            let left = until
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1));
            let missing = match self.ask(CallOptions::new().timeout(left)).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => Error::no_result(&self.jid),
                Err(e) if e.is_retryable() => e,
                Err(e) => return Err(e),
            };
            if Instant::now() + pause >= until {
                return Err(missing);
            }
            sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            pause = pause.mul_f64(1.5).min(Duration::from_secs(5));
        }
    }
}

/// Is it the result?
///
/// NOT PUBLIC: the document claims a device as the response, which it is not, and nobody has published how "not yet" looks. What is assumed stands here: nothing,
/// null, `{}` and 404 mean not yet; an object of nothing but job members is the job's state; anything else is what the command returned.
fn judge(answer: &Response<Bytes>) -> Result<Option<Value>, Error> {
    const JOB: [&str; 9] = [
        "jid",
        "state",
        "status",
        "success",
        "device_id",
        "detail",
        "message",
        "response",
        "minions",
    ];
    if answer.status == 202 || answer.value.is_empty() {
        return Ok(None);
    }
    let value = decode::lossless(&answer.value);
    let Value::Object(map) = &value else {
        return Ok((!value.is_null()).then_some(value));
    };
    let failed = || Error::command(answer.status, answer.value.clone());
    // The return of a Salt job, bare or in the envelope that a webhook has.
    let job = value
        .pointer("/response/data")
        .and_then(Value::as_object)
        .unwrap_or(map);
    if let Some(returned) = job.get("return").filter(|_| job.contains_key("jid")) {
        return if job.get("success") == Some(&Value::Bool(false)) {
            Err(failed())
        } else {
            Ok(Some(returned.clone()))
        };
    }
    if !map.keys().all(|k| JOB.contains(&k.as_str())) {
        return Ok(Some(value));
    }
    let state = ["state", "status"]
        .iter()
        .find_map(|k| map.get(*k)?.as_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if map.get("success") == Some(&Value::Bool(false))
        || ["timeout", "failed", "failure", "error"].contains(&state.as_str())
    {
        return Err(failed());
    }
    let pending = [
        "",
        "new",
        "pending",
        "queued",
        "sent",
        "started",
        "running",
        "in_progress",
    ]
    .contains(&state.as_str());
    Ok((!pending).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(body: &'static str) -> Result<Option<Value>, Error> {
        judge(&Response {
            status: 200,
            headers: Default::default(),
            value: body.into(),
        })
    }

    #[test]
    fn results_failures_and_not_yet() {
        for not_yet in [
            "",
            "null",
            "{}",
            r#"{"state":"PENDING","jid":"1"}"#,
            r#"{"jid":"1"}"#,
        ] {
            assert_eq!(judged(not_yet).unwrap(), None, "{not_yet}");
        }
        for failed in [
            r#"{"state":"TIMEOUT","success":false}"#,
            r#"{"jid":"1","return":"no","success":false}"#,
            r#"{"status":"error"}"#,
        ] {
            assert_eq!(
                judged(failed).unwrap_err().kind(),
                crate::ErrorKind::Command,
                "{failed}"
            );
        }
        for (body, value) in [
            ("12.4", Value::from(12.4)),
            ("pong", Value::from("pong")),
            (
                r#"{"_type":"rpm","value":900}"#,
                serde_json::json!({"_type": "rpm", "value": 900}),
            ),
            (
                r#"{"state":"RUNNING","ssid":"x"}"#,
                serde_json::json!({"state": "RUNNING", "ssid": "x"}),
            ),
            (r#"{"jid":"1","return":7,"retcode":0}"#, Value::from(7)),
            (
                r#"{"jid":"1","return":{"iccid":89450100000000000123,"v":NaN},"success":true}"#,
                serde_json::json!({"iccid": "89450100000000000123", "v": "NaN"}),
            ),
            (
                r#"{"jid":"1","state":"COMMAND_EXECUTED","success":true,"response":{"data":{"jid":"1","return":[1],"success":true}}}"#,
                serde_json::json!([1]),
            ),
        ] {
            assert_eq!(judged(body).unwrap(), Some(value), "{body}");
        }
    }
}
