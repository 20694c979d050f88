//! The context of every command: the document, the output, and the options that all commands share.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use autopi::Client;
use clap::ArgMatches;

use crate::{
    Failure, Result,
    credentials::{self, Credential},
    dry_run::{DryRun, Verbose},
    index::{Index, Operation, is_safe},
    output::{Output, line},
    sandbox::Sandbox,
    tree,
};

/// The context of every command: the document, the output, and the options that all commands share.
pub struct Context {
    /// The document.
    pub index: &'static Index,
    /// The output of data.
    pub output: Output,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// Whether requests are shown instead of sent.
    pub dry_run: bool,
    /// Whether questions are taken as confirmed.
    pub yes: bool,
    /// Whether requests are logged on stderr.
    pub verbose: bool,
    /// The timeout of a call with all its attempts.
    pub timeout: Option<Duration>,
    /// Whether values are sent that the document does not allow.
    pub unchecked: bool,
    /// Whether the sandbox is called in place of the API.
    pub wants_sandbox: bool,
    /// What `--dry-run` shows for parts that cannot be seen in a request, such as files.
    pub shown: DryRun,
    runtime: OnceCell<tokio::runtime::Runtime>,
    sandbox: OnceCell<Sandbox>,
    credential: OnceCell<Credential>,
    /// The notes that were already shown.
    noted: RefCell<BTreeSet<String>>,
}

impl Context {
    /// Returns the context of a command, as its options set it.
    ///
    /// # Errors
    /// Returns an error if options contradict each other.
    pub fn new(index: &'static Index, matches: &ArgMatches) -> Result<Self> {
        let (mut matches, outer) = (matches, matches.subcommand_name());
        // Global options may follow any word of the command; the innermost matches have all of
        // them.
        while let Some((_, inner)) = matches.subcommand() {
            matches = inner;
        }
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let list = |name: &str| -> Result<Vec<String>> {
            let values = matches.get_many::<String>(name).into_iter().flatten();
            let parts = values.flat_map(|v| v.split(',')).map(str::trim);
            let mut names: Vec<String> = Vec::new();
            for part in parts {
                // `--sort --all`: the next option was taken for its value.
                let option = part.strip_prefix("--").unwrap_or_default();
                if matches!(part, "" | "-") || tree::GLOBAL.contains(&option) {
                    return Err(Failure::usage(format!("--{name}: a name is missing")));
                }
                // JSON has a member once.
                if !names.iter().any(|n| n == part) {
                    names.push(part.to_owned());
                }
            }
            Ok(names)
        };
        let output = Output {
            columns: list("columns")?,
            sort: list("sort")?,
            jq: text("jq"),
            limit: matches.get_one::<u64>("limit").copied(),
            all: matches.get_flag("all"),
            force: matches.get_flag("force"),
            quiet: matches.get_flag("quiet"),
            ..Output::default()
        };
        let output = match text("output") {
            Some(said) => output.to(&said)?,
            None => output,
        };
        if let Some((why, is_written)) = outer.and_then(tree::no_choice) {
            match is_written {
                true => output.no_choice(why)?,
                false => output.no_data(why)?,
            }
        }
        // An export continues existing files.
        if outer != Some("export") {
            output.check()?;
        }
        if outer.is_some_and(tree::has_data) {
            output.is_named_well()?;
        }
        let wants_sandbox = matches.get_flag("sandbox");
        for other in ["profile", "base-url"].iter().filter(|_| wants_sandbox) {
            if text(other).is_some() {
                return Err(Failure::usage(format!(
                    "--sandbox and --{other}: the sandbox has its own"
                )));
            }
        }
        let timeout = matches.get_one::<f64>("timeout");
        Ok(Self {
            index,
            output,
            profile: text("profile"),
            base_url: text("base-url"),
            dry_run: matches.get_flag("dry-run"),
            yes: matches.get_flag("yes"),
            verbose: matches.get_flag("verbose"),
            timeout: timeout.map(|s| Duration::from_secs_f64(*s)),
            unchecked: matches.get_flag("unchecked"),
            wants_sandbox,
            shown: DryRun::default(),
            runtime: OnceCell::new(),
            sandbox: OnceCell::new(),
            credential: OnceCell::new(),
            noted: RefCell::default(),
        })
    }

    /// Runs a future that uses the network.
    ///
    /// # Errors
    /// Returns the error of the future.
    pub fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = match self.runtime.get() {
            Some(runtime) => runtime,
            None => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                let made = builder.worker_threads(2).enable_all().build();
                let made = made.map_err(|e| Failure::io("cannot start the runtime", &e))?;
                self.runtime.get_or_init(|| made)
            }
        };
        runtime.block_on(future)
    }

    /// Returns the credential and the host, which are looked up once.
    ///
    /// # Errors
    /// Returns an error if the profile cannot be read or does not exist.
    pub fn credential(&self) -> Result<&Credential> {
        if let Some(known) = self.credential.get() {
            return Ok(known);
        }
        let found = self.found()?;
        Ok(self.credential.get_or_init(|| found))
    }

    fn found(&self) -> Result<Credential> {
        match self.wants_sandbox {
            true => Ok(credentials::of_sandbox(self.sandbox()?)),
            false => credentials::find(self.profile.as_deref(), self.base_url.as_deref()),
        }
    }

    /// Returns the running sandbox.
    ///
    /// # Errors
    /// Returns an error if it cannot start.
    pub fn sandbox(&self) -> Result<&Sandbox> {
        if let Some(known) = self.sandbox.get() {
            return Ok(known);
        }
        let started = self.block_on(Sandbox::start())?;
        Ok(self.sandbox.get_or_init(|| started))
    }

    /// Returns the client of this command.
    ///
    /// # Errors
    /// Returns an error if there are no credentials, or if the base URL is malformed.
    pub fn client(&self) -> Result<Client> {
        self.client_with(|builder| builder)
    }

    /// Returns the client of this command, with limits of its own.
    ///
    /// # Errors
    /// Returns an error if there are no credentials, or if the base URL is malformed.
    pub fn client_with(
        &self,
        limits: impl FnOnce(autopi::ClientBuilder) -> autopi::ClientBuilder,
    ) -> Result<Client> {
        // That of a dry run is not kept: not even a core has it.
        let found = self.dry_run.then(|| self.found()).transpose()?;
        let credential = match &found {
            Some(found) => found,
            None => self.credential()?,
        };
        let mut builder =
            Client::builder().user_agent_suffix(concat!("autopi-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(url) = &credential.base_url {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        builder = if self.dry_run {
            // A dry run makes no login.
            builder
                .credentials_provider(self.shown.clone())
                .hooks(self.shown.clone())
        } else {
            let credentials = credential.credentials.clone().ok_or_else(|| {
                let what = match &credential.profile {
                    Some(name) => format!("not logged in: [{}] has no credential", line(name)),
                    None => "not logged in".to_owned(),
                };
                Failure::refused(what).hint(credentials::hint())
            })?;
            let builder = builder.credentials(credentials);
            if self.verbose {
                builder.hooks(Verbose)
            } else {
                builder
            }
        };
        limits(builder).build().map_err(Failure::from)
    }

    /// Writes the request that `--dry-run` has held back, in place of the error that the call ended
    /// with.
    ///
    /// # Errors
    /// Returns the error of the call.
    pub fn dry(&self, sent: Result<()>) -> Result<()> {
        match self.shown.take() {
            // Not into the file that `-o` names.
            Some(curl) => Output::default().text(&(curl + "\n")),
            None => sent,
        }
    }

    /// Checks that a request with this method may be sent: not if the profile is read-only.
    ///
    /// # Errors
    /// Returns an error if it may not be sent.
    pub fn allow(&self, method: &str) -> Result<()> {
        if self.dry_run || is_safe(method) {
            return Ok(());
        }
        let credential = self.credential()?;
        match &credential.profile {
            Some(name) if credential.read_only => Err(Failure::refused(format!(
                "the profile [{}] is read_only: {method} is not sent",
                line(name)
            ))
            .hint("remove `read_only = true` from the profile, or choose another with --profile")),
            _ => Ok(()),
        }
    }

    /// Notes what an operation requires and no request carries, such as cookies; once a command.
    pub fn note_unsent(&self, operation: &Operation) {
        let mut noted = self.noted.borrow_mut();
        for unsent in operation.unsent.iter().filter(|unsent| unsent.required) {
            let why = unsent.why();
            if noted.insert(why.clone()) {
                self.output.notice(&why);
            }
        }
    }
}
