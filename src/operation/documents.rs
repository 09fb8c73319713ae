//! Where hot documents lie: a file in CONFIG_DIR on SQLite, a row of the store on PostgreSQL, so that replicas agree.

use super::Deps;
use crate::config::{HotSource, Rows};
use crate::platform::{Code, Result};
use crate::store::documents::{self, Change};
use crate::store::{Engine, Store};

/// The place of the document `name`.
pub fn hot_source(deps: &Deps, name: &'static str) -> HotSource {
    match deps.store.engine() {
        Engine::Sqlite => HotSource::File(deps.settings.config_dir.join(format!("{name}.json"))),
        Engine::Postgres => {
            let (reading, writing, clock) = (deps.store.clone(), deps.store.clone(), deps.clock.clone());
            HotSource::Rows(Rows {
                read: Box::new(move || {
                    Ok(reading.read(|tx| documents::read(tx, name))?.map(|document| document.body))
                }),
                write: Box::new(move |before, after| replace(&writing, name, before, after, clock.now())),
            })
        }
    }
}

/// Store `after` where `before` stands; false when something else stands there.
fn replace(
    store: &Store,
    name: &'static str,
    before: Option<&str>,
    after: &str,
    at: crate::platform::Timestamp,
) -> Result<bool> {
    let (before, body) = (before.map(str::to_owned), after.to_owned());
    let stored = store.write(move |tx| {
        let found = documents::read(tx, name)?;
        if found.as_ref().map(|document| document.body.as_str()) != before.as_deref() {
            return Ok(false);
        }
        let from = found.map(|document| document.version);
        let change = Change { name: name.to_owned(), from, body: body.clone(), by: "echopilot".into(), at };
        documents::put(tx, &change)?;
        Ok(true)
    });
    match stored {
        Err(fault) if fault.code == Code::Conflict => Ok(false),
        other => other,
    }
}
