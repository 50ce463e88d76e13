//! Parquet, through polars.

use std::io::Cursor;

use polars::prelude::{Column, DataType, ParquetReader, SerReader};

use super::{Cells, Hidden, Input, Table, memory};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Reads the whole file.
pub(super) fn open(input: &Input) -> Result<Table, Problems> {
    let file = &input.shown;
    let contents = memory::isolated(file, || contents(&input.bytes, file))?;
    memory::table(contents, file)
}

fn contents(bytes: &[u8], file: &str) -> Result<memory::Contents, Problems> {
    // The reader's own messages may quote the file.
    let refused = |_| Problems::from(Problem::new(Code::Unreadable, file));
    let mut reader = ParquetReader::new(Cursor::new(bytes)).set_rechunk(true);
    let metadata = reader.get_metadata().map_err(refused)?;
    let (claimed, columns) = (metadata.num_rows as u64, metadata.schema().columns().len());
    let hidden = metadata
        .key_value_metadata()
        .iter()
        .flatten()
        // The schema in another notation: names only, which are looked at anyway.
        .filter(|pair| pair.key != "ARROW:schema")
        .map(|pair| Hidden {
            place: "key-value metadata".to_owned(),
            text: format!("{} {}", pair.key, pair.value.as_deref().unwrap_or_default()),
        })
        .collect();
    memory::plausible(claimed, columns, file)?;
    let frame = reader.finish().map_err(refused)?;
    if frame.height() as u64 != claimed {
        return Err(Problem::new(Code::RowCount, file)
            .found(format!("{claimed} rows by the footer, {} by the reader", frame.height()))
            .into());
    }
    let header: Vec<String> =
        frame.get_column_names().iter().map(|name| name.as_str().to_owned()).collect();
    let columns =
        frame.columns().iter().map(|column| cells(column, file)).collect::<Result<Vec<_>, _>>()?;
    let remarks = Vec::new();
    Ok(memory::Contents { header, columns, format: "Parquet".to_owned(), remarks, hidden })
}

fn cells(column: &Column, file: &str) -> Result<Cells, Problems> {
    let unsupported = || {
        Problems::from(
            Problem::new(Code::Unsupported, file)
                .row(0)
                .column(column.name())
                .found("a column of a type that is not supported"),
        )
    };
    let cast = |to: &DataType| column.cast(to).map_err(|_| unsupported());
    let series = column.as_materialized_series();
    Ok(match column.dtype() {
        DataType::String => Cells::Text(series.str().map_err(|_| unsupported())?.clone()),
        DataType::Float64 => Cells::Number(series.f64().map_err(|_| unsupported())?.clone()),
        DataType::Float32 => Cells::single(series.f32().map_err(|_| unsupported())?.iter()),
        DataType::Boolean | DataType::UInt64 | DataType::Int64 => {
            let whole = cast(&DataType::Int64)?;
            if whole.null_count() != column.null_count() {
                return Err(unsupported());
            }
            let whole = whole.i64().map_err(|_| unsupported())?;
            Cells::whole(&whole.iter().collect::<Vec<_>>())
        }
        dtype if dtype.is_integer() => {
            let numbers = cast(&DataType::Float64)?;
            Cells::Number(numbers.f64().map_err(|_| unsupported())?.clone())
        }
        DataType::Date | DataType::Datetime(_, _) => {
            let days = cast(&DataType::Date)?.cast(&DataType::Int32).map_err(|_| unsupported())?;
            Cells::Date(days.i32().map_err(|_| unsupported())?.iter().collect())
        }
        DataType::Null => Cells::empty(column.len()),
        _ => return Err(unsupported()),
    })
}
