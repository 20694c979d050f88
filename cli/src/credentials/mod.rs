//! Who calls, and where: `--profile`, then the environment, then the profile that it names or `[default]`.

pub mod ring;
pub mod store;

use std::{collections::BTreeMap, path::PathBuf};

use autopi::{Credentials, SecretString, jiff::Timestamp, rt, rt::ExposeSecret};
use url::Url;

use crate::{Failure, Result, output::line, sandbox::Sandbox};

/// Who calls, and where.
#[derive(Debug)]
pub struct Credential {
    /// None if nobody is logged in.
    pub credentials: Option<Credentials>,
    /// The library's own without one.
    pub base_url: Option<String>,
    /// The profile that it came from.
    pub profile: Option<String>,
    /// Where it came from, in words.
    pub source: String,
    /// Nothing may be changed.
    pub read_only: bool,
}

impl Credential {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        kind(self.credentials.as_ref())
    }

    /// When it ends, if it says: a session's.
    pub fn expires(&self) -> Option<Timestamp> {
        match &self.credentials {
            Some(Credentials::Jwt(jwt)) => rt::expiry(jwt.expose_secret()),
            _ => None,
        }
    }
}

/// What credentials are, in words.
pub fn kind(credentials: Option<&Credentials>) -> &'static str {
    match credentials {
        Some(Credentials::ApiToken(_)) => "API token",
        Some(Credentials::Jwt(_)) => "session",
        Some(Credentials::Login { .. }) => "e-mail and password",
        Some(_) => "other",
        None => "none",
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// What `--sandbox` needs.
pub fn of_sandbox(sandbox: &Sandbox) -> Credential {
    Credential {
        credentials: Some(Credentials::ApiToken(SecretString::from(sandbox.token()))),
        base_url: Some(sandbox.url().to_owned()),
        profile: None,
        source: "--sandbox".into(),
        read_only: false,
    }
}

/// Where profiles are.
pub fn file() -> Option<PathBuf> {
    std::env::home_dir().map(|home| rt::profiles_path(&home))
}

/// Returns the profiles that are kept: none where there is no file, or no home folder.
///
/// # Errors
/// The file can't be read, or others may read it.
pub fn profiles() -> Result<BTreeMap<String, rt::Profile>> {
    let home = std::env::home_dir();
    let found = home.as_deref().map(rt::profiles).transpose()?;
    Ok(found.flatten().unwrap_or_default())
}

/// # Errors
/// The file can't be read, or has no such profile; or a profile's credential would go to another host than its own.
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
    let credentials = match profile.keyring {
        true => Some(ring::get(&name)?),
        false => profile.credentials(),
    };
    Ok(Credential {
        credentials,
        base_url,
        source: format!("profile [{}] of {file}", line(&name)),
        profile: Some(name),
        read_only,
    })
}

/// The document of the profile that will be used, if it names one. What is wrong with the file is said when it is needed.
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
    // Beside the file of profiles, where it says no folder.
    Some(rt::profiles_path(&home).parent()?.join(spec))
}

fn of_environment() -> Option<(Credentials, &'static str)> {
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

/// The host that a client without a base URL calls.
pub const USUAL: &str = "https://api.autopi.io";

/// The credential of one host is not sent to another.
fn same_host(name: &str, own: Option<&str>, asked: &str) -> Result<()> {
    let own = own.unwrap_or(USUAL);
    let origin = |url: &str| Url::parse(url).ok().map(|u| u.origin());
    // What is no URL is said when the client is built.
    let (Some(ours), Some(theirs)) = (origin(own), origin(asked)) else {
        return Ok(());
    };
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
