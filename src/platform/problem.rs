//! A failure as a document (RFC 9457), the same over HTTP and for `--json`.

use serde::Serialize;

use super::{Fault, FieldProblem};

/// The members of a problem document. `ok`, `error` and `code` are what callers of the replaced service read.
#[derive(Debug, Serialize)]
pub struct ProblemDocument<'a> {
    /// Always false.
    pub ok: bool,
    /// The same as `detail`.
    pub error: &'a str,
    /// The kind, in snake case.
    pub code: &'a str,
    /// Finds the failure in the logs.
    pub request_id: &'a str,
    /// `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// What failed and what to do next.
    pub detail: &'a str,
    /// The path that was asked for; absent in a shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<&'a str>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldProblem],
}

impl<'a> ProblemDocument<'a> {
    /// The document of a fault.
    pub fn of(fault: &'a Fault, request_id: &'a str) -> Self {
        Self {
            ok: false,
            error: &fault.detail,
            code: fault.code.as_str(),
            request_id,
            kind: format!("/problems/{}", fault.code.as_str()),
            title: fault.code.title(),
            status: fault.code.http(),
            detail: &fault.detail,
            instance: None,
            errors: &fault.fields,
        }
    }
}
