//! Values for the example of an operation, which its own checks accept.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Value, json};

use crate::{
    call::check,
    index::{Index, is_read_only, required, type_name},
};

/// The maximum number of values in an example.
const VALUES: usize = 400;
/// How deeply they may be nested.
const DEPTH: usize = 8;
/// The maximum number of items of a list, and of members beyond those that are required.
const ITEMS: usize = 16;
/// The maximum length of a text that matches a pattern, in bytes.
const LONGEST: usize = 512;
/// The maximum number of steps to such a text: `((\b{99}){99}){99}` needs a million for none.
const STEPS: u32 = 4096;

/// Makes values of schemas.
pub(super) struct Sampler<'i> {
    index: &'i Index,
    left: usize,
}

impl<'i> Sampler<'i> {
    pub fn new(index: &'i Index) -> Self {
        Self {
            index,
            left: VALUES,
        }
    }

    /// Returns a value that the schema allows.
    pub fn value(&mut self, schema: &Value) -> Value {
        self.nested(schema, DEPTH, 0)
    }

    /// `nth` tells the items of a list apart.
    fn nested(&mut self, schema: &Value, depth: usize, nth: usize) -> Value {
        let schema = self.index.resolved(schema);
        let depth = if self.left == 0 { 0 } else { depth };
        self.left = self.left.saturating_sub(1);
        let listed = schema.get("enum").and_then(Value::as_array);
        let mut listed = listed.into_iter().flatten().filter(|v| !v.is_null());
        if let Some(first) = listed.clone().nth(nth).or(listed.next()) {
            return first.clone();
        }
        for key in ["oneOf", "anyOf"] {
            let all = schema.get(key).and_then(Value::as_array);
            if let Some(all) = all.filter(|all| depth > 0 && !all.is_empty()) {
                return self.one_of(&schema, key, all, depth - 1, nth);
            }
        }
        let count = |key: &str| Some(schema.get(key)?.as_u64()? as usize);
        match type_name(self.index, &schema).as_str() {
            "integer" | "number" => number(&schema, nth),
            "boolean" => true.into(),
            "time" => "2026-01-31T08:00Z".into(),
            "date" => "2026-01-31".into(),
            "decimal" => "1.5".into(),
            "email" => "you@example.com".into(),
            "uri" => "https://example.com".into(),
            name if name.starts_with("list") => {
                let n = count("minItems").unwrap_or(0).min(ITEMS);
                let items = schema.get("items").filter(|_| depth > 0);
                let items = items.map(|of| (0..n).map(|i| self.nested(of, depth - 1, i)).collect());
                Value::Array(items.unwrap_or_default())
            }
            name @ ("uuid" | "text") => self.text(&schema, name == "uuid", nth),
            "any" => "TEXT".into(),
            _ => self.object(
                &schema,
                depth,
                count("minProperties").unwrap_or(0).min(ITEMS),
            ),
        }
    }

    /// Returns the value of the first alternative that is one of the whole.
    fn one_of(
        &mut self,
        schema: &Value,
        key: &str,
        all: &[Value],
        depth: usize,
        nth: usize,
    ) -> Value {
        let mut beside = schema.clone();
        if let Some(map) = beside.as_object_mut() {
            map.remove(key);
        }
        let mut first = None;
        for one in all.iter().take(ITEMS) {
            let value = self.nested(&json!({"allOf": [beside, one]}), depth, nth);
            if check(self.index, schema, &value, "").is_empty() {
                return value;
            }
            first.get_or_insert(value);
            if self.left == 0 {
                break;
            }
        }
        first.unwrap_or_default()
    }

    fn text(&self, schema: &Value, is_uuid: bool, nth: usize) -> Value {
        let fits = |text: &str| check(self.index, schema, &text.into(), "").is_empty();
        let uuid = format!("0189d7a5-0000-7000-8000-{:012}", nth + 1);
        if is_uuid {
            return uuid.into();
        }
        let count = |key: &str| Some(schema.get(key)?.as_u64()? as usize);
        let least = count("minLength").unwrap_or(0);
        let text = "TEXT".repeat(least.div_ceil(4).clamp(1, 64));
        let most = count("maxLength").unwrap_or(usize::MAX).max(1);
        let mut text: String = text.chars().take(most).collect();
        if nth > 0 {
            text.truncate(text.len() - usize::from(text.len() == most));
            text.push(char::from(b'A' + (nth % 26) as u8));
        }
        if let Some(pattern) = said(schema, "pattern").filter(|_| !fits(&text)) {
            if fits(&uuid) {
                return uuid.into();
            }
            // Longer ones, until one is long enough.
            let hir = regex_syntax::Parser::new().parse(pattern);
            let made = hir
                .iter()
                .flat_map(|hir| (0..64).map(move |more| matching(hir, more)));
            text = made.into_iter().find(|made| fits(made)).unwrap_or(text);
        }
        text.into()
    }

    /// Returns an object with its required members, and with at least this many.
    fn object(&mut self, schema: &Value, depth: usize, least: usize) -> Value {
        let members = schema.get("properties").and_then(Value::as_object);
        let mut out = Map::new();
        let others = members.into_iter().flatten();
        let others = others.filter(|(_, of)| !is_read_only(&self.index.resolved(of)));
        let others = others.map(|(name, _)| name.as_str());
        let mut names = required(schema);
        let needed = names.len();
        names.extend(others);
        for (i, name) in names.into_iter().enumerate() {
            if depth == 0 || self.left == 0 || i >= needed && out.len() >= least {
                break;
            }
            let of = members
                .and_then(|all| all.get(name))
                .unwrap_or(&Value::Null);
            let value = self.nested(of, depth - 1, 0);
            out.entry(name).or_insert(value);
        }
        let of = schema.get("additionalProperties").unwrap_or(&Value::Null);
        for nth in 0..least.saturating_sub(out.len()) {
            if depth == 0 || self.left == 0 {
                break;
            }
            let name = if nth == 0 {
                "NAME".into()
            } else {
                format!("NAME{nth}")
            };
            out.insert(name, self.nested(of, depth - 1, nth));
        }
        Value::Object(out)
    }
}

fn said<'s>(schema: &'s Value, key: &str) -> Option<&'s str> {
    schema.get(key)?.as_str()
}

/// Returns a number within the limits: 1, if that is one.
fn number(schema: &Value, nth: usize) -> Value {
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    let is = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let (least, most) = (limit("minimum"), limit("maximum"));
    let is_whole = said(schema, "type") == Some("integer");
    let step = limit("multipleOf").filter(|step| *step > 0.0);
    // What is between two limits, where 1 is not.
    let next = match (least, most) {
        (Some(least), Some(most)) if !is_whole && most - least <= 1.0 => (most - least) / 2.0,
        _ => 1.0,
    };
    let mut n = 1.0_f64;
    if let Some(least) = least {
        let first = if is("exclusiveMinimum") {
            least + next
        } else {
            least
        };
        n = n.max(first);
    }
    if let Some(most) = most {
        let last = if is("exclusiveMaximum") {
            most - next
        } else {
            most
        };
        n = n.min(last);
    }
    n += nth as f64;
    if let Some(step) = step {
        n = (n / step).ceil() * step;
    }
    match n.fract() == 0.0 && n.abs() < 9e15 {
        true => (n as i64).into(),
        false => n.into(),
    }
}

fn matching(hir: &Hir, more: u32) -> String {
    let mut out = String::new();
    write(hir, more, &mut { STEPS }, &mut out);
    out
}

/// Writes a text that matches, with `more` repetitions than are needed.
fn write(hir: &Hir, more: u32, left: &mut u32, out: &mut String) {
    *left = left.saturating_sub(1);
    match hir.kind() {
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(usual(class)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let n = repetition.min.saturating_add(more).min(most);
            for _ in 0..n {
                if *left == 0 || out.len() > LONGEST {
                    break;
                }
                write(&repetition.sub, 0, left, out);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, left, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, more, left, out)),
        HirKind::Alternation(parts) => {
            let part = parts
                .iter()
                .find(|part| part.properties().minimum_len() > Some(0));
            part.or(parts.first())
                .into_iter()
                .for_each(|part| write(part, more, left, out));
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Returns a character of a class, a plain one if there is one.
fn usual(class: &Class) -> Option<char> {
    let has = |c: &char| match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|r| r.start() <= *c && *c <= r.end()),
        Class::Bytes(class) => {
            let mut ranges = class.ranges().iter();
            ranges.any(|r| char::from(r.start()) <= *c && *c <= char::from(r.end()))
        }
    };
    let first = || match class {
        Class::Unicode(class) => class.ranges().first().map(|range| range.start()),
        Class::Bytes(class) => class
            .ranges()
            .first()
            .map(|range| char::from(range.start())),
    };
    let mut plain = ('a'..='z')
        .chain('A'..='Z')
        .chain('0'..='9')
        .chain(" ".chars());
    plain.find(has).or_else(first)
}
