//! Compares request bodies, responses and their contents.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    Rule,
    place::At,
    values::{Maybe, flag, get, keys, members, pairs},
    walk::Walker,
};
use crate::document::resolve;

/// The media types of a document in Swagger 2.0 that names none.
static JSON: LazyLock<Value> = LazyLock::new(|| json!(["application/json"]));

impl<'a> Walker<'a> {
    /// Returns the targets of a pair of references; `None` if both lead to the same component, which is compared separately.
    fn followed(
        &mut self,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
    ) -> Option<(Maybe<'a>, Maybe<'a>)> {
        let reference = |v: Maybe<'a>| get(v, "$ref").and_then(Value::as_str);
        self.beside(at, old, new);
        if let (Some(a), Some(b)) = (reference(old), reference(new)) {
            let mapped = self.renames.reference(a);
            if mapped.as_deref().unwrap_or(a) == b {
                self.also(
                    Rule::ComponentRenamed,
                    b.rsplit('/').next().unwrap_or_default(),
                    &at.key("$ref"),
                );
                return None;
            }
        }
        let (a, b) = (
            old.map(|v| resolve(self.old.doc, v)),
            new.map(|v| resolve(self.new.doc, v)),
        );
        if reference(old) != reference(new) {
            self.emit(
                Rule::WrittenOtherwise,
                &at.key("$ref"),
                format!(
                    "$ref: {}",
                    super::texts::both(get(old, "$ref"), get(new, "$ref"))
                ),
            );
        }
        Some((a, b))
    }

    /// Compares the siblings of a reference.
    pub fn beside(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let of = |v: Maybe<'a>| v.filter(|v| v.get("$ref").is_some());
        let (old, new) = (of(old), of(new));
        for key in keys(old, new).into_iter().filter(|k| *k != "$ref") {
            self.child(key, at, old, new, |w, at, old, new| {
                if matches!(key, "summary" | "description") {
                    w.words(at, old, new);
                }
            });
        }
    }

    pub fn request_body(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let at = &at.clone().what("request body");
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        match (old, new) {
            (Some(_), None) => return self.emit(Rule::BodyGone, at, "is gone"),
            (None, Some(_)) if flag(new, "required") => {
                return self.emit(Rule::BodyNewRequired, at, "is new, and required");
            }
            (None, Some(_)) => return self.emit(Rule::BodyNew, at, "is new"),
            _ => {}
        }
        for key in keys(old, new) {
            let required = (flag(old, key), flag(new, key));
            self.child(key, at, old, new, |w, at, old, new| match (key, required) {
                ("required", (false, true)) => w.emit(Rule::BodyRequired, at, "is required now"),
                ("required", (true, false)) => {
                    w.emit(Rule::BodyOptional, at, "is no longer required")
                }
                ("required", _) => w.differs(Rule::WrittenOtherwise, at, old, new),
                ("content", _) => w.content(at, old, new),
                ("description", _) => w.words(at, old, new),
                _ => {}
            });
        }
    }

    /// Compares contents by media type.
    pub fn content(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let one = members(old).count().max(members(new).count()) < 2;
        self.respelled(at, (old, new), media_type);
        for (before, media) in pairs(old, new, media_type) {
            let (was, is) = (get(old, before), get(new, media));
            self.checked(&at.keys(before, media), was, is, |w, at, old, new| {
                match (old, new) {
                    (Some(_), None) => w.emit(Rule::MediaGone, at, format!("`{media}` is gone")),
                    (None, Some(_)) => w.emit(Rule::MediaNew, at, format!("`{media}` is new")),
                    _ => {
                        let at = if one {
                            at.clone()
                        } else {
                            at.clone().what(format!("as {media}"))
                        };
                        for key in keys(old, new) {
                            w.child(key, &at, old, new, |w, at, old, new| match key {
                                "schema" => w.schema(at, old, new),
                                "example" | "examples" => w.words(at, old, new),
                                "encoding" => {
                                    w.leaves(Rule::Encoding, &at.clone().what("encoding"), old, new)
                                }
                                _ => {}
                            });
                        }
                    }
                }
            });
        }
        if members(old).count() == 0 && members(new).count() == 0 {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
    }

    /// Claims keys that are the same in another spelling.
    fn respelled(
        &mut self,
        at: &At,
        (old, new): (Maybe<'a>, Maybe<'a>),
        same: impl Fn(&str) -> String,
    ) {
        for (before, after) in pairs(old, new, same) {
            if before != after {
                let what = format!("`{before}` is written `{after}`");
                self.emit(Rule::WrittenOtherwise, &at.keys(before, after), what);
            }
        }
    }

    /// Compares the media types of an operation in Swagger 2.0, whose own list overrides the document's.
    pub fn media_types(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>, key: &str) {
        let or_all = |own: Maybe<'a>, doc: &'a Value| own.or_else(|| doc.get(key));
        let (old, new) = (or_all(old, self.old.doc), or_all(new, self.new.doc));
        let (old, new) = (old.or(Some(&JSON)), new.or(Some(&JSON)));
        self.set(at, old, new, (Rule::MediaGone, Rule::MediaNew));
    }

    pub fn responses(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        for status in keys(old, new) {
            let success = status.trim_start_matches("x-also-").starts_with('2');
            if status.starts_with("x-") && !status.starts_with("x-also-") {
                continue;
            }
            let at = at.clone().what(format!("response {status}"));
            self.child(status, &at, old, new, |w, at, old, new| {
                match (old, new, success) {
                    (Some(_), None, true) => w.emit(Rule::SuccessGone, at, "is gone"),
                    (None, Some(_), true) => w.emit(Rule::SuccessNew, at, "is new"),
                    (Some(_), None, false) => w.emit(Rule::ErrorGone, at, "is gone"),
                    (None, Some(_), false) => w.emit(Rule::ErrorNew, at, "is new"),
                    _ => w.response(at, old, new),
                }
            });
        }
        for key in keys(old, new)
            .into_iter()
            .filter(|k| k.starts_with("x-") && !k.starts_with("x-also-"))
        {
            self.child(key, at, old, new, |_, _, _, _| {});
        }
    }

    pub fn response(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, old, new| match key {
                "description" | "examples" | "summary" => w.words(at, old, new),
                // In Swagger 2.0.
                "schema" => w.schema(at, old, new),
                "content" => w.content(at, old, new),
                "links" => w.leaves(Rule::Link, &at.clone().what("link"), old, new),
                "headers" => {
                    w.respelled(at, (old, new), str::to_ascii_lowercase);
                    for (before, name) in pairs(old, new, str::to_ascii_lowercase) {
                        let at = at.keys(before, name).what(format!("header `{name}`"));
                        let (was, is) = (get(old, before), get(new, name));
                        w.checked(&at, was, is, |w, at, old, new| match (old, new) {
                            (Some(_), None) => w.emit(Rule::HeaderGone, at, "is gone"),
                            (None, Some(_)) => w.emit(Rule::HeaderNew, at, "is new"),
                            _ => w.header(at, old, new),
                        });
                    }
                }
                _ => {}
            });
        }
    }

    pub fn header(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        for key in keys(old, new) {
            let required = (flag(old, key), flag(new, key));
            let whole = (old, new);
            self.child(key, at, old, new, |w, below, a, b| match (key, required) {
                ("required", (false, true)) => {
                    w.emit(Rule::HeaderRequired, below, "is always present now")
                }
                ("required", (true, false)) => {
                    w.emit(Rule::HeaderOptional, below, "may be missing now")
                }
                ("required", _) => w.differs(Rule::WrittenOtherwise, below, a, b),
                (
                    "style" | "explode" | "collectionFormat" | "allowReserved" | "allowEmptyValue",
                    _,
                ) => w.differs(Rule::ParameterForm, &below.clone().what(key), a, b),
                ("deprecated", _) => w.deprecated(below, a, b),
                ("description" | "example" | "examples", _) => w.words(below, a, b),
                ("schema" | "content", _) if a.is_none() || b.is_none() => {
                    w.differs(Rule::ParameterForm, &below.clone().what(key), a, b)
                }
                ("schema", _) => w.schema(below, a, b),
                ("content", _) => w.content(below, a, b),
                // Swagger 2.0 has the keywords of a schema here.
                _ => w.keyword(key, at, below, whole, (a, b)),
            });
        }
    }
}

/// Returns a media type as it is compared: its letters have no case, and JSON is UTF-8 without its saying so.
fn media_type(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect();
    let plain = plain.to_ascii_lowercase();
    match plain.strip_suffix(";charset=utf-8") {
        Some(rest) if rest.ends_with("json") => rest.to_owned(),
        _ => plain,
    }
}
