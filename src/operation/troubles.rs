//! What is amiss though nothing is down: a document that can't be read, say. Health reads it from memory.

use std::collections::BTreeMap;

use arc_swap::ArcSwap;

/// Troubles by the name of what has them.
#[derive(Debug, Default)]
pub struct Troubles(ArcSwap<BTreeMap<&'static str, String>>);

impl Troubles {
    /// Say what is wrong with `what`, or that nothing is.
    pub fn report(&self, what: &'static str, trouble: Option<String>) {
        if self.0.load().get(what) == trouble.as_ref() {
            return;
        }
        let mut all = BTreeMap::clone(&self.0.load());
        match trouble {
            Some(trouble) => all.insert(what, trouble),
            None => all.remove(what),
        };
        self.0.store(std::sync::Arc::new(all));
    }

    /// The names of what has troubles; the words are for operators.
    pub fn names(&self) -> Vec<String> {
        self.0.load().keys().map(|name| (*name).to_owned()).collect()
    }
}
