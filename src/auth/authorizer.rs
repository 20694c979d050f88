//! The `Authorization` header of each attempt: of a fixed token, of the session of a login, or of a
//! provider.

use std::fmt;

use reqwest::header::HeaderValue;

use secrecy::ExposeSecret;

use crate::{
    Credentials, Error,
    auth::{
        credentials,
        login::{Account, Sessions},
    },
    privacy::repeated::Repeated,
    transport::core::{Authorization, Authorize, Core},
};

pub(crate) struct Authorizer {
    credentials: Credentials,
    /// The header of a fixed token, made once.
    fixed: Option<HeaderValue>,
    sessions: Sessions,
}

impl Authorizer {
    /// Parses the credentials, and makes the header of a fixed token.
    ///
    /// # Errors
    /// Returns an error if the credentials are malformed.
    pub fn new(credentials: Credentials) -> Result<Self, Error> {
        let credentials = credentials.parse()?;
        Ok(Self {
            fixed: credentials.fixed()?,
            credentials,
            sessions: Sessions::default(),
        })
    }
}

/// Shows no secrets.
impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.credentials.fmt(f)
    }
}

impl Authorize for Authorizer {
    fn authorization<'a>(
        &'a self,
        core: &'a Core,
        refused: Option<&'a HeaderValue>,
    ) -> Authorization<'a> {
        if let Some(fixed) = &self.fixed {
            return Authorization::Fixed(fixed.clone());
        }
        let account = match &self.credentials {
            Credentials::Provider(own) => {
                return Authorization::Pending(Box::pin(credentials::own_header(&**own, refused)));
            }
            Credentials::Login {
                email,
                password,
                mfa,
            } => Some(Account {
                email,
                password,
                mfa: mfa.as_ref(),
            }),
            // These need no login.
            Credentials::LocalDevice | Credentials::ApiToken(_) | Credentials::Jwt(_) => None,
        };
        Authorization::Pending(Box::pin(async move {
            let header = self.sessions.header(core, account.as_ref(), refused);
            header.await
        }))
    }

    fn note(&self, secrets: &mut Repeated) {
        let session = self.sessions.current();
        for header in self.fixed.iter().chain(&session) {
            secrets.note_header(header.to_str().unwrap_or_default());
        }
        if let Credentials::Login { password, .. } = &self.credentials {
            secrets.note(password.expose_secret());
        }
    }

    fn can_renew(&self) -> bool {
        self.fixed.is_none()
    }
}
