//! Arrow IPC, as a file or as a stream.

mod messages;

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
        UInt64Type,
    },
};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};

use super::{Cells, Hidden, Input, Table, bytes::Damaged, memory};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Rows from which several threads are worth their start.
pub(super) const MANY: usize = 50_000;

/// Reads the whole file.
pub(super) fn open(input: &Input, is_stream: bool) -> Result<Table, Problems> {
    let file = &input.shown;
    let contents = memory::isolated(file, || contents(&input.bytes, is_stream, file))?;
    memory::table(contents, file)
}

fn contents(bytes: &[u8], is_stream: bool, file: &str) -> Result<memory::Contents, Problems> {
    let found = if is_stream { messages::stream(bytes) } else { messages::file(bytes) };
    let batches = found.map_err(|Damaged| Problems::from(Problem::new(Code::Unreadable, file)))?;
    let hidden = metadata(&batches.schema);
    let format = if is_stream { "Arrow stream" } else { "Arrow file" };
    from_batches(&batches, format, hidden, file)
}

/// Schema and batches of a file.
pub(super) struct Batches {
    pub(super) schema: SchemaRef,
    pub(super) batches: Vec<RecordBatch>,
}

/// The columns of all batches.
pub(super) fn from_batches(
    Batches { schema, batches }: &Batches,
    format: &str,
    hidden: Vec<Hidden>,
    file: &str,
) -> Result<memory::Contents, Problems> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    memory::plausible(rows as u64, schema.fields().len(), file)?;
    let header: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let column = |i: usize| column(schema, batches, i, file);
    let columns = if rows < MANY {
        (0..header.len()).map(column).collect::<Result<Vec<_>, _>>()?
    } else {
        memory::side_by_side(file, header.len(), column)?
    };
    Ok(memory::Contents { header, columns, format: format.to_owned(), remarks: Vec::new(), hidden })
}

/// The cells of one column in all batches; without a batch, whether its type is supported.
pub(super) fn column(
    schema: &Schema,
    batches: &[RecordBatch],
    i: usize,
    file: &str,
) -> Result<Cells, Problems> {
    let parts: Vec<&dyn Array> = batches.iter().map(|b| b.column(i).as_ref()).collect();
    cells(schema.field(i).data_type(), &parts).ok_or_else(|| {
        Problem::new(Code::Unsupported, file)
            .row(0)
            .column(schema.field(i).name())
            .found("a column of a type that is not supported")
            .into()
    })
}

fn metadata(schema: &Schema) -> Vec<Hidden> {
    let of_fields = schema.fields().iter().flat_map(|field| {
        field.metadata().iter().map(|(key, value)| {
            (format!("metadata of column `{}`", field.name()), format!("{key} {value}"))
        })
    });
    let of_schema = (schema.metadata().iter())
        .map(|(key, value)| ("schema metadata".to_owned(), format!("{key} {value}")));
    let mut hidden: Vec<Hidden> =
        of_schema.chain(of_fields).map(|(place, text)| Hidden { place, text }).collect();
    // The metadata come from a map without an order.
    hidden.sort_by(|a, b| (&a.place, &a.text).cmp(&(&b.place, &b.text)));
    hidden
}

/// The values of a primitive column in all its parts.
fn values<T: ArrowPrimitiveType>(parts: &[&dyn Array]) -> Vec<Option<T::Native>> {
    parts.iter().flat_map(|part| part.as_primitive::<T>().iter()).collect()
}

fn whole<T: ArrowPrimitiveType>(parts: &[&dyn Array]) -> Cells
where
    i64: From<T::Native>,
{
    const EXACT: u64 = 1 << 53;
    if parts.iter().all(|part| part.null_count() == 0) {
        let numbers = || {
            let all = parts.iter().flat_map(|part| part.as_primitive::<T>().values().iter());
            all.map(|v| i64::from(*v))
        };
        if numbers().all(|v| v.unsigned_abs() <= EXACT) {
            return Cells::numbers(numbers().map(|v| v as f64).collect());
        }
    }
    let values: Vec<Option<i64>> =
        values::<T>(parts).into_iter().map(|v| v.map(i64::from)).collect();
    Cells::whole(&values)
}

/// Time since 1970 in units of which `per_day` make a day.
fn days<T: ArrowPrimitiveType<Native = i64>>(parts: &[&dyn Array], per_day: i64) -> Cells {
    let day = |v: i64| i32::try_from(v.div_euclid(per_day)).ok();
    Cells::Date(values::<T>(parts).into_iter().map(|v| v.and_then(day)).collect())
}

fn cells(data_type: &DataType, parts: &[&dyn Array]) -> Option<Cells> {
    const DAY: i64 = 86_400;
    Some(match data_type {
        DataType::Utf8 => Cells::text(parts.iter().flat_map(|p| p.as_string::<i32>().iter())),
        DataType::LargeUtf8 => Cells::text(parts.iter().flat_map(|p| p.as_string::<i64>().iter())),
        DataType::Utf8View => Cells::text(parts.iter().flat_map(|p| p.as_string_view().iter())),
        DataType::Dictionary(_, value) => {
            let mut text: Vec<Option<String>> = Vec::new();
            for part in parts {
                let dictionary = part.as_any_dictionary();
                let words = dictionary.values();
                let words: Vec<Option<&str>> = match **value {
                    DataType::Utf8 => words.as_string::<i32>().iter().collect(),
                    DataType::LargeUtf8 => words.as_string::<i64>().iter().collect(),
                    DataType::Utf8View => words.as_string_view().iter().collect(),
                    _ => return None,
                };
                let keys = if words.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
                text.extend((0..part.len()).map(|i| {
                    let key = *keys.get(i).filter(|_| part.is_valid(i))?;
                    words.get(key)?.map(str::to_owned)
                }));
            }
            Cells::text(text.into_iter())
        }
        DataType::Float64 if parts.iter().all(|part| part.null_count() == 0) => {
            let all = parts.iter().flat_map(|part| part.as_primitive::<Float64Type>().values());
            Cells::numbers(all.copied().collect())
        }
        DataType::Float64 => Cells::number(values::<Float64Type>(parts).into_iter()),
        DataType::Float32 => Cells::single(values::<Float32Type>(parts).into_iter()),
        DataType::Int8 => whole::<Int8Type>(parts),
        DataType::Int16 => whole::<Int16Type>(parts),
        DataType::Int32 => whole::<Int32Type>(parts),
        DataType::Int64 => whole::<Int64Type>(parts),
        DataType::UInt8 => whole::<UInt8Type>(parts),
        DataType::UInt16 => whole::<UInt16Type>(parts),
        DataType::UInt32 => whole::<UInt32Type>(parts),
        DataType::UInt64 => {
            Cells::text(values::<UInt64Type>(parts).into_iter().map(|v| v.map(|v| v.to_string())))
        }
        DataType::Boolean => Cells::number(
            (parts.iter())
                .flat_map(|p| p.as_boolean().iter())
                .map(|v| v.map(|v| f64::from(u8::from(v)))),
        ),
        DataType::Date32 => Cells::Date(values::<Date32Type>(parts)),
        DataType::Date64 => days::<Date64Type>(parts, DAY * 1000),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => days::<TimestampSecondType>(parts, DAY),
            TimeUnit::Millisecond => days::<TimestampMillisecondType>(parts, DAY * 1000),
            TimeUnit::Microsecond => days::<TimestampMicrosecondType>(parts, DAY * 1_000_000),
            TimeUnit::Nanosecond => days::<TimestampNanosecondType>(parts, DAY * 1_000_000_000),
        },
        DataType::Null => Cells::empty(parts.iter().map(|p| p.len()).sum()),
        _ => return None,
    })
}
