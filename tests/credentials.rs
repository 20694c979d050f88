//! Logins, second factors and providers, by what the server sees.

mod support;

use std::{
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};

use autopi::{
    CallFuture, Client, CredentialsProvider, Error, ErrorKind, Method, Mfa, RetryPolicy,
    SecretString, Upload,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use support::{Server, Step, ok, response, write};

const LOGIN: &str = "POST /auth/login/";

async fn get(client: &Client) -> Result<serde_json::Value, Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .await
        .map(|r| r.value)
}

fn login(server: &Server) -> Client {
    Client::builder()
        .base_url(&server.url)
        .login("a@b.c", "canary-password")
        .build()
        .unwrap()
}

/// A server whose n-th login gives a JWT named n: the first one lives so long, each other ten
/// minutes.
async fn sessions(first: Duration, refused: fn(&str) -> bool) -> Server {
    let logins = AtomicU64::new(0);
    let now = || {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    Server::start(move |_, request| {
        if !request.starts_with(LOGIN) {
            let token = request
                .lines()
                .find_map(|l| l.strip_prefix("authorization: Bearer "))
                .unwrap_or_default();
            return write(if refused(token) {
                response("401 Unauthorized", "", r#"{"detail":"expired"}"#)
            } else {
                ok("1")
            });
        }
        let n = logins.fetch_add(1, SeqCst);
        let seconds = if n == 0 { first.as_secs() } else { 600 };
        let claims = format!(r#"{{"iat":{},"exp":{}}}"#, now(), now() + seconds);
        let jwt = format!("{n}.{}.x", URL_SAFE_NO_PAD.encode(claims));
        // The login does not read the user's record in the response.
        let user = r#"{"load":NaN,"serial":89450100000000000123,"few":1e-400}"#;
        write(ok(&format!(r#"{{"token":"{jwt}","user":{user}}}"#)))
    })
    .await
}

#[tokio::test]
async fn an_expired_jwt_under_200_calls_is_one_login() {
    let server = sessions(Duration::from_secs(2), |_| false).await;
    let client = login(&server);
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!(server.count(LOGIN), 1, "it is still fresh");
    tokio::time::sleep(Duration::from_millis(1700)).await;
    join_all((0..200).map(|_| get(&client)))
        .await
        .into_iter()
        .for_each(|r| drop(r.unwrap()));
    assert_eq!((server.count(LOGIN), server.count("GET /x/")), (2, 202));
}

#[tokio::test]
async fn a_refused_jwt_under_200_calls_is_one_login() {
    let server = sessions(Duration::from_secs(600), |token| token.starts_with("0.")).await;
    let client = login(&server);
    join_all((0..200).map(|_| get(&client)))
        .await
        .into_iter()
        .for_each(|r| drop(r.unwrap()));
    assert_eq!(
        server.count(LOGIN),
        2,
        "the first, and one for all that were refused"
    );
}

#[tokio::test]
async fn a_wrong_password_under_200_calls_is_sent_once() {
    let server = Server::responses(vec![response(
        "400 Bad Request",
        "",
        r#"{"non_field_errors":["Unable to log in"]}"#,
    )])
    .await;
    let client = login(&server);
    for error in join_all((0..200).map(|_| get(&client))).await {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(
            error.to_string().contains("HTTP 400") && error.is_unauthorized(),
            "{error}"
        );
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_login_says_why_without_the_secret() {
    let echo = r#"{"detail":"no account has canary-password"}"#;
    let locked = r#"{"non_field_errors":["The account is locked."]}"#;
    let fields = r#"{"email":["Not valid."],"password":["'canary' is too short."]}"#;
    let large = " ".repeat((1 << 20) + 1);
    for (status, body, shown, check) in [
        (
            "400 Bad Request",
            locked,
            "account is locked",
            "check e-mail",
        ),
        ("401 Unauthorized", echo, "** redacted **", "check e-mail"),
        ("403 Forbidden", fields, "email: Not valid.", "check e-mail"),
        (
            "404 Not Found",
            "<html>",
            "HTTP 404: is the base URL",
            "that of the API",
        ),
        (
            "301 Moved",
            "",
            "HTTP 301: is the base URL",
            "that of the API",
        ),
        (
            "200 OK",
            r#"{"token":""}"#,
            "login has no token",
            "that of the API",
        ),
        (
            "200 OK",
            r#"["canary-token"]"#,
            "login has no token, it is a list",
            "that of the API",
        ),
        (
            "200 OK",
            r#"{"mfa_token":["canary-token"]}"#,
            "has no token, it is an object",
            "that of the API",
        ),
        (
            "200 OK",
            r#"{"token":1234567890}"#,
            "has no token, it is an object",
            "that of the API",
        ),
        (
            "200 OK",
            r#""canary-token""#,
            "has no token, it is a text",
            "that of the API",
        ),
        ("200 OK", "<html>", "it is a page", "that of the API"),
        ("200 OK", "", "it is empty", "that of the API"),
        (
            "200 OK",
            &large,
            "the response to the login is larger than 1 MiB",
            "that of the API",
        ),
    ] {
        let server = Server::responses(vec![response(status, "", body)]).await;
        let error = get(&login(&server)).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::Auth, "{text}");
        assert!(text.contains(shown) && text.contains(check), "{text}");
        assert!(!text.contains("max_response_bytes"), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn a_login_is_retried_when_the_server_is_down() {
    let busy = response("503 Busy", "", "");
    let server = Server::responses(vec![busy.clone(), ok(r#"{"token":"a.b.c"}"#), ok("1")]).await;
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let account = Client::builder().base_url(&server.url).login("a@b.c", "p");
    let client = account.retry(retry).build().unwrap();
    client.request(Method::POST, "/x/").send().await.unwrap();
    assert_eq!((server.count(LOGIN), server.count("POST /x/")), (2, 1));

    let server = Server::responses(vec![busy]).await;
    let client = Client::builder()
        .base_url(&server.url)
        .login("a@b.c", "p")
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    for error in join_all((0..20).map(|_| get(&client))).await {
        assert_eq!(error.unwrap_err().status(), Some(503));
    }
    assert_eq!(server.count(LOGIN), 1, "all who waited share its error");
}

#[tokio::test]
async fn a_login_whose_response_breaks_off_is_retried_and_a_refusal_is_not() {
    for (status, logins, passes) in [("200 OK", 2, true), ("401 No", 1, false)] {
        let broken = format!("HTTP/1.1 {status}\r\ncontent-length: 99\r\n\r\n{{\"token\":\"a.b");
        let server = Server::responses(vec![broken, ok(r#"{"token":"a.b.c"}"#), ok("1")]).await;
        let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
        let client = Client::builder().base_url(&server.url).login("a@b.c", "p");
        let client = client.retry(retry).build().unwrap();
        let outcome = client.request(Method::POST, "/x/").send().await;
        assert_eq!(outcome.is_ok(), passes, "{outcome:?}");
        assert_eq!(server.count(LOGIN), logins, "{outcome:?}");
        assert!(
            server
                .requests()
                .iter()
                .all(|r| !r.contains("Bearer a.b\r\n"))
        );
    }
}

#[tokio::test]
async fn a_login_that_stalls_ends_with_the_attempts_timeout_and_is_made_again() {
    let server = Server::start(|n, _| match n {
        0 => vec![Step::Stall],
        1 => write(ok(r#"{"token":"a.b.c"}"#)),
        _ => write(ok("1")),
    })
    .await;
    let client = Client::builder().base_url(&server.url).login("a@b.c", "p");
    let client = client.attempt_timeout(Duration::from_millis(150)).build();
    let started = std::time::Instant::now();
    assert_eq!(get(&client.unwrap()).await.unwrap(), 1);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(server.count(LOGIN), 2);
}

#[tokio::test]
async fn a_cancelled_login_is_done_by_the_next_call() {
    let server = Server::start(|n, _| {
        if n == 0 {
            vec![support::Step::Stall]
        } else {
            write(ok(r#"{"token":"a.b.c"}"#))
        }
    })
    .await;
    let client = login(&server);
    assert!(
        tokio::time::timeout(Duration::from_millis(100), get(&client))
            .await
            .is_err()
    );
    get(&client).await.unwrap();
    assert_eq!((server.count(LOGIN), server.count("GET /x/")), (2, 1));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_sent() {
    let script = |_: usize, request: &str| {
        let body = request.split("\r\n\r\n").nth(1).unwrap_or_default();
        write(match body {
            r#"{"email":"a@b.c","password":"canary-password"}"# => ok(r#"{"mfa_token":"m-1"}"#),
            r#"{"mfa_token":"m-1","otp_token":"123456"}"# => ok(r#"{"token":"otp"}"#),
            r#"{"mfa_token":"m-1","recovery_code":"abcd-efgh"}"# => ok(r#"{"token":"recovered"}"#),
            "" => ok("1"),
            _ => response("400 Bad Request", "", "{}"),
        })
    };
    let server = Server::start(script).await;
    let with = |mfa: Mfa| {
        Client::builder()
            .base_url(&server.url)
            .login_with_mfa("a@b.c", "canary-password", mfa)
            .build()
            .unwrap()
    };
    get(&with(Mfa::ask(|| async { Ok(" 123456 ".to_owned()) })))
        .await
        .unwrap();
    assert!(
        server
            .requests()
            .last()
            .unwrap()
            .contains("authorization: Bearer otp\r\n")
    );
    get(&with(Mfa::code("abcd-efgh"))).await.unwrap();
    assert!(
        server
            .requests()
            .last()
            .unwrap()
            .contains("authorization: Bearer recovered\r\n")
    );
    assert_eq!(server.count("POST /auth/mfa/verify/"), 2);

    let error = get(&with(Mfa::code("000000"))).await.unwrap_err();
    assert!(
        error.to_string().contains("second factor was refused"),
        "{error}"
    );
    let error = get(&with(Mfa::ask(|| async {
        Err(Error::other("no terminal"))
    })))
    .await
    .unwrap_err();
    assert!(error.to_string().contains("no terminal"), "{error}");
    let error = get(&login(&server)).await.unwrap_err();
    assert!(
        error.to_string().contains("requires a second factor"),
        "{error}"
    );
}

#[tokio::test]
async fn a_provider_is_asked_once_more_after_a_401() {
    struct Vault(AtomicU64);
    impl CredentialsProvider for Vault {
        fn authorization<'a>(
            &'a self,
            refused: Option<&'a SecretString>,
        ) -> CallFuture<'a, SecretString> {
            Box::pin(async move {
                let last = format!("Bearer {}", self.0.load(SeqCst));
                if refused.is_some_and(|r| r.expose_secret() == last) {
                    self.0.fetch_add(1, SeqCst);
                }
                Ok(SecretString::from(format!(
                    "Bearer {}",
                    self.0.load(SeqCst)
                )))
            })
        }
    }
    let refuse = |all: bool| {
        Server::start(move |_, request: &str| {
            let old = all || request.contains("authorization: Bearer 0\r\n");
            write(if old {
                response("401 Unauthorized", "", "{}")
            } else {
                ok("1")
            })
        })
    };
    let build = |url: &str| {
        Client::builder()
            .base_url(url)
            .credentials_provider(Vault(0.into()))
            .build()
            .unwrap()
    };
    let server = refuse(false).await;
    get(&build(&server.url)).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    let server = refuse(true).await;
    assert!(
        get(&build(&server.url))
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_by_many_concurrent_calls() {
    let server = Server::responses(vec![response("401 Unauthorized", "", "{}")]).await;
    let client = login(&server);
    let until = tokio::time::Instant::now() + Duration::from_millis(800);
    let one = || async {
        let mut calls = 0;
        while tokio::time::Instant::now() < until {
            let error = get(&client).await.unwrap_err();
            assert!(error.is_unauthorized(), "{error}");
            assert!(error.to_string().contains("HTTP 401"), "{error}");
            calls += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        calls
    };
    let calls: u32 = join_all((0..20).map(|_| one())).await.into_iter().sum();
    assert!(calls > 100, "{calls}");
    assert_eq!(server.requests().len(), 1);
    let error = get(&client).await.unwrap_err().to_string();
    assert!(
        error.contains("ago, and the next one is made in"),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_that_ends_while_the_login_is_down_is_renewed_when_it_is_back() {
    let login_of = |token: &str| ok(&format!(r#"{{"token":"{token}"}}"#));
    let server = Server::responses(vec![
        login_of("old"),
        response("401 Unauthorized", "", r#"{"detail":"expired"}"#),
        response("503 Busy", "", ""),
        login_of("new"),
        ok("7"),
    ])
    .await;
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(1));
    let builder = Client::builder().base_url(&server.url).login("a@b.c", "p");
    let client = builder.retry(retry).build().unwrap();
    assert_eq!(get(&client).await.unwrap(), 7);
    assert_eq!((server.count(LOGIN), server.count("GET /x/")), (3, 2));
}

#[tokio::test]
async fn an_old_failure_is_not_the_reason_of_a_new_one() {
    let logins = AtomicU64::new(0);
    let server = Server::start(move |_, request| {
        if !request.starts_with(LOGIN) {
            return write(response("401 Unauthorized", "", "{}"));
        }
        let n = logins.fetch_add(1, SeqCst);
        write(match n {
            0 => response("400 Bad Request", "", "{}"),
            n => ok(&format!(r#"{{"token":"{n}"}}"#)),
        })
    })
    .await;
    let client = login(&server);
    let first = get(&client).await.unwrap_err().to_string();
    assert!(first.contains("HTTP 400"), "{first}");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    get(&client).await.unwrap_err();
    let last = get(&client).await.unwrap_err().to_string();
    assert!(last.contains("a new login is refused too"), "{last}");
}

#[tokio::test]
async fn a_consumed_body_is_not_sent_with_new_credentials() {
    let refused = response("401 Unauthorized", "", r#"{"detail":"expired"}"#);
    let server = Server::responses(vec![ok(r#"{"token":"a.b.c"}"#), refused]).await;
    let client = login(&server);
    let piece = Ok::<_, std::io::Error>("contents");
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter([piece]));
    let request = client.request(Method::POST, "/x/");
    let request = request.file("file", Upload::body("f.txt", body)).unwrap();
    let error = request.send().await.unwrap_err();
    assert_eq!(
        (error.status(), error.attempts()),
        (Some(401), 1),
        "{error}"
    );
    assert_eq!((server.count(LOGIN), server.count("POST /x/")), (1, 1));
}

#[tokio::test]
async fn a_body_that_was_not_read_is_sent_when_the_login_is_back() {
    let down = response("503 Busy", "", "");
    let server = Server::responses(vec![down, ok(r#"{"token":"a.b.c"}"#), ok("1")]).await;
    let piece = Ok::<_, std::io::Error>("contents");
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter([piece]));
    let client = login(&server);
    let request = client.request(Method::POST, "/x/");
    let request = request.file("file", Upload::body("f.txt", body)).unwrap();
    request.send().await.unwrap();
    let sent = server.requests();
    assert!(
        sent[2].starts_with("POST /x/") && sent[2].contains("contents"),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_refused_login_is_retried_after_its_pause() {
    let refused = response("400 Bad Request", "", "{}");
    let server = Server::responses(vec![refused, ok(r#"{"token":"a.b.c"}"#), ok("1")]).await;
    let client = login(&server);
    get(&client).await.unwrap_err();
    get(&client).await.unwrap_err();
    assert_eq!(server.count(LOGIN), 1);
    tokio::time::sleep(Duration::from_millis(1050)).await;
    get(&client).await.unwrap();
    assert_eq!((server.count(LOGIN), server.count("GET /x/")), (2, 1));
}

#[tokio::test]
async fn dead_sessions_under_500_calls_are_a_handful_of_logins() {
    // Once with the same token each time, once with a new one.
    for same in [true, false] {
        let server = Server::start(move |n, request| {
            let token = if same { 0 } else { n };
            write(if request.starts_with(LOGIN) {
                ok(&format!(r#"{{"token":"{token}"}}"#))
            } else {
                response("401 Unauthorized", "", r#"{"detail":"no such session"}"#)
            })
        })
        .await;
        let client = login(&server);
        let started = std::time::Instant::now();
        for _ in 0..10 {
            for error in join_all((0..50).map(|_| get(&client))).await {
                let error = error.unwrap_err();
                assert_eq!(error.status(), Some(401), "{error}");
                assert_eq!(error.detail().as_deref(), Some("no such session"));
            }
        }
        // The first login, one for the refused session, and one after each pause: 1 s, 2 s, 4 s.
        let most = 2 + (1.0 + started.elapsed().as_secs_f64()).log2() as usize;
        assert!((2..=most).contains(&server.count(LOGIN)), "{most}");
    }
}

#[tokio::test]
async fn a_403_that_says_expired_is_renewed_once_and_no_other() {
    for (detail, logins) in [
        ("Signature has expired.", 2),
        ("Token has expired", 2),
        ("session expired", 2),
        ("Your subscription has expired.", 1),
        ("You do not have permission to perform this action.", 1),
        ("Authentication credentials were not provided.", 1),
    ] {
        for recovers in [true, false] {
            let server = Server::start(move |n, request| {
                write(if request.starts_with(LOGIN) {
                    ok(&format!(r#"{{"token":"{n}"}}"#))
                } else if recovers && !request.contains("authorization: Bearer 0\r\n") {
                    ok("1")
                } else {
                    response("403 Forbidden", "", &format!(r#"{{"detail":"{detail}"}}"#))
                })
            })
            .await;
            let result = get(&login(&server)).await;
            assert_eq!(result.is_ok(), recovers && logins == 2, "{detail}");
            let counts = (server.count(LOGIN), server.count("GET /x/"));
            assert_eq!(counts, (logins, logins), "{detail}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_gives_the_refused_value_again_ends_the_call() {
    struct Fixed;
    impl CredentialsProvider for Fixed {
        fn authorization<'a>(
            &'a self,
            _: Option<&'a SecretString>,
        ) -> CallFuture<'a, SecretString> {
            Box::pin(async { Ok(SecretString::from("Bearer 0")) })
        }
    }
    let server = Server::responses(vec![response("401 Unauthorized", "", "{}")]).await;
    let client = Client::builder()
        .base_url(&server.url)
        .credentials_provider(Fixed)
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert!(
        error
            .to_string()
            .contains("the very credentials that were refused"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}
