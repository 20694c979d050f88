//! The judge is JSON Schema itself. Random pairs of schemas, of 3.0 and 3.1, are compared: what is
//! said to break nothing refuses no value of a request, and changes no type of a response. What the
//! pipeline makes of a schema accepts all that the schema accepts. For more pairs:
//! `JUDGE_PAIRS=5000 JUDGE_SEED=7 cargo test -p xtask --test judge`.

#[path = "support/random.rs"]
#[allow(dead_code)]
mod random;

use jsonschema::{Validator, draft202012};
use random::as_json_schema;
use serde_json::{Map, Value, json};
use xtask::pipeline::{
    diff::{Class, Documents, Rule, compare},
    normalize,
};

/// Random schemas of a version.
struct Rng {
    numbers: random::Rng,
    is_30: bool,
}

impl Rng {
    fn new(seed: u64, is_30: bool) -> Self {
        let numbers = random::Rng(seed);
        Self { numbers, is_30 }
    }

    fn below(&mut self, n: usize) -> usize {
        self.numbers.below(n)
    }

    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Returns whether the version has a type or keyword.
    fn knows(&self, name: &str) -> bool {
        let later = "list const if then else prefixItems exclusive Contains contains unevaluated patternProperties \
                     propertyNames dependent";
        !self.is_30
            || !later
                .split_whitespace()
                .any(|l| name.starts_with(l) || name.ends_with(l))
    }

    /// Returns a few of the values of a list, each once, in its order.
    fn some(&mut self, list: Value, most: usize) -> Value {
        let mut list = list.as_array().unwrap().clone();
        let n = 1 + self.below(most.min(list.len()));
        while list.len() > n {
            list.remove(self.below(list.len()));
        }
        list.into()
    }
}

/// The number of values for each pair.
const VALUES: usize = 300;

/// Where a schema stands in the document.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Body,
    Member,
    /// In a component that an object refers to and refuses all else.
    Closed,
    Query,
    Header,
    Field,
    Response,
}

impl Place {
    /// Those of 3.1, and of 3.0.
    const ALL: [(Self, bool); 16] = [
        (Self::Body, false),
        (Self::Member, false),
        (Self::Closed, false),
        (Self::Query, false),
        (Self::Header, false),
        (Self::Field, false),
        (Self::Response, false),
        (Self::Body, true),
        (Self::Body, true),
        (Self::Member, true),
        (Self::Query, true),
        (Self::Header, true),
        (Self::Field, true),
        (Self::Response, true),
        (Self::Response, true),
        (Self::Response, true),
    ];

    fn is_text(self) -> bool {
        matches!(self, Self::Query | Self::Header | Self::Field)
    }

    fn document(self, schema: &Value, is_30: bool) -> Value {
        let mut op =
            json!({"operationId": "x", "tags": ["t"], "responses": {"204": {"description": ""}}});
        let of = |schema: &Value| json!({"content": {"application/json": {"schema": schema}}});
        let member = json!({"type": "object", "properties": {"m": schema}, "required": ["m"]});
        match self {
            Self::Body => op["requestBody"] = of(schema),
            Self::Member => op["requestBody"] = of(&member),
            Self::Closed => {
                op["requestBody"] = of(&self.whole(&json!({"$ref": "#/components/schemas/C"})))
            }
            Self::Query => {
                op["parameters"] = json!([{"name": "q", "in": "query", "schema": schema}])
            }
            Self::Header => {
                op["parameters"] = json!([{"name": "X-Q", "in": "header", "schema": schema}])
            }
            Self::Field => {
                op["requestBody"] = json!({"content": {"multipart/form-data": {"schema": member}}})
            }
            Self::Response => {
                op["responses"] = json!({"200": of(schema)});
                op["responses"]["200"]["description"] = "".into();
            }
        }
        json!({"openapi": if is_30 { "3.0.3" } else { "3.1.0" }, "info": {"title": "t", "version": "1"}, "paths": {"/p/": {"post": op}},
            "servers": [{"url": "https://a.example"}], "components": {"schemas": {"C": schema}}})
    }

    /// Returns all that values at this place must be.
    fn whole(self, schema: &Value) -> Value {
        match self {
            Self::Closed => {
                json!({"allOf": [schema], "unevaluatedProperties": false, "unevaluatedItems": false})
            }
            _ => schema.clone(),
        }
    }
}

const NAMES: [&str; 4] = ["a", "b", "c", "x1"];

fn schema(r: &mut Rng, depth: usize, text: bool) -> Value {
    let kinds = match depth < 2 && !text {
        true => {
            "string integer number boolean array object object object any list anyOf oneOf allOf enum const"
        }
        false => "string integer number boolean list enum const",
    };
    let kinds: Vec<_> = kinds.split(' ').filter(|kind| r.knows(kind)).collect();
    let kind = r.of(&kinds);
    let mut out = match kind {
        "any" => json!({}),
        "list" if text => {
            json!({"type": r.some(json!(["string", "integer", "number", "boolean", "null"]), 3)})
        }
        "list" => {
            json!({"type": r.some(json!(["string", "integer", "number", "null", "object", "array"]), 3)})
        }
        "anyOf" | "oneOf" | "allOf" => json!({kind: schemas(r, depth + 1, 3)}),
        "enum" => json!({"enum": r.some(json!([1, 2, "a", "ab", "x1", true, 1.5]), 4)}),
        "const" => json!({"const": r.of(&[json!(1), json!("a"), json!("ab"), json!(true)])}),
        kind => json!({"type": kind}),
    };
    for _ in 0..r.below(4) {
        keyword(r, out.as_object_mut().unwrap(), depth);
    }
    out
}

fn schemas(r: &mut Rng, depth: usize, most: usize) -> Value {
    (0..=r.below(most))
        .map(|_| schema(r, depth, false))
        .collect()
}

/// Returns a schema, or one that is as true or false.
fn any_schema(r: &mut Rng, depth: usize) -> Value {
    match r.below(4) {
        0 if r.is_30 => json!({}),
        0 => r.of(&[json!(false), json!(true), json!({})]),
        _ => schema(r, depth, false),
    }
}

/// Sets a keyword that concerns a type of the schema.
fn keyword(r: &mut Rng, map: &mut Map<String, Value>, depth: usize) {
    let kinds = match map.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list
            .iter()
            .map(|t| t.as_str().unwrap().to_owned())
            .collect(),
        _ => ["string", "integer", "object", "array"]
            .map(str::to_owned)
            .to_vec(),
    };
    let (deeper, n) = (depth + 1, r.below(5));
    let keys = match r.of(&kinds).as_str() {
        "string" => "minLength maxLength pattern enum const not",
        "integer" | "number" => {
            "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf enum const not"
        }
        "array" if depth < 2 => {
            "minItems maxItems uniqueItems items items prefixItems contains minContains maxContains unevaluatedItems"
        }
        "object" if depth < 2 => {
            "properties properties properties required additionalProperties additionalProperties minProperties \
             maxProperties patternProperties propertyNames dependentRequired dependentSchemas unevaluatedProperties \
             if then else oneOf anyOf allOf"
        }
        _ => return,
    };
    if r.is_30 && map.contains_key("type") && r.percent(12) {
        return drop(map.insert("nullable".into(), true.into()));
    }
    let keys = keys.split_whitespace().filter(|key| r.knows(key));
    let key = r.of(&keys.collect::<Vec<_>>());
    let value = match key {
        "pattern" => r.of(&["^a", "b$", "^[a-z]*$"]).into(),
        "enum" => r.some(json!(["a", "ab", 1, 2, "x1", 5]), 3),
        "const" => r.of(&[json!("a"), json!(2)]),
        "not" | "contains" | "then" | "else" => schema(r, deeper.max(1), false),
        "uniqueItems" => true.into(),
        "additionalProperties" if r.percent(25) => r.percent(50).into(),
        "items" | "additionalProperties" | "unevaluatedItems" | "unevaluatedProperties" => {
            any_schema(r, deeper)
        }
        "prefixItems" | "oneOf" | "anyOf" | "allOf" => schemas(r, deeper, 2),
        "properties" => {
            let mut all = map.get(key).cloned().unwrap_or(json!({}));
            all[r.of(&NAMES)] = any_schema(r, deeper);
            all
        }
        "required" => r.some(json!(NAMES), 2),
        "patternProperties" => json!({r.of(&["^x", "a"]): any_schema(r, deeper)}),
        "propertyNames" => json!({"pattern": "^[a-c]"}),
        "dependentRequired" => json!({"a": ["b"]}),
        "dependentSchemas" => json!({"a": schema(r, deeper, false)}),
        "if" => json!({"required": ["a"], "properties": {"b": {}}}),
        key if key.starts_with("max") || key == "exclusiveMaximum" => (n + 2).into(),
        "multipleOf" => (n + 1).into(),
        _ => n.into(),
    };
    map.insert(key.into(), value);
}

/// Collects the places of the schemas in a schema.
fn places(schema: &Value, at: String, out: &mut Vec<String>) {
    let Value::Object(map) = schema else { return };
    for (key, value) in map {
        let here = format!("{at}/{key}");
        match (key.as_str(), value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(all)) => {
                all.iter()
                    .for_each(|(name, s)| places(s, format!("{here}/{name}"), out));
            }
            ("enum" | "type" | "required" | "dependentRequired", _) => {}
            (_, Value::Array(all)) => {
                (0..)
                    .zip(all)
                    .for_each(|(i, s): (usize, _)| places(s, format!("{here}/{i}"), out));
            }
            _ => places(value, here, out),
        }
    }
    out.push(at);
}

/// Changes something in a schema.
fn change(r: &mut Rng, whole: &mut Value, text: bool) {
    let mut all = Vec::new();
    places(whole, String::new(), &mut all);
    let at = r.of(&all);
    let depth = usize::from(!at.is_empty());
    let what = r.below(9);
    let map = whole.pointer_mut(&at).unwrap().as_object_mut().unwrap();
    let keys: Vec<String> = map.keys().cloned().collect();
    let mut lists = vec!["oneOf", "anyOf", "allOf", "prefixItems"];
    lists.retain(|key| map.contains_key(*key));
    match what {
        0..=3 if !keys.is_empty() => {
            let key = r.of(&keys);
            match map.get_mut(&key).unwrap() {
                Value::Array(list) if list.len() > 1 && r.percent(70) => {
                    drop(list.remove(r.below(list.len())))
                }
                Value::Object(inner) if key == "properties" && inner.len() > 1 => {
                    let names: Vec<String> = inner.keys().cloned().collect();
                    inner.shift_remove(&r.of(&names));
                }
                _ => drop(map.shift_remove(&key)),
            }
        }
        4 if !lists.is_empty() => {
            let more = schema(r, 2, false);
            map[r.of(&lists)].as_array_mut().unwrap().push(more);
        }
        5 if !lists.is_empty() && r.percent(50) => {
            let list = map.shift_remove(lists[0]).unwrap();
            map.insert(r.of(&["oneOf", "anyOf", "allOf"]).into(), list);
        }
        6 => *map = schema(r, depth, text).as_object().unwrap().clone(),
        7 => match map.get_mut("enum").and_then(Value::as_array_mut) {
            Some(list) => list.push(r.of(&[json!(9), json!("zz")])),
            None => keyword(r, map, depth),
        },
        8 if !r.is_30 && map.get("type").is_some_and(Value::is_string) => {
            let other = r.of(&["null", "string", "boolean"]);
            let one = map["type"].clone();
            map.insert(
                "type".into(),
                if one == other {
                    json!([one, "null"])
                } else {
                    json!([one, other])
                },
            );
        }
        _ => keyword(r, map, depth),
    }
}

/// Returns a value that is much like what a schema accepts.
fn value(r: &mut Rng, schema: &Value, depth: usize) -> Value {
    let scalar = json!([
        0, 1, 2, 3, 5, 9, -1, 1.5, "a", "ab", "abcd", "x1", "", "b", true, false, null
    ]);
    let scalar = |r: &mut Rng| r.of(scalar.as_array().unwrap());
    let Some(map) = schema.as_object().filter(|_| r.percent(92) && depth < 4) else {
        return match r.below(10) {
            _ if depth > 2 => scalar(r),
            8 => (0..r.below(4))
                .map(|_| value(r, &json!({}), depth + 1))
                .collect(),
            9 => object(r, &Map::new(), depth),
            _ => scalar(r),
        };
    };
    let parts = |key: &str| {
        map.get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for key in ["oneOf", "anyOf", "allOf"] {
        if map.contains_key(key) && r.percent(50) {
            let mut one = Value::Null;
            let chosen = if key == "allOf" {
                parts(key)
            } else {
                vec![r.of(&parts(key))]
            };
            let mut own = map.clone();
            own.shift_remove(key);
            for part in chosen
                .into_iter()
                .chain((!own.is_empty()).then(|| own.into()))
            {
                match (&mut one, value(r, &part, depth + 1)) {
                    (Value::Object(one), Value::Object(more)) => one.extend(more),
                    (one, more) => *one = more,
                }
            }
            return one;
        }
    }
    if let Some(list) = map.get("enum").filter(|_| r.percent(90)) {
        return r.of(list.as_array().unwrap());
    }
    if let Some(one) = map.get("const").filter(|_| r.percent(90)) {
        return one.clone();
    }
    let has = |keys: &[&str]| keys.iter().any(|key| map.contains_key(*key));
    let kind = match map.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(list)) => r.of(list).as_str().unwrap().to_owned(),
        _ if has(&[
            "items",
            "prefixItems",
            "contains",
            "minItems",
            "unevaluatedItems",
        ]) =>
        {
            "array".into()
        }
        _ if map
            .keys()
            .any(|k| k.contains("ropert") || k == "required" || k.starts_with("depend")) =>
        {
            "object".into()
        }
        _ => r
            .of(&["string", "integer", "object", "array", "null"])
            .into(),
    };
    match kind.as_str() {
        "string" => r.of(&["", "a", "ab", "abcd", "x1", "b", "abcdefgh"]).into(),
        "integer" => (r.below(11) as i64 - 1).into(),
        "number" => (r.below(20) as f64 / 2.0).into(),
        "boolean" => r.percent(50).into(),
        "array" => {
            let (first, none) = (parts("prefixItems"), json!({}));
            let rest: Vec<&Value> = ["contains", "items"]
                .iter()
                .filter_map(|key| map.get(*key))
                .collect();
            let of = |r: &mut Rng, i: usize| {
                first
                    .get(i)
                    .cloned()
                    .unwrap_or_else(|| r.of(&[rest.as_slice(), &[&none]].concat()).clone())
            };
            (0..r.below(6))
                .map(|i| {
                    let of = of(r, i);
                    value(r, &of, depth + 1)
                })
                .collect()
        }
        "object" => object(r, map, depth),
        _ => Value::Null,
    }
}

fn object(r: &mut Rng, map: &Map<String, Value>, depth: usize) -> Value {
    let mut out = Map::new();
    let inner = |key: &str, name: &str| map.get(key).and_then(|all| all.get(name));
    for name in NAMES {
        let required = map
            .get("required")
            .is_some_and(|all| all.as_array().unwrap().contains(&name.into()));
        if !(required && r.percent(95) || r.percent(40)) {
            continue;
        }
        let pattern = ["^x", "a"]
            .into_iter()
            .find(|p| name.starts_with(p.trim_start_matches('^')));
        let of = inner("properties", name).or_else(|| inner("patternProperties", pattern?));
        let others = ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .find_map(|key| map.get(*key));
        out.insert(
            name.into(),
            value(r, of.or(others).unwrap_or(&json!({})), depth + 1),
        );
    }
    out.into()
}

/// Returns what a schema says as it is compared: of one alternative (`oneOf`) or more and, if it is
/// `meant`, of the type that its keywords are about, and with texts in a list of texts.
fn compared(schema: &Value, meant: bool) -> Value {
    let inner = |value: &Value| compared(value, meant);
    let Value::Object(map) = schema else {
        let list = schema.as_array();
        return list.map_or_else(|| schema.clone(), |list| list.iter().map(inner).collect());
    };
    let mut out: Map<_, _> = map.iter().map(|(k, v)| (k.clone(), inner(v))).collect();
    let has = |keys: &[&str]| meant && keys.iter().any(|key| map.contains_key(*key));
    for (kind, keys) in [
        ("object", ["properties", "additionalProperties"]),
        ("array", ["items", "prefixItems"]),
    ] {
        if has(&keys) && !has(&["type", "enum", "const"]) && !out.contains_key("type") {
            out.insert("type".into(), kind.into());
        }
    }
    if has(&["type"]) && map["type"] == "string" {
        let text = |v: &Value| {
            v.as_str()
                .map_or_else(|| v.to_string(), str::to_owned)
                .into()
        };
        let listed = out
            .iter_mut()
            .filter(|(key, _)| *key == "const" || *key == "enum");
        for (_, value) in listed {
            *value = match &*value {
                Value::Array(list) => list.iter().map(text).collect(),
                one => text(one),
            };
        }
    }
    if let Some(one) = out.shift_remove("oneOf") {
        let more = out.get("allOf").and_then(Value::as_array).cloned();
        let all = [json!({"anyOf": one})]
            .into_iter()
            .chain(more.into_iter().flatten());
        out.insert("allOf".into(), all.collect());
    }
    out.into()
}

/// Returns what a reader holds a value to: no limits, and further values, alternatives and members
/// are none that it knows.
fn read(schema: &Value) -> Value {
    let Value::Object(map) = schema else {
        return schema.clone();
    };
    let limits = "min max exclusive multipleOf uniqueItems propertyNames unevaluated enum const";
    let is_limit = |key: &str| {
        key == "pattern"
            || !key.ends_with("Contains") && limits.split(' ').any(|l| key.starts_with(l))
    };
    let mut out = Map::new();
    for (key, value) in map {
        let several = |all: &Vec<Value>| all.iter().filter(|one| *one != "null").count() > 1;
        let is_list = matches!(key.as_str(), "anyOf" | "oneOf" | "type")
            && value.as_array().is_some_and(several);
        let closes = matches!(key.as_str(), "additionalProperties" | "items") && value == false;
        if is_list || closes || is_limit(key) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(all)) => {
                all.iter().map(|(k, v)| (k.clone(), read(v))).collect()
            }
            ("allOf" | "prefixItems" | "anyOf" | "oneOf", Value::Array(all)) => {
                all.iter().map(read).collect()
            }
            ("items" | "additionalProperties" | "then" | "else", value) => read(value),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    out.into()
}

/// Returns whether a value is accepted: as a text, by any of the values that the text may mean.
fn accepts(place: Place, schema: &Validator, value: &Value) -> bool {
    if !place.is_text() {
        return schema.is_valid(value);
    }
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let read = serde_json::from_str(&text)
        .ok()
        .filter(|v: &Value| !v.is_null() && !v.is_object() && !v.is_array());
    schema.is_valid(&text.into()) || read.is_some_and(|read| schema.is_valid(&read))
}

/// Judges a pair; returns what speaks against the verdict, or whether it was that it breaks
/// nothing.
fn judged(r: &mut Rng, place: Place) -> Result<bool, String> {
    let old = schema(r, 0, place.is_text());
    let mut new = old.clone();
    while new == old {
        change(r, &mut new, place.is_text());
    }
    let documents = [&old, &new].map(|schema| place.document(schema, r.is_30));
    let [a, b] = documents.each_ref().map(|upstream| Documents {
        upstream,
        doc: &Value::Null,
    });
    let changes = compare(a, b).unwrap_or_else(|e| panic!("{old} → {new}: {e:?}"));
    let breaks = changes
        .iter()
        .any(|c| c.wire <= Some(Class::Unclassified) && c.wire.is_some());
    // What others say of a member's name before it is known does not count.
    if breaks || changes.iter().any(|c| c.rule == Rule::MemberNew) {
        return Ok(!breaks);
    }
    let [old, new] = match r.is_30 {
        true => [&old, &new].map(as_json_schema),
        false => [old, new],
    };
    // A value counts if it does as the schemas are written and as they are read.
    let validators = [false, true].map(|meant| {
        let [was, is] = [&old, &new].map(|schema| compared(&place.whole(schema), meant));
        let (from, to) = if place == Place::Response {
            (is, read(&was))
        } else {
            (was, is)
        };
        Some((draft202012::new(&from).ok()?, draft202012::new(&to).ok()?))
    });
    let refuses = |value: &Value| {
        let both = validators.iter().flatten();
        both.clone()
            .all(|(from, to)| accepts(place, from, value) && !accepts(place, to, value))
            && both.count() == 2
    };
    let found = (0..VALUES).find_map(|i| {
        let value = value(r, if i % 3 == 2 { &new } else { &old }, 0);
        let fits = !place.is_text() || !(value.is_null() || value.is_object() || value.is_array());
        (fits && refuses(&value)).then_some(value)
    });
    let Some(found) = found else {
        return Ok(true);
    };
    let said: Vec<_> = changes
        .iter()
        .map(|c| format!("{} {:?}: {}", c.rule.id(), c.wire, c.what))
        .collect();
    Err(format!("{place:?}: {old} → {new}: {found} by {said:?}"))
}

/// Returns the random numbers of each case.
fn cases(default: u64) -> impl Iterator<Item = (u64, u64)> {
    let number = |name: &str| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let seed = number("JUDGE_SEED").unwrap_or(1).wrapping_mul(1 << 32);
    (0..number("JUDGE_PAIRS").unwrap_or(default)).map(move |i| (i, seed + i))
}

#[test]
fn what_is_said_to_break_nothing_refuses_no_value() {
    let (mut counts, mut wrong) = ([0, 0], Vec::new());
    for (i, seed) in cases(6400) {
        let (place, is_30) = Place::ALL[i as usize % Place::ALL.len()];
        match judged(&mut Rng::new(seed, is_30), place) {
            Ok(harmless) => counts[usize::from(harmless)] += 1,
            Err(why) => wrong.push(why),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let all: usize = counts.iter().sum();
    assert!(counts.iter().all(|n| *n > all / 5), "{counts:?}");
}

/// Removes the values that schemas list, and that one alternative alone must match: the client
/// is open to others.
fn open(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|key, value| key != "enum" || !value.is_array());
            if let Some(alternatives) = map.remove("oneOf") {
                map.insert("anyOf".into(), alternatives);
            }
            map.values_mut().for_each(open);
        }
        Value::Array(all) => all.iter_mut().for_each(open),
        _ => {}
    }
}

#[test]
fn the_pipeline_makes_no_schema_narrower() {
    let mut wrong = Vec::new();
    for (i, seed) in cases(2000) {
        let mut r = Rng::new(seed, i % 2 == 1);
        let old = schema(&mut r, 0, false);
        // What is wider there makes the whole narrower.
        if old.to_string().contains("\"not\"") {
            continue;
        }
        let document = Place::Body.document(&old, r.is_30);
        let new = normalize(&document.to_string(), None).unwrap().doc;
        let body = "/paths/~1p~1/post/requestBody/content/application~1json/schema";
        let mut new =
            json!({"allOf": [new.pointer(body).unwrap()], "components": new["components"]});
        open(&mut new);
        let old = if r.is_30 { as_json_schema(&old) } else { old };
        let (Ok(allows), accepts) = (
            draft202012::new(&old),
            random::validator(&as_json_schema(&new)),
        ) else {
            continue;
        };
        let mut values = (0..VALUES).map(|_| value(&mut r, &old, 0));
        if let Some(value) = values.find(|v| allows.is_valid(v) && !accepts.is_valid(v)) {
            wrong.push(format!("{document}\n  {value}\n  {new}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
