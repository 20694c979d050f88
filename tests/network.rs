//! The way from the client to the host: proxies, root certificates, redirects, URLs.

mod support;

use std::{env, process::Command, sync::Arc, time::Duration};

use autopi::{
    CallInfo, CallOptions, Client, ClientBuilder, ClientHooks, Error, ErrorKind, Method,
    RetryPolicy, Upload,
};
use reqwest::dns::{Name, Resolve, Resolving};
use support::{Server, Step, ok, response, write};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

async fn get(client: &Client) -> Result<serde_json::Value, autopi::Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .await
        .map(|r| r.value)
}

#[tokio::test]
async fn calls_go_through_the_proxy() {
    let proxy = Server::responses(vec![ok("7")]).await;
    let url = proxy.url.replace("http://", "http://user:canary@");
    let client = Client::builder()
        .base_url("http://api.example")
        .allow_plain_http("api.example")
        .api_token("t")
        .proxy(&url)
        .unwrap()
        .build()
        .unwrap();
    assert!(!format!("{client:?}").contains("canary"));
    assert_eq!(get(&client).await.unwrap(), 7);
    let seen = proxy.requests().remove(0);
    assert!(
        seen.starts_with("GET http://api.example/x/ ")
            && seen.contains("proxy-authorization: Basic "),
        "{seen}"
    );

    let error = Client::builder().proxy("http://user:canary@[").unwrap_err();
    assert!(
        error.kind() == ErrorKind::Configuration
            && !format!("{error} {error:?}").contains("canary"),
        "{error:?}"
    );
    // The error does not show the URL of an unreachable proxy.
    let client = Client::builder()
        .api_token("t")
        .proxy(&format!("http://user:canary@{}", support::closed()))
        .unwrap()
        .build()
        .unwrap();
    let error = client
        .request(Method::POST, "/x/")
        .send()
        .await
        .unwrap_err();
    assert!(
        error.kind() == ErrorKind::Transport && !format!("{error} {error:?}").contains("canary"),
        "{error:?}"
    );
}

#[test]
fn root_certificates_are_read_or_refused() {
    for bad in [
        "",
        "no pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let built = Client::builder()
            .api_token("t")
            .root_certificates(bad.as_bytes())
            .and_then(|b| b.build());
        assert_eq!(built.unwrap_err().kind(), ErrorKind::Configuration, "{bad}");
    }
}

/// A redirect to another port, host or scheme is not followed.
#[tokio::test]
async fn a_redirect_to_another_scheme_or_port_is_not_followed() {
    let other = Server::responses(vec![ok("1")]).await;
    for place in [
        other.url.replace("127.0.0.1", "localhost"),
        format!("{}/y/?canary", other.url),
        "https://127.0.0.1/".to_owned(),
        other.url.replace("http:", ""),
        other.url.replace("127.0.0.1", "127.0.0.1.nip.io"),
        "//user:canary@127.0.0.1/".to_owned(),
    ] {
        let server = Server::responses(vec![moved("302 Found", &place)]).await;
        for method in [Method::GET, Method::POST] {
            let call = server.client();
            let error = call.request(method, "/x/").send().await.unwrap_err();
            assert_eq!(
                (error.status(), error.attempts()),
                (Some(302), 1),
                "{place}"
            );
            let text = format!("{error} {error:?}");
            assert!(
                !text.contains("canary") && text.contains("another host"),
                "{text}"
            );
        }
        assert_eq!(server.requests().len(), 2, "{place}");
    }
    assert_eq!(other.requests().len(), 0);
}

/// A resolver that fails, or never responds.
struct Names {
    ever: bool,
}
impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let ever = self.ever;
        Box::pin(async move {
            if ever {
                std::future::pending::<()>().await;
            }
            Err(format!("no such host \u{1b}[2J{}", ".".repeat(1000)).into())
        })
    }
}

/// Returns the error text of a GET with a secret in its query.
async fn failure(url: &str, http: Option<reqwest::ClientBuilder>) -> Error {
    let mut builder = Client::builder()
        .base_url(url)
        .api_token("canary-token")
        .retry(RetryPolicy::none())
        .timeout(Duration::from_secs(5));
    if let Some(http) = http {
        builder = builder.http_client(http.build().unwrap());
    }
    let client = builder.build().unwrap();
    let call = client.request(Method::GET, "/x/").query("canary", 1);
    let error = call.send().await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("canary"),
        "{error:?}"
    );
    assert!(!error.to_string().contains('\u{1b}'), "{error:?}");
    error
}

#[tokio::test]
async fn each_reason_for_no_response_has_its_own_text_with_the_cause() {
    let names = |ever| {
        let http = Client::builder().http_client_builder().unwrap();
        http.no_proxy().dns_resolver(Arc::new(Names { ever }))
    };
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_tls = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = plain.accept().await.unwrap();
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_secs(9)).await;
    });
    let ends = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_handshake = format!("https://{}", ends.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = ends.accept().await.unwrap();
        drop(socket.read(&mut [0; 4096]).await);
    });
    let proxy = Server::responses(vec![response("403 Forbidden", "", "")]).await;
    let tunnel = reqwest::Proxy::all(&proxy.url).unwrap();
    let tunnel = Client::builder()
        .http_client_builder()
        .unwrap()
        .proxy(tunnel);
    let reset = Server::start(|_, _| vec![Step::Reset]).await;
    let closed = Server::start(|_, _| vec![]).await;
    for (error, what, cause) in [
        (
            failure("https://api.example", Some(names(false))).await,
            "name can't be resolved",
            "no such host",
        ),
        (
            failure(&format!("http://{}", support::closed()), None).await,
            "the connection is refused",
            "efused",
        ),
        (
            failure(&no_tls, None).await,
            "no TLS with the server",
            "orrupt",
        ),
        (
            failure(&no_handshake, None).await,
            "no TLS with the server",
            "eof",
        ),
        (
            failure("https://api.example", Some(tunnel)).await,
            "the proxy does not let the connection through",
            "unsuccessful",
        ),
        // To nobody: TCP has no broadcast.
        (
            failure("https://255.255.255.255", None).await,
            "no connection to the server",
            "os error",
        ),
        (
            failure(&reset.url, None).await,
            "the connection was reset",
            "eset",
        ),
        (
            failure(&closed.url, None).await,
            "the connection broke",
            "closed before",
        ),
    ] {
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Transport, "{text}");
        assert!(text.contains(what) && text.contains(cause), "{text}");
        assert!(text.len() < 500, "{text}");
    }
    let stalls = Server::start(|_, _| vec![Step::Stall]).await;
    let http = Client::builder().http_client_builder().unwrap();
    let http = http.read_timeout(Duration::from_millis(50));
    let error = failure(&stalls.url, Some(http)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.to_string().contains("of the HTTP client's own"),
        "{error}"
    );
    let slow = names(true).connect_timeout(Duration::from_millis(50));
    let error = failure("https://api.example", Some(slow)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error
            .to_string()
            .contains("no connection in time (connect timeout)"),
        "{error}"
    );
}
fn moved(status: &str, place: &str) -> String {
    response(status, &format!("location: {place}\r\n"), "")
}

/// The response of Django's `APPEND_SLASH`.
async fn appends_slash(status: &'static str) -> Server {
    Server::start(move |_, request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        write(
            if path.split('?').next().is_some_and(|p| p.ends_with('/')) {
                ok(r#"{"seen":true}"#)
            } else {
                moved(status, &format!("{path}/"))
            },
        )
    })
    .await
}

#[tokio::test]
async fn a_redirect_never_changes_the_method_or_drops_the_body() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Moved",
        "308 Moved",
    ] {
        let server = appends_slash(status).await;
        let client = server.client();
        assert_eq!(
            client
                .request(Method::GET, "/x")
                .send()
                .await
                .unwrap()
                .status,
            200
        );
        assert_eq!(server.count("GET /x/"), 1);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let sent = client
                .request(method.clone(), "/x")
                .json(&"body")
                .unwrap()
                .send()
                .await;
            let start = format!("{method} /x/ ");
            if status.starts_with("307") || status.starts_with("308") {
                assert_eq!(sent.unwrap().status, 200);
                let last = server.requests().pop().unwrap();
                assert!(
                    last.starts_with(&start) && last.ends_with("\r\n\r\n\"body\""),
                    "{last}"
                );
                assert!(last.contains("authorization: APIToken canary-token"));
                continue;
            }
            let error = sent.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Status, 1));
            assert!(
                error.to_string().contains(&format!("{}/x/", server.url)),
                "{error}"
            );
            assert_eq!(server.count(&start) + server.count("GET /x/"), 1);
        }
    }
    // A body that can be sent only once is not replaced by an empty one.
    let server = appends_slash("308 Moved").await;
    let once = Upload::reader("f", &b"abc"[..]);
    let client = server.client();
    let call = client.request(Method::POST, "/x").file("f", once).unwrap();
    let error = call.send().await.unwrap_err();
    assert!(
        error.to_string().contains("/x/") && server.requests().len() == 1,
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_without_end_is_an_error() {
    const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";
    let server =
        Server::start(|n, _| write(moved("302 Found", &format!("/{n}/{TOKEN}/?q=canary")))).await;
    let error = get(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.status(), server.requests().len()),
        (Some(302), 6),
        "{error}"
    );
    let text = format!("{error} {error:?}");
    assert!(text.contains("/5/** redacted **/"), "{text}");
    assert!(!text.contains(TOKEN) && !text.contains("canary"), "{text}");
    // It is part of its attempt.
    let server = Server::start(|n, _| {
        write(match n {
            0 => moved("302 Found", "/y/"),
            _ => response("503 Busy", "", ""),
        })
    })
    .await;
    assert_eq!(get(&server.client()).await.unwrap_err().attempts(), 3);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_path_may_hold_a_query_and_a_url_must_be_of_the_own_host() {
    let (server, other) = (
        Server::responses(vec![ok("1")]).await,
        Server::responses(vec![ok("1")]).await,
    );
    let client = server
        .builder()
        .base_url(format!("{}/v1/", server.url))
        .build()
        .unwrap();
    let own = format!("{}/v1/x/?page=2&q=a%20b#part", server.url);
    for (path, line) in [
        ("/x/?page=2", "GET /v1/x/?page=2 "),
        ("x/?q=a%20b&flag", "GET /v1/x/?q=a+b&flag= "),
        (&own, "GET /v1/x/?page=2&q=a+b "),
        ("/x/%3Fpage=2", "GET /v1/x/%3Fpage=2 "),
        (
            "/http://127.0.0.1:7002/x/",
            "GET /v1/http://127.0.0.1:7002/x/ ",
        ),
        ("/@evil/", "GET /v1/@evil/ "),
        ("/x/#part", "GET /v1/x/ "),
        ("/x/?a=1#part?b=2", "GET /v1/x/?a=1 "),
        ("/x/?a=%23", "GET /v1/x/?a=%23 "),
    ] {
        client.request(Method::GET, path).send().await.unwrap();
        let last = server.requests().pop().unwrap();
        assert!(last.starts_with(line), "{path}: {last}");
    }
    client
        .request(Method::GET, "/x/?a=1")
        .query("b", 2)
        .send()
        .await
        .unwrap();
    assert_eq!(server.count("GET /v1/x/?a=1&b=2 "), 1);
    let sent = server.requests().len();
    let (evil, host) = (format!("{}/x/", other.url), other.url.replace("http:", ""));
    let user = server.url.replace("//", "//canary:canary@");
    let https = server.url.replace("http:", "https:");
    let latin = format!("{}/v1/x/?%e4=1", server.url);
    let lines = format!("{}/v1/x\n/", server.url);
    for bad in [
        &evil,
        &host,
        &user,
        &https,
        "//evil/x/",
        "/\\evil/x/",
        "/../x/",
        "/a/%2e%2E/",
        "/\t/evil/",
        "http:\t//evil",
        "\nhttp://evil/",
        "http:///evil/",
        "javascript:alert(1)",
        "/x/?q=%FF",
        &latin,
        &lines,
    ] {
        let error = client.request(Method::GET, bad).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{bad}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert_eq!((server.requests().len(), other.requests().len()), (sent, 0));
}

#[tokio::test]
async fn a_hook_cannot_send_the_credentials_to_another_host() {
    struct Detour(String);
    impl ClientHooks for Detour {
        fn pre(&self, request: &mut reqwest::Request, _: &CallInfo) -> Result<(), Error> {
            *request.url_mut() = self.0.parse().map_err(|_| Error::other("no URL"))?;
            Ok(())
        }
    }
    let (server, other) = (
        Server::responses(vec![ok("1")]).await,
        Server::responses(vec![ok("1")]).await,
    );
    let client = server
        .builder()
        .hooks(Detour(other.url.clone()))
        .build()
        .unwrap();
    assert_eq!(
        get(&client).await.unwrap_err().kind(),
        ErrorKind::InvalidRequest
    );
    assert_eq!((server.requests().len(), other.requests().len()), (0, 0));
}

#[test]
fn a_base_url_is_refused_where_the_token_could_be_read() {
    for base in [
        "http://api.autopi.io",
        "http://localhost.evil.com",
        "http://127.0.0.1.nip.io",
        "http://[::ffff:8.8.8.8]",
        "https://canary:canary@api.autopi.io",
        "https://canary@api.autopi.io",
        "https://api.autopi.io/?token=canary",
        "https://api.autopi.io/#canary",
        "ftp://127.0.0.1",
        "canary",
    ] {
        let built = Client::builder().base_url(base).api_token("t").build();
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{base}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    for base in [
        "http://[::1]",
        "http://0x7f.1",
        "http://127.1",
        "http://[::ffff:127.0.0.1]",
        "http://LOCALHOST",
    ] {
        Client::builder()
            .base_url(base)
            .api_token("t")
            .build()
            .unwrap();
    }
}

/// The test runs itself again with proxies in the environment.
#[tokio::test]
async fn plain_http_and_loopback_go_through_no_proxy_of_the_environment() {
    if let Ok(url) = env::var("AUTOPI_TEST_SERVER") {
        return with_proxies_around(&url).await;
    }
    let proxy = Server::responses(vec![ok("1")]).await;
    let server = Server::start(|_, request| {
        write(ok(if request.starts_with("POST /auth/login/") {
            r#"{"token":"a.b.c"}"#
        } else {
            "1"
        }))
    })
    .await;
    for scheme in ["http", "socks5"] {
        let mut child = Command::new(env::current_exe().unwrap());
        child
            .args([
                "--exact",
                "plain_http_and_loopback_go_through_no_proxy_of_the_environment",
            ])
            .env("AUTOPI_TEST_SERVER", &server.url)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy");
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            let url = proxy.url.replace("http", scheme);
            child.env(name, &url).env(name.to_lowercase(), &url);
        }
        let output = tokio::task::spawn_blocking(move || child.output())
            .await
            .unwrap()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{text} {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert!(server.count("GET /x/") >= 6 && server.count("POST /auth/login/") >= 2);
    for seen in proxy.requests() {
        assert!(
            seen.starts_with("CONNECT api.example:443 "),
            "the proxy reads {seen}"
        );
        assert!(!seen.to_lowercase().contains("canary"), "{seen}");
    }
    assert!(
        !proxy.requests().is_empty(),
        "https goes through the environment's proxy"
    );
}

/// `from_env` reads the variables of its process, so each case is a process.
#[cfg(unix)]
#[tokio::test]
async fn from_env_gives_a_profile_to_its_own_host_only() {
    use std::os::unix::fs::PermissionsExt;

    if let (Ok(own), Ok(other)) = (env::var("AUTOPI_TEST_OWN"), env::var("AUTOPI_TEST_OTHER")) {
        get(&Client::from_env().unwrap()).await.unwrap();
        let builder = || Client::builder().from_env().unwrap();
        get(&builder().base_url(&own).build().unwrap())
            .await
            .unwrap();
        // Credentials that the program sets itself go where it says.
        let client = builder().base_url(&other).api_token("own").build().unwrap();
        get(&client).await.unwrap();
        let read =
            |builder: ClientBuilder| format!("{:?}", builder.from_env().unwrap().build().unwrap());
        let variable = env::var("AUTOPI_BASE_URL");
        let variable = variable.unwrap_or_else(|_| "https://api.autopi.io".into());
        assert!(read(Client::builder().api_token("own")).contains(&variable));
        let set = Client::builder().api_token("own").base_url(&other);
        assert!(read(set).contains(&other));
        let early = Client::builder().base_url(&other).from_env().unwrap();
        for builder in [early, builder().base_url(&other)] {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            let text = error.to_string();
            assert!(
                text.contains("[default] is for") && !text.contains("canary"),
                "{text}"
            );
        }
        return;
    }
    let (own, other) = (
        Server::responses(vec![ok("1")]).await,
        Server::responses(vec![ok("1")]).await,
    );
    let home = env::temp_dir().join(format!("autopi-home-{}", std::process::id()));
    let folder = home.join(".config/autopi");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("credentials.toml");
    let profile = format!(
        "[default]\napi_token = 'canary'\nbase_url = '{}'\n",
        own.url
    );
    std::fs::write(&path, profile).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    for (variable, works) in [
        (None, true),
        (Some(&own.url), true),
        (Some(&other.url), false),
    ] {
        let mut child = Command::new(env::current_exe().unwrap());
        child
            .args(["--exact", "from_env_gives_a_profile_to_its_own_host_only"])
            .env("HOME", &home)
            .env("AUTOPI_TEST_OWN", &own.url)
            .env("AUTOPI_TEST_OTHER", &other.url);
        if let Some(url) = variable {
            child.env("AUTOPI_BASE_URL", url);
        }
        let run = tokio::task::spawn_blocking(move || child.output());
        let output = run.await.unwrap().unwrap();
        assert_eq!(output.status.success(), works, "{variable:?} {output:?}");
    }
    let _ = std::fs::remove_dir_all(&home);
    for seen in other.requests() {
        assert!(!seen.contains("canary"), "{seen}");
    }
    assert!(own.count("GET /x/") >= 4);
}

async fn with_proxies_around(url: &str) {
    let named = url.replace("127.0.0.1", "localhost");
    let mapped = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    // Sockets of IPv6 do not reach IPv4 on Windows (IPV6_V6ONLY is its default).
    let reached = if cfg!(windows) { 2 } else { 3 };
    for base in [url, &named, &mapped].into_iter().take(reached) {
        let client = Client::builder()
            .base_url(base)
            .api_token("canary")
            .build()
            .unwrap();
        assert_eq!(get(&client).await.unwrap(), 1, "{base}");
    }
    let client = Client::builder()
        .base_url(url)
        .login("a@b.c", "canary")
        .build()
        .unwrap();
    assert_eq!(get(&client).await.unwrap(), 1);
    // Loopback does not go through the caller's proxy either, since the token would leave the
    // machine.
    let proxy = env::var("HTTP_PROXY").unwrap().replace("socks5", "http");
    let client = Client::builder()
        .base_url(url)
        .api_token("canary")
        .proxy(&proxy)
        .unwrap();
    assert_eq!(get(&client.build().unwrap()).await.unwrap(), 1);
    let https = format!("https://{}", support::closed());
    for base in ["http://api.example", "https://api.example", &https] {
        let client = Client::builder()
            .base_url(base)
            .allow_plain_http("api.example");
        let client = client
            .api_token("canary")
            .retry(autopi::RetryPolicy::none())
            .build()
            .unwrap();
        assert_eq!(
            get(&client).await.unwrap_err().kind(),
            ErrorKind::Transport,
            "{base}"
        );
    }
}

#[tokio::test]
async fn a_redirect_that_the_callers_own_http_client_followed_is_judged() {
    let other = Server::responses(vec![ok("1")]).await;
    for (place, method, fault) in [
        ("/y/?canary".to_owned(), Method::GET, None),
        ("/y/?canary".to_owned(), Method::HEAD, None),
        (
            "/y/?canary".to_owned(),
            Method::POST,
            Some("may have made a GET of the POST"),
        ),
        (
            format!("{}/y/?canary", other.url),
            Method::GET,
            Some("another host"),
        ),
    ] {
        let server = Server::start(move |_, request| {
            write(match request.contains(" /x/ ") {
                true => moved("302 Found", &place),
                false => ok("7"),
            })
        })
        .await;
        let builder = server.builder();
        let http = builder.http_client_builder().unwrap();
        let http = http
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()
            .unwrap();
        let client = builder.http_client(http).build().unwrap();
        let outcome = client.request(method.clone(), "/x/").send().await;
        let text = outcome.err().map(|e| format!("{e} {e:?}"));
        match (text, fault) {
            (None, None) => {}
            (Some(text), Some(fault)) => {
                assert!(text.contains(fault) && !text.contains("canary"), "{text}");
            }
            other => panic!("{method}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn only_a_redirect_without_credentials_is_followed() {
    for (status, place, method, requests) in [
        ("302 Found", "http://HOST/y/", Method::HEAD, 2),
        ("303 See Other", "http://HOST/y/", Method::GET, 2),
        ("307 Temporary", "http://HOST/y/", Method::POST, 2),
        ("302 Found", "http://user:canary@HOST/y/", Method::GET, 1),
        ("300 Choices", "http://HOST/y/", Method::GET, 1),
        ("304 Not Modified", "http://HOST/y/", Method::GET, 1),
    ] {
        let server = Server::start(move |n, request| {
            let host = request
                .lines()
                .find_map(|l| l.strip_prefix("host: "))
                .unwrap_or_default();
            let place = place.replace("HOST", host);
            write(if n == 0 {
                moved(status, &place)
            } else {
                ok("")
            })
        })
        .await;
        let outcome = server.client().request(method, "/x/").send().await;
        assert_eq!(outcome.is_ok(), requests == 2, "{status}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains("canary"));
        assert_eq!(server.requests().len(), requests, "{status}");
    }
    // Credentials that the caller has put into the URL stay there, as with APPEND_SLASH.
    for (asked, requests) in [("/x?key=canary-token", 2), ("/x", 1)] {
        let server = Server::start(|_, request| {
            write(match request.contains(" /x/") {
                true => ok(""),
                false => moved("301 Moved", "/x/?key=canary-token"),
            })
        })
        .await;
        let outcome = server.client().request(Method::GET, asked).send().await;
        assert_eq!(outcome.is_ok(), requests == 2, "{asked}: {outcome:?}");
        assert_eq!(server.requests().len(), requests, "{asked}");
    }
}

#[tokio::test]
async fn a_response_may_have_as_many_bytes_as_the_limit() {
    let piece = |text: &str| Step::Write(text.as_bytes().to_vec());
    let wait = || Step::Wait(Duration::from_millis(30));
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    for (steps, fits) in [
        (
            vec![piece(&format!("{head}content-length: 5\r\n\r\n12345"))],
            true,
        ),
        (
            vec![piece(&format!("{head}content-length: 6\r\n\r\n123456"))],
            false,
        ),
        (vec![piece(&format!("{head}\r\n12345"))], true),
        (vec![piece(&format!("{head}\r\n123456"))], false),
        (
            vec![piece(&format!("{head}\r\n123")), wait(), piece("45")],
            true,
        ),
        (
            vec![piece(&format!("{head}\r\n123")), wait(), piece("456")],
            false,
        ),
        (
            vec![
                piece(&format!("{head}\r\n12")),
                wait(),
                piece("34"),
                wait(),
                piece("56"),
            ],
            false,
        ),
    ] {
        let server = Server::start(move |_, _| steps.clone()).await;
        let client = server.builder().max_response_bytes(5).build().unwrap();
        let outcome = client.request(Method::GET, "/x/").send().await;
        assert_eq!(outcome.is_ok(), fits, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_part_of_a_response_that_was_asked_for_is_one() {
    let part = "content-range: bytes 0-0/2\r\n";
    let server = Server::responses(vec![response("206 Partial Content", part, "7")]).await;
    let options = CallOptions::new().header("range", "bytes=0-0").unwrap();
    let client = server.client();
    let call = client.request(Method::GET, "/x/").options(options);
    assert_eq!(call.send().await.unwrap().status, 206);
    let agent = concat!("user-agent: autopi/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(server.requests()[0].contains(agent), "{agent}");
}

#[tokio::test]
async fn an_error_keeps_a_part_of_what_is_long() {
    let encoding = format!("content-encoding: {}\r\n", "x".repeat(4000));
    let server = Server::responses(vec![
        response("200 OK", &encoding, "7"),
        response("400 Bad", "", &"x".repeat(3 << 20)),
    ])
    .await;
    let client = server.client();
    let error = get(&client).await.unwrap_err();
    assert!(error.to_string().len() < 300, "{error}");
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.raw_body().map(<[u8]>::len), Some(1 << 20));
}

#[tokio::test]
async fn a_connection_has_the_time_that_was_set() {
    let builder = Client::builder().api_token("t").retry(RetryPolicy::none());
    let builder = builder.connect_timeout(Duration::from_millis(50));
    let http = builder.http_client_builder().unwrap();
    let http = http.dns_resolver(Arc::new(Names { ever: true })).build();
    let options = CallOptions::new().timeout(Duration::from_secs(5));
    let client = builder.http_client(http.unwrap()).build().unwrap();
    let call = client.request(Method::GET, "/x/").options(options);
    let error = call.send().await.unwrap_err();
    assert!(error.to_string().contains("connect timeout"), "{error}");
}

#[test]
fn plain_http_is_allowed_for_one_host() {
    let builder = Client::builder()
        .api_token("t")
        .base_url("http://api.example");
    assert!(builder.allow_plain_http("other.example").build().is_err());
}
