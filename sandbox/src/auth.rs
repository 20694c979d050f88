//! DRF's token schemes and a JWT (RFC 7519, HS256) that is really signed and checked.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{API_TOKEN, EMAIL, PASSWORD};

/// Of the sandbox only: it protects nothing.
const KEY: &[u8] = b"autopi-sandbox";
const LIFETIME: i64 = 15 * 60;

fn mac(text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// Email and password → `{token, user}`.
pub fn login(body: &Value) -> Option<Value> {
    (body.get("email") == Some(&json!(EMAIL)) && body.get("password") == Some(&json!(PASSWORD))).then_some(())?;
    let encode = |v: Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let exp = jiff::Timestamp::now().as_second() + LIFETIME;
    let text = format!("{}.{}", encode(json!({"alg": "HS256", "typ": "JWT"})), encode(json!({"email": EMAIL, "exp": exp})));
    let signature = URL_SAFE_NO_PAD.encode(mac(&text)?.finalize().into_bytes());
    Some(json!({"token": format!("{text}.{signature}"), "user": {"id": 1, "email": EMAIL, "first_name": "Demo", "devices": []}}))
}

/// `Err` is DRF's `detail`.
pub fn check(header: Option<&str>) -> Result<(), &'static str> {
    let Some((scheme, token)) = header.and_then(|h| h.trim().split_once(' ')) else { return Err("Authentication credentials were not provided.") };
    let valid = match scheme.to_ascii_lowercase().as_str() {
        "apitoken" => token == API_TOKEN,
        "bearer" => verify(token).is_some(),
        _ => return Err("Authentication credentials were not provided."),
    };
    if valid { Ok(()) } else { Err("Invalid token.") }
}

fn verify(token: &str) -> Option<()> {
    let (text, signature) = token.rsplit_once('.')?;
    mac(text)?.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?).ok()?;
    (payload.get("exp")?.as_i64()? > jiff::Timestamp::now().as_second()).then_some(())
}
