//! Compares the roots of the documents, their components, and renamed components.

use std::{collections::BTreeSet, rc::Rc, sync::LazyLock};

use serde_json::{Value, json};

use super::{
    Rule, fields,
    paths::{Path, key_of},
    place::{At, Sides, typed},
    values::{Maybe, flag, get, items, keys, missing, same_letters},
    walk::Walker,
};
use crate::document::escape;
use crate::document::last;

/// The URL schemes of a document in Swagger 2.0 that names none, as `convert` reads it.
static HTTPS: LazyLock<Value> = LazyLock::new(|| json!(["https"]));

impl<'a> Walker<'a> {
    pub(super) fn document(&mut self) {
        let (old, new) = (Some(self.old.doc), Some(self.new.doc));
        let at = At {
            old: String::new(),
            new: String::new(),
            place: String::new(),
            what: String::new(),
            sides: Sides::BOTH,
            operations: Rc::default(),
            candidates: BTreeSet::new(),
            types: Vec::new(),
            form: None,
        };
        // First, so that the places of renamed components are known.
        self.renamed(&at);
        for key in keys(old, new) {
            let at = At {
                place: format!("/{}", escape(key)),
                ..at.clone()
            };
            self.child(key, &at, old, new, |w, at, old, new| match key {
                "swagger" | "openapi" | "jsonSchemaDialect" => {
                    w.differs(Rule::FormatVersion, at, old, new)
                }
                "info" | "$self" => w.leaves(Rule::Info, at, old, new),
                "tags" | "externalDocs" => w.words(at, old, new),
                "servers" | "security" | "schemes" | "consumes" | "produces" if !w.is_used(key) => {
                    w.differs(Rule::WrittenOtherwise, at, old, new)
                }
                "servers" => w.servers(at, old, new),
                "host" if same_letters(old, new) => w.differs(Rule::WrittenOtherwise, at, old, new),
                "host" => w.differs(Rule::ServerGone, at, old, new),
                "basePath" => w.base_path(at, old, new),
                "schemes" => w.schemes(at, old, new),
                "consumes" | "produces" => {
                    let sides = if key == "consumes" {
                        Sides::REQUEST
                    } else {
                        Sides::RESPONSE
                    };
                    w.media_types(
                        &At {
                            sides,
                            ..at.clone()
                        },
                        old,
                        new,
                        key,
                    );
                }
                "security" => w.document_security(at, old, new),
                "paths" => w.paths(at, old, new),
                "webhooks" => w.hooks(at, old, new),
                "definitions" => w.components("schemas", at, old, new),
                "parameters" | "responses" => w.components(key, at, old, new),
                "securityDefinitions" => w.components("securitySchemes", at, old, new),
                "components" => {
                    for kind in keys(old, new) {
                        w.child(kind, at, old, new, |w, at, old, new| {
                            w.components(kind, at, old, new)
                        });
                    }
                }
                _ => {}
            });
        }
    }

    /// Returns whether an operation has what the document says for all, before and after; the
    /// others are compared by themselves.
    fn is_used(&self, key: &str) -> bool {
        let of_doc = |op: &Path<'_>| {
            op.op.get(key).is_none() && (key != "servers" || op.item.get(key).is_none())
        };
        let mut pairs = self.pairs.iter().filter_map(|p| Some((p.old?, p.new?)));
        pairs.any(|(a, b)| of_doc(&a) && of_doc(&b))
    }

    /// Compares URL schemes; without any, it is https.
    pub fn schemes(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let or_https = |v: Maybe<'a>| v.filter(|v| v.get(0).is_some()).or(Some(&HTTPS));
        let rules = (Rule::UrlSchemeGone, Rule::UrlSchemeNew);
        self.set(at, or_https(old), or_https(new), rules);
    }

    /// Compares lists of strings as sets.
    pub fn set(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>, (gone, come): (Rule, Rule)) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        for value in missing(items(old), items(new)) {
            self.emit(gone, at, format!("{value} is gone"));
        }
        for value in missing(items(new), items(old)) {
            self.emit(come, at, format!("{value} is new"));
        }
        self.same_set(at, old, new);
    }

    /// Claims the difference between two lists with the same items: their order, or how often one
    /// is named.
    pub fn same_set(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let within = |a: &[Value], b: &[Value]| missing(a, b).is_empty();
        if within(items(old), items(new)) && within(items(new), items(old)) {
            self.differs(Rule::Order, at, old, new);
        }
    }

    /// Compares a map of shared parts.
    fn components(&mut self, kind: &str, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let scheme = kind == "securitySchemes";
        if keys(old, new).is_empty() {
            return self.differs(Rule::WrittenOtherwise, at, old, new);
        }
        for name in keys(old, new) {
            let renamed = self
                .renames
                .old_name(&format!("{}/{}", at.new, escape(name)));
            let before = renamed.as_deref().unwrap_or(name);
            let gone = format!("{}/{}", at.old, escape(name));
            if renamed.is_some() || (get(new, name).is_none() && self.renames.is_old(&gone)) {
                // The change that names both reports it.
                self.claims += 1;
            }
            if get(new, name).is_none() && self.renames.is_old(&gone) {
                continue;
            }
            let (was, is) = (get(old, before), get(new, name));
            let at = self.component_at(kind, &at.keys(before, name), (before, name), was == is);
            self.form_gone_or_new(&at, was, is);
            self.dangling(kind, &at, was, is);
            self.checked(&at, was, is, |w, at, old, new| match (old, new, scheme) {
                (Some(_), None, true) => w.emit(Rule::SchemeGone, at, "is gone"),
                (None, Some(_), true) => w.emit(Rule::SchemeNew, at, "is new"),
                (Some(_), None, false) => w.emit(Rule::ComponentGone, &typed(at), "is gone"),
                (None, Some(_), false) => w.emit(Rule::ComponentNew, &typed(at), "is new"),
                _ => w.component(kind, at, old, new),
            });
        }
    }

    /// Returns the place of a component, with what reaches it.
    fn component_at(
        &self,
        kind: &str,
        at: &At,
        (before, name): (&str, &str),
        is_equal: bool,
    ) -> At {
        let (sides, operations) = self.old.of(&at.old).and(self.new.of(&at.new));
        let sides = match kind {
            "securitySchemes" => Sides::BOTH,
            _ => sides,
        };
        let form = || self.old.form(&at.old)?.and(self.new.form(&at.new)?);
        let form = if is_equal { None } else { form().map(Rc::new) };
        let items = |operations: &BTreeSet<String>, item: &str| {
            let keys = operations.iter().map(|o| key_of(o));
            keys.map(|key| format!("op:{key}{item}")).collect()
        };
        // What all of them return, or take.
        let candidates = match kind {
            "responses" => items(&operations.response, ">*"),
            "requestBodies" => items(&operations.request, "#body"),
            _ => BTreeSet::new(),
        };
        At {
            form,
            place: name.to_owned(),
            sides,
            candidates,
            operations: Rc::new(operations),
            types: vec![before.to_owned(), name.to_owned()],
            ..at.clone()
        }
    }

    /// Reports a form of a discriminated schema that only one document has.
    fn form_gone_or_new(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let (rule, what) = match (old, new) {
            (Some(_), None) if self.old.bases().is_derived(&at.old) => {
                (Rule::AlternativeGone, "is gone")
            }
            (None, Some(_)) if self.new.bases().is_derived(&at.new) => {
                (Rule::AlternativeNew, "is new")
            }
            _ => return,
        };
        self.emit(rule, &typed(at), format!("the form {what}"));
    }

    /// Compares a component before and after.
    fn component(&mut self, kind: &str, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        match kind {
            "schemas" => {
                let field = fields::both(self.old.field(&at.old), self.new.field(&at.new));
                let (is_text, entries) = (field.is_some(), field.and_then(|f| f.entries));
                self.is_parameter = field.is_some_and(|f| !f.is_member);
                self.as_text(&typed(at), (old, new), is_text, entries);
                self.is_parameter = false;
            }
            "parameters" => self.parameter(at, old, new),
            "responses" => self.response(at, old, new),
            "requestBodies" => self.request_body(at, old, new),
            "headers" => self.header(at, old, new),
            "securitySchemes" => self.scheme(at, old, new),
            "examples" => self.words(at, old, new),
            "links" => self.leaves(Rule::Link, at, old, new),
            "callbacks" | "pathItems" => self.shared_items(kind, at, old, new),
            "mediaTypes" => self.media(at, old, new),
            _ => {}
        }
    }

    /// Reports a component that only one document has, though both name it: a schema that is not
    /// there is any JSON, and a parameter none.
    fn dangling(&mut self, kind: &str, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let (gone, what) = match (old, new) {
            (Some(_), None) if self.new.names(&at.new) => (true, "is gone"),
            (None, Some(_)) if self.old.names(&at.old) => (false, "is there now"),
            _ => return,
        };
        let rule = match (kind, gone) {
            ("schemas", true) => Rule::TypeWider,
            ("schemas", false) => Rule::TypeNarrower,
            ("parameters", true) => Rule::ParameterGone,
            ("parameters", false) if flag(new, "required") => Rule::ParameterNewRequired,
            ("parameters", false) => Rule::ParameterNew,
            _ => Rule::RefChanged,
        };
        self.emit(
            rule,
            &typed(at),
            format!("{what}, and named in both documents"),
        );
    }

    /// Reports one change for each renamed component.
    fn renamed(&mut self, at: &At) {
        for (before, after) in self.renames.all() {
            let (from, to) = (last(&before), last(&after));
            let (sides, operations) = self.old.of(&before).and(self.new.of(&after));
            let at = At {
                old: before,
                new: after,
                place: to.clone(),
                sides,
                operations: Rc::new(operations),
                types: vec![from.clone(), to.clone()],
                ..at.clone()
            };
            self.emit(
                Rule::ComponentRenamed,
                &typed(&at),
                format!("`{from}` is named `{to}` now"),
            );
            let (old, new) = (self.old.bases(), self.new.bases());
            if old.is_implicit(&at.old) && !new.names(&at.new, &from) {
                let what = format!("its tag was its name, `{from}`, which no mapping keeps");
                self.emit(Rule::Discriminator, &typed(&at), what);
            }
        }
    }
}
