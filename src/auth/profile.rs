//! Where [`ClientBuilder::from_env`](crate::ClientBuilder::from_env) looks: the environment, then a profile of `~/.config/autopi/credentials.toml`.

use std::{
    collections::HashMap,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::Path,
};

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
    let mut profiles = match read(&path, home)? {
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

/// How long a file of credentials may be, in bytes.
const LONGEST: u64 = 1 << 20;

/// None if there is no such file. One that others may read is refused: a token in it counts as lost; so is one that others can have put there.
fn read(path: &Path, home: &Path) -> Result<Option<SecretString>, Error> {
    let refuse =
        |why: String| Error::configuration(format!("cannot use {}: {why}", path.display()));
    let fail = |e: io::Error| refuse(e.to_string());
    // Before it is opened: a FIFO would be waited for.
    let about = match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(fail)?,
    };
    if !about.is_file() {
        return Err(refuse("it is no regular file".into()));
    }
    if about.len() > LONGEST {
        return Err(refuse(format!("it is longer than {LONGEST} bytes")));
    }
    judge(path, home, &about).map_err(refuse)?;
    let file = File::open(path).map_err(fail)?;
    // Room enough, so that it leaves no copy behind where it grew.
    let mut text = String::with_capacity(about.len() as usize + 1);
    file.take(LONGEST).read_to_string(&mut text).map_err(fail)?;
    Ok(Some(text.into()))
}

/// Whose the file is, and who else may read it or put another in its place.
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
        return Err("it belongs to somebody else".into());
    }
    // A link's own folder, and that of the file it leads to.
    let real = path.canonicalize().map_err(|e| e.to_string())?;
    for folder in [path, &real].into_iter().filter_map(Path::parent) {
        let about = fs::metadata(folder).map_err(|e| e.to_string())?;
        let folder = folder.display();
        if !is_ours(&about) {
            return Err(format!("its folder {folder} belongs to somebody else"));
        }
        // In a sticky folder others can't replace it.
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
        let (who, _) = found(Some((FILE, 0o600)), &[("AUTOPI_EMAIL", "a@b.c")]).unwrap();
        assert_eq!(who, "token of-file", "half a login is none");
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

    /// Makes a home with a valid file of credentials, changes it, and reads.
    #[cfg(unix)]
    fn changed(change: impl FnOnce(&Path)) -> Result<String, String> {
        use std::os::unix::fs::PermissionsExt;

        let name = format!("autopi-home-{}-{}", std::process::id(), fastrand::u64(..));
        let home = std::env::temp_dir().join(name);
        let folder = home.join(".config/autopi");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("credentials.toml");
        fs::write(&path, FILE).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        change(&folder);
        let found = find(|_| None, Some(&home)).map_err(|e| e.to_string());
        let _ = fs::remove_dir_all(&home);
        found.map(|found| format!("{:?}", found.credentials().is_some()))
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_and_never_waited_for() {
        let replaced = |with: &'static [&'static str]| {
            changed(|folder| {
                let path = folder.join("credentials.toml");
                fs::remove_file(&path).unwrap();
                let (program, arguments) = with.split_first().unwrap();
                let made = std::process::Command::new(program)
                    .args(arguments)
                    .arg(&path)
                    .status();
                assert!(made.unwrap().success());
            })
        };
        for with in [
            &["mkfifo", "-m", "600"] as &[&str],
            &["mkdir", "-m", "700"],
            &["ln", "-s", "/dev/zero"],
        ] {
            let error = replaced(with).unwrap_err();
            assert!(error.contains("no regular file"), "{error}");
        }
        assert_eq!(replaced(&["ln", "-s", "/no/such/file"]).unwrap(), "false");
        let error = replaced(&["truncate", "-s", "2M"]).unwrap_err();
        assert!(error.contains("longer than"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_write_into_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let moded = |mode| {
            move |folder: &Path| {
                fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap()
            }
        };
        for (mode, good) in [
            (0o700, true),
            (0o755, true),
            (0o1777, true),
            (0o777, false),
            (0o770, false),
            (0o702, false),
        ] {
            let found = changed(moded(mode));
            assert_eq!(found.is_ok(), good, "{mode:o}: {found:?}");
            assert!(found.map_or_else(|e| e.contains("chmod 700"), |_| true));
        }
        // The folder behind a link counts as well.
        let linked = changed(|folder| {
            let real = folder.with_file_name("real");
            fs::create_dir(&real).unwrap();
            let path = folder.join("credentials.toml");
            fs::rename(&path, real.join("f")).unwrap();
            symlink(real.join("f"), path).unwrap();
            moded(0o777)(&real);
        });
        assert!(linked.unwrap_err().contains("chmod 700"));
    }
}
