//! What was seen, as findings with the actions of an overlay.
//!
//! A schema that several operations return is changed only if (nearly) all that gave it say so. Where one operation alone differs, its own response gets a copy
//! of the schema, and what the others prove stays. What is proposed is applied to a copy of the document as it goes, so that all of it together is true.

use autopi_codegen::contract;
use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use super::{
    edit::{Edit, component, component_of, path},
    evidence::Evidence,
    judge::Place,
    rules::{Look, OPEN, RULES, Rule},
};
use crate::document;

/// One disagreement of the document and the wire.
#[derive(Debug, serde::Serialize)]
pub struct Finding {
    pub rule: &'static str,
    pub wrong: bool,
    /// A JSONPath (RFC 9535).
    pub at: String,
    pub what: String,
    /// The one operation whose response is corrected; none if it is the schema for all.
    pub only: Option<String>,
    pub against: Count,
    pub agree: Count,
    /// Actions of an OpenAPI Overlay 1.1 document; those of an operation's own schema are all at its first finding.
    pub actions: Vec<Value>,
}

/// How many responses, of how many operations.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    pub responses: usize,
    pub operations: usize,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} responses of {} operations",
            self.responses, self.operations
        )
    }
}

/// An operation that could be asked: its name, its operation id, where its response's schema stands.
pub struct Asked {
    pub name: String,
    pub id: String,
    pub at: String,
}

type Places = BTreeMap<String, Place>;

/// Returns what is to be said of all places.
pub fn findings(root: &Value, operations: &[Asked], places: &Places) -> Vec<Finding> {
    let mut all = All {
        work: root.clone(),
        reach: operations
            .iter()
            .map(|op| (op.name.clone(), reached(root, &op.at)))
            .collect(),
        places,
        out: Vec::new(),
    };
    for (at, place) in places {
        for rule in &RULES {
            all.shared(at, place, rule);
        }
    }
    for op in operations {
        all.own(op);
    }
    for (at, place) in places {
        all.shared(at, place, &OPEN);
    }
    all.out
}

struct All<'a> {
    work: Value,
    /// Operation → the components that its response is made of.
    reach: BTreeMap<String, BTreeSet<String>>,
    places: &'a Places,
    out: Vec<Finding>,
}

impl All<'_> {
    /// The operations that gave a place still: with a schema of its own, an operation gives it no more.
    fn gave<'p>(&'p self, at: &str, place: &'p Place) -> Vec<(&'p String, &'p Evidence)> {
        let component = component_of(at);
        let gives = |op: &&String| {
            component
                .as_ref()
                .is_none_or(|c| self.reach.get(*op).is_none_or(|r| r.contains(c)))
        };
        let seen = place.seen.iter().filter(|(op, _)| gives(op));
        seen.map(|(op, seen)| (op, &seen.evidence)).collect()
    }

    /// The correction of a schema for all who return it.
    fn shared(&mut self, at: &str, place: &Place, rule: &Rule) {
        let gave = self.gave(at, place);
        let look = |evidence| Look::new(&self.work, at, evidence, &place.required_at);
        let against: Vec<_> = gave
            .iter()
            .filter(|(_, evidence)| rule.find(&look(evidence)).is_some())
            .copied()
            .collect();
        let reach = component_of(at).map_or(1, |c| {
            self.reach
                .values()
                .filter(|reached| reached.contains(&c))
                .count()
        });
        // Who returns the object returns what it lacks.
        let owner = match self.work.pointer(at) {
            None => at
                .rsplit_once("/properties/")
                .and_then(|(owner, _)| self.places.get(owner)),
            Some(_) => None,
        };
        let of = match owner {
            Some(owner) => self.gave(at, owner).len(),
            None if rule.wrong => gave.len(),
            None => gave.iter().filter(|(_, e)| !e.types().is_empty()).count(),
        };
        if against.is_empty() || !enough(against.len(), of, reach, rule.wrong) {
            return;
        }
        let mut evidence = Evidence::default();
        // What narrows must be true of all that gave it.
        let heard = if rule.wrong { &against } else { &gave };
        heard.iter().for_each(|(_, e)| evidence.merge(e));
        let Some(said) = rule.find(&look(&evidence)) else {
            return;
        };
        let (yes, no) = self.count(
            at,
            place,
            rule,
            &against
                .iter()
                .map(|(op, _)| op.as_str())
                .collect::<Vec<_>>(),
        );
        let names: Vec<&str> = against.iter().take(3).map(|(op, _)| op.as_str()).collect();
        let description = format!(
            "probe: {}: {yes} for this, {no} against it, at {}",
            said.what,
            names.join(", ")
        );
        let finding = Finding {
            rule: rule.name,
            wrong: rule.wrong,
            at: path(at),
            only: None,
            against: yes,
            agree: no,
            actions: said.edits.iter().map(|e| e.action(&description)).collect(),
            what: said.what,
        };
        self.out.push(finding);
        said.edits
            .iter()
            .for_each(|edit| edit.apply(&mut self.work));
    }

    /// Responses and operations for a finding, and those for the document as it is.
    fn count(&self, at: &str, place: &Place, rule: &Rule, against: &[&str]) -> (Count, Count) {
        let (mut yes, mut no) = (Count::default(), Count::default());
        for (op, seen) in &place.seen {
            let broke = seen.against.get(rule.family).copied().unwrap_or(0);
            yes.responses += broke;
            no.responses += seen.responses - broke.min(seen.responses);
            match against.contains(&op.as_str()) || broke > 0 {
                true => yes.operations += 1,
                false => no.operations += 1,
            }
        }
        let owner = at
            .rsplit_once("/properties/")
            .and_then(|(owner, _)| self.places.get(owner));
        if let (None, Some(owner)) = (self.work.pointer(at), owner) {
            let all: usize = owner.seen.values().map(|s| s.responses).sum();
            no = Count {
                responses: all.saturating_sub(yes.responses),
                operations: owner.seen.len().saturating_sub(yes.operations),
            };
        }
        (yes, no)
    }

    /// A schema of its own for the operation that differs.
    fn own(&mut self, op: &Asked) {
        let mut wrong = BTreeSet::new();
        for (at, place) in self.places {
            let (Some(name), Some(seen)) = (component_of(at), place.seen.get(&op.name)) else {
                continue;
            };
            let look = Look::new(&self.work, at, &seen.evidence, &place.required_at);
            if RULES.iter().any(|rule| rule.find(&look).is_some()) {
                wrong.insert(name);
                wrong.extend(place.required_at.iter().filter_map(|at| component_of(at)));
            }
        }
        if wrong.is_empty() {
            return;
        }
        let reached = reached(&self.work, &op.at);
        let copied: BTreeMap<String, String> = reached
            .iter()
            .filter(|name| {
                !self::reached(&self.work, &component(name)).is_disjoint(&wrong)
                    || wrong.contains(*name)
            })
            .map(|name| (name.clone(), self.free_name(name, op)))
            .collect();
        for (name, copy) in &copied {
            let mut schema = self
                .work
                .pointer(&component(name))
                .cloned()
                .unwrap_or_default();
            document::each_schema(&mut schema, &mut |map| document::rename(map, &copied));
            if let Some(map) = schema.as_object_mut() {
                map.insert(contract::COPY_OF.into(), name.as_str().into());
                self.work["components"]["schemas"][copy] = schema;
            }
        }
        let first = self.out.len();
        let moved = |at: &str| match component_of(at)
            .and_then(|c| Some((component(&c), component(copied.get(&c)?))))
        {
            Some((from, to)) => format!("{to}{}", &at[from.len()..]),
            None => at.to_owned(),
        };
        for (at, place) in self.places {
            let Some(seen) = place.seen.get(&op.name).filter(|_| moved(at) != *at) else {
                continue;
            };
            let required_at = place.required_at.iter().map(|at| moved(at)).collect();
            for rule in RULES.iter().chain([&OPEN]) {
                let here = moved(at);
                let look = Look::new(&self.work, &here, &seen.evidence, &required_at);
                let Some(said) = rule.find(&look) else {
                    continue;
                };
                let (yes, no) = self.count(at, place, rule, &[&op.name]);
                self.out.push(Finding {
                    rule: rule.name,
                    wrong: rule.wrong,
                    at: path(at),
                    what: said.what,
                    only: Some(op.name.clone()),
                    against: yes,
                    agree: no,
                    actions: Vec::new(),
                });
                said.edits
                    .iter()
                    .for_each(|edit| edit.apply(&mut self.work));
            }
        }
        let Some(finding) = self.out.get(first) else {
            return;
        };
        let more = self.out.len() - first - 1;
        let description = format!(
            "probe: {} alone: {}: {}, {} against it{}",
            op.name,
            finding.at,
            finding.what,
            finding.agree,
            if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            }
        );
        let mut actions: Vec<Value> = copied
            .values()
            .map(|copy| {
                let schema = &self.work["components"]["schemas"][copy];
                json!({ "target": "$.components.schemas", "description": description, "update": { copy: schema } })
            })
            .collect();
        let mut places = Vec::new();
        references(
            self.work.pointer(&op.at).unwrap_or(&Value::Null),
            &op.at,
            &mut |at, target| places.push((at.to_owned(), target.to_owned())),
        );
        for (at, target) in places {
            if let Some(copy) = copied.get(&target) {
                let edit = Edit::Update(at, json!({ "$ref": format!("#{}", component(copy)) }));
                actions.push(edit.action(&description));
                edit.apply(&mut self.work);
            }
        }
        self.out[first].actions = actions;
        self.reach
            .insert(op.name.clone(), self::reached(&self.work, &op.at));
    }

    /// `DeviceOfDongleDevicesList`, or with a number.
    fn free_name(&self, name: &str, op: &Asked) -> String {
        let base = self
            .work
            .pointer(&component(name))
            .and_then(|s| s.get(contract::COPY_OF)?.as_str());
        let wanted = format!("{} of {}", base.unwrap_or(name), op.id).to_upper_camel_case();
        let schemas = self
            .work
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let taken: BTreeSet<String> = schemas
            .into_iter()
            .flat_map(|s| s.keys())
            .map(|k| k.to_upper_camel_case().to_lowercase())
            .collect();
        let numbered = (2..).map(|n| format!("{wanted}{n}"));
        std::iter::once(wanted.clone())
            .chain(numbered)
            .find(|n| !taken.contains(&n.to_lowercase()))
            .unwrap_or(wanted)
    }
}

/// One operation that is alone with a schema speaks for it; of several, nine in ten of those that gave it, and two at least.
fn enough(against: usize, of: usize, reach: usize, wrong: bool) -> bool {
    let share = if wrong {
        against * 10 >= of * 9
    } else {
        against >= of
    };
    share && (against >= 2 || reach <= 1)
}

/// Calls `found` with the place and the component of each reference.
fn references(schema: &Value, at: &str, found: &mut dyn FnMut(&str, &str)) {
    match schema {
        Value::Object(map) => {
            let target = map.get("$ref").and_then(Value::as_str);
            if let Some(name) = target.and_then(|t| component_of(t.strip_prefix('#')?)) {
                found(at, &name);
            }
            for (key, value) in map {
                references(value, &format!("{at}/{}", document::escape(key)), found);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                references(value, &format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// The components that a place leads to.
fn reached(root: &Value, at: &str) -> BTreeSet<String> {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![at.to_owned()]);
    while let Some(at) = todo.pop() {
        let schema = root.pointer(&at).unwrap_or(&Value::Null);
        references(schema, "", &mut |_, name| {
            if seen.insert(name.to_owned()) {
                todo.push(component(name));
            }
        });
    }
    seen
}
