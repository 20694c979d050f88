//! Credentials: a token in one of the two schemes of the `Authorization` header, a login, or a
//! provider of the user's own.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::{CallFuture, Error, auth::mfa::Mfa};

/// The credentials of a client. Secrets are never printed.
///
/// The copies that this crate makes of a secret (the text, the header of a token, the body of a
/// login) are overwritten in memory when the last clone of the client is dropped. Copies in the
/// buffers of the HTTP and TLS libraries are not: freed memory may still hold the header after a
/// call, the response with its token after a login, and with HTTP/2 its request too. Nor are
/// environment variables, texts that you keep, and values of the document's types.
#[derive(Clone)]
#[non_exhaustive]
pub enum Credentials {
    /// `Authorization: APIToken <token>`: 40 hex digits from the account page.
    ApiToken(SecretString),
    /// `Authorization: Bearer <jwt>`.
    Jwt(SecretString),
    /// E-mail and password: `POST /auth/login/` is sent with the first call, before the JWT
    /// expires, and once for all calls on a 401, or on a 403 that says that the session has
    /// expired. If the credentials are refused, or the session of a new login is refused too, there
    /// is no further login for 1 s, then 2 s, and so on up to 60 s; calls in the meantime fail
    /// with the same error.
    #[non_exhaustive]
    Login {
        /// The account's e-mail address.
        email: String,
        /// The account's password.
        password: SecretString,
        /// The source of the second factor's code, if the account asks for one.
        mfa: Option<Mfa>,
    },
    /// `POST /auth/login/` without a body: a device on the local network trusts everyone who can
    /// reach it, and returns a token that does not expire.
    LocalDevice,
    /// A provider of your own.
    Provider(Arc<dyn CredentialsProvider>),
}

/// A provider of credentials: a vault, a broker, or a file that something else renews.
///
/// ```
/// use autopi::{CallFuture, CredentialsProvider, SecretString};
///
/// struct Vault;
/// impl CredentialsProvider for Vault {
///     fn authorization<'a>(
///         &'a self,
///         _refused: Option<&'a SecretString>,
///     ) -> CallFuture<'a, SecretString> {
///         Box::pin(async { Ok(SecretString::from("APIToken 0123…")) })
///     }
/// }
/// ```
pub trait CredentialsProvider: Send + Sync {
    /// Returns the value of the `Authorization` header for the next attempt. It is called before
    /// every attempt, so cache what you have. `refused` is the value that was just refused with
    /// a 401, or with a 403 that says that it has expired: return another one, and one more attempt
    /// is made; return the same value, and the call ends. Every refused call asks, so keep
    /// track of what you have renewed already.
    ///
    /// # Errors
    /// Return an error if there are no credentials; the call ends with it.
    fn authorization<'a>(
        &'a self,
        refused: Option<&'a SecretString>,
    ) -> CallFuture<'a, SecretString>;
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiToken(_) => "ApiToken(** redacted **)",
            Self::Jwt(_) => "Jwt(** redacted **)",
            Self::Login { .. } => "Login(** redacted **)",
            Self::LocalDevice => "LocalDevice",
            Self::Provider(_) => "Provider(** redacted **)",
        })
    }
}

impl Credentials {
    /// Returns the credentials of a login; `mfa` is used if the account asks for a second factor.
    pub fn login(
        email: impl Into<String>,
        password: impl Into<SecretString>,
        mfa: Option<Mfa>,
    ) -> Self {
        Self::Login {
            email: email.into(),
            password: password.into(),
            mfa,
        }
    }

    /// Accepts a token with its prefix, as the vendor's portal shows it. The prefix takes
    /// precedence over the scheme that was asked for.
    pub(crate) fn parse(self) -> Result<Self, Error> {
        let (text, api) = match &self {
            Self::ApiToken(t) => (t, true),
            Self::Jwt(t) => (t, false),
            Self::Login {
                email, password, ..
            } => {
                if email.trim().is_empty() || password.expose_secret().is_empty() {
                    return Err(Error::configuration(
                        "the login needs an e-mail address and a password, and one of them is \
                         empty",
                    ));
                }
                return Ok(self);
            }
            Self::LocalDevice | Self::Provider(_) => return Ok(self),
        };
        let text = text.expose_secret().trim();
        let (api, token) = match text.split_once(char::is_whitespace) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("apitoken") => (true, rest.trim()),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("bearer") => (false, rest.trim()),
            // A prefix without a token.
            None if ["apitoken", "bearer"]
                .iter()
                .any(|p| text.eq_ignore_ascii_case(p)) =>
            {
                (api, "")
            }
            _ => (api, text),
        };
        if token.is_empty() {
            return Err(Error::configuration(
                "the token is empty: copy it from the account page, or set AUTOPI_API_TOKEN",
            ));
        }
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::configuration(
                "the token holds white space or characters that no token has: was more than the \
                 token copied?",
            ));
        }
        let token = SecretString::from(token.to_owned());
        Ok(if api {
            Self::ApiToken(token)
        } else {
            Self::Jwt(token)
        })
    }

    /// Returns the header of a token, which never changes; `None` for credentials that can be
    /// renewed.
    pub(crate) fn fixed(&self) -> Result<Option<HeaderValue>, Error> {
        match self {
            Self::ApiToken(token) => header("APIToken", token).map(Some),
            Self::Jwt(token) => header("Bearer", token).map(Some),
            Self::Login { .. } | Self::LocalDevice | Self::Provider(_) => Ok(None),
        }
    }
}

pub(crate) fn header(scheme: &str, token: &SecretString) -> Result<HeaderValue, Error> {
    secret([scheme, " ", token.expose_secret()].concat())
        .ok_or_else(|| Error::auth("the token holds characters that no header can carry"))
}

/// Returns the header. All its copies share the text, which is overwritten when the last one is
/// dropped.
fn secret(text: String) -> Option<HeaderValue> {
    let text = Zeroizing::new(text);
    if !text.is_ascii() {
        return None;
    }
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Returns the header that a user's own provider gives.
pub(crate) async fn own_header(
    own: &dyn CredentialsProvider,
    refused: Option<&HeaderValue>,
) -> Result<HeaderValue, Error> {
    let refused = refused
        .and_then(|h| h.to_str().ok())
        .map(SecretString::from);
    let text = own.authorization(refused.as_ref()).await?;
    secret(text.expose_secret().to_owned())
        .ok_or_else(|| Error::auth("the credentials provider gave a header that HTTP can't carry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(c: Credentials) -> String {
        c.parse()
            .unwrap()
            .fixed()
            .unwrap()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn prefixes_are_understood() {
        assert_eq!(parsed(Credentials::ApiToken("abc".into())), "APIToken abc");
        assert_eq!(
            parsed(Credentials::ApiToken(" apitoken abc ".into())),
            "APIToken abc"
        );
        assert_eq!(
            parsed(Credentials::ApiToken("bearer a.b.c".into())),
            "Bearer a.b.c"
        );
        assert_eq!(
            parsed(Credentials::Jwt("apitoken  abc".into())),
            "APIToken abc"
        );
        assert_eq!(
            parsed(Credentials::ApiToken("bearer  a.b.c".into())),
            "Bearer a.b.c"
        );
    }

    #[test]
    fn malformed_tokens_are_errors_without_the_token() {
        for bad in ["", "  ", "APIToken ", "two canary", "caf\u{e9}canary"] {
            let error = Credentials::ApiToken(bad.into()).parse().unwrap_err();
            assert!(!error.to_string().contains("canary"), "{error}");
        }
        for [email, password] in [["", "canary"], [" ", "canary"], ["a@b", ""]] {
            assert!(Credentials::login(email, password, None).parse().is_err());
        }
    }

    #[test]
    fn a_header_is_ascii_and_sensitive() {
        assert!(secret("Bearer caf\u{e9}".into()).is_none());
        assert!(secret("Bearer t".into()).unwrap().is_sensitive());
    }

    #[test]
    fn debug_is_redacted() {
        let shown = format!("{:?}", Credentials::login("a@b", "canary", None));
        assert!(!shown.contains("canary"));
    }
}
