//! Finds renamed components by their shape.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
};

use serde_json::Value;

use super::values::{members, text};
use crate::document::{escape, pointer_of};

/// The number of pairs beyond which only equal shapes are looked for.
const PAIRS: usize = 40_000;

/// Returns the shared parts of a document: pointers and values.
pub fn components(doc: &Value) -> Vec<(String, &Value)> {
    let maps_2 = [
        "definitions",
        "parameters",
        "responses",
        "securityDefinitions",
    ]
    .map(|k| (format!("/{k}"), doc.get(k)));
    let maps_3 = members(doc.get("components"))
        .map(|(k, v)| (format!("/components/{}", escape(k)), Some(v)));
    let all = maps_2.into_iter().chain(maps_3);
    all.flat_map(|(at, map)| {
        members(map).map(move |(name, value)| (format!("{at}/{}", escape(name)), value))
    })
    .collect()
}

/// The new pointers of renamed components by their old ones.
#[derive(Default)]
pub struct Renames {
    forth: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
}

impl Renames {
    pub fn new(old: &Value, new: &Value) -> Self {
        Self::with(old, new, &[])
    }

    /// Finds the renamed components of two documents that were made from others, of which these
    /// schemas were renamed: they are part of the names of those that were made from them.
    pub fn with(old: &Value, new: &Value, known: &[(String, String)]) -> Self {
        let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = (
            components(old).into_iter().collect(),
            components(new).into_iter().collect(),
        );
        let (gone, come) = (left(&old, &new), left(&new, &old));
        let mut out = Self::default();
        if gone.is_empty() || come.is_empty() {
            return out;
        }
        let named: BTreeSet<&str> = come.iter().map(|(pointer, _)| pointer.as_str()).collect();
        // However many were renamed, each name is looked through once for each length of theirs.
        // A longer one is no part of another.
        const LONGEST: usize = 200;
        let known: HashMap<&str, &str> = known.iter().map(|(a, b)| (&**a, &**b)).collect();
        let lengths: BTreeSet<usize> = known
            .keys()
            .map(|before| before.len())
            .filter(|len| *len <= LONGEST)
            .collect();
        for (old, _) in gone.iter().filter(|(old, _)| name(old).len() <= LONGEST) {
            let own = name(old);
            for (len, (at, _)) in lengths
                .iter()
                .flat_map(|len| own.char_indices().map(move |at| (len, at)))
            {
                let after = own.get(at..at + len).and_then(|part| known.get(part));
                let Some(after) = after else { continue };
                let new = format!("{}/{}{after}{}", kind(old), &own[..at], &own[at + len..]);
                if named.contains(new.as_str()) {
                    out.add(old, &new);
                }
            }
        }
        // By the same letters, then the same shape, then a similar shape.
        out.unique(&gone, &come, |(at, _)| (kind(at), letters(name(at))));
        out.unique(&gone, &come, |(at, shape)| (kind(at), shape));
        if gone.len() * come.len() <= PAIRS {
            out.similar(&gone, &come);
        }
        out
    }

    /// Adds the pairs that have a key which no other component has.
    fn unique<'g, K: Eq + Hash>(
        &mut self,
        gone: &'g [(&String, Value)],
        come: &'g [(&String, Value)],
        key: impl Fn(&'g (&String, Value)) -> K,
    ) {
        let mut found: HashMap<K, [Vec<&String>; 2]> = HashMap::new();
        for old in gone.iter().filter(|old| !self.forth.contains_key(old.0)) {
            found.entry(key(old)).or_default()[0].push(old.0);
        }
        for new in come.iter().filter(|new| !self.back.contains_key(new.0)) {
            found.entry(key(new)).or_default()[1].push(new.0);
        }
        for pair in found.values() {
            if let [[old], [new]] = pair.each_ref().map(Vec::as_slice) {
                self.add(old, new);
            }
        }
    }

    /// Adds the pairs that are alike, if neither is like any other.
    fn similar(&mut self, gone: &[(&String, Value)], come: &[(&String, Value)]) {
        let mut by_new: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for old in gone.iter().filter(|g| !self.forth.contains_key(g.0)) {
            let fits = come
                .iter()
                .filter(|c| !self.back.contains_key(c.0.as_str()) && kind(c.0) == kind(old.0));
            if let [new] = fits
                .filter(|c| alike(&old.1, &c.1))
                .collect::<Vec<_>>()
                .as_slice()
            {
                by_new.entry(new.0).or_default().push(old.0);
            }
        }
        for (new, old) in by_new {
            if let [old] = old.as_slice() {
                self.add(old, new);
            }
        }
    }

    fn add(&mut self, old: &str, new: &str) {
        self.forth.insert(old.to_owned(), new.to_owned());
        self.back.insert(new.to_owned(), old.to_owned());
    }

    /// Returns all pairs of pointers.
    pub fn all(&self) -> Vec<(String, String)> {
        self.forth
            .iter()
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect()
    }

    /// Returns the old name of the component that is at `pointer` now.
    pub fn old_name(&self, pointer: &str) -> Option<String> {
        self.back
            .get(pointer)
            .map(|old| crate::document::unescape(name(old)))
    }

    /// Returns whether the component at `pointer` was renamed.
    pub fn is_old(&self, pointer: &str) -> bool {
        self.forth.contains_key(pointer)
    }

    /// Returns what a `$ref` of the old document would be in the new one.
    pub fn reference(&self, reference: &str) -> Option<String> {
        Some(format!("#{}", self.forth.get(&*pointer_of(reference)?)?))
    }

    /// Returns the new name of an old security scheme.
    pub fn scheme(&self, old: &str) -> Option<String> {
        ["/securityDefinitions", "/components/securitySchemes"]
            .iter()
            .find_map(|at| self.forth.get(&format!("{at}/{old}")))
            .map(|new| name(new).to_owned())
    }
}

/// Returns the components that only one document has, with references among them masked, and their
/// titles.
fn left<'a>(
    own: &'a BTreeMap<String, &Value>,
    other: &BTreeMap<String, &Value>,
) -> Vec<(&'a String, Value)> {
    let gone: BTreeSet<&str> = own
        .keys()
        .filter(|p| !other.contains_key(*p))
        .map(String::as_str)
        .collect();
    own.iter()
        .filter(|(p, _)| gone.contains(p.as_str()))
        .map(|(p, v)| (p, masked(v, &gone)))
        .collect()
}

fn kind(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(kind, _)| kind)
}

fn name(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

/// Returns a name without its style: `AddOn`, `add_on` and `Addon` are equal.
pub fn letters(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the unambiguous pairs of those with the same letters or the same description, old by
/// new.
pub fn one_to_one<'v>(
    gone: &[(&'v String, &'v Value)],
    come: &[(&'v String, &'v Value)],
) -> BTreeMap<String, String> {
    let (by_old, by_new) = (SimilarMembers::new(gone), SimilarMembers::new(come));
    let mut out = BTreeMap::new();
    for new in come {
        if let Some(old) = by_old.only(new)
            && by_new.only(old).is_some()
        {
            out.insert(new.0.clone(), old.0.clone());
        }
    }
    out
}

/// Members by their letters, and by their values if those describe them.
struct SimilarMembers<'a, 'v>(HashMap<Mark<'v>, Vec<&'a (&'v String, &'v Value)>>);

#[derive(PartialEq, Eq, Hash)]
enum Mark<'v> {
    Letters(String),
    Value(&'v Value),
}

impl<'a, 'v> SimilarMembers<'a, 'v> {
    fn new(all: &'a [(&'v String, &'v Value)]) -> Self {
        let mut marks: HashMap<_, Vec<_>> = HashMap::new();
        for member in all {
            for mark in Self::marks(member) {
                marks.entry(mark).or_default().push(member);
            }
        }
        Self(marks)
    }

    fn marks((name, value): &(&'v String, &'v Value)) -> impl Iterator<Item = Mark<'v>> {
        let described = !text(Some(value), "description").is_empty();
        let value = described.then_some(Mark::Value(value));
        std::iter::once(Mark::Letters(letters(name))).chain(value)
    }

    /// Returns the only member that is like another.
    fn only(&self, other: &(&'v String, &'v Value)) -> Option<&'a (&'v String, &'v Value)> {
        let mut alike = Self::marks(other)
            .filter_map(|mark| self.0.get(&mark))
            .flatten();
        let first = *alike.next()?;
        alike.all(|more| more.0 == first.0).then_some(first)
    }
}

fn masked(value: &Value, gone: &BTreeSet<&str>) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(k, v)| !(*k == "title" && v.is_string()))
            .map(|(k, v)| match v.as_str().and_then(pointer_of) {
                Some(target) if k == "$ref" && gone.contains(&*target) => (k.clone(), Value::Null),
                _ => (k.clone(), masked(v, gone)),
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(list) => list.iter().map(|v| masked(v, gone)).collect(),
        other => other.clone(),
    }
}

/// Returns whether two objects share three of five members, and at least three.
fn alike(old: &Value, new: &Value) -> bool {
    let (old, new) = (old.get("properties"), new.get("properties"));
    let same = members(old)
        .filter(|(k, v)| new.and_then(|n| n.get(k.as_str())) == Some(*v))
        .count();
    same >= 3 && same * 5 >= members(old).count().max(members(new).count()) * 3
}
