//! The query of a request.

use crate::util::python;

/// The decoded names and values, in order.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

/// Parameters of pages and order, which are not filters.
const NOT_FILTERS: [&str; 9] = [
    "page",
    "page_size",
    "page_num",
    "page_hits",
    "limit",
    "offset",
    "cursor",
    "ordering",
    "search",
];

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

    pub fn number(&self, name: &str) -> Option<u64> {
        python::int(self.get(name)?)?.parse().ok()
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
            .filter(|(k, v)| !v.is_empty() && !NOT_FILTERS.contains(&k.as_str()))
            .map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Returns the query with another value, as text, sorted as DRF does.
    pub fn with(&self, name: &str, value: &str) -> String {
        self.text(name, Some((name, value)))
    }

    pub fn without(&self, name: &str) -> String {
        self.text(name, None)
    }

    fn text(&self, but: &str, and: Option<(&str, &str)>) -> String {
        let others = self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let mut pairs: Vec<_> = others.filter(|(k, _)| *k != but).chain(and).collect();
        pairs.sort_by_key(|(name, _)| *name);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}
