//! A cache of responses to GET, which stay the same until something changes.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::http::response::CachedResponse;

/// The capacity in bytes; when it is exceeded, everything is dropped.
const CAPACITY: usize = 8 << 20;

struct Entry {
    /// The generation of the store when the response was made.
    generation: u64,
    /// The host, which is part of the links of pages.
    host: String,
    response: Arc<CachedResponse>,
}

#[derive(Default)]
struct Entries {
    by_target: HashMap<String, Entry>,
    bytes: usize,
}

/// Cached responses by path and query.
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
