//! The tags of the alternatives of a union.

use serde_json::Value;

/// A value of the tag, which tells the alternative.
#[derive(Clone, Copy, Debug)]
pub enum Tag {
    Text(&'static str),
    Integer(i64),
    Boolean(bool),
}

impl Tag {
    pub(super) fn is(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Integer(n) => value.as_i64() == Some(n),
            Self::Boolean(b) => value.as_bool() == Some(b),
        }
    }

    /// Returns whether a value of another type is meant: a number or a boolean in a text, or a text
    /// as a number.
    pub(super) fn means(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Integer(n), Value::Number(value)) => value.as_f64() == Some(n as f64),
            (Self::Integer(n), Value::String(text)) => text.trim().parse() == Ok(n),
            (Self::Boolean(b), Value::String(text)) => {
                text.trim()
                    .eq_ignore_ascii_case(if b { "true" } else { "false" })
            }
            (Self::Text(text), Value::Number(_) | Value::Bool(_)) => {
                text.parse().is_ok_and(|meant: Value| meant == *value)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tag_of_another_type_is_meant_where_nothing_else_can_be() {
        for (tag, value, means) in [
            (Tag::Integer(1), json!("1"), true),
            (Tag::Integer(1), json!(1.0), true),
            (Tag::Integer(1), json!("1.5"), false),
            (Tag::Integer(1), json!(true), false),
            (Tag::Boolean(true), json!("True"), true),
            (Tag::Boolean(true), json!(1), false),
            (Tag::Text("1"), json!(1), true),
            (Tag::Text("true"), json!(true), true),
            (Tag::Text("cat"), json!("Cat"), false),
            (Tag::Text("cat"), json!(["cat"]), false),
            (Tag::Text("null"), Value::Null, false),
        ] {
            assert_eq!(tag.means(&value), means, "{tag:?} {value}");
        }
    }
}
