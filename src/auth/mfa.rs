//! The second factor of a login.
//!
//! Not published by the vendor: the document names `POST /auth/mfa/verify/`, but neither its
//! request nor its response. Everything that this client assumes about it is in this file: a login
//! that needs a second factor responds with an `mfa_token`; that token goes back with `otp_token`
//! (six digits) or `recovery_code`; the response is that of a login, `{token, user}`.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{CallFuture, Error, codec::pieces};

pub(crate) const VERIFY: &str = "/auth/mfa/verify/";

/// A source of the second factor's code.
#[derive(Clone)]
pub struct Mfa(Arc<dyn Fn() -> CallFuture<'static, SecretString> + Send + Sync>);

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mfa(** redacted **)")
    }
}

impl Mfa {
    /// Returns a source with one code: that of an authenticator, if the client logs in once and
    /// soon, or a recovery code.
    pub fn code(code: impl Into<String>) -> Self {
        let code = SecretString::from(code.into());
        Self(Arc::new(move || {
            Box::pin(std::future::ready(Ok(code.clone())))
        }))
    }

    /// Returns a source that asks for a code at each login, such as a prompt or a TOTP generator.
    /// It must give the code within the timeout of the call that logs in.
    pub fn ask<F, A>(ask: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<String, Error>> + Send + 'static,
    {
        Self(Arc::new(move || {
            let code = ask();
            Box::pin(async { code.await.map(SecretString::from) })
        }))
    }

    pub(crate) async fn get(&self) -> Result<SecretString, Error> {
        (self.0)().await
    }
}

/// Returns the `mfa_token` in the response to a login that needs a second factor.
pub(crate) fn challenge(response: &[u8]) -> Option<SecretString> {
    pieces::secret(response, "mfa_token")
}

/// The body of [`VERIFY`].
#[derive(Serialize)]
pub(crate) struct Verify<'a> {
    mfa_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    otp_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_code: Option<&'a str>,
}

impl<'a> Verify<'a> {
    pub fn new(mfa_token: &'a SecretString, code: &'a SecretString) -> Self {
        let code = code.expose_secret().trim();
        let otp = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        Self {
            mfa_token: mfa_token.expose_secret(),
            otp_token: otp.then_some(code),
            recovery_code: (!otp).then_some(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_six_digits_is_that_of_an_authenticator() {
        for (code, otp) in [
            ("123456", true),
            (" 123456\n", true),
            ("12345", false),
            ("1234567", false),
            ("12345a", false),
            ("\u{661}\u{662}\u{663}", false),
        ] {
            let (token, secret) = ("t".into(), SecretString::from(code));
            let body = serde_json::to_value(Verify::new(&token, &secret)).unwrap();
            let name = if otp { "otp_token" } else { "recovery_code" };
            let expected = serde_json::json!({ "mfa_token": "t", name: code.trim() });
            assert_eq!(body, expected);
        }
    }
}
