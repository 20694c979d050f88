//! `autopi login`.

use std::io::{self, BufRead, IsTerminal, Read};

use autopi::{Client, Error, Json, Method, Mfa, rt, rt::ExposeSecret};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    Context, Failure, Result,
    commands::whoami,
    confirm::ask,
    credentials::{self, ring, store},
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
                // A token needs neither.
                .conflicts_with_all(["email", "save-password"])
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
    let said = context.profile.clone();
    said.or_else(|| credentials::variable("AUTOPI_PROFILE"))
        .unwrap_or_else(|| "default".into())
}

/// A byte order mark, which programs on Windows put in front.
const MARK: char = '\u{feff}';

/// Reads a line of stdin, without its line end.
fn input_line() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|e| Failure::io("stdin", &e))?;
    let text = text.trim_start_matches(MARK);
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
    let name = profile(context);
    let before = credentials::profiles()?.remove(&name);
    let base_url = context.base_url.clone();
    let base_url = base_url.or_else(|| credentials::variable("AUTOPI_BASE_URL"));
    // A later login of a profile goes to its host.
    let base_url = base_url.or_else(|| before.as_ref()?.base_url.clone());
    let builder = builder(context, base_url.as_deref());
    if context.dry_run {
        return dry(context, matches, builder);
    }
    let (client, login) = if matches.get_flag("token-stdin") {
        (builder.api_token(token()?).build()?, None)
    } else {
        let (email, password) = email_and_password(matches)?;
        let code = Mfa::ask(second_factor(matches.get_flag("password-stdin")));
        let builder = builder.login_with_mfa(email.as_str(), password.as_str(), code);
        (builder.build()?, Some((email, password)))
    };
    let header = context.block_on(async { Ok(rt::authorization(&client).await?) })?;
    let user = whoami::user(context, &client)?;
    let login = login.filter(|_| matches.get_flag("save-password"));
    let text = header.expose_secret();
    let (scheme, token) = text.split_once(' ').unwrap_or(("", text));
    let kept = match (login, scheme) {
        _ if matches.get_flag("keyring") => {
            ring::put(&name, &header)?;
            store::Kept::Keyring
        }
        (Some((email, password)), _) => store::Kept::Login(email, password),
        (None, "Bearer") => store::Kept::Jwt(token.to_owned()),
        (None, _) => store::Kept::Token(token.to_owned()),
    };
    let is_in_keyring = matches!(kept, store::Kept::Keyring);
    store::keep(&name, base_url.as_deref(), kept)?;
    if before.is_some_and(|profile| profile.keyring) && !is_in_keyring {
        ring::remove(&name)?;
    }
    let who = user
        .as_ref()
        .and_then(|u| u.get("email"))
        .and_then(Value::as_str)
        .unwrap_or("the account");
    context
        .output
        .notice(&format!("logged in as {who}; profile [{name}]"));
    warn(context);
    Ok(())
}

fn builder(context: &Context, base_url: Option<&str>) -> autopi::ClientBuilder {
    let mut builder = Client::builder();
    if let Some(url) = base_url {
        builder = builder.base_url(url);
    }
    match context.timeout {
        Some(timeout) => builder.timeout(timeout),
        None => builder,
    }
}

/// Reads a token from stdin.
fn token() -> Result<String> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| Failure::io("stdin", &e))?;
    match text.trim_start_matches(MARK).trim() {
        "" => Err(Failure::usage("stdin holds no token")),
        token => Ok(token.to_owned()),
    }
}

/// Reads what the options do not give: from stdin, or from the terminal.
fn email_and_password(matches: &ArgMatches) -> Result<(String, String)> {
    let of_stdin = matches.get_flag("password-stdin");
    let email = match matches.get_one::<String>("email") {
        Some(email) => email.clone(),
        None if of_stdin || !io::stdin().is_terminal() => {
            return Err(Failure::usage("there is no terminal to ask on")
                .hint("--email and --password-stdin, or --token-stdin"));
        }
        None => ask("E-mail: ")?.trim().to_owned(),
    };
    let password = match of_stdin {
        true => input_line()?,
        false => secret("Password: ")?,
    };
    Ok((email, password))
}

/// Returns what asks for the code, if the account has a second factor.
fn second_factor(
    of_stdin: bool,
) -> impl Fn() -> std::future::Ready<Result<String, Error>> + Send + Sync + 'static {
    move || {
        let code = match of_stdin {
            true => input_line(),
            false => secret("Code of the second factor: "),
        };
        std::future::ready(match code {
            Ok(code) if code.is_empty() => Err(Error::other(
                "the account requires a second factor, but no code was given",
            )),
            Ok(code) => Ok(code),
            Err(e) => Err(Error::other(e.message)),
        })
    }
}

/// Shows the request of a login, or the first one with a token; nothing is read or stored.
fn dry(context: &Context, matches: &ArgMatches, builder: autopi::ClientBuilder) -> Result<()> {
    let client = builder
        .credentials_provider(context.shown.clone())
        .hooks(context.shown.clone())
        .build()?;
    if matches.get_flag("token-stdin") {
        return context.dry(whoami::user(context, &client).map(drop));
    }
    context.shown.without_credential();
    let email = matches.get_one::<String>("email");
    let email = email.map_or("E-MAIL", String::as_str);
    // The password is masked by its name.
    let body = json!({ "email": email, "password": "" });
    let request = client.request(Method::POST, "/auth/login/").json(&body)?;
    context.dry(context.block_on(async { Ok(request.send_json::<Json>().await.map(drop)?) }))
}

/// Says which credential of the environment goes before the profile, unless that is named.
pub fn warn(context: &Context) {
    if context.profile.is_some() {
        return;
    }
    match credentials::of_environment() {
        Ok(None) => {}
        Ok(Some((_, source))) => context.output.notice(&format!(
            "{source}: used before the profile, until it is unset"
        )),
        Err(e) => context.output.notice(&e.message),
    }
}
