//! `/pricing`, and the way from there to the payment page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::{PaidPlan, StartCheckout};
use echopilot_core::config::SignupMode;
use echopilot_core::customers::{Period, Plan, Tier};
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Code, Email, Fault};
use http::{HeaderMap, Response};

use super::experiment::Experiments;
use super::form::{Form, NO_ADDRESS};
use super::frame::{frame, lead_to, page as rendered, strangers_kept};
use super::lead;
use super::plans::{is_agreed, jobs, jobs_cell, price_of, saving};
use super::portal::is_stripes;
use super::seo::seo;
use super::view::{
    BuyWords, Cta, FeatureCell, FeatureRow, FieldError, FreePlan, LeadForm, PricingNotice, PricingPage,
    TierAct, TierCard, cta,
};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/pricing";

/// What the page says beside the plans.
#[derive(Default)]
struct Said {
    yearly: bool,
    notice: Option<PricingNotice>,
    errors: Vec<FieldError>,
    buyer: String,
    lead: LeadForm,
}

/// The page.
pub(super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    let query = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    let yearly = query.into_iter().any(|(name, value)| name == "period" && value == "year");
    show(&site, &visit, &headers, Said { yearly, ..Said::default() })
}

/// Take the form of those who want more.
pub(super) async fn send(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    match lead::take(&site, &visit, &headers, &body, PATH).await {
        Ok(lead) => show(&site, &visit, &headers, Said { lead, ..Said::default() }),
        Err(problem) => problem.into_response(),
    }
}

/// Go on to the payment page; what stands in the way is told here.
pub(super) async fn checkout(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (form, is_old) = match Form::verified_or_old(&site, &visit, &headers, &body) {
        Ok(read) => read,
        Err(problem) => return problem.into_response(),
    };
    let mut said = Said {
        yearly: form.get("period") == "year",
        buyer: form.get("email").to_owned(),
        notice: is_old.then_some(PricingNotice::OldForm),
        ..Said::default()
    };
    if is_old {
        return show(&site, &visit, &headers, said);
    }
    let (plan, field) = match form.get("plan") {
        "starter" => (PaidPlan::Starter, "email_starter"),
        "pro" => (PaidPlan::Pro, "email_pro"),
        _ => return Problem::from(Fault::invalid("plan", "expected starter or pro")).into_response(),
    };
    let email = match (&visit.caller, said.buyer.trim()) {
        (Caller::Customer(_), "") => None,
        (_, "") => {
            said.errors.push(FieldError { field, text: "Enter your e-mail address".into() });
            return show(&site, &visit, &headers, said);
        }
        (_, typed) => {
            let Ok(email) = Email::parse(typed) else {
                said.errors.push(FieldError { field, text: NO_ADDRESS.to_owned() });
                return show(&site, &visit, &headers, said);
            };
            Some(email)
        }
    };
    let period = if said.yearly { Period::Year } else { Period::Month };
    let experiments = Experiments::of(&site, &visit, &headers);
    let variant = experiments.price_variant(form.get("plan"));
    let started = site.call(visit.cx(&site), StartCheckout { plan, period, email, variant }).await;
    said.notice = Some(match started {
        Ok(page) if is_stripes(&page.url, &site.deps.settings.stripe.api_base) => {
            experiments.converted(&site).await;
            return lead_to(&page.url, None);
        }
        Ok(_) => PricingNotice::Failed,
        Err(fault) => match fault.code {
            Code::Conflict => PricingNotice::HasOne,
            Code::NotConfigured => PricingNotice::NotSold,
            Code::Unauthenticated => PricingNotice::InvitedOnly,
            Code::Upstream | Code::Unavailable => PricingNotice::Failed,
            _ => return Problem::from(fault).into_response(),
        },
    });
    show(&site, &visit, &headers, said)
}

fn show(site: &Arc<Site>, visit: &Visit, headers: &HeaderMap, said: Said) -> Response<Body> {
    let experiments = Experiments::of(site, visit, headers);
    let (tiers, words) = (experiments.tiers(), experiments.words());
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let own = match &visit.caller {
        Caller::Customer(session) => Some(session.profile.plan.as_str()),
        _ => None,
    };
    let has_years = tiers.iter().any(|tier| tier.price_year_minor.is_some());
    let yearly = said.yearly && has_years;
    let for_operators = match &visit.caller {
        Caller::Operator(_) => missing(site, &tiers),
        _ => None,
    };
    let test_mode = shell.test_mode;
    let view = PricingPage {
        shell,
        seo: seo(site, PATH),
        yearly,
        has_years,
        free: tiers.iter().find(|tier| tier.plan == Plan::Free).map(|tier| free(site, tier, own)),
        tiers: tiers
            .iter()
            .filter(|tier| tier.plan != Plan::Free)
            .map(|tier| card(tier, yearly, own, &words))
            .collect(),
        rows: rows(&tiers),
        columns: tiers.iter().map(|tier| tier.title.clone()).collect(),
        notice: said.notice,
        errors: said.errors,
        buyer: said.buyer,
        test_mode,
        for_operators,
        lead: LeadForm { action: PATH, kept: strangers_kept(site), ..said.lead },
    };
    rendered(&view, new_visitor.or(experiments.cookie))
}

/// Which settings are missing, when no plan can be bought.
fn missing(site: &Site, tiers: &[Tier]) -> Option<String> {
    if tiers.iter().any(|tier| tier.sold_monthly || tier.sold_yearly) {
        return None;
    }
    Some(match site.deps.stripe() {
        Err(fault) => fault.detail,
        Ok(_) => "STRIPE_PRICE_STARTER and STRIPE_PRICE_PRO are not set".to_owned(),
    })
}

fn free(site: &Site, tier: &Tier, own: Option<&str>) -> FreePlan {
    FreePlan {
        title: tier.title.clone(),
        holds: jobs(tier),
        is_open: site.deps.settings.signup_mode == SignupMode::Open,
        is_own: own == Some(tier.plan.as_str()),
        cta: cta(Cta::Start),
    }
}

fn card(tier: &Tier, yearly: bool, own: Option<&str>, words: &BuyWords) -> TierCard {
    let (price, per) = price_of(tier, yearly);
    let sold = if yearly { tier.sold_yearly } else { tier.sold_monthly };
    let act = if own == Some(tier.plan.as_str()) {
        TierAct::Own
    } else if sold {
        let field = if tier.plan == Plan::Pro { "email_pro" } else { "email_starter" };
        TierAct::Buy { cta: words.on(&tier.title), email_field: own.is_none().then_some(field) }
    } else {
        TierAct::Contact { cta: cta(Cta::Contact) }
    };
    TierCard {
        plan: tier.plan.as_str(),
        title: tier.title.clone(),
        summary: tier.summary.clone(),
        price,
        per,
        remark: if yearly { saving(tier).unwrap_or_default() } else { String::new() },
        holds: holds(tier),
        is_first: tier.plan == Plan::Pro,
        act,
    }
}

/// The limit, where there is one, then the rest.
fn holds(tier: &Tier) -> Vec<String> {
    let limit = (!is_agreed(tier)).then(|| jobs(tier));
    limit.into_iter().chain(tier.features.iter().cloned()).collect()
}

/// The limit, then every feature that some plan has, in the order in which they are first named.
fn rows(tiers: &[Tier]) -> Vec<FeatureRow> {
    let mut rows = vec![FeatureRow {
        name: "Jobs a month".to_owned(),
        cells: tiers.iter().map(|tier| FeatureCell::Text(jobs_cell(tier))).collect(),
    }];
    for feature in tiers.iter().flat_map(|tier| &tier.features) {
        if rows.iter().any(|row| row.name == *feature) {
            continue;
        }
        let has =
            |tier: &Tier| if tier.features.contains(feature) { FeatureCell::Yes } else { FeatureCell::No };
        rows.push(FeatureRow { name: feature.clone(), cells: tiers.iter().map(has).collect() });
    }
    rows
}
