//! The portal: Swagger UI on the sandbox's own document, for a browser that comes to `/`.
//!
//! Its files come from the program itself, and the page's content security policy lets a browser load nothing from elsewhere.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, header},
    response::Response,
};

/// Whether the client asks for a page to look at.
pub fn wanted(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    ranges.map(|range| range.split(';').next().unwrap_or_default().trim()).any(|media| media.eq_ignore_ascii_case("text/html"))
}

/// What a browser gets at `/`.
pub fn page() -> Response {
    // Swagger UI writes `style` attributes and `data:` pictures.
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "Accept"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    let response = headers.into_iter().fold(Response::builder(), |builder, (name, value)| builder.header(name, value));
    response.body(Body::from(files::html())).unwrap_or_default()
}

pub use files::routes;

#[cfg(feature = "portal")]
mod files {
    use axum::{
        body::to_bytes,
        extract::Request,
        http::{HeaderValue, Method, StatusCode},
        middleware::{self, Next},
        response::{IntoResponse, Redirect},
        routing::get,
    };
    use sha2::{Digest, Sha256};
    use swagger_ui_dist::{ApiDefinition, OpenApiSource};

    use super::{Body, Response, Router, header};

    /// No API has such a path.
    const PREFIX: &str = "/__sandbox/portal";
    /// Of a file that is kept in memory.
    const LIMIT: usize = 16 << 20;

    pub fn html() -> String {
        let page = include_str!("portal/portal.html");
        page.replace("{API_TOKEN}", crate::API_TOKEN).replace("{EMAIL}", crate::EMAIL).replace("{PASSWORD}", crate::PASSWORD)
    }

    /// The files that the page refers to.
    pub fn routes() -> Router {
        let own = |media: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, media)], text) });
        swagger_ui_dist::generate_routes(ApiDefinition { uri_prefix: PREFIX, api_definition: OpenApiSource::Uri("/?format=openapi"), title: None })
            .route(&format!("{PREFIX}/portal.js"), own("text/javascript; charset=utf-8", include_str!("portal/portal.js")))
            .route(&format!("{PREFIX}/portal.css"), own("text/css; charset=utf-8", include_str!("portal/portal.css")))
            .layer(middleware::from_fn(file))
    }

    /// A file may be kept, and is asked for again: another version of the sandbox may listen at the same address.
    async fn file(request: Request, next: Next) -> Response {
        // The crate's own page knows nothing of our host.
        if request.uri().path().trim_end_matches('/') == PREFIX {
            return Redirect::temporary("/").into_response();
        }
        let (get, known) = (request.method() == Method::GET, request.headers().get(header::IF_NONE_MATCH).cloned());
        let (mut parts, body) = next.run(request).await.into_parts();
        if !get || parts.status != StatusCode::OK {
            return Response::from_parts(parts, body);
        }
        let Ok(bytes) = to_bytes(body, LIMIT).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        let tag = HeaderValue::from_str(&format!("\"{:x}\"", Sha256::digest(&bytes))).ok();
        let fresh = tag.is_some() && tag == known;
        parts.headers.extend(tag.map(|tag| (header::ETAG, tag)));
        parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        parts.headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if fresh {
            parts.status = StatusCode::NOT_MODIFIED;
            return Response::from_parts(parts, Body::empty());
        }
        Response::from_parts(parts, Body::from(bytes))
    }
}

#[cfg(not(feature = "portal"))]
mod files {
    use super::Router;

    pub fn html() -> &'static str {
        "<!DOCTYPE html>\n<title>AutoPi sandbox</title>\n<h1>AutoPi sandbox</h1>\n\
         <p>Built without the feature <code>portal</code>. The document: <a href=\"/?format=openapi\">/?format=openapi</a></p>\n"
    }

    pub fn routes() -> Router {
        Router::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_those_who_ask_for_html() {
        let asks = |accept: &[&str]| wanted(&accept.iter().map(|a| (header::ACCEPT, a.parse().unwrap())).collect());
        assert!(asks(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]));
        assert!(asks(&["application/json", "Text/HTML;q=0.5"]));
        assert!(!asks(&["*/*"]));
        assert!(!asks(&["application/json, text/*"]));
        assert!(!asks(&[]));
    }
}
