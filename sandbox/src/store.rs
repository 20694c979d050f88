//! The state: which items there are, and what was changed. The rest of an item is made anew from its number whenever it is shown.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::{data, db::Db, rng::Rng, spec::IdKind};

/// What was sent of an item.
pub type Sent = Arc<Map<String, Value>>;

/// Where items are kept.
#[derive(Clone, Debug)]
pub struct Place {
    /// The path of the collection.
    pub key: String,
    pub noun: String,
    pub id: IdKind,
    /// A thing of which there is one: its only id is empty.
    pub single: bool,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub index: u64,
    pub sent: Sent,
}

/// Is there such an item?
pub enum Found {
    Item(Item),
    Deleted,
    Never,
}

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

pub fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
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

    /// Goes up with each change.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn with<R>(&self, place: &Place, f: impl FnOnce(&mut State) -> R) -> Result<R, String> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = match states.entry(place.key.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.load(place)?),
        };
        Ok(f(state))
    }

    /// What it begins with, and the changes of the file.
    fn load(&self, place: &Place) -> Result<State, String> {
        let mut state = State::default();
        if place.single {
            state.items.insert(String::new(), (0, Sent::default()));
        } else {
            let ids = (0..self.size).map(|n| {
                (
                    text(&data::id(self.seed, &place.noun, place.id, n)),
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
            state.next = state.next.max(change.index + 1);
            match change.sent {
                Some(sent) => drop(
                    state
                        .items
                        .insert(change.id, (change.index, Arc::new(sent))),
                ),
                None => {
                    state.items.shift_remove(&change.id);
                    state.deleted.insert(change.id);
                }
            }
        }
        Ok(state)
    }

    fn changed(
        &self,
        place: &Place,
        id: &str,
        index: u64,
        sent: Option<&Map<String, Value>>,
    ) -> Result<(), String> {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.db
            .as_ref()
            .map_or(Ok(()), |db| db.save(&place.key, id, index, sent))
    }

    /// How many there are, and some of them in order.
    pub fn page(&self, place: &Place, start: u64, size: u64) -> Result<(u64, Vec<Item>), String> {
        self.with(place, |state| {
            let total = state.items.len();
            let start = (start.min(total as u64)) as usize;
            let end = (start as u64).saturating_add(size).min(total as u64) as usize;
            let item = |(id, (index, sent)): (&String, &(u64, Sent))| Item {
                id: id.clone(),
                index: *index,
                sent: sent.clone(),
            };
            (
                total as u64,
                (start..end)
                    .filter_map(|at| state.items.get_index(at))
                    .map(item)
                    .collect(),
            )
        })
    }

    pub fn get(&self, place: &Place, id: &str) -> Result<Found, String> {
        self.with(place, |state| match state.items.get(id) {
            Some((index, sent)) => Found::Item(Item {
                id: id.to_owned(),
                index: *index,
                sent: sent.clone(),
            }),
            None if state.deleted.contains(id) => Found::Deleted,
            None => Found::Never,
        })
    }

    /// A new item, with an id of its own unless one is given; `None` if that one is taken.
    pub fn create(
        &self,
        place: &Place,
        id: Option<String>,
        sent: Map<String, Value>,
    ) -> Result<Option<Item>, String> {
        let sent = Arc::new(sent);
        let made = self.with(place, |state| {
            let fresh = |index| match place.id {
                IdKind::Uuid => Rng::of(self.seed, &place.key)
                    .at("created")
                    .nth(index)
                    .uuid(),
                kind => text(&data::id(self.seed, &place.noun, kind, index)),
            };
            // Ids that were given may be those that would come next.
            let most = state.next.saturating_add(state.items.len() as u64);
            let free = |index: &u64| id.is_some() || !state.items.contains_key(&fresh(*index));
            let index = (state.next..=most).find(free)?;
            let id = id.unwrap_or_else(|| fresh(index));
            if state.items.contains_key(&id) {
                return None;
            }
            state.next = index + 1;
            state.deleted.remove(&id);
            state.items.insert(id.clone(), (index, sent.clone()));
            Some(Item { id, index, sent })
        })?;
        if let Some(item) = &made {
            self.changed(place, &item.id, item.index, Some(&item.sent))?;
        }
        Ok(made)
    }

    /// What was sent wins over what was there, field by field.
    pub fn change(
        &self,
        place: &Place,
        item: &Item,
        sent: Map<String, Value>,
    ) -> Result<Item, String> {
        let (index, sent) = self.with(place, |state| {
            let (index, old) = state
                .items
                .entry(item.id.clone())
                .or_insert_with(|| (item.index, item.sent.clone()));
            Arc::make_mut(old).extend(sent);
            (*index, old.clone())
        })?;
        self.changed(place, &item.id, index, Some(&sent))?;
        Ok(Item {
            id: item.id.clone(),
            index,
            sent,
        })
    }

    pub fn delete(&self, place: &Place, id: &str, index: u64) -> Result<(), String> {
        self.with(place, |state| {
            state.items.shift_remove(id);
            state.deleted.insert(id.to_owned());
        })?;
        self.changed(place, id, index, None)
    }
}
