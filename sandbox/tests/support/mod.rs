//! Plain requests to a sandbox.
#![allow(dead_code)]

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use autopi_sandbox::{API_TOKEN, Builder, Sandbox};
use reqwest::{Method, Response};
use serde_json::Value;
use tempfile::TempDir;

pub struct Api {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
}

pub struct JsonResponse {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl JsonResponse {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

pub async fn json_response(response: Response) -> JsonResponse {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    JsonResponse {
        status,
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

/// Returns a client that neither follows redirects nor asks for compressed responses.
pub fn http() -> reqwest::Client {
    // `reqwest` is built without a cryptography provider.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_gzip()
        .build()
        .unwrap()
}

impl Api {
    pub async fn start(builder: Builder) -> Self {
        Self {
            sandbox: builder.start().await.unwrap(),
            http: http(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(
            Method::from_bytes(method.as_bytes()).unwrap(),
            self.url(path),
        );
        request.header("Authorization", format!("APIToken {API_TOKEN}"))
    }

    pub async fn get(&self, path: &str) -> JsonResponse {
        json_response(self.request("GET", path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> JsonResponse {
        json_response(self.request(method, path).json(body).send().await.unwrap()).await
    }

    /// Returns the items of a list in any form.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let response = self.get(path).await;
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        response
            .body
            .get("results")
            .unwrap_or(&response.body)
            .as_array()
            .unwrap()
            .clone()
    }
}

/// A file for one test, in a folder that is removed with it.
pub struct Scratch {
    path: PathBuf,
    _folder: TempDir,
}

impl Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        self
    }
}

pub fn scratch(name: &str) -> Scratch {
    let folder = tempfile::tempdir().unwrap();
    Scratch {
        path: folder.path().join(name),
        _folder: folder,
    }
}

/// A sandbox in its own process: the test binary again, with only the test `serve`.
pub struct Server {
    pub child: Child,
    pub url: String,
}

const DB: &str = "SANDBOX_TEST_DB";

/// The body of the test `serve`, which does nothing unless it runs as the second process.
pub fn serve_if_asked() {
    let Ok(db) = std::env::var(DB) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let builder = Sandbox::builder().size(4);
        let sandbox = if cfg!(feature = "sqlite") {
            builder.db(&db)
        } else {
            builder
        }
        .start()
        .await
        .unwrap();
        // Written completely or not at all.
        std::fs::write(format!("{db}.new"), sandbox.url()).unwrap();
        std::fs::rename(format!("{db}.new"), format!("{db}.url")).unwrap();
        sandbox.wait().await;
    });
}

impl Server {
    /// `wrap` is a shell script that runs it.
    pub async fn start(db: &Path, wrap: Option<&str>) -> Self {
        let url = format!("{}.url", db.display());
        let _ = std::fs::remove_file(&url);
        let this = std::env::current_exe().unwrap();
        let mut command = wrap.map_or_else(|| Command::new(&this), |_| Command::new("sh"));
        if let Some(script) = wrap {
            command.args(["-c", script]).arg(&this);
        }
        command
            .args(["--exact", "serve", "--nocapture"])
            .env(DB, db)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        for _ in 0..1500 {
            match std::fs::read_to_string(&url) {
                Ok(url) => return Self { child, url },
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        panic!("the server did not start");
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> JsonResponse {
        let request = http().request(method.parse().unwrap(), format!("{}{path}", self.url));
        json_response(
            request
                .header("Authorization", format!("APIToken {API_TOKEN}"))
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
