//! Where hot documents lie: a file in CONFIG_DIR on SQLite, a row of the store on PostgreSQL, so that replicas agree. What
//! an operator edits is the file on both: a text of it that is new becomes the row's next one.

use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::Deps;
use crate::config::{HotDocument, HotSource, Rows, Validate};
use crate::platform::{Code, Result, Timestamp};
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

/// The file of a document that lies in a row.
pub struct FileBeside<T> {
    file: HotDocument<T>,
    /// Where the texts that were taken in are remembered, by digest.
    place: String,
    /// The text that was looked at last.
    checked: Mutex<String>,
}

/// Texts of a file that are remembered.
const REMEMBERED: usize = 100;

impl<T: DeserializeOwned + Validate> FileBeside<T> {
    /// The file of the document `name`; `None` where the document is the file.
    pub fn open(deps: &Deps, name: &'static str, default: &'static str) -> Result<Option<Self>> {
        if deps.store.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let source = HotSource::File(deps.settings.config_dir.join(format!("{name}.json")));
        let file = HotDocument::open(name, default, source, deps.clock.clone())?;
        Ok(Some(Self { file, place: format!("{name}.file"), checked: Mutex::default() }))
    }

    /// Why the file's text can't be taken in, if that is so.
    pub fn degraded(&self) -> Option<String> {
        self.file.state().degraded
    }

    /// Look at the file; `take` puts a new text into the row. Replicas whose files differ don't undo each other: what was
    /// taken in before counts again only when a hand goes back to it.
    pub fn take_in(&self, deps: &Deps, take: impl FnOnce(&T) -> Result<()>) -> Result<()> {
        self.file.refresh();
        let file = self.file.get();
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if self.degraded().is_some() || *checked == file.version {
            return Ok(());
        }
        let known = deps.store.read(|tx| documents::read(tx, &self.place))?.map(|known| known.body);
        let digests: Vec<&str> = known.iter().flat_map(|known| known.lines()).collect();
        // A file that is as the program has it built in says nothing, unless another text of it came before.
        let says_nothing = known.is_none() && self.file.is_default();
        // What has changed since this process looked is an edit, also back to an earlier text; what it finds when it starts
        // may be older than the row.
        let is_edit = !checked.is_empty();
        let is_newest = digests.first() == Some(&file.version.as_str());
        let was_taken = digests.contains(&file.version.as_str());
        let is_new = !says_nothing && !is_newest && (is_edit || !was_taken);
        if is_new {
            match take(&file.value) {
                // Another replica was faster; the next look finds what it left.
                Err(fault) if fault.code == Code::Conflict => return Ok(()),
                taken => taken?,
            }
            let newest = std::iter::once(file.version.as_str());
            let others = digests.into_iter().filter(|digest| *digest != file.version);
            let body: Vec<&str> = newest.chain(others).take(REMEMBERED).collect();
            if !replace(&deps.store, &self.place, known.as_deref(), &body.join("\n"), deps.clock.now())? {
                return Ok(());
            }
        }
        checked.clone_from(&file.version);
        Ok(())
    }
}

/// Store `after` where `before` stands; false when something else stands there.
fn replace(store: &Store, name: &str, before: Option<&str>, after: &str, at: Timestamp) -> Result<bool> {
    let (name, before, body) = (name.to_owned(), before.map(str::to_owned), after.to_owned());
    let stored = store.write(move |tx| {
        let found = documents::read(tx, &name)?;
        if found.as_ref().map(|document| document.body.as_str()) != before.as_deref() {
            return Ok(false);
        }
        let from = found.map(|document| document.version);
        let change = Change { name: name.clone(), from, body: body.clone(), by: "echopilot".into(), at };
        documents::put(tx, &change)?;
        Ok(true)
    });
    match stored {
        Err(fault) if fault.code == Code::Conflict => Ok(false),
        other => other,
    }
}
