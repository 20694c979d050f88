//! The sources of [`ClientBuilder::from_env`](crate::ClientBuilder::from_env): the environment,
//! then a profile in `~/.config/autopi/credentials.toml`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{
    Credentials, Error,
    transport::{address, core::BASE_URL},
};

/// The profile that credentials come from, and the host that they are for.
#[derive(Clone)]
pub(crate) struct Bound {
    name: String,
    base_url: String,
}

impl Bound {
    /// Checks that the base URL has the host that the credentials are for.
    ///
    /// # Errors
    /// Returns an error if the credentials would be sent to another host than their own.
    pub fn check(&self, base: &Url) -> Result<(), Error> {
        let Self { name, base_url } = self;
        let own = address::base(base_url).map_err(|e| {
            Error::configuration(format!("the base_url of the profile [{name}] {e}"))
        })?;
        if address::same_origin(&own, base) {
            return Ok(());
        }
        Err(Error::configuration(format!(
            "the profile [{name}] is for {}, and its credentials are not sent to {}: make a \
             profile with that base_url",
            own.origin().ascii_serialization(),
            base.origin().ascii_serialization()
        )))
    }
}

/// The credentials and the host that were found.
#[derive(Default)]
pub(crate) struct Found {
    pub base_url: Option<String>,
    pub credentials: Option<Credentials>,
    pub bound: Option<Bound>,
}

/// A profile.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The base URL of the API.
    pub base_url: Option<String>,
    api_token: Option<SecretString>,
    jwt: Option<SecretString>,
    /// The e-mail address of a login.
    pub email: Option<String>,
    password: Option<SecretString>,
    /// For the `autopi` command: whether it refuses to send anything that changes data.
    #[serde(default)]
    pub read_only: bool,
    /// For the `autopi` command: whether the credentials are in the keyring of the system.
    #[serde(default)]
    pub keyring: bool,
    /// For the `autopi` command: the OpenAPI document that it uses.
    pub spec: Option<PathBuf>,
}

impl Profile {
    /// Returns the API token, or else the JWT, or else the login.
    ///
    /// # Errors
    /// Returns an error if it has only one half of a login.
    pub fn credentials(self, name: &str, home: &Path) -> Result<Option<Credentials>, Error> {
        if let Some(token) = self.api_token {
            return Ok(Some(Credentials::ApiToken(token)));
        }
        if let Some(jwt) = self.jwt {
            return Ok(Some(Credentials::Jwt(jwt)));
        }
        login(self.email, self.password).map_err(|[has, lacks]| {
            let (path, has, lacks) = (path(home), has.to_lowercase(), lacks.to_lowercase());
            Error::configuration(format!(
                "the profile [{name}] of {} has `{has}` but no `{lacks}`: it needs both",
                path.display()
            ))
        })
    }
}

/// Returns the credentials of a login, or the names of the half that is there and of the other.
fn login(
    email: Option<String>,
    password: Option<SecretString>,
) -> Result<Option<Credentials>, [&'static str; 2]> {
    match (email, password) {
        (Some(email), Some(password)) => Ok(Some(Credentials::login(email, password, None))),
        (Some(_), None) => Err(["EMAIL", "PASSWORD"]),
        (None, Some(_)) => Err(["PASSWORD", "EMAIL"]),
        (None, None) => Ok(None),
    }
}

/// Returns a variable of the environment; an empty one counts as not set. One that is not UTF-8 is
/// an error, so that no other credentials and no other host take its place.
pub(crate) fn variable(
    var: impl Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<String>, Error> {
    let text = var(name).map(OsString::into_string).transpose();
    let text = text.map_err(|_| Error::configuration(format!("{name} is not valid UTF-8")))?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Returns the credentials of the environment, and the variables that hold them.
///
/// # Errors
/// Returns an error if a variable is not UTF-8, or if only one half of a login is set.
pub fn of_environment(
    var: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<(Credentials, &'static str)>, Error> {
    let secret = |name| Ok::<_, Error>(variable(&var, name)?.map(SecretString::from));
    if let Some(token) = secret("AUTOPI_API_TOKEN")? {
        return Ok(Some((Credentials::ApiToken(token), "AUTOPI_API_TOKEN")));
    }
    if let Some(jwt) = secret("AUTOPI_JWT")? {
        return Ok(Some((Credentials::Jwt(jwt), "AUTOPI_JWT")));
    }
    let both = login(variable(&var, "AUTOPI_EMAIL")?, secret("AUTOPI_PASSWORD")?);
    let both = both.map_err(|[has, lacks]| {
        Error::configuration(format!(
            "AUTOPI_{has} is set, but AUTOPI_{lacks} is not: set both, or neither"
        ))
    })?;
    Ok(both.map(|login| (login, "AUTOPI_EMAIL and AUTOPI_PASSWORD")))
}

/// Reads the environment, then the file. The file is not opened if the environment has credentials.
pub(crate) fn find(
    var: impl Fn(&str) -> Option<OsString>,
    home: Option<&Path>,
) -> Result<Found, Error> {
    let mut found = Found {
        base_url: variable(&var, "AUTOPI_BASE_URL")?,
        ..Found::default()
    };
    if let Some((credentials, _)) = of_environment(&var)? {
        found.credentials = Some(credentials);
        return Ok(found);
    }
    let wanted = variable(&var, "AUTOPI_PROFILE")?;
    let name = wanted.as_deref().unwrap_or("default");
    let all = home.map(profiles).transpose()?.flatten();
    let profile = all.and_then(|mut all| all.remove(name));
    let (Some(home), Some(profile)) = (home, profile) else {
        let Some(name) = wanted else {
            return Ok(found);
        };
        let why = match home {
            Some(home) => format!("it is not in {}", path(home).display()),
            None => "there is no home folder to read it from: set HOME".to_owned(),
        };
        return Err(Error::configuration(format!(
            "AUTOPI_PROFILE names the profile [{name}], but {why}"
        )));
    };
    if profile.keyring {
        return Err(Error::configuration(format!(
            "the credentials of the profile [{name}] are in the keyring of the system, which only \
             the `autopi` command reads"
        )));
    }
    found.bound = Some(Bound {
        name: name.to_owned(),
        base_url: profile.base_url.as_deref().unwrap_or(BASE_URL).to_owned(),
    });
    found.base_url = found.base_url.or_else(|| profile.base_url.clone());
    found.credentials = profile.credentials(name, home)?;
    Ok(found)
}

/// Returns the path of the file of profiles.
pub fn path(home: &Path) -> PathBuf {
    home.join(".config").join("autopi").join("credentials.toml")
}

/// Returns all profiles by name, or `None` if there is no file of profiles.
///
/// # Errors
/// Returns an error if the file cannot be read, is malformed, or can be read by others.
pub fn profiles(home: &Path) -> Result<Option<BTreeMap<String, Profile>>, Error> {
    let path = path(home);
    let text = read(&path, home)?;
    text.map(|text| parse::parse(text, &path)).transpose()
}

/// The maximum size of a file of credentials, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads the file, or returns `None` if there is none. A file that others may read is refused,
/// because a token in it counts as leaked; so is one that others may have written.
fn read(path: &Path, home: &Path) -> Result<Option<SecretString>, Error> {
    let refuse =
        |why: String| Error::configuration(format!("cannot use {}: {why}", path.display()));
    let fail = |e: io::Error| refuse(e.to_string());
    // Checked before the file is opened: opening a FIFO would block.
    let about = match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(fail)?,
    };
    if !about.is_file() {
        return Err(refuse("it is not a regular file".into()));
    }
    if about.len() > LONGEST {
        return Err(refuse(format!("it is longer than {LONGEST} bytes")));
    }
    judge(path, home, &about).map_err(refuse)?;
    let file = File::open(path).map_err(fail)?;
    // Large enough not to be reallocated, which would leave a copy behind.
    let mut text = String::with_capacity(about.len() as usize + 1);
    file.take(LONGEST).read_to_string(&mut text).map_err(fail)?;
    Ok(Some(text.into()))
}

/// Checks who owns the file, and who else may read or replace it.
#[cfg(unix)]
fn judge(path: &Path, home: &Path, file: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;

    let mode = |about: &Metadata| about.mode() & 0o7777;
    if mode(file) & 0o077 != 0 {
        return Err(format!(
            "others may read it (mode {:03o}): chmod 600 {}",
            mode(file),
            path.display()
        ));
    }
    let owner = fs::metadata(home).map_err(|e| e.to_string())?.uid();
    let is_ours = |about: &Metadata| about.uid() == owner || about.uid() == 0;
    if !is_ours(file) {
        return Err("it belongs to another user".into());
    }
    // The folder of a symbolic link, and the folder of the file that it points to.
    let real = path.canonicalize().map_err(|e| e.to_string())?;
    for folder in [path, &real].into_iter().filter_map(Path::parent) {
        let about = fs::metadata(folder).map_err(|e| e.to_string())?;
        let folder = folder.display();
        if !is_ours(&about) {
            return Err(format!("its folder {folder} belongs to another user"));
        }
        // In a sticky folder others cannot replace the file.
        if mode(&about) & 0o022 != 0 && mode(&about) & 0o1000 == 0 {
            return Err(format!(
                "others may write into its folder (mode {:03o}): chmod 700 {folder}",
                mode(&about)
            ));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn judge(_: &Path, _: &Path, _: &Metadata) -> Result<(), String> {
    Ok(())
}

mod parse;

#[cfg(all(test, unix))]
mod owners;
#[cfg(test)]
mod tests;
