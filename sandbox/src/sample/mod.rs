//! Values made from schemas: the same seed gives the same values.

pub mod coerce;
pub mod fake;
mod progress;
mod references;
pub mod route;
mod scalars;
mod span;
pub mod telemetry;
pub mod totals;
mod unions;
mod unset;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use self::{
    progress::Progress,
    references::is_identifier,
    scalars::{by_name, free_form, number},
};
use crate::{
    spec::{
        IdKind,
        schema::{Kind, Object, Property, SchemaRef, Schemas},
    },
    util::rng::Rng,
};
pub use span::Span;

/// Makes values for the schemas of one document.
#[derive(Clone, Copy)]
pub struct Sampler<'a> {
    pub schemas: &'a Schemas,
    /// The collections whose ids a field can hold, by resource.
    pub by_resource: &'a HashMap<(String, IdKind), usize>,
    /// The resource whose items a field identifies: `vin` identifies a vehicle.
    pub unique_fields: &'a HashMap<&'static str, (String, IdKind)>,
    pub seed: u64,
    /// The initial number of items in each collection; ids in fields refer to these.
    pub size: u64,
    pub span: Span,
    /// Whether values are made exactly as documented, which has no nulls in method fields.
    pub strict: bool,
    /// Whether values are for responses: nullable ones may be null, and write-only ones are left
    /// out.
    pub for_response: bool,
    /// Whether values are those of unset fields: null, empty or zero, as far as the schema allows.
    pub unset: bool,
}

/// The context that a value is made for.
#[derive(Clone, Copy)]
pub struct SampleContext<'a> {
    pub rng: Rng,
    /// The index of the item; values with the same index are those of one item.
    pub index: u64,
    pub resource: &'a str,
    /// The second after the start of the data, for a record.
    pub second: Option<i64>,
}

impl SampleContext<'_> {
    pub fn new(rng: Rng, index: u64) -> Self {
        Self {
            rng,
            index,
            resource: "",
            second: None,
        }
    }

    /// Returns the context of a member.
    pub fn part(self, name: &str) -> Self {
        Self {
            rng: self.rng.at(name),
            ..self
        }
    }

    /// Returns the context of an item in a list.
    pub fn nth(self, n: u64) -> Self {
        Self {
            rng: self.rng.nth(n),
            ..self
        }
    }
}

/// Returns the id of the item with this number.
pub fn id(seed: u64, resource: &str, kind: IdKind, index: u64) -> Value {
    match kind {
        IdKind::Integer => json!(index + 1),
        IdKind::Uuid => Rng::of(seed, resource).nth(index).uuid().into(),
        IdKind::Text => format!("{resource}-{}", index + 1).into(),
    }
}

impl<'a> Sampler<'a> {
    pub fn value(&self, place: SchemaRef, name: &str, context: SampleContext<'_>) -> Value {
        self.generate(place, name, context, &mut Progress::default())
    }

    /// Returns a value for a property of an object.
    pub fn property(&self, property: &Property, context: SampleContext<'_>) -> Value {
        self.member(property, context, &mut Progress::default())
    }

    fn member(
        &self,
        property: &Property,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        let default = property.default.as_ref().filter(|_| self.unset);
        match default.filter(|d| self.schemas.fits(property.of, d)) {
            Some(default) => default.clone(),
            None => self.generate(property.of, &property.name, context, progress),
        }
    }

    fn generate(
        &self,
        place: SchemaRef,
        name: &str,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        progress.depth += 1;
        let made = self.generate_inner(place, name, context, progress);
        progress.depth -= 1;
        made
    }

    fn generate_inner(
        &self,
        place: SchemaRef,
        name: &str,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        progress.total += 1;
        let schema = self.schemas.at(place);
        let mut rng = context.rng;
        if let Some(value) = self
            .unset
            .then(|| self.unset(place, name, context))
            .flatten()
        {
            return value;
        }
        if self.for_response
            && place.nullable
            && !(self.strict && place.read_only)
            && context.rng.at("null").below(12) == 0
            && !is_identifier(name)
            && schema.format().is_empty()
        {
            return Value::Null;
        }
        if let Some(values) = &schema.values {
            let values: Vec<&Value> = values.iter().filter(|v| !v.is_null()).collect();
            return rng.pick(&values).cloned().unwrap_or_default();
        }
        match &schema.kind {
            Kind::Text(format) => self.text(place, schema, format, name, context),
            Kind::File => "sandbox".into(),
            Kind::Integer => self.integer(schema, name, context),
            Kind::Number => number(schema, name, context, self.span),
            Kind::Boolean => Value::Bool(rng.below(2) == 1),
            Kind::Any => by_name(name, context, self.span),
            Kind::List(item) => self.list(schema.items, *item, name, context, progress),
            Kind::Union(union) => self.union(place, union, name, context, progress),
            // A recursive map ends empty.
            Kind::Object(object)
                if object.is_free_form() && (progress.has(object) || progress.is_full()) =>
            {
                json!({})
            }
            Kind::Object(object) if object.is_free_form() => {
                progress.objects.push(std::ptr::from_ref(object));
                let made = free_form(object, name, context, |other| {
                    self.generate(other, "value", context.part("value"), progress)
                });
                progress.objects.pop();
                made
            }
            Kind::Object(_) if progress.is_full() => json!({}),
            Kind::Object(object) => self.object(object, name, context, progress),
        }
    }

    fn list(
        &self,
        (least, most): (Option<usize>, Option<usize>),
        item: SchemaRef,
        name: &str,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        let (inner, mut rng) = (self.schemas.at(item), context.rng);
        let recursive = inner.object().is_some_and(|o| progress.has(o));
        let wanted = match recursive || progress.objects.len() > 3 {
            true => 0,
            false => 1 + rng.below(2) as usize,
        };
        let n = wanted
            .max(least.unwrap_or(0))
            .min(most.unwrap_or(usize::MAX))
            .min(if progress.is_full() { 0 } else { 50 });
        // An object without an id is a part of the item, such as an earlier position; otherwise it
        // is another item.
        let part = inner.object().is_some_and(|o| self.is_part(name, o));
        let now = fake::second("ts", context, self.span);
        let nth = |j: usize| SampleContext {
            index: context.index + if part { 0 } else { j as u64 },
            second: (part && j > 0)
                .then(|| (now - 10 * j as i64).max(0))
                .or(context.second),
            ..context.nth(j as u64)
        };
        let mut list: Vec<Value> = Vec::with_capacity(n);
        for value in (0..n).map(|j| self.generate(item, name, nth(j), progress)) {
            // Most lists of scalars are sets.
            if value.is_object() || !list.contains(&value) {
                list.push(value);
            }
        }
        list.into()
    }

    fn object(
        &self,
        object: &Object,
        name: &str,
        context: SampleContext<'_>,
        progress: &mut Progress,
    ) -> Value {
        progress.objects.push(std::ptr::from_ref(object));
        let resource = self.resource(name, object);
        let context = match &resource {
            None => context,
            // Another item, one of the existing ones.
            Some(resource) if self.is_known(resource) => SampleContext {
                resource,
                index: context.index % self.size.max(1),
                ..context
            },
            Some(resource) => SampleContext {
                resource,
                ..context
            },
        };
        let mut map = Map::new();
        for property in &object.properties {
            let inner = self.schemas.at(property.of).object();
            let recursive = inner.is_some_and(|o| progress.has(o));
            let needed = property.required && progress.objects.len() < 8;
            if self.for_response && property.of.write_only || recursive && !needed {
                continue;
            }
            let value = self.member(property, context.part(&property.name), progress);
            map.insert(property.name.clone(), value);
        }
        progress.objects.pop();
        totals::reconcile(&mut map, (context.resource, self.size), |resource| {
            self.is_known(resource)
        });
        map.into()
    }
}

/// Returns a valid instance of a schema of a document.
pub fn sample(doc: &Value, schema: &Value, seed: u64) -> Value {
    let mut schemas = Schemas::default();
    let place = schemas.compile(doc, schema);
    let sampler = Sampler {
        schemas: &schemas,
        by_resource: &HashMap::new(),
        unique_fields: &HashMap::new(),
        seed,
        size: 25,
        span: Span::DEFAULT,
        strict: false,
        for_response: false,
        unset: false,
    };
    sampler.value(place, "", SampleContext::new(Rng::of(seed, ""), seed % 25))
}
