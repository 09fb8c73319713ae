//! POST /api/payments/webhook: the body goes on as it came, since Stripe signs its bytes; the operation asks the
//! signature who sent it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use echopilot_core::billing::ReceiveWebhook;
use echopilot_core::operation::{Answer, SessionChange, Status};
use echopilot_core::platform::{Code, Fault};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response};

use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

pub(super) async fn receive(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    let mut signatures = headers.get_all("stripe-signature").iter();
    let signature = match (signatures.next(), signatures.next()) {
        (Some(signature), None) => signature.to_str().unwrap_or_default().to_owned(),
        (None, _) => String::new(),
        _ => return Err(Problem::of_status(400).detail("The header Stripe-Signature stands twice")),
    };
    let body = String::from_utf8(body.into())
        .map_err(|_| Fault::new(Code::Malformed, "The body is not UTF-8; Stripe sends JSON"))?;
    let cx = visit.cx(&site);
    let taken = site.call(cx, ReceiveWebhook { signature, body }).await?;
    let answer = Answer::encode(Status::Ok, SessionChange::Keep, &taken)?;
    let mut response = Response::new(Body::from(answer.body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
