//! `autopi whoami | profiles`.

use autopi::{Client, Credentials, Json, rt, rt::ExposeSecret};
use clap::Command;
use serde_json::{Value, json};

use crate::{Context, Result, commands::login::profile, credentials, output::View};

pub const WHOAMI: [&str; 8] = [
    "email",
    "first_name",
    "last_name",
    "base_url",
    "credential",
    "source",
    "expires",
    "read_only",
];

/// The columns of `profiles`.
pub const PROFILES: [&str; 8] = [
    "used",
    "name",
    "base_url",
    "credential",
    "email",
    "expires",
    "read_only",
    "spec",
];

pub fn whoami() -> Command {
    Command::new("whoami")
        .about("Shows who is logged in, where the credential comes from and when it expires")
}

pub fn profiles() -> Command {
    Command::new("profiles").about("Lists the profiles, without their secrets")
}

/// Returns the user that the API knows the caller as, if the document has an operation for it.
pub fn user(context: &Context, client: &Client) -> Result<Option<Value>> {
    const USER: &str = "/auth/user/";
    let Some(entry) = context.index.at("GET", USER) else {
        return Ok(None);
    };
    context.note_unsent(context.index.operation(entry)?);
    let response = context.block_on(async {
        Ok(client
            .request(autopi::Method::GET, USER)
            .send_json::<Json>()
            .await?)
    })?;
    Ok(Some(response.value.0))
}

pub fn run_whoami(context: &Context) -> Result<()> {
    let client = context.client()?;
    let user = match context.dry_run {
        true => return context.dry(user(context, &client).map(drop)),
        false => user(context, &client)?,
    };
    let credential = context.credential()?;
    let member = |key: &str| {
        user.as_ref()
            .and_then(|u| u.get(key))
            .cloned()
            .unwrap_or_default()
    };
    let expires = match credential.expires() {
        Some(time) => Value::from(time.to_string()),
        None => Value::Null,
    };
    let value = json!({
        "email": member("email"),
        "first_name": member("first_name"),
        "last_name": member("last_name"),
        "base_url": credential.base_url.as_deref().unwrap_or(credentials::USUAL),
        "credential": credential.kind(),
        "source": credential.source,
        "expires": expires,
        "read_only": credential.read_only,
    });
    context.output.value(value, &View::default())
}

pub fn run_profiles(context: &Context) -> Result<()> {
    let all = credentials::profiles()?;
    let is_used = context.profile.is_some() || matches!(credentials::of_environment(), Ok(None));
    let used = is_used.then(|| profile(context));
    let items = all.into_iter().map(|(name, profile)| {
        let credentials = credentials::credentials(&name, profile.clone());
        let session = match &credentials {
            Ok(Some(Credentials::Jwt(jwt))) => rt::expiry(jwt.expose_secret()),
            _ => None,
        };
        json!({
            "used": used.as_ref() == Some(&name),
            "name": name,
            "base_url": profile.base_url.as_deref().unwrap_or(credentials::USUAL),
            "credential": match &credentials {
                _ if profile.keyring => "in the keyring",
                Ok(credentials) => credentials::kind(credentials.as_ref()),
                Err(_) => "incomplete",
            },
            "email": profile.email,
            "expires": session.map(|t| t.to_string()),
            "read_only": profile.read_only,
            "spec": profile.spec,
        })
    });
    let columns = PROFILES.map(str::to_owned);
    let view = View {
        table: columns.to_vec(),
        known: columns.to_vec(),
        ..View::default()
    };
    context.output.value(Value::Array(items.collect()), &view)
}
