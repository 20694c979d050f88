//! Responses to GETs, which stay the same until something changes.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::http::response::CachedResponse;

/// Bytes of responses: when there are more, all are forgotten.
const CAPACITY: usize = 16 << 20;

struct Entry {
    /// Of the store, when it was made.
    generation: u64,
    /// The links of pages carry the host.
    host: String,
    response: Arc<CachedResponse>,
}

#[derive(Default)]
struct Entries {
    by_target: HashMap<String, Entry>,
    bytes: usize,
}

/// By path and query.
#[derive(Default)]
pub struct Cache(RwLock<Entries>);

impl Cache {
    pub fn get(&self, target: &str, host: &str, generation: u64) -> Option<Arc<CachedResponse>> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = entries.by_target.get(target);
        let known = known.filter(|k| k.generation == generation && k.host == host);
        known.map(|k| k.response.clone())
    }

    pub fn put(&self, target: &str, host: &str, generation: u64, response: Arc<CachedResponse>) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.bytes += response.size() + 2 * target.len();
        if entries.bytes > CAPACITY {
            *entries = Entries::default();
        }
        let entry = Entry {
            generation,
            host: host.to_owned(),
            response,
        };
        entries.by_target.insert(target.to_owned(), entry);
    }
}
