//! Private databases for tests: every story is told on both engines.
//!
//! [`on_each_engine`] runs a story on a migrated database of each; [`TestDatabase`] is one of them. PostgreSQL is
//! the server that `ECHOPILOT_TEST_POSTGRES_URL` names, with a schema per database, or one that is started for this
//! process and ends with it. `ECHOPILOT_TEST_ENGINES=sqlite` leaves PostgreSQL out and says so.
#![expect(clippy::expect_used, reason = "support of tests: what can't be set up shall stop the test")]
#![expect(clippy::missing_panics_doc, reason = "everything here panics when it can't be set up")]

mod server;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use tempfile::TempDir;

pub use server::Server;

use super::{DatabaseUrl, Engine, Store, StoreOptions, migrate};
use crate::platform::{Chance, Clock, Secret};

/// A database of its own, gone when dropped.
pub struct TestDatabase {
    /// Which engine it is on.
    pub engine: Engine,
    /// Where it is, for a program that opens it itself.
    pub url: DatabaseUrl,
    /// The same as text, as it stands in `DATABASE_URL`.
    pub text: String,
    store: Option<Store>,
    folder: Option<TempDir>,
    schema: Option<String>,
}

impl TestDatabase {
    /// A migrated database.
    pub fn new(engine: Engine, clock: Clock) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("echopilot.db");
                std::fs::write(&path, template()).expect("a copy of the template");
                Self::sqlite(folder, path, clock)
            }
            Engine::Postgres => {
                let database = Self::empty(engine, clock);
                migrate::migrate(database.store()).expect("migrations");
                database
            }
        }
    }

    /// A database without tables.
    pub fn empty(engine: Engine, clock: Clock) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("echopilot.db");
                Self::sqlite(folder, path, clock)
            }
            Engine::Postgres => Self::on_server(server::shared(), clock),
        }
    }

    /// An empty schema on a PostgreSQL server.
    pub fn on_server(server_url: &str, clock: Clock) -> Self {
        let mut bytes = [0_u8; 12];
        Chance::System.fill(&mut bytes);
        let mut schema = String::from("test_");
        for byte in bytes {
            write!(schema, "{byte:02x}").expect("writing to a string");
        }
        server::execute(server_url, &format!("CREATE SCHEMA {schema}"));
        let separator = if server_url.contains('?') { '&' } else { '?' };
        let text = format!("{server_url}{separator}options=-c%20search_path%3D{schema}");
        let url = DatabaseUrl::Postgres(Secret::new(&*text));
        let store = Store::open(&url, clock, StoreOptions::default()).expect("a store");
        Self { engine: Engine::Postgres, url, text, store: Some(store), folder: None, schema: Some(schema) }
    }

    fn sqlite(folder: TempDir, path: PathBuf, clock: Clock) -> Self {
        let text = format!("sqlite:{}", path.display());
        let url = DatabaseUrl::Sqlite(path);
        let store = Store::open(&url, clock, StoreOptions::default()).expect("a store");
        Self { engine: Engine::Sqlite, url, text, store: Some(store), folder: Some(folder), schema: None }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        self.store.as_ref().expect("a store until it is dropped")
    }

    /// A second store on the same database, as another process would have.
    pub fn second(&self, clock: Clock) -> Store {
        Store::open(&self.url, clock, StoreOptions::default()).expect("a second store")
    }

    /// Run SQL that is not among the statements: to prepare or to look at what a story is about.
    pub fn script(&self, sql: &'static str) {
        self.store().write(move |tx| tx.script("test", sql, sql)).expect("the test's own SQL");
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.store = None;
        self.folder = None;
        if let (Some(schema), Some((server_url, _))) = (&self.schema, self.text.rsplit_once("options=")) {
            server::try_execute(
                server_url.trim_end_matches(['?', '&']),
                &format!("DROP SCHEMA {schema} CASCADE"),
            );
        }
    }
}

/// The engines to test on; what is left out is said loudly.
pub fn engines() -> &'static [Engine] {
    #[expect(clippy::disallowed_methods, reason = "tests take no settings; this switch is theirs alone")]
    let chosen = std::env::var("ECHOPILOT_TEST_ENGINES").unwrap_or_default();
    match chosen.as_str() {
        "" | "sqlite,postgres" => &[Engine::Sqlite, Engine::Postgres],
        "sqlite" => {
            say("NOT RUN on PostgreSQL: ECHOPILOT_TEST_ENGINES=sqlite");
            &[Engine::Sqlite]
        }
        "postgres" => {
            say("NOT RUN on SQLite: ECHOPILOT_TEST_ENGINES=postgres");
            &[Engine::Postgres]
        }
        other => panic!("ECHOPILOT_TEST_ENGINES={other}: expected sqlite, postgres or sqlite,postgres"),
    }
}

/// Tell a story on a migrated database of each engine.
pub fn on_each_engine(story: impl Fn(&TestDatabase)) {
    for engine in engines() {
        say(&format!("on {engine}"));
        story(&TestDatabase::new(*engine, Clock::System));
    }
}

#[expect(clippy::print_stderr, reason = "what did not run must be seen in the test's output")]
fn say(words: &str) {
    eprintln!("{words}");
}

/// A migrated SQLite file, made once in a process.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let mut database = TestDatabase::empty(Engine::Sqlite, Clock::System);
        migrate::migrate(database.store()).expect("migrations");
        let DatabaseUrl::Sqlite(path) = database.url.clone() else { panic!("a SQLite database has a path") };
        // Closing the last connection moves everything from the log into the file.
        database.store = None;
        let connection = rusqlite::Connection::open(&path).expect("the template");
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
        std::fs::read(path).expect("the template")
    })
}
