//! Turns evidence into findings with actions of an overlay.
//!
//! A schema that several operations return is only changed if (nearly) all of them agree. If a
//! single operation differs, its response gets its own copy of the schema, and what the others
//! prove stays. Proposals are applied to a copy of the document one by one, so that all of them
//! together are true.

mod own;

mod count;
mod reach;

pub use count::Count;
use reach::{enough, reached};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    edit::{component_of, path},
    evidence::Evidence,
    judge::Place,
    rules::{OPEN, Observation, RULES, Rule},
};

/// One disagreement between the document and the responses.
#[derive(Debug, serde::Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Finding {
    pub rule: &'static str,
    pub wrong: bool,
    /// A JSONPath (RFC 9535).
    pub at: String,
    pub what: String,
    /// The only operation whose response is corrected; `None` if the schema is corrected for all.
    pub only: Option<String>,
    pub against: Count,
    pub agree: Count,
    /// The actions of an OpenAPI Overlay 1.1 document; those for an operation's own schema are all
    /// at its first finding.
    pub actions: Vec<Value>,
}

/// An operation that can be probed: its name, its operation id, and the place of its response's
/// schema.
pub struct ProbedOperation {
    pub name: String,
    pub id: String,
    pub at: String,
}

type Places = BTreeMap<String, Place>;

/// Returns the findings of all places.
pub fn findings(root: &Value, operations: &[ProbedOperation], places: &Places) -> Vec<Finding> {
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
    /// The components of each operation's response.
    reach: BTreeMap<String, BTreeSet<String>>,
    places: &'a Places,
    out: Vec<Finding>,
}

impl All<'_> {
    /// Returns the operations that still give evidence for a place: one with its own schema no
    /// longer does.
    fn evidence_for<'p>(&'p self, at: &str, place: &'p Place) -> Vec<(&'p String, &'p Evidence)> {
        let component = component_of(at);
        let gives = |op: &&String| {
            component
                .as_ref()
                .is_none_or(|c| self.reach.get(*op).is_none_or(|r| r.contains(c)))
        };
        let seen = place.seen.iter().filter(|(op, _)| gives(op));
        seen.map(|(op, seen)| (op, &seen.evidence)).collect()
    }

    /// Proposes a correction of a schema for all operations that return it.
    fn shared(&mut self, at: &str, place: &Place, rule: &Rule) {
        let gave = self.evidence_for(at, place);
        let observation = |evidence| Observation::new(&self.work, at, evidence, &place.required_at);
        let against: Vec<_> = gave
            .iter()
            .filter(|(_, evidence)| rule.find(&observation(evidence)).is_some())
            .copied()
            .collect();
        let reach = component_of(at).map_or(1, |c| {
            self.reach
                .values()
                .filter(|reached| reached.contains(&c))
                .count()
        });
        // An absent member is counted for the operations that return its object.
        let owner = match self.work.pointer(at) {
            None => at
                .rsplit_once("/properties/")
                .and_then(|(owner, _)| self.places.get(owner)),
            Some(_) => None,
        };
        let of = match owner {
            Some(owner) => self.evidence_for(at, owner).len(),
            None if rule.wrong => gave.len(),
            None => gave.iter().filter(|(_, e)| !e.types().is_empty()).count(),
        };
        if against.is_empty() || !enough(against.len(), of, reach, rule.wrong) {
            return;
        }
        let mut evidence = Evidence::default();
        // A narrower schema must be true for all operations that returned it.
        let heard = if rule.wrong { &against } else { &gave };
        heard.iter().for_each(|(_, e)| evidence.merge(e));
        let Some(said) = rule.find(&observation(&evidence)) else {
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

    /// Counts the responses and operations in favour of a finding, and those in favour of the
    /// document.
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
}
