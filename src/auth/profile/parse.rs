//! The text of the file of profiles.

use std::{collections::BTreeMap, path::Path};

use secrecy::SecretString;

use super::Profile;
use crate::Error;

/// Parses the profiles. An error names the line but does not show it, as toml's own message would.
#[cfg(feature = "profiles")]
pub(super) fn parse(text: SecretString, path: &Path) -> Result<BTreeMap<String, Profile>, Error> {
    let text = secrecy::ExposeSecret::expose_secret(&text);
    toml::from_str(text).map_err(|e| {
        let line = e
            .span()
            .and_then(|s| text.get(..s.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        let fault = match e.message().starts_with("duplicate") {
            true => "a name stands there for the second time",
            false => "not a profile",
        };
        let known = "base_url, api_token, jwt, email, password, read_only, keyring, spec";
        Error::configuration(format!(
            "{} line {line}: {fault}; a profile is a [name] with some of {known}, texts in quotes",
            path.display()
        ))
    })
}

/// Refuses the profiles: nothing here reads TOML.
#[cfg(not(feature = "profiles"))]
pub(super) fn parse(_: SecretString, path: &Path) -> Result<BTreeMap<String, Profile>, Error> {
    Err(Error::configuration(format!(
        "cannot read {}: the feature `profiles` of autopi is off: enable it, or set \
         AUTOPI_API_TOKEN",
        path.display()
    )))
}
