//! Addresses of lists: what is asked for stands in them, and goes along to whatever is chosen from a list.

use echopilot_core::platform::Result;

use super::super::view::{Link, Listing};
use super::part;
use crate::layers::Visit;

/// Parts of an address: the first value of each name, none for an empty one.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or("").as_bytes());
        Self(pairs.into_owned().filter(|(_, value)| !value.trim().is_empty()).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim())
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

/// An address with the parts that are set.
pub(super) fn address(path: &str, parts: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Filters as links, the first one for all of them: pairs of word and label.
pub(super) fn choices(
    words: impl IntoIterator<Item = (String, String)>,
    chosen: Option<&str>,
    href: impl Fn(Option<&str>) -> String,
) -> Vec<Link> {
    let all = Link { label: "All".to_owned(), href: href(None), current: chosen.is_none() };
    let rest = words.into_iter().map(|(word, label)| Link {
        label,
        href: href(Some(&word)),
        current: chosen == Some(word.as_str()),
    });
    std::iter::once(all).chain(rest).collect()
}

/// The filters of a list: a page with one record carries them, so that the list stays what it is.
pub(super) struct Filters<'a> {
    /// Where the list is.
    pub(super) path: &'static str,
    /// The names of its filters.
    pub(super) names: &'static [&'static str],
    /// What was asked for.
    pub(super) query: &'a Query,
}

impl Filters<'_> {
    /// This page of the list.
    pub(super) fn here(&self) -> String {
        self.at(self.path)
    }

    /// Another page, with this page of the list beside it.
    pub(super) fn at(&self, path: &str) -> String {
        self.write(path, self.query.get("cursor"), |name| self.query.get(name))
    }

    /// The list from a cursor on, or its first page.
    pub(super) fn from(&self, cursor: Option<&str>) -> String {
        self.write(self.path, cursor, |name| self.query.get(name))
    }

    /// The first page of the list with one filter set otherwise.
    pub(super) fn with(&self, filter: &str, value: Option<&str>) -> String {
        self.write(self.path, None, |name| if name == filter { value } else { self.query.get(name) })
    }

    /// Whether anything is left out.
    pub(super) fn any(&self) -> bool {
        self.names.iter().any(|name| self.query.get(name).is_some())
    }

    /// What a search for another text keeps: pairs of name and value.
    pub(super) fn beside_text(&self) -> Vec<(&'static str, String)> {
        let others = self.names.iter().filter(|name| **name != "q");
        others.filter_map(|name| Some((*name, self.query.owned(name)?))).collect()
    }

    /// The list as the page `here` shows it: what was found, and where it goes on.
    pub(super) fn listing<R, T>(
        &self,
        visit: &Visit,
        listed: Result<(Vec<R>, Option<String>)>,
        here: String,
        row: impl Fn(&R) -> T,
    ) -> Listing<T> {
        let older = listed.as_ref().ok().and_then(|(_, next)| next.as_deref());
        Listing {
            here,
            is_filtered: self.any(),
            newest: self.query.get("cursor").map(|_| self.from(None)),
            older: older.map(|cursor| self.from(Some(cursor))),
            rows: part(visit, listed, |(found, _)| found.iter().map(row).collect()),
        }
    }

    fn write<'v>(
        &self,
        path: &str,
        cursor: Option<&'v str>,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> String {
        let mut parts: Vec<(&str, Option<&str>)> =
            self.names.iter().map(|name| (*name, value(name))).collect();
        parts.push(("cursor", cursor));
        address(path, &parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_is_set_and_nothing_else() {
        let parts = [("q", Some("a&b c")), ("status", None), ("kind", Some(""))];
        assert_eq!(address("/x", &parts), "/x?q=a%26b+c");
        assert_eq!(address("/x", &[("q", None)]), "/x");
        let query = Query::of(Some("q=a%26b+c&status=&q=second"));
        assert_eq!((query.get("q"), query.get("status")), (Some("a&b c"), None));
    }

    #[test]
    fn filters_go_along_and_a_changed_one_begins_anew() {
        let query = Query::of(Some("q=a%26b&plan=pro&cursor=xyz&did=answered"));
        let filters = Filters { path: "/list", names: &["q", "plan", "since"], query: &query };
        assert_eq!(filters.here(), "/list?q=a%26b&plan=pro&cursor=xyz");
        assert_eq!(filters.at("/list/1"), "/list/1?q=a%26b&plan=pro&cursor=xyz");
        assert_eq!(filters.from(None), "/list?q=a%26b&plan=pro");
        assert_eq!(filters.with("plan", None), "/list?q=a%26b");
        assert_eq!(filters.with("since", Some("7d")), "/list?q=a%26b&plan=pro&since=7d");
        assert_eq!(filters.beside_text(), [("plan", "pro".to_owned())]);
        let none = Query::of(Some("cursor=xyz"));
        assert!(filters.any() && !Filters { query: &none, ..filters }.any());
    }
}
