//! Results of statements. A plain struct gets [`FromRow`] by `row! { Invoice { id, number } }` (by column name);
//! one column or a tuple is read by position. A newtype implements [`Column`].

use ::postgres::types::Type;

use crate::platform::{Fault, Result, Timestamp};

/// A row, valid while the statement runs.
pub struct Row<'a>(pub(super) Inner<'a>);

pub(super) enum Inner<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a ::postgres::Row),
}

/// What stands in one column of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A whole number; also a boolean of SQLite.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// A boolean of PostgreSQL.
    Boolean(bool),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// A type that one column can be read as.
pub trait Column: Sized {
    /// Read it, or `None` when the cell is of another kind or out of range.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

/// A type that one row can be read as.
pub trait FromRow: Sized {
    /// Read it.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// Read a plain struct by column names: `row! { Invoice { id, number, issued_at } }`.
macro_rules! row {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::store::FromRow for $type {
            fn from_row(row: &$crate::store::Row<'_>) -> $crate::platform::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}
pub(crate) use row;

impl Row<'_> {
    /// The column of this name.
    pub fn get<C: Column>(&self, name: &str) -> Result<C> {
        let index = match &self.0 {
            Inner::Sqlite(row) => row.as_ref().column_index(name).ok(),
            Inner::Postgres(row) => row.columns().iter().position(|column| column.name() == name),
        };
        let index = index.ok_or_else(|| Fault::internal(format!("the statement has no column {name}")))?;
        self.at(index)
    }

    /// The column at this place, the first being 0.
    pub fn at<C: Column>(&self, index: usize) -> Result<C> {
        let cell = self.cell(index)?;
        C::from_cell(cell).ok_or_else(|| {
            let found = match cell {
                Cell::Null => "null",
                Cell::Integer(_) => "an integer",
                Cell::Real(_) => "a real number",
                Cell::Text(_) => "a text",
                Cell::Boolean(_) => "a boolean",
                Cell::Bytes(_) => "bytes",
            };
            let wanted = std::any::type_name::<C>();
            Fault::internal(format!(
                "column {index}: expected {wanted}, found {found}, or it is out of range"
            ))
        })
    }

    /// What stands at this place, borrowed: for copying rows without making values of them.
    pub(crate) fn cell(&self, index: usize) -> Result<Cell<'_>> {
        match &self.0 {
            Inner::Sqlite(row) => {
                use rusqlite::types::ValueRef;
                Ok(match row.get_ref(index).map_err(Fault::internal)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(value) => Cell::Integer(value),
                    ValueRef::Real(value) => Cell::Real(value),
                    ValueRef::Text(bytes) => Cell::Text(std::str::from_utf8(bytes).map_err(Fault::internal)?),
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes),
                })
            }
            Inner::Postgres(row) => postgres_cell(row, index),
        }
    }
}

fn postgres_cell(row: &::postgres::Row, index: usize) -> Result<Cell<'_>> {
    let Some(column) = row.columns().get(index) else {
        return Err(Fault::internal(format!("the statement has no column {index}")));
    };
    let cell = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(index).map(|value| value.map(Cell::Integer)),
        Type::INT4 => {
            row.try_get::<_, Option<i32>>(index).map(|value| value.map(|v| Cell::Integer(v.into())))
        }
        Type::INT2 => {
            row.try_get::<_, Option<i16>>(index).map(|value| value.map(|v| Cell::Integer(v.into())))
        }
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(index).map(|value| value.map(Cell::Real)),
        Type::FLOAT4 => row.try_get::<_, Option<f32>>(index).map(|value| value.map(|v| Cell::Real(v.into()))),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
            row.try_get::<_, Option<&str>>(index).map(|value| value.map(Cell::Text))
        }
        Type::BOOL => row.try_get::<_, Option<bool>>(index).map(|value| value.map(Cell::Boolean)),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index).map(|value| value.map(Cell::Bytes)),
        Type::VOID => return Ok(Cell::Null),
        ref other => {
            let name = column.name();
            return Err(Fault::internal(format!("column {name} is {other}: cast it in the statement")));
        }
    };
    Ok(cell.map_err(Fault::internal)?.unwrap_or(Cell::Null))
}

macro_rules! column {
    ($($type:ty: $($pattern:pat => $made:expr),+;)*) => {
        $(impl Column for $type {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                match cell {
                    $($pattern => $made,)+
                    _ => None,
                }
            }
        })*
    };
}

column! {
    i64: Cell::Integer(value) => Some(value);
    i32: Cell::Integer(value) => value.try_into().ok();
    u64: Cell::Integer(value) => value.try_into().ok();
    u32: Cell::Integer(value) => value.try_into().ok();
    u16: Cell::Integer(value) => value.try_into().ok();
    u8: Cell::Integer(value) => value.try_into().ok();
    usize: Cell::Integer(value) => value.try_into().ok();
    f64: Cell::Real(value) => Some(value), Cell::Integer(value) => exact(value);
    bool: Cell::Boolean(value) => Some(value), Cell::Integer(0) => Some(false), Cell::Integer(1) => Some(true);
    String: Cell::Text(value) => Some(value.to_owned());
    Vec<u8>: Cell::Bytes(value) => Some(value.to_vec());
    Timestamp: Cell::Integer(value) => Some(Timestamp(value));
}

/// SQLite answers a whole number where an expression happens to have one.
fn exact(value: i64) -> Option<f64> {
    i32::try_from(value).ok().map(f64::from).or_else(|| value.to_string().parse().ok())
}

impl<C: Column> Column for Option<C> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => C::from_cell(cell).map(Some),
        }
    }
}

impl<C: Column> FromRow for C {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.at(0)
    }
}

macro_rules! tuples {
    ($($($letter:ident $index:literal)+;)*) => {
        $(impl<$($letter: Column),+> FromRow for ($($letter,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.at::<$letter>($index)?,)+))
            }
        })*
    };
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}
