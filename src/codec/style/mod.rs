//! Writes lists and objects into a query, a form, a path or a header, by OpenAPI's `style` and
//! `explode`, which are expansions of RFC 6570.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// OpenAPI's `style`, or `Json` for a parameter that has a `content` instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Pipe,
    Deep,
    Json,
}

/// The part of a request that a parameter is in. A form is written as a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// The way a parameter is written.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    pub place: Place,
    pub style: Style,
    pub explode: bool,
    /// `allowReserved`.
    pub reserved: bool,
}

/// Characters that are never encoded: RFC 3986's `unreserved`.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Characters that are not encoded with `allowReserved`: also reserved ones that cannot be taken
/// for the end of the value.
const RESERVED: &AsciiSet = &STRICT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

impl Format {
    /// Returns the parameter as it is written into the URL or the header; `None` for a null, an
    /// empty list or an empty object, which are not sent.
    ///
    /// # Errors
    /// Returns an error if the value cannot be written in this style.
    pub fn write(&self, name: &str, value: &Value) -> Result<Option<String>, String> {
        let name = utf8_percent_encode(name, STRICT).to_string();
        let named = self.place == Place::Query;
        let with_name = |value: String| {
            if named {
                format!("{name}={value}")
            } else {
                value
            }
        };
        if self.style == Style::Json {
            return Ok(Some(with_name(self.encode(&value.to_string(), false)?)));
        }
        if let (Style::Deep, Value::Object(_)) = (self.style, value) {
            let mut pairs = Vec::new();
            self.deep(&name, value, &mut pairs)?;
            return Ok((!pairs.is_empty()).then(|| pairs.join("&")));
        }
        let repeats = self.explode || self.style == Style::Deep;
        let joined = !repeats || matches!(self.style, Style::Simple | Style::Label);
        let parts = match value {
            Value::Null => return Ok(None),
            Value::Array(items) => self.texts(items.iter(), joined)?,
            Value::Object(map) => {
                let members = || map.iter().filter(|(_, v)| !v.is_null());
                let keys = members().map(|(k, _)| self.encode(k, joined));
                let values = self.texts(members().map(|(_, v)| v), joined)?;
                let joined = keys.zip(values).map(|(k, v)| Ok((k?, v)));
                let pairs = joined.collect::<Result<Vec<_>, String>>()?;
                return Ok((!pairs.is_empty()).then(|| self.object(&name, pairs)));
            }
            scalar => {
                let text = self.text(scalar, false)?;
                return Ok(Some(match self.style {
                    Style::Label => format!(".{text}"),
                    Style::Matrix if text.is_empty() => format!(";{name}"),
                    Style::Matrix => format!(";{name}={text}"),
                    _ => with_name(text),
                }));
            }
        };
        if parts.is_empty() {
            return Ok(None);
        }
        let each = |start: &str| {
            parts
                .iter()
                .map(|p| format!("{start}{name}={p}"))
                .collect::<Vec<_>>()
        };
        Ok(Some(match self.style {
            Style::Label if self.explode => format!(".{}", parts.join(".")),
            Style::Label => format!(".{}", parts.join(",")),
            Style::Matrix if self.explode => each(";").concat(),
            Style::Matrix => format!(";{name}={}", parts.join(",")),
            _ if named && repeats => each("").join("&"),
            _ => with_name(parts.join(self.separator())),
        }))
    }

    fn object(&self, name: &str, pairs: Vec<(String, String)>) -> String {
        let exploded: Vec<_> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let flat: Vec<_> = pairs.into_iter().flat_map(|(k, v)| [k, v]).collect();
        match (self.style, self.explode) {
            (Style::Label, true) => format!(".{}", exploded.join(".")),
            (Style::Label, false) => format!(".{}", flat.join(",")),
            (Style::Matrix, true) => format!(";{}", exploded.join(";")),
            (Style::Matrix, false) => format!(";{name}={}", flat.join(",")),
            (Style::Simple, true) => exploded.join(","),
            (Style::Simple, false) => flat.join(","),
            (_, true) => exploded.join("&"),
            _ => format!("{name}={}", flat.join(self.separator())),
        }
    }

    /// Writes `a[b][c]=1`; a list inside repeats its name.
    fn deep(&self, name: &str, value: &Value, out: &mut Vec<String>) -> Result<(), String> {
        match value {
            Value::Null => {}
            Value::Object(map) => {
                for (key, value) in map {
                    let key = utf8_percent_encode(key, STRICT);
                    self.deep(&format!("{name}%5B{key}%5D"), value, out)?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    out.push(format!("{name}={}", self.text(item, false)?));
                }
            }
            scalar => out.push(format!("{name}={}", self.text(scalar, false)?)),
        }
        Ok(())
    }

    fn separator(&self) -> &'static str {
        match self.style {
            Style::Space => "%20",
            Style::Pipe => "%7C",
            _ => ",",
        }
    }

    fn texts<'v>(
        &self,
        values: impl Iterator<Item = &'v Value>,
        joined: bool,
    ) -> Result<Vec<String>, String> {
        values
            .filter(|v| !v.is_null())
            .map(|v| self.text(v, joined))
            .collect()
    }

    fn text(&self, value: &Value, joined: bool) -> Result<String, String> {
        match value {
            Value::String(text) => self.encode(text, joined),
            Value::Array(_) | Value::Object(_) => Err(format!(
                "contains a list or an object inside another, which the style {:?} cannot express",
                self.style
            )),
            other => self.encode(&other.to_string(), joined),
        }
    }

    /// Returns the separator that a reader cannot tell from the same character in an item: it is
    /// written alike, encoded or not.
    fn ambiguous(&self) -> Option<(char, &'static str)> {
        match (self.place, self.style) {
            (Place::Header, _) => Some((',', "a comma")),
            (_, Style::Space) => Some((' ', "a space")),
            (_, Style::Pipe) => Some(('|', "`|`")),
            (_, Style::Label) if self.explode => Some(('.', "a dot")),
            _ => None,
        }
    }

    /// Encodes a text. `joined` says that it is part of a list, so that a separator in it must be
    /// encoded too.
    fn encode(&self, text: &str, joined: bool) -> Result<String, String> {
        let between = self
            .ambiguous()
            .filter(|(c, _)| joined && text.contains(*c));
        if let Some((_, what)) = between {
            return Err(format!(
                "an item can't hold {what}, which separates the items here"
            ));
        }
        let set = match self.place {
            Place::Header if self.style == Style::Json => return Ok(ascii(text)),
            Place::Header => return Ok(text.to_owned()),
            _ if self.reserved && !joined => RESERVED,
            _ => STRICT,
        };
        Ok(utf8_percent_encode(text, set).to_string())
    }
}

/// Returns JSON with escapes for what a header cannot hold.
fn ascii(json: &str) -> String {
    let escaped = |c: char| -> String {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    };
    let shown = json.chars().map(|c| match c {
        ' '..='~' => c.to_string(),
        other => escaped(other),
    });
    shown.collect()
}

#[cfg(test)]
mod tests;
