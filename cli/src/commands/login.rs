//! `autopi login`.

use std::io::{self, BufRead, IsTerminal, Read};

use autopi::{Client, Error, Mfa, rt, rt::ExposeSecret};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::Value;

use crate::{
    Context, Failure, Result,
    commands::whoami,
    context::ask,
    credentials::{self, store},
    interrupt::Guard,
};

pub fn login() -> Command {
    Command::new("login")
        .about("Logs in, and stores the credential in a profile that nobody else may read")
        .arg(
            Arg::new("email")
                .long("email")
                .value_name("EMAIL")
                .help("The e-mail address; asked for if it is missing"),
        )
        .arg(
            Arg::new("token-stdin")
                .long("token-stdin")
                .action(ArgAction::SetTrue)
                .help(
                    "Stores an API token, which is read from stdin: `autopi login --token-stdin \
                     <FILE`",
                ),
        )
        .arg(
            Arg::new("password-stdin")
                .long("password-stdin")
                .action(ArgAction::SetTrue)
                .conflicts_with("token-stdin")
                .help(
                    "Reads the password from stdin, and the code of a second factor from the \
                     second line",
                ),
        )
        .arg(
            Arg::new("keyring")
                .long("keyring")
                .action(ArgAction::SetTrue)
                .conflicts_with("save-password")
                .help(
                    "Stores the secret in the keyring of the system, not in the file (the feature \
                     `keyring`)",
                ),
        )
        .arg(
            Arg::new("save-password")
                .long("save-password")
                .action(ArgAction::SetTrue)
                .help(
                    "Stores e-mail and password, so that sessions are renewed; without it only \
                     the session, which ends soon",
                ),
        )
}

/// Refuses `--sandbox`: what follows would concern a profile of the real API.
///
/// # Errors
/// Returns an error if it was given.
pub fn no_sandbox(context: &Context) -> Result<()> {
    match context.wants_sandbox {
        true => Err(Failure::usage("--sandbox: the sandbox needs no login")),
        false => Ok(()),
    }
}

/// Returns the name of the profile to use.
pub fn profile(context: &Context) -> String {
    let of_environment = || {
        std::env::var("AUTOPI_PROFILE")
            .ok()
            .filter(|v| !v.is_empty())
    };
    context
        .profile
        .clone()
        .or_else(of_environment)
        .unwrap_or_else(|| "default".into())
}

/// Reads a line of stdin, without its line end.
fn input_line() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|e| Failure::io("stdin", &e))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks on the terminal without echo.
fn secret(prompt: &str) -> Result<String> {
    let _guard = Guard::terminal();
    rpassword::prompt_password(prompt).map_err(|e| {
        if e.kind() == io::ErrorKind::Interrupted {
            // The guard's thread ends the process by the signal.
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        Failure::usage(format!("there is no terminal to ask on ({e})"))
            .hint("--password-stdin or --token-stdin read it from stdin")
    })
}

/// Reads a credential, checks it with a first call, and stores it.
pub fn run_login(context: &Context, matches: &ArgMatches) -> Result<()> {
    no_sandbox(context)?;
    if context.dry_run {
        return Err(Failure::usage(
            "a login has no dry run: use --dry-run with the commands after it",
        ));
    }
    let name = profile(context);
    let base_url = context.base_url.clone().or_else(|| {
        std::env::var("AUTOPI_BASE_URL")
            .ok()
            .filter(|v| !v.is_empty())
    });
    let builder = || {
        let builder = Client::builder();
        match &base_url {
            Some(url) => builder.base_url(url),
            None => builder,
        }
    };
    let (client, kept) = if matches.get_flag("token-stdin") {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|e| Failure::io("stdin", &e))?;
        // Programs on Windows put a byte order mark in front.
        let token = text.trim_start_matches('\u{feff}').trim().to_owned();
        if token.is_empty() {
            return Err(Failure::usage("stdin holds no token"));
        }
        let client = builder().api_token(token.as_str()).build()?;
        (client, store::Kept::Token(token))
    } else {
        let of_stdin = matches.get_flag("password-stdin");
        let email = match matches.get_one::<String>("email") {
            Some(email) => email.clone(),
            None if of_stdin || !io::stdin().is_terminal() => {
                return Err(Failure::usage("there is no terminal to ask on")
                    .hint("--email and --password-stdin, or --token-stdin"));
            }
            None => ask("E-mail: ")?.trim().to_owned(),
        };
        let password = if of_stdin {
            input_line()?
        } else {
            secret("Password: ")?
        };
        let code = Mfa::ask(move || async move {
            let code = if of_stdin {
                input_line()
            } else {
                secret("Code of the second factor: ")
            };
            match code {
                Ok(code) if code.is_empty() => Err(Error::other(
                    "the account requires a second factor, but no code was given",
                )),
                Ok(code) => Ok(code),
                Err(e) => Err(Error::other(e.message)),
            }
        });
        let client = builder()
            .login_with_mfa(email.as_str(), password.as_str(), code)
            .build()?;
        let header = context.block_on(async { Ok(rt::authorization(&client).await?) })?;
        let header = header.expose_secret();
        let token = header
            .split_once(' ')
            .map_or(header, |(_, token)| token)
            .to_owned();
        match matches.get_flag("save-password") {
            true => (client, store::Kept::Login(email, password)),
            false => (client, store::Kept::Jwt(token)),
        }
    };
    let user = whoami::user(context, &client)?;
    let kept = match (matches.get_flag("keyring"), kept) {
        (true, store::Kept::Token(token)) => in_keyring(&name, format!("APIToken {token}"))?,
        (true, store::Kept::Jwt(jwt)) => in_keyring(&name, format!("Bearer {jwt}"))?,
        (_, kept) => kept,
    };
    let before = credentials::profiles()?.remove(&name);
    let is_in_keyring = matches!(kept, store::Kept::Keyring);
    store::keep(&name, base_url.as_deref(), kept)?;
    if before.is_some_and(|profile| profile.keyring) && !is_in_keyring {
        credentials::ring::remove(&name)?;
    }
    let who = user
        .as_ref()
        .and_then(|u| u.get("email"))
        .and_then(Value::as_str)
        .unwrap_or("the account");
    context
        .output
        .notice(&format!("logged in as {who}; profile [{name}]"));
    if context.profile.is_none() {
        warn(context);
    }
    Ok(())
}

/// Says that a credential of the environment goes before the profile.
pub fn warn(context: &Context) {
    if let Some((_, source)) = credentials::of_environment() {
        context.output.notice(&format!(
            "{source}: used before the profile, until it is unset"
        ));
    }
}

fn in_keyring(name: &str, authorization: String) -> Result<store::Kept> {
    credentials::ring::put(name, &authorization.into())?;
    Ok(store::Kept::Keyring)
}
