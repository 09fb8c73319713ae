//! A document of the repository, and the list of those for operators.

use askama::Template;

use super::{Seo, Shell};
use crate::guides::Guide;

/// A document.
#[derive(Debug, Clone, Template)]
#[template(path = "guide.html")]
pub struct GuidePage {
    /// The frame.
    pub shell: Shell,
    /// For search engines; none for operators alone.
    pub seo: Option<Seo>,
    /// The document.
    pub guide: &'static Guide,
}

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "guides.html")]
pub struct GuidesPage {
    /// The frame.
    pub shell: Shell,
    /// The documents.
    pub guides: Vec<&'static Guide>,
}

#[cfg(test)]
impl GuidePage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::shell::samples::{operator, stranger};
        let own = |path: &'static str| crate::guides::at(path).unwrap();
        let runbook = own("/dashboard/v2/guides/runbook");
        let security = own("/docs/security");
        vec![
            ("guide", Self { shell: operator(runbook.path), seo: None, guide: runbook }),
            (
                "security",
                Self {
                    shell: stranger(security.path),
                    seo: Some(super::seo::sample(security.path)),
                    guide: security,
                },
            ),
        ]
    }
}

#[cfg(test)]
impl GuidesPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let shell = super::shell::samples::operator(crate::guides::OPERATORS);
        vec![("guides", Self { shell, guides: crate::guides::of_operators().collect() })]
    }
}
