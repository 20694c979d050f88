//! The members of a body in the help of an operation.

use std::fmt::Write;

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{help, operation::values};
use crate::{
    index::{Index, alternatives, is_read_only, required, type_name},
    output::line,
};

/// The limits of depth and number for the members that are shown.
const LEVELS: usize = 2;
const MEMBERS: usize = 400;

/// Writes the members of a body, one line each.
pub fn write(index: &Index, schema: &Value, text: &mut String) {
    level(index, schema, 1, &mut { MEMBERS }, text);
}

fn level(index: &Index, schema: &Value, deep: usize, left: &mut usize, text: &mut String) {
    let schema = index.resolved(schema);
    let required = required(&schema);
    let is_required = |name: &str| required.contains(&name);
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties.filter(|p| !p.is_empty()) else {
        let mut named = alternatives(&schema).filter(|_| deep < LEVELS).peekable();
        if named.peek().is_some() {
            for (name, of) in named {
                let _ = writeln!(text, "{}as {}:", "  ".repeat(deep), line(name));
                level(index, of, deep + 1, left, text);
            }
            return;
        }
        let _ = writeln!(
            text,
            "{}any {}",
            "  ".repeat(deep),
            type_name(index, &schema)
        );
        return;
    };
    let longest = properties
        .keys()
        .map(|n| line(n).width())
        .max()
        .unwrap_or(0);
    for (name, of) in properties {
        if is_read_only(of) {
            continue;
        }
        if *left == 0 {
            let _ = writeln!(text, "{}…", "  ".repeat(deep));
            return;
        }
        *left -= 1;
        let known = index.resolved(of);
        let mut about = type_name(index, &known);
        if is_required(name) {
            about.push_str(", required");
        }
        if known.get("nullable") == Some(&Value::Bool(true)) {
            about.push_str(", may be null");
        }
        let values = values(index, &known);
        if !values.is_empty() {
            let _ = write!(about, ": {}", values.join(", "));
        }
        let description = known
            .get("description")
            .or(of.get("description"))
            .and_then(Value::as_str);
        if let Some(description) = description.filter(|d| !d.trim().is_empty()) {
            let _ = write!(about, ". {}", help::sentence(description));
        }
        let name = line(name);
        let gap = " ".repeat(longest.saturating_sub(name.width()));
        let _ = writeln!(text, "{}{name}{gap}  {about}", "  ".repeat(deep));
        if deep < LEVELS {
            let items = known.get("items").map(|i| index.resolved(i));
            let inner = items.as_deref().unwrap_or(&known);
            if inner
                .get("properties")
                .and_then(Value::as_object)
                .is_some_and(|p| !p.is_empty())
            {
                level(index, inner, deep + 1, left, text);
            }
        }
    }
}
