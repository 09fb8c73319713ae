//! Every page in every state is rendered and looked at by these rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use askama::Template as _;

use super::*;

/// All samples of all pages.
fn pages() -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    pages.extend(LoginPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(GuidePage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(GuidesPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(OperatorLoginPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(OverviewPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(InvoicesPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(SupportPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(PaymentsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(LinkPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(RefundPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages
        .extend(ReconciliationPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(VerifyPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(SessionsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(ComponentsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(SettingsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(HomePage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(AboutPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(PricingPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(ContactPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(DocsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(BoardOverviewPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(AutomationsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(ConfirmRunPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(JobsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(JobPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(LogsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(CustomersPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(CustomerPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages
        .extend(ConfirmAccountPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(FlagsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(FlagPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(LeadsPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(LeadPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages
        .extend(ConfirmErasurePage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(AnswerPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(WarehousePage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(ConfirmSyncPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages.extend(ErrorPage::samples().into_iter().map(|(name, page)| (name, page.render().unwrap())));
    pages
}

/// The start tags of a page: name, and attributes with their values. Reads what our templates write, quoted values only.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let name_end = rest.find([' ', '>', '/']).unwrap();
        let name = rest[..name_end].to_owned();
        rest = &rest[name_end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '/', '\n']);
            if rest.starts_with('>') {
                break;
            }
            let end = rest.find(['=', ' ', '>', '/']).unwrap();
            let attribute = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let close = quoted.find('"').unwrap();
                quoted[..close].clone_into(&mut value);
                rest = &quoted[close + 1..];
            }
            attributes.push((attribute, value));
        }
        tags.push((name, attributes));
    }
    tags
}

fn value<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_str())
}

/// What is wrong with a page; empty when nothing is.
fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |wrong: bool, words: String| {
        if wrong {
            faults.push(words);
        }
    };
    let tags = tags(html);
    let count = |name: &str| tags.iter().filter(|(tag, _)| tag == name).count();
    fault(count("h1") != 1, format!("{} h1", count("h1")));
    fault(count("main") != 1, format!("{} main", count("main")));
    fault(count("title") < 1 || html.contains("<title> -"), "no title".into());
    fault(!html.contains("<html lang=\"en\" data-theme=\""), "no lang or theme".into());
    let viewports: Vec<&str> = tags
        .iter()
        .filter(|(tag, attributes)| tag == "meta" && value(attributes, "name") == Some("viewport"))
        .filter_map(|(_, attributes)| value(attributes, "content"))
        .collect();
    fault(
        viewports != ["width=device-width, initial-scale=1, viewport-fit=cover"],
        format!("viewports {viewports:?}"),
    );
    fault(count("style") > 0, "a style element".into());
    let mut ids = BTreeSet::new();
    for (tag, attributes) in &tags {
        for (name, content) in attributes {
            fault(name == "style" || name.starts_with("on"), format!("{tag} has {name}"));
            let link = ["href", "src", "action"].contains(&name.as_str());
            fault(link && content.is_empty(), format!("{tag} has an empty {name}"));
            fault(link && content.starts_with("javascript:"), format!("{tag} leads to a script"));
            if name == "id" {
                fault(!ids.insert(content.clone()), format!("id {content} twice"));
            }
        }
        let is_data = value(attributes, "type").is_some_and(|kind| kind.ends_with("json"));
        fault(tag == "script" && value(attributes, "src").is_none() && !is_data, "an inline script".into());
        let has_size = value(attributes, "width").is_some() && value(attributes, "height").is_some();
        let is_told = value(attributes, "alt").is_some_and(|words| !words.is_empty());
        fault(tag == "img" && !(has_size && is_told), "a picture without size or words".into());
    }
    for (tag, attributes) in &tags {
        if tag == "input" && value(attributes, "type") != Some("hidden") {
            let id = value(attributes, "id").unwrap_or("");
            fault(!html.contains(&format!("<label for=\"{id}\"")), format!("no label for {id}"));
        }
        for name in ["aria-labelledby", "aria-describedby", "aria-controls", "for"] {
            for id in value(attributes, name).unwrap_or("").split_whitespace() {
                fault(!ids.contains(id), format!("{name} names {id}, which is not there"));
            }
        }
        if let Some(anchor) = value(attributes, "href").and_then(|href| href.strip_prefix('#')) {
            fault(!ids.contains(anchor), format!("a link to #{anchor}, which is not there"));
        }
    }
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let carries = form.contains("name=\"csrf\"") && form.contains("name=\"next\"");
        // What only asks carries no token: it would stand in the address.
        let asks = form.contains("method=\"get\"");
        let sound =
            if asks { !form.contains("name=\"csrf\"") } else { form.contains("method=\"post\"") && carries };
        fault(!sound, "a form without csrf and next".into());
    }
    faults
}

#[test]
fn every_page_keeps_the_rules() {
    let mut names = BTreeSet::new();
    for (name, html) in pages() {
        assert!(names.insert(name), "two samples are called {name}");
        assert_eq!(faults(&html), Vec::<String>::new(), "{name}");
    }
    assert!(names.len() > 40);
}

#[test]
fn no_word_of_a_template_is_left_in_a_page() {
    for (name, html) in pages() {
        for word in ["list.here", "list.is_", "facts.email", "shell.csrf", "{{", "{%", "ui::", "crate::"] {
            assert!(!html.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn the_rules_can_be_broken() {
    let (_, good) = pages().remove(0);
    for (from, to, words) in [
        ("<h1>", "<h1></h1><h1>", "2 h1"),
        ("<h1>", "<h1 style=\"color:red\">", "h1 has style"),
        ("<h1>", "<h1 onclick=\"x()\">", "h1 has onclick"),
        ("<h1>", "<script>x()</script><h1>", "an inline script"),
        ("<h1>", "<p id=\"main\"></p><h1>", "id main twice"),
        ("<h1>", "<input type=\"text\" id=\"lost\"><h1>", "no label for lost"),
        ("<h1>", "<a href=\"#lost\">x</a><h1>", "a link to #lost, which is not there"),
        ("<h1>", "<form method=\"post\"></form><h1>", "a form without csrf and next"),
        (
            "<h1>",
            "<form method=\"get\"><input type=\"hidden\" name=\"csrf\"></form><h1>",
            "a form without csrf",
        ),
        ("<h1>", "<img src=\"/x\" alt=\"x\"><h1>", "a picture without size"),
        ("initial-scale=1", "maximum-scale=1", "viewports"),
        (" lang=\"en\"", "", "no lang or theme"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert!(faults(&bad).iter().any(|fault| fault.starts_with(words)), "{words}: {:?}", faults(&bad));
    }
}

#[test]
fn hostile_text_shows_as_text() {
    let mut seen = 0;
    for (name, html) in pages() {
        assert!(!html.contains("<img src=x") && !html.contains("<script>"), "{name}");
        assert!(
            !html.contains("token=secret")
                || !html.contains("Asked for: <span class=\"code\">/app/invoyces?")
        );
        seen += usize::from(html.contains("&#60;img"));
    }
    assert!(seen >= 3, "the hostile samples are there: {seen}");
}

#[test]
fn public_pages_are_listed_and_all_others_ask_not_to_be() {
    let mut listed = BTreeSet::new();
    for (name, html) in pages() {
        let is_public = html.contains("<link rel=\"canonical\"");
        assert_ne!(is_public, html.contains("<meta name=\"robots\" content=\"noindex\">"), "{name}");
        if !is_public {
            continue;
        }
        let group = name.split('-').next().unwrap();
        listed.insert(group);
        for tag in ["og:title", "og:description", "og:url", "og:image", "og:image:alt"] {
            let start = format!("<meta property=\"{tag}\" content=\"");
            let content = html.split(&start).nth(1).unwrap_or_else(|| panic!("{name} has no {tag}"));
            assert!(!content.starts_with('"'), "{name}: {tag} is empty");
        }
        assert_eq!(html.contains("application/ld+json"), group == "home", "{name}");
    }
    assert_eq!(listed, BTreeSet::from(["about", "docs", "help", "home", "pricing", "security"]));
}

#[test]
fn only_demo_mode_offers_the_demo_account() {
    for (name, page) in LoginPage::samples() {
        let demo = page.shell.demo;
        assert_eq!(page.render().unwrap().contains("action=\"/auth/login/demo\""), demo, "{name}");
    }
}

#[test]
fn a_failed_part_hides_no_other() {
    let pages = pages();
    let html = |wanted: &str| &pages.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let broken = html("app-part-failed");
    for there in
        ["Jobs this month", "312", "Spend this month", "Summarise the support tickets", "01JD9Z8Q4W7"]
    {
        assert!(broken.contains(there), "{there}");
    }
    assert!(!broken.contains("chart-line"));
    assert!(html("app").contains("chart-line"));
    assert!(!html("app").contains("could not be loaded"));
}

#[test]
fn an_unknown_figure_is_a_dash_with_its_reason() {
    let pages = pages();
    let empty = &pages.iter().find(|(name, _)| *name == "app-empty").unwrap().1;
    assert!(empty.contains("No job has been scored yet") && empty.contains(">unknown</span>"));
    assert!(empty.contains("No jobs yet"));
}

#[test]
fn errors_stand_in_the_title_the_summary_and_at_the_field() {
    let pages = pages();
    let wrong = &pages.iter().find(|(name, _)| *name == "login-code-wrong").unwrap().1;
    assert!(wrong.contains("<title>Error: Enter your code"));
    assert_eq!(wrong.matches("This code is wrong or too old. Ask for a new one").count(), 2);
    assert!(wrong.contains("aria-describedby=\"code-hint code-wrong\""));
    assert!(!pages[0].1.contains("Error:"));
}

#[test]
fn themes_are_read_back_and_nothing_else_is() {
    for (theme, _) in Theme::default().choices() {
        assert_eq!(Theme::parse(theme.as_str()), Some(theme));
    }
    for word in ["", "Dark", "dark ", "\" onload=\"x"] {
        assert_eq!(Theme::parse(word), None);
    }
    assert_eq!(Theme::default(), Theme::Dark);
}

#[test]
fn an_account_always_has_a_name_and_a_letter() {
    let account =
        |email: &str, name: Option<&str>| Account { email: email.into(), name: name.map(Into::into) };
    assert_eq!(account("ada@example.com", None).initial(), "a");
    assert_eq!(account("ada@example.com", Some("  ")).shown_name(), "ada@example.com");
    assert_eq!(account("x@example.com", Some("Éva")).initial(), "É");
    assert_eq!(account("", None).initial(), "?");
}

/// Not a check: writes the samples where a browser can open them, with the built files beside them.
#[test]
#[ignore = "writes target/samples, for looking at and for the browser tests"]
fn write_the_samples() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let samples = root.join("../target/samples");
    fs::create_dir_all(samples.join("assets")).unwrap();
    for (name, html) in pages() {
        fs::write(samples.join(format!("{name}.html")), html).unwrap();
    }
    for entry in fs::read_dir(root.join("dist")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, samples.join("assets").join(path.file_name().unwrap())).unwrap();
    }
}
