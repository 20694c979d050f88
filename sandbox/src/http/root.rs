//! What stands at `/`: the document for programs, the portal for browsers.

use http::HeaderMap;

use crate::http::{Api, portal, response::ApiResponse};

/// `/?format=openapi`, and whoever does not ask for HTML, gets the document; a browser gets the portal.
pub fn response(api: &Api, query: &str, headers: &HeaderMap) -> ApiResponse {
    let asked =
        form_urlencoded::parse(query.as_bytes()).any(|(k, v)| k == "format" && v == "openapi");
    if asked || !portal::wants_html(headers) {
        api.document.for_request(headers)
    } else {
        portal::page()
    }
}
