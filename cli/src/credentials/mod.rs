//! The credential and the host of a call: from `--profile`, then from the environment, then from
//! the profile that it names, or `[default]`.

pub mod ring;
pub mod store;

use std::{collections::BTreeMap, path::PathBuf};

use autopi::{Credentials, SecretString, jiff::Timestamp, rt, rt::ExposeSecret};
use url::Url;

use crate::{Failure, Result, call, output::line, sandbox::Sandbox};

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

/// Returns the value of a variable; an empty one is the same as none.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// The variables of the command.
const VARIABLES: [&str; 8] = [
    "AUTOPI_API_TOKEN",
    "AUTOPI_BASE_URL",
    "AUTOPI_EMAIL",
    "AUTOPI_JWT",
    "AUTOPI_OUTPUT",
    "AUTOPI_PASSWORD",
    "AUTOPI_PROFILE",
    "AUTOPI_SANDBOX_SINCE",
];

/// Returns the hint for somebody who has no credential.
pub fn hint() -> String {
    let usual = "`autopi login`, or AUTOPI_API_TOKEN; --sandbox needs no account".to_owned();
    let mut names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let odd = names.find(|n| n.starts_with("AUTOPI_") && !VARIABLES.contains(&n.as_str()));
    let near = odd.as_ref().and_then(|odd| {
        let near = call::near(odd, VARIABLES.into_iter());
        near.into_iter().next()
    });
    if let (Some(odd), Some(near)) = (&odd, near) {
        return format!("{} is not read; did you mean {near}? {usual}", line(odd));
    }
    let all = profiles().unwrap_or_default().into_iter();
    let can = |(name, p): &(String, rt::Profile)| {
        p.keyring || matches!(credentials(name, p.clone()), Ok(Some(_)))
    };
    let names: Vec<_> = all.filter(can).map(|(name, _)| line(&name)).collect();
    match names.is_empty() {
        true => usual,
        false => format!(
            "--profile NAME chooses one of {}; {usual}",
            names.join(", ")
        ),
    }
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

/// Where a credential comes from.
enum Source {
    Environment(Credentials, &'static str),
    Profile(String, Box<rt::Profile>),
    Nowhere,
}

fn source(wanted: Option<&str>) -> Result<Source> {
    if wanted.is_none()
        && let Some((credentials, variables)) = of_environment()?
    {
        return Ok(Source::Environment(credentials, variables));
    }
    let said = wanted.map(str::to_owned);
    let said = said.or_else(|| variable("AUTOPI_PROFILE"));
    let name = said.as_deref().unwrap_or("default");
    let mut all = profiles()?;
    match all.remove(name) {
        Some(profile) => Ok(Source::Profile(name.to_owned(), Box::new(profile))),
        None if said.is_none() => Ok(Source::Nowhere),
        None => {
            let known: Vec<_> = all.keys().map(|k| line(k)).collect();
            let hint = match known.is_empty() {
                true => format!("`autopi login --profile {}` makes it", line(name)),
                false => format!("there are {}", known.join(", ")),
            };
            Err(Failure::usage(format!("there is no profile [{}]", line(name))).hint(hint))
        }
    }
}

/// Checks that the profile in use exists, for commands that only use its document.
///
/// # Errors
/// Returns an error if it does not, or if the file of profiles cannot be read.
pub fn check(wanted: Option<&str>) -> Result<()> {
    source(wanted).map(drop)
}

/// Returns the credential and its host.
///
/// # Errors
/// Returns an error if the file cannot be read, if it has no such profile, if one half of a login
/// is missing, or if the credential of a profile would be sent to another host than its own.
pub fn find(wanted: Option<&str>, base_url: Option<&str>) -> Result<Credential> {
    let base_url = base_url.map(str::to_owned);
    let base_url = base_url.or_else(|| variable("AUTOPI_BASE_URL"));
    let without_profile = |credentials, source: &str| Credential {
        credentials,
        base_url: base_url.clone(),
        profile: None,
        source: source.into(),
        read_only: false,
    };
    let (name, profile) = match source(wanted)? {
        Source::Environment(credentials, variables) => {
            return Ok(without_profile(Some(credentials), variables));
        }
        Source::Nowhere => return Ok(without_profile(None, "nowhere")),
        Source::Profile(name, profile) => (name, profile),
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
        false => (credentials(&name, *profile)?, source),
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
    let Ok(Source::Profile(_, profile)) = source(wanted) else {
        return None;
    };
    // A relative path is relative to the file of profiles.
    Some(file()?.parent()?.join(profile.spec?))
}

/// Returns the credential of the environment, and the variables that hold it.
///
/// # Errors
/// Returns an error if they hold one half of a login.
pub fn of_environment() -> Result<Option<(Credentials, &'static str)>> {
    Ok(rt::credentials_of_environment(|name| {
        std::env::var_os(name)
    })?)
}

/// Returns the credential of a profile.
///
/// # Errors
/// Returns an error if it has only one half of a login.
pub fn credentials(name: &str, profile: rt::Profile) -> Result<Option<Credentials>> {
    let home = std::env::home_dir().unwrap_or_default();
    let found = profile.credentials(name, &home).map_err(Failure::from);
    found.map_err(|e| {
        e.hint(format!(
            "`autopi login --profile {}` stores one",
            line(name)
        ))
    })
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
