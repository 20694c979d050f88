//! The query of a request.

use crate::{
    spec::{Location, Operation},
    util::python,
};

/// The decoded names and values, in order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

const OF_PAGES: [&str; 7] = [
    "page",
    "page_size",
    "page_num",
    "page_hits",
    "limit",
    "offset",
    "cursor",
];

/// How many fields Django reads of a query or a form (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).
pub const MAX_FIELDS: usize = 1000;

/// Returns whether Django refuses a query, or a form of the same syntax, for the number of its
/// fields.
pub fn is_too_long(text: &[u8]) -> bool {
    text.iter().filter(|b| **b == b'&').count() >= MAX_FIELDS
}

impl Query {
    pub fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Returns the last value of a name, as Django does.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(k, _)| k == name)
            .map(|(_, v)| v.as_str())
    }

    /// Removes what the operation does not document, and DRF therefore ignores. What pages a list
    /// takes is decided by `Paging`.
    pub fn documented(mut self, operation: &Operation) -> Self {
        let known = |name: &str| {
            let name = name.split('[').next().unwrap_or_default();
            let mut parameters = operation.parameters.iter();
            parameters.any(|p| p.location == Location::Query && p.name == name)
        };
        self.0
            .retain(|(name, _)| OF_PAGES.contains(&name.as_str()) || known(name));
        self
    }

    /// Returns a number that is not negative; Python's are unbounded.
    pub fn number(&self, name: &str) -> Option<u64> {
        let digits = python::int(self.get(name)?)?;
        (!digits.starts_with('-')).then(|| digits.parse().unwrap_or(u64::MAX))
    }

    /// Returns the values of `name[0]`, `name[1]` and so on, in order.
    pub fn indexed(&self, name: &str) -> Vec<String> {
        let place = |key: &str| -> Option<u32> {
            let index = key
                .strip_prefix(name)?
                .strip_prefix('[')?
                .strip_suffix(']')?;
            index.parse().ok()
        };
        let found = self
            .0
            .iter()
            .filter_map(|(k, v)| Some((place(k)?, v.clone())));
        let found: std::collections::BTreeMap<u32, String> = found.collect();
        found.into_values().collect()
    }

    pub fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|(k, v)| {
                let other = OF_PAGES.iter().chain(&["ordering", "search"]);
                !v.is_empty() && !other.copied().any(|name| name == k)
            })
            .map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Returns the query with other values of these names, or without them, as text, sorted as DRF
    /// does.
    pub fn with(&self, other: &[(&str, Option<String>)]) -> String {
        let kept = self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let kept = kept.filter(|(k, _)| !other.iter().any(|(name, _)| name == k));
        let new = other.iter().filter_map(|(k, v)| Some((*k, v.as_deref()?)));
        let mut pairs: Vec<_> = kept.chain(new).collect();
        pairs.sort_by_key(|(name, _)| *name);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}
