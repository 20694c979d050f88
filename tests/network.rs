//! Between the client and the host: proxies, root certificates, redirects.

mod support;

use autopi::{Client, ErrorKind, Method};
use support::{Server, answer, ok};

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
