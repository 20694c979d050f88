//! Texts and numbers by format, limits and name.

use serde_json::{Value, json};

use crate::{
    sample::{SampleContext, Sampler, Span, fake, route, telemetry},
    spec::{
        IdKind,
        names::subject,
        schema::{Object, Schema, SchemaRef},
    },
};

impl Sampler<'_> {
    pub fn integer(&self, schema: &Schema, name: &str, context: SampleContext<'_>) -> Value {
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
            .reference(name, IdKind::Integer, context)
            .filter(|v| v.as_i64().is_some_and(|n| within(&n)))
        {
            return known;
        }
        if let Some(n) = fake::number(name, context, self.span)
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
        let mut rng = context.rng;
        json!(low + rng.below((high - low) as u64 + 1) as i64)
    }

    pub fn text(
        &self,
        place: SchemaRef,
        schema: &Schema,
        format: &str,
        name: &str,
        context: SampleContext<'_>,
    ) -> Value {
        let mut rng = context.rng;
        match format {
            "uuid" => {
                return self
                    .reference(name, IdKind::Uuid, context)
                    .unwrap_or_else(|| rng.uuid().into());
            }
            "date-time" => {
                return self
                    .span
                    .moment(fake::second(name, context, self.span))
                    .into();
            }
            "date" => {
                return self
                    .span
                    .moment(fake::second(name, context, self.span))
                    .get(..10)
                    .unwrap_or("2026-01-01")
                    .into();
            }
            "decimal" => {
                let n = fake::number(name, context, self.span)
                    .unwrap_or_else(|| 1.0 + rng.fraction() * 98.0);
                let digits = if fake::is_position(name) { 6 } else { 2 };
                let text = format!("{n:.digits$}");
                return text
                    .chars()
                    .take(schema.max_length.unwrap_or(64))
                    .collect::<String>()
                    .into();
            }
            "email" => return format!("user{}@example.com", context.index + 1).into(),
            "uri" => {
                return format!(
                    "https://example.com/{}/{}",
                    subject(name),
                    context.index + 1
                )
                .into();
            }
            "ipv4" => return format!("192.0.2.{}", context.index % 254 + 1).into(),
            "ipv6" => return format!("2001:db8::{:x}", context.index % 65_535 + 1).into(),
            _ => {}
        }
        // A method field, whose value depends on its name.
        if schema.bare && place.read_only {
            match by_name(name, context, self.span) {
                Value::Bool(b) => return Value::Bool(b),
                Value::Number(n) => return Value::Number(n),
                _ => {}
            }
        }
        let mut made = fake::text(name, context, self.span);
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

pub fn number(schema: &Schema, name: &str, context: SampleContext<'_>, span: Span) -> Value {
    let low = schema.minimum.filter(|n| n.abs() < 1e15);
    let high = schema.maximum.filter(|n| n.abs() < 1e15);
    let within = |n: &f64| low.is_none_or(|l| *n >= l) && high.is_none_or(|h| *n <= h);
    if let Some(n) = fake::number(name, context, span).filter(within) {
        return json!(n);
    }
    let low = low.unwrap_or(0.0_f64.min(high.unwrap_or(0.0)));
    let high = high.unwrap_or(low + 100.0);
    let mut rng = context.rng;
    json!(((low + (high - low).max(0.0) * rng.fraction()) * 1e6).round() / 1e6)
}

/// Returns the value that the live API has in a method field of this name.
pub fn by_name(name: &str, context: SampleContext<'_>, span: Span) -> Value {
    let mut rng = context.rng;
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("is_") || lower.starts_with("has_") || lower.starts_with("can_") {
        return Value::Bool(rng.below(2) == 1);
    }
    if lower.ends_with("_count") || lower == "count" {
        return json!(rng.below(20));
    }
    fake::text(name, context, span).into()
}

/// Returns an object of unknown form.
pub fn free_form(
    object: &Object,
    name: &str,
    context: SampleContext<'_>,
    mut value: impl FnMut(SchemaRef) -> Value,
) -> Value {
    let lower = name.to_ascii_lowercase();
    let position = || route::position(context.index, fake::second(name, context, Span::DEFAULT));
    let typed = object.others.filter(|o| o.is_typed());
    match lower.as_str() {
        _ if typed.is_some() => json!({ "value": typed.map(&mut value) }),
        "data" if context.second.is_some() => telemetry::data(telemetry::kind_of(context), context),
        _ if lower.ends_with("position_display") => {
            json!({ "city": position().town, "country": "Denmark" })
        }
        "loc" | "location" | "position" | "center" => {
            json!({ "lat": position().lat, "lon": position().lon })
        }
        _ => json!({}),
    }
}
