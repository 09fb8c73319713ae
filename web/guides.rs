//! The repository's documents as they are read in a browser; `build.rs` makes them.

/// A document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guide {
    /// The address of its page.
    pub path: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its first sentence, as plain words.
    pub summary: &'static str,
    /// Its parts: anchor and words.
    pub parts: &'static [(&'static str, &'static str)],
    /// All of it but the title, as HTML made from documents of this repository alone.
    pub html: &'static str,
}

/// All of them, in the order of their list.
pub const GUIDES: &[Guide] = include!(concat!(env!("OUT_DIR"), "/guides.rs"));

/// The one at an address.
pub fn at(path: &str) -> Option<&'static Guide> {
    GUIDES.iter().find(|guide| guide.path == path)
}

/// Those for operators alone.
pub fn of_operators() -> impl Iterator<Item = &'static Guide> {
    GUIDES.iter().filter(|guide| guide.path.starts_with(OPERATORS))
}

/// The list of them; each lies below it.
pub const OPERATORS: &str = "/dashboard/v2/guides";

/// Where the runbook says what to do when a part is broken, by the name that checks give the part; its beginning when it
/// says nothing about it.
pub fn runbook(part: &str) -> String {
    let anchor = match part {
        "llm" => "language-model",
        "mail" => "mail-server",
        "cpu" => "processors",
        "latency_p95" | "latency_p99" => "latency",
        other => other,
    };
    let page = format!("{OPERATORS}/runbook");
    let known = at(&page).is_some_and(|guide| guide.parts.iter().any(|(id, _)| *id == anchor));
    if known { format!("{page}#{anchor}") } else { page }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use echopilot_core::sentinel::Dependencies;

    use super::*;

    #[test]
    fn each_has_a_title_words_and_parts_that_can_be_told_apart() {
        assert!(GUIDES.len() >= 9);
        for guide in GUIDES {
            assert!(!guide.title.is_empty() && !guide.summary.is_empty(), "{}", guide.path);
            let anchors: BTreeSet<_> = guide.parts.iter().map(|(id, _)| id).collect();
            assert_eq!(anchors.len(), guide.parts.len(), "{} has a heading twice", guide.path);
            for (id, _) in guide.parts {
                assert!(guide.html.contains(&format!("<h2 id=\"{id}\">")), "{} {id}", guide.path);
            }
            for forbidden in ["style=", "<h1", "<script", "onclick", "javascript:"] {
                assert!(!guide.html.contains(forbidden), "{} has {forbidden}", guide.path);
            }
        }
    }

    #[test]
    fn links_lead_to_pages_that_exist_and_anchors_to_their_parts() {
        let rows: Vec<_> = crate::rows().map(|row| row.route.path).collect();
        for guide in GUIDES {
            for link in guide.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                if link.starts_with("https://") {
                    continue;
                }
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let own = at(path);
                assert!(own.is_some() || rows.contains(&path), "{} leads to {link}", guide.path);
                let parts = own.map(|own| own.parts).unwrap_or_default();
                assert!(anchor.is_empty() || parts.iter().any(|(id, _)| *id == anchor), "{link}");
            }
        }
    }

    #[test]
    fn the_runbook_knows_all_that_can_be_broken() {
        let mut parts: Vec<&str> = Dependencies::NAMES.to_vec();
        parts.extend(["cpu", "memory", "disk", "store", "queue", "latency_p95", "latency_p99"]);
        for part in parts {
            assert!(runbook(part).contains('#'), "{part}");
        }
        assert_eq!(runbook("something"), "/dashboard/v2/guides/runbook");
    }
}
