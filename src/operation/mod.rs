//! What an operation is and the gate that every call passes.
//!
//! An operation is a struct: its fields are the input, [`Operation::run`] is the work, [`Operation::META`] says
//! where it stands. `catalogue.rs` lists them all; HTTP, the shell, the schedule and the smoke test iterate
//! that list. To add one, write its file in a slice and one line in the catalogue.

mod answer;
mod caller;
mod cx;
mod decode;
mod deps;
mod documents;
mod idempotency;
mod input;
pub mod later;
pub mod notion_pages;
mod op;
mod ops_events;
pub mod outbox;
mod outside;
mod page;
mod progress;
mod resident;
mod sql;
mod troubles;
mod wanted;

pub use answer::{Answer, SessionChange, Status};
pub use caller::{Access, Caller, Profile, SignedIn};
pub use cx::Cx;
pub use decode::decode;
pub use deps::{Build, Deps};
pub use documents::LiveDocument;
pub(crate) use idempotency::used_otherwise;
pub use idempotency::{
    clean_up as forget_idempotency_keys, forget_address as forget_answers_about,
    forget_customer as forget_answers_to, invoke_once,
};
pub use input::Input;
pub use op::{Cost, Entry, Meta, Method, Operation, Route};
pub use ops_events::{Marks, OpsEvent, Severity, ToldEvent, told as told_events};
pub use outside::Outside;
pub use page::Page;
pub use progress::Progress;
pub use resident::{BuildResident, RefreshResident, Resident, Residents};
pub(crate) use sql::ALL as STATEMENTS;
pub use troubles::Troubles;
pub use wanted::WantedWord;
