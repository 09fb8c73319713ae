//! `/payments`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::billing::{
    EventList, LastReconciliation, ListEvents, ListPayments, Payments, ShowLastReconciliation, ShownPayment,
    StoredEvent,
};
use echopilot_core::operation::Deps;
use echopilot_core::platform::{Fault, Result, Timestamp, format_money};
use http::{HeaderMap, Response};

use super::super::frame::{age, frame, moment, page as rendered, stripe_is_down};
use super::super::operator_login::signed_in;
use super::super::view::{
    Change, Failure, Figure, Link, Part, PaymentMode, PaymentRow, PaymentsNotice, PaymentsPage, RefundState,
    Stat, WebhookRow,
};
use super::mode;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list lives.
const PATH: &str = "/payments";
/// The periods to choose from, in days; the usual one is shown when nothing is said.
const PERIODS: [u32; 3] = [7, USUAL, 90];
const USUAL: u32 = 30;
/// Rows of a page.
const ROWS: u32 = 25;
/// Webhooks shown.
const EVENTS: u32 = 15;

/// What the address asks for.
struct Wanted {
    days: u32,
    customer: Option<String>,
    cursor: Option<String>,
    notice: Option<PaymentsNotice>,
}

impl Wanted {
    fn parse(query: &str) -> Result<Self> {
        let mut wanted = Self { days: USUAL, customer: None, cursor: None, notice: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            match name.as_ref() {
                "period" => {
                    let days = value.parse().ok().filter(|days| PERIODS.contains(days));
                    wanted.days =
                        days.ok_or_else(|| Fault::invalid("period", "expected 7, 30 or 90 days"))?;
                }
                "customer" => wanted.customer = Some(value.into_owned()),
                "cursor" => wanted.cursor = Some(value.into_owned()),
                "did" => wanted.notice = PaymentsNotice::parse(&value),
                _ => {}
            }
        }
        Ok(wanted)
    }

    fn address(&self, days: u32, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("period", &days.to_string());
        if let Some(customer) = &self.customer {
            query.append_pair("customer", customer);
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        format!("{PATH}?{}", query.finish())
    }
}

/// The page.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let wanted = match Wanted::parse(uri.query().unwrap_or("")) {
        Ok(wanted) => wanted,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let operation = ListPayments {
        limit: Some(ROWS),
        cursor: wanted.cursor.clone(),
        customer: wanted.customer.clone(),
        since: Some(visit.now.minus(Duration::from_secs(24 * 3600) * wanted.days)),
        ..ListPayments::default()
    };
    let (cx, is_down) = (visit.cx(&site), stripe_is_down(&site));
    let asked = site.offload(move || {
        let events = ListEvents { limit: Some(EVENTS), ..ListEvents::default() };
        // Only needed to say how old the rest is.
        let compared = is_down.then(|| cx.call(&ShowLastReconciliation::default()));
        (cx.call(&operation), cx.call(&events), compared)
    });
    let (listed, events, compared) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    // A wrong cursor is the visitor's to mend; a store that fails leaves the rest of the page standing.
    if let Err(fault) = &listed
        && fault.code.http() < 500
    {
        return Problem::from(Fault::new(fault.code, fault.detail.clone())).into_response();
    }
    let path = uri.path_and_query().map_or(PATH, |path| path.as_str());
    let (shell, new_visitor) = frame(&site, &visit, &headers, path);
    let failed = || Failure { request_id: visit.request_id.clone() };
    let mode = mode(&site);
    let view = PaymentsPage {
        shell,
        notice: wanted.notice,
        stale: compared.map(|compared| stale(&events, compared, visit.now)),
        periods: periods(&wanted),
        stats: listed.as_ref().map_or_else(|_| Part::Failed(failed()), |listed| Part::Ready(stats(listed))),
        customer: wanted.customer.as_deref().map(|customer| reference(&site.deps, customer)),
        here: path.to_owned(),
        everybody: format!("{PATH}?period={}", wanted.days),
        newest: wanted.cursor.is_some().then(|| wanted.address(wanted.days, None)),
        older: listed
            .as_ref()
            .ok()
            .and_then(|listed| listed.next_cursor.as_deref())
            .map(|cursor| wanted.address(wanted.days, Some(cursor))),
        payments: match &listed {
            Ok(listed) => Part::Ready(
                listed.payments.iter().map(|payment| row(&site.deps, payment, mode, wanted.days)).collect(),
            ),
            Err(_) => Part::Failed(failed()),
        },
        webhooks: match &events {
            Ok(list) => Part::Ready(list.events.iter().map(webhook).collect()),
            Err(_) => Part::Failed(failed()),
        },
        mode,
    };
    rendered(&view, new_visitor)
}

/// How old what is shown is: as old as the last that Stripe told, or was compared with.
fn stale(events: &Result<EventList>, compared: Result<LastReconciliation>, now: Timestamp) -> String {
    let told = events.as_ref().ok().and_then(|list| list.events.first()).map(|event| event.received_at);
    let compared = compared.ok().and_then(|found| found.last).map(|last| last.finished_at);
    match told.max(compared) {
        Some(last) => format!("What is below was last heard of {} ago.", age(last, now)),
        None => "When it was last heard of is not known; what is below may be out of date.".to_owned(),
    }
}

fn webhook(event: &StoredEvent) -> WebhookRow {
    WebhookRow {
        id: event.id.clone(),
        kind: event.kind.clone(),
        state: event.state.as_str().to_owned(),
        attempts: event.attempts,
        error: event.error.clone(),
        date: moment(event.received_at),
    }
}

fn periods(wanted: &Wanted) -> Vec<Link> {
    let link = |days: u32| Link {
        label: format!("{days} days"),
        href: wanted.address(days, None),
        current: days == wanted.days,
    };
    PERIODS.into_iter().map(link).collect()
}

/// Volume, success rate and refunds. There is no figure of disputes: nothing here hears of them.
fn stats(listed: &Payments) -> Vec<Stat> {
    let known = |value: String, unit: &str, note: String| Figure::Known {
        value,
        unit: unit.to_owned(),
        change: Change::Unknown { reason: note },
    };
    let sums: Vec<&str> = listed.totals.iter().map(|total| total.volume.as_str()).collect();
    let count: i64 = listed.totals.iter().map(|total| total.count).sum();
    let volume = match count {
        0 => known("0".to_owned(), "", "No payment succeeded".to_owned()),
        1 => known(sums.join(" + "), "", "1 payment, before refunds".to_owned()),
        count => known(sums.join(" + "), "", format!("{count} payments, before refunds")),
    };
    let rate = match listed.success_rate {
        Some(rate) => {
            known(format!("{:.1}", rate * 100.0), "%", "Of the payments tried or called off".to_owned())
        }
        None => Figure::Unknown { reason: "No payment was tried in this time".to_owned() },
    };
    let given_back: Vec<String> = listed
        .totals
        .iter()
        .filter(|total| total.refunded_minor > 0)
        .map(|total| format_money(total.refunded_minor, &total.currency))
        .collect();
    let refunds = if given_back.is_empty() {
        known("0".to_owned(), "", "Nothing of these payments was given back".to_owned())
    } else {
        known(given_back.join(" + "), "", "Of these payments".to_owned())
    };
    vec![Stat::new("Volume", volume), Stat::new("Success rate", rate), Stat::new("Refunds", refunds)]
}

fn row(deps: &Deps, payment: &ShownPayment, mode: PaymentMode, days: u32) -> PaymentRow {
    let refund = match payment.refunded_minor {
        _ if payment.is_refunding => RefundState::UnderWay,
        ..=0 => RefundState::None,
        minor if minor >= payment.amount_minor => RefundState::Whole,
        minor => RefundState::Part(format_money(minor, &payment.currency)),
    };
    let is_left = payment.status == "succeeded" && matches!(refund, RefundState::None | RefundState::Part(_));
    let query = |name: &str, value: &str| {
        form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
    };
    PaymentRow {
        refund_link: (is_left && mode.missing().is_none())
            .then(|| format!("/payments/refund?{}", query("payment", &payment.id))),
        customer_link: format!("{PATH}?period={days}&{}", query("customer", &payment.customer_id)),
        customer: reference(deps, &payment.customer_id),
        id: payment.id.clone(),
        amount: payment.amount.clone(),
        status: payment.status.clone(),
        refund,
        date: moment(payment.created_at),
    }
}

/// The customer as logs name them.
fn reference(deps: &Deps, customer: &str) -> String {
    deps.references.reference("customer", customer).as_str().to_owned()
}
