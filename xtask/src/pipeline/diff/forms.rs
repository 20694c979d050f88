//! Forms: a member is written as a text or a file, and a list as one of these for each entry.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::media::{is_multipart, is_urlencoded};
use serde_json::Value;

use super::{
    schema::reference,
    values::{Maybe, get, is_true, members, text},
};
use crate::document::{
    last,
    members::{At, DOCUMENT, Is, Kind, PATH_ITEM, SCHEMA, each},
    pointer_of, target,
};

/// How the entries of a list are written where a single value is written without a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// With a delimiter, which a text may hold.
    Joined,
    /// Each by itself, as a text.
    Repeated,
    /// Each as a part of its own: a file, or JSON.
    Parts,
}

/// Returns how the entries of a parameter or a header are written.
pub fn written(parameter: Maybe<'_>) -> Written {
    let is_form = matches!(text(parameter, "in"), "query" | "cookie")
        && matches!(text(parameter, "style"), "" | "form")
        && get(parameter, "explode").is_none_or(|v| is_true(Some(v)));
    let repeats = match get(parameter, "schema") {
        Some(_) => is_form,
        None => text(parameter, "collectionFormat") == "multi",
    };
    match repeats {
        _ if text(get(parameter, "items"), "type") == "file" => Written::Parts,
        true if text(parameter, "in") == "formData" => Written::Parts,
        true => Written::Repeated,
        false => Written::Joined,
    }
}

/// How the members of a form are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    multipart: bool,
    /// The members of which `encoding` says how.
    said: BTreeSet<String>,
}

impl Form {
    /// Returns the form that a media type object describes.
    pub fn of(media: &str, value: Maybe<'_>) -> Option<Self> {
        let says = |encoding: &Value| {
            let encoding = Some(encoding);
            get(encoding, "contentType").is_some()
                || get(encoding, "explode").is_some_and(|v| *v == false)
                || !matches!(text(encoding, "style"), "" | "form")
        };
        let all = members(get(value, "encoding")).filter(|(_, encoding)| says(encoding));
        let said = all.map(|(name, _)| name.clone()).collect();
        let multipart = is_multipart(media);
        (multipart || is_urlencoded(media)).then_some(Self { multipart, said })
    }

    /// Returns what is known of a form that is described in two places.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let said = &self.said | &other.said;
        let multipart = self.multipart;
        (multipart == other.multipart).then_some(Self { multipart, said })
    }

    /// Returns whether a member is written as a text if it is a plain value.
    pub fn is_text(&self, name: &str) -> bool {
        !self.said.contains(name)
    }

    /// Returns how the entries of a list are written.
    pub fn entries(&self, name: &str) -> Written {
        match (self.multipart, self.said.contains(name)) {
            (true, _) => Written::Parts,
            (_, false) => Written::Repeated,
            _ => Written::Joined,
        }
    }
}

/// Returns the components that are the schema of a form: `None` for one that is anything else too.
pub fn named(doc: &Value) -> BTreeMap<String, Option<Form>> {
    let mut found = BTreeMap::new();
    let mut direct = BTreeSet::new();
    let mut see = |kind: &'static Kind, at: &At<'_>, value: &Value| {
        let mut add = |to: Option<_>, form: Option<Form>| {
            let Some(to) = to else { return };
            let known = found.entry(to).or_insert_with(|| form.clone());
            *known = known
                .as_ref()
                .zip(form.as_ref())
                .and_then(|(a, b)| a.and(b));
        };
        if kind == &SCHEMA {
            let to = target(value).filter(|_| !direct.remove(&at.to_string()));
            add(to.map(String::from), None);
        } else if let Some(schema) = value.get("schema").filter(|_| kind.name == "media type") {
            let at = at.to_string();
            if let Some(form) = Form::of(&last(&at), Some(value)) {
                direct.extend([format!("{at}/schema"), format!("{at}/schema/allOf/0")]);
                add(
                    reference(Some(schema))
                        .and_then(pointer_of)
                        .map(String::from),
                    Some(form),
                );
            }
        }
        Ok::<(), ()>(())
    };
    let _ = each(doc, Is::One(&DOCUMENT), &At::ROOT, &mut see);
    for (name, item) in members(doc.get("webhooks")) {
        let at = At::Start("/webhooks");
        let _ = each(item, Is::One(&PATH_ITEM), &At::Member(&at, name), &mut see);
    }
    found
}
