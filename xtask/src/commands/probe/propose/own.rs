//! Corrects the response of a single operation that differs from the others.

use std::collections::{BTreeMap, BTreeSet};

use autopi_codegen::contract;
use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use super::{
    All, Finding, ProbedOperation,
    reach::{reached, references},
};
use crate::commands::probe::{
    edit::{Edit, component, component_of, path},
    rules::{OPEN, Observation, RULES},
};
use crate::document;

impl All<'_> {
    /// Gives the operation that differs its own schema.
    pub(super) fn own(&mut self, op: &ProbedOperation) {
        let wrong = self.wrong(op);
        if wrong.is_empty() {
            return;
        }
        let copied = self.copy(op, &wrong);
        let first = self.out.len();
        self.find(op, &copied);
        let Some(finding) = self.out.get(first) else {
            return;
        };
        let more = match self.out.len() - first - 1 {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let description = format!(
            "probe: {} alone: {}: {}, {} against it{more}",
            op.name, finding.at, finding.what, finding.agree,
        );
        self.out[first].actions = self.use_copies(op, &copied, &description);
        let reached = reached(&self.work, &op.at);
        self.reach.insert(op.name.clone(), reached);
    }

    /// Returns the components that the responses of the operation contradict.
    fn wrong(&self, op: &ProbedOperation) -> BTreeSet<String> {
        let mut wrong = BTreeSet::new();
        for (at, place) in self.places {
            let (Some(name), Some(seen)) = (component_of(at), place.seen.get(&op.name)) else {
                continue;
            };
            let observation = Observation::new(&self.work, at, &seen.evidence, &place.required_at);
            if RULES.iter().any(|rule| rule.find(&observation).is_some()) {
                wrong.insert(name);
                wrong.extend(place.required_at.iter().filter_map(|at| component_of(at)));
            }
        }
        wrong
    }

    /// Copies the wrong components, and those on the way to them, for this operation; returns the
    /// names of the copies.
    fn copy(&mut self, op: &ProbedOperation, wrong: &BTreeSet<String>) -> BTreeMap<String, String> {
        let leads = |name: &String| {
            wrong.contains(name) || !reached(&self.work, &component(name)).is_disjoint(wrong)
        };
        let reached = reached(&self.work, &op.at);
        let names = reached.iter().filter(|name| leads(name));
        let copied: BTreeMap<String, String> = names
            .map(|name| (name.clone(), self.free_name(name, op)))
            .collect();
        for (name, copy) in &copied {
            let schema = self.work.pointer(&component(name)).cloned();
            let mut schema = schema.unwrap_or_default();
            document::each_schema(&mut schema, &mut |map| document::rename(map, &copied));
            if let Some(map) = schema.as_object_mut() {
                map.insert(contract::COPY_OF.into(), name.as_str().into());
                self.work["components"]["schemas"][copy] = schema;
            }
        }
        copied
    }

    /// Applies the rules to the copies, and adds what they find.
    fn find(&mut self, op: &ProbedOperation, copied: &BTreeMap<String, String>) {
        let copy_of = |at: &str| {
            let name = component_of(at)?;
            Some((component(&name), component(copied.get(&name)?)))
        };
        let moved = |at: &str| match copy_of(at) {
            Some((from, to)) => format!("{to}{}", &at[from.len()..]),
            None => at.to_owned(),
        };
        for (at, place) in self.places {
            let here = moved(at);
            let Some(seen) = place.seen.get(&op.name).filter(|_| here != *at) else {
                continue;
            };
            let required_at = place.required_at.iter().map(|at| moved(at)).collect();
            for rule in RULES.iter().chain([&OPEN]) {
                let observation = Observation::new(&self.work, &here, &seen.evidence, &required_at);
                let Some(said) = rule.find(&observation) else {
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
                for edit in &said.edits {
                    edit.apply(&mut self.work);
                }
            }
        }
    }

    /// Makes the operation refer to the copies; returns the actions that add them and do this.
    fn use_copies(
        &mut self,
        op: &ProbedOperation,
        copied: &BTreeMap<String, String>,
        description: &str,
    ) -> Vec<Value> {
        let added = copied.values().map(|copy| {
            let schema = &self.work["components"]["schemas"][copy];
            json!({ "target": "$.components.schemas", "description": description, "update": { copy: schema } })
        });
        let mut actions: Vec<Value> = added.collect();
        let mut places = Vec::new();
        let operation = self.work.pointer(&op.at).unwrap_or(&Value::Null);
        references(operation, &op.at, &mut |at, target| {
            places.push((at.to_owned(), target.to_owned()));
        });
        for (at, target) in places {
            if let Some(copy) = copied.get(&target) {
                let edit = Edit::Update(at, json!({ "$ref": format!("#{}", component(copy)) }));
                actions.push(edit.action(description));
                edit.apply(&mut self.work);
            }
        }
        actions
    }

    /// Returns a free name: `DeviceOfDongleDevicesList`, or with a number.
    pub(super) fn free_name(&self, name: &str, op: &ProbedOperation) -> String {
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
