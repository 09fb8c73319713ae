//! `/`, and `/about`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::config::SignupMode;
use echopilot_core::customers::{Plan, ShowTiers, Tier};
use echopilot_core::operation::Cx;
use echopilot_core::platform::format_money;
use http::{HeaderMap, Response};
use serde_json::json;

use super::experiment::Experiments;
use super::frame::{frame, moment, page as rendered, strangers_kept};
use super::seo::seo;
use super::view::{AboutPage, Benefit, HomePage, LeadForm, PriceLine};
use super::{lead, plans, status};
use crate::assets;
use crate::layers::Visit;
use crate::site::Site;

/// Where the form of the page is sent.
const PATH: &str = "/";
/// The files that the page loads.
const LOADED: [&str; 5] = ["app.css", "app.js", "sprite.svg", "favicon.svg", "product.svg"];

/// The page.
pub(super) async fn page(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    show(&site, &visit, &headers, LeadForm { action: PATH, ..LeadForm::default() })
}

/// Take the form.
pub(super) async fn send(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    match lead::take(&site, &visit, &headers, &body, PATH).await {
        Ok(form) => show(&site, &visit, &headers, form),
        Err(problem) => problem.into_response(),
    }
}

fn show(site: &Arc<Site>, visit: &Visit, headers: &HeaderMap, lead: LeadForm) -> Response<Body> {
    let cx = visit.cx(site);
    let experiments = Experiments::of(site, visit, headers);
    let tiers = experiments.tiers();
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let free = tiers.iter().find(|tier| tier.plan == Plan::Free);
    let open = site.deps.settings.signup_mode == SignupMode::Open;
    let free_jobs = free.filter(|_| open).and_then(|tier| tier.jobs_per_month).map(|count| count.to_string());
    let view = HomePage {
        shell,
        seo: seo(site, PATH),
        linked_data: linked_data(&site.deps.base_url, &everybodys(&cx)),
        status: status::card(&cx),
        benefits: benefits(site.reference().count, free_jobs.as_deref()),
        prices: tiers.iter().map(price_line).collect(),
        free_jobs,
        open,
        lead: LeadForm { kept: strangers_kept(site), ..lead },
    };
    rendered(&view, new_visitor.or(experiments.cookie))
}

/// The plans as everybody is offered them, for search engines; none when they can't be told.
fn everybodys(cx: &Cx) -> Vec<Tier> {
    cx.call(&ShowTiers::default()).map(|found| found.tiers).unwrap_or_default()
}

fn price_line(tier: &Tier) -> PriceLine {
    let (price, per) = plans::price_of(tier, false);
    PriceLine { title: tier.title.clone(), price, per, holds: format!("{}.", plans::jobs(tier)) }
}

/// What one gets. The free jobs are what the plan says; operations and bytes are counted in this very program.
fn benefits(described: usize, free_jobs: Option<&str>) -> Vec<Benefit> {
    let kilobytes = assets::weight_of(&LOADED).div_ceil(1024);
    let mut benefits = vec![
        Benefit {
            glyph: "book",
            figure: described.to_string(),
            title: "operations of the API, each with an example",
            text: "What the pages do, your programs can do. The reference is made from the table that answers \
                   them, so it leaves nothing out.",
        },
        Benefit {
            glyph: "bolt",
            figure: format!("{kilobytes} KB"),
            title: "of style, script and pictures",
            text: "All that this page loads beside itself, and nothing of it from anybody else.",
        },
        Benefit {
            glyph: "invoice",
            figure: "1".to_owned(),
            title: "gate for everything",
            text: "Pages, API, command line and schedule do the same thing the same way, and what they do is logged.",
        },
    ];
    if let Some(jobs) = free_jobs {
        benefits.insert(
            0,
            Benefit {
                glyph: "check",
                figure: jobs.to_owned(),
                title: "jobs a month, free",
                text: "Enough to see whether the scores tell you what you need to know.",
            },
        );
    }
    benefits
}

/// The same for machines.
fn linked_data(base: &str, tiers: &[Tier]) -> String {
    let offers: Vec<_> = tiers
        .iter()
        .filter_map(|tier| {
            let price = tier.price_minor?;
            Some(json!({
                "@type": "Offer",
                "name": tier.title,
                "price": bare(price, &tier.currency),
                "priceCurrency": tier.currency.to_uppercase(),
                "url": format!("{base}/pricing")
            }))
        })
        .collect();
    let document = json!({
        "@context": "https://schema.org",
        "@graph": [
            { "@type": "Organization", "@id": format!("{base}/#organization"), "name": "EchoPilot", "url": base,
              "logo": format!("{base}{}", assets::url("og.png")) },
            { "@type": "WebSite", "name": "EchoPilot", "url": base,
              "publisher": { "@id": format!("{base}/#organization") } },
            { "@type": "SoftwareApplication", "name": "EchoPilot", "applicationCategory": "BusinessApplication",
              "operatingSystem": "Any", "url": base, "offers": offers }
        ]
    });
    escaped(&document.to_string())
}

/// A price as machines read it: the digits that its currency has, and nothing else.
fn bare(minor: i64, currency: &str) -> String {
    let text = format_money(minor, currency);
    text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '.').collect()
}

/// JSON that ends no element, whatever a plan is called.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// `/about`
pub(super) async fn about(State(site): State<Arc<Site>>, visit: Visit, headers: HeaderMap) -> Response<Body> {
    let (shell, new_visitor) = frame(&site, &visit, &headers, "/about");
    let build = &site.deps.build;
    let view = AboutPage {
        shell,
        seo: seo(&site, "/about"),
        status: status::card(&visit.cx(&site)),
        git_sha: build.git_sha.clone(),
        built_at: build.built_at.clone(),
        region: site.deps.settings.region.clone(),
        started: moment(site.deps.started_at),
        operations: site.reference().count,
    };
    rendered(&view, new_visitor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_s_name_ends_no_data_block() {
        let hostile = escaped(&json!({ "name": "</script><script>alert(1)</script>" }).to_string());
        assert!(!hostile.contains('<'));
        let back: serde_json::Value = serde_json::from_str(&hostile).unwrap();
        assert_eq!(back["name"], "</script><script>alert(1)</script>");
    }

    #[test]
    fn figures_are_those_of_this_program() {
        let all = benefits(66, Some("50"));
        assert_eq!(all.len(), 4);
        assert_eq!(benefits(66, None).len(), 3);
        assert!(all.iter().all(|benefit| benefit.figure.chars().any(|letter| ('1'..='9').contains(&letter))));
        assert!(LOADED.iter().all(|name| assets::weight_of(&[name]) > 0));
    }

    #[test]
    fn a_price_for_machines_has_the_digits_of_its_currency() {
        let cases = [(9_900, "usd", "99.00"), (1_234_567, "usd", "12345.67"), (15_000, "jpy", "15000")];
        for (minor, currency, text) in cases {
            assert_eq!(bare(minor, currency), text);
        }
        assert_eq!((bare(1_500, "kwd").as_str(), bare(0, "eur").as_str()), ("1.500", "0.00"));
    }
}
