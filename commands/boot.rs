//! From settings to [`Deps`]: what every command that touches the store starts with. Drop order: the asynchronous
//! runtime first, `Deps` with the store last.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::{Arc, OnceLock};

use echopilot_core::catalogue::{CATALOGUE, RESIDENTS};
use echopilot_core::config::{Database, Environment, Overrides, Settings};
use echopilot_core::events::{Events, EventsConfig};
use echopilot_core::observability::Metrics;
use echopilot_core::operation::{Build, Caller, Cx, Deps, Outside, Residents, Troubles};
use echopilot_core::platform::{Chance, Clock, Code, Fault, Ids, Result, RootKey};
use echopilot_core::sentinel;
use echopilot_core::store::{DatabaseUrl, Store, StoreOptions, migrate};

use crate::global::Global;

/// The settings as the command line, the environment and the files say.
pub(crate) fn settings(overrides: &Overrides) -> Result<Settings> {
    Settings::load(overrides, &Environment::of_process())
}

/// A call from this shell.
pub(crate) fn shell(global: &Global) -> Result<Cx> {
    let settings = settings(&global.overrides())?;
    let base_url = settings.base_url(settings.bind);
    Ok(Cx::new(assemble(settings, base_url)?, Caller::Shell))
}

/// Open everything. The store is brought up to date; a store newer than this program is refused.
pub(crate) fn assemble(settings: Settings, base_url: String) -> Result<Arc<Deps>> {
    let clock = Clock::System;
    let ids = Ids::new(clock.clone(), Chance::System);
    make_folder(&settings.data_dir, "DATA_DIR")?;
    make_folder(&settings.log_dir, "LOG_DIR")?;
    let events = Events::start(EventsConfig::in_directory(&settings.log_dir), clock.clone())?;
    events.install_panic_hook(crate::ui::panicked);
    let url = database_url(&settings);
    let store = Store::open(&url, clock.clone(), StoreOptions::default())?;
    migrate::migrate(&store)?;
    let root_key = RootKey::new(&settings.auth_secret(&ids)?);
    let metrics = Metrics::new(clock.clone());
    let build = Arc::new(build());
    metrics.build_info(env!("CARGO_PKG_VERSION"), &build.git_sha);
    let deps = Deps {
        base_url,
        store,
        events,
        metrics,
        references: root_key.references(),
        root_key,
        started_at: clock.now(),
        build,
        clock,
        ids,
        outside: Outside::of(&settings),
        settings,
        troubles: Troubles::default(),
        catalogue: CATALOGUE,
        residents: OnceLock::new(),
    };
    sentinel::register_figures(&deps);
    deps.assemble(|deps| Residents::build(deps, RESIDENTS))
}

/// Where the store is.
pub(crate) fn database_url(settings: &Settings) -> DatabaseUrl {
    match &settings.database {
        Database::Sqlite(path) => DatabaseUrl::Sqlite(path.clone()),
        Database::Postgres(url) => DatabaseUrl::Postgres(url.clone()),
    }
}

/// What `build.rs` found out about this build.
pub(crate) fn build() -> Build {
    Build {
        git_sha: env!("ECHOPILOT_GIT_SHA").to_owned(),
        built_at: env!("ECHOPILOT_BUILT_AT").to_owned(),
        profile: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
    }
}

/// Make a folder that only this user can look into.
pub(crate) fn make_folder(path: &std::path::Path, setting: &str) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        let words = format!(
            "{setting}: the folder {} can't be made; name one that this user may write to",
            path.display()
        );
        Fault::new(Code::Invalid, words).because(error)
    })
}
