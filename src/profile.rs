//! Where [`ClientBuilder::from_env`](crate::ClientBuilder::from_env) looks: the environment, then a profile of `~/.config/autopi/credentials.toml`.

use std::{collections::HashMap, fs::File, io::Read, path::Path};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{Credentials, Error};

/// What was found.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    pub base_url: Option<String>,
    api_token: Option<SecretString>,
    jwt: Option<SecretString>,
    email: Option<String>,
    password: Option<SecretString>,
}

impl Found {
    pub fn credentials(self) -> Option<Credentials> {
        match self {
            Self {
                api_token: Some(token),
                ..
            } => Some(Credentials::ApiToken(token)),
            Self { jwt: Some(jwt), .. } => Some(Credentials::Jwt(jwt)),
            Self {
                email: Some(email),
                password: Some(password),
                ..
            } => Some(Credentials::Login {
                email,
                password,
                mfa: None,
            }),
            _ => None,
        }
    }

    fn has_credentials(&self) -> bool {
        self.api_token.is_some()
            || self.jwt.is_some()
            || (self.email.is_some() && self.password.is_some())
    }
}

/// The environment before the file; the file is not opened when the environment has credentials.
pub(crate) fn find(
    var: impl Fn(&str) -> Option<String>,
    home: Option<&Path>,
) -> Result<Found, Error> {
    let text = |name| var(name).filter(|v| !v.is_empty());
    let secret = |name| text(name).map(SecretString::from);
    let mut found = Found {
        base_url: text("AUTOPI_BASE_URL"),
        api_token: secret("AUTOPI_API_TOKEN"),
        jwt: secret("AUTOPI_JWT"),
        email: text("AUTOPI_EMAIL"),
        password: secret("AUTOPI_PASSWORD"),
    };
    if found.has_credentials() {
        return Ok(found);
    }
    let (Some(home), wanted) = (home, text("AUTOPI_PROFILE")) else {
        return Ok(found);
    };
    let path = home.join(".config").join("autopi").join("credentials.toml");
    let mut profiles = match read(&path)? {
        None if wanted.is_some() => {
            return Err(Error::configuration(format!(
                "AUTOPI_PROFILE is set, and there is no {}",
                path.display()
            )));
        }
        None => return Ok(found),
        Some(text) => parse(&text, &path)?,
    };
    let name = wanted.as_deref().unwrap_or("default");
    match profiles.remove(name) {
        Some(profile) => {
            let base_url = found.base_url.take().or(profile.base_url.clone());
            Ok(Found {
                base_url,
                ..profile
            })
        }
        None if wanted.is_none() => Ok(found),
        None => Err(Error::configuration(format!(
            "there is no profile [{name}] in {}",
            path.display()
        ))),
    }
}

/// None if there is no such file. One that others may read is refused: a token in it counts as lost.
fn read(path: &Path) -> Result<Option<SecretString>, Error> {
    let fail =
        |e: std::io::Error| Error::configuration(format!("cannot read {}: {e}", path.display()));
    let file = match File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(fail)?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Of the open file, not of the path: nobody can swap it in between.
        let mode = file.metadata().map_err(fail)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::configuration(format!(
                "others may read {0} (mode {1:03o}): chmod 600 {0}",
                path.display(),
                mode & 0o777
            )));
        }
    }
    let mut text = String::new();
    file.take(1 << 20).read_to_string(&mut text).map_err(fail)?;
    Ok(Some(text.into()))
}

/// An error names the line and never shows it: toml's own message would.
fn parse(text: &SecretString, path: &Path) -> Result<HashMap<String, Found>, Error> {
    let text = text.expose_secret();
    toml::from_str(text).map_err(|e| {
        let line = e.span().and_then(|s| text.get(..s.start)).map_or(1, |before| before.matches('\n').count() + 1);
        let known = "base_url, api_token, jwt, email, password";
        Error::configuration(format!("{} line {line}: not a profile; a profile is a [name] with some of {known}, all in quotes", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is found with this file and environment, as `Debug` of the credentials and the base URL.
    fn found(
        file: Option<(&str, u32)>,
        env: &[(&str, &str)],
    ) -> Result<(String, Option<String>), String> {
        let home = std::env::temp_dir().join(format!(
            "autopi-profile-{}-{}",
            std::process::id(),
            fastrand::u64(..)
        ));
        if let Some((text, _mode)) = file {
            let folder = home.join(".config/autopi");
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join("credentials.toml");
            fs::write(&path, text).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(_mode))
                .unwrap();
        }
        let env: HashMap<String, String> = env
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect();
        let result = find(|name| env.get(name).cloned(), Some(&home)).map_err(|e| e.to_string());
        let _ = fs::remove_dir_all(&home);
        result.map(|found| {
            let base = found.base_url.clone();
            let who = match found.credentials() {
                Some(Credentials::ApiToken(t)) => format!("token {}", t.expose_secret()),
                other => format!("{other:?}"),
            };
            (who, base)
        })
    }

    const FILE: &str = "[default]\napi_token = 'of-file'\nbase_url = 'https://a.example'\n[fleet]\nemail = 'a@b.c'\npassword = 'canary'\n";

    #[test]
    fn the_environment_comes_before_the_file() {
        let (who, base) = found(Some((FILE, 0o644)), &[("AUTOPI_API_TOKEN", "of-env")]).unwrap();
        assert_eq!(
            (who.as_str(), base),
            ("token of-env", None),
            "the file is not even opened"
        );
        let (who, base) = found(Some((FILE, 0o600)), &[("AUTOPI_API_TOKEN", "")]).unwrap();
        assert_eq!(
            (who.as_str(), base.as_deref()),
            ("token of-file", Some("https://a.example"))
        );
        let (_, base) = found(
            Some((FILE, 0o600)),
            &[("AUTOPI_BASE_URL", "https://b.example")],
        )
        .unwrap();
        assert_eq!(base.as_deref(), Some("https://b.example"));
        let (who, _) = found(Some((FILE, 0o600)), &[("AUTOPI_PROFILE", "fleet")]).unwrap();
        assert_eq!(who, "Some(Login(** redacted **))");
        assert_eq!(found(None, &[]).unwrap().0, "None");
    }

    #[test]
    fn what_is_wrong_with_the_file_is_said_without_its_secrets() {
        #[cfg(unix)]
        for mode in [0o640, 0o604, 0o660] {
            assert!(
                found(Some((FILE, mode)), &[])
                    .unwrap_err()
                    .contains("chmod 600")
            );
        }
        assert!(
            found(Some((FILE, 0o600)), &[("AUTOPI_PROFILE", "none")])
                .unwrap_err()
                .contains("[none]")
        );
        assert!(
            found(None, &[("AUTOPI_PROFILE", "none")])
                .unwrap_err()
                .contains("credentials.toml")
        );
        for bad in [
            "[default]\napi_token = canary",
            "[default]\n\napi_tokken = 'canary'",
            "[default]\napi_token = ['canary']",
            "canary",
        ] {
            let error = found(Some((bad, 0o600)), &[]).unwrap_err();
            assert!(
                !error.contains("canary") && error.contains("line"),
                "{error}"
            );
        }
    }
}
