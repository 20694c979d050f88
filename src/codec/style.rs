//! How a list or an object is written into a query, a path or a header: OpenAPI's `style` and `explode`, which are RFC 6570's expansions.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// OpenAPI's `style`; `Json` for a parameter that has a `content` instead.
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

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// How a parameter is written.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    pub place: Place,
    pub style: Style,
    pub explode: bool,
    /// `allowReserved`.
    pub reserved: bool,
}

/// RFC 3986's `unreserved`.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// With what is reserved and can't be taken for the end of the value.
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
    /// The parameter as it stands in the URL or the header; `None` if there is nothing to send: a null, an empty list, an empty object.
    ///
    /// # Errors
    /// What this style cannot say.
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
        let joined = !repeats || self.style == Style::Simple;
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

    /// `a[b][c]=1`; a list in it repeats its name.
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
                "holds a list or an object inside another, which the style {:?} cannot say",
                self.style
            )),
            other => self.encode(&other.to_string(), joined),
        }
    }

    /// `joined`: a separator in the text would part it in two.
    fn encode(&self, text: &str, joined: bool) -> Result<String, String> {
        let set = match self.place {
            Place::Header if joined && text.contains(',') => {
                return Err("an item of a list in a header can't hold a comma".into());
            }
            Place::Header => return Ok(text.to_owned()),
            _ if self.reserved && !joined => RESERVED,
            _ => STRICT,
        };
        Ok(utf8_percent_encode(text, set).to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(place: Place, style: Style, explode: bool, value: &Value) -> Option<String> {
        let format = Format {
            place,
            style,
            explode,
            reserved: false,
        };
        format.write("color", value).unwrap()
    }

    /// The table "Style Examples" of OpenAPI 3.0.4 and 3.1.1; 3.0.3 has it with two slips (labels).
    #[test]
    fn the_table_of_the_specification() {
        use Place::{Path, Query};
        use Style::{Deep, Form, Label, Matrix, Pipe, Simple, Space};
        let array = json!(["blue", "black", "brown"]);
        let object = json!({"R": 100, "G": 200, "B": 150});
        for (place, style, explode, empty, string, list, map) in [
            (
                Path,
                Matrix,
                false,
                ";color",
                ";color=blue",
                ";color=blue,black,brown",
                ";color=R,100,G,200,B,150",
            ),
            (
                Path,
                Matrix,
                true,
                ";color",
                ";color=blue",
                ";color=blue;color=black;color=brown",
                ";R=100;G=200;B=150",
            ),
            (
                Path,
                Label,
                false,
                ".",
                ".blue",
                ".blue,black,brown",
                ".R,100,G,200,B,150",
            ),
            (
                Path,
                Label,
                true,
                ".",
                ".blue",
                ".blue.black.brown",
                ".R=100.G=200.B=150",
            ),
            (
                Path,
                Simple,
                false,
                "",
                "blue",
                "blue,black,brown",
                "R,100,G,200,B,150",
            ),
            (
                Path,
                Simple,
                true,
                "",
                "blue",
                "blue,black,brown",
                "R=100,G=200,B=150",
            ),
            (
                Query,
                Form,
                false,
                "color=",
                "color=blue",
                "color=blue,black,brown",
                "color=R,100,G,200,B,150",
            ),
            (
                Query,
                Form,
                true,
                "color=",
                "color=blue",
                "color=blue&color=black&color=brown",
                "R=100&G=200&B=150",
            ),
            (
                Query,
                Space,
                false,
                "color=",
                "color=blue",
                "color=blue%20black%20brown",
                "color=R%20100%20G%20200%20B%20150",
            ),
            (
                Query,
                Pipe,
                false,
                "color=",
                "color=blue",
                "color=blue%7Cblack%7Cbrown",
                "color=R%7C100%7CG%7C200%7CB%7C150",
            ),
            (
                Query,
                Deep,
                true,
                "color=",
                "color=blue",
                "color=blue&color=black&color=brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
            ),
        ] {
            let written = |value: &Value| written(place, style, explode, value);
            let what = format!("{place:?} {style:?} {explode}");
            assert_eq!(written(&json!("")).as_deref(), Some(empty), "{what}");
            assert_eq!(written(&json!("blue")).as_deref(), Some(string), "{what}");
            assert_eq!(written(&array).as_deref(), Some(list), "{what}");
            assert_eq!(written(&object).as_deref(), Some(map), "{what}");
            for nothing in [
                json!(null),
                json!([]),
                json!({}),
                json!([null]),
                json!({"R": null}),
            ] {
                assert_eq!(written(&nothing), None, "{what} {nothing}");
            }
        }
    }

    #[test]
    fn a_separator_inside_a_value_does_not_part_it() {
        let list = json!(["a,b", "c d", "e|f&g=h;i.j", "ü%"]);
        assert_eq!(
            written(Place::Query, Style::Form, false, &list).unwrap(),
            "color=a%2Cb,c%20d,e%7Cf%26g%3Dh%3Bi.j,%C3%BC%25"
        );
        assert_eq!(
            written(Place::Path, Style::Simple, false, &json!(["a,b", "c/d"])).unwrap(),
            "a%2Cb,c%2Fd"
        );
        let header = Format {
            place: Place::Header,
            style: Style::Simple,
            explode: false,
            reserved: false,
        };
        assert_eq!(
            header.write("X", &json!(["a b", 1])).unwrap().unwrap(),
            "a b,1"
        );
        for explode in [true, false] {
            let header = Format { explode, ..header };
            assert!(header.write("X", &json!(["a,b"])).is_err());
        }
    }

    #[test]
    fn deep_objects_and_json_hold_objects_in_objects_and_the_others_refuse_them() {
        let nested = json!({"a": {"b c": [1, 2], "d": {"e": true}}, "f": null});
        assert_eq!(
            written(Place::Query, Style::Deep, true, &nested).unwrap(),
            "color%5Ba%5D%5Bb%20c%5D=1&color%5Ba%5D%5Bb%20c%5D=2&color%5Ba%5D%5Bd%5D%5Be%5D=true"
        );
        assert_eq!(
            written(Place::Query, Style::Json, true, &json!({"a": [1]})).unwrap(),
            "color=%7B%22a%22%3A%5B1%5D%7D"
        );
        for style in [
            Style::Form,
            Style::Space,
            Style::Pipe,
            Style::Simple,
            Style::Label,
            Style::Matrix,
        ] {
            for explode in [true, false] {
                let format = Format {
                    place: Place::Query,
                    style,
                    explode,
                    reserved: false,
                };
                assert!(format.write("x", &nested).is_err(), "{format:?}");
                assert!(format.write("x", &json!([[1]])).is_err(), "{format:?}");
            }
        }
    }

    #[test]
    fn reserved_characters_stay_where_the_document_allows_them() {
        let format = Format {
            place: Place::Query,
            style: Style::Form,
            explode: true,
            reserved: true,
        };
        assert_eq!(
            format
                .write("x", &json!("a/b?c:d@e,f&g#h+i"))
                .unwrap()
                .unwrap(),
            "x=a/b?c:d@e,f%26g%23h%2Bi"
        );
        let joined = Format {
            explode: false,
            ..format
        };
        assert_eq!(
            joined.write("x", &json!(["a/b", "c,d"])).unwrap().unwrap(),
            "x=a%2Fb,c%2Cd"
        );
    }
}
