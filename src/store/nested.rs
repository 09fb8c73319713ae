//! Whether this thread is inside a transaction already. A second one would wait for the first for ever (the single
//! writer, the last connection of a pool), so it is refused instead.

use std::cell::Cell;

use crate::platform::{Fault, Result};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

pub(super) struct Inside(());

/// Mark this thread until the answer is dropped.
pub(super) fn enter() -> Inside {
    INSIDE.set(true);
    Inside(())
}

/// The same, refused when it is marked.
pub(super) fn enter_once() -> Result<Inside> {
    if INSIDE.get() {
        return Err(Fault::internal(
            "a transaction was asked for inside another one; pass its Tx on instead",
        ));
    }
    Ok(enter())
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}
