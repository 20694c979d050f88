//! DRF's token schemes, and JWTs (RFC 7519, HS256) that are really signed and verified.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{API_TOKEN, EMAIL, PASSWORD};

/// The scheme in `WWW-Authenticate`.
pub const SCHEME: &str = "APIToken";
/// The key of the sandbox's JWTs, which protects nothing.
const SIGNING_KEY: &[u8] = b"autopi-sandbox";
pub const NO_CREDENTIALS: &str = "Authentication credentials were not provided.";

fn mac(text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING_KEY).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// Returns a signed token; `purpose` distinguishes a second factor from a session.
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

/// Verifies a token; `Err` is DRF's `detail`.
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

/// Returns the token of an `Authorization` header, without its scheme, if it is valid; `None` if
/// there is no header or its scheme is unknown.
///
/// `Err` is the `detail` of DRF's TokenAuthentication, or of drf-jwt.
pub fn check(header: Option<&[u8]>, now: i64) -> Result<Option<&str>, &'static str> {
    let mut words = header
        .unwrap_or_default()
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty());
    let scheme = words.next().unwrap_or_default();
    let is = |known: &str| scheme.eq_ignore_ascii_case(known.as_bytes());
    let jwt = is("bearer") || is("jwt");
    if !jwt && !is(SCHEME) {
        return Ok(None);
    }
    let [none, many] = if jwt {
        [
            "Invalid Authorization header. No credentials provided.",
            "Invalid Authorization header. Credentials string should not contain spaces.",
        ]
    } else {
        [
            "Invalid token header. No credentials provided.",
            "Invalid token header. Token string should not contain spaces.",
        ]
    };
    let token = words.next().ok_or(none)?;
    if words.next().is_some() {
        return Err(many);
    }
    let token = std::str::from_utf8(token)
        .map_err(|_| "Invalid token header. Token string should not contain invalid characters.")?;
    if jwt {
        verify(token, "session", now).map(|()| Some(token))
    } else if token == API_TOKEN {
        Ok(Some(token))
    } else {
        Err("Invalid token.")
    }
}

/// Returns whether these are the credentials of the account, by e-mail or user name.
pub fn is_account(sent: &Value) -> bool {
    let name = ["email", "username"]
        .iter()
        .find_map(|k| sent.get(k)?.as_str().filter(|t| !t.is_empty()));
    name == Some(EMAIL) && sent.get("password").and_then(Value::as_str) == Some(PASSWORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_and_forged_tokens_are_refused() {
        let token = issue("session", 1000, 60);
        let check = |header: &str, now| {
            let checked = super::check(Some(header.as_bytes()), now);
            checked.map(|t| t.map(str::to_owned))
        };
        for scheme in ["Bearer", "bearer", "BEARER "] {
            assert_eq!(
                check(&format!("{scheme} {token}"), 1059),
                Ok(Some(token.clone()))
            );
        }
        assert_eq!(
            check(&format!("Bearer {token}"), 1060),
            Err("Signature has expired.")
        );
        let mut forged = token.clone();
        forged.replace_range(..1, "x");
        for header in [
            format!("Bearer {forged}"),
            format!("Bearer {}", issue("mfa", 1000, 60)),
        ] {
            let refused = check(&header, 1000);
            assert_eq!(refused, Err("Error decoding signature."), "{header}");
        }
        assert!(check(&format!("apitoken  {API_TOKEN} "), 0).is_ok_and(|t| t.is_some()));
    }
}
