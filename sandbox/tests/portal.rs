//! The responses to a browser and to a program at `/`.

use std::collections::BTreeSet;

use autopi_sandbox::Sandbox;
use reqwest::{Client, Response, header};
use serde_json::{Value, json};

const BROWSER: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

fn document() -> Value {
    json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "host": "api.example.com", "schemes": ["https"], "basePath": "/", "paths": {
        "/things/": {"get": {"operationId": "things_list", "responses": {"200": {"description": ""}}}}
    }})
}

fn client() -> Client {
    // `reqwest` is built without a cryptography provider.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    Client::new()
}

async fn get(url: &str, accept: Option<&str>) -> Response {
    let request = client().get(url);
    accept
        .into_iter()
        .fold(request, |r, a| r.header(header::ACCEPT, a))
        .send()
        .await
        .unwrap()
}

fn head(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

#[tokio::test]
async fn programs_get_the_upstream_document_unchanged() {
    let api = Sandbox::builder().spec(document()).start().await.unwrap();
    for (place, accept) in [
        ("/?format=openapi", Some(BROWSER)),
        ("/?format=openapi", None),
        ("/", None),
        ("/", Some("*/*")),
        ("/", Some("application/json")),
    ] {
        let response = get(&format!("{}{place}", api.url()), accept).await;
        assert_eq!(response.status(), 200, "{place} {accept:?}");
        assert_eq!(
            head(&response, header::CONTENT_TYPE),
            "application/openapi+json",
            "{place} {accept:?}"
        );
        assert_eq!(response.json::<Value>().await.unwrap(), document());
    }
}

/// Returns what the page loads: the values of `href` and `src`.
#[cfg(feature = "portal")]
fn references(html: &str) -> BTreeSet<&str> {
    ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[cfg(feature = "portal")]
#[tokio::test]
async fn browsers_get_the_portal_without_external_files() {
    let api = Sandbox::builder().spec(document()).start().await.unwrap();
    let response = get(api.url(), Some(BROWSER)).await;
    assert_eq!(
        head(&response, header::CONTENT_TYPE),
        "text/html; charset=utf-8"
    );
    assert_eq!(head(&response, header::VARY), "Accept");
    assert!(
        head(&response, header::CONTENT_SECURITY_POLICY)
            .starts_with("default-src 'none'; script-src 'self';")
    );
    let html = response.text().await.unwrap();
    assert!(
        html.contains(autopi_sandbox::API_TOKEN) && html.contains(autopi_sandbox::EMAIL),
        "{html}"
    );
    let references = references(&html);
    assert_eq!(
        references
            .iter()
            .filter(|r| r.starts_with("/__sandbox/portal/"))
            .count(),
        4,
        "{references:?}"
    );
    for reference in references.into_iter().filter(|r| *r != "data:,") {
        assert!(
            reference.starts_with('/') && !reference.starts_with("//"),
            "{reference}"
        );
        let response = get(&format!("{}{reference}", api.url()), None).await;
        assert_eq!(response.status(), 200, "{reference}");
        let media = head(&response, header::CONTENT_TYPE).to_owned();
        let right = match reference.rsplit_once('.').map(|(_, extension)| extension) {
            Some("js") => media.starts_with("text/javascript"),
            Some("css") => media.starts_with("text/css"),
            _ => media == "application/openapi+json",
        };
        assert!(right, "{reference} is {media}");
    }
    assert!(!html.contains("//"), "another host: {html}");
    assert_eq!(
        api.requests().iter().filter(|r| r.path != "/").count(),
        0,
        "the portal's files are no calls of the API"
    );
}

#[cfg(feature = "portal")]
#[tokio::test]
async fn portal_files_are_cached_until_they_change() {
    let api = Sandbox::builder().spec(document()).start().await.unwrap();
    let url = format!("{}/__sandbox/portal/swagger-ui-bundle.js", api.url());
    let first = get(&url, None).await;
    assert_eq!(head(&first, header::CACHE_CONTROL), "no-cache");
    let tag = head(&first, header::ETAG).to_owned();
    assert!(first.text().await.unwrap().contains("SwaggerUIBundle"));
    let again = client()
        .get(&url)
        .header(header::IF_NONE_MATCH, &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (again.status().as_u16(), again.bytes().await.unwrap().len()),
        (304, 0)
    );
    let other = client()
        .get(&url)
        .header(header::IF_NONE_MATCH, "\"other\"")
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), 200);
}

#[cfg(feature = "portal")]
#[tokio::test]
async fn unknown_portal_files_are_404() {
    let api = Sandbox::builder().spec(document()).start().await.unwrap();
    for place in ["/__sandbox/portal", "/__sandbox/portal/"] {
        let response = get(&format!("{}{place}", api.url()), Some(BROWSER)).await;
        assert_eq!(response.url().path(), "/", "sent on to the portal");
    }
    assert_eq!(
        get(&format!("{}/__sandbox/portal/none.js", api.url()), None)
            .await
            .status(),
        404
    );
}

#[cfg(not(feature = "portal"))]
#[tokio::test]
async fn without_the_portal_feature_browsers_get_a_link_to_the_document() {
    let api = Sandbox::builder().spec(document()).start().await.unwrap();
    let response = get(api.url(), Some(BROWSER)).await;
    assert_eq!(
        head(&response, header::CONTENT_TYPE),
        "text/html; charset=utf-8"
    );
    assert!(response.text().await.unwrap().contains("/?format=openapi"));
    assert_eq!(
        get(&format!("{}/__sandbox/portal/portal.js", api.url()), None)
            .await
            .status(),
        404
    );
}
