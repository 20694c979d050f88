//! A server that repeats the secrets of a request at every place, in every spelling: no error, item
//! error or trace shows one.

mod support;

use std::{
    collections::BTreeMap,
    error::Error as _,
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use autopi::{
    CallFuture, CallOptions, Client, Command, Credentials, CredentialsProvider, DeviceId, Error,
    ErrorKind, ItemError, Method, Mfa, Page, RetryPolicy, SecretString, rt::Call, webhook,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use futures_util::StreamExt;
use serde_json::Value;
use support::{LIST, Server, ok, response, write};

type Row = BTreeMap<String, i64>;

const HEX: &str = "c4n4ry6789abcdef0123456789abcdef01234567";
const ODD: &str = "c4n4ry/T+k=n<&>'\"\\%41~._-";

/// Returns everything that a program could print of an error.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let body = String::from_utf8_lossy(error.raw_body().unwrap_or_default());
    let fields = (error.detail(), error.field_errors());
    let (path, id) = (error.json_path(), error.request_id());
    write!(text, " {body} {fields:?} {path:?} {id:?}").unwrap();
    let mut source = error.source();
    while let Some(e) = source {
        write!(text, " {e} {e:?}").unwrap();
        source = e.source();
    }
    text
}

fn item(error: &ItemError) -> String {
    let (path, message, raw) = (&error.path, &error.message, &error.raw);
    format!("{error} {error:?} {path} {message} {raw}")
}

fn each(text: &str, spell: impl Fn(char) -> String) -> String {
    text.chars().map(spell).collect()
}

/// Returns the spellings of a secret, each as it stands between the quotes of a JSON text.
fn spellings(secret: &str) -> Vec<String> {
    let json = |text: &str| {
        let text = serde_json::to_string(text).unwrap();
        text[1..text.len() - 1].to_owned()
    };
    let percent = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_string(),
        false => format!("%{:02X}", c as u32),
    };
    let all = |c: char| format!("%{:02x}", c as u32);
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;");
    let plain = [
        secret.to_owned(),
        secret.to_uppercase(),
        format!("APIToken {secret}"),
        format!("Authorization: bearer {secret}."),
        each(secret, percent),
        each(secret, all),
        each(&each(secret, percent), percent),
        each(secret, |c| format!("&#{};", c as u32)),
        each(secret, |c| format!("&#x{:X};", c as u32)),
        html.clone(),
        html.replace('&', "&amp;"),
        format!("{secret:?}"),
        each(secret, |c| format!("\\x{:02x}", c as u32)),
        each(secret, |c| format!("\\u{{{:x}}}", c as u32)),
        json(secret),
        json(&json(secret)),
        STANDARD.encode(secret),
        STANDARD.encode(format!("APIToken {secret}")),
        STANDARD.encode(format!("a@b.c:{secret}")),
        STANDARD.encode(format!("Bearer {secret}:")),
        URL_SAFE_NO_PAD.encode(format!("x{secret}")),
        each(&STANDARD.encode(secret), percent),
        format!("{}\u{2026}", &secret[..20]),
    ];
    let raw = [
        each(secret, |c| format!("\\u{:04x}", c as u32)),
        each(secret, |c| format!("\\u{:04X}", c as u32)),
        json(secret).replace('/', "\\/"),
    ];
    plain.iter().map(|text| json(text)).chain(raw).collect()
}

/// Fails if the text shows the secret, or the spelling of it that a server sent.
fn judge(text: &str, secret: &str, spelling: &str, place: &str) {
    let sent: String = serde_json::from_str(&format!("\"{spelling}\"")).unwrap();
    // The part behind what is only a scheme.
    let sent = sent.rsplit(' ').next().unwrap();
    let parts = sent.as_bytes().windows(20);
    let parts = parts.filter_map(|part| std::str::from_utf8(part).ok());
    for seen in parts.chain([secret, &secret[..16], spelling, sent]) {
        let at = text.find(seen).map(|at| (at, text));
        assert_eq!(at, None, "{place}: {seen} of {spelling}");
    }
}

/// The bodies that a server repeats a secret in; `@` stands for it.
const TYPED: [&str; 12] = [
    r#"{"a":"@"}"#,
    r#"{"@":"x"}"#,
    r#"{"a":7,"@":{}}"#,
    r#"["@"]"#,
    r#""@""#,
    "@",
    "{\"a\":@}",
    "<html>@</html>",
    r#"{"results":[{"a":"@"},{"a":1},{"@":[]}],"@":"@"}"#,
    r#"[{"a":1},{"a":"@"},"@"]"#,
    r#"[{"results":[{"a":"@"},{"a":1}],"count":"@"}]"#,
    r#"{"results":"@","next":"@"}"#,
];
const REFUSED: [&str; 9] = [
    r#"{"detail":"no @"}"#,
    r#"{"@":["wrong"]}"#,
    r#"{"a":["@"],"b":[{"c":"@"}]}"#,
    r#""@""#,
    "@",
    r#"["@"]"#,
    r#"{"error":{"@":"@"}}"#,
    "<p>@</p>",
    r#"{"detail":"Signature of @ has expired."}"#,
];

/// Serves one response, which can be replaced.
async fn server() -> (Server, Arc<Mutex<String>>) {
    let next = Arc::new(Mutex::new(String::new()));
    let reply = next.clone();
    let server = Server::start(move |_, _| write(reply.lock().unwrap().clone())).await;
    (server, next)
}

fn once(server: &Server, token: &str) -> Client {
    let builder = server.builder().retry(RetryPolicy::none());
    builder.api_token(token).build().unwrap()
}

#[tokio::test]
async fn no_error_shows_a_token_that_a_response_repeats() {
    let (server, next) = server().await;
    let set = |reply: String| *next.lock().unwrap() = reply;
    for token in [HEX, ODD] {
        let client = once(&server, token);
        let get = || client.request(Method::GET, "/rows/");
        for spelling in spellings(token) {
            for body in TYPED {
                set(ok(&body.replace('@', &spelling)));
                let check = |text: String| judge(&text, token, &spelling, body);
                if let Err(error) = get().send_json::<Row>().await {
                    check(shown(&error));
                }
                if let Err(error) = get().send_json::<i64>().await {
                    check(shown(&error));
                }
                match get().send_json::<Page<Row>>().await {
                    Ok(page) => {
                        page.value.errors.iter().for_each(|bad| check(item(bad)));
                        let strict = page.value.into_strict();
                        strict.into_iter().for_each(drop);
                    }
                    Err(error) => check(shown(&error)),
                }
                let is_list = body.contains("results") || body.starts_with("[{");
                let options = [CallOptions::new(), CallOptions::new().dedup_by_id(true)];
                for options in options.into_iter().filter(|_| is_list) {
                    let seen = Arc::<Mutex<Vec<String>>>::default();
                    let bad = seen.clone();
                    let handled = options
                        .clone()
                        .on_bad_item(move |error| bad.lock().unwrap().push(item(error)));
                    let call = |options: CallOptions| {
                        let mut call = Call::new(&client, &LIST);
                        call.options(options);
                        call
                    };
                    let rows: Vec<_> = call(handled).stream::<Row>().collect().await;
                    rows.iter()
                        .filter_map(|row| row.as_ref().err())
                        .for_each(|error| check(shown(error)));
                    seen.lock().unwrap().iter().cloned().for_each(check);
                    let rows: Vec<_> = call(options.clone()).stream::<Row>().collect().await;
                    rows.iter()
                        .filter_map(|row| row.as_ref().err())
                        .for_each(|error| check(shown(error)));
                    let rows = call(options).stream_results::<Row>();
                    for row in rows.collect::<Vec<_>>().await {
                        match row {
                            Ok(Err(bad)) => check(item(&bad)),
                            Err(error) => check(shown(&error)),
                            Ok(Ok(_)) => {}
                        }
                    }
                }
            }
            for status in ["400 No", "401 No", "503 No"] {
                let header = each(&spelling, |c| c.to_string());
                for body in REFUSED {
                    let headers = format!("x-request-id: {header}\r\n");
                    set(response(status, &headers, &body.replace('@', &spelling)));
                    let error = get().send().await.unwrap_err();
                    judge(&shown(&error), token, &spelling, body);
                }
            }
        }
    }
}

#[tokio::test]
async fn no_url_that_a_server_gives_carries_the_token() {
    let (server, next) = server().await;
    let set = |reply: String| *next.lock().unwrap() = reply;
    let client = once(&server, HEX);
    for location in [
        format!("https://other.example/{HEX}/"),
        format!("/x/?key={HEX}"),
        format!("/x/%{:02x}{}/?a", HEX.as_bytes()[0], &HEX[1..]),
        format!("/{}/", STANDARD.encode(HEX)),
    ] {
        for method in [Method::GET, Method::POST] {
            for status in ["302 Found", "307 Moved"] {
                set(response(status, &format!("location: {location}\r\n"), ""));
                let error = client.request(method.clone(), "/rows/").send().await;
                let text = shown(&error.unwrap_err());
                judge(&text, HEX, HEX, &location);
            }
        }
    }
    let link = format!(r#"{{"next":"/rows/?page=2&q={HEX}","results":[{{"a":1}}]}}"#);
    set(ok(&link));
    let rows = client.request(Method::GET, "/rows/").stream::<Row>();
    let rows = rows.collect::<Vec<_>>().await;
    assert!(matches!(&*rows, [Ok(_), Err(error)] if error.kind() == ErrorKind::Pagination));
    judge(&shown(rows[1].as_ref().unwrap_err()), HEX, HEX, "next");
    for request in server.requests() {
        let url = request.lines().next().unwrap();
        assert!(!url.contains("c4n4ry") && !url.contains("YzRuNH"), "{url}");
    }
}

#[tokio::test]
async fn no_error_shows_a_secret_of_the_request_that_a_response_repeats() {
    let (server, next) = server().await;
    let client = once(&server, HEX);
    for secret in [ODD, "c4n4ry passw\u{f6}rd \u{1f511}!"] {
        let password = serde_json::json!({"email": "a@b.c", "password": secret});
        let nested = serde_json::json!([{"wifi": {"psk": [secret]}}]);
        let text = serde_json::json!({"data": password.to_string()});
        let post = || client.request(Method::POST, "/things/");
        let header = CallOptions::new().header("X-Api-Key", ODD).unwrap();
        for (name, call) in [
            ("json", post().json(&password).unwrap()),
            ("nested", post().json(&nested).unwrap()),
            ("text", post().json(&text).unwrap()),
            ("form", post().form("new_password", secret)),
            ("query", post().query("access_token", secret)),
            ("body", post().body("text/plain", format!("token={secret}"))),
            ("header", post().options(header)),
        ] {
            let secret = if name == "header" { ODD } else { secret };
            let repeated = serde_json::to_string(secret).unwrap();
            let repeated = repeated.trim_matches('"');
            // Two of three calls are clones of the first one.
            let status = if name == "json" { "200 OK" } else { "400 No" };
            let body = format!(r#"{{"a":"the value {repeated} is wrong"}}"#);
            *next.lock().unwrap() = response(status, "", &body);
            let error = call.send_json::<Row>().await.unwrap_err();
            judge(&shown(&error), secret, repeated, name);
        }
    }
}

#[tokio::test]
async fn no_error_of_a_login_shows_what_its_response_repeats() {
    for secret in [ODD, "c4n4ry-passw\u{f6}rd-\u{1f511}"] {
        let secret = secret.to_owned();
        for status in ["200 OK", "400 No", "401 No", "403 No", "429 No", "503 No"] {
            for body in REFUSED {
                let repeated = serde_json::to_string(&secret).unwrap();
                let repeated = repeated.trim_matches('"').to_owned();
                let reply = response(status, "", &body.replace('@', &repeated));
                let server = Server::start(move |_, _| write(reply.clone())).await;
                let client = Client::builder()
                    .base_url(&server.url)
                    .login_with_mfa("a@b.c", secret.as_str(), Mfa::code("271828"))
                    .retry(RetryPolicy::none())
                    .build()
                    .unwrap();
                let call = client.request(Method::GET, "/rows/");
                let Err(error) = call.send().await else {
                    continue;
                };
                let text = shown(&error);
                assert!(
                    !text.contains(&secret) && !text.contains(&repeated),
                    "{text}"
                );
            }
        }
    }
    // The session's own token, and the one before it.
    let server = Server::start(|n, request| {
        // They have no start in common.
        let token = |n: usize| format!("{n}.c4n4ry.{}", "0123456789".repeat(3));
        let both = format!("{} {}", token(0), token(1));
        write(match request {
            r if r.starts_with("POST /auth") => ok(&format!(r#"{{"token":"{}"}}"#, token(n / 2))),
            _ if n < 2 => response("401 No", "", &format!(r#"{{"detail":"{both}"}}"#)),
            _ if n < 4 => ok(&format!(r#"{{"a":"{both}"}}"#)),
            _ => ok(&format!(r#"{{"a":"{}"}}"#, token(1))),
        })
    })
    .await;
    let client = Client::builder().base_url(&server.url).login("a@b.c", "p");
    let client = client.build().unwrap();
    for _ in 0..2 {
        let call = client.request(Method::GET, "/rows/");
        let error = call.send_json::<Row>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!shown(&error).contains("c4n4ry"), "{}", shown(&error));
    }
}

struct Own;

impl CredentialsProvider for Own {
    fn authorization<'a>(&'a self, _: Option<&'a SecretString>) -> CallFuture<'a, SecretString> {
        let pair = STANDARD.encode(format!("user:{HEX}"));
        Box::pin(async move { Ok(format!("Basic {pair}").into()) })
    }
}

#[tokio::test]
async fn no_error_of_commands_webhooks_and_providers_shows_what_is_repeated() {
    let (server, next) = server().await;
    let set = |reply: String| *next.lock().unwrap() = reply;
    let client = once(&server, HEX);
    let device: DeviceId = "0189d7a5-0000-7000-8000-000000000001".parse().unwrap();
    for body in [
        format!("<html>{HEX}</html>"),
        format!(r#"{{"state":"FAILED","detail":"{HEX}"}}"#),
        format!(r#"{{"jid":"1","success":false,"return":"{HEX}"}}"#),
    ] {
        set(ok(&body));
        let started = client.start_command(device, &Command::raw("x")).await;
        started
            .err()
            .iter()
            .for_each(|e| judge(&shown(e), HEX, HEX, &body));
        let polled = client.command_job(device, "1").poll().await;
        judge(&shown(&polled.unwrap_err()), HEX, HEX, &body);
    }
    let body = format!(r#"{{"jid":["{HEX}"],"state":{{"{HEX}":1}}}}"#);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, HEX.as_bytes());
    let signature = ring::hmac::sign(&key, body.as_bytes());
    let signature = signature.as_ref().iter().map(|b| format!("{b:02x}"));
    let secret = format!("APIToken {HEX}");
    let error = webhook::receive(body.as_bytes(), &signature.collect::<String>(), &secret);
    judge(&shown(&error.unwrap_err()), HEX, HEX, "webhook");

    let client = Client::builder()
        .base_url(&server.url)
        .retry(RetryPolicy::none());
    let client = client.credentials(Credentials::Provider(Arc::new(Own)));
    let client = client.build().unwrap();
    for text in [HEX.to_owned(), STANDARD.encode(format!("user:{HEX}"))] {
        set(ok(&format!(r#"{{"a":"{text}"}}"#)));
        let error = client
            .request(Method::GET, "/rows/")
            .send_json::<Row>()
            .await;
        judge(&shown(&error.unwrap_err()), HEX, &text, "provider");
    }
}

/// A body that names the token in its error.
struct Unwritable;

impl serde::Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(format!("no {HEX}")))
    }
}

#[tokio::test]
async fn no_error_of_a_call_that_was_not_sent_shows_the_token() {
    let server = Server::responses(vec![ok("1")]).await;
    let client = once(&server, HEX);
    let mut call = Call::new(&client, &LIST);
    call.check(autopi::rt::Argument::Query("name"), |v| {
        v.max_length("name", HEX, 5)
    });
    let error = call.send::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    judge(&shown(&error), HEX, HEX, "violation");
    let call = client.request(Method::GET, &format!("/x/{HEX}/"));
    judge(&format!("{call:?}"), HEX, HEX, "debug");
    // So it is with the token of a session.
    let session = ok(&format!(r#"{{"token":"{HEX}"}}"#));
    let other = Server::responses(vec![session, ok("1")]).await;
    let client = Client::builder().base_url(&other.url).login("a@b.c", "p");
    let client = client.build().unwrap();
    client.request(Method::GET, "/x/").send().await.unwrap();
    let call = client.request(Method::GET, &format!("/x/{HEX}/"));
    judge(&format!("{call:?}"), HEX, HEX, "debug of a session");
    let options = CallOptions::new().timeout(Duration::ZERO);
    let error = call.options(options).send().await.unwrap_err();
    judge(&shown(&error), HEX, HEX, "path");
    let pages = client.request(Method::GET, &format!("/x/?page={HEX}"));
    let rows = pages.stream::<Row>().collect::<Vec<_>>().await;
    judge(&shown(rows[0].as_ref().unwrap_err()), HEX, HEX, "page");
    let error = client.request(Method::POST, "/x/").json(&Unwritable);
    judge(&shown(&error.err().unwrap()), HEX, HEX, "body");
    let login = Client::builder().base_url(&server.url).login("a@b.c", HEX);
    let login = login.build().unwrap();
    let call = login.request(Method::GET, &format!("/{HEX}:/"));
    let options = CallOptions::new().timeout(Duration::ZERO);
    let error = call.options(options).send().await.unwrap_err();
    judge(&shown(&error), HEX, HEX, "password");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_long_text_of_a_server_is_cut_in_the_text_of_an_error() {
    let (server, next) = server().await;
    let client = once(&server, HEX);
    let long = "x".repeat(1 << 20);
    for (status, body) in [
        ("200 OK", format!(r#"{{"a":"{long}"}}"#)),
        ("200 OK", format!(r#"{{"{long}":"b"}}"#)),
        ("400 No", format!(r#"{{"detail":"{long}"}}"#)),
        ("400 No", format!(r#"{{"{long}":["b"]}}"#)),
        (
            "400 No",
            format!(r#"{{"a":[{}"b"]}}"#, "\"c\",".repeat(1 << 16)),
        ),
    ] {
        *next.lock().unwrap() = response(status, "", &body);
        let call = client.request(Method::GET, "/rows/");
        let error = call.send_json::<Row>().await.unwrap_err();
        let (text, body) = (error.to_string(), error.raw_body().unwrap());
        assert!(text.len() < 4000 && body.len() <= 1 << 20, "{}", text.len());
    }
}
