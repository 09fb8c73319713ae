//! A running server: the real binary on a free port of this machine.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use echopilot_core::events::Log;
use serde_json::{Value, json};

use super::{Answer, Call, Engine, Home, OPERATOR_KEY, eventually};

/// A cold start on a busy machine takes no longer.
const START: Duration = Duration::from_secs(30);

/// A server of its own process, killed when dropped.
pub(crate) struct Served {
    /// Where it lives.
    pub(crate) home: Arc<Home>,
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    /// What it said when it was up.
    pub(crate) welcome: Value,
    child: Child,
    lines: Receiver<String>,
}

impl Served {
    /// A server on `engine` with these settings, outside demo.
    pub(crate) fn start(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let home = settings.iter().fold(Home::new(engine), |home, (name, value)| home.set(name, value));
        home.share().serve()
    }

    /// A demonstration on `engine`.
    pub(crate) fn demo(engine: Engine) -> Self {
        Home::demo(engine).share().serve()
    }

    /// A server in `home` with further arguments.
    pub(crate) fn start_in(home: &Arc<Home>, arguments: &[&str]) -> Self {
        Self::try_start(home, arguments).unwrap_or_else(|words| panic!("the server did not start: {words}"))
    }

    /// A server in `home` with other settings than its own, on a free port.
    pub(crate) fn start_with(home: &Arc<Home>, settings: &[(&str, &str)]) -> Self {
        let started = Self::try_start_with(home, &[], settings);
        started.unwrap_or_else(|words| panic!("the server did not start: {words}"))
    }

    /// The same where it may not start: what it said in place of a welcome.
    pub(crate) fn try_start(home: &Arc<Home>, arguments: &[&str]) -> Result<Self, String> {
        Self::try_start_with(home, arguments, &[])
    }

    fn try_start_with(
        home: &Arc<Home>,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut all = vec!["serve", "--json"];
        if !arguments.contains(&"--bind") {
            all.extend(["--bind", "127.0.0.1:0"]);
        }
        all.extend_from_slice(arguments);
        let errors = home.path().join("stderr");
        let stderr =
            File::options().create(true).append(true).open(&errors).expect("a file for standard error");
        let mut command = home.command(&all);
        command.envs(settings.iter().copied());
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn();
        let mut child = started.expect("the binary");
        let output = child.stdout.take().expect("its standard output");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let first = lines.recv_timeout(START);
        let welcome: Value = first.ok().and_then(|line| serde_json::from_str(&line).ok()).unwrap_or_default();
        let Some(url) = welcome["url"].as_str().map(str::to_owned) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{welcome} {}", std::fs::read_to_string(errors).unwrap_or_default()));
        };
        Ok(Self { home: Arc::clone(home), url, welcome, child, lines })
    }

    /// A request to `path`.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call::new(method, format!("{}{path}", self.url))
    }

    /// GET as a stranger.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    /// POST JSON as a stranger.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    /// GET as the operator.
    pub(crate) fn get_as_operator(&self, path: &str) -> Answer {
        self.call("GET", path).key(self.operator_key()).send()
    }

    /// POST JSON as the operator.
    pub(crate) fn post_as_operator(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).key(self.operator_key()).json(body).send()
    }

    /// The operator's key: the one that the demonstration made, or [`OPERATOR_KEY`].
    pub(crate) fn operator_key(&self) -> &str {
        self.welcome["operator_key"].as_str().unwrap_or(OPERATOR_KEY)
    }

    /// A session of the demo customer.
    pub(crate) fn demo_token(&self) -> String {
        token(&self.call("POST", "/auth/demo").send().expect_status(200))
    }

    /// A session of `email`, by the code that was mailed.
    pub(crate) fn sign_in(&self, email: &str) -> String {
        let before = self.mail(email).len();
        let _ = self.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(202);
        let code = eventually("a code by mail", || {
            let mail = self.mail(email);
            mail.get(before..)?.last().map(code_in)
        });
        token(&self.post("/api/auth/login", &json!({ "email": email, "code": code })).expect_status(200))
    }

    /// The mail that was sent to `email`, oldest first.
    pub(crate) fn mail(&self, email: &str) -> Vec<Value> {
        let lines = lines_of(&std::fs::read_to_string(self.home.outbox()).unwrap_or_default());
        lines.into_iter().filter(|line| line["to"] == email).collect()
    }

    /// The lines of a log that are on the disk.
    pub(crate) fn logs(&self, log: Log) -> Vec<Value> {
        let path = self.home.log_dir().join(log.file_name());
        lines_of(&std::fs::read_to_string(path).unwrap_or_default())
    }

    /// The first line of a log that `fits`, once it is there.
    pub(crate) fn wait_for_log(&self, log: Log, fits: impl Fn(&Value) -> bool) -> Value {
        eventually(&format!("a line in {}", log.file_name()), || self.logs(log).into_iter().find(&fits))
    }

    /// Host and port, for what speaks to it without a client, and for a restart at the same place: sessions belong to
    /// an address.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// What it wrote on standard error, and other servers of the same home before it.
    pub(crate) fn stderr(&self) -> String {
        std::fs::read_to_string(self.home.path().join("stderr")).unwrap_or_default()
    }

    /// What it printed after the welcome.
    pub(crate) fn further_output(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// Kill it without a chance to tidy up, as a power cut would.
    pub(crate) fn kill(mut self) -> Arc<Home> {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
        Arc::clone(&self.home)
    }

    /// Ask it to end; it must do so with 0 and within its half minute.
    pub(crate) fn terminate(mut self) -> Arc<Home> {
        self.signal("TERM");
        let ended = self.wait(Duration::from_secs(30));
        assert_eq!(ended.code(), Some(0), "{}", self.stderr());
        Arc::clone(&self.home)
    }

    /// Send it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &command]).status().expect("sh").success());
    }

    /// Wait for its end.
    pub(crate) fn wait(&mut self, patience: Duration) -> ExitStatus {
        let until = echopilot_core::platform::Clock::monotonic() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("the process") {
                return status;
            }
            let now = echopilot_core::platform::Clock::monotonic();
            assert!(now < until, "the server goes on: {}", self.stderr());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("standard error of the server:\n{}", self.stderr());
        }
    }
}

fn token(answer: &Answer) -> String {
    answer.json()["token"].as_str().expect("a token").to_owned()
}

/// The code in a mail.
pub(crate) fn code_in(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a text");
    let digits = |word: &&str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split_whitespace().find(digits).expect("a code of eight digits").to_owned()
}

/// NDJSON; a line that is being written at this moment is left out.
fn lines_of(text: &str) -> Vec<Value> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"));
    whole.lines().map(parse).collect()
}
