//! Versioned texts: the rows behind hot documents when the store is shared by replicas. Each change names the version
//! it was made from, so nobody overwrites what they have not seen, and every version is kept.

use super::{Tx, args, row, statements};
use crate::platform::{Code, Fault, Result, Timestamp};

statements! {
    READ = "SELECT name, version, body, updated_at, updated_by FROM documents WHERE name = $1";
    VERSIONS = "SELECT name, version FROM documents ORDER BY name";
    INSERT = "INSERT INTO documents (name, version, body, updated_at, updated_by) VALUES ($1, 1, $2, $3, $4)
        ON CONFLICT (name) DO NOTHING";
    REPLACE = "UPDATE documents SET version = version + 1, body = $2, updated_at = $3, updated_by = $4
        WHERE name = $1 AND version = $5";
    KEEP = "INSERT INTO document_history (name, version, body, updated_at, updated_by)
        SELECT name, version, body, updated_at, updated_by FROM documents WHERE name = $1";
    HISTORY = "SELECT name, version, body, updated_at, updated_by FROM document_history
        WHERE name = $1 ORDER BY version DESC LIMIT $2";
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// 1 for the first, one more for each change.
    pub version: i64,
    /// The text.
    pub body: String,
    /// When this version was stored.
    pub updated_at: Timestamp,
    /// Who stored it.
    pub updated_by: String,
}

row! { Document { name, version, body, updated_at, updated_by } }

/// A change of a document.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// The version this was made from; `None` when there shall be none yet.
    pub from: Option<i64>,
    /// The new text.
    pub body: String,
    /// Who changes it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The document as it is now.
pub fn read(tx: &mut Tx<'_>, name: &str) -> Result<Option<Document>> {
    tx.maybe(READ, args![name])
}

/// Name and version of every document: enough to see which have changed.
pub fn versions(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>> {
    tx.rows(VERSIONS, args![])
}

/// Store a new version. `Conflict` when the document is not at the version the change was made from.
pub fn put(tx: &mut Tx<'_>, change: &Change) -> Result<Document> {
    let Change { name, from, body, by, at } = change;
    let changed = match from {
        None => tx.run(INSERT, args![name, body, *at, by])?,
        Some(from) => tx.run(REPLACE, args![name, body, *at, by, *from])?,
    };
    if changed == 0 {
        let found = read(tx, name)?;
        return Err(match (found, from) {
            (None, _) => Fault::not_found(format_args!("The document {name}")),
            (Some(now), _) => Fault::new(
                Code::Conflict,
                format!("{name} has been changed meanwhile: it is at version {}; read it again", now.version),
            ),
        });
    }
    tx.run(KEEP, args![name])?;
    tx.one(READ, args![name])
}

/// The latest versions, newest first.
pub fn history(tx: &mut Tx<'_>, name: &str, limit: u32) -> Result<Vec<Document>> {
    tx.rows(HISTORY, args![name, limit])
}
