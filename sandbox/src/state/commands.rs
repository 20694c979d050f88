//! Commands on devices: jobs that are pending and then done, and webhooks with their results.
//!
//! The vendor does not publish what the API responds with while there is no result. Here it is the
//! job's state, `{"jid": "…", "state": "PENDING"}`.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::{task::JoinSet, time::sleep};

use crate::state::webhook;

const MAX_JOBS: usize = 10_000;

/// The device that runs a command.
pub struct Device {
    pub id: String,
    pub unit: String,
    /// The VIN of the vehicle that it is in.
    pub vin: Option<Value>,
}

#[derive(Clone)]
struct Job {
    device: String,
    /// When it is done, in milliseconds since 1970.
    done_at: i64,
    lost: bool,
    returned: Value,
}

pub enum JobState {
    Unknown,
    Pending,
    /// The device did not respond before the timeout.
    Lost,
    Done(Value),
}

#[derive(Default)]
pub struct Commands {
    jobs: Mutex<BTreeMap<String, Job>>,
    started: AtomicU64,
    /// Webhooks that are being sent; they end with the sandbox.
    hooks: Mutex<JoinSet<()>>,
    delay: Duration,
    results: HashMap<String, Value>,
    /// Whether webhooks may go to other machines.
    webhooks_anywhere: bool,
    /// Whether a webhook that cannot be sent is ignored.
    lenient: bool,
}

impl Commands {
    pub fn new(
        delay: Duration,
        results: HashMap<String, Value>,
        webhooks_anywhere: bool,
        lenient: bool,
    ) -> Self {
        Self {
            delay,
            results,
            webhooks_anywhere,
            lenient,
            ..Self::default()
        }
    }

    /// Starts a command; returns the job's id, or the error of the request. `token` signs the
    /// webhook.
    pub async fn start(
        &self,
        device: Device,
        sent: &Value,
        now: Timestamp,
        token: &str,
    ) -> Result<String, Value> {
        let text = |key: &str| {
            sent.get(key)
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|t| !t.is_empty())
        };
        let hook = match text("callback_url") {
            Some(url) => match webhook::resolve(url, self.webhooks_anywhere).await {
                Ok(hook) => Some(hook),
                Err(_) if self.lenient => None,
                Err(why) => return Err(json!({ "callback_url": [why] })),
            },
            None => None,
        };
        let line = text("command").unwrap_or_default();
        let (function, args) = parse_command_line(line, sent);
        let wait = Duration::from_secs(
            sent.get("callback_timeout")
                .and_then(Value::as_u64)
                .unwrap_or(120),
        );
        let lost = wait < self.delay;
        let delay = wait.min(self.delay);
        let digits: String = now
            .to_string()
            .chars()
            .take(19)
            .filter(char::is_ascii_digit)
            .collect();
        let jid = format!(
            "{digits}{:06}",
            self.started.fetch_add(1, Ordering::AcqRel) % 1_000_000
        );
        let returned = self
            .results
            .get(&function)
            .cloned()
            .unwrap_or_else(|| default_result(&function, &args, &device));
        let done_at = now
            .as_millisecond()
            .saturating_add(delay.as_millis() as i64);
        {
            let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            if jobs.len() >= MAX_JOBS {
                jobs.pop_first();
            }
            jobs.insert(
                jid.clone(),
                Job {
                    device: device.id.clone(),
                    done_at,
                    lost,
                    returned: returned.clone(),
                },
            );
        }
        if let Some(place) = hook {
            let body = Bytes::from(
                event(&device, &jid, lost, (&function, &args, line), returned, now).to_string(),
            );
            let signature = webhook::signature(token, &body);
            let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
            while hooks.try_join_next().is_some() {}
            hooks.spawn(async move {
                sleep(delay).await;
                webhook::deliver(place, &signature, body).await;
            });
        }
        Ok(jid)
    }

    pub fn state_of(&self, device: &str, jid: &str, now: Timestamp) -> JobState {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        match jobs.get(jid).filter(|j| j.device == device) {
            None => JobState::Unknown,
            Some(job) if now.as_millisecond() < job.done_at => JobState::Pending,
            Some(job) if job.lost => JobState::Lost,
            Some(job) => JobState::Done(job.returned.clone()),
        }
    }
}

/// Returns the function and its arguments, from `{command, arg}` or from a line as typed.
fn parse_command_line(line: &str, sent: &Value) -> (String, Vec<Value>) {
    let mut typed = line.split_whitespace().map(Value::from);
    let function = typed
        .next()
        .and_then(|f| f.as_str().map(str::to_owned))
        .unwrap_or_default();
    let given = sent
        .get("arg")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    (function, typed.chain(given).collect())
}

/// Returns the result of a device: deterministic, like that of a parked car.
fn default_result(function: &str, args: &[Value], device: &Device) -> Value {
    let first = args.first().and_then(Value::as_str).unwrap_or_default();
    match function {
        "test.ping" => true.into(),
        "obd.query" if first.eq_ignore_ascii_case("vin") => {
            json!({"_type": "vin", "value": device.vin})
        }
        "obd.query" => {
            json!({"_type": first.to_lowercase(), "value": if first.eq_ignore_ascii_case("rpm") { 900 } else { 42 }})
        }
        "obd.battery" => {
            json!({"_type": "bat", "voltage": 12.6, "level": 96, "state": "discharging"})
        }
        "power.status" => {
            json!({"rpi": {"uptime": {"days": 0, "seconds": 5400}}, "spm": {"last_state": "on"}})
        }
        _ => json!({"_type": function, "value": args}),
    }
}

fn event(
    device: &Device,
    jid: &str,
    lost: bool,
    command: (&str, &[Value], &str),
    returned: Value,
    now: Timestamp,
) -> Value {
    let mut event = Map::from_iter([
        ("jid".to_owned(), jid.into()),
        (
            "state".to_owned(),
            if lost { "TIMEOUT" } else { "COMMAND_EXECUTED" }.into(),
        ),
        ("success".to_owned(), (!lost).into()),
        ("device_id".to_owned(), device.id.as_str().into()),
    ]);
    if !lost {
        let data = json!({"fun": command.0, "fun_args": command.1, "jid": jid, "return": returned, "retcode": 0, "success": true, "cmd": "_return",
            "_stamp": now.to_string(), "id": device.unit});
        event.insert(
            "response".into(),
            json!({"tag": format!("salt/job/{jid}/ret/{}", device.unit), "data": data}),
        );
    }
    event.into()
}
