//! The state on disk: a SQLite file with all changes. A change is in the file before its response
//! is sent.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::{state::Change, util::any::Any};

/// The version of the tables.
const VERSION: i64 = 1;
/// The application id "APiS", which distinguishes our files from other SQLite files.
const APPLICATION: i64 = 0x4150_6953;

fn members(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Any(Value::Object(members))) => members,
        _ => Map::new(),
    }
}

pub struct Db(Mutex<Connection>);

impl Db {
    /// Opens a file. `made_of` names the seed and the number of the generated items; a file of
    /// changes to other items is refused.
    pub fn open(path: &Path, made_of: &str) -> Result<Self, String> {
        let name = path.display();
        let broken = |e: rusqlite::Error| {
            format!(
                "{name} is not a usable database: {e}; choose another file, or delete this one to \
                 start anew"
            )
        };
        let shown = |e: &dyn std::fmt::Display| format!("cannot open {name}: {e}");
        crate::util::private::append(path).map_err(|e| shown(&e))?;
        let db = Connection::open(path).map_err(|e| shown(&e))?;
        // The write-ahead log survives when the process is killed; only a loss of power may cost
        // the last changes.
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;",
        )
        .map_err(broken)?;
        let pragma = |key: &str| {
            db.query_row(&format!("PRAGMA {key}"), [], |row| row.get::<_, i64>(0))
                .map_err(broken)
        };
        let tables: i64 = db
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
            .map_err(broken)?;
        let (application, version) = (pragma("application_id")?, pragma("user_version")?);
        if tables == 0 && application == 0 {
            db.execute_batch(&format!(
                "BEGIN; CREATE TABLE made_of (words TEXT NOT NULL);
                 CREATE TABLE change (seq INTEGER PRIMARY KEY, path TEXT NOT NULL, id TEXT NOT \
                 NULL, number INTEGER NOT NULL, sent TEXT, UNIQUE (path, id));
                 PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))
            .map_err(broken)?;
            db.execute("INSERT INTO made_of VALUES (?1)", [made_of])
                .map_err(broken)?;
        } else if application != APPLICATION {
            return Err(format!(
                "{name} is a database of another program: choose another file"
            ));
        } else if version != VERSION {
            return Err(format!(
                "{name} has version {version}, this sandbox reads version {VERSION}: choose \
                 another file, or delete this one to start anew"
            ));
        }
        let sound: String = db
            .query_row("PRAGMA quick_check", [], |row| row.get(0))
            .map_err(broken)?;
        if sound != "ok" {
            return Err(format!(
                "{name} is damaged: {sound}; delete it to start anew"
            ));
        }
        let of: String = db
            .query_row("SELECT words FROM made_of", [], |row| row.get(0))
            .map_err(broken)?;
        if of != made_of {
            return Err(format!(
                "{name} was made with {of}, not {made_of}: use the same ones, or another file"
            ));
        }
        Ok(Self(Mutex::new(db)))
    }

    pub fn changes(&self, path: &str) -> Result<Vec<Change>, String> {
        let db = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || -> rusqlite::Result<Vec<Change>> {
            let mut query = db.prepare_cached(
                "SELECT id, number, sent FROM change WHERE path = ?1 ORDER BY seq",
            )?;
            let rows = query.query_map([path], |row| {
                let sent: Option<String> = row.get(2)?;
                Ok(Change {
                    id: row.get(0)?,
                    index: row.get::<_, i64>(1)? as u64,
                    sent: sent.map(|text| Arc::new(members(&text))),
                })
            })?;
            rows.collect()
        };
        read().map_err(|e| format!("the database cannot be read: {e}"))
    }

    /// Writes all changes or none.
    pub fn save(&self, path: &str, changes: &[Change]) -> Result<(), String> {
        const SQL: &str = "INSERT INTO change (path, id, number, sent) VALUES (?1, ?2, ?3, ?4) ON \
                           CONFLICT (path, id) DO UPDATE SET sent = ?4, number = ?3";
        let db = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let write = || -> rusqlite::Result<()> {
            let all = db.unchecked_transaction()?;
            for change in changes {
                let sent = change
                    .sent
                    .as_ref()
                    .map(|s| Value::from((**s).clone()).to_string());
                db.prepare_cached(SQL)?.execute(params![
                    path,
                    change.id,
                    change.index as i64,
                    sent
                ])?;
            }
            all.commit()
        };
        write().map_err(|e| format!("the database cannot be written: {e}"))
    }
}
