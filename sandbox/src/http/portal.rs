//! The portal: Swagger UI with the sandbox's own document, for a browser that opens `/`.
//!
//! Its files are part of the program, and the content security policy of the page lets a browser
//! load nothing from elsewhere.

use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::http::response::{self, ApiResponse};

pub use files::file;

/// Returns whether the client asks for HTML.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let ranges = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    ranges
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|media| media.eq_ignore_ascii_case("text/html"))
}

/// Returns the page that a browser gets at `/`.
pub fn page() -> ApiResponse {
    // Swagger UI uses `style` attributes and `data:` images.
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
                          'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri \
                          'none'; form-action 'none'; frame-ancestors 'none'";
    let mut page = response::new(StatusCode::OK, "text/html; charset=utf-8", files::html());
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        page.headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    page
}

#[cfg(feature = "portal")]
mod files {
    use axum::{Router, body::Body, extract::Request};
    use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
    use http_body_util::BodyExt;
    use swagger_ui_dist::{ApiDefinition, OpenApiSource};
    use tower::ServiceExt;

    use crate::{
        handlers::error::ApiError,
        http::response::{self, ApiResponse, CachedResponse},
    };

    /// The prefix of the portal's paths, which no API has.
    const PREFIX: &str = "/__sandbox/portal";

    pub fn html() -> String {
        let page = include_str!("portal_files/portal.html");
        page.replace("{API_TOKEN}", crate::API_TOKEN)
            .replace("{EMAIL}", crate::EMAIL)
            .replace("{PASSWORD}", crate::PASSWORD)
    }

    /// Returns a file of the page. It may be cached but must be revalidated, because another
    /// version of the sandbox may use the same address.
    pub async fn file(method: &Method, path: &str, headers: &HeaderMap) -> Option<ApiResponse> {
        let name = path
            .strip_prefix(PREFIX)
            .filter(|_| matches!(*method, Method::GET | Method::HEAD))?;
        let mut file = match name {
            // The page of the crate does not know our host.
            "" | "/" => {
                let moved = ApiError::detail(StatusCode::TEMPORARY_REDIRECT, "Moved.");
                return Some(response::from_error(&moved.with(header::LOCATION, "/")));
            }
            "/portal.js" => response::new(
                StatusCode::OK,
                "text/javascript; charset=utf-8",
                include_str!("portal_files/portal.js"),
            ),
            "/portal.css" => response::new(
                StatusCode::OK,
                "text/css; charset=utf-8",
                include_str!("portal_files/portal.css"),
            ),
            _ => theirs(path)
                .await
                .filter(|file| file.status() == StatusCode::OK)?,
        };
        file.headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        file.headers_mut().insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        Some(CachedResponse::new(file).for_request(headers))
    }

    async fn theirs(path: &str) -> Option<ApiResponse> {
        let definition = ApiDefinition {
            uri_prefix: PREFIX,
            api_definition: OpenApiSource::Uri("/?format=openapi"),
            title: None,
        };
        let router: Router = swagger_ui_dist::generate_routes(definition);
        let response = router
            .oneshot(Request::builder().uri(path).body(Body::empty()).ok()?)
            .await
            .ok()?;
        let (mut parts, body) = response.into_parts();
        // The length of the uncompressed file; it may be sent compressed.
        parts.headers.remove(header::CONTENT_LENGTH);
        Some(ApiResponse::from_parts(
            parts,
            body.collect().await.ok()?.to_bytes(),
        ))
    }
}

#[cfg(not(feature = "portal"))]
mod files {
    use http::{HeaderMap, Method};

    use crate::http::response::ApiResponse;

    pub fn html() -> &'static str {
        "<!DOCTYPE html>\n<title>AutoPi sandbox</title>\n<h1>AutoPi sandbox</h1>\n<p>Built without \
         the feature <code>portal</code>. The document: <a \
         href=\"/?format=openapi\">/?format=openapi</a></p>\n"
    }

    pub async fn file(_: &Method, _: &str, _: &HeaderMap) -> Option<ApiResponse> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_those_who_ask_for_html() {
        let asks = |accept: &[&str]| {
            wants_html(
                &accept
                    .iter()
                    .map(|a| (header::ACCEPT, a.parse().unwrap()))
                    .collect(),
            )
        };
        assert!(asks(&[
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        ]));
        assert!(asks(&["application/json", "Text/HTML;q=0.5"]));
        assert!(!asks(&["*/*"]));
        assert!(!asks(&["application/json, text/*"]));
        assert!(!asks(&[]));
    }
}
