//! The keyring of the system, which holds the secret of a profile with `keyring = true`. Needs the
//! feature `keyring`.

use autopi::{Credentials, SecretString};

use crate::{Failure, Result};

/// Stores the `Authorization` header of a profile.
///
/// # Errors
/// Returns an error if there is no keyring, or if it refuses.
pub fn put(profile: &str, authorization: &SecretString) -> Result<()> {
    system::put(profile, authorization)
}

/// Returns the credential of a profile.
///
/// # Errors
/// Returns an error if there is no keyring, if it refuses, or if it has no such credential.
pub fn get(profile: &str) -> Result<Credentials> {
    use autopi::rt::ExposeSecret;
    let text = system::get(profile)?;
    let token = text.expose_secret().strip_prefix("Bearer ");
    Ok(
        match token.map(|token| SecretString::from(token.to_owned())) {
            Some(jwt) => Credentials::Jwt(jwt),
            None => Credentials::ApiToken(text),
        },
    )
}

/// Removes the credential of a profile.
///
/// # Errors
/// Returns an error if there is no keyring, or if it refuses.
pub fn remove(profile: &str) -> Result<()> {
    system::remove(profile)
}

#[cfg(feature = "keyring")]
mod system {
    use autopi::{SecretString, rt::ExposeSecret};
    use keyring::{Entry, Error};

    use super::{Failure, Result};
    use crate::output::line;

    fn fail(e: &Error) -> Failure {
        let why = match (e, Entry::store_status()) {
            (Error::NoDefaultStore, Err(why)) => why.to_string(),
            _ => e.to_string(),
        };
        Failure::failed(format!("the keyring of the system: {}", line(&why))).hint(
            "is it unlocked? without --keyring the file of profiles holds the credential, which \
             nobody else may read",
        )
    }

    fn entry(profile: &str) -> Result<Entry> {
        Entry::new("autopi", profile).map_err(|e| fail(&e))
    }

    pub fn put(profile: &str, authorization: &SecretString) -> Result<()> {
        let put = entry(profile)?.set_password(authorization.expose_secret());
        put.map_err(|e| fail(&e))
    }

    pub fn get(profile: &str) -> Result<SecretString> {
        match entry(profile)?.get_password() {
            Ok(text) => Ok(text.into()),
            Err(Error::NoEntry) => {
                let what = format!(
                    "the keyring has no credential of the profile [{}]",
                    line(profile)
                );
                Err(Failure::refused(what).hint("`autopi login --keyring` puts one there"))
            }
            Err(e) => Err(fail(&e)),
        }
    }

    pub fn remove(profile: &str) -> Result<()> {
        match entry(profile)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(fail(&e)),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod system {
    use autopi::SecretString;

    use super::{Failure, Result};

    fn absent() -> Failure {
        Failure::not_built("the keyring of the system", "keyring")
    }

    pub fn put(_: &str, _: &SecretString) -> Result<()> {
        Err(absent())
    }

    pub fn get(_: &str) -> Result<SecretString> {
        Err(absent())
    }

    pub fn remove(_: &str) -> Result<()> {
        Err(absent())
    }
}
