//! Reads any JSON, member by member. serde_json's own reader takes members with the names of its
//! features (`raw_value`, which axum enables, and `arbitrary_precision`) for marks, and changes or
//! refuses them. The sandbox compiles this file too.

use std::{fmt, sync::LazyLock};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

pub struct Any(pub Value);

/// Stands for a number, as the only member of an object, if `arbitrary_precision` is enabled.
const NUMBER: &str = "$serde_json::private::Number";

static NUMBERS_ARE_MARKED: LazyLock<bool> =
    LazyLock::new(|| serde_json::from_str::<Number>("1e400").is_ok());

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

/// The members that a map is made for.
const FEW: usize = 4;

macro_rules! as_it_is {
    ($($name:ident($ty:ty)),*) => {$(
        fn $name<E>(self, value: $ty) -> Result<Value, E> {
            Ok(value.into())
        }
    )*};
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    as_it_is! {
        visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str),
        visit_string(String)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Any(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key()? {
            // The first table of a map that grows would be freed in the middle of the heap.
            if map.is_empty() {
                map = Map::with_capacity(FEW);
            }
            map.insert(name, members.next_value::<Any>()?.0);
        }
        let may_be_number = map.len() == 1 && *NUMBERS_ARE_MARKED;
        let digits = may_be_number.then(|| map.get(NUMBER)).flatten();
        let number = digits.and_then(|digits| digits.as_str()?.parse().ok());
        Ok(number.map_or_else(|| map.into(), Value::Number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_with_the_names_of_marks_are_members() {
        for text in [
            r#"{"$serde_json::private::RawValue":"[5]"}"#,
            r#"{"$serde_json::private::RawValue":[{"$serde_json::private::Number":"5"}]}"#,
            r#"[null,true,-1,18446744073709551615,0.5,"a",{"b":{}},[]]"#,
        ] {
            assert_eq!(
                serde_json::from_str::<Any>(text).unwrap().0.to_string(),
                text
            );
        }
        assert!(serde_json::from_str::<Any>("{").is_err());
    }

    #[test]
    fn an_object_of_any_size_keeps_its_members_and_the_last_of_two_counts() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 5 * FEW] {
            let members: Vec<_> = (0..count).map(|n| format!(r#""m{n}":[{n}]"#)).collect();
            let text = format!("{{{}}}", members.join(","));
            let read = |text: &str| serde_json::from_str::<Any>(text).unwrap().0;
            assert_eq!(read(&text).to_string(), text);
            if count > 0 {
                let twice = text.replace('}', r#","m0":"last"}"#);
                assert_eq!(read(&twice)["m0"], "last");
                assert_eq!(read(&twice).as_object().unwrap().len(), count);
            }
        }
    }
}
