//! The session of a login: one `POST /auth/login/` for any number of concurrent calls.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::{
    Error, ErrorKind,
    auth::{credentials, mfa},
    codec::decode,
    error::is_retryable_status,
    transport::{
        address,
        clock::Instant,
        core::Core,
        platform::RawResponse,
        response::{read_some, status_error},
    },
};

/// What the last login gave.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Last>);

#[derive(Default)]
struct Last {
    session: Option<Session>,
    /// When it failed, and how.
    failure: Option<(Instant, Error)>,
    pause: Option<Pause>,
}

/// No login, so that no account is locked: credentials were refused, or what a login gave.
struct Pause {
    since: Instant,
    length: Duration,
}

impl Pause {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);

    /// Twice as long as one that ended a short time ago.
    fn after(last: Option<&Self>, now: Instant) -> Self {
        let recent = last.filter(|p| now < p.since + p.length + Self::LONGEST);
        Self {
            since: now,
            length: recent.map_or(Self::SHORTEST, |p| (p.length * 2).min(Self::LONGEST)),
        }
    }
}

impl Last {
    /// The error of who would log in while that is not done.
    fn held(&self, now: Instant, refused: bool) -> Option<Error> {
        let pause = self.pause.as_ref()?;
        let left = (pause.since + pause.length)
            .checked_duration_since(now)
            .filter(|left| !left.is_zero())?;
        let (error, of) = match &self.failure {
            Some((_, error)) if error.kind() == ErrorKind::Auth => (error.twin(), "the login"),
            _ if refused => (
                Error::auth("the session of a new login is refused too"),
                "the last login",
            ),
            _ => return None,
        };
        let message = format!(
            "{error} ({of} was {:.1?} ago, and is not tried again before {left:.1?} have passed)",
            now.duration_since(pause.since)
        );
        Some(error.because(message))
    }
}

/// Who logs in.
pub(crate) struct Account<'a> {
    pub email: &'a str,
    pub password: &'a SecretString,
    pub mfa: Option<&'a mfa::Mfa>,
}

impl Sessions {
    /// The header of a fresh session that is not the refused one: all who were refused with one session share the next. Who waited while a login failed shares
    /// its error; refused credentials, and a login whose session is refused again, wait for the end of a pause.
    pub async fn header(
        &self,
        core: &Core,
        account: Option<&Account<'_>>,
        refused: Option<&HeaderValue>,
    ) -> Result<HeaderValue, Error> {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        let current = last.session.as_ref();
        let is_refused = current.is_some_and(|s| refused == Some(&s.header));
        if let Some(current) = current.filter(|s| s.is_fresh() && !is_refused) {
            return Ok(current.header.clone());
        }
        if let Some(error) = last.held(Instant::now(), is_refused) {
            return Err(error);
        }
        if let Some((_, error)) = last.failure.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(error.twin());
        }
        let result = log_in(core, account).await;
        let now = Instant::now();
        let is_bad = result.as_ref().err().map(Error::kind) == Some(ErrorKind::Auth);
        if is_bad || is_refused {
            last.pause = Some(Pause::after(last.pause.as_ref(), now));
        }
        match result {
            Ok(fresh) => {
                last.failure = None;
                Ok(last.session.insert(fresh).header.clone())
            }
            Err(error) => {
                last.failure = Some((now, error.twin()));
                Err(error)
            }
        }
    }
}

/// A JWT from a login, and when it ends.
struct Session {
    header: HeaderValue,
    renew: Option<Instant>,
}

impl Session {
    fn is_fresh(&self) -> bool {
        self.renew.is_none_or(|at| at > Instant::now())
    }
}

#[derive(Serialize)]
struct LoginRequest<'a> {
    email: &'a str,
    password: &'a str,
}

/// The response of the real API: 200 `{token, user}` (the document says 201 and the request echoed).
#[derive(Deserialize)]
struct LoginResponse {
    token: Option<SecretString>,
}

async fn log_in(core: &Core, account: Option<&Account<'_>>) -> Result<Session, Error> {
    let body = account.map(|a| LoginRequest {
        email: a.email,
        password: a.password.expose_secret(),
    });
    let (status, answer) = post(core, "/auth/login/", body.as_ref()).await?;
    if let Some(token) = token(&answer) {
        return session(token);
    }
    let Some(challenge) = mfa::challenge(&answer) else {
        return Err(if status.is_success() {
            Error::auth("the login answered without a token: is the base URL that of the API?")
        } else {
            let check = if account.is_some() {
                "check e-mail and password"
            } else {
                "is the base URL that of a device on the local network?"
            };
            Error::auth(format!(
                "the login was refused with HTTP {}: {check}",
                status.as_u16()
            ))
        });
    };
    let source = account.and_then(|a| a.mfa).ok_or_else(|| {
        Error::auth(
            "the account asks for a second factor: give the login an Mfa, or use an API token",
        )
    })?;
    let code = source.get().await?;
    let (status, answer) = post(
        core,
        mfa::VERIFY,
        Some(&mfa::Verify::new(&challenge, &code)),
    )
    .await?;
    match token(&answer) {
        Some(token) => session(token),
        None => Err(Error::auth(format!(
            "the second factor was refused with HTTP {}: check the code",
            status.as_u16()
        ))),
    }
}

/// A server that is down is an error of its own, which may be tried again.
async fn post(
    core: &Core,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<(StatusCode, Zeroizing<Vec<u8>>), Error> {
    let url = address::join(&core.base, path).map_err(Error::auth)?;
    let request = core.http.post(url).timeout(core.usual_attempt_timeout());
    let request = match body {
        Some(body) => {
            // Room enough, so that no copy of a password is left behind where it grew.
            let mut json = Zeroizing::new(Vec::with_capacity(1 << 14));
            serde_json::to_writer(&mut *json, body)
                .map_err(|e| Error::auth(format!("the login can't be written as JSON ({e})")))?;
            request
                .header(CONTENT_TYPE, "application/json")
                .body(Bytes::from_owner(json))
        }
        None => request,
    };
    let response = request.send().await.map_err(Error::transport)?;
    let response = RawResponse::from(response);
    if is_retryable_status(response.status().as_u16()) {
        return Err(status_error(response, None).await.without_body());
    }
    let status = response.status();
    let answer = Vec::from(read_some(response).await);
    Ok((status, Zeroizing::new(answer)))
}

fn token(answer: &[u8]) -> Option<SecretString> {
    decode::read::<LoginResponse>(answer)
        .ok()?
        .token
        .filter(|t| !t.expose_secret().is_empty())
}

fn session(token: SecretString) -> Result<Session, Error> {
    let renew = lifetime(token.expose_secret(), jiff::Timestamp::now().as_second()).map(|left| {
        // Renewed thirty seconds early, so that no call starts with a token that ends on the way; one that lives shorter, after three quarters.
        Instant::now() + left - Duration::from_secs(30).min(left / 4)
    });
    Ok(Session {
        header: credentials::header("Bearer", &token)?,
        renew,
    })
}

/// How long a JWT still lives (RFC 7519, 4.1.4): by its own `iat`, if there is one, so that a wrong clock here does no harm. None: until the server says 401.
/// The signature only the server can check.
fn lifetime(jwt: &str, now: i64) -> Option<Duration> {
    let payload = URL_SAFE_NO_PAD
        .decode(jwt.split('.').nth(1)?.trim_end_matches('='))
        .ok()?;
    let claims = serde_json::from_slice::<serde_json::Value>(&payload).ok()?;
    // A number of seconds, with a fraction or without.
    let claim = |name: &str| claims.get(name)?.as_f64().map(|seconds| seconds as i64);
    let left = claim("exp")?.checked_sub(claim("iat").unwrap_or(now))?;
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
    fn pauses_double_up_to_a_minute_and_are_forgotten() {
        let mut now = Instant::now();
        let mut pause = Pause::after(None, now);
        let mut lengths = Vec::new();
        for _ in 0..8 {
            lengths.push(pause.length.as_secs());
            now += pause.length;
            pause = Pause::after(Some(&pause), now);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 60, 60]);
        now += pause.length + Pause::LONGEST;
        assert_eq!(Pause::after(Some(&pause), now).length, Pause::SHORTEST);
    }

    #[test]
    fn a_session_is_renewed_before_its_end() {
        let renewed_in = |lifetime: u64| {
            let claims = format!(r#"{{"exp":{},"iat":0}}"#, lifetime);
            let jwt = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
            let renew = session(jwt.into()).unwrap().renew.unwrap();
            (renew - Instant::now()).as_secs_f64().round()
        };
        assert_eq!((renewed_in(3600), renewed_in(40)), (3570.0, 30.0));
    }

    #[test]
    fn a_lifetime_is_read_from_a_jwt_and_junk_is_none() {
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
