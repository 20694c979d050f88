//! The account of an export, so that two accounts never get into one file.

use autopi::Client;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::files::hex;
use crate::{Context, Exit, Result, commands::whoami};

/// The members that identify an account, the best first.
const NAMES: [&str; 5] = ["id", "pk", "uuid", "username", "email"];

/// Returns a hash of the caller, which identifies the account without revealing anything about it.
/// If nobody can say who calls, the name of the profile is used instead.
///
/// # Errors
/// Returns an error if nobody is logged in, or if the API cannot be asked.
pub fn of(context: &Context, client: &Client) -> Result<Value> {
    let user = match whoami::user(context, client) {
        // A token that may not read the user may still export.
        Err(e) if e.exit == Exit::NotFound || e.details.get("status") == Some(&json!(403)) => None,
        user => user?,
    };
    let own = |name| user.as_ref()?.get(name).filter(|v| !v.is_null());
    let (kind, text) = match NAMES
        .into_iter()
        .find_map(|n| Some((n, own(n)?.to_string())))
    {
        Some(known) => known,
        None => match &context.credential()?.profile {
            Some(profile) => ("profile", profile.clone()),
            None => return Ok(Value::Null),
        },
    };
    let hash = hex(&Sha256::digest(format!("{kind}\n{text}")));
    Ok(hash.get(..16).into())
}
