//! Kinds of media types. The build script compiles this file too.

fn essence(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

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
