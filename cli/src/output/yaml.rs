//! Writes JSON values as YAML 1.2: strings are plain if they cannot be read as anything else, and
//! quoted as in JSON otherwise.

use std::fmt::Write;

use serde_json::Value;

use super::escape;

/// Writes a value at an indentation depth; the first line is not indented.
pub fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                indent(i > 0, depth, out);
                out.push_str("- ");
                write(item, depth + 1, out);
            }
        }
        Value::Object(map) if !map.is_empty() => {
            for (i, (key, value)) in map.iter().enumerate() {
                indent(i > 0, depth, out);
                out.push_str(&scalar(key));
                out.push(':');
                let nested = match value {
                    Value::Array(items) => !items.is_empty(),
                    Value::Object(map) => !map.is_empty(),
                    _ => false,
                };
                if nested {
                    out.push('\n');
                    indent(true, depth + 1, out);
                } else {
                    out.push(' ');
                }
                write(value, depth + 1, out);
            }
        }
        Value::String(text) => {
            let _ = writeln!(out, "{}", scalar(text));
        }
        other => {
            let text = other.to_string();
            // Readers of YAML 1.1 take `1e-7` for a text, but not `1.0e-7`.
            let _ = match text.split_once('e') {
                Some((digits, power)) if other.is_number() && !digits.contains('.') => {
                    writeln!(out, "{digits}.0e{power}")
                }
                _ => writeln!(out, "{text}"),
            };
        }
    }
}

fn indent(wanted: bool, depth: usize, out: &mut String) {
    if wanted {
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

/// Returns a string, plain only if it cannot be read as a number, a boolean, a date or an
/// indicator.
fn scalar(text: &str) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let mut chars = text.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@'))
        && !words.contains(&text.to_ascii_lowercase().as_str());
    match plain {
        true => text.to_owned(),
        false => escape::json(&Value::from(text).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_numbers_are_numbers_in_yaml_1_1_too() {
        for (value, written) in [
            (json!(1e22), "1.0e+22"),
            (json!(-1e-7), "-1.0e-7"),
            (json!(1.5e300), "1.5e+300"),
            (json!(7), "7"),
            (json!(false), "false"),
        ] {
            let mut text = String::new();
            write(&value, 0, &mut text);
            assert_eq!(text.trim_end(), written);
        }
    }

    /// Read by another implementation.
    #[test]
    fn yaml_output_parses_to_the_same_values() {
        let texts = "a|Truck 7|true|No|y|null|~|1|1.0|1e3|0x1f|.5|-|- a|a: b|a \
                     #b|#|'|\"|\\|2026-01-31|08:30|@|%|!x|&a|*a|{|[|,|?|:| a|a \
                     |\t|\n|a\nb|é|\u{1b}|\u{202e}|\u{85}|=|<<|NaN|.inf|on";
        let texts: Vec<&str> = texts.split('|').chain(["", "|", "|\n"]).collect();
        let keys: serde_json::Map<_, _> =
            texts.iter().map(|t| ((*t).to_owned(), json!(t))).collect();
        for value in [
            json!(texts),
            json!(keys),
            json!({"a": [], "b": {}, "c": [[1, [2, {"d": [3]}]], {"e": null}], "f": [{"g": 1, "h": [{}]}], "i": -0.5}),
            json!([[[1]], [], {}]),
            json!("a"),
            json!(null),
        ] {
            let mut text = String::new();
            write(&value, 0, &mut text);
            let read: Value =
                yaml_serde::from_str(&text).unwrap_or_else(|e| panic!("{e}:\n{text}"));
            assert_eq!(read, value, "{text}");
        }
    }
}
