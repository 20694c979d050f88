//! Rows as tables: one column for each member; the columns of nested objects have names with dots.

use std::{collections::HashMap, path::Path};

use serde_json::Value;

use super::rows;
use crate::{Failure, Result};

/// With more columns than this, nested objects become columns of JSON: a server that names members
/// at will would otherwise make a column of each.
const MOST: usize = 1000;

/// The type of the values in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Nothing,
    Boolean,
    Integer,
    Number,
    /// A time: RFC 3339 in UTC.
    Time,
    Text,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// The columns of all rows.
#[derive(Debug)]
pub struct Columns {
    pub all: Vec<Column>,
    places: HashMap<String, usize>,
    deep: bool,
}

impl Columns {
    /// Returns the columns of all rows, in the order of their first appearance; without rows, the
    /// `known` ones.
    ///
    /// # Errors
    /// Returns an error if the rows cannot be read, or have too many members for a table.
    pub fn of(path: &Path, known: &[Column]) -> Result<Self> {
        let mut deep = Self::learned(path, true)?;
        if deep.all.is_empty() {
            deep.all = known.to_vec();
        }
        if deep.all.len() <= MOST {
            return Ok(deep);
        }
        let plain = Self::learned(path, false)?;
        if plain.all.len() > MOST {
            return Err(
                Failure::failed("the rows have too many members for a table")
                    .hint("--format ndjson has them all"),
            );
        }
        Ok(plain)
    }

    fn learned(path: &Path, deep: bool) -> Result<Self> {
        let mut columns = Self {
            all: Vec::new(),
            places: HashMap::new(),
            deep,
        };
        for row in rows(path)? {
            columns.learn(&row?);
            if columns.all.len() > MOST {
                break;
            }
        }
        Ok(columns)
    }

    fn learn(&mut self, row: &Value) {
        let (all, places) = (&mut self.all, &mut self.places);
        flatten(row, self.deep, &mut |name, value| {
            let kind = kind(value);
            match places.get(name).and_then(|at| all.get_mut(*at)) {
                Some(column) => column.kind = wider(column.kind, kind),
                None => {
                    places.insert(name.to_owned(), all.len());
                    let name = name.to_owned();
                    all.push(Column { name, kind });
                }
            }
        });
    }

    /// Returns the cells of a row in the order of the columns; missing ones are null.
    pub fn cells(&self, row: &Value) -> Vec<Value> {
        let mut cells = vec![Value::Null; self.all.len()];
        flatten(row, self.deep, &mut |name, value| {
            let cell = self.places.get(name).and_then(|at| cells.get_mut(*at));
            if let Some(cell) = cell {
                *cell = value.clone();
            }
        });
        cells
    }
}

fn flatten(row: &Value, deep: bool, each: &mut impl FnMut(&str, &Value)) {
    let members = row.as_object().into_iter().flatten();
    for (name, value) in members {
        inner(name, value, deep, each);
    }
}

fn inner(name: &str, value: &Value, deep: bool, each: &mut impl FnMut(&str, &Value)) {
    match value {
        // A dot in a name could be taken for a nested member.
        Value::Object(map)
            if deep && !map.is_empty() && !map.keys().any(|k| k.is_empty() || k.contains('.')) =>
        {
            for (key, value) in map {
                inner(&format!("{name}.{key}"), value, deep, each);
            }
        }
        value => each(name, value),
    }
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Nothing,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(n) if n.is_i64() => Kind::Integer,
        Value::Number(n) if n.is_f64() => Kind::Number,
        Value::String(text) if is_time(text) => Kind::Time,
        _ => Kind::Text,
    }
}

fn is_time(text: &str) -> bool {
    text.len() >= 20
        && text.ends_with('Z')
        && text
            .parse::<autopi::jiff::Timestamp>()
            .is_ok_and(|t| t.as_nanosecond() % 1000 == 0)
}

fn wider(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (a, b) if a == b => a,
        (Kind::Nothing, other) | (other, Kind::Nothing) => other,
        (Kind::Integer, Kind::Number) | (Kind::Number, Kind::Integer) => Kind::Number,
        _ => Kind::Text,
    }
}
