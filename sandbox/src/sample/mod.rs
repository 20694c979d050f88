//! Values made from schemas: the same seed gives the same values.

pub mod coerce;
pub mod fake;
mod references;
pub mod route;
mod scalars;
pub mod telemetry;
pub mod totals;
mod unset;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use self::{
    references::keyed,
    scalars::{free, number, untyped},
};
use crate::{
    spec::{
        IdKind,
        schema::{Kind, Object, Property, Schema, Schemas, Use},
    },
    util::rng::Rng,
};

/// When the sandbox's data begins: 2026-01-01, in seconds since 1970.
pub const EPOCH: i64 = 1_767_225_600;

/// Makes values of the schemas of one document.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    pub schemas: &'a Schemas,
    /// The collections whose ids a field can hold.
    pub nouns: &'a HashMap<(String, IdKind), usize>,
    /// Whose items a field tells apart.
    pub owners: &'a HashMap<&'static str, (String, IdKind)>,
    pub seed: u64,
    /// How many items each collection begins with: what the ids that fields hold are below.
    pub size: u64,
    /// How many seconds of telemetry each device has.
    pub span: i64,
    /// By the letter of the document, which knows nothing of nulls in method fields.
    pub letter: bool,
    /// For answers: what is nullable may be null, and what is write-only is left out.
    pub answers: bool,
    /// Of what nobody has set: null, empty, zero, as far as the schema lets it.
    pub unset: bool,
}

/// What is made.
#[derive(Clone, Copy)]
pub struct Thing<'a> {
    pub rng: Rng,
    /// Its number: whatever has the same number belongs together.
    pub index: u64,
    pub noun: &'a str,
    /// A record of this second after [`EPOCH`].
    pub second: Option<i64>,
}

impl Thing<'_> {
    fn part(self, name: &str) -> Self {
        Self {
            rng: self.rng.at(name),
            ..self
        }
    }
}

/// The id of the item with this number.
pub fn id(seed: u64, noun: &str, kind: IdKind, index: u64) -> Value {
    match kind {
        IdKind::Integer => json!(index + 1),
        IdKind::Uuid => Rng::of(seed, noun).nth(index).uuid().into(),
        IdKind::Text => format!("{noun}-{}", index + 1).into(),
    }
}

/// `second` after [`EPOCH`], RFC 3339.
pub fn moment(second: i64) -> String {
    jiff::Timestamp::from_second(EPOCH.saturating_add(second))
        .map(|t| t.to_string())
        .unwrap_or_default()
}

/// How far the making of a value has come.
#[derive(Default)]
struct Open {
    /// The objects that are being made: a recursive one is left out, or ends with an empty array.
    objects: Vec<*const Object>,
    /// How deep it is.
    depth: usize,
    /// Of how many values it is made.
    total: usize,
}

impl Open {
    fn has(&self, object: &Object) -> bool {
        self.objects.contains(&std::ptr::from_ref(object))
    }

    /// No document of this field comes near: it holds itself, or doubles at each level.
    fn is_full(&self) -> bool {
        self.depth > 48 || self.objects.len() > 24 || self.total > 5000
    }
}

impl<'a> Maker<'a> {
    pub fn value(&self, place: Use, name: &str, thing: Thing<'_>) -> Value {
        self.make(place, name, thing, &mut Open::default())
    }

    /// One property of an object.
    pub fn property(&self, property: &Property, thing: Thing<'_>) -> Value {
        self.member(property, thing, &mut Open::default())
    }

    fn member(&self, property: &Property, thing: Thing<'_>, open: &mut Open) -> Value {
        let default = property.default.as_ref().filter(|_| self.unset);
        match default.filter(|d| self.schemas.fits(property.of, d)) {
            Some(default) => default.clone(),
            None => self.make(property.of, &property.name, thing, open),
        }
    }

    fn make(&self, place: Use, name: &str, thing: Thing<'_>, open: &mut Open) -> Value {
        open.depth += 1;
        let made = self.made(place, name, thing, open);
        open.depth -= 1;
        made
    }

    fn made(&self, place: Use, name: &str, thing: Thing<'_>, open: &mut Open) -> Value {
        open.total += 1;
        let schema = self.schemas.at(place);
        let mut rng = thing.rng;
        if let Some(value) = self.unset.then(|| self.unset(place, name, thing)).flatten() {
            return value;
        }
        if self.answers
            && place.nullable
            && !(self.letter && place.read_only)
            && thing.rng.at("null").below(12) == 0
            && !keyed(name)
            && schema.format().is_empty()
        {
            return Value::Null;
        }
        if let Some(values) = &schema.values {
            let values: Vec<&Value> = values.iter().filter(|v| !v.is_null()).collect();
            return rng.pick(&values).cloned().unwrap_or_default();
        }
        match &schema.kind {
            Kind::Text(format) => self.text(place, schema, format, name, thing),
            Kind::File => "sandbox".into(),
            Kind::Integer => self.integer(schema, name, thing),
            Kind::Number => number(schema, name, thing, self.span),
            Kind::Boolean => Value::Bool(rng.below(2) == 1),
            Kind::Any => untyped(name, thing),
            Kind::List(item) => {
                let (least, most) = schema.items;
                let inner = self.schemas.at(*item);
                let recursive = inner.object().is_some_and(|o| open.has(o));
                let wanted = if recursive || open.objects.len() > 3 {
                    0
                } else {
                    1 + rng.below(2) as usize
                };
                let n = wanted
                    .max(least.unwrap_or(0))
                    .min(most.unwrap_or(usize::MAX))
                    .min(if open.is_full() { 0 } else { 50 });
                let nth = |j: usize| Thing {
                    index: thing.index + j as u64,
                    rng: thing.rng.nth(j as u64),
                    ..thing
                };
                let mut list: Vec<Value> = Vec::with_capacity(n);
                for value in (0..n).map(|j| self.make(*item, name, nth(j), open)) {
                    // Most lists of plain values are sets.
                    if value.is_object() || !list.contains(&value) {
                        list.push(value);
                    }
                }
                list.into()
            }
            Kind::Union(_) => {
                let deep = open.objects.len() > 3;
                let may = |s: &Schema| match &s.kind {
                    Kind::Object(object) => !open.has(object) && (!deep || object.is_free()),
                    Kind::List(_) => !deep,
                    _ => true,
                };
                match self.schemas.pick(place, thing.index, may) {
                    Some(chosen) => chosen.named(self.make(chosen.of, name, thing, open)),
                    None => Value::Null,
                }
            }
            // A map of itself ends empty.
            Kind::Object(object) if object.is_free() && (open.has(object) || open.is_full()) => {
                json!({})
            }
            Kind::Object(object) if object.is_free() => {
                open.objects.push(std::ptr::from_ref(object));
                let made = free(object, name, thing, |other| {
                    self.make(other, "value", thing.part("value"), open)
                });
                open.objects.pop();
                made
            }
            Kind::Object(object) => {
                if open.is_full() {
                    return json!({});
                }
                open.objects.push(std::ptr::from_ref(object));
                let noun = self.noun(name, object);
                let thing = match &noun {
                    None => thing,
                    // Another thing, one of those that there are.
                    Some(noun) if self.is_known(noun) => Thing {
                        noun,
                        index: thing.index % self.size.max(1),
                        ..thing
                    },
                    Some(noun) => Thing { noun, ..thing },
                };
                let mut map = Map::new();
                for property in object
                    .properties
                    .iter()
                    .filter(|p| !(self.answers && p.of.write_only))
                {
                    let inner = self.schemas.at(property.of).object();
                    if inner.is_some_and(|o| open.has(o))
                        && !(property.required && open.objects.len() < 8)
                    {
                        continue;
                    }
                    map.insert(
                        property.name.clone(),
                        self.member(property, thing.part(&property.name), open),
                    );
                }
                open.objects.pop();
                totals::settle(&mut map, (thing.noun, self.size), |noun| {
                    self.is_known(noun)
                });
                map.into()
            }
        }
    }
}

/// A valid instance of one schema of a document.
pub fn sample(doc: &Value, schema: &Value, seed: u64) -> Value {
    let mut schemas = Schemas::default();
    let place = schemas.compile(doc, schema);
    let maker = Maker {
        schemas: &schemas,
        nouns: &HashMap::new(),
        owners: &HashMap::new(),
        seed,
        size: 25,
        span: 86_400,
        letter: false,
        answers: false,
        unset: false,
    };
    maker.value(
        place,
        "",
        Thing {
            rng: Rng::of(seed, ""),
            index: seed % 25,
            noun: "",
            second: None,
        },
    )
}
