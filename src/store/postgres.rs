//! PostgreSQL: a small lazy pool, TLS by rustls, transactions that are run again when others interfere.
//!
//! A `postgres::Client` panics when it is connected or dropped on a worker of a tokio runtime: the store must be
//! used from blocking threads only, and dropped after the runtime.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::postgres::{Client, Config, IsolationLevel, Transaction};
use r2d2::{CustomizeConnection, HandleError, Pool, PooledConnection};
use r2d2_postgres::PostgresConnectionManager;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{self, Trouble};
use super::sqlite::threads;
use super::stats::Counters;
use super::tx::{Inner, Prepared, Tx};
use super::{StoreOptions, tls, url};
use crate::platform::{Chance, Clock, Code, Fault, Result, Secret};

const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_mins(1);
const LIFETIME: Duration = Duration::from_mins(30);
const RETRIES: u32 = 5;
const PING_WAIT: Duration = Duration::from_secs(1);
const PING: Duration = Duration::from_secs(2);

/// Limits for those who set none in the URL's options, and commits that wait for the disk.
const SESSION: &str = "
    SELECT set_config('statement_timeout', '30s', false) WHERE current_setting('statement_timeout') = '0';
    SELECT set_config('lock_timeout', '10s', false) WHERE current_setting('lock_timeout') = '0';
    SELECT set_config('idle_in_transaction_session_timeout', '60s', false)
        WHERE current_setting('idle_in_transaction_session_timeout') = '0';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';";

type Manager = PostgresConnectionManager<MakeRustlsConnect>;
type Connection = PooledConnection<Manager>;

/// How to reach the server at `url`: the same limits and the same verified TLS for every connection.
fn prepare(url: &Secret) -> Result<(Config, MakeRustlsConnect)> {
    let url::Target { mut config, authority } = url::target(url)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(10));
    }
    config.keepalives_idle(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("echopilot");
    }
    Ok((config, tls::connector(authority.as_deref())?))
}

/// One connection of its own, outside any pool, with the server's defaults: for the warehouse. It may wait for ever
/// for a server that accepts connections and then says nothing, so it is made on a thread that can be given up.
pub(crate) fn connect(url: &Secret) -> Result<std::result::Result<Client, ::postgres::Error>> {
    let (config, tls) = prepare(url)?;
    Ok(config.connect(tls))
}

pub(super) struct Postgres {
    pool: Pool<Manager>,
    last: LastError,
    counters: Arc<Counters>,
}

impl Postgres {
    pub(super) fn open(url: &Secret, options: &StoreOptions, counters: Arc<Counters>) -> Result<Self> {
        let (config, tls) = prepare(url)?;
        let manager = Manager::new(config, tls);
        let last = LastError::default();
        let pool = Pool::builder()
            .max_size(options.connections.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .idle_timeout(Some(IDLE))
            .max_lifetime(Some(LIFETIME))
            .connection_timeout(CONNECT)
            .error_handler(Box::new(last.clone()))
            .connection_customizer(Box::new(Session(last.clone())))
            .thread_pool(threads("store-connections", 2))
            .build_unchecked(manager);
        Ok(Self { pool, last, counters })
    }

    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (answer, trouble) = self.once(false, f);
        match trouble {
            Some(Trouble::Stale) => answer.map_err(|fault| failure::busy().because(fault)),
            _ => answer,
        }
    }

    pub(super) fn write<T>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut retries = 0;
        loop {
            let (answer, trouble) = self.once(true, &f);
            let again = matches!(trouble, Some(Trouble::Again | Trouble::Lost | Trouble::Stale));
            if !again || retries == RETRIES {
                Counters::add(&self.counters.writes);
                return answer;
            }
            Counters::add(&self.counters.retries);
            std::thread::sleep(pause(retries));
            retries += 1;
        }
    }

    /// A connection answers within a few seconds.
    pub(super) fn ping(&self) -> Result<()> {
        let start = Clock::monotonic();
        loop {
            let mut connection =
                self.pool.get_timeout(PING_WAIT).map_err(|error| self.last.explain(&error))?;
            match connection.is_valid(PING) {
                Ok(()) => return Ok(()),
                // A connection that the server closed is thrown away; a new one tells how things are now.
                Err(error) if failure::is_lost(&error) && start.elapsed() < PING => {}
                Err(error) => return Err(failure::unavailable().because(error)),
            }
        }
    }

    /// One transaction, and what spoiled it if something did.
    fn once<T>(
        &self,
        writable: bool,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> (Result<T>, Option<Trouble>) {
        let mut left = self.pool.max_size() + 1;
        loop {
            let start = Clock::monotonic();
            let mut connection = match self.pool.get() {
                Ok(connection) => connection,
                Err(error) => return (Err(self.last.explain(&error)), None),
            };
            self.counters.waited(start.elapsed());
            let mut prepared =
                PooledConnection::extensions_mut(&mut connection).remove::<Prepared>().unwrap_or_default();
            let transaction = match begin(&mut connection, writable) {
                Ok(transaction) => transaction,
                // After the server was restarted every connection in the pool is dead; throw them away.
                Err(error) if failure::is_lost(&error) && left > 0 => {
                    left -= 1;
                    continue;
                }
                Err(error) => return (Err(failure::postgres("begin", error)), None),
            };
            let (answer, trouble) = self.run(transaction, &mut prepared, writable, f);
            if !matches!(trouble, Some(Trouble::Stale)) {
                PooledConnection::extensions_mut(&mut connection).insert(prepared);
            }
            return (answer, trouble);
        }
    }

    fn run<T>(
        &self,
        transaction: Transaction<'_>,
        prepared: &mut Prepared,
        writable: bool,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> (Result<T>, Option<Trouble>) {
        let mut tx = Tx::new(Inner::Postgres { transaction, prepared }, writable);
        let answer = f(&mut tx);
        let (inner, trouble) = tx.into_parts();
        let Inner::Postgres { transaction, .. } = inner else { return (answer, trouble) };
        let value = match (answer, trouble) {
            (Ok(_), Some(trouble)) => return (Err(super::swallowed()), Some(trouble)),
            (Err(fault), trouble) => return (Err(fault), trouble),
            (Ok(value), None) => value,
        };
        match transaction.commit() {
            Ok(()) => {
                if writable {
                    Counters::add(&self.counters.commits);
                }
                (Ok(value), None)
            }
            Err(error) => match failure::trouble(&error) {
                // Whether the server committed before the connection broke can't be known: not to be run again.
                Trouble::Lost => (Err(unknown().because(error)), None),
                trouble => (Err(failure::postgres("commit", error)), Some(trouble)),
            },
        }
    }
}

fn begin(
    connection: &mut Connection,
    writable: bool,
) -> std::result::Result<Transaction<'_>, ::postgres::Error> {
    let builder = connection.build_transaction();
    if writable {
        builder.isolation_level(IsolationLevel::Serializable).start()
    } else {
        builder.isolation_level(IsolationLevel::RepeatableRead).read_only(true).start()
    }
}

fn unknown() -> Fault {
    Fault::new(Code::Unavailable, "The connection broke while storing; look before trying again")
        .retry_after(5)
}

/// 1 to 2 ms before the first retry, doubled each time, so that rivals don't meet again.
fn pause(retries: u32) -> Duration {
    let mut chance = [0_u8; 2];
    Chance::System.fill(&mut chance);
    Duration::from_micros((1000 + u64::from(u16::from_le_bytes(chance)) / 64) << retries)
}

/// Why the last attempt to connect failed, for the log; the pool itself keeps only the outermost words.
#[derive(Debug, Clone, Default)]
struct LastError(Arc<Mutex<Option<String>>>);

impl LastError {
    fn explain(&self, error: &r2d2::Error) -> Fault {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let last = last.unwrap_or_else(|| "every connection is in use".to_owned());
        failure::unavailable().because(format!("{error}: {last}"))
    }
}

impl HandleError<::postgres::Error> for LastError {
    fn handle_error(&self, error: ::postgres::Error) {
        let cause = Fault::internal(error).cause();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cause;
    }
}

/// Settings of every new connection.
#[derive(Debug)]
struct Session(LastError);

impl CustomizeConnection<Client, ::postgres::Error> for Session {
    fn on_acquire(&self, client: &mut Client) -> std::result::Result<(), ::postgres::Error> {
        client.batch_execute(SESSION)?;
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}
