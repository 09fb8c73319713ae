//! `/`, and `/about`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::catalogue::CATALOGUE;
use echopilot_core::config::SignupMode;
use echopilot_core::customers::{Plan, ShowTiers, Tier};
use echopilot_core::openapi;
use echopilot_core::operation::Cx;
use http::{HeaderMap, Response};
use serde_json::json;

use super::frame::{frame, moment, page as rendered};
use super::seo::seo;
use super::view::{AboutPage, Benefit, HomePage, LeadForm, PriceLine};
use super::{lead, plans, status};
use crate::assets;
use crate::layers::Visit;
use crate::site::Site;

/// Where the form of the page is sent.
const PATH: &str = "/";

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
    let tiers = tiers(&cx);
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let free = tiers.iter().find(|tier| tier.plan == Plan::Free);
    let free_jobs = free.and_then(|tier| tier.jobs_per_month).map(|count| count.to_string());
    let view = HomePage {
        shell,
        seo: seo(site, PATH),
        linked_data: linked_data(&site.deps.base_url, &tiers),
        status: status::card(&cx),
        benefits: benefits(free_jobs.as_deref()),
        prices: tiers.iter().map(price_line).collect(),
        free_jobs,
        open: site.deps.settings.signup_mode == SignupMode::Open,
        lead,
    };
    rendered(&view, new_visitor)
}

/// The plans; none when they can't be told, and the page stands without them.
fn tiers(cx: &Cx) -> Vec<Tier> {
    cx.call(&ShowTiers::default()).map(|found| found.tiers).unwrap_or_default()
}

fn price_line(tier: &Tier) -> PriceLine {
    let (price, per) = plans::price_of(tier, false);
    let [jobs, workflows] = plans::limits(tier);
    PriceLine { title: tier.title.clone(), price, per, holds: format!("{jobs}. {workflows}.") }
}

/// What one gets. Every figure is counted in this very program.
fn benefits(free_jobs: Option<&str>) -> Vec<Benefit> {
    let kilobytes = assets::weight_of(&["app.css", "app.js", "sprite.svg"]).div_ceil(1024);
    let mut benefits = vec![
        Benefit {
            glyph: "book",
            figure: routes().to_string(),
            title: "routes, every one documented",
            text: "What the pages do, your programs can do. A route without a description does not exist: a test \
                   holds the two together.",
        },
        Benefit {
            glyph: "bolt",
            figure: format!("{kilobytes} KB"),
            title: "of style, script and icons",
            text: "All that these pages load beside themselves, and nothing of it from anybody else.",
        },
        Benefit {
            glyph: "invoice",
            figure: operations().to_string(),
            title: "operations behind one gate",
            text: "Pages, API, command line and schedule do the same thing the same way, and each call leaves a line \
                   in a log.",
        },
    ];
    if let Some(jobs) = free_jobs {
        benefits.insert(
            0,
            Benefit {
                glyph: "check",
                figure: jobs.to_owned(),
                title: "scored jobs a month, free",
                text: "Enough to see with your own work whether the scores tell you what you need to know.",
            },
        );
    }
    benefits
}

/// How many operations there are.
fn operations() -> usize {
    CATALOGUE.len()
}

/// How many routes the description of the API has.
fn routes() -> usize {
    let rows: Vec<_> = crate::rows().map(|row| row.route).collect();
    openapi::count(CATALOGUE, &rows)
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
                "price": format!("{}.{:02}", price / 100, price % 100),
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
        started: moment(site.deps.started_at),
        operations: operations(),
        routes: routes(),
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
    fn figures_are_counted() {
        let all = benefits(Some("50"));
        assert_eq!(all.len(), 4);
        assert_eq!(benefits(None).len(), 3);
        assert!(routes() > operations() / 2 && operations() > 50);
        assert!(all.iter().all(|benefit| benefit.figure.chars().any(|letter| ('1'..='9').contains(&letter))));
    }
}
