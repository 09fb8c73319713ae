//! One name for a request, in its answer and in every line about it.

use echopilot_core::events::Scrubbed;
use echopilot_core::platform::{Ids, Timestamp};
use http::{HeaderMap, HeaderName};

/// The header.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The client's, if it is one that can stand in a log; else a new one.
pub(crate) fn of(headers: &HeaderMap, ids: &Ids, now: Timestamp) -> String {
    let mut given = headers.get_all(&REQUEST_ID).iter();
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(id), None) if is_acceptable(id) => id.to_owned(),
        _ => ids.ulid_at(now),
    }
}

fn is_acceptable(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        // It stands in every line as it is, so it may be nothing that would be masked elsewhere.
        && (is_random(id) || Scrubbed::text(id).as_str() == id)
}

/// 16 random bytes in hexadecimal, as proxies and tracers name requests; a text in hexadecimal is none.
fn is_random(id: &str) -> bool {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = id.as_bytes().chunks(2).map(byte).collect();
    id.len() == 32 && bytes.is_some_and(|bytes| bytes.iter().any(|byte| !byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use echopilot_core::platform::{Chance, Clock};
    use http::HeaderValue;

    use super::*;

    fn given(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&REQUEST_ID, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        of(&headers, &Ids::new(Clock::System, Chance::seeded(3)), Timestamp(1))
    }

    #[test]
    fn a_harmless_one_is_kept_and_any_other_replaced() {
        for good in [
            "order-4711",
            "a.b_c-D9",
            &"x".repeat(64),
            "01KJMQV3S8Z5T0G9Q2W7R4X1YB",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "4bf92f3577b34da6a3ce929d0e0e4736",
        ] {
            assert_eq!(given(&[good]), good);
        }
        for bad in [
            "1234567",
            &"x".repeat(65),
            "with space1",
            "quote\"1234",
            "semi;colon",
            "umlaut-ä-1",
            "12345678",
            "4242424242424242",
            "34323432343234323432343234323432",
            "sk_live_0123456789abcdef",
            "",
        ] {
            let made = given(&[bad]);
            assert!(made.len() == 26 && made != bad, "{bad}");
        }
        assert_eq!(given(&["12345678", "87654321"]).len(), 26, "two are none");
        assert_eq!(given(&[]).len(), 26);
    }
}
