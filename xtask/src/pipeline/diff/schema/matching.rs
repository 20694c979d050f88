//! Finds for each schema of a list the one of another list to compare it with.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::{names::reference, step, values::kinds};
use crate::document::{
    last,
    members::{Is, SCHEMA},
};
use crate::pipeline::diff::{
    Rule, meaning::meaning, place::At, texts::short, values::canonical, walk::Walker,
};

/// A schema of a list, with its pointer below the list.
pub(super) type Part<'a> = (String, &'a Value);

/// What two lists have in common, by places in them.
struct Matches {
    pairs: Vec<(usize, usize)>,
    /// Old ones without a new one.
    gone: Vec<usize>,
    /// New ones without an old one.
    come: BTreeSet<usize>,
}

impl<'a> Walker<'a> {
    /// Compares schemas, each with its pointer below the place.
    pub(super) fn matched(
        &mut self,
        at: &At,
        (old, new): (&[Part<'a>], &[Part<'a>]),
        (gone, come): (Rule, Rule),
    ) {
        let below = |i: usize, j: usize| At {
            old: format!("{}{}", at.old, old.get(i).map_or("", |p| p.0.as_str())),
            new: format!("{}{}", at.new, new.get(j).map_or("", |p| p.0.as_str())),
            ..at.clone()
        };
        let schema = |list: &[Part<'a>], i: usize| list.get(i).map(|p| p.1);
        let found = self.matches(old, new);
        for (i, j) in found.pairs {
            let (a, b) = (schema(old, i), schema(new, j));
            self.checked(&below(i, j), a, b, |w, at, a, b| w.schema(at, a, b));
        }
        if found.gone.len() == found.come.len() {
            for (i, j) in by_type((old, found.gone), (new, found.come)) {
                let at = step(&below(i, j), "", &format!("Part{j}"));
                let at = step(&at, "", &format!("Option{}", j + 1));
                let (a, b) = (schema(old, i), schema(new, j));
                self.checked(&at, a, b, |w, at, a, b| w.schema(at, a, b));
            }
            return;
        }
        let what = |part: &Value| {
            reference(Some(part)).map_or_else(|| short(Some(part)), |r| format!("`{}`", last(r)))
        };
        for i in found.gone {
            let what = format!("{} is gone", what(old[i].1));
            self.emit(gone, &below(i, usize::MAX), what);
        }
        for j in found.come {
            let what = format!("{} is new", what(new[j].1));
            self.emit(come, &below(usize::MAX, j), what);
        }
    }

    /// Finds for each old schema the first new one of its name, or that is equal to it, or that has
    /// its meaning.
    fn matches(&self, old: &[Part<'a>], new: &[Part<'a>]) -> Matches {
        let mut places: BTreeMap<String, VecDeque<usize>> = BTreeMap::new();
        for (j, (_, part)) in new.iter().enumerate() {
            let referred = reference(Some(part)).map(|r| format!("-> {r}"));
            for key in referred.into_iter().chain([canonical(part), meant(part)]) {
                places.entry(key).or_default().push_back(j);
            }
        }
        let mut found = Matches {
            pairs: Vec::new(),
            gone: Vec::new(),
            come: (0..new.len()).collect(),
        };
        for (i, (_, part)) in old.iter().enumerate() {
            let mut next = |key: &str| {
                let places = places.get_mut(key)?;
                while let Some(j) = places.pop_front() {
                    if found.come.remove(&j) {
                        return Some(j);
                    }
                }
                None
            };
            let renamed = reference(Some(part)).and_then(|r| self.renames.reference(r));
            let name = renamed.or_else(|| reference(Some(part)).map(str::to_owned));
            let by_name = name.and_then(|r| next(&format!("-> {r}")));
            let equal = by_name.or_else(|| next(&canonical(part)));
            match equal.or_else(|| next(&meant(part))) {
                Some(j) => found.pairs.push((i, j)),
                None => found.gone.push(i),
            }
        }
        found
    }
}

/// Pairs as many schemas of both lists: those of one type first, then the others.
fn by_type<'a>(
    (old_list, gone): (&[Part<'a>], Vec<usize>),
    (new_list, come): (&[Part<'a>], BTreeSet<usize>),
) -> Vec<(usize, usize)> {
    let of_type = |list: &[Part<'a>], i: usize| kinds(list.get(i).map(|p| p.1)).0;
    let mut same: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
    for j in come {
        same.entry(of_type(new_list, j)).or_default().push_back(j);
    }
    let mut typed: Vec<(usize, Option<usize>)> = Vec::new();
    for i in gone {
        let of_this = same.get_mut(&of_type(old_list, i));
        typed.push((i, of_this.and_then(VecDeque::pop_front)));
    }
    let mut others = same.into_values().flatten();
    let pairs = typed.into_iter();
    pairs
        .filter_map(|(i, j)| Some((i, j.or_else(|| others.next())?)))
        .collect()
}

/// Returns a text that is the same for parts of one meaning.
fn meant(part: &Value) -> String {
    format!("= {}", canonical(&meaning(part, Is::One(&SCHEMA))))
}
