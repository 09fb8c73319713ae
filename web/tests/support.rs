//! A server on a free port, its clock in the test's hands, and a client that speaks in bytes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use echopilot_core::catalogue::RESIDENTS;
use echopilot_core::config::{Environment, Overrides, Settings};
use echopilot_core::events::{Events, Log};
use echopilot_core::observability::Metrics;
use echopilot_core::operation::{
    Access, Build, Cost, Cx, Deps, Entry, Meta, Method, Operation, Residents, Route, SessionChange, Troubles,
};
use echopilot_core::platform::{
    Chance, Clock, Code, Fault, Ids, ManualClock, Result, RootKey, Secret, Timestamp,
};
use echopilot_core::store::Engine;
use echopilot_core::store::testing::TestDatabase;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::foreign::Foreign;
use crate::server::{Caps, Drained, Patience, listen, serve};
use crate::{Front, Problem, Site};

pub(super) const KEY: &str = "a-key-of-an-operator-that-is-long-enough";
const START: Timestamp = Timestamp(1_772_357_400_123);

macro_rules! operation {
    ($input:ident { $($field:ident: $type:ty),* }, $name:literal, $route:expr, $access:ident, $cost:ident,
     |$this:ident, $cx:ident| $run:expr $(, session = $session:expr)?) => {
        #[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $input { $($field: $type),* }

        impl Operation for $input {
            const META: Meta = Meta {
                name: $name, route: $route, access: Access::$access, cost: Cost::$cost, log: Log::Http,
            };
            type Output = Said;

            fn run(&self, $cx: &Cx) -> Result<Said> {
                let $this = self;
                $run
            }

            $(fn session(_output: &Said) -> SessionChange {
                $session
            })?
        }
    };
}

/// What the operations of the tests answer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Said {
    said: String,
    number: i64,
}

#[expect(clippy::unnecessary_wraps, reason = "it ends each operation below")]
fn said(text: impl Into<String>, number: i64) -> Result<Said> {
    Ok(Said { said: text.into(), number })
}

operation!(Alive {}, "alive", Route::get("/alive").aliases(&["/old/alive"]), Public, Memory, |_this, cx| {
    said(cx.request_id.clone(), cx.now.millis())
});
operation!(
    Echo { name: String, number: i64 },
    "echo",
    Route::get("/echo/{name}"),
    Public,
    Memory,
    |this, _cx| said(this.name.clone(), this.number)
);
operation!(Write { text: String }, "write", Route::post("/write"), Public, Blocking, |this, _cx| said(
    this.text.clone(),
    0
));
operation!(Govern { text: String }, "govern", Route::post("/govern"), Operator, Blocking, |this, cx| {
    said(format!("{} for {:?}", this.text, cx.caller.identity()), i64::from(cx.deps.ids.bytes::<1>()[0]))
});
operation!(Mine {}, "mine", Route::get("/mine"), Customer, Memory, |_this, _cx| said("mine", 0));
operation!(
    Import { text: String },
    "import",
    Route::post("/api/alerts/import"),
    Operator,
    Blocking,
    |this, _cx| said("imported", i64::try_from(this.text.len()).unwrap())
);
operation!(Burst {}, "burst", Route::get("/burst"), Public, Memory, |_this, _cx| panic!("burst on purpose"));
operation!(BurstLater {}, "burst-later", Route::post("/burst"), Public, Blocking, |_this, _cx| panic!(
    "later"
));
operation!(Break {}, "break", Route::get("/break"), Public, Memory, |_this, _cx| {
    Err(Fault::internal("secret table name"))
});
operation!(Slow {}, "slow", Route::post("/slow"), Public, Blocking, |_this, _cx| {
    std::thread::sleep(Duration::from_millis(150));
    said("slow", 0)
});
operation!(
    Login {},
    "login",
    Route::post("/api/auth/login"),
    Public,
    Blocking,
    |_this, _cx| said("in", 0),
    session = SessionChange::Start {
        token: Secret::new("the-token"),
        expires_at: START.plus(Duration::from_secs(60))
    }
);

pub(super) static CATALOGUE: &[Entry] = &[
    Entry::of::<Alive>(),
    Entry::of::<Echo>(),
    Entry::of::<Write>(),
    Entry::of::<Govern>(),
    Entry::of::<Mine>(),
    Entry::of::<Import>(),
    Entry::of::<Burst>(),
    Entry::of::<BurstLater>(),
    Entry::of::<Break>(),
    Entry::of::<Slow>(),
    Entry::of::<Login>(),
];

const PAGES: &[Foreign] = &[
    Foreign::page("/page", "A page."),
    Foreign::of(Method::Post, "/form", Access::Public, "A form.", "text/html"),
    Foreign::of(Method::Get, "/private", Access::Customer, "A page of a customer.", "text/html"),
    Foreign::of(Method::Get, "/fails", Access::Public, "A page that fails.", "text/html"),
];

async fn page() -> axum::response::Html<&'static str> {
    axum::response::Html("<!doctype html><title>page</title>")
}

async fn fails() -> Result<(), Problem> {
    Err(Fault::new(Code::NotFound, "There is no such page").into())
}

fn error_page(
    status: u16,
    detail: &str,
    retry: Option<u64>,
    path: &str,
    request_id: &str,
    theme: &str,
) -> String {
    format!("<!doctype html><title>{status}</title>{detail} {retry:?} at {path} as {request_id} in {theme}")
}

/// A running server; it ends with the test.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) clock: ManualClock,
    pub(super) deps: Arc<Deps>,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<tokio::task::JoinHandle<Drained>>,
    _database: TestDatabase,
    _folder: tempfile::TempDir,
}

pub(super) async fn start() -> Running {
    start_with(&[("DASHBOARD_KEY", &format!("ada:{KEY}"))], Patience::default()).await
}

pub(super) async fn start_with(variables: &[(&str, &str)], patience: Patience) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let overrides = Overrides {
        data_dir: Some(folder.path().join("data")),
        config_dir: Some(folder.path().join("configs")),
        ..Overrides::default()
    };
    let environment = variables
        .iter()
        .fold(Environment::empty(), |environment, (name, value)| environment.with(name, value))
        .with("LOG_DIR", folder.path().join("logs").to_str().unwrap());
    let settings = Settings::load(&overrides, &environment).unwrap();
    let hands = ManualClock::at(START);
    let clock = Clock::Manual(hands.clone());
    let database = TestDatabase::new(Engine::Sqlite, clock.clone());
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let root_key = RootKey::new(&Secret::new("r".repeat(32)));
    let deps = Deps {
        base_url: settings.base_url(address),
        settings,
        store: database.store().clone(),
        ids: Ids::new(clock.clone(), Chance::seeded(1)),
        events: Events::sink_for_tests(),
        metrics: Metrics::new(clock.clone()),
        references: root_key.references(),
        root_key,
        started_at: START,
        build: Arc::new(Build { git_sha: "0".into(), built_at: "now".into(), profile: "debug".into() }),
        clock,
        outside: echopilot_core::operation::Outside::default(),
        troubles: Troubles::default(),
        catalogue: CATALOGUE,
        residents: OnceLock::new(),
    };
    let deps = deps.assemble(|deps| Residents::build(deps, RESIDENTS)).unwrap();
    let site = Site::new(Arc::clone(&deps), error_page);
    let router = Router::new()
        .route("/page", get(page))
        .route("/private", get(page))
        .route("/form", post(page))
        .route("/fails", get(fails));
    let front = Front::new(site, CATALOGUE, PAGES, router).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(front, listener, patience, Caps::default(), async {
        let _ = stopped.await;
    }));
    Running {
        address,
        clock: hands,
        deps,
        stop: Some(stop),
        ended: Some(ended),
        _database: database,
        _folder: folder,
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap()[9..12].parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Running {
    /// Send bytes, read until the server closes.
    pub(super) async fn raw(&self, bytes: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let _ = socket.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(Duration::from_secs(5), socket.read_to_end(&mut answer))
            .await
            .expect("the server closes");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// One request on a connection of its own.
    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            request = format!("{request}{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request = format!("{request}Content-Length: {}\r\n", body.len());
        }
        Answer::parse(&self.raw(format!("{request}\r\n{body}").as_bytes()).await)
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub(super) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let json = [("Content-Type", "application/json")];
        self.ask("POST", path, &[&json, headers].concat(), body).await
    }

    /// Lines of a log, as JSON.
    pub(super) fn lines(&self, log: Log) -> Vec<serde_json::Value> {
        self.deps.events.lines(log).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(super) async fn stop(&mut self) -> Drained {
        let _ = self.stop.take().unwrap().send(());
        self.ended.take().unwrap().await.unwrap()
    }
}
