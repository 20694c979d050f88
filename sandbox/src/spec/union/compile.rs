//! Compiles the unions of a document.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    spec::{
        schema::{Alternative, Kind, Schemas, Target, Union},
        union::{
            inheritance::{self, Children},
            source,
        },
    },
    util::json,
};

impl Schemas {
    fn children(&mut self, doc: &Value) -> Arc<Children> {
        let made = self
            .children
            .get_or_insert_with(|| Arc::new(inheritance::children(doc)));
        made.clone()
    }

    /// Returns whether a component with a discriminator is a base that others are derived from.
    pub fn is_base(&mut self, doc: &Value, reference: &str) -> bool {
        json::follow(doc, reference).is_some_and(|t| source::tag(t).is_some())
            && self.children(doc).has(reference)
    }

    /// Returns the kind of a schema that is a union, and `None` for any other. A union whose
    /// alternatives cannot be determined is any JSON.
    pub fn union_of(&mut self, doc: &Value, schema: &Value, at: Option<&Target>) -> Option<Kind> {
        let base = at.map(|(reference, _)| reference.as_str());
        if let Some(base) = base.filter(|b| self.is_base(doc, b)) {
            let (tag, alternatives) =
                inheritance::inherited(doc, base, schema, &self.children(doc));
            let alternatives = alternatives.into_iter().map(|(to, tags)| Alternative {
                of: self.reference(doc, &to, false, true),
                tags,
            });
            return Some(Kind::Union(Union::new(tag, alternatives.collect())));
        }
        if schema.get("oneOf").is_some() && schema.get("anyOf").is_some() {
            return Some(Kind::Any);
        }
        let children = self.children(doc);
        let found = source::union(doc, schema, |r| children.has(r))?;
        let listed = found.alternatives.iter();
        let mut alternatives: Vec<Alternative> = listed
            .map(|(part, tags)| Alternative {
                of: self.compile_ref(doc, part, found.beside),
                tags: tags.clone(),
            })
            .collect();
        if found.beside {
            let base = self.object_of(doc, found.base, found.part)?;
            if base.properties.len() * alternatives.len() > MOST_COPIES {
                return Some(Kind::Any);
            }
            for alternative in &mut alternatives {
                let Kind::Object(own) = &self.at(alternative.of).kind else {
                    return Some(Kind::Any);
                };
                let mut both = base.clone();
                own.properties.iter().cloned().for_each(|p| both.add(p));
                both.others = both.others.or(own.others);
                alternative.of = self.push_node(Kind::Object(both));
            }
        }
        Some(Kind::Union(Union {
            one_of: found.one_of,
            ..Union::new(found.tag, alternatives)
        }))
    }
}

/// How many members that stand beside the alternatives may be copied into them, over all
/// alternatives.
const MOST_COPIES: usize = 100_000;
