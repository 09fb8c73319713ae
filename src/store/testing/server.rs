//! A PostgreSQL server for tests.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use ::postgres::{Config, NoTls};
use tempfile::TempDir;

use super::say;

/// Where distributions keep the server's programs.
const PLACES: [&str; 6] = [
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
];

/// Keeps the server alive exactly as long as its standard input is open, so that it ends with the test process even
/// when that is killed.
const GUARD: &str = r#""$1" -D "$2/data" -k "$2" -c fsync=off -c max_connections=300 \
    -c unix_socket_permissions=0777 >"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
if [ "$3" = remove ]; then rm -rf "$2"; fi"#;

/// An authority, and a certificate for `localhost` signed by it.
const CERTIFICATE: &str = r#"set -e
cd "$1"
new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
openssl req -x509 $new -keyout authority.key -out authority.crt -subj /CN=authority -days 1
openssl req $new -keyout server.key -out server.csr -subj /CN=localhost
echo subjectAltName=DNS:localhost >server.ext
openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -out server.crt -days 1 \
    -extfile server.ext"#;

/// A private server, stopped when dropped.
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    /// A static is never dropped: the guard then removes the folder too.
    removed_by_guard: bool,
    port: u16,
    guard: Option<Child>,
    /// The folder is a small file system of its own; the write-ahead log lies here, since a server without room for that
    /// ends instead of refusing.
    log: Option<TempDir>,
}

/// The server of this process.
pub(super) fn shared() -> &'static str {
    static URL: OnceLock<(String, Option<Server>)> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "tests take no settings; this one is theirs alone")]
    let given = || std::env::var("ECHOPILOT_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let (url, _) = URL.get_or_init(|| {
        given().map_or_else(
            || {
                let server = Server::begin(true, None);
                (server.url(), Some(server))
            },
            |url| (url, None),
        )
    });
    url
}

impl Server {
    /// Make and start one in a temporary folder.
    ///
    /// # Panics
    /// When PostgreSQL's programs are missing: a story that was not told on PostgreSQL has not been tested.
    pub fn start() -> Self {
        Self::begin(false, None)
    }

    /// Make and start one whose disk has so many megabytes, to be filled. None where nobody may mount one, which is
    /// said loudly.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_on_small_disk(megabytes: u32) -> Option<Self> {
        let may_mount = Command::new("unshare").args(["--mount", "true"]).status();
        if !is_root() || !may_mount.is_ok_and(|status| status.success()) {
            say("NOT RUN with a full disk: only root may mount a small one, and not everywhere");
            return None;
        }
        Some(Self::begin(false, Some(megabytes)))
    }

    fn begin(removed_by_guard: bool, megabytes: Option<u32>) -> Self {
        let programs = PLACES.map(PathBuf::from).into_iter().find(|place| place.join("initdb").exists());
        let programs =
            programs.expect("initdb; set ECHOPILOT_TEST_POSTGRES_URL, or ECHOPILOT_TEST_ENGINES=sqlite");
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a temporary folder");
        let log = megabytes.map(|megabytes| {
            let size = format!("size={megabytes}m");
            let mounted =
                Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
            assert!(mounted.expect("mount").success(), "no small disk");
            tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").expect("a temporary folder")
        });
        if is_root() {
            let folders = std::iter::once(&folder).chain(&log).map(TempDir::path);
            let given = Command::new("chown").arg("postgres").args(folders).status();
            assert!(given.expect("chown").success(), "the user postgres owns no folder");
        }
        let made = command(&programs.join("initdb"))
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "-D",
            ])
            .arg(folder.path().join("data"))
            .args(log.iter().map(|log| format!("--waldir={}/log", log.path().display())))
            .stdout(Stdio::null())
            .stdin(Stdio::null())
            .status();
        assert!(made.expect("initdb").success(), "initdb failed");
        let mut server = Self { folder, programs, removed_by_guard, port: 5432, guard: None, log };
        server.configure("listen_addresses = ''");
        server.go();
        server
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/postgres", self.port)
    }

    /// Add a line to its configuration, for the next start.
    fn configure(&self, line: &str) {
        let file =
            std::fs::OpenOptions::new().append(true).open(self.folder.path().join("data/postgresql.conf"));
        writeln!(file.expect("the configuration"), "{line}").expect("the configuration");
    }

    /// Restart it with a certificate for `localhost`: the port, and the file of the authority that signed it.
    pub fn offer_tls(&mut self) -> (u16, PathBuf) {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        self.stop();
        self.port = free.expect("a free port").port();
        let made = command(Path::new("/bin/sh"))
            .args(["-c", CERTIFICATE, "certificate"])
            .arg(self.folder.path().join("data"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("sh").success(), "openssl could not make a certificate");
        let copy = self.folder.path().join("authority.crt");
        std::fs::copy(self.folder.path().join("data/authority.crt"), &copy).expect("the authority");
        self.configure(&format!("listen_addresses = 'localhost'\nport = {}\nssl = on", self.port));
        self.go();
        (self.port, copy)
    }

    /// Stop it, cutting every connection.
    pub fn stop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().expect("the server's end");
        }
    }

    /// Stop and start it again.
    pub fn restart(&mut self) {
        self.stop();
        self.go();
    }

    /// Start it after [`Server::stop`].
    pub fn go(&mut self) {
        let guard = command(Path::new("/bin/sh"))
            .args(["-c", GUARD, "guard"])
            .arg(self.programs.join("postgres"))
            .arg(self.folder.path())
            .arg(if self.removed_by_guard { "remove" } else { "keep" })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.guard = Some(guard.expect("a server"));
        let mut error = None;
        for _ in 0..300 {
            std::thread::sleep(std::time::Duration::from_millis(50));
            match client(&self.url()) {
                Ok(_) => return,
                Err(now) => error = Some(now),
            }
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        panic!("the server did not start: {error:?}\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if self.log.is_some() {
            let _ = Command::new("umount").arg(self.folder.path()).status();
        }
    }
}

/// Run SQL on a server.
pub(super) fn execute(url: &str, sql: &str) {
    client(url).expect("a connection to the test server").batch_execute(sql).expect("the test's own SQL");
}

/// The same where the server may be gone.
pub(super) fn try_execute(url: &str, sql: &str) {
    if let Ok(mut client) = client(url) {
        let _ = client.batch_execute(sql);
    }
}

fn client(url: &str) -> Result<::postgres::Client, ::postgres::Error> {
    url.parse::<Config>()?.connect(NoTls)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The program as the user `postgres` when this is root, whom the server refuses.
fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command.current_dir("/");
    command
}
