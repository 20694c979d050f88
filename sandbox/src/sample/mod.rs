//! Values made from schemas: the same seed gives the same values.

pub mod coerce;
pub mod fake;
pub mod route;
pub mod telemetry;
pub mod totals;

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{
    spec::{
        IdKind,
        names::subject,
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

    /// What a field is that nobody has set; `None` if it has to be something.
    fn unset(&self, place: Use, name: &str, thing: Thing<'_>) -> Option<Value> {
        let schema = self.schemas.at(place);
        if place.nullable && !(self.letter && place.read_only) {
            return Some(Value::Null);
        }
        if let Some(values) = &schema.values {
            let blank = values.iter().find(|v| *v == "");
            return blank.or(values.iter().find(|v| !v.is_null())).cloned();
        }
        let within =
            |n: f64| schema.minimum.is_none_or(|l| l <= n) && schema.maximum.is_none_or(|h| n <= h);
        match &schema.kind {
            Kind::Boolean => Some(false.into()),
            Kind::List(_) if schema.items.0.unwrap_or(0) == 0 => Some(json!([])),
            Kind::Object(object) if object.is_free() => Some(json!({})),
            Kind::Integer if self.reference(name, IdKind::Integer, thing).is_none() => {
                within(0.0).then(|| json!(0))
            }
            Kind::Number => within(0.0).then(|| json!(0.0)),
            Kind::Any => match untyped(name, thing) {
                Value::Bool(_) => Some(false.into()),
                Value::Number(_) => Some(json!(0)),
                _ => Some(Value::Null),
            },
            Kind::Text(format) if format == "decimal" => within(0.0).then(|| "0.00".into()),
            Kind::Text(format) if format.is_empty() && schema.bare && place.read_only => {
                match untyped(name, thing) {
                    Value::Bool(_) => Some(false.into()),
                    Value::Number(_) => Some(json!(0)),
                    _ => None,
                }
            }
            Kind::Text(format) if format.is_empty() && schema.pattern.is_none() => {
                let blank = schema.min_length.unwrap_or(0) == 0 && !keyed(name);
                blank.then(|| "".into())
            }
            _ => None,
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

    /// What an object is: told by the name of its field, or by a property that only one kind of things has.
    pub fn noun(&self, name: &str, object: &Object) -> Option<String> {
        let noun = subject(name);
        if name.is_empty() || noun == "item" || !self.is_known(&noun) {
            let owner = self.owners.iter().find(|(n, _)| object.get(n).is_some());
            let keyed = object.get("id").is_some();
            if let Some((_, (owner, _))) = owner.filter(|_| keyed && !name.is_empty()) {
                return Some(owner.clone());
            }
        }
        (!name.is_empty() && noun != "item").then_some(noun)
    }

    fn is_known(&self, noun: &str) -> bool {
        [IdKind::Integer, IdKind::Uuid, IdKind::Text]
            .iter()
            .any(|kind| self.nouns.contains_key(&(noun.to_owned(), *kind)))
    }

    /// The id of another item, if the field is named after its collection; the id of the thing itself.
    fn reference(&self, name: &str, kind: IdKind, thing: Thing<'_>) -> Option<Value> {
        let noun = if matches!(name, "id" | "pk" | "uuid") {
            thing.noun.to_owned()
        } else {
            subject(name)
        };
        if self.nouns.contains_key(&(noun.clone(), kind)) {
            return Some(id(self.seed, &noun, kind, thing.index % self.size.max(1)));
        }
        match kind {
            IdKind::Integer => matches!(name, "id" | "pk").then(|| json!(thing.index + 1)),
            IdKind::Uuid => (name == "id" || name.ends_with("_id"))
                .then(|| id(self.seed, &noun, kind, thing.index)),
            IdKind::Text => None,
        }
    }

    fn integer(&self, schema: &Schema, name: &str, thing: Thing<'_>) -> Value {
        let low = schema
            .minimum
            .filter(|n| n.abs() < 1e15)
            .map(|n| n.ceil() as i64 + i64::from(schema.exclusive.0));
        let high = schema
            .maximum
            .filter(|n| n.abs() < 1e15)
            .map(|n| n.floor() as i64 - i64::from(schema.exclusive.1));
        let within = |n: &i64| low.is_none_or(|l| *n >= l) && high.is_none_or(|h| *n <= h);
        if let Some(known) = self
            .reference(name, IdKind::Integer, thing)
            .filter(|v| v.as_i64().is_some_and(|n| within(&n)))
        {
            return known;
        }
        if let Some(n) = fake::number(name, thing, self.span)
            .map(|n| n.round() as i64)
            .filter(within)
        {
            return json!(n);
        }
        let low = low.unwrap_or(1.min(high.unwrap_or(1)));
        let high = high
            .unwrap_or_else(|| low.saturating_add(999))
            .min(low.saturating_add(1_000_000))
            .max(low);
        let mut rng = thing.rng;
        json!(low + rng.below((high - low) as u64 + 1) as i64)
    }

    fn text(
        &self,
        place: Use,
        schema: &Schema,
        format: &str,
        name: &str,
        thing: Thing<'_>,
    ) -> Value {
        let mut rng = thing.rng;
        match format {
            "uuid" => {
                return self
                    .reference(name, IdKind::Uuid, thing)
                    .unwrap_or_else(|| rng.uuid().into());
            }
            "date-time" => return moment(fake::second(name, thing, self.span)).into(),
            "date" => {
                return moment(fake::second(name, thing, self.span))
                    .get(..10)
                    .unwrap_or("2026-01-01")
                    .into();
            }
            "decimal" => {
                let n =
                    fake::number(name, thing, self.span).unwrap_or_else(|| 1.0 + rng.part() * 98.0);
                let digits = if fake::is_position(name) { 6 } else { 2 };
                let text = format!("{n:.digits$}");
                return text
                    .chars()
                    .take(schema.max_length.unwrap_or(64))
                    .collect::<String>()
                    .into();
            }
            "email" => return format!("user{}@example.com", thing.index + 1).into(),
            "uri" => {
                return format!("https://example.com/{}/{}", subject(name), thing.index + 1).into();
            }
            "ipv4" => return format!("192.0.2.{}", thing.index % 254 + 1).into(),
            "ipv6" => return format!("2001:db8::{:x}", thing.index % 65_535 + 1).into(),
            _ => {}
        }
        // A method field: what it holds is told by its name.
        if schema.bare && place.read_only {
            match untyped(name, thing) {
                Value::Bool(b) => return Value::Bool(b),
                Value::Number(n) => return Value::Number(n),
                _ => {}
            }
        }
        let mut made = fake::text(name, thing, self.span);
        if let Some(pattern) = &schema.pattern
            && !schema.regex().is_some_and(|r| r.is_match(&made))
        {
            made = crate::spec::pattern::text(pattern, &mut rng).unwrap_or(made);
        } else if format == "slug" {
            made = made
                .to_lowercase()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
        }
        let most = schema.max_length.unwrap_or(usize::MAX);
        let mut made: String = made.chars().take(most).collect();
        let least = schema.min_length.unwrap_or(0).min(4096);
        let missing = least.saturating_sub(made.chars().count());
        made.extend(std::iter::repeat_n('x', missing));
        made.into()
    }
}

/// What other things are known by: never null.
fn keyed(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "id" | "pk" | "uuid" | "ts" | "vin" | "callname" | "licenseplate" | "name"
    )
}

fn number(schema: &Schema, name: &str, thing: Thing<'_>, span: i64) -> Value {
    let low = schema.minimum.filter(|n| n.abs() < 1e15);
    let high = schema.maximum.filter(|n| n.abs() < 1e15);
    let within = |n: &f64| low.is_none_or(|l| *n >= l) && high.is_none_or(|h| *n <= h);
    if let Some(n) = fake::number(name, thing, span).filter(within) {
        return json!(n);
    }
    let low = low.unwrap_or(0.0_f64.min(high.unwrap_or(0.0)));
    let high = high.unwrap_or(low + 100.0);
    let mut rng = thing.rng;
    json!(((low + (high - low).max(0.0) * rng.part()) * 1e6).round() / 1e6)
}

/// What a method field holds on the wire, by its name.
fn untyped(name: &str, thing: Thing<'_>) -> Value {
    let mut rng = thing.rng;
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("is_") || lower.starts_with("has_") || lower.starts_with("can_") {
        return Value::Bool(rng.below(2) == 1);
    }
    if lower.ends_with("_count") || lower == "count" {
        return json!(rng.below(20));
    }
    fake::text(name, thing, 86_400).into()
}

/// An object of no known form.
fn free(
    object: &Object,
    name: &str,
    thing: Thing<'_>,
    mut value: impl FnMut(Use) -> Value,
) -> Value {
    let lower = name.to_ascii_lowercase();
    let spot = || route::spot(thing.index, fake::second(name, thing, 86_400));
    let typed = object.others.filter(|o| o.is_typed());
    match lower.as_str() {
        _ if typed.is_some() => json!({ "value": typed.map(&mut value) }),
        "data" if thing.second.is_some() => telemetry::data(telemetry::kind_of(thing), thing),
        _ if lower.ends_with("position_display") => {
            json!({ "city": spot().town, "country": "Denmark" })
        }
        "loc" | "location" | "position" | "center" => {
            json!({ "lat": spot().lat, "lon": spot().lon })
        }
        _ => json!({}),
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
