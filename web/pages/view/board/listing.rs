//! A list of the operators' dashboard.

use crate::pages::view::Part;

/// Records, newest first: by themselves, or beside one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// The page that this list is part of, to be read anew from.
    pub here: String,
    /// Whether any is left out.
    pub is_filtered: bool,
    /// The records.
    pub rows: Part<Vec<T>>,
    /// Where the newest ones are; none on the first page.
    pub newest: Option<String>,
    /// Where the older ones are.
    pub older: Option<String>,
}
