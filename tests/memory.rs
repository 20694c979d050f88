//! Which copies of a secret remain in the memory of this process, as the documentation of
//! `Credentials` says.
#![cfg(target_os = "linux")]

mod support;

use std::{
    env,
    fs::{self, File},
    hint::black_box,
    io::Read,
    os::unix::fs::{FileExt, PermissionsExt},
    process::Command,
    sync::Arc,
    time::Duration,
};

use autopi::{CallFuture, Client, ClientBuilder, CredentialsProvider, Method, Mfa, SecretString};
use bytes::Bytes;
use h2::server;
use secrecy::zeroize::Zeroizing;
use support::{Server, ok, write};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// The self-signed certificate of `localhost`, made with:
///
/// ```sh
/// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 \
///     -subj /CN=localhost -addext subjectAltName=DNS:localhost
/// ```
const CERTIFICATE: &[u8] = include_bytes!("support/localhost.crt");
const KEY_OF_SERVER: &[u8] = include_bytes!("support/localhost.key");

const KEY: u8 = 0xa5;
const PIECE: usize = 8;
const PAGE: usize = 1 << 12;
const ALL: usize = 40 / PIECE;

/// A secret that this test keeps encoded, except for the one text that it passes to the client.
struct Hidden([u8; 40]);

impl Hidden {
    fn new() -> Self {
        let hex = |()| b"0123456789abcdef"[fastrand::usize(..16)] ^ KEY;
        Self([(); 40].map(hex))
    }

    fn of(text: &str) -> Self {
        let bytes: [u8; 40] = text.as_bytes().try_into().unwrap();
        Self(bytes.map(|b| b ^ KEY))
    }

    /// Returns the secret in clear, between these texts.
    fn text(&self, before: &str, after: &str) -> String {
        let mut text = String::with_capacity(before.len() + self.0.len() + after.len());
        text.push_str(before);
        text.extend(self.0.iter().map(|b| char::from(b ^ black_box(KEY))));
        text.push_str(after);
        text
    }

    /// Returns the token that the server issues for it.
    fn token(&self) -> Self {
        Self(self.0.map(|b| token(b ^ KEY) ^ KEY))
    }
}

/// Reads this process's memory. Its buffers are allocated before there are secrets, so that they do
/// not overwrite freed ones.
struct Memory {
    file: File,
    buffer: Vec<u8>,
    zeros: Vec<u8>,
    maps: String,
}

impl Memory {
    fn new() -> Self {
        Self {
            file: File::open("/proc/self/mem").unwrap(),
            buffer: vec![0; (1 << 16) + PIECE],
            zeros: vec![0; PAGE],
            maps: String::with_capacity(1 << 18),
        }
    }

    /// Returns how many pieces of the secret are in this process's writable memory, including freed
    /// memory.
    fn pieces(&mut self, hidden: &Hidden) -> usize {
        self.maps.clear();
        let mut maps = File::open("/proc/self/maps").unwrap();
        maps.read_to_string(&mut self.maps).unwrap();
        let own = self.buffer.as_ptr() as u64;
        let own = own..own + self.buffer.len() as u64;
        let masked = |piece: &[u8]| piece.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
        let pieces: Vec<u64> = hidden.0.chunks(PIECE).map(masked).collect();
        let mask = masked(&[black_box(KEY); PIECE]);
        let mut found = 0;
        for line in self.maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            let (at, end) = range.split_once('-').unwrap();
            let [mut at, end] = [at, end].map(|n| u64::from_str_radix(n, 16).unwrap());
            while rest.starts_with("rw") && at + PIECE as u64 <= end {
                let length = (end - at).min(self.buffer.len() as u64) as usize;
                let read = &mut self.buffer[..length];
                if self.file.read_exact_at(read, at).is_err() {
                    break;
                }
                let mut last = 0;
                for (page, at) in read.chunks(PAGE).zip((at..).step_by(PAGE)) {
                    if *page == self.zeros[..page.len()] {
                        last = 0;
                        continue;
                    }
                    for (at, byte) in (at..).zip(page) {
                        last = last >> 8 | u64::from(*byte) << 56;
                        let is_piece = pieces.contains(&(last ^ mask));
                        found += usize::from(is_piece && !own.contains(&at));
                    }
                }
                at += (length - PIECE + 1) as u64;
            }
        }
        self.buffer.fill(0);
        found
    }
}

/// Replaces hexadecimal digits by other letters.
fn token(hex: u8) -> u8 {
    if hex.is_ascii_digit() {
        hex - b'0' + b'k'
    } else {
        hex - b'a' + b'u'
    }
}

struct Own(SecretString);

impl CredentialsProvider for Own {
    fn authorization<'a>(&'a self, _: Option<&'a SecretString>) -> CallFuture<'a, SecretString> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Returns the body of a response. The token of a login is made from the secret; the password `x`
/// requires a second factor.
fn body(request: &str) -> String {
    let after = |name: &str| request.split_once(name).map(|(_, rest)| rest);
    match after("\"recovery_code\":\"").or(after("\"password\":\"")) {
        Some(rest) if rest.starts_with('x') => r#"{"mfa_token":"c"}"#.into(),
        Some(rest) => {
            let secret = rest.bytes().take(40);
            let token: String = secret.map(|b| char::from(token(b))).collect();
            format!(r#"{{"token":"{token}"}}"#)
        }
        None => "1".into(),
    }
}

/// Starts a TLS server that handles each connection with `serve`, and returns its URL.
async fn tls<F>(
    protocol: &str,
    serve: impl Fn(tokio_rustls::server::TlsStream<TcpStream>) -> F + Send + 'static,
) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY_OF_SERVER).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let mut config = config.with_single_cert(chain, key).unwrap();
    config.alpn_protocols = vec![protocol.into()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let socket = acceptor.accept(socket).await.unwrap();
            tokio::spawn(serve(socket));
        }
    });
    url
}

/// Responds over HTTP/2 until the peer closes the connection.
async fn http2(socket: impl AsyncRead + AsyncWrite + Unpin) {
    let mut connection = server::handshake(socket).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let mut received = request.into_body();
        let mut text = Vec::new();
        // The connection must be driven at the same time.
        loop {
            tokio::select! {
                piece = received.data() => match piece {
                    Some(piece) => text.extend_from_slice(&piece.unwrap()),
                    None => break,
                },
                other = connection.accept() => assert!(other.is_none(), "one request at a time"),
            }
        }
        let mut sent = respond.send_response(Default::default(), false).unwrap();
        let body = body(&String::from_utf8(text).unwrap());
        sent.send_data(Bytes::from(body), true).unwrap();
    }
}

/// The test runs itself again as the server, which must not be in the inspected memory.
#[tokio::test]
async fn secrets_are_wiped_from_memory_with_the_client() {
    if let Ok(urls) = env::var("AUTOPI_TEST_SERVER") {
        for (wire, url) in urls.lines().filter_map(|line| line.split_once(' ')) {
            nothing_is_left(wire, url).await;
        }
        return of_the_environment();
    }
    let server = Server::start(|_, request| write(ok(&body(request)))).await;
    let plain = server.url.replace("http://", "");
    let over_tls = tls("http/1.1", move |mut socket| {
        let plain = plain.clone();
        async move {
            let mut server = TcpStream::connect(plain).await.unwrap();
            let _ = copy_bidirectional(&mut socket, &mut server).await;
        }
    })
    .await;
    let over_http2 = tls("h2", http2).await;
    let urls = format!("http1 {}\ntls {over_tls}\nhttp2 {over_http2}", server.url);
    for variable in [None, Some("AUTOPI_JWT")] {
        let home = env::temp_dir().join(format!("autopi-memory-{}", fastrand::u64(..)));
        fs::create_dir_all(home.join(".config/autopi")).unwrap();
        let mut child = Command::new(env::current_exe().unwrap());
        child
            .args(["--exact", "secrets_are_wiped_from_memory_with_the_client"])
            .env("AUTOPI_TEST_SERVER", &urls)
            .env("HOME", &home);
        for name in ["API_TOKEN", "JWT", "EMAIL", "PASSWORD", "PROFILE"] {
            child.env_remove(format!("AUTOPI_{name}"));
        }
        child.envs(variable.map(|name| (name, Hidden::new().text("", ""))));
        let output = tokio::task::spawn_blocking(move || child.output()).await;
        let output = output.unwrap().unwrap();
        fs::remove_dir_all(&home).unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{variable:?}: {text}");
    }
    assert!(server.count("GET /x/") >= 10);
}

async fn nothing_is_left(wire: &str, url: &str) {
    type Make = fn(ClientBuilder, &Hidden) -> ClientBuilder;
    let ways: [(&str, Make); 6] = [
        ("token", |b, h| b.api_token(h.text("", ""))),
        ("prefix", |b, h| b.api_token(h.text("APIToken ", " "))),
        ("jwt", |b, h| b.jwt(h.text("", ""))),
        ("password", |b, h| b.login("a@b.c", h.text("", ""))),
        ("code", |b, h| {
            b.login_with_mfa("a@b.c", "x", Mfa::code(h.text("", "")))
        }),
        ("provider", |b, h| {
            b.credentials_provider(Own(h.text("", "").into()))
        }),
    ];
    let mut memory = Memory::new();
    for (name, make) in ways {
        let hidden = Hidden::new();
        assert_eq!(memory.pieces(&hidden), 0, "{name}: of the test");
        let builder = make(Client::builder(), &hidden);
        assert!(
            memory.pieces(&hidden) >= ALL,
            "{name}: there is none to find"
        );
        drop(builder);
        assert_eq!(memory.pieces(&hidden), 0, "{name}: of a builder");
        let client = make(Client::builder(), &hidden).build().unwrap();
        let other = client.clone();
        drop(client);
        assert!(memory.pieces(&hidden) >= ALL, "{name}: a clone needs it");
        drop(other);
        assert_eq!(memory.pieces(&hidden), 0, "{name}: of a client");

        let client = Client::builder()
            .base_url(url)
            .root_certificates(CERTIFICATE)
            .unwrap();
        let client = make(client, &hidden).build().unwrap();
        client.request(Method::GET, "/x/").send().await.unwrap();
        drop(client);
        // The connection ends in its own task.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (left, token) = (memory.pieces(&hidden), memory.pieces(&hidden.token()));
        // hyper and h2 wrote headers and bodies from this memory; they and rustls read responses
        // into it.
        let (of_secret, of_token) = match (name, wire) {
            ("password" | "code", "http1") => (0, 2),
            ("password" | "code", "tls") => (0, 4),
            ("password" | "code", _) => (1, 4),
            (_, "http2") => (0, 0),
            _ => (1, 0),
        };
        assert!(
            left <= of_secret * ALL && token <= of_token * ALL,
            "{wire}, {name}: {left}, {token}"
        );
    }
    let hidden = Hidden::new();
    let refused = Client::builder().api_token(hidden.text("two ", ""));
    refused.build().unwrap_err();
    assert_eq!(memory.pieces(&hidden), 0, "of what is refused");
}

/// Nothing remains of a credentials file, and of a variable only the copy in the environment
/// itself.
fn of_the_environment() {
    let mut memory = Memory::new();
    let of_file = Hidden::new();
    let path = env::home_dir()
        .unwrap()
        .join(".config/autopi/credentials.toml");
    let text = Zeroizing::new(of_file.text(
        "[default]\napi_token = '",
        &format!("'\n#{}", " ".repeat(9_000)),
    ));
    fs::write(&path, &*text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    drop(text);
    let given = env::var("AUTOPI_JWT").map(Zeroizing::new);
    let of_variable = given.map(|text| Hidden::of(&text));
    let mut count = || {
        let variable = of_variable.as_ref().map_or(0, |h| memory.pieces(h));
        (memory.pieces(&of_file), variable)
    };
    let before = count();
    assert_eq!(before, (0, if of_variable.is_ok() { ALL } else { 0 }));
    let client = Client::from_env().unwrap();
    let (file, variable) = count();
    assert!(file + variable >= before.1 + ALL, "there is none to find");
    drop(client);
    assert_eq!(count(), before);
}
