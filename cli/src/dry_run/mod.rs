//! `--dry-run` writes the request as a curl command with the token masked, and sends nothing;
//! `--verbose` writes a line for each attempt.

mod curl;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use autopi::{CallFuture, CallInfo, ClientHooks, CredentialsProvider, Error, SecretString};

use crate::output::line;
use curl::{curl, masked_url};

/// The placeholder of the token, which a shell replaces with the real one.
const TOKEN: &str = "APIToken $AUTOPI_API_TOKEN";

/// Hooks that capture a request instead of sending it.
#[derive(Clone, Debug, Default)]
pub struct DryRun(Arc<Mutex<ShownParts>>);

#[derive(Debug, Default)]
struct ShownParts {
    /// Members that the document marks as secrets, whatever their names.
    secrets: HashSet<String>,
    /// The parts of a form, which a request cannot show.
    parts: Vec<Part>,
    /// Whether the request is sent without a credential, as a login is.
    is_bare: bool,
    curl: Option<String>,
}

/// A part of a form, its name, its media type if the document has one, and its headers.
#[derive(Debug)]
struct Part {
    name: String,
    shown: Shown,
    media: Option<&'static str>,
    headers: Vec<(&'static str, String)>,
}

/// The content of a part of a form.
#[derive(Debug)]
pub enum Shown {
    /// A text.
    Text(String),
    /// The path of a file.
    File(String),
}

impl DryRun {
    /// Notes that a member of this name is a secret.
    pub fn secret(&self, name: &str) {
        if let Ok(mut seen) = self.0.lock() {
            seen.secrets.insert(name.to_owned());
        }
    }

    /// Adds a part of a form.
    pub fn part(
        &self,
        name: &str,
        shown: Shown,
        media: Option<&'static str>,
        headers: &[(&'static str, String)],
    ) {
        if let Ok(mut seen) = self.0.lock() {
            let (name, headers) = (name.to_owned(), headers.to_vec());
            seen.parts.push(Part {
                name,
                shown,
                media,
                headers,
            });
        }
    }

    /// Notes that the request is sent without a credential.
    pub fn without_credential(&self) {
        if let Ok(mut seen) = self.0.lock() {
            seen.is_bare = true;
        }
    }

    /// Takes the request that would have been sent.
    pub fn take(&self) -> Option<String> {
        self.0.lock().ok()?.curl.take()
    }
}

impl CredentialsProvider for DryRun {
    fn authorization<'a>(&'a self, _: Option<&'a SecretString>) -> CallFuture<'a, SecretString> {
        Box::pin(async { Ok(SecretString::from(TOKEN)) })
    }
}

impl ClientHooks for DryRun {
    fn pre(&self, request: &mut reqwest::Request, call: &CallInfo) -> Result<(), Error> {
        if let Ok(mut seen) = self.0.lock() {
            seen.curl = Some(curl(request, call.path, &seen));
        }
        Err(Error::other("--dry-run: nothing is sent"))
    }
}

/// Hooks that write a line before and after each attempt, without headers and bodies.
pub struct Verbose;

impl ClientHooks for Verbose {
    fn pre(&self, request: &mut reqwest::Request, call: &CallInfo) -> Result<(), Error> {
        let again = if call.attempt > 1 {
            format!(" (attempt {})", call.attempt)
        } else {
            String::new()
        };
        anstream::eprintln!(
            "> {} {}{again}",
            request.method(),
            line(masked_url(request.url(), call.path, |name| call.is_secret(name)).as_str())
        );
        Ok(())
    }

    fn post(&self, status: Option<u16>, elapsed: Duration, _: &CallInfo) {
        match status {
            Some(status) => anstream::eprintln!("< {status} in {elapsed:.0?}"),
            None => anstream::eprintln!("< no response in {elapsed:.0?}"),
        }
    }
}
