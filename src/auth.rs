//! The two schemes of the `Authorization` header, and the login that gives a JWT.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who calls. Secrets are wiped from memory on drop and never printed.
#[derive(Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// `Authorization: APIToken <token>`: 40 hex digits from the account page.
    ApiToken(SecretString),
    /// `Authorization: Bearer <jwt>`.
    Jwt(SecretString),
    /// `POST /auth/login/` on the first call, again before the JWT expires and on a 401.
    Login {
        /// The account's e-mail address.
        email: String,
        /// Its password.
        password: SecretString,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiToken(_) => "ApiToken(** redacted **)",
            Self::Jwt(_) => "Jwt(** redacted **)",
            Self::Login { .. } => "Login(** redacted **)",
        })
    }
}

impl Credentials {
    /// Understands a token with its prefix, as the vendor's portal shows it: a prefix wins over the scheme that was asked for.
    pub(crate) fn parse(self) -> Result<Self, Error> {
        let (text, api) = match &self {
            Self::ApiToken(t) => (t, true),
            Self::Jwt(t) => (t, false),
            Self::Login { email, password } => {
                if email.trim().is_empty() || password.expose_secret().is_empty() {
                    return Err(Error::configuration("the login needs an e-mail address and a password, and one of them is empty"));
                }
                return Ok(self);
            }
        };
        let text = text.expose_secret().trim();
        let (api, token) = match text.split_once(char::is_whitespace) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("apitoken") => (true, rest.trim()),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("bearer") => (false, rest.trim()),
            // The prefix alone, its token lost.
            None if ["apitoken", "bearer"].iter().any(|p| text.eq_ignore_ascii_case(p)) => (api, ""),
            _ => (api, text),
        };
        if token.is_empty() {
            return Err(Error::configuration("the token is empty: copy it from the account page, or set AUTOPI_API_TOKEN"));
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::configuration("the token holds white space or characters that no token has: was more than the token copied?"));
        }
        let token = SecretString::from(token.to_owned());
        Ok(if api { Self::ApiToken(token) } else { Self::Jwt(token) })
    }

    /// The header of a static token; none for a login.
    pub(crate) fn header(&self) -> Option<Result<HeaderValue, Error>> {
        match self {
            Self::ApiToken(t) => Some(header("APIToken", t)),
            Self::Jwt(t) => Some(header("Bearer", t)),
            Self::Login { .. } => None,
        }
    }
}

pub(crate) fn header(scheme: &str, token: &SecretString) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(&format!("{scheme} {}", token.expose_secret()))
        .map_err(|_| Error::auth("the token holds characters that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A JWT from a login, and when it ends.
#[derive(Clone)]
pub(crate) struct Session {
    pub header: HeaderValue,
    expires: Option<i64>,
}

impl Session {
    /// Thirty seconds before `exp` it counts as over, so that no call starts with a token that ends on the way.
    pub fn is_fresh(&self) -> bool {
        self.expires.is_none_or(|at| at - 30 > jiff::Timestamp::now().as_second())
    }
}

#[derive(Serialize)]
pub(crate) struct LoginRequest<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

/// The answer of the real API: 200 `{token, user}` (the document says 201 and the request echoed).
#[derive(Deserialize)]
struct LoginAnswer {
    token: Option<String>,
}

pub(crate) fn session(body: &[u8]) -> Result<Session, Error> {
    let token = serde_json::from_slice::<LoginAnswer>(body).ok().and_then(|a| a.token).filter(|t| !t.is_empty());
    let token = token.ok_or_else(|| {
        let second = String::from_utf8_lossy(body).to_lowercase();
        Error::auth(if second.contains("mfa") || second.contains("totp") {
            "the account asks for a second factor: use an API token instead of e-mail and password"
        } else {
            "the login answered without a token"
        })
    })?;
    let expires = expiry(&token);
    Ok(Session { header: header("Bearer", &SecretString::from(token))?, expires })
}

/// `exp` (RFC 7519, 4.1.4) of a JWT, whose signature only the server can check.
fn expiry(jwt: &str) -> Option<i64> {
    let payload = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    serde_json::from_slice::<serde_json::Value>(&payload).ok()?.get("exp")?.as_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(c: Credentials) -> String {
        let header = c.parse().unwrap().header().unwrap().unwrap();
        header.to_str().unwrap().to_owned()
    }

    #[test]
    fn prefixes_are_understood() {
        assert_eq!(parsed(Credentials::ApiToken("abc".into())), "APIToken abc");
        assert_eq!(parsed(Credentials::ApiToken(" apitoken abc ".into())), "APIToken abc");
        assert_eq!(parsed(Credentials::ApiToken("bearer a.b.c".into())), "Bearer a.b.c");
    }

    #[test]
    fn malformed_tokens_are_errors_without_the_token() {
        for bad in ["", "  ", "APIToken ", "two canary", "caf\u{e9}canary"] {
            let error = Credentials::ApiToken(bad.into()).parse().unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn debug_is_redacted() {
        let shown = format!("{:?}", Credentials::Login { email: "a@b".into(), password: "canary".into() });
        assert!(!shown.contains("canary"));
    }
}
