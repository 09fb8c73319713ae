//! Makes the guides of the pages out of the repository's documents, so that nothing has to read Markdown while it serves.
#![expect(clippy::disallowed_methods, reason = "a build script has no settings")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The documents, as paths from the repository's root, with the address of the page of each.
const DOCUMENTS: [(&str, &str); 9] = [
    ("CHANGELOG.md", "/docs/changes"),
    ("docs/SECURITY.md", "/docs/security"),
    ("docs/RUNBOOK.md", "/dashboard/v2/guides/runbook"),
    ("docs/CHECKLIST.md", "/dashboard/v2/guides/checklist"),
    ("docs/CONFIG.md", "/dashboard/v2/guides/settings"),
    ("docs/LOGGING.md", "/dashboard/v2/guides/logs"),
    ("docs/BILLING.md", "/dashboard/v2/guides/billing"),
    ("docs/FLAGS.md", "/dashboard/v2/guides/flags"),
    ("docs/WAREHOUSE.md", "/dashboard/v2/guides/warehouse"),
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut table = String::from("&[\n");
    for (document, address) in DOCUMENTS {
        let path = root.join(document);
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
        let guide = Guide::of(&text);
        let _ = writeln!(
            table,
            "Guide {{ path: {address:?}, title: {:?}, summary: {:?}, parts: &{:?}, html: {:?} }},",
            guide.title, guide.summary, guide.parts, guide.html
        );
    }
    table.push(']');
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("guides.rs"), table).unwrap_or_else(|error| panic!("{out}: {error}"));
    println!("cargo:rerun-if-changed=build.rs");
}

#[derive(Default)]
struct Guide {
    /// The only heading of the first level.
    title: String,
    /// The first sentence, without marks.
    summary: String,
    /// Anchor and words of the headings of the second level.
    parts: Vec<(String, String)>,
    /// What follows the title.
    html: String,
}

impl Guide {
    fn of(text: &str) -> Self {
        let mut guide = Self::default();
        let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
        let events: Vec<Event<'_>> = parser.collect();
        let mut body = Vec::new();
        let (mut at, mut tables) = (0, 0);
        while let Some(event) = events.get(at) {
            at += 1;
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let words = words(&events[at..]);
                    let id = slug(&words);
                    match level {
                        HeadingLevel::H1 => {
                            while !matches!(events[at], Event::End(TagEnd::Heading(_))) {
                                at += 1;
                            }
                            at += 1;
                            guide.title = words;
                            continue;
                        }
                        HeadingLevel::H2 => guide.parts.push((id.clone(), words)),
                        _ => {}
                    }
                    let tag = Tag::Heading {
                        level: *level,
                        id: Some(id.into()),
                        classes: Vec::new(),
                        attrs: Vec::new(),
                    };
                    body.push(Event::Start(tag));
                }
                Event::Start(Tag::Paragraph) => {
                    if guide.summary.is_empty() {
                        guide.summary = sentence(&words(&events[at..]));
                    }
                    body.push(event.clone());
                }
                // A column's side would be a style in the page, which its policy forbids.
                Event::Start(Tag::Table(sides)) => {
                    tables += 1;
                    let label = format!(
                        "<div class=\"guide-table\" tabindex=\"0\" role=\"region\" aria-label=\"Table {tables}\">"
                    );
                    body.push(Event::Html(label.into()));
                    body.push(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; sides.len()])));
                }
                Event::End(TagEnd::Table) => {
                    body.push(event.clone());
                    body.push(raw("</div>"));
                }
                Event::Start(Tag::CodeBlock(_)) => body.push(raw("<pre tabindex=\"0\"><code>")),
                Event::End(TagEnd::CodeBlock) => body.push(raw("</code></pre>\n")),
                Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                    body.push(Event::Start(Tag::Link {
                        link_type: *link_type,
                        dest_url: target(dest_url).into(),
                        title: title.clone(),
                        id: id.clone(),
                    }));
                }
                Event::Html(_) | Event::InlineHtml(_) => {}
                _ => body.push(event.clone()),
            }
        }
        html::push_html(&mut guide.html, body.into_iter());
        guide
    }
}

fn raw(text: &str) -> Event<'_> {
    Event::Html(CowStr::Borrowed(text))
}

/// The words up to the end of the paragraph or heading.
fn words(events: &[Event<'_>]) -> String {
    let mut words = String::new();
    for event in events {
        match event {
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph) => break,
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

/// The first sentence.
fn sentence(words: &str) -> String {
    words.split_once(". ").map_or_else(|| words.to_owned(), |(first, _)| format!("{first}."))
}

/// As GitHub does it, so that one link is good there and here.
fn slug(words: &str) -> String {
    let kept = words.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Where a link leads: the page of another document, else what it says.
fn target(link: &str) -> String {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let name = file.rsplit('/').next().unwrap_or_default();
    let own =
        DOCUMENTS.iter().find(|(document, _)| !name.is_empty() && document.rsplit('/').next() == Some(name));
    match (own, anchor) {
        (Some((_, address)), Some(anchor)) => format!("{address}#{anchor}"),
        (Some((_, address)), None) => (*address).to_owned(),
        (None, _) => link.to_owned(),
    }
}
