//! Apache Parquet: one column for each member, compressed with zstd.

use std::{io::Write, path::Path, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};
use serde_json::Value;

use super::{
    flat::{Column, Columns, Kind},
    rows,
};
use crate::{Failure, Result};

/// The maximum number of rows that are written as one group.
const GROUP: usize = 64 * 1024;
/// The maximum number of cells in a group, so that a wide table has shorter groups.
const CELLS: usize = 2_000_000;

fn failed(e: ParquetError) -> Failure {
    Failure::failed(format!("cannot write the export: {e}"))
}

pub fn write(columns: Columns, path: &Path, to: &mut (impl Write + Send)) -> Result<()> {
    let fields = columns.all.iter().map(|c| field(c).map(Arc::new));
    let fields = fields.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let schema = Type::group_type_builder("rows").with_fields(fields).build();
    let level = ZstdLevel::try_new(3).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(concat!("autopi-cli ", env!("CARGO_PKG_VERSION")).into());
    let mut writer = SerializedFileWriter::new(
        to,
        Arc::new(schema.map_err(failed)?),
        Arc::new(properties.build()),
    )
    .map_err(failed)?;
    let group = GROUP.min(CELLS / columns.all.len().max(1));
    let mut held = Vec::new();
    for row in rows(path)? {
        held.push(columns.cells(&row?));
        if held.len() == group {
            write_group(&mut writer, &columns, &held)?;
            held.clear();
        }
    }
    if !held.is_empty() {
        write_group(&mut writer, &columns, &held)?;
    }
    writer.close().map(drop).map_err(failed)
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Integer => (Physical::INT64, None),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Time => {
            let time = LogicalType::timestamp(true, TimeUnit::MICROS);
            (Physical::INT64, Some(time))
        }
        Kind::Nothing | Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn write_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    columns: &Columns,
    held: &[Vec<Value>],
) -> Result<()> {
    let mut group = writer.next_row_group().map_err(failed)?;
    for (at, column) in columns.all.iter().enumerate() {
        let cells = held.iter().map(|row| row.get(at).unwrap_or(&Value::Null));
        let written = match column.kind {
            Kind::Boolean => put::<BoolType, _>(&mut group, cells.map(Value::as_bool)),
            Kind::Integer => put::<Int64Type, _>(&mut group, cells.map(Value::as_i64)),
            Kind::Number => put::<DoubleType, _>(&mut group, cells.map(Value::as_f64)),
            Kind::Time => put::<Int64Type, _>(&mut group, cells.map(micros)),
            Kind::Nothing | Kind::Text => put::<ByteArrayType, _>(&mut group, cells.map(text)),
        };
        written.map_err(failed)?;
    }
    group.close().map(drop).map_err(failed)
}

fn put<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let Some(mut column) = group.next_column()? else {
        return Ok(());
    };
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn micros(cell: &Value) -> Option<i64> {
    let time = cell.as_str()?.parse::<autopi::jiff::Timestamp>().ok()?;
    Some(time.as_microsecond())
}

fn text(cell: &Value) -> Option<ByteArray> {
    match cell {
        Value::Null => None,
        Value::String(text) => Some(text.as_str().into()),
        other => Some(other.to_string().as_str().into()),
    }
}
