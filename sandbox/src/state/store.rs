//! The store: which items exist, and what was changed. Everything else of an item is computed from
//! its number whenever it is shown.
//!
//! Locks are always taken in the same order: the state's, then the file's. A change is planned,
//! written and applied under the lock of the state, so that the file has the changes in the order
//! of their responses, and a failed write changes nothing.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::{
    sample,
    spec::IdKind,
    state::{Change, CollectionKey, Found, Item, New, Origin, Sent, StoreError, sqlite::Db},
    util::{json, rng::Rng},
};

#[derive(Default)]
struct State {
    items: IndexMap<String, (u64, Sent)>,
    deleted: HashSet<String>,
    next: u64,
}

pub struct Store {
    states: Mutex<HashMap<String, State>>,
    generation: AtomicU64,
    db: Option<Db>,
    seed: u64,
    size: u64,
}

impl Store {
    pub fn new(seed: u64, size: u64, db: Option<Db>) -> Self {
        Self {
            states: Mutex::default(),
            generation: AtomicU64::new(0),
            db,
            seed,
            size,
        }
    }

    /// Returns a number that grows with each change.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn item(&self, id: &str, index: u64, sent: &Sent) -> Item {
        Item {
            id: id.to_owned(),
            index,
            sent: sent.clone(),
            origin: if id.is_empty() || index < self.size {
                Origin::Sampled
            } else {
                Origin::Created
            },
        }
    }

    fn with<R>(&self, place: &CollectionKey, f: impl FnOnce(&mut State) -> R) -> Result<R, String> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = match states.entry(place.key.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.load(place)?),
        };
        Ok(f(state))
    }

    /// Returns the initial state with the changes from the file.
    fn load(&self, place: &CollectionKey) -> Result<State, String> {
        let mut state = State::default();
        if place.single {
            state.items.insert(String::new(), (0, Sent::default()));
        } else {
            let ids = (0..self.size).map(|n| {
                (
                    json::text(&sample::id(self.seed, &place.resource, place.id, n)),
                    (n, Sent::default()),
                )
            });
            state.items = ids.collect();
        }
        state.next = self.size;
        for change in self
            .db
            .as_ref()
            .map_or(Ok(Vec::new()), |db| db.changes(&place.key))?
        {
            state.apply(change);
        }
        Ok(state)
    }

    /// Writes the changes that `plan` returns to the file, then applies them, so that no response
    /// shows a change that is not stored.
    fn commit(
        &self,
        place: &CollectionKey,
        plan: impl FnOnce(&State) -> Result<Vec<Change>, StoreError>,
    ) -> Result<Vec<Change>, StoreError> {
        self.with(place, |state| {
            let changes = plan(state)?;
            if let Some(db) = self.db.as_ref().filter(|_| !changes.is_empty()) {
                db.save(&place.key, &changes).map_err(StoreError::Storage)?;
            }
            changes.iter().cloned().for_each(|c| state.apply(c));
            self.generation.fetch_add(1, Ordering::AcqRel);
            Ok(changes)
        })
        .map_err(StoreError::Storage)?
    }

    /// Returns the number of items, and some of them in order.
    pub fn page(
        &self,
        place: &CollectionKey,
        start: u64,
        size: u64,
    ) -> Result<(u64, Vec<Item>), String> {
        self.with(place, |state| {
            let total = state.items.len();
            let start = (start.min(total as u64)) as usize;
            let end = (start as u64).saturating_add(size).min(total as u64) as usize;
            let item = |(id, (index, sent)): (&String, &(u64, Sent))| self.item(id, *index, sent);
            (
                total as u64,
                (start..end)
                    .filter_map(|at| state.items.get_index(at))
                    .map(item)
                    .collect(),
            )
        })
    }

    pub fn get(&self, place: &CollectionKey, id: &str) -> Result<Found, String> {
        self.with(place, |state| match state.items.get(id) {
            Some((index, sent)) => Found::Item(self.item(id, *index, sent)),
            None if state.deleted.contains(id) => Found::Deleted,
            None => Found::Absent,
        })
    }

    /// Returns the members of an item that were sent, if any. This creates no collection.
    pub fn sent(&self, place: &CollectionKey, id: &str) -> Option<Sent> {
        let loaded = || {
            let states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.contains_key(&place.key)
        };
        if self.db.is_none() && (self.generation() == 0 || !loaded()) {
            return None;
        }
        match self.get(place, id) {
            Ok(Found::Item(item)) if !item.sent.is_empty() => Some(item.sent),
            _ => None,
        }
    }

    /// Creates items, with ids unless they are given. `duplicate` returns the unique field of a new
    /// item whose value is taken.
    pub fn create(
        &self,
        place: &CollectionKey,
        new: Vec<New>,
        duplicate: impl Fn(&Map<String, Value>, &mut dyn Iterator<Item = Item>) -> Option<String>,
    ) -> Result<Vec<Item>, StoreError> {
        let fresh = |index| match place.id {
            IdKind::Uuid => Rng::of(self.seed, &place.key)
                .at("created")
                .nth(index)
                .uuid(),
            kind => json::text(&sample::id(self.seed, &place.resource, kind, index)),
        };
        let made = self.commit(place, |state| {
            let mut made: Vec<Change> = Vec::with_capacity(new.len());
            let mut next = state.next;
            for (id, sent) in new {
                let taken =
                    |id: &String| state.items.contains_key(id) || made.iter().any(|c| c.id == *id);
                // The next ids may be taken, by items that were created with an id of their own.
                let most = next.saturating_add((state.items.len() + made.len()) as u64);
                let free = |index: &u64| id.is_some() || !taken(&fresh(*index));
                let index = (next..=most).find(free).ok_or(StoreError::IdTaken)?;
                let id = id.unwrap_or_else(|| fresh(index));
                if taken(&id) {
                    return Err(StoreError::IdTaken);
                }
                let mut others = self.others(state, None).chain(
                    made.iter()
                        .filter_map(|c| Some(self.item(&c.id, c.index, c.sent.as_ref()?))),
                );
                if let Some(field) = duplicate(&sent, &mut others) {
                    return Err(StoreError::Duplicate(field));
                }
                next = index + 1;
                let sent = Some(Arc::new(sent));
                made.push(Change { id, index, sent });
            }
            Ok(made)
        })?;
        let item = |c: &Change| Some(self.item(&c.id, c.index, c.sent.as_ref()?));
        Ok(made.iter().filter_map(item).collect())
    }

    fn others<'a>(
        &'a self,
        state: &'a State,
        but: Option<&'a str>,
    ) -> impl Iterator<Item = Item> + 'a {
        let other = move |(id, _): &(&String, &(u64, Sent))| Some(id.as_str()) != but;
        let items = state.items.iter().filter(other);
        items.map(|(id, (index, sent))| self.item(id, *index, sent))
    }

    /// Changes an item: sent members replace earlier ones.
    pub fn change(
        &self,
        place: &CollectionKey,
        item: &Item,
        sent: Map<String, Value>,
        duplicate: impl Fn(&Map<String, Value>, &mut dyn Iterator<Item = Item>) -> Option<String>,
    ) -> Result<Item, StoreError> {
        let made = self.commit(place, |state| {
            if let Some(field) = duplicate(&sent, &mut self.others(state, Some(&item.id))) {
                return Err(StoreError::Duplicate(field));
            }
            let known = state.items.get(&item.id);
            if known.is_none() && item.origin != Origin::Unknown {
                return Err(StoreError::Gone);
            }
            let (index, mut old) = known.cloned().unwrap_or((item.index, item.sent.clone()));
            Arc::make_mut(&mut old).extend(sent);
            let (id, sent) = (item.id.clone(), Some(old));
            Ok(vec![Change { id, index, sent }])
        })?;
        let changed = made.into_iter().next().and_then(|c| {
            let sent = c.sent?;
            Some(Item {
                index: c.index,
                sent,
                ..item.clone()
            })
        });
        Ok(changed.unwrap_or_else(|| item.clone()))
    }

    /// Deletes all of the items, or none if the file fails.
    pub fn delete(&self, place: &CollectionKey, items: &[Item]) -> Result<(), StoreError> {
        let gone = |item: &Item| Change {
            id: item.id.clone(),
            index: item.index,
            sent: None,
        };
        self.commit(place, |_| Ok(items.iter().map(gone).collect()))
            .map(drop)
    }
}

impl State {
    fn apply(&mut self, change: Change) {
        self.next = self.next.max(change.index + 1);
        match change.sent {
            Some(sent) => {
                self.deleted.remove(&change.id);
                self.items.insert(change.id, (change.index, sent));
            }
            None => {
                self.items.shift_remove(&change.id);
                self.deleted.insert(change.id);
            }
        }
    }
}
