//! What was created and changed, and the commands that run.

pub mod commands;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(not(feature = "sqlite"))]
#[path = "without_sqlite.rs"]
pub mod sqlite;
pub mod store;
mod webhook;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::spec::IdKind;

/// What was sent of an item.
pub type Sent = Arc<Map<String, Value>>;

/// Where items are kept.
#[derive(Clone, Debug)]
pub struct CollectionKey {
    /// The path of the collection.
    pub key: String,
    pub resource: String,
    pub id: IdKind,
    /// A thing of which there is one: its only id is empty.
    pub single: bool,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub index: u64,
    pub sent: Sent,
    pub origin: Origin,
}

/// Where an item comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was there from the start.
    Sampled,
    /// By a request: what was not sent is not made up.
    Created,
    /// In no state: every id is taken for one.
    Unknown,
}

/// Is there such an item?
pub enum Found {
    Item(Item),
    Deleted,
    Absent,
}

/// Why there is no such change.
#[derive(Debug)]
pub enum StoreError {
    /// The file can't be read or written.
    Storage(String),
    /// The id is taken.
    IdTaken,
    /// It was deleted meanwhile.
    Gone,
    /// Another item has this value of a field that is unique.
    Duplicate(String),
}

/// A new item: its id, if one is given, and what was sent.
pub type New = (Option<String>, Map<String, Value>);

/// An item that was created, changed, or (without `sent`) deleted.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: String,
    pub index: u64,
    pub sent: Option<Sent>,
}
