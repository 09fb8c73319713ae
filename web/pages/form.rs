//! Fields of a posted form, and where it may lead afterwards.

use bytes::Bytes;
use echopilot_core::platform::Fault;
use http::{HeaderMap, StatusCode};

use super::board::HOME;
use super::view::{FieldError, capitalised};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Where a signed-in customer may be led by `next`: our own pages only.
const NEXT: [&str; 4] = ["/app", "/app/invoices", "/app/support", "/app/sessions"];

/// Where a signed-in operator may be led by `next`.
const NEXT_OF_OPERATORS: [&str; 3] = ["/payments", "/payments/link", "/payments/reconciliation"];

/// What stands at a field for an address that holds none.
pub(super) const NO_ADDRESS: &str = "Enter an e-mail address such as name@example.com";

/// The fields as they were sent; the first of a name counts.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Read a form and verify that it was made for this visitor.
    pub(super) fn verified(
        site: &Site,
        visit: &Visit,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, Problem> {
        let form = Self::read(body);
        visit.verify_form(site, headers, form.get("csrf"))?;
        Ok(form)
    }

    /// The same for forms that are shown again: also what a form says that was not made for this visitor, or too long
    /// ago, and that it is such a one. Then it is good for showing, and for nothing else.
    pub(super) fn verified_or_old(
        site: &Site,
        visit: &Visit,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<(Self, bool), Problem> {
        let form = Self::read(body);
        match visit.verify_form(site, headers, form.get("csrf")) {
            Ok(()) => Ok((form, false)),
            Err(problem) if problem.status() == StatusCode::FORBIDDEN => Ok((form, true)),
            Err(problem) => Err(problem),
        }
    }

    fn read(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field; empty when it is absent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// Where to go afterwards.
    pub(super) fn next(&self) -> &'static str {
        allowed(self.get("next")).unwrap_or(NEXT[0])
    }
}

/// `path` when it is one of our own pages.
pub(super) fn allowed(path: &str) -> Option<&'static str> {
    NEXT.into_iter().find(|own| *own == path)
}

/// `path` when it is one of the operators' own pages: those of the dashboard are all.
pub(super) fn allowed_operator(path: &str) -> Option<&str> {
    let is_board = path.strip_prefix(HOME).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_plain =
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    (NEXT_OF_OPERATORS.contains(&path) || is_board && is_plain && path.len() <= 128).then_some(path)
}

/// A path of our own that a form may lead back to, with its query: no other host, no backslash, no control character.
pub(super) fn own_path(path: &str) -> Option<&str> {
    let is_own = path.starts_with('/') && !path.starts_with("//") && path.len() <= 512;
    (is_own && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')).then_some(path)
}

/// The fields of a fault that a form has, with words that stand beside them.
pub(super) fn at_fields(fault: &Fault, fields: &[&'static str]) -> Vec<FieldError> {
    let own = |name: &str| fields.iter().find(|field| **field == name).copied();
    let errors = fault.fields.iter().filter_map(|problem| {
        Some(FieldError { field: own(&problem.field)?, text: capitalised(&problem.expected) })
    });
    errors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_hosts_are_never_led_to() {
        for path in ["//evil.example", "/\\evil.example", "https://evil.example", "/app\r\nX: y", "", "evil"]
        {
            assert_eq!(own_path(path), None, "{path:?}");
            assert_eq!(allowed(path), None, "{path:?}");
            assert_eq!(allowed_operator(path), None, "{path:?}");
        }
        assert_eq!(own_path("/app/invoices?status=open"), Some("/app/invoices?status=open"));
        assert_eq!(allowed("/app/invoices"), Some("/app/invoices"));
        assert_eq!(allowed_operator("/payments"), Some("/payments"));
        assert_eq!((allowed("/payments"), allowed_operator("/app")), (None, None), "each to their own");
        for path in ["/dashboard/v2", "/dashboard/v2/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
            assert_eq!(allowed_operator(path), Some(path));
        }
        for path in ["/dashboard/v20", "/dashboard/v2/../../x", "/dashboard/v2?x=//evil", "/dashboard/v2/%2e"]
        {
            assert_eq!(allowed_operator(path), None, "{path}");
        }
    }
}
