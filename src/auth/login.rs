//! The session of a login: one `POST /auth/login/` for any number of concurrent calls.

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::{
    Error, ErrorKind,
    auth::{mfa, pause::Pause, session::Session},
    codec::pieces,
    error::is_retryable_status,
    privacy::repeated::Repeated,
    transport::{
        address,
        clock::{Instant, after},
        core::Core,
        platform::raw,
        response::{read, read_some, status_error},
    },
};

/// The most bytes of a login's response: 1 MiB.
const MOST: usize = 1 << 20;

/// The outcome of the last login.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Last>);

#[derive(Default)]
struct Last {
    session: Option<Session>,
    /// When the last login failed, and why.
    failure: Option<(Instant, Error)>,
    pause: Option<Pause>,
}

impl Last {
    /// Returns the error of a call that would have to log in during a pause.
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
            "{error} ({of} was {:.1?} ago, and the next one is made in {left:.1?} at the earliest)",
            now.duration_since(pause.since)
        );
        Some(error.because(message))
    }
}

/// The account of a login.
pub(crate) struct Account<'a> {
    pub email: &'a str,
    pub password: &'a SecretString,
    pub mfa: Option<&'a mfa::Mfa>,
}

impl Sessions {
    /// Returns the header of the session, if there is one and no login runs.
    pub fn current(&self) -> Option<HeaderValue> {
        let last = self.0.try_lock().ok()?;
        last.session.as_ref().map(|session| session.header.clone())
    }

    /// Returns the header of a fresh session that is not the refused one. All calls that were
    /// refused with one session share the next. Calls that waited while a login failed share
    /// its error. After refused credentials, or if the session of a new login is refused too, the
    /// next login waits for the end of a pause.
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
        // A server that is down has refused nothing.
        let pauses = match &result {
            Ok(_) => is_refused,
            Err(error) => error.kind() == ErrorKind::Auth,
        };
        if pauses {
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

#[derive(Serialize)]
struct LoginRequest<'a> {
    email: &'a str,
    password: &'a str,
}

async fn log_in(core: &Core, account: Option<&Account<'_>>) -> Result<Session, Error> {
    let request = account.map(|a| LoginRequest {
        email: a.email,
        password: a.password.expose_secret(),
    });
    let password = account.map(|a| a.password.expose_secret());
    let (status, body) = post(core, "/auth/login/", request.as_ref(), password).await?;
    if let Some(token) = token(&body) {
        return Session::new(token);
    }
    let Some(challenge) = mfa::challenge(&body) else {
        return Err(match status.as_u16() {
            200..=299 => no_token("the login", &body),
            status => {
                let check = match account {
                    Some(_) if matches!(status, 400 | 401 | 403) => "check e-mail and password",
                    Some(_) => "is the base URL that of the API?",
                    None => "is the base URL that of a device on the local network?",
                };
                refused("the login", status, body, password, check)
            }
        });
    };
    let source = account.and_then(|a| a.mfa).ok_or_else(|| {
        Error::auth(
            "the account requires a second factor: give the login an Mfa, or use an API token",
        )
    })?;
    let code = source.get().await?;
    let secrets = [code.expose_secret().trim(), challenge.expose_secret()];
    let secrets = secrets.into_iter().chain(password);
    let (status, body) = post(
        core,
        mfa::VERIFY,
        Some(&mfa::Verify::new(&challenge, &code)),
        secrets.clone(),
    )
    .await?;
    match token(&body) {
        Some(token) => Session::new(token),
        None if status.is_success() => Err(no_token("the second factor", &body)),
        None => Err(refused(
            "the second factor",
            status.as_u16(),
            body,
            secrets,
            "check the code",
        )),
    }
}

/// Returns the error of a refused login, with the server's reason, which may repeat a secret.
fn refused<'a>(
    what: &str,
    status: u16,
    body: Zeroizing<Vec<u8>>,
    secrets: impl IntoIterator<Item = &'a str>,
    check: &str,
) -> Error {
    let secrets: Vec<&str> = secrets.into_iter().filter(|s| !s.is_empty()).collect();
    let body = Bytes::from_owner(body);
    let error = Error::status_of(status, None, None, false, None, body);
    let reason = hiding(secrets.clone(), error).reason(&secrets);
    Error::auth(format!(
        "{what} was refused with HTTP {status}{reason}: {check}"
    ))
}

/// Masks secrets in an error.
fn hiding<'a>(secrets: impl IntoIterator<Item = &'a str>, error: Error) -> Error {
    let mut noted = Repeated::default();
    secrets.into_iter().for_each(|secret| noted.note(secret));
    error.masking(&noted)
}

/// Sends a request of the login, which holds these secrets. A server that is down gives an error
/// that allows a retry.
async fn post<'a>(
    core: &Core,
    path: &str,
    body: Option<&impl Serialize>,
    secrets: impl IntoIterator<Item = &'a str>,
) -> Result<(StatusCode, Zeroizing<Vec<u8>>), Error> {
    let url = address::join(&core.base, path).map_err(Error::auth)?;
    let request = core.http.post(url).timeout(core.usual_attempt_timeout());
    let request = match body {
        Some(body) => {
            // Large enough not to be reallocated, which would leave a copy of the password behind.
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
    let mut response = raw(response);
    if is_retryable_status(response.status().as_u16()) {
        let error = status_error(response, None).await.without_body();
        return Err(hiding(secrets, error));
    }
    let (status, wait) = (response.status(), core.usual_attempt_timeout());
    let late = || Error::timeout("the response to the login does not end");
    // A refusal is one, whatever comes of its reason; a token that broke off is none.
    let body = match status.is_success() {
        true => read(&mut response, MOST, wait, after(wait), late).await,
        false => Ok(read_some(response).await),
    };
    let body = body.map_err(|e| match e.kind() {
        ErrorKind::Decode => Error::auth(
            "the response to the login is larger than 1 MiB: is the base URL that of the API?",
        ),
        _ => hiding(secrets, e),
    })?;
    Ok((status, Zeroizing::new(Vec::from(body))))
}

/// Returns the token in the response of the real API, 200 `{token, user}` (the document claims 201
/// and an echo of the request).
fn token(body: &[u8]) -> Option<SecretString> {
    pieces::secret(body, "token")
}

/// Returns the error of a response with success that has no token.
fn no_token(what: &str, body: &[u8]) -> Error {
    let body = body.trim_ascii();
    let came = match body.first() {
        None => "empty",
        Some(b'{') => "an object, without a text `token`",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'<') => "a page",
        Some(_) => "not an object",
    };
    Error::auth(format!(
        "the response to {what} has no token, it is {came}: is the base URL that of the API?"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_holds_what_was_refused_and_nothing_else() {
        let now = Instant::now();
        let after = |failure: Option<Error>| Last {
            session: None,
            failure: failure.map(|error| (now, error)),
            pause: Some(Pause::after(None, now)),
        };
        let text = |last: Last, refused| last.held(now, refused).map(|e| e.to_string());
        let wrong = || after(Some(Error::auth("wrong password")));
        for refused in [true, false] {
            let held = text(wrong(), refused).unwrap();
            assert!(held.starts_with("wrong password (the login was"), "{held}");
        }
        let down = || after(Some(Error::timeout("down")));
        assert_eq!(text(down(), false), None);
        assert_eq!(text(after(None), false), None);
        let held = text(after(None), true).unwrap();
        assert!(
            held.starts_with("the session of a new login is refused too"),
            "{held}"
        );
        assert!(wrong().held(now + Pause::SHORTEST, true).is_none());
    }
}
