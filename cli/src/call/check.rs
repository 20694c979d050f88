//! Checks a value against its schema before anything is sent. All violations are reported at once.

use autopi::rt::{Violation, Violations, secret};
use serde_json::Value;

use super::{kept, near::unknown, time};
use crate::index::{Index, contract, type_name};

/// The limit of steps, after which the rest is left to the server: schemas may refer to themselves,
/// and alternatives multiply.
const STEPS: u32 = 20_000;
/// The limit of depth, beyond any JSON that can be read.
const DEPTH: u32 = 160;

/// Returns the violations of the schema by the value named `name`.
pub fn check(index: &Index, schema: &Value, value: &Value, name: &str) -> Vec<Violation> {
    let mut violations = Violations::default();
    let mut checker = Checker {
        index,
        steps: STEPS,
        depth: 0,
        partial: false,
    };
    violations.within(|at| at.push_str(name), |v| checker.value(schema, value, v));
    violations.into_found()
}

pub(super) struct Checker<'a> {
    pub(super) index: &'a Index,
    pub(super) steps: u32,
    depth: u32,
    /// Whether nothing is required, at any depth: the body of a PATCH.
    partial: bool,
}

impl Checker<'_> {
    pub(super) fn value(&mut self, schema: &Value, value: &Value, v: &mut Violations) {
        if self.steps == 0 || self.depth == DEPTH {
            return;
        }
        self.steps -= 1;
        self.depth += 1;
        self.own(schema, value, v);
        self.depth -= 1;
    }

    fn own(&mut self, schema: &Value, value: &Value, v: &mut Violations) {
        let schema = self.index.resolved(schema);
        let said = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        let is = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        self.partial |= is(contract::PARTIAL);
        if is(contract::SECRET) {
            return v.secret(|v| self.known(&schema, value, v));
        }
        if is(contract::JSON) || value.is_null() && (is("nullable") || said("type").is_empty()) {
            return;
        }
        self.known(&schema, value, v);
    }

    fn known(&mut self, schema: &Value, value: &Value, v: &mut Violations) {
        for key in ["oneOf", "anyOf"] {
            if let Some(alternatives) = schema.get(key).and_then(Value::as_array) {
                return self.alternatives(schema, alternatives, value, v);
            }
        }
        if let Some(wanted) = self.wanted(schema, value) {
            return v.fault(mismatch(&wanted, value));
        }
        self.listed(schema, value, v);
        match value {
            Value::String(text) => Self::text(schema, text, v),
            Value::Number(_) => Self::number(schema, value, v),
            Value::Array(items) => self.items(schema, items, v),
            Value::Object(map) => self.members(schema, map, v),
            _ => {}
        }
    }

    /// Returns the type of the schema, if the value has another.
    pub(super) fn wanted(&self, schema: &Value, value: &Value) -> Option<String> {
        let kind = schema.get("type").and_then(Value::as_str);
        let has_members = schema.get("properties").is_some();
        match (kind.unwrap_or_default(), value) {
            ("", Value::Object(_)) if has_members => None,
            ("" | "object", Value::Object(_)) | ("" | "array", Value::Array(_)) => None,
            ("string" | "", Value::String(_))
            | ("number", Value::Number(_))
            | ("null", Value::Null)
            | ("boolean", Value::Bool(_)) => None,
            ("integer", Value::Number(n))
                if n.is_i64() || n.is_u64() || n.as_f64().is_some_and(|f| f.fract() == 0.0) =>
            {
                None
            }
            ("", _) if !has_members => None,
            ("", _) => Some("object".to_owned()),
            _ => Some(type_name(self.index, schema)),
        }
    }

    pub(super) fn listed(&self, schema: &Value, value: &Value, v: &mut Violations) {
        let Some(values) = schema.get("enum").and_then(Value::as_array) else {
            return;
        };
        // 1.0 is 1.
        let is_same = |one: &Value| {
            let is_written_otherwise = one.is_f64() != value.is_f64();
            one == value
                || is_written_otherwise && one.is_number() && one.as_f64() == value.as_f64()
        };
        if !values.iter().any(is_same) {
            let texts = values.iter().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let texts: Vec<String> = texts.take(20).collect();
            v.fault(format!("must be one of {}", texts.join(", ")));
        }
    }

    fn text(schema: &Value, text: &str, v: &mut Violations) {
        let said = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(n) = count(schema, "minLength") {
            v.min_length("", text, n);
        }
        if let Some(n) = count(schema, "maxLength") {
            v.max_length("", text, n);
        }
        if let Some(pattern) = said("pattern") {
            v.pattern("", text, kept(pattern));
        }
        match said("format") {
            Some("uuid") if text.parse::<autopi::Uuid>().is_err() => {
                v.fault("must be an id like 0189d7a5-0000-7000-8000-000000000001");
            }
            Some("date-time") => {
                if let Err(why) = time::written(text) {
                    v.fault(why);
                }
            }
            Some("date") if text.parse::<jiff::civil::Date>().is_err() => {
                v.fault("must be a date like 2026-01-31");
            }
            _ => {}
        }
    }

    fn number(schema: &Value, value: &Value, v: &mut Violations) {
        let (Some(n), is) = (value.as_f64(), |key: &str| {
            schema.get(key) == Some(&Value::Bool(true))
        }) else {
            return;
        };
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        if let Some(least) = limit("minimum") {
            v.minimum("", n, least, is("exclusiveMinimum"));
        }
        if let Some(each) = limit("multipleOf").filter(|each| *each > 0.0) {
            v.multiple_of("", n, each);
        }
        if let Some(most) = limit("maximum") {
            v.maximum("", n, most, is("exclusiveMaximum"));
        }
    }

    fn items(&mut self, schema: &Value, items: &[Value], v: &mut Violations) {
        if let Some(n) = count(schema, "minItems") {
            v.min_items("", items.len(), n);
        }
        if let Some(n) = count(schema, "maxItems") {
            v.max_items("", items.len(), n);
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            v.unique("", items);
        }
        if let Some(each) = schema.get("items") {
            for (i, item) in items.iter().enumerate() {
                v.within(
                    |at| at.push_str(&format!("[{i}]")),
                    |v| self.value(each, item, v),
                );
            }
        }
    }

    fn members(
        &mut self,
        schema: &Value,
        map: &serde_json::Map<String, Value>,
        v: &mut Violations,
    ) {
        let known = schema.get("properties").and_then(Value::as_object);
        let is = |of: &Value, key: &str| of.get(key) == Some(&Value::Bool(true));
        let is_sent = |name: &str| {
            !known
                .and_then(|k| k.get(name))
                .is_some_and(|of| is(of, "readOnly"))
        };
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.filter(|_| !self.partial);
        if let Some(n) = count(schema, "minProperties").filter(|_| !self.partial) {
            v.min_members("", map.len(), n);
        }
        if let Some(n) = count(schema, "maxProperties") {
            v.max_members("", map.len(), n);
        }
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        for name in names.filter(|name| is_sent(name) && !map.contains_key(*name)) {
            v.within(
                |at| Violations::step(at, name),
                |v| v.fault("required, not given"),
            );
        }
        let others = schema.get("additionalProperties");
        let is_open = known.is_none_or(|k| k.is_empty())
            || schema.get(contract::JSON).is_some()
            || others.is_some_and(|o| o != &Value::Bool(false));
        let named = schema.get("required").and_then(Value::as_array);
        let is_named = |name: &str| named.is_some_and(|all| all.iter().any(|one| one == name));
        for (name, value) in map {
            let at = |at: &mut String| Violations::step(at, name);
            let of = known
                .and_then(|k| k.get(name))
                .or(others.filter(|o| o.is_object()));
            match of {
                Some(of) if secret::by_name(name) => {
                    v.within(at, |v| v.secret(|v| self.value(of, value, v)))
                }
                Some(of) => v.within(at, |v| self.value(of, value, v)),
                // What is required may be there, also if nothing describes it.
                None if is_open || is_named(name) => {}
                None => {
                    let names = known.into_iter().flatten().map(|(name, _)| name.as_str());
                    v.within(at, |v| v.fault(unknown(name, names)));
                }
            }
        }
    }
}

fn count(schema: &Value, limit: &str) -> Option<usize> {
    usize::try_from(schema.get(limit)?.as_u64()?).ok()
}

/// The hints for `-b` that another type has.
pub(super) const HINTS: [&str; 2] = [
    "; `:=` in place of `=` gives JSON",
    "; `=` in place of `:=` gives a text",
];

/// Returns the error of a value that does not have this type.
pub(super) fn mismatch(wanted: &str, value: &Value) -> String {
    let (article, have) = (article(wanted), kind(value));
    let hint = match value {
        Value::String(_) if wanted != "text" => HINTS[0],
        Value::Number(_) if matches!(wanted, "text" | "decimal") => HINTS[1],
        _ => "",
    };
    format!("must be {article} {wanted}, is {have}{hint}")
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
