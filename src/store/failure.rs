//! What an engine's error means to the caller. Both engines give the same fault for the same cause; the engine's own
//! words go to the log only, since they quote names of tables and values.

use ::postgres::error::SqlState;
use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::platform::{Code, Fault};

/// What happened to a transaction that can't go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The statement is at fault.
    Failed,
    /// Another transaction interfered (PostgreSQL): running it again can succeed.
    Again,
    /// The connection is gone; nothing of it was stored.
    Lost,
    /// A prepared statement no longer fits the tables: forget them all and run again.
    Stale,
}

pub(super) fn sqlite(what: &str, writable: bool, error: rusqlite::Error) -> Fault {
    let (code, extended) = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => (failure.code, failure.extended_code),
        _ => (ErrorCode::Unknown, 0),
    };
    let fault = match code {
        ErrorCode::ConstraintViolation => match extended {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => exists(),
            ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_FOREIGNKEY => against_a_rule(),
            _ => unforeseen(),
        },
        ErrorCode::DiskFull => full(),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(),
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OperationInterrupted => unavailable(),
        ErrorCode::ReadOnly if writable => unavailable(),
        _ => unforeseen(),
    };
    fault.because(Explained { what: what.to_owned(), error: error.into() })
}

pub(super) fn postgres(what: &str, error: ::postgres::Error) -> Fault {
    let fault = match error.code() {
        Some(state) => by_state(state),
        None if is_lost(&error) => unavailable(),
        None => unforeseen(),
    };
    // Not the server's details: they quote rows, with all that stands in them of persons.
    let refusal =
        error.as_db_error().map(|refusal| format!("{}: {}", refusal.code().code(), refusal.message()));
    let error = refusal.map_or_else(|| error.into(), Into::into);
    fault.because(Explained { what: what.to_owned(), error })
}

pub(super) fn trouble(error: &::postgres::Error) -> Trouble {
    match error.code() {
        Some(state)
            if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED =>
        {
            Trouble::Again
        }
        Some(state) if *state == SqlState::FEATURE_NOT_SUPPORTED => {
            let message = error.as_db_error().map(::postgres::error::DbError::message).unwrap_or_default();
            if message.starts_with("cached plan") { Trouble::Stale } else { Trouble::Failed }
        }
        _ if is_lost(error) => Trouble::Lost,
        _ => Trouble::Failed,
    }
}

/// Whether the connection is of no more use: closed, broken, or ended by the server.
pub(super) fn is_lost(error: &::postgres::Error) -> bool {
    if let Some(state) = error.code() {
        return [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(state)
            || state.code().starts_with("08");
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    error.is_closed()
}

fn by_state(state: &SqlState) -> Fault {
    match state {
        state if *state == SqlState::UNIQUE_VIOLATION => exists(),
        state if [SqlState::CHECK_VIOLATION, SqlState::FOREIGN_KEY_VIOLATION].contains(state) => {
            against_a_rule()
        }
        state if *state == SqlState::DISK_FULL => full(),
        state
            if [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::LOCK_NOT_AVAILABLE,
            ]
            .contains(state) =>
        {
            busy()
        }
        state if ["08", "53", "57", "58"].contains(&&state.code()[..2]) => unavailable(),
        state if state.code().starts_with("28") => unavailable(),
        _ => unforeseen(),
    }
}

fn exists() -> Fault {
    Fault::new(Code::Conflict, "One like it exists already")
}

fn against_a_rule() -> Fault {
    Fault::new(Code::Invalid, "A value breaks a rule of the stored data")
}

fn full() -> Fault {
    Fault::new(Code::StorageFull, "The database's disk is full; nothing was stored")
}

pub(super) fn busy() -> Fault {
    Fault::new(Code::Unavailable, "The database is busy; try again").retry_after(1)
}

pub(super) fn unavailable() -> Fault {
    Fault::new(Code::Unavailable, "The database can't answer now").retry_after(5)
}

fn unforeseen() -> Fault {
    Fault::internal("the database refused a statement")
}

/// An engine's error and the statement it came from.
#[derive(Debug)]
struct Explained {
    what: String,
    error: Box<dyn std::error::Error + Send + Sync>,
}

impl std::fmt::Display for Explained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.error)
    }
}

impl std::error::Error for Explained {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
