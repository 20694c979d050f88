//! Sets the members of forms, as the document's `encoding` says.

use std::slice;

use autopi::{Upload, rt};
use serde_json::Value;

use super::{Part, kept};
use crate::{
    Result,
    dry_run::{DryRun, Shown},
    index::{Body, BodyKind},
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
    // One part for each item, as the call makes them.
    let items = value
        .as_array()
        .map_or(slice::from_ref(value), Vec::as_slice);
    for item in items.iter().filter(|item| !item.is_null()) {
        let text = item.as_str().map(str::to_owned);
        let text = text.unwrap_or_else(|| item.to_string());
        let is_json = item.is_array() || item.is_object();
        let media = body.content_type(name);
        let media = media.or(is_json.then_some("application/json"));
        shown.part(name, Shown::Text(text, media));
    }
    call.form_json(name, value, true);
    typed(call, body, name);
}

/// Sets parts that were given one by one.
pub fn parts(
    call: &mut rt::Call<'_>,
    body: &Body,
    parts: &[(String, Part)],
    shown: &DryRun,
) -> Result<()> {
    for (name, part) in parts {
        let shows = match part {
            Part::Text(text) => Shown::Text(text.clone(), body.content_type(name)),
            Part::File(path) => Shown::File(path.display().to_string(), body.content_type(name)),
        };
        shown.part(name, shows);
    }
    let mut names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    for name in names {
        let (mut texts, mut files) = (Vec::new(), Vec::new());
        for (_, part) in parts.iter().filter(|(other, _)| other == name) {
            match part {
                Part::Text(text) => texts.push(text.clone()),
                Part::File(path) => files.push(Upload::from_path(path)?),
            }
        }
        let name = kept(name);
        match files.is_empty() {
            true => call.form_fields::<String>(name, texts),
            false => call.form_files(name, files),
        }
        typed(call, body, name);
    }
    Ok(())
}

fn typed(call: &mut rt::Call<'_>, body: &Body, name: &'static str) {
    if let Some(media) = body.content_type(name) {
        call.form_type(name, media);
    }
}
