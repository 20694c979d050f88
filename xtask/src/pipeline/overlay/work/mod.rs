//! Counts the work of a JSONPath before it is done: `..` in `..`, a filter that asks the whole
//! document for each value, and the same selector again and again are valid, and multiply. The
//! count is an upper limit: a filter is taken to select everything.

mod read;

use std::collections::HashMap;

use serde_json::Value;

use super::bounds::size;
use read::{Expression, Query, Segment, Selector};

/// The steps that all paths of an overlay may take.
pub(super) struct Steps(u64);

impl Steps {
    pub fn of(values: usize) -> Self {
        Self(6_000_000 + 100 * values as u64)
    }

    /// Takes the steps of a path, which is valid.
    pub fn take(&mut self, doc: &Value, path: &str) -> Result<(), &'static str> {
        let query = read::query(path);
        let mut count = Count {
            root: doc,
            counted: HashMap::new(),
            left: self.0,
            worst_pattern: None,
        };
        let work = count.query(&query, doc, true);
        match work.and_then(|w| self.0.checked_sub(w.steps)) {
            Some(left) => self.0 = left,
            None => return Err("takes too many steps in this document: select less at once"),
        }
        Ok(())
    }
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let list = value.as_array().into_iter().flatten();
    list.chain(value.as_object().into_iter().flat_map(|map| map.values()))
}

/// The most work that a query can cause.
#[derive(Clone, Copy, Default)]
struct Work {
    steps: u64,
    /// The bytes of the texts that it finds, and one for each.
    texts: u64,
}

impl Work {
    fn add(&mut self, other: Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.texts = self.texts.saturating_add(other.texts);
    }
}

struct Count<'a> {
    root: &'a Value,
    /// The work of a segment at a value, counted once: two `..` reach a value by many ways.
    counted: HashMap<(*const Segment, *const Value), Work>,
    /// The steps that may still be taken. Work that is counted once is done at least once.
    left: u64,
    worst_pattern: Option<u64>,
}

/// A part of a query that is followed.
#[derive(Clone, Copy)]
struct At<'q> {
    segments: &'q [Segment],
    compared: bool,
    /// How deep the value stands, if its place is wanted: a place is copied at each step.
    depth: Option<u64>,
}

impl<'a> Count<'a> {
    fn query(&mut self, query: &Query, current: &'a Value, located: bool) -> Option<Work> {
        let at = At {
            segments: &query.segments,
            compared: query.compared,
            depth: located.then_some(0),
        };
        self.follow(at, if query.absolute { self.root } else { current })
    }

    /// Returns the work of the segments from a value on; `None` if it exceeds the limit.
    fn follow(&mut self, at: At<'_>, value: &'a Value) -> Option<Work> {
        let Some((first, rest)) = at.segments.split_first() else {
            return self.found(at, value);
        };
        let key = (std::ptr::from_ref(first), std::ptr::from_ref(value));
        let is_shared = first.deep || std::ptr::eq(value, self.root);
        if let Some(work) = self.counted.get(&key).filter(|_| is_shared) {
            return Some(*work);
        }
        let below = At {
            depth: at.depth.map(|d| d + 1),
            ..at
        };
        let rest = At {
            segments: rest,
            ..below
        };
        let mut work = self.step(1 + at.depth.unwrap_or(0))?;
        for selector in &first.selectors {
            match selector {
                Selector::One(find) => {
                    if let Some(value) = find.of(value) {
                        work.add(self.follow(rest, value)?);
                    }
                }
                Selector::Every(filter) => {
                    for value in children(value) {
                        work.add(self.expression(filter, value)?);
                        work.add(self.follow(rest, value)?);
                    }
                }
            }
        }
        if first.deep {
            for value in children(value) {
                work.add(self.follow(below, value)?);
            }
        }
        if is_shared {
            self.counted.insert(key, work);
        }
        Some(work)
    }

    /// Returns the work that a found value causes.
    fn found(&mut self, at: At<'_>, value: &Value) -> Option<Work> {
        let size = if at.compared { size(value).0 as u64 } else { 1 };
        let mut work = self.step(size + 2 * at.depth.unwrap_or(0))?;
        work.texts = value.as_str().map_or(0, |text| 1 + text.len() as u64);
        Some(work)
    }

    fn step(&mut self, steps: u64) -> Option<Work> {
        self.left = self.left.checked_sub(steps)?;
        Some(Work { steps, texts: 0 })
    }

    /// Returns the work of evaluating an expression for a value.
    fn expression(&mut self, expression: &Expression, value: &'a Value) -> Option<Work> {
        let mut work = Work::default();
        for query in &expression.queries {
            work.add(self.query(query, value, false)?);
        }
        for (text, pattern) in &expression.tests {
            let mut asked = self.expression(text, value)?;
            asked.add(self.expression(pattern, value)?);
            let literals = text.literals.iter().map(|l| 1 + l.len() as u64);
            let texts = asked.texts.saturating_add(literals.sum());
            if texts > 0 {
                // A pattern is compiled for each text.
                let pattern = self.pattern(pattern);
                let steps = pattern.saturating_mul(20 + texts / 16).saturating_add(500);
                work.add(self.step(steps)?);
            }
            work.add(asked);
        }
        Some(work)
    }

    fn pattern(&mut self, expression: &Expression) -> u64 {
        if let Some(literal) = expression.literals.first() {
            return read::pattern(literal);
        }
        let root = self.root;
        *self.worst_pattern.get_or_insert_with(|| worst(root))
    }
}

/// Returns the size of the worst pattern that a document holds.
fn worst(value: &Value) -> u64 {
    let here = value.as_str().map_or(0, read::pattern);
    children(value).map(worst).fold(here, u64::max)
}
