//! Reads the state of a command: a result, a failure, or not yet.

use bytes::Bytes;
use serde_json::Value;

use crate::{Error, Response, transport::response::any};

/// Returns the result, `None` if there is none yet, or the error of a command that failed.
///
/// Not published by the vendor: the document says that the response is a device, which it is not,
/// and nothing says how a result that is not there yet looks. The assumptions are here: no body,
/// null, `{}` and 404 mean not yet; an object with only members of a job is the job's state;
/// anything else is what the command returned.
pub(super) fn judge(response: &Response<Bytes>) -> Result<Option<Value>, Error> {
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
    if response.status == 202 || response.value.is_empty() {
        return Ok(None);
    }
    let value = any(response)?;
    let Value::Object(map) = &value else {
        return Ok((!value.is_null()).then_some(value));
    };
    let failed = || Error::command(response.status, response.value.clone());
    // The return value of a Salt job, alone or in the envelope of a webhook.
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
        with_status(200, body)
    }

    fn with_status(status: u16, body: &'static str) -> Result<Option<Value>, Error> {
        judge(&Response {
            status,
            headers: Default::default(),
            value: body.into(),
        })
    }

    #[test]
    fn command_results_failures_and_pending_jobs_are_distinguished() {
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
            assert_eq!(with_status(202, body).unwrap(), None, "accepted: {body}");
        }
    }
}
