//! Looking into the database of a [`Home`] or a [`TestApp`] past the program, and changing it behind its back.

use std::path::Path;

use postgres::{Client, NoTls, SimpleQueryMessage};
use rusqlite::Connection;

use super::{Home, TestApp};

impl Home {
    /// The rows of a query, each as its columns in text; an absent value is empty.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match self.database() {
            Some(database) => postgres_rows(&database.text, sql),
            None => sqlite_rows(&self.sqlite(), sql),
        }
    }

    /// Every table with all its rows.
    pub(crate) fn everything(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let tables = match self.database() {
            Some(_) => self.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"),
            None => self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"),
        };
        let tables: Vec<String> = tables.into_iter().flatten().collect();
        assert!(tables.iter().any(|table| table == "customers"), "{tables:?}");
        let dump = |table: String| (table.clone(), self.rows(&format!("SELECT * FROM {table}")));
        tables.into_iter().map(dump).collect()
    }

    /// The one whole number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        rows.first().and_then(|row| row.first()?.parse().ok()).unwrap_or_else(|| panic!("{sql}: {rows:?}"))
    }

    /// Run statements that change something.
    pub(crate) fn change(&self, sql: &str) {
        match self.database() {
            Some(database) => client(&database.text).batch_execute(sql).expect("a change"),
            None => self.sqlite().execute_batch(sql).expect("a change"),
        }
    }

    fn sqlite(&self) -> Connection {
        open(&self.data_dir().join("echopilot.db"))
    }
}

impl TestApp {
    /// The rows of a query, each as its columns in text; an absent value is empty.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let text = &self.database.as_ref().expect("a database").text;
        match text.strip_prefix("sqlite:") {
            Some(path) => sqlite_rows(&open(Path::new(path)), sql),
            None => postgres_rows(text, sql),
        }
    }

    /// Run statements that change something.
    pub(crate) fn change(&self, sql: &str) {
        let text = &self.database.as_ref().expect("a database").text;
        match text.strip_prefix("sqlite:") {
            Some(path) => open(Path::new(path)).execute_batch(sql).expect("a change"),
            None => client(text).batch_execute(sql).expect("a change"),
        }
    }

    /// The kinds of the events that were told, oldest first.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut kinds = self.rows("SELECT kind FROM ops_events ORDER BY created_at, id");
        kinds.drain(..).map(|mut row| row.remove(0)).collect()
    }
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the database");
    connection.busy_timeout(std::time::Duration::from_secs(10)).expect("patience");
    connection
}

fn sqlite_rows(connection: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare(sql).expect("a query");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at).map(as_text)).collect()
    });
    rows.expect("rows").collect::<Result<_, _>>().expect("every row")
}

fn postgres_rows(url: &str, sql: &str) -> Vec<Vec<String>> {
    let messages = client(url).simple_query(sql).expect("rows");
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| (0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect()).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test looks past the store")]
fn client(url: &str) -> Client {
    Client::connect(url, NoTls).expect("PostgreSQL")
}

fn as_text(value: rusqlite::types::Value) -> String {
    use rusqlite::types::Value::{Blob, Integer, Null, Real, Text};
    match value {
        Null => String::new(),
        Integer(number) => number.to_string(),
        Real(number) => number.to_string(),
        Text(text) => text,
        Blob(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    }
}
