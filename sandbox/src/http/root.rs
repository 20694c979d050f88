//! The response at `/`: the document for programs, the portal for browsers.

use http::HeaderMap;

use crate::http::{Api, portal, response::ApiResponse};

/// Returns the document for `/?format=openapi` and for clients that do not ask for HTML, and the
/// portal for browsers.
pub fn response(api: &Api, query: &str, headers: &HeaderMap) -> ApiResponse {
    let asked =
        form_urlencoded::parse(query.as_bytes()).any(|(k, v)| k == "format" && v == "openapi");
    if asked || !portal::wants_html(headers) {
        api.document.for_request(headers)
    } else {
        portal::page()
    }
}
