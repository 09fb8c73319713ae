//! Checks of what other standards own: metrics, JWKS, security headers.

use echopilot_core::outbound::Reply;
use serde_json::Value;

use super::checks::{Verdict, ensure, judge, unreachable_server};
use super::target::Target;

/// Headers that every answer carries, and what must stand in them.
const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", "default-src 'none'"),
    ("strict-transport-security", "includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", ""),
    ("x-request-id", ""),
];

pub(super) fn metrics(target: &mut Target) -> Verdict {
    let reply = match target.ask_as_operator("GET", "/metrics", None) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    let judged = ensure(reply.status == 200, "expected status 200")
        .and_then(|()| ensure(has_sample(&reply.body, "echopilot_build_info"), "no build is named"))
        .and_then(|()| {
            ensure(has_sample(&reply.body, "echopilot_http_requests_total"), "no request was counted")
        });
    // A page of figures says little in a terminal; its beginning is enough.
    judge(judged, reply.body.chars().take(2_000).collect())
}

fn has_sample(body: &str, name: &str) -> bool {
    body.lines().any(|line| {
        let value = line.strip_prefix(name).and_then(|rest| rest.rsplit(' ').next());
        value.is_some_and(|value| value.parse::<f64>().is_ok_and(|value| value > 0.0))
    })
}

pub(super) fn jwks(target: &mut Target) -> Verdict {
    let reply = match target.ask("GET", "/.well-known/jwks.json", None) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    judge(look_at_keys(&reply), reply.body)
}

fn look_at_keys(reply: &Reply) -> Result<(), String> {
    ensure(reply.status == 200, "expected status 200")?;
    let document: Value = serde_json::from_str(&reply.body).map_err(|error| format!("not JSON: {error}"))?;
    let keys = document["keys"].as_array().ok_or("no list of keys")?;
    ensure(!keys.is_empty() && keys.len() <= 2, "expected one or two keys")?;
    for key in keys {
        ensure(key["kid"].is_string() && key["x"].is_string(), "a key without kid or x")?;
        ensure(key["alg"] == "EdDSA" && key["use"] == "sig", "a key that is not for EdDSA signatures")?;
        let private = ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|member| key.get(member).is_some());
        ensure(!private, "a private member is published")?;
    }
    Ok(())
}

pub(super) fn headers(target: &mut Target) -> Verdict {
    for (path, status) in [("/health", 200), ("/no-such-page-for-smoke", 404)] {
        let reply = match target.ask("GET", path, None) {
            Ok(reply) => reply,
            Err(fault) => return unreachable_server(&fault),
        };
        let judged = ensure(
            reply.status == status,
            &format!("{path}: expected status {status}, got {}", reply.status),
        )
        .and_then(|()| look_at_headers(path, &reply));
        if judged.is_err() {
            return judge(judged, reply.body);
        }
    }
    Verdict::Passed
}

fn look_at_headers(path: &str, reply: &Reply) -> Result<(), String> {
    for (name, part) in HEADERS {
        let value = reply.headers.get(name).and_then(|value| value.to_str().ok());
        let value = value.ok_or_else(|| format!("{path}: the header {name} is missing"))?;
        ensure(value.contains(part), &format!("{path}: {name} does not say {part}"))?;
    }
    Ok(())
}
