//! Rows as `COPY … (FORMAT binary)` wants them. What PostgreSQL would refuse is found here, so that one bad row never
//! stops the others. The same bytes come back from `COPY … TO`, hence they are also what checksums are made of.

use super::tables::{Column, Kind, Mapping};
use crate::platform::Timestamp;
use crate::store::{Cell, Row};

/// What begins the stream: signature, no flags, no extension.
pub(super) const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What ends it.
pub(super) const TAIL: &[u8] = &(-1_i16).to_be_bytes();

/// Milliseconds from 1970 to 2000, where PostgreSQL begins to count.
const TO_2000: i64 = 946_684_800_000;
/// The first and the last moment that PostgreSQL keeps, in microseconds from 2000: 4713 BC and 294276 AD.
const MOMENTS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// Append the fields of a row, from `first` on, without the count that begins a tuple. `Err` says why the warehouse
/// can't keep it, in words without its values; `out` is as before then.
pub(super) fn fields(
    out: &mut Vec<u8>,
    mapping: &Mapping,
    row: &Row<'_>,
    first: usize,
) -> Result<(), String> {
    let before = out.len();
    for (index, column) in mapping.columns.iter().enumerate() {
        let put = row.cell(first + index).map_err(|_| "not a readable text".to_owned());
        if let Err(why) = put.and_then(|cell| field(out, column, cell)) {
            out.truncate(before);
            return Err(format!("{}: {why}", column.name));
        }
    }
    Ok(())
}

fn field(out: &mut Vec<u8>, column: &Column, cell: Cell<'_>) -> Result<(), String> {
    match (column.kind, cell) {
        (_, Cell::Null) if column.required => return Err("missing".to_owned()),
        (_, Cell::Null) => null(out),
        (Kind::Text, Cell::Text(value)) if value.contains('\0') => {
            return Err("contains the NUL character".to_owned());
        }
        (Kind::Text, Cell::Text(value)) => text(out, value),
        (Kind::Whole, Cell::Integer(value)) => fixed(out, value.to_be_bytes()),
        (Kind::Real, Cell::Real(value)) => fixed(out, real(value).to_be_bytes()),
        #[expect(
            clippy::cast_precision_loss,
            reason = "SQLite gives whole values of a real column as integers"
        )]
        (Kind::Real, Cell::Integer(value)) => fixed(out, real(value as f64).to_be_bytes()),
        (Kind::Moment, Cell::Integer(value)) => match micros(value) {
            Some(micros) => fixed(out, micros.to_be_bytes()),
            None => return Err("a time outside what PostgreSQL keeps (4713 BC to 294276 AD)".to_owned()),
        },
        (kind, _) => return Err(format!("a value that is no {}", kind.postgres())),
    }
    Ok(())
}

/// No value.
pub(super) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(&(-1_i32).to_be_bytes());
}

/// A text without NUL.
pub(super) fn text(out: &mut Vec<u8>, value: &str) {
    let length = i32::try_from(value.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value.as_bytes());
}

/// A value of fixed length.
pub(super) fn fixed<const N: usize>(out: &mut Vec<u8>, value: [u8; N]) {
    let length = i32::try_from(N).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&value);
}

/// The count that begins a tuple.
pub(super) fn count(out: &mut Vec<u8>, fields: usize) {
    out.extend_from_slice(&i16::try_from(fields).unwrap_or(i16::MAX).to_be_bytes());
}

/// PostgreSQL's microseconds from 2000.
fn micros(millis: i64) -> Option<i64> {
    millis.checked_sub(TO_2000)?.checked_mul(1000).filter(|micros| MOMENTS.contains(micros))
}

/// The moment of PostgreSQL's microseconds.
pub(super) fn moment(micros: i64) -> Timestamp {
    Timestamp(micros.div_euclid(1000).saturating_add(TO_2000))
}

/// PostgreSQL calls 0 and -0 equal, and all NaN; so that checksums do too, each has one spelling.
fn real(value: f64) -> f64 {
    if value.is_nan() {
        f64::NAN
    } else if value == 0.0 {
        0.0
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMN: fn(Kind, bool) -> Column =
        |kind, required| Column { name: "x", kind, required, comment: "" };

    fn put(kind: Kind, cell: Cell<'_>) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        field(&mut out, &COLUMN(kind, true), cell).map(|()| out)
    }

    #[test]
    fn what_postgresql_keeps_is_written_and_the_rest_is_named() {
        assert_eq!(put(Kind::Text, Cell::Text("é")).unwrap(), [0, 0, 0, 2, 0xc3, 0xa9]);
        assert_eq!(put(Kind::Whole, Cell::Integer(-2)).unwrap()[4..], (-2_i64).to_be_bytes());
        assert_eq!(put(Kind::Moment, Cell::Integer(TO_2000 + 1)).unwrap()[4..], 1000_i64.to_be_bytes());
        assert_eq!(put(Kind::Real, Cell::Real(-0.0)), put(Kind::Real, Cell::Integer(0)));
        let refused = [
            (Kind::Text, Cell::Text("a\0b"), "NUL"),
            (Kind::Text, Cell::Integer(1), "no text"),
            (Kind::Whole, Cell::Text("1"), "no bigint"),
            (Kind::Whole, Cell::Null, "missing"),
            (Kind::Moment, Cell::Integer(i64::MAX), "outside"),
            (Kind::Moment, Cell::Integer(i64::MIN), "outside"),
            (Kind::Moment, Cell::Integer(9_224_318_016_000_000), "outside"),
        ];
        for (kind, cell, words) in refused {
            assert!(put(kind, cell).unwrap_err().contains(words), "{kind:?} {cell:?}");
        }
        let mut out = Vec::new();
        field(&mut out, &COLUMN(Kind::Text, false), Cell::Null).unwrap();
        assert_eq!(out, [0xff; 4]);
    }

    #[test]
    fn the_last_moment_is_kept_and_comes_back() {
        for millis in [0, -1, 1_772_357_400_123, 9_224_318_015_999_999, -210_866_803_200_000] {
            assert_eq!(moment(micros(millis).unwrap()), Timestamp(millis));
        }
    }
}
