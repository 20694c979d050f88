//! Fields that no record of an export has: misspelled, or not recorded in its range.

use std::{collections::BTreeSet, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{format::rows, shown};
use crate::{Failure, Result, call, output::line};

/// How many names are kept: a server may make up as many as it likes.
const MOST: usize = 200;

/// The names of types of records and of their members.
pub type Names = BTreeSet<String>;

/// The fields that no record has, and the names of the records that there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    pub fields: Names,
    pub others: Names,
}

impl Missing {
    /// Returns the fields that none of an export's rows has.
    ///
    /// # Errors
    /// Returns an error if the rows cannot be read.
    pub fn of(fields: &[String], path: &Path, mut others: Names) -> Result<Self> {
        let (mut left, mut rows) = (fields.iter().cloned().collect::<Names>(), rows(path)?);
        while !left.is_empty()
            && let Some(row) = rows.next().transpose()?
        {
            let found = names(&row, fields);
            left.retain(|field| !found.contains(field));
            add(&mut others, &found);
        }
        let fields = left;
        Ok(Self { fields, others })
    }

    /// Returns the fields that are missing in both of two files. The fields of a device without any
    /// record are not known.
    pub fn and(self, other: Self) -> Self {
        match (self.others.is_empty(), other.others.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self {
                fields: self.fields.intersection(&other.fields).cloned().collect(),
                others: self.others.union(&other.others).cloned().collect(),
            },
        }
    }

    /// Checks the fields: one that no record has is missing.
    ///
    /// # Errors
    /// Returns an error if a field is missing among records of other types.
    pub fn check(&self, target: &Path) -> Result<()> {
        let Some(first) = self.fields.first().filter(|_| !self.others.is_empty()) else {
            return Ok(());
        };
        let fields: Vec<_> = self.fields.iter().map(|field| line(field)).collect();
        let near = call::near(first, self.others.iter().map(String::as_str));
        let near = near
            .first()
            .map(|name| format!("did you mean {}? ", line(name)));
        let others: Vec<_> = self.others.iter().map(|name| line(name)).collect();
        Err(Failure::not_found(format!(
            "no record of this range has --field {}; {} is complete without",
            fields.join(", "),
            shown(target)
        ))
        .hint(format!(
            "{}there are {}",
            near.unwrap_or_default(),
            others.join(", ")
        )))
    }
}

/// Adds names, as many as are kept. Returns those that are new.
pub fn add(names: &mut Names, more: &Names) -> Vec<String> {
    let room = MOST.saturating_sub(names.len());
    let new: Vec<_> = more.difference(names).take(room).cloned().collect();
    names.extend(new.iter().cloned());
    new
}

/// Returns whether one name is that of a member of another, at any depth.
pub fn is_part(name: &str, of: &str) -> bool {
    name.strip_prefix(of)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Returns the type of a record, and the names of its members if one of the fields may be one.
pub fn names(record: &Value, fields: &[String]) -> Names {
    let mut found = Names::new();
    if let Some(kind) = record.get("t").and_then(Value::as_str) {
        if fields.iter().any(|field| is_part(field, kind)) {
            inner(kind, record.get("data"), &mut found);
        }
        found.insert(kind.to_owned());
    }
    found
}

fn inner(at: &str, value: Option<&Value>, found: &mut Names) {
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        let name = format!("{at}.{name}");
        inner(&name, Some(value), found);
        found.insert(name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(fields: &[&str], others: &[&str]) -> Missing {
        let rows = tempfile::NamedTempFile::new().unwrap();
        let row = json!({"t": "track.pos", "data": {"loc": {"lat": 1, "lon": null}, "alt": 3}});
        std::fs::write(rows.path(), row.to_string()).unwrap();
        let fields: Vec<_> = fields.iter().map(|f| (*f).to_owned()).collect();
        let others = others.iter().map(|o| (*o).to_owned()).collect();
        Missing::of(&fields, rows.path(), others).unwrap()
    }

    #[test]
    fn a_field_is_missing_if_no_row_has_it() {
        for (fields, missing) in [
            (&[][..], &[][..]),
            (&["track.pos", "track.pos.loc", "track.pos.loc.lon"], &[]),
            (&["track.pos", "nope"], &["nope"]),
            (
                &["track", "track.po", "track.pos.nope"],
                &["track", "track.po", "track.pos.nope"],
            ),
        ] {
            let found = of(fields, &[]).fields;
            assert!(found.iter().eq(missing), "{fields:?}: {found:?}");
        }
        let found = of(&["track.pos.nope"], &["obd.rpm"]).others;
        let wanted = ["obd.rpm", "track.pos", "track.pos.alt", "track.pos.loc"];
        assert!(wanted.iter().all(|name| found.contains(*name)), "{found:?}");
    }

    #[test]
    fn what_is_missing_in_all_files_is_missing_and_nothing_is_known_without_records() {
        let target = Path::new("f.csv");
        let missing = |fields: &[&str], others: &[&str]| Missing {
            fields: fields.iter().map(|f| (*f).to_owned()).collect(),
            others: others.iter().map(|o| (*o).to_owned()).collect(),
        };
        let nothing = missing(&["a", "b"], &[]);
        assert!(nothing.check(target).is_ok());
        let one = missing(&["a", "obd.sped"], &["obd.speed"]);
        let two = missing(&["obd.sped"], &["x"]);
        let both = nothing.clone().and(one.clone()).and(nothing).and(two);
        assert_eq!(both, missing(&["obd.sped"], &["obd.speed", "x"]));
        let failure = both.check(target).unwrap_err();
        assert_eq!(failure.exit, crate::Exit::NotFound);
        assert!(
            failure
                .message
                .contains("--field obd.sped; f.csv is complete"),
            "{failure:?}"
        );
        let hint = "did you mean obd.speed? there are obd.speed, x";
        assert_eq!(failure.hint.as_deref(), Some(hint));
    }
}
