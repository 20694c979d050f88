//! The walk through two documents, key by key. A key whose values differ is claimed by a rule or
//! listed as unclassified: nothing is skipped.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde_json::Value;

use super::{
    Change, Class, Rule, Side,
    meaning::same,
    paths::{Pair, pairs},
    place::{At, Sides},
    reach::Reach,
    renames::Renames,
    texts::both,
    values::{Maybe, get, is_true, keys},
};
use crate::document::members::Kind;

/// How many values all comparisons with `additionalProperties` may read: each member that is gone
/// or new is compared with the whole.
const OTHERS: usize = 20_000;

/// Returns all differences of two documents of the same version.
pub fn walk(old: &Value, new: &Value) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let made = Synthesized::default();
    let mut walker = Walker {
        made: &made,
        old: Reach::new(old),
        new: Reach::new(new),
        renames: Renames::new(old, new),
        pairs: Vec::new(),
        changes: BTreeMap::new(),
        claims: 0,
        told: BTreeSet::new(),
        turned: false,
        reads_the_same: false,
        is_text: false,
        is_parameter: false,
        one_is_a_list: false,
        null_known: None,
        inlined: BTreeMap::new(),
        is_inlined: false,
        others: OTHERS,
    };
    walker.pairs = pairs(old, new);
    walker.document();
    walker.changes.into_values().collect()
}

/// Returns a change at a pointer, outside of a walk.
pub fn change(rule: Rule, pointer: &str, what: String) -> Change {
    Change {
        class: Class::Cosmetic,
        side: Side::Both,
        place: pointer.to_owned(),
        what,
        rule,
        wire: Some(rule.wire().0),
        rust: None,
        items: BTreeSet::new(),
        advice: BTreeSet::new(),
        operations: BTreeSet::new(),
        pointers: BTreeSet::from([pointer.to_owned()]),
        places: BTreeSet::new(),
        candidates: BTreeSet::new(),
    }
}
/// Schemas that are in neither document, but are what one of them says: each lives as long as the
/// walk.
#[derive(Default)]
struct Synthesized(OnceCell<(Vec<Value>, Box<Synthesized>)>);

impl Drop for Synthesized {
    /// Drops a long chain without recursion.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some((_, mut made)) = next {
            next = made.0.take();
        }
    }
}

pub struct Walker<'a> {
    /// The end of the chain.
    made: &'a Synthesized,
    pub old: Reach<'a>,
    pub new: Reach<'a>,
    pub renames: Renames,
    pub pairs: Vec<Pair<'a>>,
    /// The changes by rule, side, place and text: what several operations share is one change.
    changes: BTreeMap<(Rule, Side, String, String), Change>,
    pub claims: usize,
    /// Places in the new document of which a change has said what differs.
    pub told: BTreeSet<String>,
    /// Whether this is a callback, where the caller reads what is sent.
    pub turned: bool,
    /// Whether what is compared accepts the same values.
    pub reads_the_same: bool,
    /// Whether what is compared is written as a text: a parameter or a header.
    pub is_text: bool,
    /// Whether what is compared is a parameter or header, or an entry of one: no member.
    pub is_parameter: bool,
    /// Whether what is compared was one value and is a list now, of which one is written alike.
    pub one_is_a_list: bool,
    /// The places of which it was said already whether they may be null, though one of them says
    /// so itself.
    pub null_known: Option<(String, String)>,
    /// Places that were compared although another name leads to them, and how often.
    pub inlined: BTreeMap<(String, String, Sides), usize>,
    /// Whether this is inside of such a place.
    pub is_inlined: bool,
    /// How many values comparisons with `additionalProperties` may still read.
    pub others: usize,
}

impl<'a> Walker<'a> {
    /// Keeps schemas for the time of the walk.
    pub fn make(&mut self, schemas: Vec<Value>) -> &'a [Value] {
        let (schemas, next) = self.made.0.get_or_init(|| (schemas, Box::default()));
        self.made = next;
        schemas
    }

    /// Adds a change, or one for each side if their classes differ.
    pub fn emit(&mut self, rule: Rule, at: &At, what: impl AsRef<str>) {
        self.claims += 1;
        let (request, response) = rule.wire();
        let sides = match (at.sides.request, at.sides.response) {
            // Nothing sends or reads it.
            (false, false) if request != Class::Unclassified => vec![(Side::Both, Class::Cosmetic)],
            (false, false) => vec![(Side::Both, request)],
            (true, true) if request != response => {
                vec![(Side::Request, request), (Side::Response, response)]
            }
            (true, true) => vec![(Side::Both, request)],
            (true, false) => vec![(Side::Request, request)],
            (false, true) => vec![(Side::Response, response)],
        };
        let what = match (at.what.as_str(), what.as_ref()) {
            ("", what) => what.to_owned(),
            (subject, "") => subject.to_owned(),
            (subject, what) => format!("{subject}: {what}"),
        };
        for (side, wire) in sides {
            let wire = if self.reads_the_same {
                Class::Cosmetic
            } else {
                wire
            };
            let key = (rule, side, at.place.clone(), what.clone());
            let change = self.changes.entry(key).or_insert_with(|| Change {
                side,
                wire: Some(wire),
                candidates: at.candidates.clone(),
                ..change(rule, &at.new, what.clone())
            });
            change.wire = change.wire.min(Some(wire));
            change.place.clone_from(&at.place);
            change.pointers.extend([at.old.clone(), at.new.clone()]);
            change.operations.extend(at.operations.of(side));
            change.candidates.extend(at.candidates.iter().cloned());
        }
    }

    /// Returns whether there is a change with such a pointer.
    pub fn any_change(&self, is: impl Fn(&str) -> bool) -> bool {
        self.changes
            .values()
            .any(|c| c.pointers.iter().any(|p| is(p)))
    }

    /// Adds a place to a change that was made before.
    pub fn also(&mut self, rule: Rule, place: &str, at: &At) {
        self.claims += 1;
        for change in self
            .changes
            .values_mut()
            .filter(|c| c.rule == rule && c.place == place)
        {
            change.pointers.extend([at.old.clone(), at.new.clone()]);
        }
    }

    /// Compares the values at `key`, and lists them as unclassified if `f` claims nothing.
    pub fn child(
        &mut self,
        key: &str,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
        f: impl FnOnce(&mut Self, &At, Maybe<'a>, Maybe<'a>),
    ) {
        self.checked(&at.key(key), get(old, key), get(new, key), f);
    }

    /// Compares the members of an object of this kind one by one. What says the same in both is no
    /// change, however it is written.
    pub fn each_member(
        &mut self,
        kind: &Kind,
        at: &At,
        (old, new): (Maybe<'a>, Maybe<'a>),
        mut f: impl FnMut(&mut Self, &str, &At, Maybe<'a>, Maybe<'a>),
    ) {
        for key in keys(old, new) {
            self.child(key, at, old, new, |w, at, a, b| {
                if same(kind, key, (old, new)) {
                    w.differs(Rule::WrittenOtherwise, &at.clone().what(key), a, b);
                } else {
                    f(w, key, at, a, b);
                }
            });
        }
    }

    /// Compares two values, and lists them as unclassified if `f` claims nothing.
    pub fn checked(
        &mut self,
        at: &At,
        old: Maybe<'a>,
        new: Maybe<'a>,
        f: impl FnOnce(&mut Self, &At, Maybe<'a>, Maybe<'a>),
    ) {
        if old == new {
            return;
        }
        let before = self.claims;
        f(self, at, old, new);
        if self.claims == before && !self.extension(at, old, new) {
            self.leaves(Rule::Unclassified, at, old, new);
        }
    }

    /// Applies `rule` to each place where two values differ, descending as long as both are
    /// objects.
    pub fn leaves(&mut self, rule: Rule, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        if let (Some(Value::Object(_)), Some(Value::Object(_))) = (old, new) {
            for key in keys(old, new) {
                let (old, new) = (get(old, key), get(new, key));
                if old != new {
                    self.leaves(rule, &at.key(key), old, new);
                }
            }
        } else {
            let at = if rule == Rule::Unclassified && at.what.is_empty() {
                &At {
                    place: at.new.clone(),
                    ..at.clone()
                }
            } else {
                at
            };
            self.emit(rule, at, both(old, new));
        }
    }

    /// Applies `rule`, with the values before and after.
    pub fn differs(&mut self, rule: Rule, at: &At, old: Maybe<'_>, new: Maybe<'_>) {
        self.emit(rule, at, both(old, new));
    }

    /// Compares a text, at its pointer.
    pub fn words(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        let at = At {
            place: at.new.clone(),
            what: String::new(),
            candidates: BTreeSet::new(),
            operations: Rc::default(),
            ..at.clone()
        };
        self.leaves(Rule::Text, &at, old, new);
    }

    pub fn deprecated(&mut self, at: &At, old: Maybe<'a>, new: Maybe<'a>) {
        match (is_true(old), is_true(new)) {
            (false, true) => self.emit(Rule::Deprecated, at, "is deprecated now"),
            (true, false) => self.emit(Rule::NotDeprecated, at, "is no longer deprecated"),
            _ => self.differs(Rule::WrittenOtherwise, at, old, new),
        }
    }
}
