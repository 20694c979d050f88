//! What stands at `/`: the document for programs, the portal for browsers.

use http::HeaderMap;

use crate::http::{Api, portal, response::Reply};

/// `/?format=openapi`, and whoever does not ask for HTML, gets the document; a browser gets the portal.
pub fn answer(api: &Api, query: &str, headers: &HeaderMap) -> Reply {
    let asked =
        form_urlencoded::parse(query.as_bytes()).any(|(k, v)| k == "format" && v == "openapi");
    if asked || !portal::wanted(headers) {
        api.document.reply(headers)
    } else {
        portal::page()
    }
}
