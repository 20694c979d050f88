//! A request as a curl command.

use std::borrow::Cow;

use autopi::rt::secret;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{Part, Shown, ShownParts, TOKEN};
use crate::output::{json, quoted};

/// Returns the command that sends the request, with placeholders for its secrets.
pub(super) fn curl(
    request: &reqwest::Request,
    template: Option<&str>,
    seen: &ShownParts,
) -> String {
    let parts = &seen.parts;
    let is_known = |name: &str| seen.secrets.contains(name);
    let is_secret = |name: &str| is_named(name, is_known) || secret::when_written(name);
    // Headers are in lower case.
    let is_marked = |name: &str| seen.secrets.iter().any(|of| of.eq_ignore_ascii_case(name));
    let mut words = vec!["curl".to_owned()];
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body = body.filter(|body| !body.is_empty());
    match request.method().as_str() {
        // curl makes a POST of a request with a body.
        "GET" if body.is_none() && parts.is_empty() => {}
        "HEAD" => words.push("--head".into()),
        method => words.push(format!("-X {method}")),
    }
    let url = masked_url(request.url(), template, is_known);
    if url.as_str().contains(['[', ']', '{', '}']) {
        words.push("--globoff".into());
    }
    words.push(quoted(url.as_str()));
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        match name.as_str() {
            "authorization" if seen.is_bare => {}
            // In double quotes, so that the shell inserts the token.
            "authorization" => words.push(format!("-H \"Authorization: {TOKEN}\"")),
            // curl makes its own boundary.
            "content-type" if !parts.is_empty() => {}
            "user-agent" | "content-length" => {}
            name if is_marked(name) || secret::by_name(name) || secret::in_text(&value) => words
                .push(format!(
                    "-H {}",
                    quoted(&format!("{name}: {}", secret::MASK))
                )),
            name => words.push(format!("-H {}", quoted(&format!("{name}: {value}")))),
        }
    }
    words.extend(parts.iter().map(|part| form(part, &is_secret, &is_marked)));
    if let Some(body) = body {
        let kind = request
            .headers()
            .get("content-type")
            .and_then(|v| v.to_str().ok());
        words.push(format!(
            "--data-raw {}",
            quoted(&masked_body(body, kind.unwrap_or_default(), &is_secret))
        ));
    }
    words.join(" \\\n  ")
}

/// Returns the option of a part.
fn form(part: &Part, is_secret: &dyn Fn(&str) -> bool, is_marked: &dyn Fn(&str) -> bool) -> String {
    let named = |option: &str, value: &str| {
        format!("{option} {}", quoted(&format!("{}={value}", part.name)))
    };
    // A comma or a semicolon would end a text or a path without quotes.
    let in_quotes = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#));
    let media = part.media.map(|media| format!(";type={media}"));
    let headers = part.headers.iter().map(|(name, value)| {
        let is_secret = is_marked(name) || secret::by_name(name) || secret::in_text(value);
        let value = if is_secret { secret::MASK } else { value };
        format!(";headers={}", in_quotes(&format!("{name}: {value}")))
    });
    let more: String = media.into_iter().chain(headers).collect();
    match &part.shown {
        _ if is_secret(&part.name) => named("--form-string", secret::MASK),
        Shown::Text(text) if secret::in_text(text) => named("--form-string", secret::MASK),
        Shown::Text(text) => {
            let text = masked_json(text, is_secret);
            match more.is_empty() {
                true => named("--form-string", &text),
                false => named("-F", &(in_quotes(&text) + &more)),
            }
        }
        Shown::File(path) => named("-F", &format!("@{}{more}", in_quotes(path))),
    }
}

/// Returns the URL, whose path is of this template, without its secrets, and without the values of
/// marked names.
pub(super) fn masked_url(
    url: &Url,
    template: Option<&str>,
    is_marked: impl Fn(&str) -> bool,
) -> Url {
    let template = template.and_then(|of| of.split('#').next());
    let template = template.unwrap_or_default();
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    // The names of pairs whose values have a secret in them.
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let keys: Vec<_> = pairs
        .filter(|(_, of)| names_in(of).any(|of| is_marked(of) || secret::when_written(of)))
        .filter_map(|(key, _)| Some(form_urlencoded::parse(key.as_bytes()).next()?.0))
        .collect();
    let is_secret = |name: &str, value: &str| {
        is_named(name, &is_marked)
            || keys.iter().any(|key| key == name)
            || secret::in_query(name, value)
    };
    let mut url = url.clone();
    let segments: Vec<_> = url.path().split('/').collect();
    // The path of the base URL comes before; a value never has a slash. A redirect may have added
    // or removed a slash.
    let of_template = path.rsplit('/').filter(|of| !of.is_empty()).map(names_in);
    let mut of_template =
        of_template.map(|mut of| of.any(|of| is_marked(of) || secret::by_name(of)));
    let mut masked: Vec<_> = segments
        .iter()
        .rev()
        .map(|segment| match *segment {
            "" => "",
            of if of_template.next() == Some(true) || secret::in_text(of) => secret::MASK,
            of => of,
        })
        .collect();
    masked.reverse();
    if masked != segments {
        let path = masked.join("/");
        url.set_path(&path);
    }
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(name, value)| is_secret(name, value)) {
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in &pairs {
            let value = if is_secret(name, value) {
                secret::MASK
            } else {
                value
            };
            query.append_pair(name, value);
        }
    }
    url
}

/// Returns whether a name is marked, or a part of it: `a[b]` is the member `b` of `a`.
fn is_named(name: &str, is_marked: impl Fn(&str) -> bool) -> bool {
    is_marked(name) || name.split(['[', ']']).any(is_marked)
}

/// Returns the names of the parameters in a segment of a path template.
fn names_in(segment: &str) -> impl Iterator<Item = &str> {
    let parts = segment.split('{').skip(1);
    parts.filter_map(|part| Some(part.split_once('}')?.0))
}

fn masked_body(body: &[u8], kind: &str, is_secret: &dyn Fn(&str) -> bool) -> String {
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        mask(&mut value, is_secret);
        return json(&value.to_string());
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        let pairs: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
        let is_secret =
            |(name, value): &(String, String)| is_secret(name) || secret::in_query(name, value);
        // As it is, it keeps what a style does not encode.
        if pairs.iter().any(is_secret) {
            let masked = pairs.into_iter().map(|pair| match is_secret(&pair) {
                true => (pair.0, secret::MASK.to_owned()),
                false => pair,
            });
            return form_urlencoded::Serializer::new(String::new())
                .extend_pairs(masked)
                .finish();
        }
    }
    match std::str::from_utf8(body) {
        Ok(text) if secret::in_text(text) => secret::MASK.to_owned(),
        Ok(text) => text.to_owned(),
        Err(_) => format!("({} bytes)", body.len()),
    }
}

/// Returns a text without the secrets in it, if it is an object or a list.
fn masked_json<'t>(text: &'t str, is_secret: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => {
            let mut masked = value.clone();
            mask(&mut masked, is_secret);
            match masked == value {
                true => text.into(),
                false => masked.to_string().into(),
            }
        }
        _ => text.into(),
    }
}

/// Masks members with the names of secrets, and texts that look like one.
fn mask(value: &mut Value, is_secret: &dyn Fn(&str) -> bool) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match is_secret(name) && !value.is_null() {
                    true => *value = secret::MASK.into(),
                    false => mask(value, is_secret),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, is_secret)),
        Value::String(text) if secret::in_text(text) => *text = secret::MASK.into(),
        _ => {}
    }
}
