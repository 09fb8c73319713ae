//! Arguments of statements: [`Value`], made by `args![a, b, c]`.

use std::error::Error;

use ::postgres::types::private::BytesMut;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::platform::Timestamp;

/// One argument of a statement.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// `BIGINT`: numbers, money in minor units, times in milliseconds.
    Integer(i64),
    /// `DOUBLE PRECISION`.
    Real(f64),
    /// `TEXT`. The NUL character is refused, since PostgreSQL can't keep it.
    Text(String),
    /// `BOOLEAN`; 0 or 1 in SQLite.
    Boolean(bool),
    /// `BLOB` in SQLite, `BYTEA` in PostgreSQL.
    Bytes(Vec<u8>),
}

impl Value {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "a text",
            Self::Boolean(_) => "a boolean",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// The arguments of a statement: `args![name, limit, now]` is a `&[Value]`, the first being `$1`.
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::Value::from($value)),*] as &[$crate::store::Value]
    };
}
pub(crate) use args;

macro_rules! from {
    ($($type:ty => |$value:ident| $made:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        })*
    };
}

from! {
    i64 => |value| Self::Integer(value);
    i32 => |value| Self::Integer(value.into());
    u32 => |value| Self::Integer(value.into());
    u16 => |value| Self::Integer(value.into());
    u8 => |value| Self::Integer(value.into());
    f64 => |value| Self::Real(value);
    bool => |value| Self::Boolean(value);
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    Timestamp => |value| Self::Integer(value.millis());
    &Value => |value| value.clone();
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Boolean(value) => ValueRef::Integer((*value).into()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, wanted) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(value), &Type::INT8) => value.to_sql(wanted, out),
            (Self::Integer(value), &Type::INT4) => i32::try_from(*value)?.to_sql(wanted, out),
            (Self::Integer(value), &Type::INT2) => i16::try_from(*value)?.to_sql(wanted, out),
            #[expect(
                clippy::cast_precision_loss,
                reason = "SQLite makes the same of a BIGINT in a real column"
            )]
            (Self::Integer(value), &Type::FLOAT8) => (*value as f64).to_sql(wanted, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(wanted, out),
            (Self::Text(value), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => value.to_sql(wanted, out),
            (Self::Boolean(value), &Type::BOOL) => value.to_sql(wanted, out),
            (Self::Bytes(value), &Type::BYTEA) => value.to_sql(wanted, out),
            (given, _) => Err(format!("the statement wants {wanted} and was given {}", given.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
