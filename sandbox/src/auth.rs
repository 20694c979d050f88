//! DRF's token schemes, and JWTs (RFC 7519, HS256) that are really signed and checked.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{API_TOKEN, EMAIL, PASSWORD};

/// Of the sandbox only: it protects nothing.
const KEY: &[u8] = b"autopi-sandbox";
const MISSING: &str = "Authentication credentials were not provided.";

fn mac(text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// A signed token; `purpose` keeps those of a second factor apart from those of a session.
pub fn issue(purpose: &str, now: i64, lifetime: i64) -> String {
    let encode = |v: Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let claims = json!({"email": EMAIL, "purpose": purpose, "iat": now, "exp": now.saturating_add(lifetime)});
    let text = format!(
        "{}.{}",
        encode(json!({"alg": "HS256", "typ": "JWT"})),
        encode(claims)
    );
    let signature = mac(&text)
        .map(|m| URL_SAFE_NO_PAD.encode(m.finalize().into_bytes()))
        .unwrap_or_default();
    format!("{text}.{signature}")
}

/// `Err` is DRF's detail.
pub fn verify(token: &str, purpose: &str, now: i64) -> Result<(), &'static str> {
    let claims = || {
        let (text, signature) = token.rsplit_once('.')?;
        mac(text)?
            .verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?)
            .ok()?;
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?).ok()
    };
    let claims = claims()
        .filter(|c| c.get("purpose").is_some_and(|p| p == purpose))
        .ok_or("Error decoding signature.")?;
    if claims
        .get("exp")
        .and_then(Value::as_i64)
        .is_some_and(|exp| exp > now)
    {
        Ok(())
    } else {
        Err("Signature has expired.")
    }
}

/// The token of the header without its scheme word, if it is good.
pub fn check(header: Option<&str>, now: i64) -> Result<&str, &'static str> {
    let (scheme, token) = header
        .and_then(|h| h.trim().split_once(' '))
        .ok_or(MISSING)?;
    let token = token.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "apitoken" | "token" if token == API_TOKEN => Ok(token),
        "apitoken" | "token" => Err("Invalid token."),
        "bearer" | "jwt" => verify(token, "session", now).map(|()| token),
        _ => Err(MISSING),
    }
}

/// Is this the account? By e-mail or name.
pub fn knows(sent: &Value) -> bool {
    let name = ["email", "username"]
        .iter()
        .find_map(|k| sent.get(k)?.as_str().filter(|t| !t.is_empty()));
    name == Some(EMAIL) && sent.get("password").and_then(Value::as_str) == Some(PASSWORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let token = issue("session", 1000, 60);
        for scheme in ["Bearer", "bearer", "BEARER "] {
            assert_eq!(
                check(Some(&format!("{scheme} {token}")), 1059),
                Ok(token.as_str())
            );
        }
        assert_eq!(
            check(Some(&format!("Bearer {token}")), 1060),
            Err("Signature has expired.")
        );
        let mut forged = token.clone();
        forged.replace_range(..1, "x");
        for (header, words) in [
            (format!("Bearer {forged}"), "Error decoding signature."),
            (
                format!("Bearer {}", issue("mfa", 1000, 60)),
                "Error decoding signature.",
            ),
            ("APIToken wrong".into(), "Invalid token."),
            ("Basic x".into(), MISSING),
            (String::new(), MISSING),
        ] {
            assert_eq!(check(Some(&header), 1000), Err(words), "{header}");
        }
        assert!(check(Some(&format!("apitoken {API_TOKEN}")), 0).is_ok());
    }
}
