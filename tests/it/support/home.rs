//! A place where the real binary runs: folder, database and settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use echopilot_core::platform::Clock;
use echopilot_core::store::Engine;
use echopilot_core::store::testing::TestDatabase;
use serde_json::Value;
use tempfile::TempDir;

use super::Served;

/// The operator's key outside demo.
pub(crate) const OPERATOR_KEY: &str = "operator-key-of-the-tests-0123456789";
/// The secret that PostgreSQL demands.
const SECRET: &str = "secret-of-the-tests-0123456789-0123456789";

/// Folder, database and settings of one installation. Its folder and schema are gone when the last user is.
pub(crate) struct Home {
    folder: TempDir,
    database: Option<TestDatabase>,
    settings: Vec<(String, String)>,
    demo: bool,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Home {
    /// An installation without a demonstration: [`OPERATOR_KEY`] is its operator's key. Nothing limits how often a test
    /// may ask; a test of limits sets RATE_LIMITS.
    pub(crate) fn new(engine: Engine) -> Self {
        Self::bare(engine).set("DASHBOARD_KEY", &format!("tester:{OPERATOR_KEY}"))
    }

    /// A demonstration: it makes its operator's key itself.
    pub(crate) fn demo(engine: Engine) -> Self {
        let mut home = Self::bare(engine);
        home.demo = true;
        home
    }

    /// Without a key.
    pub(crate) fn bare(engine: Engine) -> Self {
        let database = (engine == Engine::Postgres).then(|| TestDatabase::empty(engine, Clock::System));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Self { folder, database, settings: Vec::new(), demo: false };
        let limits = "login=off,login_account=off,magic_link=off,magic_link_account=off,verify=off,lead=off,\
                      support=off,flags=off,flags_user=off,convert=off,operator_key=off,webhook=off,palette=off,other=off,mail=off";
        let home = home.set("RATE_LIMITS", limits);
        match home.database.as_ref().map(|database| database.text.clone()) {
            Some(url) => home.set("DATABASE_URL", &url).set("AUTH_JWT_SECRET", SECRET),
            None => home,
        }
    }

    /// Set a setting; an empty value takes it away.
    #[must_use]
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.settings.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Ready to be shared by servers and commands.
    pub(crate) fn share(self) -> Arc<Self> {
        Arc::new(self)
    }

    /// Start a server here on a free port.
    pub(crate) fn serve(self: &Arc<Self>) -> Served {
        Served::start_in(self, &[])
    }

    /// The folder that commands run in.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `DATA_DIR`.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }

    /// `LOG_DIR`.
    pub(crate) fn log_dir(&self) -> PathBuf {
        if self.demo { self.data_dir().join("logs") } else { self.path().join("logs") }
    }

    /// Where `serve` without a mail server puts its mail.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.data_dir().join("outbox/emails.ndjson")
    }

    /// The database, for what another process would look at.
    pub(crate) fn database(&self) -> Option<&TestDatabase> {
        self.database.as_ref()
    }

    /// A command with these arguments, this home's settings and nothing else of the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_echopilot"));
        command.args(arguments).current_dir(self.path()).env_clear().env("DATA_DIR", self.data_dir());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        if self.demo {
            command.env("DEMO_MODE", "1");
        }
        command
    }

    /// Run a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }
}

impl Ran {
    /// Run a command to its end, with nothing on its standard input.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().expect("the binary");
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }

    /// The one JSON document on standard output.
    ///
    /// # Panics
    /// When there is none, or anything beside it.
    pub(crate) fn json(&self) -> Value {
        let mut documents = serde_json::Deserializer::from_str(&self.stdout).into_iter::<Value>();
        let first = documents.next().unwrap_or_else(|| panic!("nothing on standard output: {self:?}"));
        let first = first.unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"));
        assert!(documents.next().is_none(), "more than one document: {self:?}");
        first
    }

    /// The same, once it ended with this code.
    ///
    /// # Panics
    /// When it ended otherwise.
    #[must_use]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}
