//! The build without a state on disk.

use std::path::Path;

use crate::state::Change;

/// Never constructed, because there is no file without the feature.
pub enum Db {}

impl Db {
    pub fn open(_: &Path, _: &str) -> Result<Self, String> {
        Err(
            "this sandbox was built without the feature `sqlite` of autopi-sandbox: it keeps its \
             state in memory only"
                .into(),
        )
    }

    pub fn changes(&self, _: &str) -> Result<Vec<Change>, String> {
        match *self {}
    }

    pub fn save(&self, _: &str, _: &[Change]) -> Result<(), String> {
        match *self {}
    }
}
