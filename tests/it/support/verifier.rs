//! Libraries of others that verify our session tokens with the keys we publish, in processes of their own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

use super::{checkout, peers};

/// A verifier that goes on asking for the keys as its library does. Killed when dropped.
pub(crate) struct Verifier {
    /// Which library it is.
    pub(crate) name: &'static str,
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Verifier {
    /// Those that are installed: PyJWT's client and jose's.
    pub(crate) fn all(server: &str, issuer: &str) -> Vec<Self> {
        let python = peers::python().map(|python| {
            let mut command = Command::new(python);
            command.arg(checkout().join("tests/python/verify_tokens.py"));
            Self::start("PyJWT", command, server, issuer)
        });
        let node = peers::node("verify_tokens.mjs").map(|node| Self::start("jose", node, server, issuer));
        python.into_iter().chain(node).collect()
    }

    fn start(name: &'static str, mut command: Command, server: &str, issuer: &str) -> Self {
        command.args([&format!("{server}/.well-known/jwks.json"), issuer]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("a process of somebody else");
        let pipes = (child.stdin.take().expect("its input"), child.stdout.take().expect("its output"));
        Self { name, child, pipes: Mutex::new((pipes.0, BufReader::new(pipes.1))) }
    }

    /// What it says of a token: `ok`, and `sub` or `why`.
    pub(crate) fn verify(&self, token: &str) -> Value {
        let mut pipes = self.pipes.lock().expect("nobody panicked");
        writeln!(pipes.0, "{token}").expect("a listener");
        let mut line = String::new();
        pipes.1.read_line(&mut line).expect("a verdict");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{}: {error}: {line}", self.name))
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
