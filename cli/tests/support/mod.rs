//! Runs the binary against a sandbox that all tests of a file share, or against its own.
#![allow(dead_code)]

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use autopi_sandbox::{API_TOKEN, Builder, Sandbox};
use tempfile::TempDir;

static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// A sandbox for tests that only read.
pub static SHARED: LazyLock<Sandbox> = LazyLock::new(|| sandbox(Sandbox::builder()));

pub fn sandbox(builder: Builder) -> Sandbox {
    RUNTIME.block_on(builder.start()).unwrap()
}

/// The command with its own home and an otherwise empty environment.
pub struct Cli {
    pub home: TempDir,
    pub variables: Vec<(String, String)>,
    pub input: Option<String>,
}

impl Cli {
    /// Returns a command without credentials.
    pub fn alone() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
            input: None,
        }
    }

    /// Returns a command with the token of a sandbox in the environment.
    pub fn of(sandbox: &Sandbox) -> Self {
        Self::alone()
            .with("AUTOPI_BASE_URL", sandbox.url())
            .with("AUTOPI_API_TOKEN", API_TOKEN)
    }

    pub fn shared() -> Self {
        Self::of(&SHARED)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.into());
        self
    }

    /// Writes a file in its home.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The file of its profiles, with this mode.
    pub fn profiles(&self, text: &str, mode: u32) {
        let path = self.file(".config/autopi/credentials.toml", text);
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        #[cfg(not(unix))]
        let _ = (path, mode);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autopi"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("USERPROFILE", self.home.path())
            // The day whose data the sandboxes of the tests have.
            .env("AUTOPI_SANDBOX_SINCE", "2026-01-01")
            .current_dir(self.home.path())
            .args(arguments);
        // Windows has no sockets without it.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command.envs(self.variables.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a line, which is split at spaces.
    pub fn line(&self, line: &str) -> Ran {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not read stdin closes it.
        let _ = stdin.write_all(self.input.as_deref().unwrap_or_default().as_bytes());
        drop(stdin);
        Ran::from(child.wait_with_output().unwrap())
    }
}

/// The result of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Returns its data; panics unless it succeeded.
    #[track_caller]
    pub fn good(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.out
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.good()).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Checks that it ended with this code, wrote no data, and printed this text.
    #[track_caller]
    pub fn bad(&self, code: i32, says: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(says), "{says:?} is not said: {self:?}");
        assert_eq!(self.out, "", "{self:?}");
    }
}

/// A server that responds to a path with its query; returns its URL.
pub fn server(respond: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    use std::io::{BufRead, BufReader};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else {
                continue;
            };
            while lines.next().is_some_and(|l| l.is_ok_and(|l| !l.is_empty())) {}
            let (status, body) = respond(first.split(' ').nth(1).unwrap());
            // A body may name its type in its first line.
            let (kind, body) = match body.strip_prefix("content-type: ") {
                Some(rest) => rest.split_once('\n').unwrap(),
                None => ("application/json", body.as_str()),
            };
            // The body of a redirect is its target.
            let target = match status {
                300..400 => format!("location: {body}\r\n"),
                _ => String::new(),
            };
            let head = format!(
                "HTTP/1.1 {status} X\r\n{target}content-type: {kind}\r\ncontent-length: \
                 {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            // The client may have disconnected.
            let _ = stream.write_all((head + body).as_bytes());
        }
    });
    url
}
