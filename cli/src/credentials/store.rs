//! Writes the file of profiles; everything else in it is left as it is.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use autopi::{SecretString, rt};
use fs4::fs_std::FileExt;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::{Failure, Result, interrupt::Guard, output::line};

/// The credential that a login stores. It has no `Debug`, which would show it.
pub enum Kept {
    /// An API token.
    Token(String),
    /// The JWT of a session.
    Jwt(String),
    /// E-mail and password, for future logins.
    Login(String, String),
    /// A marker that the keyring of the system has it.
    Keyring,
}

const CREDENTIALS: [&str; 5] = ["api_token", "jwt", "email", "password", "keyring"];

/// Stores a credential in a profile, in place of an earlier one.
///
/// # Errors
/// Returns an error if the file cannot be used or written.
pub fn keep(name: &str, base_url: Option<&str>, kept: Kept) -> Result<()> {
    change(true, |document| {
        let table = document
            .entry(name)
            .or_insert_with(|| Item::Table(Table::new()));
        // `[default]`, `default = {…}` and `default.jwt = …` are the same.
        let table = table.as_table_like_mut().ok_or_else(|| {
            Failure::usage(format!(
                "[{}] of the file of profiles is not a table",
                line(name)
            ))
        })?;
        CREDENTIALS.iter().for_each(|key| drop(table.remove(key)));
        let mut put = |key: &str, item| drop(table.insert(key, item));
        match kept {
            Kept::Token(token) => put("api_token", value(token)),
            Kept::Jwt(jwt) => put("jwt", value(jwt)),
            Kept::Keyring => put("keyring", value(true)),
            Kept::Login(email, password) => {
                put("email", value(email));
                put("password", value(password));
            }
        }
        match base_url {
            Some(url) => put("base_url", value(url)),
            None => drop(table.remove("base_url")),
        }
        Ok(true)
    })
}

/// Removes the credential from a profile; returns whether there was one.
///
/// # Errors
/// Returns an error if the file cannot be used or written.
pub fn forget(name: &str) -> Result<bool> {
    let mut found = false;
    change(false, |document| {
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) {
            found = CREDENTIALS
                .iter()
                .filter(|key| table.remove(key).is_some())
                .count()
                > 0;
            if table.is_empty() {
                document.remove(name);
            }
        }
        Ok(found)
    })?;
    Ok(found)
}

/// Reads the file, edits it, and writes it if `edit` says so; a file that does not exist is only
/// created if `create`. Nobody else may be able to read it, before and after, and one process at a
/// time changes it: logins at the same moment are all kept.
fn change(create: bool, edit: impl FnOnce(&mut DocumentMut) -> Result<bool>) -> Result<()> {
    let home = std::env::home_dir().ok_or_else(|| {
        Failure::failed("there is no home folder to keep profiles in")
            .hint("set HOME (on Windows USERPROFILE), or use AUTOPI_API_TOKEN")
    })?;
    // Reports faults of the file as usual, before anything is written.
    rt::profiles(&home)?;
    // A symbolic link is kept.
    let path = rt::profiles_path(&home);
    let path = path.canonicalize().unwrap_or(path);
    if !create && !path.exists() {
        return Ok(());
    }
    let fail = |e: io::Error| {
        Failure::io(
            format!("cannot write {}", line(&path.display().to_string())),
            &e,
        )
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(fail)?;
    let mut lock = fs::File::options();
    lock.create(true).truncate(false).write(true);
    let lock = lock.open(folder.join(".credentials.lock")).map_err(fail)?;
    lock.lock_exclusive().map_err(fail)?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(fail(e)),
    };
    // toml's own error would show the line.
    let document = text.parse::<DocumentMut>();
    let mut document = document.map_err(|_| Failure::usage("the file of profiles is not TOML"))?;
    if !edit(&mut document)? {
        return Ok(());
    }
    let text = SecretString::from(document.to_string());
    write(folder, &path, &text).map_err(fail)
}

fn write(folder: &Path, path: &Path, text: &SecretString) -> io::Result<()> {
    use autopi::rt::ExposeSecret;
    // Created with mode 600.
    let (mut file, _guard) = Guard::file(|| {
        tempfile::Builder::new()
            .prefix(".credentials-")
            .tempfile_in(folder)
    })?;
    file.write_all(text.expose_secret().as_bytes())?;
    file.as_file().sync_data()?;
    file.persist(path).map(drop).map_err(|e| e.error)
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
