//! CSV (RFC 4180) with a header row.

use std::{io::Write, path::Path};

use super::{flat::Columns, put, rows};
use crate::{Result, output::csv};

pub fn write(columns: Columns, path: &Path, to: &mut impl Write) -> Result<()> {
    let names: Vec<String> = columns.all.iter().map(|c| c.name.clone()).collect();
    put(to, &csv::header(&names))?;
    for row in rows(path)? {
        put(to, &csv::row(columns.cells(&row?).iter()))?;
    }
    Ok(())
}
