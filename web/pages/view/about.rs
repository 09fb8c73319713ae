//! `/about`: who and what this is, with the facts of the program that answers.

use askama::Template;

use super::{Moment, Seo, Shell, StatusCard};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    /// The frame.
    pub shell: Shell,
    /// For search engines.
    pub seo: Seo,
    /// How the service is doing.
    pub status: StatusCard,
    /// The commit that the program was built from.
    pub git_sha: String,
    /// When it was built, as it says itself.
    pub built_at: String,
    /// Where it runs; none when nobody has said so.
    pub region: Option<String>,
    /// Since when it runs.
    pub started: Moment,
    /// How many operations its API has, each of them described.
    pub operations: usize,
}

#[cfg(test)]
impl AboutPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::Condition;
        use super::shell::samples::stranger;
        let full = Self {
            shell: stranger("/about"),
            seo: super::seo::sample("/about"),
            status: StatusCard::sample(Condition::Well),
            git_sha: "0123456789ab".into(),
            built_at: "2026-11-23T09:00:00Z".into(),
            region: Some("eu-central-1 <b>".into()),
            started: Moment::new("2026-11-23T10:00:00.000Z", "23 Nov 2026, 10:00 UTC"),
            operations: 60,
        };
        let light = Shell { theme: super::Theme::Light, ..full.shell.clone() };
        let unknown = StatusCard::sample(Condition::Unknown);
        vec![
            ("about", full.clone()),
            ("about-light", Self { shell: light, ..full.clone() }),
            ("about-unknown", Self { status: unknown, git_sha: "unknown".into(), region: None, ..full }),
        ]
    }
}
