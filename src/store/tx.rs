//! A transaction: what a closure given to `Store::read` or `Store::write` works with.
//!
//! After a statement has failed the transaction is over on both engines: the next statement fails too, and so does
//! the whole even when the closure answers `Ok`. PostgreSQL can't do otherwise, and SQLite shall not differ.

use std::collections::HashMap;

use ::postgres::types::ToSql;
use ::postgres::{Statement, Transaction};

use super::failure::{self, Trouble};
use super::row::{FromRow, Inner as RowInner, Row};
use super::{Sql, Value};
use crate::platform::{Code, Fault, Result};

/// Rows fetched at a time by [`Tx::each`] from PostgreSQL.
const PORTION: i32 = 256;
/// A connection forgets its prepared statements when it has this many.
const PREPARED: usize = 512;

pub(super) type Prepared = HashMap<&'static str, Statement>;

pub(super) enum Inner<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres { transaction: Transaction<'a>, prepared: &'a mut Prepared },
}

/// A running transaction.
pub struct Tx<'a> {
    inner: Inner<'a>,
    writable: bool,
    trouble: Option<Trouble>,
    /// Whether anything was run on SQLite that may have changed something.
    touched: bool,
}

impl<'a> Tx<'a> {
    pub(super) fn new(inner: Inner<'a>, writable: bool) -> Self {
        Self { inner, writable, trouble: None, touched: false }
    }

    pub(super) fn has_touched(&self) -> bool {
        self.touched
    }

    pub(super) fn into_parts(self) -> (Inner<'a>, Option<Trouble>) {
        (self.inner, self.trouble)
    }

    pub(super) fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// All rows.
    pub fn rows<R: FromRow>(&mut self, sql: Sql, args: &[Value]) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        self.visit(sql, args, &mut |row| {
            rows.push(R::from_row(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row; `NotFound` when there is none.
    pub fn one<R: FromRow>(&mut self, sql: Sql, args: &[Value]) -> Result<R> {
        self.maybe(sql, args)?
            .ok_or_else(|| Fault::not_found("The record").because(format!("{} has no row", sql.name())))
    }

    /// The first row, if there is one.
    pub fn maybe<R: FromRow>(&mut self, sql: Sql, args: &[Value]) -> Result<Option<R>> {
        let mut first = None;
        self.visit(sql, args, &mut |row| {
            if first.is_none() {
                first = Some(R::from_row(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Change something; answers how many rows were affected.
    pub fn run(&mut self, sql: Sql, args: &[Value]) -> Result<u64> {
        self.admit(args)?;
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                self.touched = true;
                let ran = lite::bound(connection, sql, args)
                    .and_then(|mut statement| statement.raw_execute().map_err(lite::Failure::Engine));
                match ran {
                    Ok(count) => Ok(count as u64),
                    Err(failure) => Err(self.sqlite_failed(sql, failure)),
                }
            }
            Inner::Postgres { transaction, prepared } => {
                let ran = pg::prepared(transaction, prepared, sql)
                    .and_then(|statement| transaction.execute(&statement, &pg::parameters(args)));
                ran.map_err(|error| self.postgres_failed(sql.name(), error))
            }
        }
    }

    /// Every row in turn, in bounded memory however many there are: for exports.
    pub fn each(
        &mut self,
        sql: Sql,
        args: &[Value],
        f: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        if matches!(self.inner, Inner::Sqlite(_)) {
            return self.visit(sql, args, f);
        }
        self.admit(args)?;
        let Inner::Postgres { transaction, prepared } = &mut self.inner else { return Ok(()) };
        let portal = pg::prepared(transaction, prepared, sql)
            .and_then(|statement| transaction.bind(&statement, &pg::parameters(args)));
        let portal = match portal {
            Ok(portal) => portal,
            Err(error) => return Err(self.postgres_failed(sql.name(), error)),
        };
        loop {
            let Inner::Postgres { transaction, .. } = &mut self.inner else { return Ok(()) };
            let rows = match transaction.query_portal(&portal, PORTION) {
                Ok(rows) => rows,
                Err(error) => return Err(self.postgres_failed(sql.name(), error)),
            };
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                f(&Row(RowInner::Postgres(row)))?;
            }
        }
    }

    /// A script of several statements without arguments: migrations only.
    pub(super) fn script(&mut self, what: &str, lite: &'static str, pg: &'static str) -> Result<()> {
        self.admit(&[])?;
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                self.touched = true;
                connection.execute_batch(lite).map_err(|error| {
                    self.trouble = Some(Trouble::Failed);
                    failure::sqlite(what, self.writable, error)
                })
            }
            Inner::Postgres { transaction, .. } => {
                let ran = transaction.batch_execute(pg);
                ran.map_err(|error| self.postgres_failed(what, error))
            }
        }
    }

    /// Ask an engine to read a statement without running it.
    #[cfg(any(test, feature = "testing"))]
    pub fn prepare(&mut self, sql: Sql) -> Result<()> {
        self.admit(&[])?;
        match &mut self.inner {
            Inner::Sqlite(connection) => match connection.prepare(sql.lite()) {
                Ok(_) => Ok(()),
                Err(error) => Err(self.sqlite_failed(sql, lite::Failure::Engine(error))),
            },
            Inner::Postgres { transaction, .. } => {
                let ran = transaction.prepare(sql.pg()).map(|_| ());
                ran.map_err(|error| self.postgres_failed(sql.name(), error))
            }
        }
    }

    /// A pragma of the writer's connection.
    #[cfg(test)]
    pub(super) fn pragma(&mut self, sql: &'static str) -> Result<()> {
        let Inner::Sqlite(connection) = &self.inner else { return Ok(()) };
        connection.query_row(sql, [], |_| Ok(())).map_err(Fault::internal)
    }

    /// A pragma's value.
    #[cfg(test)]
    pub(super) fn pragma_value(&mut self, name: &'static str) -> Result<i64> {
        let Inner::Sqlite(connection) = &self.inner else { return Ok(0) };
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(Fault::internal)
    }

    fn visit(&mut self, sql: Sql, args: &[Value], f: &mut dyn FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        self.admit(args)?;
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                let failure = match lite::bound(connection, sql, args) {
                    Ok(mut statement) => {
                        self.touched |= !statement.readonly();
                        let mut rows = statement.raw_query();
                        loop {
                            match rows.next() {
                                Ok(Some(row)) => f(&Row(RowInner::Sqlite(row)))?,
                                Ok(None) => return Ok(()),
                                Err(error) => break lite::Failure::Engine(error),
                            }
                        }
                    }
                    Err(failure) => failure,
                };
                Err(self.sqlite_failed(sql, failure))
            }
            Inner::Postgres { transaction, prepared } => {
                let found = pg::prepared(transaction, prepared, sql)
                    .and_then(|statement| transaction.query(&statement, &pg::parameters(args)));
                let rows = found.map_err(|error| self.postgres_failed(sql.name(), error))?;
                rows.iter().try_for_each(|row| f(&Row(RowInner::Postgres(row))))
            }
        }
    }

    /// What must hold before any statement.
    fn admit(&self, args: &[Value]) -> Result<()> {
        if self.trouble.is_some() {
            return Err(Fault::internal("a statement was run after one that had failed"));
        }
        let has_nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        if args.iter().any(has_nul) {
            return Err(Fault::new(Code::Invalid, "A text must not contain the NUL character"));
        }
        Ok(())
    }

    fn sqlite_failed(&mut self, sql: Sql, failure: lite::Failure) -> Fault {
        self.trouble = Some(Trouble::Failed);
        match failure {
            lite::Failure::Engine(error) => failure::sqlite(sql.name(), self.writable, error),
            lite::Failure::Arguments(words) => Fault::internal(format!("{}: {words}", sql.name())),
        }
    }

    fn postgres_failed(&mut self, what: &str, error: ::postgres::Error) -> Fault {
        self.trouble = Some(failure::trouble(&error));
        failure::postgres(what, error)
    }
}

mod lite {
    use rusqlite::{CachedStatement, Connection};

    use super::super::{Sql, Value};

    pub(super) enum Failure {
        Engine(rusqlite::Error),
        Arguments(String),
    }

    impl From<rusqlite::Error> for Failure {
        fn from(error: rusqlite::Error) -> Self {
            Self::Engine(error)
        }
    }

    /// SQLite takes `$2` for a *name* and numbers parameters by their first appearance, so each is bound by the
    /// number in its name.
    pub(super) fn bound<'c>(
        connection: &'c Connection,
        sql: Sql,
        args: &[Value],
    ) -> Result<CachedStatement<'c>, Failure> {
        let mut statement = connection.prepare_cached(sql.lite())?;
        let mut highest = 0;
        for index in 1..=statement.parameter_count() {
            let number = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
                .filter(|number| *number > 0);
            let Some(number) = number else {
                return Err(Failure::Arguments(format!("parameter {index} is not of the form $1")));
            };
            highest = highest.max(number);
            if let Some(value) = args.get(number - 1) {
                statement.raw_bind_parameter(index, value)?;
            }
        }
        if highest == args.len() {
            Ok(statement)
        } else {
            Err(Failure::Arguments(format!("it takes {highest} arguments and was given {}", args.len())))
        }
    }
}

mod pg {
    use super::{PREPARED, Prepared, Sql, Statement, ToSql, Transaction, Value};

    pub(super) fn prepared(
        transaction: &mut Transaction<'_>,
        cache: &mut Prepared,
        sql: Sql,
    ) -> Result<Statement, ::postgres::Error> {
        if let Some(statement) = cache.get(sql.pg()) {
            return Ok(statement.clone());
        }
        let statement = transaction.prepare(sql.pg())?;
        if cache.len() >= PREPARED {
            cache.clear();
        }
        cache.insert(sql.pg(), statement.clone());
        Ok(statement)
    }

    pub(super) fn parameters(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
        args.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
    }
}
