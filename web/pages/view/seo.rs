//! What search engines and those who share a link read of a public page. Every other page asks not to be listed.

/// The addresses of a public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seo {
    /// The one address of the page.
    pub canonical: String,
    /// The picture that is shown where the page is shared.
    pub image: String,
}

/// Such addresses for tests.
#[cfg(test)]
pub(crate) fn sample(path: &str) -> Seo {
    Seo {
        canonical: format!("https://echopilot.example{path}"),
        image: format!("https://echopilot.example{}", crate::assets::url("og.png")),
    }
}
