//! Clients and servers that nobody here wrote: found, started on a free port of this machine, and ended by their own
//! process id. Where one is missing nothing is verified, which is said loudly, and refused in CI.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use echopilot_core::platform::Clock;

use super::checkout;

/// Starting Python or Node on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running server of somebody else. Killed when dropped.
pub(crate) struct Peer {
    child: Child,
    /// Where it listens on 127.0.0.1.
    pub(crate) port: u16,
}

impl Peer {
    /// Start `command`, which listens on `port`.
    ///
    /// # Panics
    /// When it does not answer in time.
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        let child = command.stdin(Stdio::null()).spawn().expect("a process of somebody else");
        let mut peer = Self { child, port };
        let begun = Clock::monotonic();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "{command:?} does not listen on {port}");
            let ended = peer.child.try_wait().expect("its state");
            assert!(ended.is_none(), "{command:?} ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(25));
        }
        peer
    }

    /// A Stripe server: customers, payment intents, subscriptions, refunds, signed webhooks. It ignores idempotency keys.
    pub(crate) fn localstripe() -> Option<Self> {
        let port = free_port();
        let program = format!(
            "from localstripe.server import app; from aiohttp import web; \
             web.run_app(app, host='127.0.0.1', port={port}, print=None)"
        );
        let mut command = Command::new(python()?);
        // It keeps its objects in a file; each test has its own.
        let folder =
            std::env::temp_dir().join(format!("echopilot-localstripe-{port}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        command.args(["-c", &program]).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        Some(Self::start(&mut command, port))
    }

    /// A Redis server that keeps nothing.
    pub(crate) fn redis() -> Option<Self> {
        Self::redis_at(free_port())
    }

    /// The same on a port where one was before.
    pub(crate) fn redis_at(port: u16) -> Option<Self> {
        let mut command = Command::new(program("redis-server")?);
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.stdout(Stdio::null());
        Some(Self::start(&mut command, port))
    }

    /// A mail server on `port` that writes what happens into `file`, a line of JSON each; see the script.
    pub(crate) fn smtp_sink(port: u16, file: &Path, options: &[&str]) -> Option<Self> {
        let mut command = Command::new(python()?);
        command.arg(checkout().join("tests/python/smtp_sink.py")).arg(port.to_string()).arg(file);
        command.args(options).stdout(Stdio::null());
        Some(Self::start(&mut command, port))
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// End it now.
    pub(crate) fn stop(mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port of this machine that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

/// The Python that has the packages of `tests/python/requirements.txt`.
#[expect(clippy::disallowed_methods, reason = "tests take no settings; these are theirs alone")]
pub(crate) fn python() -> Option<String> {
    let python = std::env::var("ECHOPILOT_TEST_PYTHON").ok().filter(|path| !path.is_empty());
    python.or_else(|| missing("ECHOPILOT_TEST_PYTHON is not set"))
}

/// `node SCRIPT` for a script of `tests/node`, whose packages are installed.
pub(crate) fn node(script: &str) -> Option<Command> {
    let folder = checkout().join("tests/node");
    if !folder.join("node_modules/stripe").is_dir() {
        return missing("the packages of tests/node are not installed");
    }
    let mut command = Command::new(program("node")?);
    command.arg(folder.join(script)).current_dir(folder);
    Some(command)
}

/// A program on the search path.
#[expect(clippy::disallowed_methods, reason = "tests take no settings; the search path is the machine's")]
pub(crate) fn program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.or_else(|| missing(&format!("there is no {name}")))
}

#[expect(clippy::disallowed_methods, reason = "tests take no settings; CI is the machine's")]
fn missing<T>(what: &str) -> Option<T> {
    let words = format!("{what}: run scripts/install_test_tools.sh");
    assert!(std::env::var("CI").is_err(), "{words}");
    eprintln!("NOT VERIFIED WITH FOREIGN PROGRAMS: {words}");
    None
}
