//! `portal-check`: checks the sandbox's portal in a real browser, Debian's chromium.

mod browser;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};

use self::browser::{Browser, ELEMENT};

/// Goes through the portal like a user: logs in, authorizes, lists devices, and sees them.
/// Screenshots go to `target/portal-check/`.
///
/// # Errors
/// Returns an error if a step fails, if a request went to another host, or if the browser's console
/// has an error.
pub async fn check(root: &Path, api: &autopi_sandbox::Sandbox) -> Result<()> {
    let folder = root.join("target/portal-check");
    fs::create_dir_all(&folder)?;
    let browser = Browser::start(&folder).await?;
    let outcome = walk(&browser, api.url(), &folder).await;
    if outcome.is_err() {
        browser.screenshot(&folder.join("failed.png")).await.ok();
    }
    browser.quit().await?;
    outcome
}

async fn walk(browser: &Browser, url: &str, folder: &Path) -> Result<()> {
    browser
        .call(Method::POST, "url", json!({ "url": url }))
        .await?;
    browser.find("h3[data-tag=auth]").await?;
    browser.screenshot(&folder.join("1-page.png")).await?;

    let token = log_in(browser).await?;
    println!("logged in");
    authorize(browser, &token, folder).await?;
    println!("authorized");
    let devices = list_devices(browser, folder).await?;
    println!("{devices} devices are on the page");
    let requests = only_from(browser, url).await?;
    println!("{requests} requests, all to {url}");
    without_errors(browser).await?;
    println!("screenshots: {}", folder.display());
    Ok(())
}

/// Logs in with the block of the operation; returns the token.
async fn log_in(browser: &Browser) -> Result<String> {
    let login = Block::open(browser, "auth", "post", "/auth/login/").await?;
    let body = json!({"email": autopi_sandbox::EMAIL, "password": autopi_sandbox::PASSWORD});
    login.fill(&body.to_string()).await?;
    let response = login.execute().await?;
    let token = response.get("token").and_then(Value::as_str);
    Ok(token
        .context("the login's response has no `token`")?
        .to_owned())
}

async fn authorize(browser: &Browser, token: &str, folder: &Path) -> Result<()> {
    browser.click(".auth-wrapper .authorize").await?;
    browser
        .write(".auth-container input", &format!("Bearer {token}"))
        .await?;
    browser.screenshot(&folder.join("2-authorize.png")).await?;
    browser.click(".auth-btn-wrapper .authorize").await?;
    browser.click(".auth-btn-wrapper .btn-done").await
}

/// Lists the devices; returns how many there are, each of which is on the page.
async fn list_devices(browser: &Browser, folder: &Path) -> Result<usize> {
    let list = Block::open(browser, "dongle", "get", "/dongle/devices/").await?;
    let response = list.execute().await?;
    let devices = response
        .get("results")
        .unwrap_or(&response)
        .as_array()
        .filter(|d| !d.is_empty())
        .context("the list has no devices")?;
    let element = browser.find(&list.css(".live-responses-table")).await?;
    let shown = browser
        .text(&list.css(".live-responses-table .highlight-code code"))
        .await?;
    for device in devices {
        let id = device
            .get("id")
            .and_then(Value::as_str)
            .context("a device without `id`")?;
        if !shown.contains(id) {
            bail!("device {id} is not on the page");
        }
    }
    browser
        .script(
            "arguments[0].scrollIntoView()",
            &json!([{ ELEMENT: element }]),
        )
        .await?;
    browser.screenshot(&folder.join("3-devices.png")).await?;
    Ok(devices.len())
}

/// Returns the number of requests of the page, none of which went to another host.
async fn only_from(browser: &Browser, url: &str) -> Result<usize> {
    let mut asked = browser.requested().await?;
    // The others are internal to the browser: `data:`, `blob:`, `chrome:`.
    asked.retain(|u| {
        ["http:", "https:", "ws:", "wss:"]
            .iter()
            .any(|scheme| u.starts_with(scheme))
    });
    if let Some(other) = asked.iter().find(|u| !u.starts_with(&format!("{url}/"))) {
        bail!("the page asked another host: {other}");
    }
    Ok(asked.len())
}

async fn without_errors(browser: &Browser) -> Result<()> {
    let errors: Vec<String> = browser
        .log("browser")
        .await?
        .iter()
        .filter(|e| e["level"] == "SEVERE")
        .map(|e| e["message"].to_string())
        .collect();
    if !errors.is_empty() {
        bail!(
            "the browser's console has {} errors:\n{}",
            errors.len(),
            errors.join("\n")
        );
    }
    Ok(())
}

/// One operation on the page.
struct Block<'a> {
    browser: &'a Browser,
    css: String,
}

impl<'a> Block<'a> {
    /// Opens it and presses *Try it out*.
    async fn open(browser: &'a Browser, tag: &str, method: &str, path: &str) -> Result<Self> {
        browser.click(&format!("h3[data-tag={tag}]")).await?;
        let block = Self {
            browser,
            css: format!(".opblock-{method}:has([data-path='{path}'])"),
        };
        // Swagger UI only renders what is near the window.
        let scroll = "const found = document.querySelector(arguments[0]); found ? \
                      found.scrollIntoView({block: 'center'}) : window.scrollBy(0, 300); return \
                      !!found";
        browser.script("window.scrollTo(0, 0)", &json!([])).await?;
        for _ in 0..100 {
            if browser.script(scroll, &json!([block.css])).await? == true {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        browser
            .click(&block.css(".opblock-summary-control"))
            .await?;
        browser.click(&block.css(".try-out__btn")).await?;
        Ok(block)
    }

    fn css(&self, inner: &str) -> String {
        format!("{} {inner}", self.css)
    }

    async fn fill(&self, body: &str) -> Result<()> {
        self.browser
            .write(&self.css("textarea.body-param__text"), body)
            .await
    }

    /// Presses *Execute*; returns the response as the page shows it.
    async fn execute(&self) -> Result<Value> {
        self.browser.click(&self.css(".execute")).await?;
        let text = self
            .browser
            .text(&self.css(".live-responses-table .highlight-code code"))
            .await?;
        let status = self
            .browser
            .text(&self.css(".live-responses-table tbody .response-col_status"))
            .await?;
        if !status.trim_start().starts_with('2') {
            bail!("{}: the response is {status}", self.css);
        }
        serde_json::from_str(&text).with_context(|| format!("{}: the page shows no JSON", self.css))
    }
}
