//! What the terminal says when the server is up: where to look and how to get in.

use echopilot_core::platform::Result;
use serde::Serialize;

use crate::ui::Ui;

/// Everything a person needs to begin.
#[derive(Debug, Serialize)]
pub(super) struct Welcome {
    pub(super) version: String,
    pub(super) url: String,
    pub(super) listening: String,
    pub(super) sign_in: String,
    pub(super) demo: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operator_key: Option<String>,
    #[serde(skip)]
    pub(super) has_operator: bool,
    pub(super) data_dir: String,
}

impl Welcome {
    /// Words on standard error; with `--json` one line on standard output for whoever started it.
    pub(super) fn show(&self, ui: Ui) -> Result<()> {
        if ui.is_json() {
            return ui.show(self, |_| {});
        }
        ui.say(&format!("EchoPilot {} serves {}", self.version, self.url));
        if self.demo {
            ui.say(&format!("  demo      {}  (one tap: \"Use the demo account\")", self.sign_in));
        } else {
            ui.say(&format!("  sign in   {}", self.sign_in));
        }
        match (&self.operator_key, self.has_operator) {
            (Some(key), _) => {
                ui.say(&format!("  operator  X-Dash-Key: {key}  (made for this run, shown once)"));
                ui.say(&format!("  check     echopilot smoke --base-url {} --dash-key {key}", self.url));
            }
            (None, true) => ui.say("  operator  X-Dash-Key as set in DASHBOARD_KEY"),
            (None, false) => {
                ui.say("  operator  not configured: set DASHBOARD_KEY to use the operator's routes");
            }
        }
        ui.say(&format!("  data      {}", self.data_dir));
        ui.say("  stop      Ctrl-C");
        Ok(())
    }
}
