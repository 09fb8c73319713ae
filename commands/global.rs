//! Options that every command takes.

use std::path::PathBuf;

use clap::Args;
use echopilot_core::config::Overrides;

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Global {
    /// Print one JSON document on standard output: what HTTP would answer
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    /// Say more on standard error; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    pub(crate) verbose: u8,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) no_input: bool,
    /// Read settings from this file of NAME=value lines, below the environment
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub(crate) env_file: Option<PathBuf>,
    /// The folder of database, outbox and secrets
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Everywhere")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The folder of echopilot.toml and the documents that may change while the server runs
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Everywhere")]
    pub(crate) config_dir: Option<PathBuf>,
}

impl Global {
    /// What the command line says about settings.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides {
            env_file: self.env_file.clone(),
            data_dir: self.data_dir.clone(),
            config_dir: self.config_dir.clone(),
            ..Overrides::default()
        }
    }
}
