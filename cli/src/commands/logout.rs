//! `autopi logout`: removes the credential from the profile, and ends the session on the server, if
//! there is one.

use autopi::{Client, Credentials};
use clap::Command;

use super::login;
use crate::{
    Context, Failure, Result,
    call::{self, Given},
    credentials::{self, ring, store},
    index::{Index, Operation},
    output::{Output, line},
};

pub fn command() -> Command {
    Command::new("logout").about(
        "Ends the session on the server, and removes the credential from the profile; an API \
         token stays valid until it is deleted",
    )
}

pub fn run(context: &Context) -> Result<()> {
    login::no_sandbox(context)?;
    let name = login::profile(context);
    let mut all = credentials::profiles()?;
    let profile = all.remove(&name);
    let is_in_keyring = profile.as_ref().is_some_and(|p| p.keyring);
    let credentials = match &profile {
        // If the keyring has lost the credential, the profile is logged out all the same.
        Some(_) if is_in_keyring => ring::get(&name).ok(),
        // One half of a login is removed like a whole one.
        Some(profile) => credentials::credentials(&name, profile.clone()).unwrap_or_default(),
        None => None,
    };
    let base_url = profile.as_ref().and_then(|p| p.base_url.clone());
    let may_send = profile.is_none_or(|p| !p.read_only);
    let left = match credentials {
        // With a stored password, each command has its own session, which ends soon.
        None | Some(Credentials::Login { .. }) => None,
        Some(Credentials::Jwt(_)) if !may_send => Some(
            "the profile is read_only: no request was sent, and the session stays valid until it \
             expires"
                .into(),
        ),
        Some(session @ Credentials::Jwt(_)) => match end(context, session, base_url) {
            Ok(Some(())) => None,
            Ok(None) => {
                Some("the document has no logout: the session stays valid until it expires".into())
            }
            Err(e) => Some(format!(
                "the server did not end the session, which stays valid until it expires: {}",
                e.message
            )),
        },
        Some(_) => Some("the token stays valid on the server until it is deleted there".into()),
    };
    if context.dry_run {
        let curl = context
            .shown
            .take()
            .map_or_else(String::new, |curl| curl + "\n");
        return Output::default().text(&format!(
            "{curl}# nothing is sent: the credential is removed from [{}]\n",
            line(&name)
        ));
    }
    if is_in_keyring {
        ring::remove(&name)?;
    }
    match store::forget(&name)? {
        true => context
            .output
            .notice(&format!("logged out: profile [{name}]")),
        false => context
            .output
            .notice(&format!("profile [{name}] has no credential")),
    }
    if let Some(left) = left {
        context.output.notice(&left);
    }
    login::warn(context);
    Ok(())
}

/// Ends a session on the server; returns `None` if the document has no operation for it.
fn end(context: &Context, session: Credentials, base_url: Option<String>) -> Result<Option<()>> {
    let Some(operation) = operation(context.index)? else {
        return Ok(None);
    };
    let mut builder = Client::builder();
    if let Some(url) = base_url {
        builder = builder.base_url(url);
    }
    if let Some(timeout) = context.timeout {
        builder = builder.timeout(timeout);
    }
    let client = match context.dry_run {
        true => builder
            .credentials_provider(context.shown.clone())
            .hooks(context.shown.clone()),
        false => builder.credentials(session),
    };
    let client = client.build()?;
    let call = call::prepare(
        context.index,
        &client,
        operation,
        Given::default(),
        &context.shown,
    )?;
    context.block_on(async { call.send_empty().await.map_err(Failure::from) })?;
    Ok(Some(()))
}

/// Returns the operation that ends a session: a POST that requires nothing, with a path of such a
/// name.
fn operation(index: &'static Index) -> Result<Option<&'static Operation>> {
    const NAMES: [&str; 4] = ["logout", "signout", "log_out", "sign_out"];
    let ends = |path: &str| {
        let last = path.trim_end_matches('/').rsplit('/').next();
        last.is_some_and(|last| NAMES.contains(&last.replace('-', "_").as_str()))
    };
    let mut found = index.entries().map(|(_, entry)| entry);
    let Some(entry) = found.find(|e| e.method == "POST" && ends(e.path)) else {
        return Ok(None);
    };
    let operation = index.operation(entry)?;
    let wants = operation.parameters.iter().any(|p| p.required);
    let wants_body = operation.body.as_ref().is_some_and(|b| b.required);
    Ok((!wants && !wants_body && operation.path_names().next().is_none()).then_some(operation))
}
