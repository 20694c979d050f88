//! The rule for each keyword of a schema.

use autopi_codegen::contract;
use serde_json::Value;

use super::{SchemaPair, alternatives::further, limits::LIMITS, others::part_new};
use super::{step, with_items};
use crate::document::members::SCHEMA;
use crate::pipeline::diff::{
    Rule,
    meaning::{listed, offers_xml, same, same_parts},
    place::At,
    values::{Maybe, get, is_true, items, text},
    walk::Walker,
};
use crate::pipeline::shape::noise::is_rendered;

impl<'a> Walker<'a> {
    /// Compares one keyword of two schemas; `at` is the place of the schemas, `below` that of the
    /// keyword.
    pub fn keyword(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): (Maybe<'a>, Maybe<'a>),
    ) {
        // Other keywords are not about the object that is a form.
        let plain;
        let below = match key {
            "properties" | "required" | "allOf" | "anyOf" | "oneOf" => below,
            _ if below.form.is_none() => below,
            _ => {
                plain = At {
                    form: None,
                    ..below.clone()
                };
                &plain
            }
        };
        if self.of_changed_type(key, (at, below), holders, old.or(new)) {
            return;
        }
        if same(&SCHEMA, key, holders) {
            let below = below.clone().what(format!("`{key}`"));
            return self.differs(Rule::WrittenOtherwise, &below, old, new);
        }
        let values = (old, new);
        if self.value(key, at, below, holders, values) || self.part(key, at, below, holders, values)
        {
            return;
        }
        if same_parts(&SCHEMA, key, holders, self.is_closed(at))
            && LIMITS.iter().all(|(k, _)| *k != key)
        {
            return self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new);
        }
        if !self.condition(key, at, below, holders, values) && !self.said(key, at, below, values) {
            self.limit(
                key,
                &below.clone().what(format!("`{key}`")),
                holders,
                values,
            );
        }
    }

    /// Compares a keyword about a value itself: its type, its form, the values that it may have;
    /// returns false for any other keyword.
    fn value(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) -> bool {
        match key {
            "type" | "nullable" | "x-nullable" => self.types(below, holders, (old, new)),
            contract::JSON => self.either(
                below,
                (old, new),
                (Rule::TypeWider, Rule::TypeNarrower),
                "any JSON",
            ),
            contract::ID
            | contract::PAGE
            | contract::SECRET
            | contract::VARIANT
            | contract::VALUES => self.differs(Rule::RustOnly, &below.clone().what(key), old, new),
            // 3.1 has another way to say that a text is base64.
            "format" | "contentEncoding" if is_base64(holders.0) && is_base64(holders.1) => {
                self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new);
            }
            "format" => self.format(&below.clone().what("format"), (old, new)),
            "enum" | "const" => {
                let (a, b) = (listed(holders.0), listed(holders.1));
                self.values(at, below, (a.as_ref(), b.as_ref()));
            }
            // An open list: the values that are known today.
            "x-extensible-enum" if old.is_some() && new.is_some() => {
                self.values(at, below, (old, new));
            }
            "x-extensible-enum" => self.words(below, old, new),
            "default" => {
                let rendered = |holder: Maybe<'_>, v: Maybe<'_>| {
                    v.is_none_or(|v| is_rendered(text(holder, "format"), v))
                };
                let rule = if rendered(holders.0, old) && rendered(holders.1, new) {
                    Rule::DefaultRendered
                } else {
                    Rule::DefaultChanged
                };
                self.differs(rule, &below.clone().what("default"), old, new);
            }
            "readOnly" | "writeOnly" if self.is_parameter => {
                self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new);
            }
            "readOnly" => self.either(
                below,
                (old, new),
                (Rule::ReadOnlyNow, Rule::ReadOnlyNoMore),
                key,
            ),
            "writeOnly" => self.either(
                below,
                (old, new),
                (Rule::WriteOnlyNow, Rule::WriteOnlyNoMore),
                key,
            ),
            _ => return false,
        }
        true
    }

    /// Compares a keyword that holds the schemas of parts (members, items, alternatives); returns
    /// false for any other keyword.
    fn part(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) -> bool {
        match key {
            "required" => self.required(at, below, holders, (old, new)),
            "properties" => self.properties(at, below, holders, (old, new)),
            "additionalProperties" => self.extra(at, below, (old, new)),
            "items" if self.one_is_a_list => {
                self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new);
            }
            "items" => {
                let below = step(below, "items", "Item");
                self.of_others(key, (at, &below), (old, new));
            }
            "allOf" => self.parts(
                &with_items(at, below, &["", ".*", "::new*"]),
                (old, new),
                (self.part_gone(key, at, old, Rule::PartGone), Rule::PartNew),
            ),
            // Beside other keywords: a list alone is compared as alternatives of the other schema.
            "oneOf" | "anyOf" if old.is_none() => {
                self.differs(Rule::ConditionNew, &below.clone().what(key), old, new);
            }
            "oneOf" | "anyOf" if new.is_none() => {
                let gone = self.part_gone(key, at, old, Rule::ConditionGone);
                self.differs(gone, &below.clone().what(key), old, new);
            }
            "oneOf" | "anyOf" => {
                let come = further(holders.0, items(old).len());
                let at = with_items(at, below, &["", "=*"]);
                self.parts(&at, (old, new), (Rule::AlternativeGone, come));
            }
            _ => return false,
        }
        true
    }

    /// Compares a keyword of a condition that must hold besides; returns false for any other
    /// keyword.
    fn condition(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        holders: SchemaPair<'a>,
        (old, new): SchemaPair<'a>,
    ) -> bool {
        let gone = self.part_gone(key, at, old, Rule::ConditionGone);
        let come = part_new(key, holders.0);
        let rules = (gone, come);
        // How many there must be says nothing where nothing must be contained.
        let matters = |schema: Maybe<'a>| get(schema, "contains").is_some();
        match key {
            "prefixItems" => self.one_by_one(below, (old, new), rules),
            "patternProperties" | "dependentSchemas" => {
                self.named(&below.clone().what(key), (old, new), rules);
            }
            "minContains" | "maxContains" if !matters(holders.0) || !matters(holders.1) => {
                self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new);
            }
            // One must be contained if nothing else is said.
            "minContains" => {
                let n = |v: Maybe<'a>| v.and_then(Value::as_f64).unwrap_or(1.0);
                let rule = [gone, come][usize::from(n(new) > n(old))];
                self.differs(rule, &below.clone().what(key), old, new);
            }
            "$defs" | "definitions" => {
                self.named(below, (old, new), (Rule::ComponentGone, Rule::ComponentNew))
            }
            "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "maxContains"
            | "propertyNames"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "dependentRequired"
            | "dependencies" => {
                self.gone_new(
                    below.clone().what(key),
                    (old, new),
                    (gone, come, Rule::ConditionChanged),
                );
            }
            _ => return false,
        }
        true
    }

    /// Compares a keyword of how a value is written or what it means; returns false for any other
    /// keyword.
    fn said(&mut self, key: &str, at: &At, below: &At, (old, new): SchemaPair<'a>) -> bool {
        match key {
            "contentEncoding" | "contentMediaType" | "contentSchema" => {
                self.differs(Rule::ContentChanged, &below.clone().what(key), old, new)
            }
            "collectionFormat" => {
                self.differs(Rule::ParameterForm, &below.clone().what(key), old, new)
            }
            "discriminator" => {
                let below = with_items(at, below, &["", "=*"]);
                self.discriminator(&below.what(key), (old, new));
            }
            "deprecated" => self.deprecated(below, old, new),
            "title" | "description" | "summary" | "example" | "examples" | "externalDocs"
            | "$comment" | "$schema" => self.words(below, old, new),
            // Names of schemas: what refers to one is compared by what it leads to.
            "$anchor" | "$dynamicAnchor" | "$id" => {
                self.differs(Rule::WrittenOtherwise, &below.clone().what(key), old, new)
            }
            "xml" if offers_xml(self.old.doc) || offers_xml(self.new.doc) => {
                self.leaves(Rule::Encoding, &below.clone().what(key), old, new);
            }
            "xml" => self.words(below, old, new),
            _ => return false,
        }
        true
    }

    pub(super) fn gone_new(
        &mut self,
        at: At,
        (old, new): SchemaPair<'a>,
        (gone, come, other): (Rule, Rule, Rule),
    ) {
        let rule = match (old, new) {
            (Some(_), None) => gone,
            (None, Some(_)) => come,
            _ => other,
        };
        self.differs(rule, &at, old, new);
    }

    /// Compares a flag, which is false if absent.
    pub(super) fn either(
        &mut self,
        at: &At,
        (old, new): SchemaPair<'a>,
        (set, cleared): (Rule, Rule),
        what: &str,
    ) {
        match (is_true(old), is_true(new)) {
            (false, true) => self.emit(set, at, format!("is {what} now")),
            (true, false) => self.emit(cleared, at, format!("is no longer {what}")),
            _ => self.differs(Rule::WrittenOtherwise, at, old, new),
        }
    }
}

fn is_base64(schema: Maybe<'_>) -> bool {
    match text(schema, "contentEncoding") {
        "" => text(schema, "format") == "byte",
        encoding => encoding == "base64",
    }
}
