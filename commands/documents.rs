//! Files of the repository that are made from tables: documents, the example configuration, completions, manual
//! pages. `dev-check` compares them, `dev-check --write` writes them.

use std::path::Path;

use clap_complete::Shell;
use echopilot_core::openapi::ForeignRoute;
use echopilot_core::platform::{Fault, Result};
use echopilot_core::{config, documents, events};

use crate::{completions, man};

/// One generated file: its path in the repository and what must stand in it.
pub(crate) struct Generated {
    /// From the root of the repository.
    pub(crate) path: String,
    /// The bytes.
    pub(crate) content: Vec<u8>,
}

impl Generated {
    fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into() }
    }

    /// Whether the file in `root` is as it should be.
    pub(crate) fn is_current(&self, root: &Path) -> bool {
        std::fs::read(root.join(&self.path)).is_ok_and(|found| found == self.content)
    }

    /// Write it.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        std::fs::write(root.join(&self.path), &self.content).map_err(|error| {
            Fault::invalid("--write", format!("{} can't be written", self.path)).because(error)
        })
    }
}

/// Every generated file.
pub(crate) fn all() -> Result<Vec<Generated>> {
    let foreign: Vec<ForeignRoute> = echopilot_web::rows().map(|row| row.route).collect();
    let mut files = vec![
        Generated::new("docs/API.md", documents::api(&foreign)),
        Generated::new("docs/CONFIG.md", config::markdown()),
        Generated::new("docs/LOGGING.md", events::markdown()),
        Generated::new("configs/echopilot.toml", config::example_toml()),
    ];
    for (shell, name) in
        [(Shell::Bash, "echopilot.bash"), (Shell::Zsh, "_echopilot"), (Shell::Fish, "echopilot.fish")]
    {
        files.push(Generated::new(format!("completions/{name}"), completions::script(shell)));
    }
    for (name, page) in man::pages()? {
        files.push(Generated::new(format!("man/{name}.1"), page));
    }
    Ok(files)
}
