//! A command and its target device.
//!
//! It uses paths, not generated operations, so that it compiles with a document that lacks them.

use std::{fmt, time::Duration};

use serde_json::{Map, Value};

use crate::{DeviceId, UnitId, privacy::shown::Length};

const EXECUTE: [&str; 2] = [
    "/dongle/devices/{id}/execute/",
    "/dongle/{unit_id}/execute/",
];
const EXECUTE_RAW: [&str; 2] = [
    "/dongle/devices/{id}/execute_raw/",
    "/dongle/{unit_id}/execute_raw/",
];

/// The device that a command is for: by its id, or by its unit id, as a device on the local network
/// requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Returns the path for this kind of target, and its parameter.
    pub(super) fn of(self, paths: [&'static str; 2]) -> (&'static str, (&'static str, String)) {
        match (self, paths) {
            (Self::Device(id), [path, _]) => (path, ("id", id.to_string())),
            (Self::Unit(id), [_, path]) => (path, ("unit_id", id.to_string())),
        }
    }
}

/// A command for a device, as the AutoPi terminal takes it: `obd.query rpm`.
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Command {
    pub(super) paths: [&'static str; 2],
    pub(super) body: Map<String, Value>,
}

/// Shows the function and the names of arguments, but no values: one may be a Wi-Fi password.
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
    /// Returns a command that calls a function; arguments are added to it:
    /// `Command::new("obd.query").arg("rpm").kwarg("force", true)`.
    pub fn new(function: impl Into<String>) -> Self {
        Self {
            paths: EXECUTE,
            body: Map::from_iter([("command".to_owned(), Value::String(function.into()))]),
        }
    }

    /// Returns a command from a whole line, as typed into the terminal.
    pub fn raw(line: impl Into<String>) -> Self {
        Self {
            paths: EXECUTE_RAW,
            ..Self::new(line)
        }
    }

    /// Adds an argument. A raw command has its arguments in its line instead.
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

    /// Adds a named argument.
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

    /// Sets a URL that the API also sends the result to, and how long it waits for the result: in
    /// whole seconds, from 1 to 600. See [`webhook`](crate::webhook).
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
