//! Webhooks: verifies and reads what the API sends to the `callback_url` of a command.
//!
//! ```no_run
//! use autopi::webhook::{self, SIGNATURE_HEADER};
//! use axum::{Router, body::Bytes, http::{HeaderMap, StatusCode}, routing::post};
//!
//! async fn result(headers: HeaderMap, body: Bytes) -> StatusCode {
//!     let signature = headers.get(SIGNATURE_HEADER).and_then(|v| v.to_str().ok());
//!     let signature = signature.unwrap_or_default();
//!     let token = std::env::var("AUTOPI_API_TOKEN").unwrap_or_default();
//!     match webhook::receive(&body, signature, &token) {
//!         Ok(event) => {
//!             println!("{} {}: {:?}", event.jid, event.state, event.returned());
//!             StatusCode::OK
//!         }
//!         Err(_) => StatusCode::UNAUTHORIZED,
//!     }
//! }
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new().route("/autopi", post(result));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
//! # Ok(()) }
//! ```

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    DeviceId, Error, UnknownValue,
    codec::{
        decode::{self, Fault},
        redact::Texts,
        sha256,
    },
    privacy::{repeated::Repeated, secret, shown},
};

/// The name of the header with the signature.
pub const SIGNATURE_HEADER: &str = "X-Request-Signature";

/// Checks that `raw_body` was signed with the token `secret`. The signature is the hexadecimal
/// HMAC-SHA256 of the raw body (the received bytes, not JSON that was parsed and written again).
/// Its key is the token that sent the command, with or without its scheme. The comparison takes
/// constant time.
///
/// # Errors
/// Returns an error if the signature is wrong, or if the token is empty.
pub fn verify(raw_body: &[u8], signature_header: &str, secret: &str) -> Result<(), Error> {
    let secret = secret.trim();
    let key = secret
        .split_once(char::is_whitespace)
        .map_or(secret, |(_, token)| token.trim());
    if key.is_empty() {
        return Err(Error::configuration(
            "the secret of the webhook is empty: it is the token that sends the command",
        ));
    }
    let wrong = || {
        Error::auth(
            "the signature of the webhook is invalid: it was not sent by the API for this token",
        )
    };
    let signature = unhex(signature_header.trim()).ok_or_else(wrong)?;
    match sha256::is_hmac(key.as_bytes(), raw_body, &signature) {
        true => Ok(()),
        false => Err(wrong()),
    }
}

/// Verifies a body and returns the event in it.
///
/// # Errors
/// Returns an error if the signature is wrong, or if the body does not decode as a
/// [`CommandEvent`].
pub fn receive(
    raw_body: &[u8],
    signature_header: &str,
    secret: &str,
) -> Result<CommandEvent, Error> {
    verify(raw_body, signature_header, secret)?;
    decode::read_any(raw_body).map_err(|Fault { path, message }| {
        let message = shown::reason(&path, message);
        let mut secrets = Repeated::default();
        secrets.note_header(secret);
        Error::decode(200, path, message, raw_body.to_vec().into()).masking(&secrets)
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?;
    }
    Some(out)
}

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandState {
    /// The device ran the command; [`CommandEvent::success`] tells whether it succeeded.
    CommandExecuted,
    /// The device did not respond in time.
    Timeout,
    /// A value that the documentation does not list, kept unchanged.
    Unknown(UnknownValue<String>),
}
crate::__open_enum!(CommandState { CommandExecuted = "COMMAND_EXECUTED", Timeout = "TIMEOUT" });

/// The event that ends a command. `Debug` shows the form, names and numbers of what the device
/// sent, but no strings: one may be a password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CommandEvent {
    /// The id of the job. The API may send the same event up to five times; recognise it by this
    /// id.
    pub jid: String,
    /// The outcome of the command.
    pub state: CommandState,
    /// Whether the command succeeded, if the device says so.
    #[serde(default)]
    pub success: Option<bool>,
    /// The id of the device.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
    /// The unchanged output of the device.
    #[serde(default)]
    pub response: Value,
    /// All other members.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for CommandEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra = self.extra.iter().map(|(name, value)| (name, Texts(value)));
        let extra: BTreeMap<_, _> = extra.filter(|(name, _)| !secret::by_name(name)).collect();
        f.debug_struct("CommandEvent")
            .field("jid", &self.jid)
            .field("state", &self.state)
            .field("success", &self.success)
            .field("device_id", &self.device_id)
            .field("response", &Texts(&self.response))
            .field("extra", &extra)
            .finish()
    }
}

impl CommandEvent {
    /// Returns the value that the command returned.
    pub fn returned(&self) -> Option<&Value> {
        self.response.pointer("/data/return")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4231, test case 2.
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SIGNATURE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn webhook_signatures_are_verified() {
        for (signature, secret) in [
            (SIGNATURE, "Jefe"),
            (&SIGNATURE.to_uppercase(), "APIToken Jefe"),
            (&format!(" {SIGNATURE} "), "Bearer  Jefe "),
        ] {
            verify(BODY, signature, secret).unwrap();
        }
        let flipped = SIGNATURE.replacen('5', "6", 1);
        for (body, signature, secret) in [
            (BODY, flipped.as_str(), "Jefe"),
            (BODY, &SIGNATURE[..62], "Jefe"),
            (BODY, &format!("{SIGNATURE}00"), "Jefe"),
            (BODY, "", "Jefe"),
            (BODY, "\u{e9}".repeat(32).as_str(), "Jefe"),
            (&BODY[1..], SIGNATURE, "Jefe"),
            (BODY, SIGNATURE, "jefe"),
            (BODY, SIGNATURE, ""),
            (BODY, SIGNATURE, "APIToken "),
        ] {
            let error = verify(body, signature, secret).unwrap_err();
            assert!(!error.to_string().contains("efe"), "{error}");
        }
    }

    #[test]
    fn a_shortened_signature_is_refused() {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"t");
        let signed = |n: u32| (n, ring::hmac::sign(&key, n.to_string().as_bytes()));
        let ends_in_zero = |(_, tag): &(u32, ring::hmac::Tag)| tag.as_ref().ends_with(&[0]);
        let (n, tag) = (0..).map(signed).find(ends_in_zero).unwrap();
        let hex: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        let body = n.to_string();
        verify(body.as_bytes(), &hex, "t").unwrap();
        verify(body.as_bytes(), &hex[..62], "t").unwrap_err();
    }

    #[test]
    fn webhook_events_keep_unknown_members() {
        let body = r#"{"jid":"2026","state":"COMMAND_EXECUTED","success":true,"device_id":"0189d7a5-0000-7000-8000-000000000001",
            "response":{"tag":"salt/job/1","data":{"return":{"_type":"rpm","value":900}}},"more":1}"#;
        let event: CommandEvent = serde_json::from_str(body).unwrap();
        assert_eq!(
            (&event.state, event.returned().unwrap()["value"].as_i64()),
            (&CommandState::CommandExecuted, Some(900))
        );
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            serde_json::from_str::<Value>(body).unwrap()
        );
        let odd = r#"{"jid":"1","state":"LOST","pin":1234,"more":7}"#;
        let event: CommandEvent = serde_json::from_str(odd).unwrap();
        let shown = format!("{event:?}");
        assert!(
            shown.contains("\"more\": 7") && !shown.contains("1234"),
            "{shown}"
        );
        assert_eq!((event.state.as_str(), event.returned()), ("LOST", None));
    }

    #[test]
    fn a_webhook_keeps_the_digits_of_large_numbers() {
        let body = br#"{"jid":20260101120000123456,"state":"COMMAND_EXECUTED","response":{"data":{"return":[89450100000000000123, NaN]}}}"#;
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"t");
        let signature = ring::hmac::sign(&key, body);
        let signature: String = signature
            .as_ref()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let event = receive(body, &signature, "t").unwrap();
        assert_eq!(event.jid, "20260101120000123456");
        assert_eq!(
            event.returned(),
            Some(&serde_json::json!(["89450100000000000123", "NaN"]))
        );
    }
}
