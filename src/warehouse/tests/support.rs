//! A source on some engine and a database for its warehouse.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use postgres::{Client, NoTls};

use crate::catalogue::{CATALOGUE, RESIDENTS};
use crate::config::{Environment, Overrides, Settings};
use crate::events::Events;
use crate::observability::Metrics;
use crate::operation::{Build, Caller, Cx, Deps, Residents};
use crate::platform::{Chance, Clock, Ids, ManualClock, Result, RootKey, Secret, Timestamp};
use crate::store::lease;
use crate::store::testing::{Server, TestDatabase, engines};
use crate::store::{Engine, args, statements};
use crate::warehouse::carry::{self, Carried, Order};
use crate::warehouse::{LEASE, SyncReport, SyncStatus, SyncWarehouse, TableSync, WarehouseTable, dirty};

pub(super) const START: Timestamp = Timestamp(1_772_357_400_000);

statements! {
    for tests;
    CUSTOMER = "INSERT INTO customers (id, email, name, plan, created_at, updated_at) \
        VALUES ($1, $1 || '@example.com', 'Ada', 'pro', $2, $2)";
    JOB = "INSERT INTO jobs (id, customer_id, kind, task, status, qa_target, cost_micro, tokens_in, tokens_out, \
        created_at) VALUES ($1, $2, 'research', 'secret words', 'queued', 80, 5, 1, 2, $3)";
    PAYMENT = "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at, \
        updated_at) VALUES ($1, $2, 1200, 0, 'eur', 'succeeded', $3, $3)";
    EVENT = "INSERT INTO ops_events (id, kind, severity, summary, actor, created_at) \
        VALUES ($1, 'refund', 'info', 'A refund', 'shell', $2)";
    JOB_STATUS = "UPDATE jobs SET status = $2 WHERE id = $1";
    JOB_TIME = "UPDATE jobs SET created_at = $2 WHERE id = $1";
    JOB_GONE = "DELETE FROM jobs WHERE id = $1";
}

/// Source, warehouse and everything an operation needs.
pub(super) struct Stage {
    pub(super) deps: Arc<Deps>,
    pub(super) hands: ManualClock,
    pub(super) source: TestDatabase,
    pub(super) url: String,
    admin: String,
    /// Kept for its end; dropped last.
    own: Option<Server>,
    _folder: tempfile::TempDir,
}

/// The server that tests share, as a URL without a schema.
fn server() -> String {
    let database = TestDatabase::empty(Engine::Postgres, Clock::System);
    let (url, _) = database.text.rsplit_once("options=").unwrap();
    url.trim_end_matches(['?', '&']).to_owned()
}

impl Stage {
    /// A source with two customers, three jobs, a payment and an event, and an empty warehouse.
    pub(super) fn new(engine: Engine) -> Self {
        Self::on(engine, server(), None)
    }

    /// The same with the warehouse on a server of its own.
    pub(super) fn on_own(engine: Engine, own: Server) -> Self {
        Self::on(engine, own.url(), Some(own))
    }

    fn on(engine: Engine, admin: String, own: Option<Server>) -> Self {
        let mut bytes = [0_u8; 8];
        Chance::System.fill(&mut bytes);
        let mut name = String::from("warehouse_");
        for byte in bytes {
            write!(name, "{byte:02x}").unwrap();
        }
        connect(&admin).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (address, query) = admin.split_once('?').unwrap_or((&admin, ""));
        let (host, _) = address.rsplit_once('/').unwrap();
        let url = format!("{host}/{name}{}{query}", if query.is_empty() { "" } else { "?" });
        let hands = ManualClock::at(START);
        let clock = Clock::Manual(hands.clone());
        let source = TestDatabase::new(engine, Clock::System);
        let folder = tempfile::tempdir().unwrap();
        let overrides = Overrides {
            data_dir: Some(folder.path().join("data")),
            config_dir: Some(folder.path().join("configs")),
            ..Overrides::default()
        };
        let environment = Environment::empty().with("WAREHOUSE_URL", &url);
        let settings = Settings::load(&overrides, &environment).unwrap();
        let root_key = RootKey::new(&Secret::new("r".repeat(32)));
        let deps = Deps {
            base_url: "http://127.0.0.1".into(),
            settings,
            store: source.store().clone(),
            ids: Ids::new(clock.clone(), Chance::System),
            events: Events::sink_for_tests(),
            metrics: Metrics::new(clock.clone()),
            references: root_key.references(),
            root_key,
            started_at: START,
            build: Arc::new(Build { git_sha: "0".into(), built_at: "now".into(), profile: "debug".into() }),
            clock,
            outside: crate::operation::Outside::default(),
            troubles: crate::operation::Troubles::default(),
            catalogue: CATALOGUE,
            residents: OnceLock::new(),
        };
        let deps = deps.assemble(|deps| Residents::build(deps, RESIDENTS)).unwrap();
        let stage = Self { deps, hands, source, url, admin, own, _folder: folder };
        stage.write(|tx| {
            tx.run(CUSTOMER, args!["C1", START])?;
            tx.run(CUSTOMER, args!["C2", START])?;
            for (id, customer) in [("J1", "C1"), ("J2", "C1"), ("J3", "C2")] {
                tx.run(JOB, args![id, customer, START])?;
            }
            tx.run(PAYMENT, args!["P1", "C1", START])?;
            tx.run(EVENT, args!["E1", START])
        });
        stage
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut crate::store::Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.source.store().write(f).unwrap()
    }

    pub(super) fn cx(&self, caller: Caller) -> Cx {
        Cx::new(Arc::clone(&self.deps), caller)
    }

    /// The warehouse's own server.
    pub(super) fn server(&mut self) -> &mut Server {
        self.own.as_mut().unwrap()
    }

    /// Run the operation as a shell would.
    pub(super) fn sync(&self, input: &SyncWarehouse) -> Result<SyncReport> {
        self.cx(Caller::Shell).call(input)
    }

    /// An ordinary run; the sum over all tables.
    pub(super) fn run(&self) -> [u64; 5] {
        sum(&self.sync(&SyncWarehouse::default()).unwrap())
    }

    pub(super) fn verify(&self) -> SyncReport {
        self.sync(&SyncWarehouse { verify: true, ..SyncWarehouse::default() }).unwrap()
    }

    /// Both sides are equal, by their rows.
    pub(super) fn assert_equal(&self) {
        let report = self.verify();
        assert_eq!(report.status, Some(SyncStatus::Ok), "{report:#?}");
        assert_eq!(report.compared.len(), 4);
    }

    pub(super) fn lag(&self) -> i64 {
        self.source.store().read(dirty::count).unwrap()
    }

    /// The first half of a run: the warehouse has committed, the source was not told.
    pub(super) fn carry_without_settling(&self, id: &str) -> Carried {
        let lease =
            lease::acquire(self.source.store(), LEASE, "test", std::time::Duration::from_secs(60)).unwrap();
        let order = Order {
            id: id.to_owned(),
            tables: WarehouseTable::ALL.to_vec(),
            full: false,
            dry_run: false,
            allow_destructive: false,
            started_at: self.hands.now(),
        };
        let url = Secret::new(&*self.url);
        carry::carry(self.source.store(), &url, &lease.fence(), &self.deps.clock, &order, None).unwrap()
    }

    pub(super) fn client(&self) -> Client {
        connect(&self.url)
    }

    /// One value of the warehouse as text.
    pub(super) fn ask(&self, sql: &str) -> String {
        let row = self.client().query_one(&format!("SELECT ({sql})::text"), &[]).unwrap();
        row.get::<_, Option<String>>(0).unwrap_or_else(|| "null".into())
    }

    /// Differs when a row of the warehouse was written or as much as locked.
    pub(super) fn fingerprint(&self) -> String {
        self.places("ctid::text || xmin::text || xmax::text")
    }

    /// Differs when a row of the warehouse was written and that was committed.
    pub(super) fn versions(&self) -> String {
        self.places("ctid::text || xmin::text")
    }

    fn places(&self, what: &str) -> String {
        let one = |name: &str| {
            let list = format!("coalesce(string_agg({what}, ',' ORDER BY ctid), '')");
            self.ask(&format!("SELECT {list} FROM warehouse.{name}"))
        };
        ["customers", "payments", "jobs", "ops_events", "quarantine", "sync_state"].map(one).join(";")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let (Some((_, name)), Ok(mut client)) = (self.url.rsplit_once('/'), try_connect(&self.admin)) {
            let name = name.split('?').next().unwrap_or(name);
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

pub(super) fn connect(url: &str) -> Client {
    try_connect(url).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "tests look at the warehouse from outside")]
fn try_connect(url: &str) -> std::result::Result<Client, postgres::Error> {
    Client::connect(url, NoTls)
}

/// Inserted, updated, unchanged, deleted, quarantined.
pub(super) fn sum(report: &SyncReport) -> [u64; 5] {
    report.tables.iter().fold([0; 5], |sum, table| {
        let TableSync { inserted, updated, unchanged, deleted, quarantined, .. } = table;
        let one = [*inserted, *updated, *unchanged, *deleted, *quarantined];
        std::array::from_fn(|index| sum[index] + one[index])
    })
}

/// Tell a story with the source on each engine. The warehouse is PostgreSQL always.
pub(super) fn with_each_source(story: impl Fn(&Stage)) {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    for engine in engines() {
        story(&Stage::new(*engine));
    }
}
