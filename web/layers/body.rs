//! Bodies are read before anything is routed to: never larger than the address takes, never longer than the
//! patience with the connection, and refused by their announced length before the first byte.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use crate::problem::Problem;

/// What most addresses take.
pub(crate) const USUAL: usize = 128 * 1024;
/// Webhooks and workflow documents.
pub(crate) const DOCUMENT: usize = 1024 * 1024;
/// Imports, by operators only.
pub(crate) const IMPORT: usize = 16 * 1024 * 1024;

/// The largest body of a route.
pub(crate) fn largest(template: &str) -> usize {
    match template {
        "/api/payments/webhook" | "/webhook/stripe" | "/api/public/after-payment" | "/hooks/{token}" => {
            DOCUMENT
        }
        "/api/slo/import" | "/api/alerts/import" => IMPORT,
        _ if template == "/api/workflow" || template.starts_with("/api/workflow/") => DOCUMENT,
        _ => USUAL,
    }
}

/// Read it whole.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Incoming,
    largest: usize,
    patience: Duration,
) -> Result<Bytes, Problem> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > largest as u64) {
        return Err(too_large(largest));
    }
    timeout(patience, async {
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| {
                Problem::of_status(400).detail("The body broke off or is not what its head says").closing()
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if whole.len() + data.len() > largest {
                return Err(too_large(largest));
            }
            if whole.is_empty() && body.is_end_stream() {
                return Ok(data);
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.freeze())
    })
    .await
    .unwrap_or_else(|_| Err(Problem::of_status(408).closing()))
}

fn too_large(largest: usize) -> Problem {
    Problem::of_status(413).detail(format!("This address takes a body of at most {largest} bytes")).closing()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_the_route() {
        assert_eq!(largest("/api/lead"), USUAL);
        assert_eq!(largest("/api/workflow/{id}"), DOCUMENT);
        assert_eq!(largest("/api/slo/import"), IMPORT);
    }
}
