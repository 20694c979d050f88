//! Errors that name their field.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What errors in lists, or below other members, name their field by, the best first, and from how
/// many steps on the first one may be a part of the request: `["body", "name"]`.
const PLACES: [(&str, usize); 16] = [
    ("loc", 1),              // FastAPI, Django Ninja, pydantic
    ("pointer", NEVER),      // RFC 9457
    ("source", NEVER),       // JSON:API
    ("instancePath", 2),     // Ajv
    ("field", NEVER),        // Spring, Bean Validation, GitHub, Google, Kubernetes
    ("propertyPath", NEVER), // Symfony
    ("propertyName", NEVER), // FluentValidation
    ("path", 2),             // Zod, Joi, express-validator, express-openapi-validator
    ("attr", NEVER),         // drf-standardized-errors
    ("param", NEVER),        // Stripe
    ("property", NEVER),     // class-validator
    ("key", NEVER),          // Litestar
    ("target", NEVER),       // Azure
    ("location", 1),         // huma
    ("parameter", NEVER),
    ("name", NEVER), // `invalid-params` of RFC 7807, with `reason`
];

/// The first step never is.
pub(super) const NEVER: usize = usize::MAX;

/// What they name their text by, the best first.
const TEXTS: [&str; 10] = [
    "defaultMessage",
    "msg",
    "message",
    "errorMessage",
    "detail",
    "reason",
    "description",
    "title",
    "code",
    "type",
];

/// The parts of a request.
pub(super) const PARTS: [&str; 11] = [
    "body", "query", "path", "header", "headers", "cookie", "cookies", "form", "files", "json",
    "params",
];

/// Returns the field that an error names, and its text.
pub(super) fn entry(of: &Map<String, Value>) -> Option<(Option<String>, &str)> {
    let said = |name: &&str| {
        of.get(*name)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    let text = TEXTS.iter().find_map(said)?;
    let is_place = |name: &str, value: &Value| match name {
        "source" => value.is_object(),
        "name" => of.contains_key("reason"),
        _ => true,
    };
    let place = PLACES.iter().find_map(|(name, parts_from)| {
        let value = of.get(*name).filter(|value| is_place(name, value))?;
        path(value, *parts_from)
    });
    Some((place, text))
}

/// Returns the path of a field, `points[2].name`, from a list of steps, a JSON pointer, a path with
/// dots, or an object that has one of them.
pub(super) fn path(place: &Value, parts_from: usize) -> Option<String> {
    let index = |step: &str| match step.bytes().all(|b| b.is_ascii_digit()) && !step.is_empty() {
        true => format!("[{step}]"),
        false => step.to_owned(),
    };
    let steps: Vec<String> = match place {
        Value::Array(steps) => {
            let step = |step: &Value| match step {
                Value::String(name) => Some(name.clone()),
                Value::Number(at) => Some(format!("[{at}]")),
                _ => None,
            };
            steps.iter().map(step).collect::<Option<_>>()?
        }
        Value::Object(of) => {
            let mut names = ["pointer", "parameter", "header"].iter();
            return names.find_map(|name| path(of.get(*name)?, NEVER));
        }
        Value::String(text) => match text.strip_prefix('#').unwrap_or(text).split_once('/') {
            Some(("", pointer)) => {
                let steps = pointer.split('/').map(|step| {
                    let step = percent_decode_str(step).decode_utf8_lossy();
                    index(&step.replace("~1", "/").replace("~0", "~"))
                });
                steps.collect()
            }
            _ => {
                let text = text.strip_prefix('$').unwrap_or(text);
                let mut steps = text.trim_start_matches('.').split('.').map(str::to_owned);
                let first = steps.next();
                first
                    .into_iter()
                    .chain(steps.map(|step| index(&step)))
                    .collect()
            }
        },
        _ => return None,
    };
    let is_part = |step: &String| steps.len() >= parts_from && PARTS.contains(&&**step);
    let skipped = usize::from(steps.first().is_some_and(is_part));
    let mut out = String::new();
    for step in steps.iter().skip(skipped) {
        if !out.is_empty() && !step.starts_with('[') {
            out.push('.');
        }
        out.push_str(step);
    }
    Some(out)
}
