//! The second reading of a response: from its text, a value of another form than the document's where it has one plain meaning.
//!
//! drf-yasg documents what a serializer declares, and views send what they like: a number in a text, the text of a JSON value, one item where a list is
//! documented or a list of one where an object is, an empty text for what is not there. Nothing is guessed: what has no plain meaning stays an error.
//!
//! It reads pieces of the text, not a tree: every digit of a number is at hand, and what is no JSON (Python's `NaN`) spoils the piece that it stands in only.

use std::{borrow::Cow, cell::RefCell, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, Error as _, IgnoredAny, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

use crate::{
    codec::{digits, record},
    pagination::page,
};

/// As deep as serde_json reads.
const DEPTH: u8 = 128;
/// How many empty texts of a value may stand for nothing.
const EMPTY: usize = 256;
/// Names of newtypes that ask for the text of a value: as it stands, and of a number or text.
pub(crate) const RAW: &str = "$autopi::raw";
const DIGITS: &str = "$autopi::digits";

/// Why a value does not decode.
pub(crate) struct Fault {
    pub path: String,
    pub message: String,
}

/// Reads a response or an item: as it is documented, then leniently.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, false)
}

/// As [`read`], of what is documented as any JSON: a number that would change, and Python's `NaN` and `Infinity`, are texts in it.
pub(crate) fn read_any<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    read_with(text, true)
}

fn read_with<T: DeserializeOwned>(text: &[u8], any: bool) -> Result<T, Fault> {
    // UTF-8 is checked once for the whole text, not string by string: that is quicker.
    let quick = || match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(text),
    };
    record::expect_members(true);
    let again = || second(text, any, true, &RefCell::default());
    let value = match digits::any_lost(text) {
        false => page::strictly(quick).or_else(|_| again()),
        true => again(),
    };
    record::expect_members(false);
    value
}

/// Reads what is inside of a response leniently; what it finds out of empty texts is noted.
pub(crate) fn leniently<T: DeserializeOwned>(
    text: &[u8],
    empty: &RefCell<Vec<usize>>,
) -> Result<T, Fault> {
    second(text, false, false, empty)
}

fn second<T: DeserializeOwned>(
    text: &[u8],
    any: bool,
    whole: bool,
    empty: &RefCell<Vec<usize>>,
) -> Result<T, Fault> {
    loop {
        record::expect_members(whole);
        let before = empty.borrow().len();
        let fault = match serde_path_to_error::deserialize(Lenient::new(text, any, empty)) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        // An empty text was met that can't be what is wanted: is it wanted at all?
        let now = empty.borrow().len();
        if now == before || now > EMPTY {
            return Err(Fault {
                path: fault.path().to_string(),
                message: fault.inner().to_string(),
            });
        }
    }
}

/// The text of a value as it stands; where there is no text, as it would be written.
pub(crate) struct Raw(pub Vec<u8>);

/// As a value, whatever the text is: what is no JSON is one text, and nothing is null.
pub(crate) fn lossless(text: &[u8]) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    read_any(text).unwrap_or_else(|_| String::from_utf8_lossy(text).into())
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Raw;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bytes<E>(self, text: &[u8]) -> Result<Raw, E> {
                Ok(Raw(text.to_vec()))
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
                Value::deserialize(d).map(|value| Raw(value.to_string().into_bytes()))
            }
        }
        d.deserialize_newtype_struct(RAW, Text)
    }
}

/// Reads a text or a number, with every digit where there is a text of it.
pub(crate) fn with_digits<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    d: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    d.deserialize_newtype_struct(DIGITS, visitor)
}

/// The values of an object's members of this name.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let members = pieces(text, b'{').ok()?;
    let members = members.into_iter().filter_map(|m| split(m).ok());
    members.rev().find(|(key, _)| key == name).map(|m| m.1)
}

/// A text that is read as what is wanted, if that is plain.
#[derive(Clone, Copy)]
struct Lenient<'a> {
    text: &'a [u8],
    depth: u8,
    /// What no [`Value`] can hold is a text.
    any: bool,
    /// Where empty texts and lists stand that were not what was wanted.
    empty: &'a RefCell<Vec<usize>>,
}

impl<'a> Lenient<'a> {
    fn new(text: &'a [u8], any: bool, empty: &'a RefCell<Vec<usize>>) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self {
            text: text.trim_ascii(),
            depth: DEPTH,
            any,
            empty,
        }
    }

    fn inside(self, text: &'a [u8]) -> Self {
        Self {
            text: text.trim_ascii(),
            depth: self.depth - 1,
            ..self
        }
    }

    fn first(&self) -> u8 {
        self.text.first().copied().unwrap_or_default()
    }

    /// The text that a JSON string holds.
    fn string(&self) -> Option<String> {
        serde_json::from_slice(self.text)
            .ok()
            .filter(|_| self.first() == b'"')
    }

    /// A number as it is written, also one in a text.
    fn number(&self) -> Option<String> {
        let text = self
            .string()
            .or_else(|| String::from_utf8(self.text.to_vec()).ok())?;
        Some(text.trim().to_owned()).filter(|text| is_number(text))
    }

    /// A text, also the digits of a number and a boolean.
    fn plain(&self) -> Option<String> {
        match self.first() {
            b't' | b'f' => serde_json::from_slice::<bool>(self.text)
                .ok()
                .map(|b| b.to_string()),
            b'"' => self.string(),
            _ => self.number(),
        }
    }

    /// The beginning of the text, for a message.
    fn says(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.text.get(..60).unwrap_or(self.text))
    }

    /// Reads with `f` the JSON value that a text holds, else this one.
    fn parsed<T>(self, f: impl FnOnce(Lenient<'_>) -> T) -> T {
        match self.string().filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let inner = Lenient {
                    text: text.trim().as_bytes(),
                    depth: self.depth,
                    any: self.any,
                    empty: self.empty,
                };
                if matches!(inner.first(), b'[' | b'{') {
                    f(inner)
                } else {
                    f(self)
                }
            }
            None => f(self),
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let pieces = pieces(self.text, b'[').map_err(Error::custom)?;
        self.deeper()?;
        visitor.visit_seq(SeqDeserializer::new(
            pieces.into_iter().map(|p| self.inside(p)),
        ))
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let pieces = pieces(self.text, b'{').map_err(Error::custom)?;
        self.deeper()?;
        let members: Result<Vec<_>, _> = pieces.into_iter().map(split).collect();
        let members = members.map_err(Error::custom)?;
        let members = members
            .into_iter()
            .map(|(key, value)| (key, self.inside(value)));
        visitor.visit_map(MapDeserializer::new(members))
    }

    fn deeper(&self) -> Result<(), Error> {
        (self.depth > 0)
            .then_some(())
            .ok_or_else(|| Error::custom("nested too deeply"))
    }

    /// What a list of one number, text or boolean holds; else this one.
    fn only(self) -> Self {
        match pieces(self.text, b'[').as_deref() {
            Ok([one]) if !one.starts_with(b"[") && !one.starts_with(b"{") && self.depth > 0 => {
                self.inside(one)
            }
            _ => self,
        }
    }

    /// Notes where an empty text or list is not what is wanted.
    fn noting<T>(self, outcome: Result<T, Error>) -> Result<T, Error> {
        if outcome.is_err() && self.is_empty() && !self.is_noted() {
            self.empty.borrow_mut().push(self.text.as_ptr() as usize);
        }
        outcome
    }

    fn is_empty(&self) -> bool {
        matches!(self.text, b"\"\"" | b"[]")
    }

    fn is_noted(&self) -> bool {
        self.empty.borrow().contains(&(self.text.as_ptr() as usize))
    }
}

/// A JSON number, however long.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// An integer as it is written: also with zeros after the point, or an exponent.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: crate::Decimal = text.parse().ok()?;
        let whole = number.0.normalize();
        i64::try_from(whole.mantissa())
            .ok()
            .filter(|_| whole.scale() == 0)
    })
}

/// What stands between the brackets, cut at the commas.
fn pieces(text: &[u8], open: u8) -> Result<Vec<&[u8]>, &'static str> {
    let close = if open == b'[' { b']' } else { b'}' };
    if text.first() != Some(&open) {
        return Err("no list or object");
    }
    let (mut out, mut depth, mut start, mut at) = (Vec::new(), 0usize, 1, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at += string_end(&text[at..]).ok_or("a text does not end")?,
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 1 => {
                if *byte != close || at + 1 != text.len() {
                    return Err("no JSON: something stands behind its end");
                }
                let last = text[start..at].trim_ascii();
                if !(last.is_empty() && out.is_empty()) {
                    out.push(last);
                }
                return Ok(out);
            }
            b']' | b'}' => depth -= 1,
            b',' if depth == 1 => {
                out.push(text[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    Err("no JSON: it ends in the middle")
}

/// Where the JSON string at the start ends.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Name and value of a member.
fn split(member: &[u8]) -> Result<(String, &[u8]), &'static str> {
    let fault = "no JSON: a member without a name";
    let end = string_end(member)
        .filter(|_| member.first() == Some(&b'"'))
        .ok_or(fault)?;
    let name = serde_json::from_slice(&member[..=end]).map_err(|_| fault)?;
    let value = member[end + 1..]
        .trim_ascii_start()
        .strip_prefix(b":")
        .ok_or(fault)?;
    Ok((name, value.trim_ascii()))
}

impl<'a> IntoDeserializer<'_, Error> for Lenient<'a> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! wanted {
    ($whole:ident.$how:ident: $($method:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.noting(self.$whole().$how(visitor))
        }
    )*};
}

impl<'a> Lenient<'a> {
    /// As a boolean: also `"true"`, Python's `"True"`, and 1.
    fn as_bool<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self
            .plain()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            "1" if self.first() != b'"' => visitor.visit_bool(true),
            "0" if self.first() != b'"' => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn as_integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(text) = self.number() else {
            return self.deserialize_any(visitor);
        };
        match (integer(&text), text.parse::<u64>()) {
            (Some(n), _) => visitor.visit_i64(n),
            (_, Ok(n)) => visitor.visit_u64(n),
            _ => Err(Error::custom(format!(
                "`{}` is no integer of 64 bits",
                self.says()
            ))),
        }
    }

    /// As the nearest `f64`.
    fn as_float<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.number().map(|text| (text.parse::<f64>(), text)) {
            Some((Ok(n), text)) if n.is_finite() && (n != 0.0 || digits::is_kept(&text)) => {
                visitor.visit_f64(n)
            }
            Some((_, text)) => Err(Error::custom(format!(
                "`{text}` is beyond what a number of 64 bits reaches"
            ))),
            None => self.deserialize_any(visitor),
        }
    }

    fn as_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.plain() {
            Some(text) => visitor.visit_string(text),
            None => self.deserialize_any(visitor),
        }
    }

    /// As a list: also its one item, the JSON text of a list, and null or an empty text for none.
    fn as_list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.parsed(|value| match value.text {
            b"null" => value.with_text(b"[]").list(visitor),
            b"\"\"" if value.is_noted() => value.with_text(b"[]").list(visitor),
            b"\"\"" => value.deserialize_any(visitor),
            // In a list of booleans only: elsewhere `false` more likely stands for none.
            b"true" | b"false" => {
                let one = Value::Bool(value.text == b"true");
                visitor.visit_seq(SeqDeserializer::new(std::iter::once(one)))
            }
            text if text.starts_with(b"[") => value.list(visitor),
            _ => {
                value.deeper()?;
                let one = value.inside(value.text);
                visitor.visit_seq(SeqDeserializer::new(std::iter::once(one)))
            }
        })
    }

    fn whole(self) -> Self {
        self
    }

    /// As an object: also a list of one, and the JSON text of an object.
    fn as_object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.parsed(|value| match pieces(value.text, b'[').as_deref() {
            Ok([one]) if one.first() == Some(&b'{') && value.depth > 0 => {
                value.inside(one).object(visitor)
            }
            Ok(many) if many.len() > 1 => Err(Error::custom(format!(
                "a list of {} where one object is documented",
                many.len()
            ))),
            _ => value.deserialize_any(visitor),
        })
    }

    fn with_text(self, text: &'a [u8]) -> Self {
        Self { text, ..self }
    }
}

impl<'de> Deserializer<'de> for Lenient<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.first() {
            b'{' => self.object(visitor),
            b'[' => self.list(visitor),
            b'"' => match serde_json::from_slice(self.text) {
                Ok(text) => visitor.visit_string(text),
                Err(e) => Err(Error::custom(format!("no text: {e}"))),
            },
            _ => match (
                self.text,
                serde_json::from_slice::<serde_json::Number>(self.text),
            ) {
                (b"null", _) => visitor.visit_unit(),
                (b"true", _) => visitor.visit_bool(true),
                (b"false", _) => visitor.visit_bool(false),
                (text, Ok(n)) if std::str::from_utf8(text).is_ok_and(digits::is_kept) => {
                    match (n.as_u64(), n.as_i64(), n.as_f64()) {
                        (Some(n), ..) => visitor.visit_u64(n),
                        (_, Some(n), _) => visitor.visit_i64(n),
                        (.., n) => visitor.visit_f64(n.unwrap_or_default()),
                    }
                }
                (text, _)
                    if self.any
                        && (self.number().is_some()
                            || matches!(text, b"NaN" | b"Infinity" | b"-Infinity")) =>
                {
                    visitor.visit_string(String::from_utf8_lossy(text).into_owned())
                }
                _ if self.number().is_some() => Err(Error::custom(format!(
                    "`{}` has more digits than 64 bits hold, and is not changed",
                    self.says()
                ))),
                (b"", _) => Err(Error::custom("no JSON: no value stands here")),
                _ => Err(Error::custom(format!(
                    "no JSON: `{}`",
                    self.says().escape_debug()
                ))),
            },
        }
    }

    wanted!(only.as_bool: deserialize_bool);
    wanted!(only.as_integer: deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64);
    wanted!(only.as_integer: deserialize_u8, deserialize_u16, deserialize_u32, deserialize_u64);
    wanted!(only.as_float: deserialize_f32, deserialize_f64);
    wanted!(only.as_text: deserialize_str, deserialize_string);
    wanted!(whole.as_list: deserialize_seq);
    wanted!(whole.as_object: deserialize_map);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.text == b"null" || (self.is_empty() && self.is_noted()) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match name {
            RAW => visitor.visit_bytes(self.text),
            DIGITS => self.deserialize_str(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Map, json};

    use super::*;
    use crate::{Date, Decimal, Json, Timestamp, Uuid};

    fn all<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        read(text.as_bytes()).map_err(|fault| fault.message)
    }

    fn some<T: DeserializeOwned>(text: &str) -> Option<T> {
        all(text).ok()
    }

    #[test]
    fn what_has_a_plain_meaning_is_read() {
        assert_eq!(
            (
                some(r#""True""#),
                some("0"),
                some::<bool>(r#""yes""#),
                some::<bool>("2")
            ),
            (Some(true), Some(false), None, None)
        );
        assert_eq!(
            (
                some(r#""12""#),
                some("12.0"),
                some("1e3"),
                some::<i64>("12.5"),
                some::<i64>("true")
            ),
            (Some(12i64), Some(12), Some(1000), None, None)
        );
        assert_eq!(
            (some(r#"" 1.5""#), some::<f64>(r#""NaN""#)),
            (Some(1.5), None)
        );
        assert_eq!(some("4.50"), Some("4.50".to_owned()));
        assert_eq!(
            some(r#"{"a": "1"}"#),
            Some(vec![BTreeMap::from([("a".to_owned(), 1)])])
        );
        assert_eq!(
            (some(r#""[1,\"2\"]""#), some::<Vec<i64>>("null")),
            (Some(vec![1, 2]), Some(vec![]))
        );
        assert_eq!(
            (some("5"), some(r#""a,b""#), some(r#""""#), some("true")),
            (
                Some(vec![5i64]),
                Some(vec!["a,b".to_owned()]),
                Some(Vec::<f64>::new()),
                Some(vec![true])
            ),
            "one where several are documented"
        );
        assert_eq!(
            (
                some::<Vec<i64>>(r#""1,2""#),
                some::<Vec<String>>("false"),
                some::<Vec<i64>>("5.5")
            ),
            (None, None, None)
        );
        assert_eq!(
            (
                some(r#"["x"]"#),
                some("[5]"),
                some::<f64>("[1,2]"),
                some::<i64>("[[5]]")
            ),
            (Some("x".to_owned()), Some(5i64), None, None),
            "a list of one where one is documented"
        );
        for no_object in [r#""x""#, "5", "true", "[5]", r#""5""#] {
            assert_eq!(
                some::<BTreeMap<String, Value>>(no_object),
                None,
                "{no_object}"
            );
        }
        let low = BTreeMap::from([("low".to_owned(), 3)]);
        assert_eq!(some(r#""{\"low\": \"3\"}""#), Some(low.clone()));
        assert_eq!(
            some(r#"[{"low": 3}]"#),
            Some(low),
            "a list of one where one is documented"
        );
        let two = all::<BTreeMap<String, i64>>(r#"[{"low": 3}, {"low": 4}]"#);
        assert_eq!(
            two.unwrap_err(),
            "a list of 2 where one object is documented"
        );
        assert_eq!(
            (some("null"), some(r#""7""#)),
            (Some(None::<i64>), Some(Some(7i64)))
        );
        let any = json!({"a": ["1", null]});
        assert_eq!(some(&any.to_string()), Some(any), "any JSON stays as it is");
    }

    #[test]
    fn an_empty_text_is_nothing_where_it_can_be_nothing_else() {
        type Row = (
            Option<Timestamp>,
            Option<String>,
            Option<i64>,
            Option<Uuid>,
            Option<Date>,
        );
        let row: BTreeMap<String, Row> = some(r#"{"a": ["", "", "", "", ""]}"#).unwrap();
        assert_eq!(row["a"], (None, Some(String::new()), None, None, None));
        let map = some::<BTreeMap<String, Option<BTreeMap<String, i64>>>>(r#"{"a": [], "b": ""}"#)
            .unwrap();
        assert!(map.values().all(Option::is_none) && map.len() == 2);
        assert_eq!(some::<Option<Decimal>>(r#""""#), Some(None));
        assert_eq!(some::<i64>(r#""""#), None, "a number that must be there");
    }

    #[test]
    fn every_digit_is_kept_or_it_is_an_error() {
        let long = "89450100000000000123";
        assert_eq!(some(long), Some(long.to_owned()));
        assert_eq!(
            some::<Vec<String>>("[0.10000000000000000001]").unwrap(),
            ["0.10000000000000000001"]
        );
        let decimal: Decimal = some("12345678901234567890.12345678").unwrap();
        assert_eq!(decimal.to_string(), "12345678901234567890.12345678");
        assert_eq!(
            some::<f64>("0.10000000000000000001"),
            Some(0.1),
            "the nearest"
        );
        for text in [
            long,
            "0.10000000000000000001",
            "[1, {\"a\": -89450100000000000123}]",
            "1e400",
            "1e-400",
            "[0, 2.5E-324, 0.1, -1.5e-1000]",
        ] {
            let error = all::<Json>(text).unwrap_err();
            assert!(
                error.contains("digits") && all::<Value>(text).is_err(),
                "{error}"
            );
        }
        assert!(all::<Map<String, Value>>(r#"{"a": 89450100000000000123}"#).is_err());
        assert!(all::<i64>("18446744073709551615").is_err() && all::<i64>(long).is_err());
        assert!(all::<Decimal>("0.12345678901234567890123456789012").is_err());
        let any: Value =
            read_any(br#"{"a": [89450100000000000123, NaN, 1e400, 1.5], "b": {"c": -Infinity}}"#)
                .unwrap_or_default();
        assert_eq!(
            any,
            json!({"a": ["89450100000000000123", "NaN", "1e400", 1.5], "b": {"c": "-Infinity"}})
        );
        assert!(read_any::<Value>(br#"{"a": oops}"#).is_err());
        for beyond in [
            "1e400",
            "1e-400",
            "-1E-400",
            "\"1e-400\"",
            &format!("0.{}1", "0".repeat(400)),
        ] {
            assert!(
                all::<f64>(beyond).unwrap_err().contains("64 bits"),
                "{beyond}"
            );
            assert!(all::<Decimal>(beyond).is_err() && all::<i64>(beyond).is_err());
        }
        assert_eq!((some("0e-400"), some("5e-324")), (Some(0.0), Some(5e-324)));
        assert_eq!(some::<u64>("18446744073709551615"), Some(u64::MAX));
        let exact: f64 = 55.123_456_789_012_34;
        assert_eq!(
            some::<Json>(&format!("{exact}")).unwrap().as_f64(),
            Some(exact)
        );
    }

    #[test]
    fn what_is_no_json_spoils_only_what_it_stands_in() {
        let text =
            r#"[{"a": NaN, "x": "[{"}, {"a": 1}, {"a": -Infinity}, oops, {"a" 1}, {"a": 2]]"#;
        let items: Vec<Raw> = some(text).unwrap();
        let read: Vec<Option<BTreeMap<String, Value>>> =
            items.iter().map(|i| super::read(&i.0).ok()).collect();
        assert_eq!(read.iter().filter(|r| r.is_some()).count(), 1);
        assert_eq!(read[1].as_ref().unwrap()["a"], 1);
        for broken in ["", "[1", "[1]]", "[", "{\"a\": \"", "<html>", "[\"", "nul"] {
            assert!(all::<Value>(broken).is_err(), "{broken}");
        }
        let lossless = |text: &str| super::lossless(text.as_bytes());
        assert_eq!(
            lossless(
                r#"{"a": [NaN, -Infinity, 89450100000000000123, "x", 1.5], "b": {"c": null}}"#
            ),
            json!({"a": ["NaN", "-Infinity", "89450100000000000123", "x", 1.5], "b": {"c": null}})
        );
        for text in [
            "pong",
            "[1, oops, NaN]",
            "[NaN",
            "[1,,NaN]",
            "{\"a\" NaN}",
            "<html>",
        ] {
            assert_eq!(lossless(text), json!(text), "no JSON is one text");
        }
        assert!(lossless(&"[".repeat(100_000)).is_string());
        assert!(all::<Value>(&"[".repeat(100_000)).is_err());
        let deep = format!("[NaN,{}{}]", "[".repeat(200), "]".repeat(200));
        assert!(all::<Vec<Value>>(&deep).is_err());
        assert_eq!(
            some::<BTreeMap<String, i64>>("\u{feff}{\"a\": \"1\"}").unwrap()["a"],
            1
        );
    }
}
