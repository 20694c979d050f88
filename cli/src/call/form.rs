//! Sets the members of forms, as the document's `encoding` says.

use std::slice;

use autopi::{Upload, rt};
use serde_json::Value;

use super::{Part, kept};
use crate::{
    Failure, Result,
    dry_run::{DryRun, Shown},
    index::{Body, BodyKind, PartHeader},
    output::line,
};

/// Sets a member that was given as JSON.
pub fn member(
    call: &mut rt::Call<'_>,
    body: &Body,
    name: &'static str,
    value: &Value,
    shown: &DryRun,
) {
    let is_plain = !value.is_array() && !value.is_object();
    if body.kind != BodyKind::Multipart {
        return match body.style(name).filter(|_| !is_plain) {
            Some(format) => call.form_styled(name, value, format),
            None => call.form_either(name, value),
        };
    }
    let headers = headers(body, name, &[]);
    json_parts(call, body, name, value, shown, &headers);
    described(call, body, name, headers);
}

/// Sets the media type and the headers of the parts with this name.
fn described(
    call: &mut rt::Call<'_>,
    body: &Body,
    name: &'static str,
    headers: Vec<(&'static str, String)>,
) {
    if let Some(media) = body.content_type(name) {
        call.form_type(name, media);
    }
    for (header, value) in headers {
        call.part_header(name, header, value);
    }
}

/// Sets one part for each item, as the call makes them.
fn json_parts(
    call: &mut rt::Call<'_>,
    body: &Body,
    name: &'static str,
    value: &Value,
    shown: &DryRun,
    headers: &[(&'static str, String)],
) {
    let items = value
        .as_array()
        .map_or(slice::from_ref(value), Vec::as_slice);
    for item in items.iter().filter(|item| !item.is_null()) {
        let text = item.as_str().map(str::to_owned);
        let text = text.unwrap_or_else(|| item.to_string());
        let is_json = item.is_array() || item.is_object();
        let media = body.content_type(name);
        let media = media.or(is_json.then_some("application/json"));
        shown.part(name, Shown::Text(text), media, headers);
    }
    call.form_json(name, value, true);
}

/// Sets parts that were given one by one.
///
/// # Errors
/// Returns an error if a file cannot be read or has the name of a text, or if a header is no text
/// or of no part.
pub fn parts(
    call: &mut rt::Call<'_>,
    body: &Body,
    parts: &[(String, Part)],
    shown: &DryRun,
) -> Result<()> {
    let is_given = |of: &str| parts.iter().any(|(name, _)| name == of);
    let (mut given, mut rest) = (Vec::new(), Vec::new());
    for (name, part) in parts {
        match (body.header_of(name), part) {
            (Some((of, header)), Part::Text(value)) if is_given(of) => {
                given.push((of.to_owned(), header, value.clone()));
            }
            (Some((of, _)), Part::Text(_)) => {
                let fault = format!("{}: there is no part `{}`", line(name), line(of));
                return Err(Failure::usage(fault));
            }
            (Some(_), _) => {
                let fault = format!("{}: a header is a text: PART;HEADER=VALUE", line(name));
                return Err(Failure::usage(fault));
            }
            (None, _) => rest.push((name, part)),
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in &rest {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for name in names {
        let headers = headers(body, name, &given);
        let (mut values, mut files) = (Vec::new(), Vec::new());
        let name = kept(name);
        for (_, part) in rest.iter().filter(|(other, _)| *other == name) {
            match part {
                Part::Text(text) => values.push(Value::from(text.as_str())),
                Part::Json(Value::Array(items)) => values.extend(items.iter().cloned()),
                Part::Json(Value::Null) => values.push("".into()),
                Part::Json(value) => values.push(value.clone()),
                Part::File(path) => {
                    files.push(Upload::from_path(path)?);
                    let path = Shown::File(path.display().to_string());
                    shown.part(name, path, body.content_type(name), &headers);
                }
            }
        }
        match (files.is_empty(), values.is_empty()) {
            (true, _) => json_parts(call, body, name, &values.into(), shown, &headers),
            (false, true) => call.form_files(name, files),
            (false, false) => {
                let fault = format!("{}: given as a file and as a text", line(name));
                return Err(Failure::usage(fault));
            }
        }
        described(call, body, name, headers);
    }
    Ok(())
}

/// Returns the headers of the parts with this name: those that were given, and the values that the
/// document gives.
fn headers(
    body: &Body,
    part: &str,
    given: &[(String, &'static str, String)],
) -> Vec<(&'static str, String)> {
    let given = |header: &str| {
        let is = |(of, name, _): &&(String, &str, String)| of == part && *name == header;
        given.iter().find(is).map(|(.., value)| value.clone())
    };
    let value = |of: &PartHeader| given(of.name).or_else(|| of.usual.clone());
    let all = body.headers(part);
    all.filter_map(|of| Some((of.name, value(of)?))).collect()
}
