//! One error type. Choose the code by what the caller can do about it:
//!
//! - the input is at fault: `Malformed` (not readable at all) or `Invalid` (a named field);
//! - who calls: `Unauthenticated` (nobody), `Forbidden` (somebody, but not them);
//! - what they ask for: `NotFound`, `Conflict` (a version or a lock), `Refused` (a gate said no);
//! - how often: `Limited`;
//! - ourselves: `Unavailable` (try again), `StorageFull`, `NotConfigured` (an operator must act), `Internal`;
//! - somebody else: `Upstream`.
//!
//! `detail` is written for the caller; `source` is for the log and never leaves the process.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of everything that can fail.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// What kind of failure it is: decides the HTTP status and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request can't be read.
    Malformed,
    /// No valid credentials.
    Unauthenticated,
    /// Valid credentials that do not allow this.
    Forbidden,
    /// No such thing, or not the caller's.
    NotFound,
    /// A stale version, or a lock that somebody else holds.
    Conflict,
    /// A gate said no: a finding, not a mistake of the caller.
    Refused,
    /// A field is wrong.
    Invalid,
    /// Too many, too often or over budget.
    Limited,
    /// Unforeseen; says nothing to the caller.
    Internal,
    /// A service that EchoPilot calls failed.
    Upstream,
    /// EchoPilot itself can't answer now.
    Unavailable,
    /// The capability has no configuration.
    NotConfigured,
    /// The disk is full.
    StorageFull,
}

impl Code {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 13] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::Refused,
        Self::Invalid,
        Self::Limited,
        Self::Internal,
        Self::Upstream,
        Self::Unavailable,
        Self::NotConfigured,
        Self::StorageFull,
    ];

    /// The code in snake case, as it stands in problem documents and logs.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub const fn http(self) -> u16 {
        self.row().1
    }

    /// The exit code of a command that ends with it.
    pub const fn exit(self) -> u8 {
        self.row().2
    }

    /// A short title in plain words.
    pub const fn title(self) -> &'static str {
        self.row().3
    }

    const fn row(self) -> (&'static str, u16, u8, &'static str) {
        match self {
            Self::Malformed => ("malformed", 400, 2, "The request can't be read"),
            Self::Unauthenticated => ("unauthenticated", 401, 4, "Sign-in required"),
            Self::Forbidden => ("forbidden", 403, 4, "Not allowed"),
            Self::NotFound => ("not_found", 404, 1, "Not found"),
            Self::Conflict => ("conflict", 409, 5, "Conflict"),
            Self::Refused => ("refused", 409, 3, "Refused"),
            Self::Invalid => ("invalid", 422, 2, "A field is wrong"),
            Self::Limited => ("limited", 429, 6, "Too many requests"),
            Self::Internal => ("internal", 500, 1, "Something went wrong"),
            Self::Upstream => ("upstream", 502, 7, "A service that EchoPilot calls failed"),
            Self::Unavailable => ("unavailable", 503, 7, "Unavailable"),
            Self::NotConfigured => ("not_configured", 503, 1, "Not configured"),
            Self::StorageFull => ("storage_full", 507, 1, "Storage is full"),
        }
    }
}

/// One field of the input and what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FieldProblem {
    /// The field's name, as the caller wrote it.
    pub field: String,
    /// What was expected, in words for the caller.
    pub expected: String,
}

/// A failure: what the caller may know, and what only the log may.
pub struct Fault {
    /// The kind.
    pub code: Code,
    /// For the caller: what failed and what to do next.
    pub detail: String,
    /// The fields at fault, if any.
    pub fields: Vec<FieldProblem>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault with words for the caller.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), retry_after: None, source: None }
    }

    /// A wrong field: its name and what was expected.
    pub fn invalid(field: impl Into<String>, expected: impl Into<String>) -> Self {
        let problem = FieldProblem { field: field.into(), expected: expected.into() };
        let mut fault = Self::new(Code::Invalid, format!("{}: {}", problem.field, problem.expected));
        fault.fields.push(problem);
        fault
    }

    /// Nothing of that kind and name.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("{what} was not found"))
    }

    /// A setting is missing: its name and what it is for.
    pub fn not_configured(setting: &str, purpose: &str) -> Self {
        Self::new(Code::NotConfigured, format!("{setting} is not set: {purpose}"))
    }

    /// Unforeseen: the caller learns nothing, the log learns `source`.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "Something went wrong on our side; the request id finds it in the log")
            .because(source)
    }

    /// Attach what only the log may know.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Say when trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The cause as text for the log; not for callers.
    pub fn cause(&self) -> Option<String> {
        let mut error: &dyn Error = self.source.as_deref()?;
        let mut text = error.to_string();
        while let Some(next) = error.source() {
            let next_text = next.to_string();
            if !text.contains(&next_text) {
                text.push_str(": ");
                text.push_str(&next_text);
            }
            error = next;
        }
        Some(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)?;
        match self.cause() {
            Some(cause) => write!(f, " (cause: {cause})"),
            None => Ok(()),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_exit_codes_are_the_published_ones() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| (1..=7).contains(&code.exit())));
    }

    #[test]
    fn an_internal_fault_tells_the_caller_nothing() {
        let fault = Fault::internal("no such table: customers");
        assert!(!fault.detail.contains("customers"));
        assert_eq!(fault.cause().as_deref(), Some("no such table: customers"));
    }

    #[test]
    fn an_invalid_field_is_named_in_both_forms() {
        let fault = Fault::invalid("limit", "a whole number from 1 to 200");
        assert_eq!(fault.detail, "limit: a whole number from 1 to 200");
        assert_eq!(fault.fields[0].field, "limit");
    }
}
