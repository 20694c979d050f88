//! Canaries: tokens, passwords, codes and JWTs must not be in anything that is printed, logged or
//! sent elsewhere.

#[path = "support/log.rs"]
mod log;
mod support;

use std::{collections::BTreeMap, error::Error as _, time::Duration};

use autopi::{
    CallOptions, Client, ClientBuilder, Command, Credentials, Cursor, Error, Json, Method, Mfa,
    Page, RetryPolicy,
};
use log::Log;
use serde_json::Value;
use support::{Server, ok, response, write};
use tracing_subscriber::{fmt::format::FmtSpan, util::SubscriberInitExt};

/// Returns everything that a program could print of an error, including field errors.
fn shown(error: &Error) -> String {
    let fields = (error.detail(), error.field_errors());
    format!("{} {fields:?}", shown_to_a_user(error))
}

fn shown_to_a_user(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(e) = source {
        text.push_str(&format!(" {e} {e:?}"));
        source = e.source();
    }
    text
}

async fn get(client: &Client) -> Result<serde_json::Value, Error> {
    client
        .request(Method::GET, "/devices/")
        .query("q", 1)
        .send_json()
        .await
        .map(|r| r.value)
}

/// A server that repeats the password and the token wherever it can.
async fn echo(status: &'static str) -> Server {
    Server::start(move |_, request| {
        let login = request.starts_with("POST /auth/");
        let body = r#"{"password":"canary-password","email":"a@b.c","detail":"canary-password","token":null,"mfa_token":5}"#;
        write(if login { response(status, "", body) } else { ok("1") })
    })
    .await
}

#[tokio::test]
async fn no_output_contains_a_canary_secret() {
    let buffer = Log::default();
    let writer = buffer.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_span_events(FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish()
        .init();
    let retry = || RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let at = |url: &str| {
        Client::builder()
            .base_url(url)
            .retry(retry())
            .trace_bodies(true)
    };
    let login = |b: ClientBuilder| {
        b.login_with_mfa("a@b.c", "canary-password", Mfa::code("canary-code"))
            .build()
            .unwrap()
    };
    let mut texts = vec![
        format!("{:?}", Client::builder().api_token("canary-token")),
        format!("{:?}", login(Client::builder())),
        format!("{:?}", Credentials::Jwt("canary.jwt".into())),
        format!("{:?}", Mfa::code("canary-code")),
    ];
    let options = CallOptions::new().header("x-own", "canary-header").unwrap();
    texts.push(format!("{options:?} {options:#?}"));
    for command in [
        Command::raw("wifi.connect home canary-argument"),
        Command::new("wifi.connect")
            .arg("canary-argument")
            .kwarg("psk", "canary-argument")
            .callback("https://h.example/?token=canary", Duration::from_secs(9)),
    ] {
        let text = format!("{command:?} {command:#?}");
        assert!(text.contains("wifi.connect"), "{text}");
        texts.push(text);
    }
    let event = r#"{"jid":"1","state":"TIMEOUT","response":{"data":{"return":"canary-output"}},"token":"canary","more":["canary"]}"#;
    let event: autopi::webhook::CommandEvent = serde_json::from_str(event).unwrap();
    texts.push(format!("{event:?} {event:#?}"));
    let page = r#"{"next":"/x/?token=canary&page=2","results":[{"token":"canary"},{"a":1}],"auth":{"password":"canary"}}"#;
    let items: autopi::Page<std::collections::BTreeMap<String, i64>> =
        serde_json::from_str(page).unwrap();
    assert_eq!(items.errors.len(), 1);
    texts.push(format!("{items:?} {:?} {}", items.errors, items.errors[0]));
    texts.push(shown(&items.into_strict().unwrap_err()));
    let values: autopi::Page<serde_json::Value> = serde_json::from_str(page).unwrap();
    texts.push(format!("{values:?}"));
    let cursor = r#"{"operation":"o","path":"/x/","query":[["q","canary-query"]],"index":1,"seen":1,"size":null,"linked":false}"#;
    let cursor: Cursor = serde_json::from_str(cursor).unwrap();
    texts.push(format!("{cursor:?} {:?}", options.resume(cursor.clone())));

    // Calls that succeed, and calls that fail.
    let server = Server::start(|n, _| {
        write(if n == 0 {
            response("503 Busy", "", "")
        } else {
            ok(r#"{"seen":"in the body"}"#)
        })
    })
    .await;
    get(&at(&server.url).api_token("canary-token").build().unwrap())
        .await
        .unwrap();

    // Bodies with secrets, both ways, and cookies.
    let body = r#"{"devices":[{"wifi":{"w\u0069fiPass":"canary-member"}}]}"#;
    let server = Server::responses(vec![response(
        "200 OK",
        "set-cookie: s=canary-cookie\r\n",
        body,
    )])
    .await;
    let client = at(&server.url).api_token("canary-token").build().unwrap();
    let sent = serde_json::json!([{"new_password": "canary-member", "user": "shown"}]);
    let call = client
        .request(Method::POST, "/devices/")
        .json(&sent)
        .unwrap();
    let got = call.send().await.unwrap();
    assert!(server.requests()[0].contains("canary-member"));
    texts.push(format!("{got:?} {got:#?} {:?}", got.headers));
    let call = client.request(Method::POST, "/auth/mfa/verify/");
    let sent = serde_json::json!({"code": "canary-code"});
    call.json(&sent).unwrap().send().await.unwrap();
    let other = Server::responses(vec![ok("1")]).await;
    let (moved, other_url) = (
        Server::responses(vec![response(
            "307 Moved",
            &format!("location: {}/\r\n", other.url),
            "",
        )])
        .await,
        &other.url,
    );
    let closed = format!("http://{}", support::closed());
    let broken = Server::responses(vec![ok("{")]).await;
    for url in [&moved.url, &closed, &broken.url] {
        texts.push(shown(
            &get(&at(url).api_token("canary-token").build().unwrap())
                .await
                .unwrap_err(),
        ));
        texts.push(shown(
            &get(&at(url).jwt("canary.jwt.x").build().unwrap())
                .await
                .unwrap_err(),
        ));
        texts.push(shown(&get(&login(at(url))).await.unwrap_err()));
    }
    assert_eq!(other.requests().len(), 0, "{other_url}");

    let repeated = r#"{"note":"seen for canary-token","wifi":"secret canary-secret"}"#;
    let server = Server::responses(vec![ok(repeated)]).await;
    let client = at(&server.url).api_token("canary-token").build().unwrap();
    let options = CallOptions::new().header("x-api-key", "canary-secret");
    let call = client
        .request(Method::POST, "/devices/")
        .options(options.unwrap());
    let sent = serde_json::json!({"note": "seen for canary-token"});
    call.json(&sent).unwrap().send().await.unwrap();

    // Logins.
    for status in ["200 OK", "400 Bad Request", "503 Busy"] {
        let server = echo(status).await;
        texts.push(shown(&get(&login(at(&server.url))).await.unwrap_err()));
        assert!(server.count("POST /auth/login/") > 0);
    }
    let server = Server::start(|_, request| {
        write(match request {
            r if r.starts_with("POST /auth/login/") => ok(r#"{"mfa_token":"canary-challenge"}"#),
            r if r.starts_with("POST /auth/mfa/verify/") => ok(r#"{"token":"canary.jwt"}"#),
            _ => response("401 Unauthorized", "", r#"{"detail":"expired"}"#),
        })
    })
    .await;
    texts.push(shown(&get(&login(at(&server.url))).await.unwrap_err()));
    assert_eq!(
        (
            server.count("POST /auth/mfa/verify/"),
            server.count("GET /devices/")
        ),
        (2, 1),
        "the same token is not sent again"
    );
    for bad in ["canary token", "canary\u{e9}", "canary\n"] {
        let built = Client::builder().api_token(bad).build();
        texts.extend(built.err().map(|e| shown(&e)));
    }
    texts.extend(
        Client::builder()
            .base_url("https://u:canary@h.example")
            .api_token("t")
            .build()
            .err()
            .map(|e| shown(&e)),
    );

    let log = buffer.text();
    for text in texts.iter().chain([&log]) {
        let at = text
            .find("canary")
            .map(|at| &text[at.saturating_sub(300)..(at + 20).min(text.len())]);
        assert_eq!(at, None, "a canary is shown");
    }

    // The log has one span for each call, with its counts, and the traced bodies.
    let closed = log
        .lines()
        .find(|l| {
            l.contains("close")
                && l.contains("http.response.status_code=200")
                && l.contains("attempts=2")
        })
        .expect("the span of the first call");
    for part in [
        "autopi.call",
        r#"operation="raw""#,
        r#"http.request.method="GET""#,
        r#"url.path="/devices/""#,
        r#"server.address="127.0.0.1""#,
        "http.request.resend_count=1",
        "attempts=2",
        "duration_ms=",
    ] {
        assert!(closed.contains(part), "{part}: {closed}");
    }
    assert!(log.matches("seen for ** redacted **").count() == 2);
    assert!(log.contains("in the body") && log.contains("another attempt follows"));
}

#[tokio::test]
async fn debug_of_responses_bad_items_and_errors_shows_no_values() {
    let secret = r#"{"token":"canary","a":["canary"]}"#;
    let server = Server::start(move |_, request| {
        write(match request.split_whitespace().nth(1) {
            Some("/page/") => ok(&format!(r#"{{"results":[{secret},5]}}"#)),
            Some("/fields/") => response(
                "400 Bad Request",
                "",
                r#"{"name":["seen"],"wifi":{"wifi_pass":["Object with wifi_pass=canary does not exist."]},"keys":[{"token":["\"canary\" is not a valid choice."]}]}"#,
            ),
            Some("/named/") => ok(r#"{"x":[{"token":"canary"}],"text":"{\"pin\":\"canary\"}"}"#),
            Some("/status/") => {
                let body = r#"{"token":["canary"],"x":{"password":"canary"}}"#;
                response("400 Bad Request", "set-cookie: canary\r\n", body)
            }
            _ => ok(secret),
        })
    })
    .await;
    let client = server.client();
    let get = |path: &str| client.request(Method::GET, path);
    let mut texts = vec![
        format!("{:?}", get("/x/").send().await.unwrap()),
        format!("{:#?}", get("/x/").send_json::<Value>().await.unwrap()),
        format!("{:?}", get("/x/").send_json::<Vec<Value>>().await.unwrap()),
        format!("{:?}", get("/named/").send_json::<Json>().await.unwrap()),
        format!("{:?}", get("/x/").send_download().await.unwrap()),
        format!("{:?}", get("/token/canary7/?q=canary").query("a", "canary")),
    ];
    let page = get("/page/").send_json::<Page<Value>>().await.unwrap();
    texts.push(format!("{page:#?} {:?}", page.value));
    let page = get("/page/")
        .send_json::<Page<BTreeMap<String, i64>>>()
        .await;
    let page = page.unwrap();
    assert_eq!(page.value.errors.len(), 2);
    texts.push(format!("{page:?} {:?}", page.value.errors));
    let fields = get("/fields/").send().await.unwrap_err();
    texts.push(shown_to_a_user(&fields));
    assert!(fields.to_string().contains("name: seen;"), "{fields}");
    assert_eq!(
        fields.field_errors()["keys[0].token"],
        ["\"canary\" is not a valid choice."],
        "who asks for it has it"
    );
    texts.push(shown_to_a_user(&get("/status/").send().await.unwrap_err()));
    let error = get("/x/").send_json::<BTreeMap<String, i64>>().await;
    texts.push(shown_to_a_user(&error.unwrap_err()));
    for text in texts {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn what_servers_and_proxies_repeat_shows_no_secret() {
    let places = [
        ("401 No", "", r#"{"detail":"unknown token canary-token"}"#),
        ("403 No", "", "no rights for APIToken canary-token"),
        ("400 No", "", r#"{"x":["canary-token"],"y":"canary-token"}"#),
        (
            "400 No",
            "",
            r#"{"wifi":{"token":["canary"]},"users":[{"api_key":"canary"}],"password":"canary"}"#,
        ),
        (
            "500 No",
            "x-request-id: 1\r\nset-cookie: a=canary\r\n",
            "<p>canary-token",
        ),
        (
            "404 No",
            "location: /?token=canary\r\nwww-authenticate: x=canary\r\n",
            "",
        ),
        ("302 No", "location: /x/?token=canary&again\r\n", ""),
        (
            "302 No",
            "location: https://user:canary@other.example/\r\n",
            "",
        ),
        ("302 No", "location: /token/canary7/\r\n", ""),
        ("302 No", "location: //canary:x@127.0.0.1/\r\n", ""),
        ("200 OK", "", r#"{"a":7,"token":"canary-token"}"#),
    ];
    let mut texts = Vec::new();
    for (status, headers, body) in places {
        let server = Server::responses(vec![response(status, headers, body)]).await;
        let client = server.builder().retry(RetryPolicy::none()).build().unwrap();
        let call = client.request(Method::GET, "/x/?token=canary");
        texts.push(format!("{call:?} {client:?}"));
        let error = call.send_json::<BTreeMap<String, i64>>().await.unwrap_err();
        texts.push(shown_to_a_user(&error));
    }
    let closed = support::closed();
    for proxy in [
        format!("http://user:canary@{closed}"),
        format!("http://canary:@{closed}"),
        format!("http://user:canary@{closed}:x"),
        "socks5://user:canary@h".into(),
    ] {
        let builder = match Client::builder().proxy(&proxy) {
            Ok(builder) => builder,
            Err(error) => {
                texts.push(shown(&error));
                continue;
            }
        };
        let builder = builder
            .base_url("https://api.example")
            .api_token("canary-token")
            .retry(RetryPolicy::none());
        texts.push(format!("{builder:?} {builder:#?}"));
        match builder.build() {
            Ok(client) => {
                texts.push(format!("{client:?} {client:#?}"));
                texts.push(shown(&get(&client).await.unwrap_err()));
            }
            Err(error) => texts.push(shown(&error)),
        }
    }
    let hosts = [
        "api.example\u{0}canary",
        "canary canary",
        "https://x:canary@y",
        "[canary",
    ];
    for host in hosts {
        let built = Client::builder()
            .allow_plain_http(host)
            .base_url("http://other.example");
        texts.extend(built.api_token("t").build().err().map(|e| shown(&e)));
    }
    for text in &texts {
        assert!(!text.contains("canary"), "{text}");
    }
}
