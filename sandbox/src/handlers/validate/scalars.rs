//! Checks choices, texts, numbers and booleans.

use serde_json::{Number, Value, json};

use crate::{
    spec::{
        formats,
        schema::{Schema, SchemaRef},
        times,
    },
    util::{
        marks,
        python::{self, str_of},
    },
};

const BLANK: &str = "This field may not be blank.";

const PATTERN: &str = "This value does not match the required pattern.";

const LARGE: &str = "String value too large.";

pub type Validated = Result<Value, Value>;

pub fn invalid(message: impl Into<String>) -> Validated {
    Err(json!([message.into()]))
}

pub fn choice(values: &[Value], value: Value) -> Validated {
    // Compared as text, since a form sends nothing else.
    let text = str_of(&value);
    match values.iter().find(|v| **v == value || str_of(v) == text) {
        Some(known) => Ok(known.clone()),
        None => invalid(no_choice(&value)),
    }
}

pub fn no_choice(value: &Value) -> String {
    format!("\"{}\" is not a valid choice.", str_of(value))
}

pub fn uuid(value: Value) -> Validated {
    let id = match &value {
        Value::String(text) => python::uuid(text),
        Value::Bool(bit) => Some(uuid::Uuid::from_u128(u128::from(*bit))),
        value => python::number(value).and_then(|n| Some(uuid::Uuid::from_u128(n.parse().ok()?))),
    };
    id.map_or_else(
        || invalid(formats::violation("uuid", "").unwrap_or_default()),
        |id| Ok(id.to_string().into()),
    )
}

pub fn text(schema: &Schema, format: &str, value: Value) -> Validated {
    // Fields of these formats are not CharFields: they do not refuse a blank value as such, and
    // white space around a time is an error.
    let message = |text: &str| formats::violation(format, text).unwrap_or_default();
    let words = match &value {
        Value::String(text) => Some(text.clone()),
        value => python::number(value),
    };
    match (format, &value, words) {
        ("decimal", _, words) => decimal(schema, &words.unwrap_or_default()),
        ("date-time", Value::String(text), _) => times::date_time(text)
            .map_or_else(|_| invalid(message(text)), |at| Ok(times::shown(at).into())),
        ("date", Value::String(text), _) => times::date(text)
            .map_or_else(|| invalid(message(text)), |day| Ok(day.to_string().into())),
        ("date-time" | "date", ..) => invalid(message("")),
        ("ipv4" | "ipv6", Value::String(_), Some(text)) => characters(schema, format, &text),
        ("ipv4" | "ipv6", ..) => invalid(formats::ANY_ADDRESS),
        (_, _, Some(text)) => characters(schema, format, &text),
        (_, _, None) => {
            let pattern = || schema.pattern.as_ref().map(|_| PATTERN);
            let message = formats::violation(format, "").or_else(pattern);
            invalid(message.unwrap_or("Not a valid string."))
        }
    }
}

/// Checks a CharField.
fn characters(schema: &Schema, format: &str, text: &str) -> Validated {
    let text = python::strip(text);
    if text.is_empty() {
        return if schema.min_length.is_some_and(|n| n > 0) {
            invalid(BLANK)
        } else {
            Ok(text.into())
        };
    }
    let sent = marks::characters(text);
    let long = sent.len();
    let mut faults = Vec::new();
    if let Some(n) = schema.max_length.filter(|n| long > *n) {
        faults.push(format!(
            "Ensure this field has no more than {n} characters."
        ));
    }
    if let Some(n) = schema.min_length.filter(|n| long < *n) {
        faults.push(format!("Ensure this field has at least {n} characters."));
    }
    if sent.contains(&Ok('\0')) {
        faults.push("Null characters are not allowed.".into());
    }
    if let Some(unit) = sent.iter().find_map(|c| c.err()) {
        faults.push(format!("Surrogate characters are not allowed: U+{unit:X}."));
    }
    if let Some(message) = formats::violation(format, text) {
        faults.push(message.into());
    } else if schema.violates_pattern(text) {
        faults.push(PATTERN.into());
    }
    if faults.is_empty() {
        Ok(text.into())
    } else {
        Err(json!(faults))
    }
}

/// Reads an integer as DRF does: of `5.00` only the zeros are dropped.
pub fn integer(schema: &Schema, value: &Value) -> Validated {
    let text = match value {
        Value::String(text) if text.len() > 1000 => return invalid(LARGE),
        Value::String(text) => text.clone(),
        value => python::number(value).unwrap_or_default(),
    };
    let text = text.trim_end();
    let zeros = |rest: &str| rest.bytes().all(|b| b == b'0');
    let whole = text.rsplit_once('.').filter(|(_, rest)| zeros(rest));
    let Some(digits) = python::int(whole.map_or(text, |(whole, _)| whole)) else {
        return invalid("A valid integer is required.");
    };
    match digits.parse::<i64>() {
        Ok(n) => range(schema, n as f64, n.into()),
        // The numbers of a model have limits.
        Err(_) => match (schema.minimum, schema.maximum) {
            (Some(limit), _) if digits.starts_with('-') => below_minimum(limit),
            (_, Some(limit)) if !digits.starts_with('-') => above_maximum(limit),
            _ => Ok(marks::integer(&digits)),
        },
    }
}

pub fn float(schema: &Schema, value: &Value) -> Validated {
    let number = match value {
        Value::String(text) if text.len() > 1000 => return invalid(LARGE),
        Value::String(text) => python::finite(text),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        value => python::number(value).and_then(|n| python::finite(&n)),
    };
    match number.and_then(|n| Some((n, Number::from_f64(n)?))) {
        Some((n, _)) if value.is_number() => range(schema, n, value.clone()),
        Some((n, number)) => range(schema, n, number.into()),
        None => invalid("A valid number is required."),
    }
}

fn decimal(schema: &Schema, text: &str) -> Validated {
    if text.len() > 1000 {
        return invalid(LARGE);
    }
    match python::decimal(text) {
        Some(text) => range(schema, text.parse().unwrap_or_default(), text.into()),
        None => invalid("A valid number is required."),
    }
}

pub fn boolean(place: SchemaRef, value: Value) -> Validated {
    let word = match &value {
        Value::Bool(_) => return Ok(value),
        Value::String(text) => text.to_lowercase(),
        Value::Number(n) => match n.as_f64() {
            Some(0.0) => "0".into(),
            Some(1.0) => "1".into(),
            _ => "none".into(),
        },
        _ => "none".into(),
    };
    match word.as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Ok(true.into()),
        "false" | "f" | "0" | "no" | "n" | "off" => Ok(false.into()),
        "" | "null" if place.nullable => Ok(Value::Null),
        _ => invalid("Must be a valid boolean."),
    }
}

pub fn range(schema: &Schema, n: f64, value: Value) -> Validated {
    let (low, high) = schema.exclusive;
    match (schema.minimum, schema.maximum) {
        (Some(limit), _) if low && n <= limit => invalid(format!(
            "Ensure this value is greater than {}.",
            format_limit(limit)
        )),
        (_, Some(limit)) if high && n >= limit => invalid(format!(
            "Ensure this value is less than {}.",
            format_limit(limit)
        )),
        (Some(limit), _) if n < limit => below_minimum(limit),
        (_, Some(limit)) if n > limit => above_maximum(limit),
        _ => Ok(value),
    }
}

pub fn below_minimum(limit: f64) -> Validated {
    let limit = format_limit(limit);
    invalid(format!(
        "Ensure this value is greater than or equal to {limit}."
    ))
}

pub fn above_maximum(limit: f64) -> Validated {
    let limit = format_limit(limit);
    invalid(format!(
        "Ensure this value is less than or equal to {limit}."
    ))
}

/// Returns a limit; an integer with all its digits.
pub fn format_limit(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e19 {
        (n as i64).to_string()
    } else {
        n.to_string()
    }
}
