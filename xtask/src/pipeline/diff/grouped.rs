//! Changes that many places have alike, as one: a response that all operations have now is one
//! line.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Rule};
use crate::document::{METHODS, unescape};

/// How many places with the same change are still listed one by one.
const FEW: usize = 3;

/// Makes one change of those that more than a few operations, paths or components have alike.
#[must_use]
pub fn grouped(changes: Vec<Change>) -> Vec<Change> {
    let mut groups: BTreeMap<_, Vec<Change>> = BTreeMap::new();
    let mut out = Vec::new();
    for change in changes {
        let Some(place) = common(&change) else {
            out.push(change);
            continue;
        };
        let effect = (change.class, change.wire, change.rust);
        let key = (effect, change.side, change.rule, place, change.what.clone());
        groups.entry(key).or_default().push(change);
    }
    for ((.., place, _), group) in groups {
        if group.len() <= FEW {
            out.extend(group);
        } else {
            out.extend(merged(place, group));
        }
    }
    out.sort();
    out
}

fn merged(place: String, group: Vec<Change>) -> Option<Change> {
    let places = group
        .iter()
        .flat_map(|change| unit(change, &place))
        .collect();
    let mut group = group.into_iter();
    let mut one = group.next()?;
    for other in group {
        one.items.extend(other.items);
        one.advice.extend(other.advice);
        one.operations.extend(other.operations);
        one.pointers.extend(other.pointers);
    }
    Some(Change {
        place,
        places,
        ..one
    })
}

/// Returns the part of a place that other changes may share; `None` if the change is about the
/// place as a whole (an operation is gone), or about something that exists once.
fn common(change: &Change) -> Option<String> {
    let place = change.place.as_str();
    let is_whole = is_whole(change);
    if is_operation(change) {
        return (!is_whole).then(|| "/paths/*/*".to_owned());
    }
    if is_path(change) {
        return (!is_whole).then(|| "/paths/*".to_owned());
    }
    if change.pointers.contains(place) {
        let keys: Vec<&str> = place.split('/').skip(1).collect();
        let (start, rest) = match keys.as_slice() {
            ["paths", _, method, rest @ ..] if METHODS.contains(method) => ("/paths/*/*", rest),
            ["paths", _, rest @ ..] => ("/paths/*", rest),
            ["definitions", _, rest @ ..] => ("/definitions/*", rest),
            ["components", "schemas", _, rest @ ..] => ("/components/schemas/*", rest),
            _ => return None,
        };
        let mut common = start.to_owned();
        for (i, key) in rest.iter().enumerate() {
            // The same parameter may have another place in another list.
            let is_index = i > 0 && rest[i - 1] == "parameters";
            common.extend(["/", if is_index { "*" } else { key }]);
        }
        return (!is_whole).then_some(common);
    }
    let named = change.pointers.iter().filter_map(|p| component(p));
    // A name may have dots itself.
    let member = named.map(|(name, _)| match place.strip_prefix(name.as_str()) {
        Some(member) if member.is_empty() || member.starts_with('.') => member,
        _ => &place[place.find('.').unwrap_or(place.len())..],
    });
    let member = member.min_by_key(|member| member.len())?;
    (!is_whole).then(|| format!("*{member}"))
}

/// Returns whether a change is about all of an operation or a component: it is gone, or new.
fn is_whole(change: &Change) -> bool {
    match change.rule {
        Rule::OperationGone | Rule::OperationNew => true,
        Rule::ComponentGone | Rule::ComponentNew | Rule::SchemeGone | Rule::SchemeNew => change
            .pointers
            .iter()
            .any(|p| component(p).is_some_and(|(_, rest)| rest.is_empty())),
        _ => false,
    }
}

/// Returns the name of the component that a pointer leads to or into, and the rest of the pointer.
fn component(pointer: &str) -> Option<(String, &str)> {
    let rest = match pointer.strip_prefix("/components/") {
        Some(rest) => rest.split_once('/')?.1,
        None => pointer.strip_prefix("/definitions/")?,
    };
    let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((unescape(name), rest))
}

/// Returns whether the label of an operation, or what follows its method, is this place.
fn is_label(label: &str, place: &str) -> bool {
    let rest = label.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

fn is_operation(change: &Change) -> bool {
    let mut labels = change.operations.iter();
    labels.len() > 0 && labels.all(|label| is_label(label, &change.place))
}

fn is_path(change: &Change) -> bool {
    let path = |label: &str| {
        label
            .split_once(' ')
            .map_or("", |(_, path)| path)
            .to_owned()
    };
    let mut labels = change.operations.iter();
    labels.len() > 0 && labels.all(|label| is_label(&path(label), &change.place))
}

/// Returns the operations, the path or the component that a change is about.
fn unit(change: &Change, common: &str) -> BTreeSet<String> {
    let place = change.place.as_str();
    if common.starts_with("/paths/*/*") && !change.operations.is_empty() {
        return change.operations.clone();
    }
    let keys: Vec<&str> = place.split('/').skip(1).collect();
    let name = match keys.as_slice() {
        _ if !change.pointers.contains(place) => place.to_owned(),
        ["paths", path, method, ..] if common.starts_with("/paths/*/*") => {
            format!("{} {}", method.to_uppercase(), unescape(path))
        }
        ["paths", name, ..] | ["definitions", name, ..] | ["components", _, name, ..] => {
            unescape(name)
        }
        _ => place.to_owned(),
    };
    BTreeSet::from([name])
}

impl Change {
    /// Returns the place, or in how many places something changed alike; what is a part of the
    /// document goes through `code`.
    pub fn shown(&self, code: impl Fn(&str) -> String) -> String {
        let n = self.places.len();
        let Some((start, member)) = self.place.split_once('*').filter(|_| n > 0) else {
            return code(&self.place);
        };
        let (kind, member) = match (start, member.strip_prefix("/*")) {
            ("/paths/", Some(rest)) => ("operations", rest),
            ("/paths/", None) => ("paths", member),
            _ => ("components", member),
        };
        match member.get(1..).unwrap_or_default() {
            "" => format!("in {n} {kind}"),
            member => format!("in {n} {kind}: {}", code(member)),
        }
    }
}
