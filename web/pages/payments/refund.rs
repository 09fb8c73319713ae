//! `/payments/refund`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::billing::{AskState, RefundPayment, RefundedPayment};
use echopilot_core::platform::{Code, Fault, Result, format_money};
use http::{HeaderMap, Response, StatusCode};

use super::super::form::{Form, at_fields};
use super::super::frame::{frame, lead_to, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{FieldError, PaymentsNotice, RefundFields, RefundPage, RefundTarget};
use super::{minor_units, mode, once};
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

const PATH: &str = "/payments/refund";
const FIELDS: [&str; 2] = ["amount_minor", "reason"];
/// The reason that stands first.
const USUAL: &str = "requested_by_customer";

/// What an answer shows.
struct Shown {
    target: Option<RefundTarget>,
    fields: RefundFields,
    key: String,
    errors: Vec<FieldError>,
    declined: Option<String>,
    status: StatusCode,
}

/// The form for one payment.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let query = uri.query().unwrap_or("").as_bytes();
    let payment = form_urlencoded::parse(query).find(|(name, _)| name == "payment");
    let Some((_, payment)) = payment else { return lead_to("/payments", None) };
    let mut shown = Shown {
        target: None,
        fields: RefundFields { reason: USUAL.to_owned(), ..RefundFields::default() },
        key: site.deps.ids.token(16),
        errors: Vec::new(),
        declined: None,
        status: StatusCode::OK,
    };
    if mode(&site).missing().is_none() {
        match target(&site, &visit, &payment).await {
            Ok(target) => {
                shown.fields.amount_minor = target.remaining_minor.to_string();
                shown.target = Some(target);
            }
            Err(fault) if fault.code == Code::Refused => shown.declined = Some(fault.detail),
            Err(fault) => return Problem::from(fault).into_response(),
        }
    }
    show(&site, &visit, &headers, shown)
}

/// Give it back.
pub(in super::super) async fn refund(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let mut shown = Shown {
        target: None,
        fields: RefundFields {
            amount_minor: form.get("amount_minor").trim().to_owned(),
            reason: form.get("reason").to_owned(),
            confirm: form.get("confirm").trim().to_owned(),
        },
        key: form.get("key").to_owned(),
        errors: Vec::new(),
        declined: None,
        status: StatusCode::UNPROCESSABLE_ENTITY,
    };
    let payment = form.get("payment").to_owned();
    let amount = minor_units(&shown.fields.amount_minor);
    if mode(&site).is_live() && shown.fields.confirm != payment {
        shown.errors.push(FieldError { field: "confirm", text: format!("Type {payment} to confirm") });
    }
    if amount.is_none() {
        let text = "Enter a whole number of minor units, such as 4200 for USD 42.00".to_owned();
        shown.errors.push(FieldError { field: "amount_minor", text });
    }
    if shown.errors.is_empty() {
        let operation = RefundPayment {
            payment_id: payment.clone(),
            amount_minor: amount,
            reason: shown.fields.reason.clone(),
            dry_run: false,
        };
        let (cx, key) = (visit.cx(&site), shown.key.clone());
        match site.offload(move || once(&cx, &operation, &key)).await.and_then(|refunded| refunded) {
            Ok(refunded) => match outcome(&refunded) {
                Ok(notice) => return lead_to(&format!("/payments?did={}", notice.as_str()), None),
                Err(words) => {
                    shown.declined = Some(words);
                    // This one is at its end: pressed again, it is another refund.
                    shown.key = site.deps.ids.token(16);
                }
            },
            Err(fault) => {
                shown.errors = at_fields(&fault, &FIELDS);
                shown.declined = shown.errors.is_empty().then(|| fault.detail.clone());
                let status = StatusCode::from_u16(fault.code.http());
                shown.status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            }
        }
    }
    // The form stays as it was filled in, beside what is left now.
    match target(&site, &visit, &payment).await {
        Ok(target) => shown.target = Some(target),
        Err(fault) if shown.declined.is_none() => shown.declined = Some(fault.detail),
        Err(_) => {}
    }
    show(&site, &visit, &headers, shown)
}

/// What to tell of it; the words when nothing moved.
fn outcome(refunded: &RefundedPayment) -> Result<PaymentsNotice, String> {
    match (refunded.state, refunded.status.as_deref()) {
        (AskState::Succeeded, Some(status @ ("failed" | "canceled"))) => {
            Err(format!("Stripe says about the refund: {status}"))
        }
        (AskState::Succeeded, Some("succeeded")) => Ok(PaymentsNotice::Refunded),
        _ => Ok(PaymentsNotice::RefundUnderWay),
    }
}

/// What is left of a payment: a refund that is only looked at.
async fn target(site: &Site, visit: &Visit, payment: &str) -> Result<RefundTarget> {
    let look = RefundPayment {
        payment_id: payment.to_owned(),
        amount_minor: None,
        reason: USUAL.to_owned(),
        dry_run: true,
    };
    let cx = visit.cx(site);
    let looked = site.call(cx, look).await?;
    match (looked.amount_minor, looked.currency) {
        (Some(remaining_minor), Some(currency)) => Ok(RefundTarget {
            id: looked.payment_id,
            remaining: format_money(remaining_minor, &currency),
            remaining_minor,
        }),
        _ => Err(Fault::not_found("This payment")),
    }
}

fn show(site: &Site, visit: &Visit, headers: &HeaderMap, shown: Shown) -> Response<Body> {
    let (shell, new_visitor) = frame(site, visit, headers, PATH);
    let view = RefundPage {
        shell,
        mode: mode(site),
        target: shown.target,
        fields: shown.fields,
        key: shown.key,
        errors: shown.errors,
        declined: shown.declined,
    };
    with_status(rendered(&view, new_visitor), shown.status)
}
