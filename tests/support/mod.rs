//! A server on raw sockets that follows a test's script and records the requests.
#![allow(dead_code)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use autopi::{
    Client, ClientBuilder, RetryPolicy,
    rt::{Operation, PageParams},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The operation of a list in pages.
pub const LIST: Operation = Operation {
    id: "rows_list",
    method: "GET",
    path: "/rows/",
    required: &[],
    accept: "application/json",
    page: Some(PageParams {
        page: "page",
        size: "page_size",
    }),
    secrets: &[],
};

/// The steps of the server's response to a request; after them it closes the connection.
#[derive(Clone)]
pub enum Step {
    Write(Vec<u8>),
    Wait(Duration),
    /// Waits until the client closes the connection.
    Stall,
    /// Resets the TCP connection instead of closing it.
    Reset,
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server; `script` gets the number of the request (from 0) and its text, head and
    /// body.
    pub async fn start(script: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (requests, script) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(script));
        let seen = requests.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(one(socket, seen.clone(), script.clone()));
            }
        });
        Self { url, requests }
    }

    /// Starts a server that sends the n-th response to the n-th request, and the last one from then
    /// on.
    pub async fn responses(responses: Vec<String>) -> Self {
        Self::start(move |n, _| {
            vec![Step::Write(
                responses[n.min(responses.len() - 1)].clone().into(),
            )]
        })
        .await
    }

    /// Returns all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the number of requests that began with this text.
    pub fn count(&self, start: &str) -> usize {
        self.requests()
            .iter()
            .filter(|r| r.starts_with(start))
            .count()
    }

    /// Returns a client builder with an API token and short waits.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .base_url(&self.url)
            .api_token("canary-token")
            .retry(RetryPolicy::default().initial_backoff(Duration::from_millis(1)))
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

async fn one(
    mut socket: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    script: Arc<impl Fn(usize, &str) -> Vec<Step>>,
) {
    let mut text = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let head = text.windows(4).position(|w| w == b"\r\n\r\n");
        if head.is_some_and(|at| text.len() >= at + 4 + body_length(&text[..at]))
            || text.ends_with(b"\r\n0\r\n\r\n")
        {
            break;
        }
        match socket.read(&mut buffer).await {
            Ok(n) if n > 0 => text.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let n = {
        let mut seen = seen.lock().unwrap();
        seen.push(text.clone());
        seen.len() - 1
    };
    for step in script(n, &text) {
        match step {
            Step::Write(bytes) => {
                if socket.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Stall => drop(socket.read(&mut buffer).await),
            Step::Reset => drop(socket.set_zero_linger()),
        }
    }
}

fn body_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return usize::MAX / 2;
    }
    head.split("content-length: ")
        .nth(1)
        .and_then(|t| t.lines().next()?.trim().parse().ok())
        .unwrap_or(0)
}

/// Returns an address at which nobody listens.
pub fn closed() -> String {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}

pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub fn ok(body: &str) -> String {
    response("200 OK", "content-type: application/json\r\n", body)
}

pub fn write(text: String) -> Vec<Step> {
    vec![Step::Write(text.into())]
}
