//! Compares discriminators.

use serde_json::Value;

use super::SchemaPair;
use crate::document::{escape, last};
use crate::pipeline::diff::{
    Rule,
    place::At,
    values::{Maybe, get, keys, members},
    walk::Walker,
};

impl<'a> Walker<'a> {
    /// Compares discriminators; a further tag is a further alternative.
    pub(super) fn discriminator(&mut self, at: &At, (old, new): SchemaPair<'a>) {
        let (Some(Value::Object(_)), Some(Value::Object(_))) = (old, new) else {
            return self.leaves(Rule::Discriminator, at, old, new);
        };
        for key in keys(old, new) {
            if key == "defaultMapping" {
                self.child(key, at, old, new, |w, at, a, b| {
                    w.alternative_of_tag(at, a, b)
                });
                continue;
            }
            if key != "mapping" {
                self.child(key, at, old, new, |w, at, a, b| {
                    w.leaves(Rule::Discriminator, at, a, b)
                });
                continue;
            }
            let (old, new, at) = (get(old, key), get(new, key), at.key(key));
            for tag in keys(old, new) {
                self.child(tag, &at, old, new, |w, at, a, b| match (a, b) {
                    (Some(to), None) if w.is_name_of(tag, to) => {
                        w.differs(Rule::WrittenOtherwise, at, a, b);
                    }
                    (None, Some(to)) if w.is_name_of(tag, to) => {
                        w.differs(Rule::WrittenOtherwise, at, a, b);
                    }
                    (Some(_), None) => w.emit(
                        Rule::AlternativeGone,
                        at,
                        format!("the tag `{tag}` is gone"),
                    ),
                    (None, Some(_)) => {
                        w.emit(Rule::AlternativeNew, at, format!("the tag `{tag}` is new"))
                    }
                    _ => w.alternative_of_tag(at, a, b),
                });
            }
            if members(old).count() == 0 && members(new).count() == 0 {
                self.differs(Rule::WrittenOtherwise, &at, old, new);
            }
        }
    }

    /// Compares the alternative that a tag names, or all tags that no mapping names.
    fn alternative_of_tag(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let name = |to: Maybe<'a>| to.and_then(Value::as_str).map(last);
        match (old, new) {
            (Some(_), None) => self.differs(Rule::AlternativeGone, at, old, new),
            (None, Some(_)) => self.differs(Rule::AlternativeNew, at, old, new),
            _ if self.is_renamed(old, new) => {
                self.also(Rule::ComponentRenamed, &name(new).unwrap_or_default(), at);
            }
            // `Cat` is `#/components/schemas/Cat`.
            _ if name(old) == name(new) => self.differs(Rule::WrittenOtherwise, at, old, new),
            _ => self.differs(Rule::Discriminator, at, old, new),
        }
    }

    /// Returns whether two targets of a mapping name the same, renamed component.
    pub(super) fn is_renamed(&self, old: Maybe<'a>, new: Maybe<'a>) -> bool {
        let (old, new) = (old.and_then(Value::as_str), new.and_then(Value::as_str));
        let renamed = old.and_then(|old| self.renames.reference(old));
        renamed.is_some() && renamed.as_deref() == new
    }

    /// Returns whether the target of a mapping has, or had, this tag without being mapped.
    pub(super) fn is_name_of(&self, tag: &str, to: &Value) -> bool {
        let to = to.as_str().unwrap_or_default();
        let pointer = to.strip_prefix('#').unwrap_or_default();
        let name = last(to);
        let before = self.renames.old_name(pointer);
        let known = |doc: &Value| {
            ["/definitions/", "/components/schemas/"]
                .iter()
                .any(|kind| doc.pointer(&format!("{kind}{}", escape(tag))).is_some())
        };
        (name == tag || before.as_deref() == Some(tag)) && known(self.old.doc)
    }
}
