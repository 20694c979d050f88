//! The items of lists as they are shown, which stay the same until something changes.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use serde_json::Value;

use crate::{state::Item, util::json};

/// An item as it is shown, with its JSON once that was needed.
#[derive(Debug)]
pub struct Shown {
    pub value: Value,
    json: OnceLock<String>,
}

impl From<Value> for Shown {
    fn from(value: Value) -> Self {
        Self {
            value,
            json: OnceLock::new(),
        }
    }
}

impl Shown {
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| json::write(&self.value))
    }
}

/// The capacity in bytes; when it is exceeded, everything is dropped.
const CAPACITY: usize = 8 << 20;

#[derive(Default)]
struct Lists {
    /// The generation of the store that they belong to.
    generation: u64,
    bytes: usize,
    /// The items by list, then by their ids.
    items: HashMap<String, HashMap<String, Arc<Shown>>>,
}

/// Cached items of lists.
#[derive(Default)]
pub struct Cache(RwLock<Lists>);

impl Cache {
    /// Returns items as `show` makes them. `list` names the list and the form of its items, and
    /// `generation` is that of the store before they were read.
    pub fn items(
        &self,
        generation: u64,
        list: String,
        items: &[Item],
        show: impl Fn(&Item) -> Value,
    ) -> Vec<Arc<Shown>> {
        let known: Vec<Option<Arc<Shown>>> = {
            let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let list = lists.items.get(&list);
            let list = list.filter(|_| lists.generation == generation);
            let known = |item: &Item| list?.get(&item.id).cloned();
            items.iter().map(known).collect()
        };
        let (mut made, mut bytes) = (Vec::new(), 0);
        let shown = items.iter().zip(known).map(|(item, known)| {
            known.unwrap_or_else(|| {
                let shown = Arc::new(Shown::from(show(item)));
                bytes += item.id.len() + size(&shown.value);
                made.push((item.id.clone(), shown.clone()));
                shown
            })
        });
        let shown = shown.collect();
        if !made.is_empty() && bytes < CAPACITY {
            self.keep(generation, list, made, bytes);
        }
        shown
    }

    fn keep(&self, generation: u64, list: String, made: Vec<(String, Arc<Shown>)>, bytes: usize) {
        let mut lists = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if lists.generation > generation {
            return;
        }
        if lists.generation < generation || lists.bytes + bytes > CAPACITY {
            *lists = Lists {
                generation,
                ..Lists::default()
            };
        }
        lists.bytes += bytes;
        lists.items.entry(list).or_default().extend(made);
    }
}

/// Returns the approximate size of a value and its JSON in memory, in bytes.
fn size(value: &Value) -> usize {
    const EACH: usize = 96;
    EACH + match value {
        Value::String(text) => 2 * text.len(),
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(k, v)| 2 * k.len() + EACH + size(v)).sum(),
        _ => 0,
    }
}

/// Writes the items as a JSON array.
pub fn write(out: &mut String, items: &[Arc<Shown>]) {
    out.reserve(
        2 + items
            .iter()
            .map(|item| item.json().len() + 1)
            .sum::<usize>(),
    );
    out.push('[');
    for (n, item) in items.iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{comma}{}", item.json());
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::Origin;

    #[test]
    fn an_item_is_made_once_until_something_changes() {
        let item = |id: &str| Item {
            id: id.into(),
            index: 0,
            sent: Arc::default(),
            origin: Origin::Sampled,
        };
        let cache = Cache::default();
        let shown = |generation, list: &str, ids: &[&str], value: u64| {
            let items: Vec<Item> = ids.iter().map(|id| item(id)).collect();
            let show = |item: &Item| json!({ "id": item.id, "n": value });
            let shown = cache.items(generation, list.into(), &items, show);
            let mut out = String::new();
            write(&mut out, &shown);
            out
        };
        assert_eq!(shown(3, "a", &["x"], 1), r#"[{"id":"x","n":1}]"#);
        assert_eq!(
            shown(3, "a", &["y", "x"], 2),
            r#"[{"id":"y","n":2},{"id":"x","n":1}]"#
        );
        assert_eq!(shown(3, "b", &["x"], 3), r#"[{"id":"x","n":3}]"#);
        assert_eq!(shown(4, "a", &["x"], 4), r#"[{"id":"x","n":4}]"#);
        // A request that began before the change leaves nothing behind.
        assert_eq!(shown(3, "a", &["x"], 5), r#"[{"id":"x","n":5}]"#);
        assert_eq!(shown(4, "a", &["x"], 6), r#"[{"id":"x","n":4}]"#);
        assert_eq!(shown(4, "a", &[], 7), "[]");
    }
}
