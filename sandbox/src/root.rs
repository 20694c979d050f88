//! What stands at `/`: the document for programs, the portal for browsers.

use http::{HeaderMap, StatusCode, header};

use crate::{
    api::Api,
    reply::{self, Reply},
};

/// `/?format=openapi`, and whoever does not ask for HTML, gets the document; a browser gets the portal.
pub fn answer(api: &Api, query: &str, headers: &HeaderMap) -> Reply {
    let html = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.contains("text/html"));
    if form_urlencoded::parse(query.as_bytes()).any(|(k, v)| k == "format" && v == "openapi") || !html {
        return api.document.reply(headers);
    }
    let page =
        "<!doctype html><title>AutoPi sandbox</title><h1>AutoPi sandbox</h1><p>The document: <a href=\"/?format=openapi\">/?format=openapi</a></p>";
    reply::reply(StatusCode::OK, "text/html; charset=utf-8", page)
}
