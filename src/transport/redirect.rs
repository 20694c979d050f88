//! Which redirects are followed: those on the same origin, with the same method and body. reqwest's
//! own policy turns a POST into a GET and drops its body.

use reqwest::{Method, Url, header::LOCATION};

use crate::{
    privacy::shown,
    transport::{address, platform::RawResponse},
};

/// How many redirects are followed in a row.
pub(crate) const MOST: u8 = 5;

/// Returns the URL that a response of 301, 302, 303, 307 or 308 redirects a request of this method
/// to, or why it is not followed; `None` if the response is not a redirect.
pub(crate) fn target(
    method: &Method,
    response: &RawResponse,
    base: &Url,
) -> Option<Result<Url, String>> {
    let status = response.status().as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    // A server may send UTF-8 as it is.
    let location = std::str::from_utf8(response.headers().get(LOCATION)?.as_bytes()).ok()?;
    let to = response.url().join(location).ok()?;
    let there = shown::path(&address::shown(&to));
    Some(if !address::same_origin(&to, base) {
        Err(format!(
            "a redirect to another host, {there}, is not followed: is the base URL right?"
        ))
    } else if address::without_user_info(&to).is_err() {
        Err("a redirect to a URL with credentials is not followed".into())
    } else if status < 304 && !matches!(*method, Method::GET | Method::HEAD) {
        Err(format!(
            "the server redirects to {there}, which would turn the {method} into a GET without \
             its body: send the request there"
        ))
    } else {
        Ok(to)
    })
}
