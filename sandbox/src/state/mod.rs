//! The state: what was created and changed, and the running commands.

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

/// The members of an item that were sent.
pub type Sent = Arc<Map<String, Value>>;

/// The key of the place where items are stored.
#[derive(Clone, Debug)]
pub struct CollectionKey {
    /// The path of the collection.
    pub key: String,
    pub resource: String,
    pub id: IdKind,
    /// Whether the collection is a singleton, whose only id is empty.
    pub single: bool,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub index: u64,
    pub sent: Sent,
    pub origin: Origin,
}

/// The origin of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The item exists from the start.
    Sampled,
    /// A request created it: members that were not sent get no generated values.
    Created,
    /// The item is not in the state, because every id is accepted.
    Unknown,
}

/// The result of looking for an item.
pub enum Found {
    Item(Item),
    Deleted,
    Absent,
}

/// The reason why a change failed.
#[derive(Debug)]
pub enum StoreError {
    /// The file cannot be read or written.
    Storage(String),
    /// The id is taken.
    IdTaken,
    /// The item was deleted meanwhile.
    Gone,
    /// Another item has this value of a field that is unique.
    Duplicate(String),
}

/// A new item: its id, if one is given, and its members.
pub type New = (Option<String>, Map<String, Value>);

/// An item that was created, changed, or (without `sent`) deleted.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: String,
    pub index: u64,
    pub sent: Option<Sent>,
}
