//! Between the client and the host: proxies, root certificates, redirects.

mod support;

use std::{sync::Arc, time::Duration};

use autopi::{Client, Error, ErrorKind, Method, RetryPolicy};
use reqwest::dns::{Name, Resolve, Resolving};
use support::{Server, Step, answer, ok};
use tokio::{io::AsyncWriteExt, net::TcpListener};

async fn get(client: &Client) -> Result<serde_json::Value, autopi::Error> {
    client
        .request(Method::GET, "/x/")
        .send_json()
        .await
        .map(|r| r.value)
}

#[tokio::test]
async fn a_proxy_is_gone_through() {
    let proxy = Server::answers(vec![ok("7")]).await;
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
    // A proxy that nobody answers at: the error does not show it.
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

/// What a redirect from a host may lead to; the same for another port, host and scheme.
#[tokio::test]
async fn a_redirect_to_another_scheme_or_port_is_not_followed() {
    let other = Server::answers(vec![ok("1")]).await;
    for place in [
        other.url.replace("127.0.0.1", "localhost"),
        other.url.clone(),
        "https://127.0.0.1/".to_owned(),
    ] {
        let server = Server::answers(vec![answer(
            "302 Found",
            &format!("location: {place}\r\n"),
            "",
        )])
        .await;
        let error = get(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.status(), server.requests().len()),
            (Some(302), 1),
            "{place}"
        );
    }
    assert_eq!(other.requests().len(), 0);
}

/// A host whose name can't be resolved, or is looked for and looked for.
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
            Err("no such host \u{1b}[2J".into())
        })
    }
}

/// The text of what comes of a GET with a secret in its query.
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
async fn no_response_has_a_text_of_its_own_for_each_reason_with_the_cause() {
    let names = |ever| {
        reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(Names { ever }))
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
    }
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
