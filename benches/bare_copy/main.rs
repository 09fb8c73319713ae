//! What a first load costs before anything of ours is done: every row of four SQLite tables, straight into COPY BINARY
//! to tables that have a primary key and nothing else, in one transaction. `bare_copy FILE` with the database's address
//! in `BARE_COPY_URL`; used by `scripts/bench` only.

use std::error::Error;
use std::io::Write;

use postgres::{Client, NoTls};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

/// Column and type: t text, i bigint, r double precision, m a moment in milliseconds.
type Column = (&'static str, u8);
const TABLES: [(&str, &[Column]); 4] = [
    (
        "customers",
        &[("id", b't'), ("plan", b't'), ("created_at", b'm'), ("updated_at", b'm'), ("disabled_at", b'm')],
    ),
    (
        "payments",
        &[
            ("id", b't'),
            ("customer_id", b't'),
            ("invoice_id", b't'),
            ("amount_minor", b'i'),
            ("refunded_minor", b'i'),
            ("currency", b't'),
            ("status", b't'),
            ("created_at", b'm'),
            ("updated_at", b'm'),
        ],
    ),
    (
        "jobs",
        &[
            ("id", b't'),
            ("customer_id", b't'),
            ("kind", b't'),
            ("status", b't'),
            ("qa_score", b'r'),
            ("qa_target", b'r'),
            ("cost_micro", b'i'),
            ("cost_currency", b't'),
            ("tokens_in", b'i'),
            ("tokens_out", b'i'),
            ("created_at", b'm'),
            ("started_at", b'm'),
            ("finished_at", b'm'),
        ],
    ),
    (
        "ops_events",
        &[
            ("id", b't'),
            ("kind", b't'),
            ("severity", b't'),
            ("summary", b't'),
            ("actor", b't'),
            ("created_at", b'm'),
        ],
    ),
];
const TO_2000: i64 = 946_684_800_000;
const CHUNK: usize = 128 * 1024;

fn put(out: &mut Vec<u8>, kind: u8, value: ValueRef<'_>) -> Result<(), Box<dyn Error>> {
    let fixed = |out: &mut Vec<u8>, bytes: [u8; 8]| {
        out.extend_from_slice(&8_i32.to_be_bytes());
        out.extend_from_slice(&bytes);
    };
    match (kind, value) {
        (_, ValueRef::Null) => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        (b't', ValueRef::Text(text)) => {
            out.extend_from_slice(&i32::try_from(text.len())?.to_be_bytes());
            out.extend_from_slice(text);
        }
        (b'i', ValueRef::Integer(whole)) => fixed(out, whole.to_be_bytes()),
        (b'r', ValueRef::Real(real)) => fixed(out, real.to_be_bytes()),
        (b'm', ValueRef::Integer(millis)) => fixed(out, ((millis - TO_2000) * 1000).to_be_bytes()),
        _ => return Err("a value of another kind".into()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("bare_copy FILE")?;
    let source = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let mut client = Client::connect(&std::env::var("BARE_COPY_URL")?, NoTls)?;
    let mut transaction = client.transaction()?;
    transaction.batch_execute("CREATE SCHEMA bare_copy")?;
    for (table, columns) in TABLES {
        let spelt = |(name, kind): &Column| match (*name, kind) {
            ("id", _) => "id text PRIMARY KEY".to_owned(),
            (name, b't') => format!("{name} text"),
            (name, b'i') => format!("{name} bigint"),
            (name, b'r') => format!("{name} double precision"),
            (name, _) => format!("{name} timestamptz"),
        };
        let list: Vec<_> = columns.iter().map(spelt).collect();
        transaction.batch_execute(&format!("CREATE TABLE bare_copy.{table} ({})", list.join(", ")))?;
        let mut writer =
            transaction.copy_in(&format!("COPY bare_copy.{table} FROM STDIN (FORMAT binary)"))?;
        let asked = |name| if name == "cost_currency" { "'USD'" } else { name };
        let names: Vec<_> = columns.iter().map(|(name, _)| asked(*name)).collect();
        let mut statement = source.prepare(&format!("SELECT {} FROM {table}", names.join(", ")))?;
        let mut rows = statement.query([])?;
        let mut buffer = Vec::with_capacity(2 * CHUNK);
        buffer.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        let count = i16::try_from(columns.len())?.to_be_bytes();
        while let Some(row) = rows.next()? {
            buffer.extend_from_slice(&count);
            for (index, (_, kind)) in columns.iter().enumerate() {
                put(&mut buffer, *kind, row.get_ref(index)?)?;
            }
            if buffer.len() >= CHUNK {
                writer.write_all(&buffer)?;
                buffer.clear();
            }
        }
        buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        writer.write_all(&buffer)?;
        writer.finish()?;
    }
    transaction.commit()?;
    Ok(())
}
