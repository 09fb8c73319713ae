//! The database: SQLite or PostgreSQL, chosen by `DATABASE_URL`, with the same promise on both. Writes are
//! serialisable, a read sees one snapshot, and what was answered survives a crash. docs/STORE.md has the rules for SQL
//! that both engines understand.
//!
//! - [`Store::read`] and [`Store::write`] run a closure in a transaction; [`Tx`] runs statements. A closure given to
//!   `write` may run again, so it does nothing but SQL.
//! - `statements!` in a slice's `sql.rs` is the only place for SQL; `args!` makes arguments, `row!` reads rows.
//! - [`lease`]: one holder at a time, across processes. [`documents`]: versioned texts. [`migrate`]: the tables.
//!
//! Everything here blocks. On PostgreSQL a store must not be opened, used or dropped on a worker of an asynchronous
//! runtime (its client would panic there): use blocking threads, and drop the runtime before the store.

pub mod documents;
mod failure;
pub mod lease;
pub mod migrate;
mod nested;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod stats;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tls;
mod tx;
mod url;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use row::{Cell, Column, FromRow, Row};
pub use sql::Sql;
pub use stats::StoreStats;
pub use tx::Tx;
pub use url::DatabaseUrl;
pub use value::Value;

pub(crate) use postgres::connect;
pub(crate) use row::row;
pub(crate) use sql::statements;
pub(crate) use value::args;

use self::postgres::Postgres;
use self::sqlite::Sqlite;
use self::stats::Counters;
use crate::platform::{Clock, Fault, Result};

/// The statements of this folder, for the catalogue.
pub const STATEMENTS: &[&[Sql]] = &[documents::ALL, lease::ALL, migrate::ALL];

/// Which engine a store uses: for reports, never to choose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file on this machine.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Engine {
    /// The name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many connections a store may open. All are opened when needed and closed when idle.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Connections that read from SQLite.
    pub readers: u32,
    /// Connections to PostgreSQL.
    pub connections: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { readers: 4, connections: 8 }
    }
}

/// The database. Clones share it.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    backend: Backend,
    clock: Clock,
    counters: Arc<Counters>,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
    Tripwire,
}

impl Store {
    /// Open a database; its tables are [`migrate`]'s concern. A SQLite file is created when missing, PostgreSQL is
    /// not contacted before the first use.
    pub fn open(url: &DatabaseUrl, clock: Clock, options: StoreOptions) -> Result<Self> {
        let counters = Arc::new(Counters::default());
        let backend = match url {
            DatabaseUrl::Sqlite(path) => {
                Backend::Sqlite(Sqlite::open(path, &options, Arc::clone(&counters))?)
            }
            DatabaseUrl::Postgres(url) => {
                Backend::Postgres(Postgres::open(url, &options, Arc::clone(&counters))?)
            }
        };
        Ok(Self(Arc::new(Shared { backend, clock, counters })))
    }

    /// A store that panics when it is used: for tests of operations that promise to touch no disk.
    pub fn tripwire() -> Self {
        let counters = Arc::new(Counters::default());
        Self(Arc::new(Shared { backend: Backend::Tripwire, clock: Clock::System, counters }))
    }

    /// Which engine it is: for reports, never to choose SQL.
    ///
    /// # Panics
    /// On a tripwire, as every method does.
    pub fn engine(&self) -> Engine {
        match &self.0.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
            Backend::Tripwire => tripped(),
        }
    }

    /// Run `f` on one snapshot. It can't write.
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let _inside = nested::enter_once()?;
        let answer = match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.read(f),
            Backend::Postgres(postgres) => postgres.read(f),
            Backend::Tripwire => tripped(),
        };
        Counters::add(&self.0.counters.reads);
        answer
    }

    /// Run `f` in a serialisable transaction and store what it did when it answers `Ok`. It may run more than once,
    /// and on another thread, so it does nothing but SQL. A panic in it undoes its changes and goes on in the caller.
    pub fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _inside = nested::enter_once()?;
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.writer.write(f),
            Backend::Postgres(postgres) => postgres.write(f),
            Backend::Tripwire => tripped(),
        }
    }

    /// Whether the database answers, within a few seconds.
    pub fn ping(&self) -> Result<()> {
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.ping(),
            Backend::Postgres(postgres) => postgres.ping(),
            Backend::Tripwire => tripped(),
        }
    }

    /// Figures for metrics.
    pub fn stats(&self) -> StoreStats {
        self.0.counters.snapshot()
    }

    /// The clock that leases and migrations go by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0.backend {
            Backend::Sqlite(_) => "Store(sqlite)",
            Backend::Postgres(_) => "Store(postgres)",
            Backend::Tripwire => "Store(tripwire)",
        })
    }
}

fn tripped() -> ! {
    panic!("an operation that promised to touch neither disk nor network used the store")
}

/// The closure went on after a failed statement and answered `Ok`.
fn swallowed() -> Fault {
    Fault::internal("a closure answered Ok although a statement of its transaction had failed")
}
