//! Filters by field names, order and search, as in django-filter and DRF.

mod rule;

use std::{cmp::Ordering, sync::LazyLock};

use regex_lite::Regex;
use serde_json::Value;

use self::rule::{Rule, Test, compare, mentions};
use crate::{
    handlers::query::Query,
    spec::{
        names,
        schema::{Kind, Object, Schemas},
        times,
    },
    util::python,
};

/// The conditions and the order of a query.
#[derive(Debug, Default, PartialEq)]
pub struct Filter {
    rules: Vec<Rule>,
    search: Vec<String>,
    /// The fields to sort by, and whether in descending order.
    order: Vec<(String, bool)>,
}

const START_PARAMETERS: [&str; 7] = [
    "start_utc",
    "from_utc",
    "from_date",
    "from_timestamp",
    "start",
    "from",
    "since",
];

const END_PARAMETERS: [&str; 7] = [
    "end_utc",
    "to_utc",
    "to_date",
    "to_timestamp",
    "end",
    "to",
    "until",
];

/// Returns the range of time that a query asks for.
pub fn range(query: &Query) -> (Option<jiff::Timestamp>, Option<jiff::Timestamp>) {
    let end = |text: &str| {
        let day = text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10;
        // A date as the end includes the whole day.
        times::time(text).map(|t| {
            if day {
                t.checked_add(jiff::Span::new().hours(24)).unwrap_or(t)
            } else {
                t
            }
        })
    };
    (
        START_PARAMETERS
            .iter()
            .find_map(|n| times::time(query.get(n)?)),
        END_PARAMETERS.iter().find_map(|n| end(query.get(n)?)),
    )
}

impl Filter {
    /// Reads the filters of a query. `item` says which fields exist; other names are not filters.
    /// `repeats` says whether a name is documented as a list.
    pub fn of(
        schemas: &Schemas,
        item: &Object,
        query: &Query,
        repeats: impl Fn(&str) -> bool,
    ) -> Self {
        let mut filter = Self::default();
        for (name, value) in query.filters() {
            let (many, repeats) = (takes_several(name), repeats(name));
            // Of a repeated name the last value counts; of a list, any of its values may match.
            if !repeats && query.get(name).is_none_or(|last| last != value) {
                continue;
            }
            let (name, test) = split(name);
            let value = match many || test == Test::IsNull {
                true => value,
                false => python::strip(value),
            };
            if value.is_empty() {
                continue;
            }
            let ranged = |names: &[&str], test| {
                (names.contains(&name) && item.get(name).is_none())
                    .then(|| Some((time_field(schemas, item)?, test)))?
            };
            let Some((field, test)) = field(item, name)
                .map(|f| (f, test))
                .or_else(|| ranged(&START_PARAMETERS, Test::AtLeast))
                .or_else(|| ranged(&END_PARAMETERS, Test::AtMost))
            else {
                continue;
            };
            let wanted = if many {
                parts(value)
            } else {
                vec![value.to_owned()]
            };
            let same = |r: &&mut Rule| repeats && r.field == field && r.test == test;
            match filter.rules.iter_mut().find(same) {
                Some(rule) => rule.wanted.extend(wanted),
                None => filter.rules.push(Rule {
                    field,
                    test,
                    wanted,
                }),
            }
        }
        filter.search = words(query.get("search").unwrap_or_default());
        let order = query
            .get("ordering")
            .unwrap_or_default()
            .split(',')
            .map(str::trim);
        let order = order
            .map(|f| f.strip_prefix('-').map_or((f, false), |f| (f, true)))
            .filter(|(f, _)| item.get(f).is_some());
        filter.order = order.map(|(f, down)| (f.to_owned(), down)).collect();
        filter
    }

    /// Returns whether the query has no conditions.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn matches(&self, item: &Value) -> bool {
        self.rules
            .iter()
            .all(|r| item.get(&r.field).is_some_and(|v| r.matches(v)))
            && self.search.iter().all(|word| mentions(item, word))
    }

    pub fn sort<T>(&self, items: &mut [T], value: impl Fn(&T) -> &Value) {
        if !self.order.is_empty() {
            items.sort_by(|a, b| {
                let by = |(field, down): &(String, bool)| {
                    let order = compare(
                        value(a).get(field).unwrap_or(&Value::Null),
                        value(b).get(field).unwrap_or(&Value::Null),
                    );
                    if *down { order.reverse() } else { order }
                };
                self.order
                    .iter()
                    .map(by)
                    .find(|o| o.is_ne())
                    .unwrap_or(Ordering::Equal)
            });
        }
    }
}

/// Returns whether a filter takes commas: only django-filter's BaseInFilter and BaseRangeFilter do.
fn takes_several(name: &str) -> bool {
    name.ends_with("__in") || name.ends_with("__range")
}

fn parts(value: &str) -> Vec<String> {
    let parts = value.split(',').filter(|v| !v.is_empty());
    parts.map(|v| python::strip(v).to_owned()).collect()
}

/// Django's `smart_split`: words and phrases in quotes, which may hold escapes.
static TERMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let quoted = r#"(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"#;
    Regex::new(&format!(r#"(?s)(?:[^\s'"]*(?:{quoted}[^\s'"]*)+)|\S+"#)).ok()
});

/// Returns the words of a search, in lower case, as DRF's `search_smart_split` does: a phrase in
/// quotes is one of them, and commas divide the others.
fn words(text: &str) -> Vec<String> {
    let is_blank = |c: char| python::strip(c.encode_utf8(&mut [0; 4])).is_empty();
    let text: String = text.to_lowercase().replace(is_blank, " ");
    let terms = TERMS.iter().flat_map(|form| form.find_iter(&text));
    let words = terms.flat_map(|term| {
        let term = term.as_str().trim_matches(',');
        let quote = term.chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote.filter(|c| term.ends_with(*c)) {
            Some(quote) => {
                let inner = term.get(1..term.len() - 1).unwrap_or_default();
                let inner = inner.replace(&format!("\\{quote}"), &quote.to_string());
                vec![inner.replace("\\\\", "\\")]
            }
            None => term.split(',').map(|t| t.trim().to_owned()).collect(),
        }
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// Returns django-filter's message for a value that does not fit the field of a filter. drf-yasg
/// documents every filter as a string, so the document's schema of the parameter tells nothing.
pub fn fault(schemas: &Schemas, item: &Object, name: &str, value: &str) -> Option<&'static str> {
    let many = takes_several(name);
    let (name, test) = split(name);
    let field = schemas.at(item.get(name)?.of);
    let values = match many {
        true => parts(value),
        false => vec![value.to_owned()],
    };
    // drf-yasg documents limits for the numbers of a model, but not for relations, and a filter may
    // take a relation by an id that is not a number.
    let limited = name == "id" || field.minimum.is_some() || field.maximum.is_some();
    let number = limited && matches!(field.kind, Kind::Integer | Kind::Number);
    match test {
        Test::IsNull => None,
        _ if number && values.iter().any(|v| python::decimal(v).is_none()) => {
            Some("Enter a number.")
        }
        _ if number
            && values
                .iter()
                .any(|v| v.parse().is_ok_and(|n: f64| n > 1e50)) =>
        {
            Some("Ensure this value is less than or equal to 1e+50.")
        }
        // An empty one of them is no value that anything is within.
        Test::Range if value.split(',').count() != 2 => Some("Range query expects two values."),
        _ => None,
    }
}

fn split(name: &str) -> (&str, Test) {
    let Some((field, lookup)) = name.rsplit_once("__") else {
        return (name, Test::Is);
    };
    let test = match lookup {
        "gte" => Test::AtLeast,
        "gt" => Test::Above,
        "lte" => Test::AtMost,
        "lt" => Test::Below,
        "in" | "exact" => Test::Is,
        "iexact" => Test::IsLike,
        "range" => Test::Range,
        "ne" => Test::IsNot,
        "contains" | "icontains" => Test::Contains,
        "startswith" | "istartswith" => Test::Starts,
        "endswith" | "iendswith" => Test::Ends,
        "isnull" => Test::IsNull,
        _ => return (name, Test::Is),
    };
    (field, test)
}

/// Returns the field that a name means: `device_id` is `device` where only that exists, and the
/// other way round; `tag` filters by `tags`.
fn field(item: &Object, name: &str) -> Option<String> {
    let subject = names::subject(name);
    let candidates = [
        name.to_owned(),
        subject.clone(),
        format!("{subject}_id"),
        format!("{subject}s"),
    ];
    candidates.into_iter().find(|n| item.get(n).is_some())
}

fn time_field(schemas: &Schemas, item: &Object) -> Option<String> {
    item.properties
        .iter()
        .find(|p| schemas.at(p.of).format() == "date-time")
        .map(|p| p.name.clone())
}
