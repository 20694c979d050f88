//! The credential and the host of a call: from `--profile`, then from the environment, then from
//! the profile that it names, or `[default]`.

pub mod ring;
pub mod store;

use std::{collections::BTreeMap, path::PathBuf};

use autopi::{Credentials, SecretString, jiff::Timestamp, rt, rt::ExposeSecret};
use url::Url;

use crate::{Failure, Result, output::line, sandbox::Sandbox};

/// A credential and the host that it is for.
#[derive(Debug)]
pub struct Credential {
    /// The credentials; `None` if nobody is logged in.
    pub credentials: Option<Credentials>,
    /// The base URL, or the library's default.
    pub base_url: Option<String>,
    /// The profile that it came from.
    pub profile: Option<String>,
    /// A description of where it came from.
    pub source: String,
    /// Whether requests that change something are refused.
    pub read_only: bool,
}

impl Credential {
    /// Returns a description of the credentials.
    pub fn kind(&self) -> &'static str {
        kind(self.credentials.as_ref())
    }

    /// Returns when the credential expires, if it is a session that says so.
    pub fn expires(&self) -> Option<Timestamp> {
        match &self.credentials {
            Some(Credentials::Jwt(jwt)) => rt::expiry(jwt.expose_secret()),
            _ => None,
        }
    }
}

/// Returns a description of credentials.
pub fn kind(credentials: Option<&Credentials>) -> &'static str {
    match credentials {
        Some(Credentials::ApiToken(_)) => "API token",
        Some(Credentials::Jwt(_)) => "session",
        Some(Credentials::Login { .. }) => "e-mail and password",
        Some(_) => "other",
        None => "none",
    }
}

/// Checks the variables of the environment: one that is not UTF-8 would be as if it was not set,
/// and another credential would be used.
///
/// # Errors
/// Returns an error if one is not UTF-8.
pub fn check_environment() -> Result<()> {
    let broken = std::env::vars_os().find_map(|(name, value)| {
        let name = name.into_string().ok()?;
        (name.starts_with("AUTOPI_") && value.to_str().is_none()).then_some(name)
    });
    broken.map_or(Ok(()), |name| {
        Err(Failure::usage(format!("{}: not valid UTF-8", line(&name))))
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// Returns the credential of a sandbox.
pub fn of_sandbox(sandbox: &Sandbox) -> Credential {
    Credential {
        credentials: Some(Credentials::ApiToken(SecretString::from(sandbox.token()))),
        base_url: Some(sandbox.url().to_owned()),
        profile: None,
        source: "--sandbox".into(),
        read_only: false,
    }
}

/// Returns the path of the file of profiles.
pub fn file() -> Option<PathBuf> {
    std::env::home_dir().map(|home| rt::profiles_path(&home))
}

/// Returns the stored profiles; none if there is no file, or no home folder.
///
/// # Errors
/// Returns an error if the file cannot be read, or if others may read it.
pub fn profiles() -> Result<BTreeMap<String, rt::Profile>> {
    let home = std::env::home_dir();
    let found = home.as_deref().map(rt::profiles).transpose()?;
    Ok(found.flatten().unwrap_or_default())
}

/// # Errors
/// Returns an error if the file cannot be read, if it has no such profile, or if the credential of
/// a profile would be sent to another host than its own.
pub fn find(wanted: Option<&str>, base_url: Option<&str>) -> Result<Credential> {
    let base_url = base_url
        .map(str::to_owned)
        .or_else(|| variable("AUTOPI_BASE_URL"));
    if let (None, Some((credentials, source))) = (wanted, of_environment()) {
        return Ok(Credential {
            credentials: Some(credentials),
            base_url,
            profile: None,
            source: source.into(),
            read_only: false,
        });
    }
    let said = wanted
        .map(str::to_owned)
        .or_else(|| variable("AUTOPI_PROFILE"));
    let name = said.clone().unwrap_or_else(|| "default".into());
    let mut all = profiles()?;
    let Some(profile) = all.remove(&name) else {
        if said.is_some() {
            let known: Vec<_> = all.keys().map(|k| line(k)).collect();
            let hint = match known.is_empty() {
                true => format!("`autopi login --profile {}` makes it", line(&name)),
                false => format!("there are {}", known.join(", ")),
            };
            return Err(
                Failure::usage(format!("there is no profile [{}]", line(&name))).hint(hint),
            );
        }
        return Ok(Credential {
            credentials: None,
            base_url,
            profile: None,
            source: "nowhere".into(),
            read_only: false,
        });
    };
    if let Some(url) = &base_url {
        same_host(&name, profile.base_url.as_deref(), url)?;
    }
    let read_only = profile.read_only;
    let base_url = base_url.or_else(|| profile.base_url.clone());
    let file = file()
        .map(|f| line(&f.display().to_string()))
        .unwrap_or_default();
    let source = format!("profile [{}] of {file}", line(&name));
    let (credentials, source) = match profile.keyring {
        true => (
            Some(ring::get(&name)?),
            format!("the keyring, by the {source}"),
        ),
        false => (profile.credentials(), source),
    };
    Ok(Credential {
        credentials,
        base_url,
        source,
        profile: Some(name),
        read_only,
    })
}

/// Returns the document that the profile in use names. Faults of the file are ignored here, and
/// reported when it is needed.
pub fn spec(wanted: Option<&str>) -> Option<PathBuf> {
    let name = wanted
        .map(str::to_owned)
        .or_else(|| variable("AUTOPI_PROFILE"));
    if wanted.is_none() && of_environment().is_some() {
        return None;
    }
    let home = std::env::home_dir()?;
    let mut all = rt::profiles(&home).ok().flatten()?;
    let spec = all.remove(name.as_deref().unwrap_or("default"))?.spec?;
    // A relative path is relative to the file of profiles.
    Some(rt::profiles_path(&home).parent()?.join(spec))
}

/// Returns the credential of the environment, and the variables that hold it.
pub fn of_environment() -> Option<(Credentials, &'static str)> {
    let secret = |name| variable(name).map(SecretString::from);
    if let Some(token) = secret("AUTOPI_API_TOKEN") {
        return Some((Credentials::ApiToken(token), "AUTOPI_API_TOKEN"));
    }
    if let Some(jwt) = secret("AUTOPI_JWT") {
        return Some((Credentials::Jwt(jwt), "AUTOPI_JWT"));
    }
    let (email, password) = (variable("AUTOPI_EMAIL")?, secret("AUTOPI_PASSWORD")?);
    let login = Credentials::Login {
        email,
        password,
        mfa: None,
    };
    Some((login, "AUTOPI_EMAIL and AUTOPI_PASSWORD"))
}

/// The default base URL of a client.
pub const USUAL: &str = "https://api.autopi.io";

/// Refuses to send the credential of one host to another.
fn same_host(name: &str, own: Option<&str>, asked: &str) -> Result<()> {
    let own = own.unwrap_or(USUAL);
    let origin = |url: &str| Url::parse(url).ok().map(|u| u.origin());
    // The client is built with the other URL, and reports that one.
    let Some(theirs) = origin(asked) else {
        return Ok(());
    };
    let ours = origin(own).ok_or_else(|| {
        Failure::usage(format!(
            "the profile [{}] has an invalid base_url: {}",
            line(name),
            line(own)
        ))
    })?;
    if ours == theirs {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the profile [{}] is for {}: its credential is not sent to {}",
        line(name),
        ours.ascii_serialization(),
        theirs.ascii_serialization()
    ))
    .hint("`autopi login --profile NAME --base-url URL` makes a profile for the other host"))
}
