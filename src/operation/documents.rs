//! Where hot documents lie: a file in CONFIG_DIR on SQLite, a row of the store on PostgreSQL, so that replicas agree. What
//! an operator edits is the file on both: a text of it that is new becomes the row's next one.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Deps;
use crate::config::{HotDocument, HotSource, Rows, Validate};
use crate::platform::{Code, Result, Timestamp};
use crate::store::documents::{self, Change};
use crate::store::{Engine, Store};

/// A document that slices keep in memory, wherever it lies.
pub struct LiveDocument<T> {
    name: &'static str,
    hot: HotDocument<T>,
    /// The file, where the document is a row.
    beside: Option<FileBeside<T>>,
    /// What becomes of a text of the file that takes the place of another.
    adopt: fn(&T, &mut T),
}

impl<T: DeserializeOwned + Serialize + Validate + Clone> LiveDocument<T> {
    /// Read the document `name`; `default` holds where there is none. `adopt` may change what a file says before it takes
    /// the place of what a row said before.
    pub fn open(
        deps: &Deps,
        name: &'static str,
        default: &'static str,
        adopt: fn(&T, &mut T),
    ) -> Result<Self> {
        let hot = HotDocument::open(name, default, hot_source(deps, name), deps.clock.clone())?;
        let own = Self { name, hot, beside: FileBeside::open(deps, name, default)?, adopt };
        own.take_in_file(deps)?;
        Ok(own)
    }

    /// Look whether it has changed, and tell health how it is doing.
    pub fn look(&self, deps: &Deps) -> Result<()> {
        self.take_in_file(deps)?;
        self.hot.refresh_when_due();
        deps.troubles.report(self.name, self.degraded());
        Ok(())
    }

    /// Why the newest text is not in use, if that is so.
    pub fn degraded(&self) -> Option<String> {
        let beside = || self.beside.as_ref().and_then(FileBeside::degraded);
        self.hot.state().degraded.or_else(beside)
    }

    fn take_in_file(&self, deps: &Deps) -> Result<()> {
        let Some(beside) = &self.beside else { return Ok(()) };
        beside.take_in(deps, |file| {
            self.hot.refresh();
            let before = self.hot.get();
            let mut next = file.clone();
            if !self.hot.is_default() {
                (self.adopt)(&before.value, &mut next);
            }
            self.hot.write(&before.version, next).map(drop)
        })
    }
}

impl<T> Deref for LiveDocument<T> {
    type Target = HotDocument<T>;

    fn deref(&self) -> &HotDocument<T> {
        &self.hot
    }
}

/// The file of a document that lies in a row.
struct FileBeside<T> {
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
    fn open(deps: &Deps, name: &'static str, default: &'static str) -> Result<Option<Self>> {
        if deps.store.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let source = HotSource::File(deps.settings.config_dir.join(format!("{name}.json")));
        let file = HotDocument::open(name, default, source, deps.clock.clone())?;
        Ok(Some(Self { file, place: format!("{name}.file"), checked: Mutex::default() }))
    }

    /// Why the file's text can't be taken in, if that is so.
    fn degraded(&self) -> Option<String> {
        self.file.state().degraded
    }

    /// Look at the file; `take` puts a new text into the row. Replicas whose files differ don't undo each other: what was
    /// taken in before counts again only when a hand goes back to it.
    fn take_in(&self, deps: &Deps, take: impl FnOnce(&T) -> Result<()>) -> Result<()> {
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

/// The place of the document `name`.
fn hot_source(deps: &Deps, name: &'static str) -> HotSource {
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
