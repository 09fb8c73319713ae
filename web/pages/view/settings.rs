//! `/dashboard/v2/settings`: how the pages look and listen to this operator, in this browser.

use askama::Template;

use super::Shell;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// The frame, which knows what was chosen.
    pub shell: Shell,
}

#[cfg(test)]
impl SettingsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        use super::Looks;
        use super::shell::samples::operator;
        let shell = operator("/dashboard/v2/settings");
        let looks = Looks { density: "compact", sidebar: "closed", keys: "off" };
        let other = Self { shell: Shell { looks, ..shell.clone() } };
        vec![("settings", Self { shell }), ("settings-other", other)]
    }
}
