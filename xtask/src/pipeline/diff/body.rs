//! Compares request bodies and contents.

use std::{rc::Rc, sync::LazyLock};

use serde_json::{Value, json};

use super::{
    Rule,
    forms::Form,
    meaning,
    media::{media_type, part_types, range_of},
    place::At,
    texts::both,
    values::{Maybe, covered, flag, get, is_true, items, keys, members, pairs},
    walk::Walker,
};
use crate::document::{
    decoded, last,
    members::{BODY, ENCODING},
    resolve,
};

/// The media types of a document in Swagger 2.0 that names none.
static JSON: LazyLock<Value> = LazyLock::new(|| json!(["application/json"]));

impl<'a> Walker<'a> {
    /// Returns the targets of a pair of references; `None` if both lead to the same component,
    /// which is compared separately.
    pub(super) fn followed(
        &mut self,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
    ) -> Option<(Maybe<'a>, Maybe<'a>)> {
        let reference = |v: Maybe<'a>| get(v, "$ref").and_then(Value::as_str);
        self.beside(at, old, new);
        if let (Some(a), Some(b)) = (reference(old), reference(new)) {
            let mapped = self.renames.reference(a);
            if decoded(mapped.as_deref().unwrap_or(a)) == decoded(b) {
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
                format!("$ref: {}", both(get(old, "$ref"), get(new, "$ref"))),
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
        self.each_member(&BODY, at, (old, new), |w, key, at, old, new| match key {
            "required" if is_true(new) => w.emit(Rule::BodyRequired, at, "is required now"),
            "required" => w.emit(Rule::BodyOptional, at, "is no longer required"),
            "content" => w.content(at, old, new),
            "description" => w.words(at, old, new),
            _ => {}
        });
    }

    /// Compares contents by media type.
    pub fn content(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let one = members(old).count().max(members(new).count()) < 2;
        self.respelled(at, (old, new), media_type);
        let names = |v: Maybe<'a>| members(v).map(|(k, _)| k.as_str()).collect::<Vec<_>>();
        let (all_old, all_new) = (names(old), names(new));
        let ranges = covered((&all_old, &all_new), media_type, range_of);
        for &(before, media, wider) in &ranges {
            let at = at.keys(before, media);
            self.range(&at, (before, media, wider), (&all_old, &all_new));
            self.media(&at, get(old, before), get(new, media));
        }
        for (before, media) in pairs(old, new, media_type) {
            let (was, is) = (get(old, before), get(new, media));
            let compared = |(a, b, _): &(&str, &str, bool)| match (was, is) {
                (Some(_), None) => *a == before,
                (None, Some(_)) => *b == media,
                _ => false,
            };
            if ranges.iter().any(compared) {
                continue;
            }
            self.checked(&at.keys(before, media), was, is, |w, at, old, new| {
                match (old, new) {
                    (Some(_), None) => w.emit(Rule::MediaGone, at, format!("`{media}` is gone")),
                    (None, Some(_)) => w.emit(Rule::MediaNew, at, format!("`{media}` is new")),
                    _ if one => w.media(at, old, new),
                    _ => w.media(&at.clone().what(format!("as {media}")), old, new),
                }
            });
        }
        if members(old).count() == 0 && members(new).count() == 0 {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
    }

    /// Reports a media type that became a range, or came from one.
    fn range(
        &mut self,
        at: &At,
        (before, after, wider): (&str, &str, bool),
        (old, new): (&[&str], &[&str]),
    ) {
        let stays =
            |list: &[&str], name: &str| list.iter().any(|k| media_type(k) == media_type(name));
        let rule = match wider {
            true if stays(old, after) => Rule::WrittenOtherwise,
            true => Rule::MediaWider,
            false if stays(new, before) => Rule::WrittenOtherwise,
            false => Rule::MediaNarrower,
        };
        self.emit(rule, at, format!("`{before}` is `{after}` now"));
    }

    pub fn media(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let Some((old, new)) = self.followed(at, old, new) else {
            return;
        };
        let form = |pointer: &str, value| Form::of(&last(pointer), value);
        let forms = form(&at.old, old).zip(form(&at.new, new));
        let form = forms.and_then(|(a, b)| a.and(&b)).map(Rc::new);
        for key in keys(old, new) {
            let (holders, form) = ((old, new), form.clone());
            self.child(key, at, old, new, |w, at, old, new| match key {
                "schema" => w.schema(&At { form, ..at.clone() }, old, new),
                "itemSchema" => w.schema(at, old, new),
                "example" | "examples" => w.words(at, old, new),
                "encoding" => w.encoding(&at.clone().what("encoding"), holders, (old, new)),
                "prefixEncoding" | "itemEncoding" => w.leaves(Rule::Encoding, at, old, new),
                _ => {}
            });
        }
    }

    /// Compares the encoding of the parts of a form. A part that is not named there has the form
    /// that its schema implies.
    fn encoding(
        &mut self,
        at: &At,
        media: (Maybe<'a>, Maybe<'a>),
        (old, new): (Maybe<'a>, Maybe<'a>),
    ) {
        let (docs, mut any) = ((self.old.doc, self.new.doc), false);
        for name in keys(old, new) {
            self.child(name, at, old, new, |w, at, a, b| {
                for key in keys(a, b) {
                    any = true;
                    let types = (
                        part_types(docs.0, media.0, name, a),
                        part_types(docs.1, media.1, name, b),
                    );
                    let same = match key {
                        "contentType" => false,
                        _ => meaning::same_parts(&ENCODING, key, (a, b), false),
                    };
                    w.child(key, at, a, b, |w, at, x, y| match key {
                        _ if same => w.differs(Rule::WrittenOtherwise, &at.clone().what(key), x, y),
                        "contentType" => w.part_types(at, (x, y), (&types.0, &types.1)),
                        "headers" => {
                            w.headers(&at.clone().what(format!("`{name}`")), Some(name), (x, y))
                        }
                        _ => w.leaves(Rule::Encoding, at, x, y),
                    });
                }
                if keys(a, b).is_empty() {
                    w.differs(Rule::WrittenOtherwise, at, a, b);
                }
            });
        }
        if !any {
            self.differs(Rule::WrittenOtherwise, at, old, new);
        }
    }

    /// Compares the media types that a part of a form may have.
    fn part_types(
        &mut self,
        at: &At,
        values: (Maybe<'a>, Maybe<'a>),
        (was, is): (&[&str], &[&str]),
    ) {
        let lacks =
            |list: &[&str], name: &str| !list.iter().any(|k| media_type(k) == media_type(name));
        let within = |list: &[&str], other: &[&str]| !list.iter().any(|media| lacks(other, media));
        let ranges = covered((was, is), media_type, range_of);
        match (within(was, is), within(is, was)) {
            (true, true) => {
                let at = at.clone().what("contentType");
                self.differs(Rule::WrittenOtherwise, &at, values.0, values.1);
            }
            (true, false) | (false, true) => self.media_lists(at, (was, is)),
            // One is another: a range, or something else.
            _ if ranges.len() == was.len().max(is.len()) => self.media_lists(at, (was, is)),
            _ => self.leaves(Rule::Encoding, at, values.0, values.1),
        }
    }

    /// Claims keys that are the same in another spelling.
    pub(super) fn respelled(
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

    /// Compares the media types of an operation in Swagger 2.0, whose own list overrides the
    /// document's.
    pub fn media_types(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>, key: &str) {
        let of = |own: Maybe<'a>, doc: &'a Value| {
            let list = own
                .or_else(|| doc.get(key))
                .filter(|list| !items(Some(list)).is_empty());
            let list = items(list.or(Some(&JSON)));
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>()
        };
        let (was, is) = (of(old, self.old.doc), of(new, self.new.doc));
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        let before = self.claims;
        self.media_lists(at, (&was, &is));
        if self.claims == before {
            let all_same = was.iter().all(|m| is.contains(m)) && is.iter().all(|m| was.contains(m));
            let rule = match all_same {
                true => Rule::Order,
                false => Rule::WrittenOtherwise,
            };
            self.differs(rule, at, old, new);
        }
    }

    /// Compares lists of media types.
    fn media_lists(&mut self, at: &At, (was, is): (&[&str], &[&str])) {
        let ranges = covered((was, is), media_type, range_of);
        for range in &ranges {
            self.range(at, *range, (was, is));
        }
        let lacks =
            |list: &[&str], name: &str| !list.iter().any(|k| media_type(k) == media_type(name));
        for media in was
            .iter()
            .filter(|m| lacks(is, m) && !ranges.iter().any(|r| r.0 == **m))
        {
            self.emit(Rule::MediaGone, at, format!("\"{media}\" is gone"));
        }
        for media in is
            .iter()
            .filter(|m| lacks(was, m) && !ranges.iter().any(|r| r.1 == **m))
        {
            self.emit(Rule::MediaNew, at, format!("\"{media}\" is new"));
        }
    }
}
