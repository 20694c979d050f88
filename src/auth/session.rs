//! The session of a login, and the moment when it is renewed.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, auth::credentials, transport::clock::Instant};

/// The header of a session, and when it is to be renewed.
pub(super) struct Session {
    pub(super) header: HeaderValue,
    renew: Option<Instant>,
}

impl Session {
    /// Returns the session of a JWT.
    pub(super) fn new(token: SecretString) -> Result<Self, Error> {
        let renew =
            lifetime(token.expose_secret(), jiff::Timestamp::now().as_second()).map(|left| {
                // Renewed 30 s early, so that no token expires on its way to the server; one that
                // is valid for less than two minutes is renewed after three
                // quarters of that time.
                Instant::now() + left - Duration::from_secs(30).min(left / 4)
            });
        Ok(Self {
            header: credentials::header("Bearer", &token)?,
            renew,
        })
    }

    /// Returns whether the session need not be renewed yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.renew.is_none_or(|at| at > Instant::now())
    }
}

/// Returns a time claim of a JWT (RFC 7519, section 4.1), in seconds since 1970; the number may
/// have a fraction.
pub(crate) fn claim(jwt: &str, name: &str) -> Option<i64> {
    let payload = jwt.split('.').nth(1)?.trim_end_matches('=');
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims = serde_json::from_slice::<serde_json::Value>(&payload).ok()?;
    claims.get(name)?.as_f64().map(|seconds| seconds as i64)
}

/// Returns how long a JWT is still valid (RFC 7519, 4.1.4), measured from its own `iat` if it has
/// one, so that a wrong local clock does not matter. `None` means until the server responds
/// with 401. Only the server can check the signature.
fn lifetime(jwt: &str, now: i64) -> Option<Duration> {
    let left = claim(jwt, "exp")?.checked_sub(claim(jwt, "iat").unwrap_or(now))?;
    let week = 7 * 24 * 3600;
    u64::try_from(left)
        .ok()
        .filter(|s| *s > 0)
        .map(|s| Duration::from_secs(s.min(week)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_renewed_before_its_end() {
        let renewed_in = |lifetime: u64| {
            let claims = format!(r#"{{"exp":{},"iat":0}}"#, lifetime);
            let jwt = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
            let renew = Session::new(jwt.into()).unwrap().renew.unwrap();
            (renew - Instant::now()).as_secs_f64().round()
        };
        assert_eq!((renewed_in(3600), renewed_in(40)), (3570.0, 30.0));
    }

    #[test]
    fn the_lifetime_of_a_jwt_is_read_and_junk_is_ignored() {
        let jwt = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        let of = |claims: &str| lifetime(&jwt(claims), 1_000).map(|d| d.as_secs());
        assert_eq!(of(r#"{"exp":1600}"#), Some(600));
        assert_eq!(of(r#"{"exp":90600,"iat":90000}"#), Some(600));
        assert_eq!(of(r#"{"exp":90600.5,"iat":90000.9e0}"#), Some(600));
        for none in [
            r#"{"exp":900}"#,
            r#"{"exp":"x"}"#,
            r#"{"exp":-9223372036854775808}"#,
            "{}",
            "x",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(of(r#"{"exp":9223372036854775807}"#), Some(7 * 24 * 3600));
        for junk in ["", "a", "a.b.c", "a.\u{e9}.c"] {
            assert_eq!(lifetime(junk, 0), None);
        }
    }
}
