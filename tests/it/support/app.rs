//! The product inside this process: a clock that the test turns, identifiers that repeat, logs in memory.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use echopilot_core::catalogue::{CATALOGUE, RESIDENTS};
use echopilot_core::config::{Environment, Overrides, Settings};
use echopilot_core::customers::directory;
use echopilot_core::events::{Events, Log};
use echopilot_core::observability::Metrics;
use echopilot_core::operation::{Build, Caller, Cx, Deps, Profile, Residents, SignedIn, later, outbox};
use echopilot_core::platform::{Chance, Clock, Email, Ids, ManualClock, RootKey, Timestamp};
use echopilot_core::store::testing::TestDatabase;
use echopilot_core::store::{Engine, Store};
use serde_json::Value;
use tempfile::TempDir;

/// Everything that operations use, on a database of its own. When dropped it asserts that no stored run and no mail is
/// left undone, unless [`TestApp::leaves_work`] was called.
pub(crate) struct TestApp {
    /// What operations use.
    pub(crate) deps: Arc<Deps>,
    /// The hands of its clock.
    pub(crate) clock: ManualClock,
    leaves_work: bool,
    // Dropped after `deps`: the store in there uses it.
    pub(super) database: Option<TestDatabase>,
    folder: TempDir,
}

impl TestApp {
    /// On `engine`, at half past nine on a Monday.
    pub(crate) fn new(engine: Engine, clock: &ManualClock) -> Self {
        Self::with(engine, clock, |environment| environment)
    }

    /// When nothing about the time matters.
    pub(crate) fn on(engine: Engine) -> Self {
        Self::new(engine, &Self::monday())
    }

    /// A clock that shows half past nine on a Monday.
    pub(crate) fn monday() -> ManualClock {
        ManualClock::at(Timestamp::parse("2026-03-02T09:30:00Z").expect("a time"))
    }

    /// With further settings.
    pub(crate) fn with(
        engine: Engine,
        clock: &ManualClock,
        settings: impl FnOnce(Environment) -> Environment,
    ) -> Self {
        let database = TestDatabase::new(engine, Clock::Manual(clock.clone()));
        let store = database.store().clone();
        Self::assemble(store, Some(database), clock, settings)
    }

    /// With residents built and refreshed from a database, then its store replaced by one that panics when it is used.
    pub(crate) fn on_tripwire(engine: Engine, clock: &ManualClock) -> Self {
        let mut app = Self::new(engine, clock);
        for resident in RESIDENTS {
            (resident.refresh)(&app.deps).expect("a refreshed resident");
        }
        let deps = Arc::get_mut(&mut app.deps).expect("nobody else has it yet");
        deps.store = Store::tripwire();
        app.leaves_work = true;
        app
    }

    fn assemble(
        store: Store,
        database: Option<TestDatabase>,
        clock: &ManualClock,
        settings: impl FnOnce(Environment) -> Environment,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = |name: &str| folder.path().join(name).display().to_string();
        let environment = Environment::empty()
            .with("DATA_DIR", &place("data"))
            .with("LOG_DIR", &place("logs"))
            .with("CONFIG_DIR", &place("configs"))
            .with("AUTH_JWT_SECRET", "secret-of-the-tests-0123456789-0123456789");
        let settings = Settings::load(&Overrides::default(), &settings(environment)).expect("settings");
        let hands = Clock::Manual(clock.clone());
        let root_key = RootKey::new(settings.auth_jwt_secret.as_ref().expect("a secret"));
        let deps = Deps {
            base_url: "http://127.0.0.1:8080".to_owned(),
            store,
            clock: hands.clone(),
            ids: Ids::new(hands.clone(), Chance::seeded(7)),
            events: Events::sink_for_tests(),
            metrics: Metrics::new(hands.clone()),
            references: root_key.references(),
            root_key,
            started_at: hands.now(),
            build: Arc::new(Build {
                git_sha: "0123456789ab".to_owned(),
                built_at: "2026-03-01T00:00:00Z".to_owned(),
                profile: "debug".to_owned(),
            }),
            outside: echopilot_core::operation::Outside::of(&settings),
            troubles: echopilot_core::operation::Troubles::default(),
            catalogue: CATALOGUE,
            residents: OnceLock::new(),
            settings,
        };
        let deps = deps.assemble(|deps| Residents::build(deps, RESIDENTS)).expect("residents");
        Self { deps, clock: clock.clone(), leaves_work: false, database, folder }
    }

    /// A folder of its own.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A call by `caller` that begins now.
    pub(crate) fn cx(&self, caller: Caller) -> Cx {
        Cx::new(Arc::clone(&self.deps), caller)
    }

    /// A call by nobody in particular.
    pub(crate) fn stranger(&self) -> Cx {
        self.cx(Caller::Anonymous)
    }

    /// A call by an operator.
    pub(crate) fn operator(&self) -> Cx {
        self.cx(Caller::Operator("tester".into()))
    }

    /// A call by the customer with this address, who is made when there is none.
    pub(crate) fn customer(&self, email: &str) -> Cx {
        let email = Email::parse(email).expect("an address");
        let now = self.deps.clock.now();
        let new_id = self.deps.ids.ulid_at(now);
        let found = self.deps.store.write(move |tx| {
            directory::signed_in(tx, &email, &new_id, true, now)?;
            directory::by_email(tx, &email)
        });
        let customer = found.expect("a store").expect("a customer");
        self.cx(Caller::Customer(Arc::new(SignedIn {
            session_id: self.deps.ids.ulid_at(now),
            expires_at: now.plus(Duration::from_secs(3_600)),
            profile: Profile {
                customer_id: customer.id,
                email: customer.email,
                name: customer.name,
                plan: customer.plan,
                created_at: customer.created_at,
            },
        })))
    }

    /// What was written to a log.
    pub(crate) fn logs(&self, log: Log) -> Vec<Value> {
        let lines = self.deps.events.lines(log);
        lines.iter().map(|line| serde_json::from_str(line).expect("JSON in every line")).collect()
    }

    /// This story ends with work that nobody does.
    pub(crate) fn leaves_work(mut self) -> Self {
        self.leaves_work = true;
        self
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.leaves_work || std::thread::panicking() {
            return;
        }
        let (mail, _) = self.deps.store.read(outbox::depth).expect("a store");
        let runs = self.deps.store.read(later::queued).expect("a store");
        assert_eq!(mail, 0, "mail is left in the outbox; deliver it, or call leaves_work");
        assert!(runs.is_empty(), "stored runs are left: {runs:?}; execute them, or call leaves_work");
    }
}
