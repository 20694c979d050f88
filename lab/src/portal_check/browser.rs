//! Chromium, driven by the W3C WebDriver protocol: plain HTTP with JSON.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::tools::{self, Server};

/// The timeout for something to appear on the page.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The key of an element's id in WebDriver's JSON.
pub(super) const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session of chromium.
pub(super) struct Browser {
    http: reqwest::Client,
    session: String,
    // Dropped last: the session belongs to the driver, the profile to both.
    _driver: Server,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(super) async fn start(folder: &Path) -> Result<Self> {
        let chromium = tools::debian("chromium", &["chromium"])?;
        let driver = tools::debian("chromedriver", &["chromium-driver"])?;
        let port = tools::free_port()?;
        let mut driver = Server::start(
            Command::new(driver).arg(format!("--port={port}")),
            &folder.join("chromedriver.log"),
        )?;
        let http = tools::http()?.timeout(TIMEOUT * 2).build()?;
        let url = format!("http://127.0.0.1:{port}");
        driver
            .responds(http.get(format!("{url}/status")), TIMEOUT)
            .await?;
        let profile = tempfile::tempdir()?;
        let data = format!("--user-data-dir={}", profile.path().display());
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1000",
            // Other hosts cannot be resolved, by the page or the browser.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            &data,
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": chromium, "args": args },
            "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
        });
        let mut browser = Self {
            http,
            session: format!("{url}/session"),
            _driver: driver,
            _profile: profile,
        };
        let response = browser
            .call(
                Method::POST,
                "",
                json!({ "capabilities": { "alwaysMatch": capabilities } }),
            )
            .await?;
        let id = response
            .get("sessionId")
            .and_then(Value::as_str)
            .context("chromedriver opened no session")?;
        browser.session = format!("{url}/session/{id}");
        Ok(browser)
    }

    pub(super) async fn quit(self) -> Result<()> {
        self.call(Method::DELETE, "", Value::Null).await.map(drop)
    }

    /// Sends a command of the session; returns its `value`.
    pub(super) async fn call(&self, method: Method, command: &str, body: Value) -> Result<Value> {
        let url = if command.is_empty() {
            self.session.clone()
        } else {
            format!("{}/{command}", self.session)
        };
        let mut request = self.http.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let failed = !response.status().is_success();
        let value = response
            .json::<Value>()
            .await?
            .get_mut("value")
            .map(Value::take)
            .unwrap_or_default();
        if failed {
            let text = |key| value.get(key).and_then(Value::as_str).unwrap_or_default();
            let first_line = |key| text(key).lines().next().unwrap_or_default();
            bail!(
                "{command}: {}: {}",
                first_line("error"),
                first_line("message")
            );
        }
        Ok(value)
    }

    /// Repeats until it succeeds, or until the timeout.
    async fn repeated<T>(&self, what: &str, attempt: impl AsyncFn() -> Result<T>) -> Result<T> {
        let start = std::time::Instant::now();
        loop {
            match attempt().await {
                Err(_) if start.elapsed() < TIMEOUT => {
                    tokio::time::sleep(Duration::from_millis(100)).await
                }
                other => return other.with_context(|| what.to_owned()),
            }
        }
    }

    pub(super) async fn find(&self, css: &str) -> Result<String> {
        let query = json!({ "using": "css selector", "value": css });
        let found = self
            .repeated(css, async || {
                self.call(Method::POST, "element", query.clone()).await
            })
            .await?;
        found
            .get(ELEMENT)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .context("chromedriver found no element")
    }

    pub(super) async fn click(&self, css: &str) -> Result<()> {
        let click = async || {
            self.call(
                Method::POST,
                &format!("element/{}/click", self.find(css).await?),
                json!({}),
            )
            .await
        };
        self.repeated(css, click).await.map(drop)
    }

    /// Replaces the text of a field.
    pub(super) async fn write(&self, css: &str, text: &str) -> Result<()> {
        /// WebDriver's code of the control key; a second one releases it.
        const CONTROL: char = '\u{e009}';
        let keys = json!({ "text": format!("{CONTROL}a{CONTROL}{text}") });
        self.call(
            Method::POST,
            &format!("element/{}/value", self.find(css).await?),
            keys,
        )
        .await
        .map(drop)
    }

    pub(super) async fn text(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        Ok(self
            .call(Method::GET, &format!("element/{element}/text"), Value::Null)
            .await?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    pub(super) async fn script(&self, script: &str, args: &Value) -> Result<Value> {
        self.call(
            Method::POST,
            "execute/sync",
            json!({ "script": script, "args": args }),
        )
        .await
    }

    pub(super) async fn screenshot(&self, file: &Path) -> Result<()> {
        let picture = self.call(Method::GET, "screenshot", Value::Null).await?;
        fs::write(file, STANDARD.decode(picture.as_str().unwrap_or_default())?)
            .with_context(|| file.display().to_string())
    }

    pub(super) async fn log(&self, kind: &str) -> Result<Vec<Value>> {
        let entries = self
            .call(Method::POST, "se/log", json!({ "type": kind }))
            .await?;
        Ok(entries.as_array().cloned().unwrap_or_default())
    }

    /// Returns the URLs of all requests since the start.
    pub(super) async fn requested(&self) -> Result<Vec<String>> {
        let events = self
            .log("performance")
            .await?
            .into_iter()
            .filter_map(|e| serde_json::from_str::<Value>(e["message"].as_str()?).ok());
        let sent = events.filter(|e| e["message"]["method"] == "Network.requestWillBeSent");
        Ok(sent
            .filter_map(|e| {
                e["message"]["params"]["request"]["url"]
                    .as_str()
                    .map(str::to_owned)
            })
            .collect())
    }
}
