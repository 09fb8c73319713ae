//! The slice on a store, with a Stripe that stands in this process.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use super::server::Server;
use crate::billing::mirror::{self, Seen};
use crate::catalogue::{CATALOGUE, RESIDENTS};
use crate::config::{Environment, Overrides, Settings};
use crate::events::Events;
use crate::observability::Metrics;
use crate::operation::{Build, Caller, Cx, Deps, Outside, Residents, Troubles};
use crate::platform::{Chance, Clock, Ids, ManualClock, RootKey, Secret, Timestamp};
use crate::store::testing::TestDatabase;
use crate::store::{Engine, args, statements};

/// When every history begins, seconds since 1970.
pub(super) const START: i64 = 1_772_357_400;

statements! {
    for tests;
    WIPE_1 = "DELETE FROM refunds";
    WIPE_2 = "DELETE FROM payments";
    WIPE_3 = "DELETE FROM invoices";
    WIPE_4 = "DELETE FROM subscriptions";
    WIPE_5 = "DELETE FROM stripe_customers";
    WIPE_6 = "DELETE FROM stripe_objects";
    WIPE_7 = "DELETE FROM payment_links";
    WIPE_8 = "DELETE FROM customers";
}

/// Everything that operations use.
pub(super) struct Stage {
    pub(super) deps: Arc<Deps>,
    pub(super) hands: ManualClock,
    pub(super) server: Arc<Server>,
    _database: TestDatabase,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub(super) fn new(engine: Engine) -> Self {
        let hands = ManualClock::at(Timestamp(START * 1000));
        let clock = Clock::Manual(hands.clone());
        let database = TestDatabase::new(engine, clock.clone());
        let folder = tempfile::tempdir().unwrap();
        let overrides = Overrides {
            data_dir: Some(folder.path().join("data")),
            config_dir: Some(folder.path().join("configs")),
            ..Overrides::default()
        };
        let environment = Environment::empty()
            .with("STRIPE_PRICE_STARTER", "price_starter")
            .with("STRIPE_PRICE_PRO", "price_pro");
        let settings = Settings::load(&overrides, &environment).unwrap();
        let root_key = RootKey::new(&Secret::new("r".repeat(32)));
        let server = Arc::new(Server::default());
        let deps = Deps {
            base_url: "http://127.0.0.1".into(),
            settings,
            store: database.store().clone(),
            ids: Ids::new(clock.clone(), Chance::System),
            events: Events::sink_for_tests(),
            metrics: Metrics::new(clock.clone()),
            references: root_key.references(),
            root_key,
            started_at: clock.now(),
            build: Arc::new(Build { git_sha: "0".into(), built_at: "now".into(), profile: "debug".into() }),
            clock,
            outside: Outside {
                stripe: Some(Arc::clone(&server) as Arc<dyn crate::outbound::Stripe>),
                ..Outside::default()
            },
            troubles: Troubles::default(),
            catalogue: CATALOGUE,
            residents: OnceLock::new(),
        };
        let deps = deps.assemble(|deps| Residents::build(deps, RESIDENTS)).unwrap();
        Self { deps, hands, server, _database: database, _folder: folder }
    }

    /// Begin anew with nothing known.
    pub(super) fn wipe(&self) {
        self.deps
            .store
            .write(|tx| {
                for wipe in [WIPE_1, WIPE_2, WIPE_3, WIPE_4, WIPE_5, WIPE_6, WIPE_7, WIPE_8] {
                    tx.run(wipe, args![])?;
                }
                Ok(())
            })
            .unwrap();
        self.hands.set(Timestamp(START * 1000));
    }

    pub(super) fn cx(&self) -> Cx {
        Cx::new(Arc::clone(&self.deps), Caller::Shell)
    }

    /// Take in objects that were sent: second, whether it is gone, object.
    pub(super) fn hear(&self, sent: &[(i64, bool, Value)]) {
        let cx = self.cx();
        let sent: Vec<(Seen, Value)> = sent
            .iter()
            .map(|(at, is_gone, object)| (Seen::event(&cx, *at, *is_gone), object.clone()))
            .collect();
        let taken = self.deps.store.write(move |tx| {
            for (seen, object) in &sent {
                mirror::take_in(tx, object, seen)?;
            }
            Ok(())
        });
        taken.unwrap();
    }

    /// Let time pass.
    pub(super) fn wait(&self, seconds: u64) {
        self.hands.advance(Duration::from_secs(seconds));
    }
}
