//! Compares the parameters of an operation; in Swagger 2.0 also its body and the fields of its
//! form.

mod effective;

use std::collections::BTreeMap;

use effective::{Parameter, effective, renamed};
use serde_json::{Value, json};

use super::{
    Rule,
    operations::path_parameter_text,
    paths::Path,
    place::At,
    texts::both,
    values::{Maybe, flag, get, text},
    walk::Walker,
};
use crate::document::{members::PARAMETER, path_parameters, resolve};

impl<'a> Walker<'a> {
    /// Compares all parameters of an operation, including those of its path item.
    pub fn parameters(&mut self, at: &At, (a, b): (&Path<'a>, &Path<'a>)) {
        let (mut old, mut new) = (
            effective(self.old.doc, a, &at.old),
            effective(self.new.doc, b, &at.new),
        );
        self.declare(&mut old, &new, (a, &at.old));
        self.declare(&mut new, &old, (b, &at.new));
        for (after, before) in renamed(&old, &new) {
            if let Some(parameter) = old.remove(&before) {
                let now = &new[&after];
                let here = self.parameter_at(at, (&after, b), &parameter, now);
                self.emit(Rule::ParameterRenamed, &here, format!("was `{}`", before.1));
                old.insert(after, parameter);
            }
        }
        for (key, was) in &old {
            let Some(is) = new.get(key) else {
                let here = self.parameter_at(at, (key, b), was, was);
                let rule = if key.0 == "body" {
                    Rule::BodyGone
                } else {
                    Rule::ParameterGone
                };
                self.emit(rule, &here, "is gone");
                continue;
            };
            let here = self.parameter_at(at, (key, b), was, is);
            if was.implied != is.implied {
                let what = if is.implied {
                    "is no longer declared"
                } else {
                    "is declared now"
                };
                self.emit(Rule::WrittenOtherwise, &here, what);
            }
            self.beside(&here, Some(was.written), Some(is.written));
            if was.written.get("$ref").is_some() && is.written.get("$ref").is_some() {
                let reference = |p: &Parameter<'a>| text(Some(p.written), "$ref").to_owned();
                let (before, after) = (reference(was), reference(is));
                if before == after || self.renames.reference(&before).as_ref() == Some(&after) {
                    if before != after {
                        let name = after.rsplit('/').next().unwrap_or_default().to_owned();
                        let here = At {
                            old: was.pointer.clone(),
                            new: is.pointer.clone(),
                            ..at.clone()
                        };
                        self.also(Rule::ComponentRenamed, &name, &here);
                    }
                    // The component is compared separately.
                    continue;
                }
            }
            self.checked(&here, Some(was.value), Some(is.value), |w, at, old, new| {
                w.parameter(at, old, new)
            });
        }
        for (key, is) in new.iter().filter(|(k, _)| !old.contains_key(*k)) {
            let here = self.parameter_at(at, (key, b), is, is);
            let required = flag(Some(is.value), "required");
            let (rule, what) = match (key.0 == "body", required) {
                (true, true) => (Rule::BodyNewRequired, "is new, and required"),
                (true, false) => (Rule::BodyNew, "is new"),
                (false, true) => (Rule::ParameterNewRequired, "is new, and required"),
                (false, false) => (Rule::ParameterNew, "is new"),
            };
            self.emit(rule, &here, what);
        }
    }

    /// Adds the path parameters that only the other document declares: one that a path has is a
    /// text.
    fn declare(
        &mut self,
        own: &mut BTreeMap<(String, String), Parameter<'a>>,
        other: &BTreeMap<(String, String), Parameter<'a>>,
        (op, at): (&Path<'a>, &str),
    ) {
        let names = path_parameters(op.path).enumerate();
        for (key, name) in names.map(|(i, name)| (("path".to_owned(), format!("#{}", i + 1)), name))
        {
            if own.contains_key(&key) || !other.contains_key(&key) {
                continue;
            }
            let schema = json!({ "type": "string" });
            let mut text = json!({ "name": name, "in": "path", "required": true });
            match self.old.doc.get("swagger") {
                Some(_) => text["type"] = "string".into(),
                None => text["schema"] = schema,
            }
            if let [made] = self.make(vec![text]) {
                let (pointer, shared, implied) = (at.to_owned(), false, true);
                own.insert(
                    key,
                    Parameter {
                        pointer,
                        value: made,
                        written: made,
                        shared,
                        implied,
                    },
                );
            }
        }
    }

    fn parameter_at(
        &self,
        at: &At,
        ((place, _), op): (&(String, String), &Path<'a>),
        was: &Parameter<'a>,
        is: &Parameter<'a>,
    ) -> At {
        let name = text(Some(is.value), "name");
        let what = match place.as_str() {
            "body" => "request body".to_owned(),
            "formData" => format!("form field `{name}`"),
            place => format!("{place} parameter `{name}`"),
        };
        let before = text(Some(was.value), "name");
        let setters: &[&str] = if place == "body" {
            &["body"]
        } else {
            &[name, before]
        };
        let id = text(Some(op.op), "operationId");
        let base = heck::ToUpperCamelCase::to_upper_camel_case(id);
        let suffix = if place == "body" {
            "Request".to_owned()
        } else {
            heck::ToUpperCamelCase::to_upper_camel_case(name)
        };
        At {
            old: was.pointer.clone(),
            new: is.pointer.clone(),
            // What all operations of a path share is reported once.
            place: if (was.shared && is.shared) || (place == "path" && name != before) {
                op.path.to_owned()
            } else {
                at.place.clone()
            },
            candidates: setters
                .iter()
                .map(|setter| format!("op:{}#{setter}", op.key()))
                .collect(),
            types: vec![format!("{base}{suffix}")],
            ..at.clone()
        }
        .what(what)
    }

    /// Compares a parameter before and after.
    pub fn parameter(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let (old, new) = (
            old.map(|v| resolve(self.old.doc, v)),
            new.map(|v| resolve(self.new.doc, v)),
        );
        let whole = (old, new);
        let body = text(new, "in") == "body";
        let path = text(new, "in") == "path";
        self.each_member(&PARAMETER, at, whole, |w, key, below, a, b| match key {
            "name" if body => w.words(below, a, b),
            "name" if path => {
                let name = |v: Maybe<'a>| v.and_then(Value::as_str).unwrap_or_default();
                let below = At {
                    what: String::new(),
                    ..below.clone()
                };
                let what = path_parameter_text(name(a), name(b));
                w.emit(Rule::PathParameterRenamed, &below, what);
            }
            "name"
                if text(old, "in") == "header"
                    && text(new, "in") == "header"
                    && text(old, key).eq_ignore_ascii_case(text(new, key)) =>
            {
                w.differs(Rule::WrittenOtherwise, below, a, b)
            }
            "name" => w.emit(
                Rule::ParameterRenamed,
                below,
                format!("was `{}`", a.and_then(Value::as_str).unwrap_or_default()),
            ),
            "in" => w.differs(Rule::ParameterForm, &below.clone().what("in"), a, b),
            // A path has all of its parameters.
            "required" if path => w.differs(Rule::WrittenOtherwise, &below.clone().what(key), a, b),
            "required" => {
                let (rule, what) = match (body, flag(new, "required")) {
                    (true, true) => (Rule::BodyRequired, "is required now"),
                    (true, false) => (Rule::BodyOptional, "is no longer required"),
                    (false, true) => (Rule::ParameterRequired, "is required now"),
                    (false, false) => (Rule::ParameterOptional, "is no longer required"),
                };
                w.emit(rule, below, what);
            }
            "explode" | "collectionFormat" if w.is_single(whole) || w.is_joined(whole) => {
                w.differs(Rule::WrittenOtherwise, &below.clone().what(key), a, b)
            }
            "style" | "explode" | "allowReserved" | "collectionFormat" => {
                w.emit(Rule::ParameterForm, below, format!("{key}: {}", both(a, b)));
            }
            "allowEmptyValue" => match flag(new, key) {
                true => w.emit(Rule::EmptyAllowed, below, "may be empty now"),
                false => w.emit(Rule::EmptyRefused, below, "may no longer be empty"),
            },
            "$ref" => {}
            _ => w.parameter_or_header(key, at, below, whole, (a, b)),
        });
    }

    /// Compares a member that parameters and headers share.
    pub fn parameter_or_header(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        whole: (Maybe<'a>, Maybe<'a>),
        (a, b): (Maybe<'a>, Maybe<'a>),
    ) {
        let is_body = text(whole.1, "in") == "body";
        let outer = std::mem::replace(&mut self.is_parameter, !is_body);
        match key {
            "deprecated" => self.deprecated(below, a, b),
            "description" | "example" | "examples" => self.words(below, a, b),
            "schema" | "content" if a.is_none() || b.is_none() => {
                self.differs(Rule::ParameterForm, &below.clone().what(key), a, b)
            }
            "schema" if is_body => self.schema(below, a, b),
            "content" => self.content(below, a, b),
            _ => {
                self.is_text = true;
                let entry = self.entry_of_parameter(whole);
                self.one_is_a_list = entry.is_some();
                match key {
                    "schema" if entry.is_some() => self.became_list(below, a, entry),
                    "schema" => self.schema(below, a, b),
                    // Swagger 2.0 has the keywords of a schema here.
                    _ => self.keyword(key, at, below, whole, (a, b)),
                }
                self.is_text = false;
                self.one_is_a_list = false;
            }
        }
        self.is_parameter = outer;
    }

    /// Returns whether a parameter is, and was, a list that is joined by commas, exploded or not,
    /// or an object that is always exploded.
    pub fn is_joined(&self, (old, new): (Maybe<'a>, Maybe<'a>)) -> bool {
        let joined = |doc: &'a Value, parameter: Maybe<'a>| {
            let schema = get(parameter, "schema").map(|s| resolve(doc, s));
            let in_query = !matches!(text(parameter, "in"), "path" | "header" | "");
            match text(parameter, "style") {
                "deepObject" => true,
                "" if in_query => false,
                "" | "simple" => text(schema, "type") == "array",
                _ => false,
            }
        };
        joined(self.old.doc, old) && joined(self.new.doc, new)
    }

    /// Returns whether a parameter has, or had, a single value, for which it does not matter how
    /// several are written.
    pub fn is_single(&self, (old, new): (Maybe<'a>, Maybe<'a>)) -> bool {
        let single = |doc: &'a Value, parameter: Maybe<'a>| {
            let schema = get(parameter, "schema")
                .or(parameter)
                .map(|s| resolve(doc, s));
            matches!(
                text(schema, "type"),
                "string" | "integer" | "number" | "boolean" | "file"
            )
        };
        single(self.old.doc, old) || single(self.new.doc, new)
    }
}
