use std::collections::HashMap;

use secrecy::ExposeSecret;

use super::*;

/// Returns the `Debug` text of the credentials and the base URL that this file and environment
/// give.
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
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(_mode)).unwrap();
    }
    let env: HashMap<String, OsString> = env
        .iter()
        .map(|(k, v)| ((*k).into(), (*v).into()))
        .collect();
    let result = find(|name| env.get(name).cloned(), Some(&home)).map_err(|e| e.to_string());
    let _ = fs::remove_dir_all(&home);
    result.map(|found| {
        let who = match found.credentials {
            Some(Credentials::ApiToken(t)) => format!("token {}", t.expose_secret()),
            other => format!("{other:?}"),
        };
        (who, found.base_url)
    })
}

const FILE: &str = "[default]\napi_token = 'of-file'\nbase_url = 'https://a.example'\n[fleet]\nemail = \
     'a@b.c'\npassword = 'canary'\n";

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
fn the_credentials_of_a_profile_are_for_its_own_host() {
    let bound = Bound {
        name: "default".into(),
        base_url: "https://a.example/v1".into(),
    };
    let check = |bound: &Bound, url: &str| bound.check(&url.parse().unwrap());
    for same in ["https://a.example", "https://A.example:443/v2/"] {
        check(&bound, same).unwrap();
    }
    for other in [
        "https://b.example",
        "http://a.example",
        "https://a.example:444",
        "https://a.example.evil.example",
    ] {
        let error = check(&bound, other).unwrap_err().to_string();
        assert!(
            error.contains("[default] is for https://a.example"),
            "{error}"
        );
    }
    let bad = Bound {
        base_url: "https://u:canary@a.example".into(),
        ..bound
    };
    let error = check(&bad, "https://a.example").unwrap_err().to_string();
    assert!(
        error.contains("[default]") && !error.contains("canary"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_an_error() {
    use std::os::unix::ffi::OsStringExt;

    for name in ["AUTOPI_API_TOKEN", "AUTOPI_BASE_URL", "AUTOPI_PROFILE"] {
        let broken = |asked: &str| (asked == name).then(|| OsString::from_vec(vec![b'c', 0xff]));
        let error = find(broken, Some(Path::new("/nowhere"))).err().unwrap();
        assert!(
            error.to_string().contains(&format!("{name} is not valid")),
            "{error}"
        );
    }
}

/// What is set in part, or does not exist, is an error: nothing else takes its place.
#[test]
fn half_of_a_configuration_is_an_error_that_says_what_is_missing() {
    let file = "[default]\napi_token = 'of-file'\n[half]\nemail = 'a@b.c'\n[other]\npassword = \
                'canary'\n[ring]\nkeyring = true\n[whole]\njwt = 'x'\nemail = 'a@b.c'\n";
    for (env, says) in [
        (
            &[("AUTOPI_EMAIL", "a@b.c")] as &[_],
            "AUTOPI_EMAIL is set, but AUTOPI_PASSWORD is not",
        ),
        (
            &[("AUTOPI_EMAIL", ""), ("AUTOPI_PASSWORD", "canary")],
            "AUTOPI_PASSWORD is set, but AUTOPI_EMAIL is not",
        ),
        (
            &[("AUTOPI_PASSWORD", "canary"), ("AUTOPI_PROFILE", "half")],
            "AUTOPI_PASSWORD is set, but AUTOPI_EMAIL is not",
        ),
        (
            &[("AUTOPI_PROFILE", "half")],
            "credentials.toml has `email` but no `password`",
        ),
        (
            &[("AUTOPI_PROFILE", "other")],
            "credentials.toml has `password` but no `email`",
        ),
        (
            &[("AUTOPI_PROFILE", "ring")],
            "in the keyring of the system, which only",
        ),
        (&[("AUTOPI_PROFILE", "none")], "but it is not in"),
    ] {
        let error = found(Some((file, 0o600)), env).unwrap_err();
        assert!(error.contains(says) && !error.contains("canary"), "{error}");
    }
    // A whole credential needs no other half.
    for env in [
        [("AUTOPI_EMAIL", "a@b.c"), ("AUTOPI_JWT", "x")],
        [("AUTOPI_PASSWORD", "x"), ("AUTOPI_API_TOKEN", "x")],
        [("AUTOPI_EMAIL", ""), ("AUTOPI_PROFILE", "whole")],
    ] {
        assert!(found(Some((file, 0o600)), &env).is_ok());
    }
    let profile = |name: &str| (name == "AUTOPI_PROFILE").then(|| "fleet".into());
    let error = find(profile, None).err().unwrap().to_string();
    assert!(error.contains("no home folder"), "{error}");
}

#[test]
fn errors_in_the_profiles_file_show_no_secrets() {
    #[cfg(unix)]
    for mode in [0o640, 0o604, 0o660, 0o620, 0o601] {
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
    for (bad, line) in [
        ("[default]\napi_token = canary", 2),
        ("[default]\n\napi_tokken = 'canary'", 3),
        ("[default]\napi_token = ['canary']", 2),
        ("canary", 1),
        ("[default]\nbound = 'canary'", 2),
    ] {
        let error = found(Some((bad, 0o600)), &[]).unwrap_err();
        let place = format!("credentials.toml line {line}:");
        assert!(
            !error.contains("canary") && error.contains(&place),
            "{error}"
        );
    }
}

/// Creates a home folder with a valid file of credentials, lets `change` edit it, and reads it.
#[cfg(unix)]
pub(super) fn changed(change: impl FnOnce(&Path)) -> Result<String, String> {
    found_in(change).map(|found| format!("{:?}", found.credentials.is_some()))
}

#[cfg(unix)]
pub(super) fn found_in(change: impl FnOnce(&Path)) -> Result<Found, String> {
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
    found
}

#[cfg(unix)]
#[test]
fn only_regular_credential_files_are_read() {
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
        assert!(error.contains("not a regular file"), "{error}");
    }
    assert_eq!(replaced(&["ln", "-s", "/no/such/file"]).unwrap(), "false");
    let error = replaced(&["truncate", "-s", "2M"]).unwrap_err();
    assert!(error.contains("longer than"), "{error}");
    let error = replaced(&["truncate", "-s", "1M"]).unwrap_err();
    assert!(!error.contains("longer than"), "{error}");
    // A link to itself is there, and cannot be read.
    let error = replaced(&["ln", "-s", "credentials.toml"]).unwrap_err();
    assert!(error.contains("cannot use"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_into_is_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let moded = |mode| {
        move |folder: &Path| fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap()
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
    // The folder of a link and the folder behind it count.
    for open in ["real", "autopi"] {
        let linked = changed(|folder| {
            let real = folder.with_file_name("real");
            fs::create_dir(&real).unwrap();
            let path = folder.join("credentials.toml");
            fs::rename(&path, real.join("f")).unwrap();
            symlink(real.join("f"), path).unwrap();
            moded(0o777)(&folder.with_file_name(open));
        });
        assert!(linked.unwrap_err().contains("chmod 700"), "{open}");
    }
}
