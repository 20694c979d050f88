//! Schemas, keyword by keyword (JSON Schema as Swagger 2.0, OpenAPI 3.0 and 3.1 have it).

use autopi_codegen::contract;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{
    Rule,
    place::{At, types},
    reach::{Sides, resolve},
    renames::letters,
    texts::{both, short},
    values::{Maybe, canonical, flag, get, items, keys, members, missing, text, without},
    walk::Walker,
};
use crate::{
    document::{escape, unescape},
    pipeline::shape::noise::is_rendered,
};

/// The two schemas that a keyword stands in.
type Holders<'a> = (Maybe<'a>, Maybe<'a>);

impl<'a> Walker<'a> {
    /// Two schemas at one place.
    pub fn schema(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        match (old, new) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => {}
            (Some(Value::Bool(false)), Some(_)) => {
                return self.differs(Rule::ConditionGone, at, old, new);
            }
            (Some(_), Some(Value::Bool(false))) => {
                return self.differs(Rule::ConditionNew, at, old, new);
            }
            _ => {
                let any = |v: Maybe<'_>| {
                    v.is_none_or(|v| {
                        *v == Value::Bool(true) || v.as_object().is_some_and(|m| m.is_empty())
                    })
                };
                let rule = match (any(old), any(new)) {
                    (true, true) => Rule::WrittenOtherwise,
                    (true, false) => Rule::TypeNarrower,
                    (false, true) => Rule::TypeWider,
                    _ => return,
                };
                return self.differs(rule, at, old, new);
            }
        }
        let mut done: &[&str] = &[];
        match (reference(old), reference(new)) {
            (Some(a), Some(b)) => {
                self.references(at, (old, new), (a, b));
                done = &["$ref", "allOf"];
            }
            (None, None) => {}
            (a, b) => return self.inlined(at, (old, new), (a, b)),
        }
        for key in keys(old, new).into_iter().filter(|k| !done.contains(k)) {
            self.child(key, at, old, new, |w, below, a, b| {
                w.keyword(key, at, below, (old, new), (a, b))
            });
        }
    }

    /// Both refer to a component.
    fn references(&mut self, at: &At, holders: Holders<'a>, (a, b): (&str, &str)) {
        let mapped = self.renames.reference(a);
        if mapped.as_deref().unwrap_or(a) == b {
            for key in ["$ref", "allOf"]
                .into_iter()
                .filter(|k| get(holders.0, k) != get(holders.1, k))
            {
                if mapped.is_some() {
                    self.also(Rule::ComponentRenamed, &last(b), &at.key(key));
                } else {
                    self.emit(
                        Rule::WrittenOtherwise,
                        &at.key(key),
                        "`$ref` and `allOf` of one part are the same",
                    );
                }
            }
            return;
        }
        let target = |doc: &'a Value, r: &str| {
            r.strip_prefix('#')
                .and_then(|p| doc.pointer(p))
                .map(|v| without(v, &["title", "description"]))
        };
        let same = target(self.old.doc, a) == target(self.new.doc, b);
        let rule = if same {
            Rule::WrittenOtherwise
        } else {
            Rule::RefChanged
        };
        let key = if get(holders.1, "$ref").is_some() {
            "$ref"
        } else {
            "allOf"
        };
        self.emit(
            rule,
            &at.key(key),
            format!("`{}` is `{}` now", last(a), last(b)),
        );
    }

    /// One refers to a component, the other is written out.
    fn inlined(&mut self, at: &At, holders: Holders<'a>, (a, b): (Option<&str>, Option<&str>)) {
        let what = match (a, b) {
            (_, Some(b)) => format!("refers to `{}` now", last(b)),
            (Some(a), _) => format!("`{}` is written out now", last(a)),
            _ => return,
        };
        self.emit(Rule::WrittenOtherwise, at, what);
        let place = |r: Option<&str>, here: &str| {
            r.and_then(|r| r.strip_prefix('#'))
                .unwrap_or(here)
                .to_owned()
        };
        let inner = At {
            old: place(a, &at.old),
            new: place(b, &at.new),
            ..at.clone()
        };
        if !self.inlined.insert((inner.old.clone(), inner.new.clone())) {
            return;
        }
        let (old, new) = (
            holders.0.map(|v| target(self.old.doc, v)),
            holders.1.map(|v| target(self.new.doc, v)),
        );
        if reference(old).is_none() && reference(new).is_none() && old != new {
            self.schema(&inner, old, new);
        }
        // What stands beside a reference.
        for (doc, (holder, other)) in [(true, (holders.0, new)), (false, (holders.1, old))] {
            if reference(holder).is_none() {
                continue;
            }
            for (key, value) in members(holder).filter(|(k, _)| *k != "$ref" && *k != "allOf") {
                let here = at.key(key);
                let (a, b) = if doc {
                    (Some(value), get(other, key))
                } else {
                    (get(other, key), Some(value))
                };
                let held = if doc {
                    (holder, other)
                } else {
                    (other, holder)
                };
                self.checked(&here, a, b, |w, below, a, b| {
                    w.keyword(key, at, below, held, (a, b))
                });
            }
        }
    }

    /// One keyword of two schemas; `at` is the place of the schemas, `below` that of the keyword.
    pub fn keyword(
        &mut self,
        key: &str,
        at: &At,
        below: &At,
        holders: Holders<'a>,
        (old, new): (Maybe<'a>, Maybe<'a>),
    ) {
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
            "format" => self.gone_new(
                below.clone().what("format"),
                (old, new),
                (Rule::FormatGone, Rule::FormatNew, Rule::FormatChanged),
            ),
            "enum" => self.values(at, below, (old, new)),
            "const" => match (old, new) {
                (Some(old), Some(new)) => {
                    self.emit(
                        Rule::ValueGone,
                        below,
                        format!("the value {} is gone", short(Some(old))),
                    );
                    self.emit(
                        Rule::ValueNew,
                        below,
                        format!("the value {} is new", short(Some(new))),
                    );
                }
                (None, _) => self.differs(Rule::ValuesClosed, below, old, new),
                (_, None) => self.differs(Rule::ValuesOpened, below, old, new),
            },
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
            "readOnly" => self.either(
                &Sides::both(below),
                (old, new),
                (Rule::ReadOnlyNow, Rule::ReadOnlyNoMore),
                key,
            ),
            "writeOnly" => self.either(
                &Sides::both(below),
                (old, new),
                (Rule::WriteOnlyNow, Rule::WriteOnlyNoMore),
                key,
            ),
            "required" => self.required(at, below, holders, (old, new)),
            "properties" => self.properties(at, below, holders, (old, new)),
            "additionalProperties" => self.extra(at, below, (old, new)),
            "items" => self.schema(&step(below, "items", "Item"), old, new),
            "allOf" => self.parts(
                &with_items(at, below, &["", ".*", "::new*"]),
                (old, new),
                (Rule::PartGone, Rule::PartNew),
            ),
            "oneOf" | "anyOf" => self.parts(
                &with_items(at, below, &["", "=*"]),
                (old, new),
                (Rule::AlternativeGone, Rule::AlternativeNew),
            ),
            "prefixItems" => {
                self.parts(below, (old, new), (Rule::ConditionGone, Rule::ConditionNew))
            }
            "patternProperties" | "dependentSchemas" => self.named(
                &below.clone().what(key),
                (old, new),
                (Rule::ConditionGone, Rule::ConditionNew),
            ),
            "$defs" | "definitions" => {
                self.named(below, (old, new), (Rule::ComponentGone, Rule::ComponentNew))
            }
            "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "minContains"
            | "maxContains"
            | "propertyNames"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "dependentRequired"
            | "dependencies" => {
                self.gone_new(
                    below.clone().what(key),
                    (old, new),
                    (
                        Rule::ConditionGone,
                        Rule::ConditionNew,
                        Rule::ConditionChanged,
                    ),
                );
            }
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
            | "xml" | "$comment" | "$schema" => self.words(below, old, new),
            _ => self.limit(key, &below.clone().what(format!("`{key}`")), (old, new)),
        }
    }

    fn gone_new(
        &mut self,
        at: At,
        (old, new): Holders<'a>,
        (gone, come, other): (Rule, Rule, Rule),
    ) {
        let rule = match (old, new) {
            (Some(_), None) => gone,
            (None, Some(_)) => come,
            _ => other,
        };
        self.differs(rule, &at, old, new);
    }

    /// A flag; absent is false.
    fn either(
        &mut self,
        at: &At,
        (old, new): Holders<'a>,
        (set, cleared): (Rule, Rule),
        what: &str,
    ) {
        let is = |v: Maybe<'_>| v == Some(&Value::Bool(true));
        match (is(old), is(new)) {
            (false, true) => self.emit(set, at, format!("is {what} now")),
            (true, false) => self.emit(cleared, at, format!("is no longer {what}")),
            _ => self.differs(Rule::WrittenOtherwise, at, old, new),
        }
    }

    fn types(&mut self, at: &At, holders: Holders<'a>, values: Holders<'a>) {
        let ((old, old_null), (new, new_null)) = (kinds(holders.0), kinds(holders.1));
        let list = |kinds: &BTreeSet<&str>| {
            if kinds.is_empty() {
                "any type".to_owned()
            } else {
                format!(
                    "`{}`",
                    kinds.iter().copied().collect::<Vec<_>>().join(" | ")
                )
            }
        };
        let within = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| {
            b.is_empty()
                || (!a.is_empty()
                    && a.iter()
                        .all(|t| b.contains(t) || (*t == "integer" && b.contains("number"))))
        };
        if old != new {
            let rule = match (within(&old, &new), within(&new, &old)) {
                (true, _) => Rule::TypeWider,
                (_, true) => Rule::TypeNarrower,
                _ => Rule::TypeChanged,
            };
            self.emit(rule, at, format!("{} → {}", list(&old), list(&new)));
        }
        match (old_null, new_null) {
            (false, true) => self.emit(Rule::NullableNew, at, "may be null now"),
            (true, false) => self.emit(Rule::NullableGone, at, "may no longer be null"),
            _ if old == new => self.differs(Rule::WrittenOtherwise, at, values.0, values.1),
            _ => {}
        }
    }

    fn values(&mut self, at: &At, below: &At, (old, new): Holders<'a>) {
        // A list of its own is a Rust enum with a variant each.
        let below = with_items(at, below, &["", "=*"]);
        match (old, new) {
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                for value in missing(a, b) {
                    self.emit(
                        Rule::ValueGone,
                        &below,
                        format!("the value {} is gone", short(Some(value))),
                    );
                }
                for value in missing(b, a) {
                    self.emit(
                        Rule::ValueNew,
                        &below,
                        format!("the value {} is new", short(Some(value))),
                    );
                }
                self.same_set(&below, old, new);
            }
            (None, Some(Value::Array(_))) => {
                self.differs(Rule::ValuesClosed, &below.what("values"), old, new)
            }
            (Some(Value::Array(_)), None) => {
                self.differs(Rule::ValuesOpened, &below.what("values"), old, new)
            }
            _ => {}
        }
    }

    fn required(&mut self, at: &At, below: &At, holders: Holders<'a>, (old, new): Holders<'a>) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            // The draft 3 way: a flag of the member itself.
            return self.gone_new(
                below.clone().what("required"),
                (old, new),
                (
                    Rule::ParameterOptional,
                    Rule::ParameterRequired,
                    Rule::ParameterRequired,
                ),
            );
        }
        let renamed = renamed(holders);
        let has = |holder: Maybe<'a>, name: &str| get(get(holder, "properties"), name);
        let pointed = |at: At| At {
            old: below.old.clone(),
            new: below.new.clone(),
            ..at
        };
        for name in missing(items(new), items(old))
            .into_iter()
            .filter_map(Value::as_str)
        {
            let at = pointed(member(
                at,
                below,
                name,
                has(holders.0, name),
                has(holders.1, name),
            ));
            match (
                renamed.get(name),
                has(holders.0, name),
                has(holders.1, name),
            ) {
                (Some(before), ..) if items(old).iter().any(|n| n == before) => {
                    self.emit(Rule::MemberRenamed, &at, renamed_text(before, name))
                }
                (None, None, Some(_)) => self.emit(Rule::MemberNewRequired, &at, NEW_REQUIRED),
                _ => self.emit(Rule::MemberRequired, &at, "is required now"),
            }
        }
        for name in missing(items(old), items(new))
            .into_iter()
            .filter_map(Value::as_str)
        {
            let after = renamed
                .iter()
                .find(|(_, before)| *before == name)
                .map(|(after, _)| after.as_str());
            let now = pointed(member(
                at,
                below,
                after.unwrap_or(name),
                has(holders.0, name),
                has(holders.1, after.unwrap_or(name)),
            ));
            match (after, has(holders.0, name), has(holders.1, name)) {
                (Some(after), ..) if items(new).iter().any(|n| n == after) => {
                    self.emit(Rule::MemberRenamed, &now, renamed_text(name, after))
                }
                (None, Some(_), None) => self.emit(Rule::MemberGone, &now, "is gone"),
                _ => self.emit(Rule::MemberOptional, &now, "is no longer required"),
            }
        }
        self.same_set(below, old, new);
    }

    fn properties(&mut self, at: &At, below: &At, holders: Holders<'a>, (old, new): Holders<'a>) {
        if old.is_some_and(|v| !v.is_object()) || new.is_some_and(|v| !v.is_object()) {
            return;
        }
        let outer = at.clone();
        let renamed = renamed(holders);
        let must = |name: &str| items(get(holders.1, "required")).iter().any(|n| n == name);
        for name in keys(old, new) {
            if renamed.values().any(|before| before == name) {
                continue;
            }
            let before = renamed.get(name).map_or(name, String::as_str);
            let (was, is) = (get(old, before), get(new, name));
            let keyed = below.keys(before, name);
            let at = At {
                old: keyed.old,
                new: keyed.new,
                ..member(at, below, name, was, is)
            };
            let mut at = at;
            if before != name {
                at.candidates
                    .extend(member(&outer, below, before, was, is).candidates);
                self.emit(Rule::MemberRenamed, &at, renamed_text(before, name));
            }
            self.checked(&at, was, is, |w, at, was, is| match (was, is) {
                (Some(_), None) => w.emit(Rule::MemberGone, at, "is gone"),
                (None, Some(_)) if must(name) => w.emit(Rule::MemberNewRequired, at, NEW_REQUIRED),
                (None, Some(_)) => w.emit(Rule::MemberNew, at, "is new"),
                _ => w.schema(at, was, is),
            });
        }
        if members(old).count() == 0 && members(new).count() == 0 {
            self.differs(Rule::WrittenOtherwise, below, old, new);
        }
    }

    fn extra(&mut self, at: &At, below: &At, (old, new): Holders<'a>) {
        let closed = |v: Maybe<'_>| v == Some(&Value::Bool(false));
        let below = &At {
            candidates: at
                .types
                .iter()
                .flat_map(|n| types(n))
                .map(|n| format!("type:{n}.extra"))
                .chain(below.candidates.iter().cloned())
                .collect(),
            ..below.clone()
        };
        match (closed(old), closed(new)) {
            (false, true) => self.emit(Rule::ExtraRefused, below, "other members are refused now"),
            (true, false) => self.emit(Rule::ExtraAllowed, below, "other members are allowed now"),
            _ => self.schema(&step(below, "other members", "Value"), old, new),
        }
    }

    /// A further tag is a further alternative.
    fn discriminator(&mut self, at: &At, (old, new): Holders<'a>) {
        let (Some(Value::Object(_)), Some(Value::Object(_))) = (old, new) else {
            return self.leaves(Rule::Discriminator, at, old, new);
        };
        for key in keys(old, new) {
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
                    _ if w.is_renamed(a, b) => {
                        let name = b.and_then(Value::as_str).map(last);
                        w.also(Rule::ComponentRenamed, &name.unwrap_or_default(), at);
                    }
                    _ => w.differs(Rule::Discriminator, at, a, b),
                });
            }
            if members(old).count() == 0 && members(new).count() == 0 {
                self.differs(Rule::WrittenOtherwise, &at, old, new);
            }
        }
    }

    /// Do two targets of a mapping name one component, which was renamed?
    fn is_renamed(&self, old: Maybe<'a>, new: Maybe<'a>) -> bool {
        let (old, new) = (old.and_then(Value::as_str), new.and_then(Value::as_str));
        let renamed = old.and_then(|old| self.renames.reference(old));
        renamed.is_some() && renamed.as_deref() == new
    }

    /// Is this the tag that what the mapping leads to had, or has, without being mapped?
    fn is_name_of(&self, tag: &str, to: &Value) -> bool {
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

    /// Lists of schemas: equal ones are matched, then what is left, one by one.
    fn parts(&mut self, at: &At, (old, new): Holders<'a>, (gone, come): (Rule, Rule)) {
        if old.is_some_and(|v| !v.is_array()) || new.is_some_and(|v| !v.is_array()) {
            return;
        }
        let (old_list, new_list) = (items(old), items(new));
        // What is left of the new ones, by what they are and by what they refer to.
        let mut left: BTreeSet<usize> = (0..new_list.len()).collect();
        let mut found: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (j, part) in new_list.iter().enumerate() {
            let referred = reference(Some(part)).map(|r| format!("-> {r}"));
            for key in referred.into_iter().chain([canonical(part)]) {
                found.entry(key).or_default().push_back(j);
            }
        }
        let mut gone_parts = Vec::new();
        for (i, part) in old_list.iter().enumerate() {
            let renamed = reference(Some(part)).and_then(|r| self.renames.reference(r));
            let mut next = |key: &str| {
                let places = found.get_mut(key)?;
                while let Some(j) = places.pop_front() {
                    if left.remove(&j) {
                        return Some(j);
                    }
                }
                None
            };
            let by_name = renamed.and_then(|r| next(&format!("-> {r}")));
            match by_name.or_else(|| next(&canonical(part))) {
                Some(j) => {
                    self.checked(
                        &at.keys(&i.to_string(), &j.to_string()),
                        Some(part),
                        new_list.get(j),
                        |w, at, a, b| w.schema(at, a, b),
                    );
                }
                None => gone_parts.push(i),
            }
        }
        let what = |part: &Value| {
            reference(Some(part)).map_or_else(|| short(Some(part)), |r| format!("`{}`", last(r)))
        };
        if gone_parts.len() == left.len() {
            for (i, j) in gone_parts.iter().zip(&left) {
                let at = at.keys(&i.to_string(), &j.to_string());
                let at = step(&at, "", &format!("Part{j}"));
                let at = step(&at, "", &format!("Option{}", j + 1));
                self.checked(&at, old_list.get(*i), new_list.get(*j), |w, at, a, b| {
                    w.schema(at, a, b)
                });
            }
        } else {
            for i in gone_parts {
                self.emit(
                    gone,
                    &at.keys(&i.to_string(), &i.to_string()),
                    format!("{} is gone", what(&old_list[i])),
                );
            }
            for j in left {
                self.emit(
                    come,
                    &at.keys(&j.to_string(), &j.to_string()),
                    format!("{} is new", what(&new_list[j])),
                );
            }
        }
        self.same_set(at, old, new);
    }

    /// Schemas by name.
    fn named(&mut self, at: &At, (old, new): Holders<'a>, (gone, come): (Rule, Rule)) {
        for name in keys(old, new) {
            self.child(
                name,
                &at.clone().what(format!("`{name}`")),
                old,
                new,
                |w, at, old, new| match (old, new) {
                    (Some(_), None) => w.emit(gone, at, "is gone"),
                    (None, Some(_)) => w.emit(come, at, "is new"),
                    _ => w.schema(at, old, new),
                },
            );
        }
    }

    fn limit(&mut self, key: &str, at: &At, (old, new): Holders<'a>) {
        let Some((_, tighter)) = LIMITS.iter().find(|(k, _)| *k == key) else {
            return;
        };
        let number = |v: Maybe<'_>| v.and_then(Value::as_f64);
        let off = |v: Maybe<'_>| v.is_none_or(|v| v.is_null() || *v == Value::Bool(false));
        let rule = match (number(old), number(new), tighter) {
            (Some(a), Some(b), _) if a == b => Rule::WrittenOtherwise,
            (Some(a), Some(b), Tighter::Up) => {
                if b > a {
                    Rule::LimitTighter
                } else {
                    Rule::LimitLooser
                }
            }
            (Some(a), Some(b), Tighter::Down) => {
                if b < a {
                    Rule::LimitTighter
                } else {
                    Rule::LimitLooser
                }
            }
            _ => match (off(old), off(new)) {
                (true, true) => Rule::WrittenOtherwise,
                (true, false) => Rule::LimitTighter,
                (false, true) => Rule::LimitLooser,
                _ => Rule::LimitOther,
            },
        };
        self.emit(rule, at, both(old, new));
    }
}

const NEW_REQUIRED: &str = "is new, and required";

fn renamed_text(old: &str, new: &str) -> String {
    format!("`{old}` is named `{new}` now")
}

/// The place of a member of an object; a member that is only read, or only sent, has one side.
fn member(at: &At, below: &At, name: &str, old: Maybe<'_>, new: Maybe<'_>) -> At {
    let both = |key| {
        (old.is_some() || new.is_some()) && [old, new].iter().all(|v| v.is_none() || flag(*v, key))
    };
    let sides = Sides {
        request: at.sides.request && !both("readOnly"),
        response: at.sides.response && !both("writeOnly"),
    };
    let field = autopi_codegen::names::value_ident(name);
    let mut below = At {
        sides,
        candidates: at
            .types
            .iter()
            .flat_map(|n| types(n))
            .flat_map(|n| [format!("type:{n}.{name}"), format!("type:{n}::new#{field}")])
            .collect(),
        types: at
            .types
            .iter()
            .map(|n| format!("{n}{}", name.to_upper_camel_case()))
            .collect(),
        ..below.clone()
    };
    // What has no name of its own is the response or the body of an operation.
    for candidate in at.candidates.iter().filter(|c| c.starts_with("op:")) {
        below.candidates.insert(candidate.clone());
        // Members of a form are setters.
        if let Some(op) = candidate.strip_suffix("#body") {
            below.candidates.insert(format!("{op}#{name}"));
        }
    }
    match below.what.as_str() {
        "" => below.place = format!("{}.{name}", below.place),
        _ => below.what = format!("{}.{name}", below.what),
    }
    below
}

/// A place of a schema, with items of the types that may stand for it.
fn with_items(at: &At, below: &At, items: &[&str]) -> At {
    let names = at.types.iter().flat_map(|n| types(n));
    let more = names.flat_map(|n| items.iter().map(move |item| format!("type:{n}{item}")));
    At {
        candidates: below.candidates.iter().cloned().chain(more).collect(),
        ..below.clone()
    }
}

/// How many names the type of a place may have.
const TYPES: usize = 16;

/// A place inside a schema that has no name; `suffix` is what the shape stage adds to the name of a type.
fn step(at: &At, what: &str, suffix: &str) -> At {
    // Twice as many at each step, unless they are kept few: a type that is not found so is listed by itself.
    let types: BTreeSet<String> = at
        .types
        .iter()
        .flat_map(|n| [n.clone(), format!("{n}{suffix}")])
        .collect();
    let at = At {
        types: types.into_iter().take(TYPES).collect(),
        ..at.clone()
    };
    if what.is_empty() { at } else { at.what(what) }
}

impl Sides {
    /// The place, for both sides that its owner has: whether a member is sent or read is what changed.
    fn both(at: &At) -> At {
        At {
            sides: if at.sides == Self::default() {
                at.sides
            } else {
                Self::BOTH
            },
            operations: Rc::clone(&at.operations),
            ..at.clone()
        }
    }
}

/// The component that a schema is: its `$ref`, or an `allOf` of one.
fn reference<'v>(schema: Maybe<'v>) -> Option<&'v str> {
    let only = match (
        schema?
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice),
        schema?.get("properties"),
    ) {
        (Some([one]), None) => one,
        _ => schema?,
    };
    only.get("$ref")?.as_str()
}

fn target<'v>(doc: &'v Value, schema: &'v Value) -> &'v Value {
    match reference(Some(schema)).and_then(|r| doc.pointer(r.strip_prefix('#')?)) {
        Some(found) => resolve(doc, found),
        None => schema,
    }
}

fn last(reference: &str) -> String {
    unescape(reference.rsplit('/').next().unwrap_or_default())
}

/// The JSON types of a schema, and whether null is one.
fn kinds<'v>(schema: Maybe<'v>) -> (BTreeSet<&'v str>, bool) {
    let mut kinds: BTreeSet<&str> = match get(schema, "type") {
        Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
        list => items(list).iter().filter_map(Value::as_str).collect(),
    };
    let null = kinds.remove("null") || flag(schema, "nullable") || flag(schema, "x-nullable");
    (kinds, null)
}

/// Members that were renamed, after → before: the same letters, or the same words about them; each only once.
fn renamed((old, new): Holders<'_>) -> BTreeMap<String, String> {
    let (old, new) = (get(old, "properties"), get(new, "properties"));
    let gone: Vec<_> = members(old)
        .filter(|(k, _)| get(new, k).is_none())
        .collect();
    let come: Vec<_> = members(new)
        .filter(|(k, _)| get(old, k).is_none())
        .collect();
    one_to_one(&gone, &come, |(a, x), (b, y)| {
        letters(a) == letters(b) || (x == y && !text(Some(x), "description").is_empty())
    })
}

/// Pairs for which `same` holds and for no other, after → before.
pub fn one_to_one<'v>(
    gone: &[(&'v String, &'v Value)],
    come: &[(&'v String, &'v Value)],
    same: impl Fn((&String, &Value), (&String, &Value)) -> bool,
) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for new in come {
        let mut fits = gone.iter().filter(|old| same(**old, *new));
        if let (Some(old), None) = (fits.next(), fits.next())
            && come.iter().filter(|other| same(*old, **other)).count() == 1
        {
            out.insert(new.0.clone(), old.0.clone());
        }
    }
    out
}

/// Does a larger number let less through?
enum Tighter {
    Up,
    Down,
    /// Not a matter of size: any other value may refuse what was good.
    Other,
}

const LIMITS: [(&str, Tighter); 13] = [
    ("minLength", Tighter::Up),
    ("maxLength", Tighter::Down),
    ("minimum", Tighter::Up),
    ("maximum", Tighter::Down),
    ("exclusiveMinimum", Tighter::Up),
    ("exclusiveMaximum", Tighter::Down),
    ("minItems", Tighter::Up),
    ("maxItems", Tighter::Down),
    ("minProperties", Tighter::Up),
    ("maxProperties", Tighter::Down),
    ("pattern", Tighter::Other),
    ("uniqueItems", Tighter::Other),
    ("multipleOf", Tighter::Other),
];
