//! Kinds of media types. The command line has a link to this file, and its build script compiles it
//! too.

/// Returns whether the text is a token of HTTP (RFC 9110, 5.6.2): a method, the name of a header,
/// half of a media type.
pub fn is_token(text: &str) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(token)
}

/// Returns type and subtype in lower case, without parameters.
pub fn essence(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Returns whether the media type is a single JSON text: `application/json`,
/// `application/vnd.api+json`; not lines of them (`application/x-ndjson`).
pub fn is_json(media: &str) -> bool {
    let essence = essence(media);
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

pub fn is_multipart(media: &str) -> bool {
    essence(media).starts_with("multipart/")
}

pub fn is_urlencoded(media: &str) -> bool {
    essence(media) == "application/x-www-form-urlencoded"
}
