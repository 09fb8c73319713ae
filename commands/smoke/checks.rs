//! The list of checks, in the order that runbooks and scripts know. Method and path come from the operation, the
//! answer is decoded as its output, and then looked at.

use echopilot_core::audit::TailLog;
use echopilot_core::auth::{DEMO_EMAIL, SignIn, SignInDemo, WhoAmI};
use echopilot_core::billing::{CreateInvoice, ListInvoices};
use echopilot_core::events::Log;
use echopilot_core::flags::EvaluateFlag;
use echopilot_core::operation::{Access, Operation};
use echopilot_core::outbound::Reply;
use echopilot_core::platform::{Fault, Secret, Timestamp};
use echopilot_core::pricing::{OptimizePricing, PricingAdvice, PricingRecommendation};
use echopilot_core::scheduler::ShowScheduler;
use echopilot_core::sentinel::{DependencyStatus, ShowHealth, ShowSentinel, State};
use echopilot_core::warehouse::{Reach, ShowWarehouse};
use serde_json::{Value, json};

use super::foreign;
use super::live;
use super::target::Target;

/// What came of a check.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Asked, looked at, well.
    Passed,
    /// Asked, and not well.
    Failed {
        /// What is wrong.
        why: String,
        /// The answer's body.
        body: String,
    },
    /// The server says that the capability is not configured.
    NotConfigured(String),
    /// It would do what nobody consented to.
    NotAskedFor(String),
    /// This version has no such route.
    Absent,
}

type Ask = Box<dyn Fn(&mut Target) -> Verdict>;

/// One check.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) endpoint: String,
    pub(super) log: Option<Log>,
    pub(super) ask: Option<Ask>,
}

/// Every check, in order.
pub(super) fn all() -> Vec<Check> {
    vec![
        Check::by::<ShowHealth>("health", health),
        Check::of::<ShowScheduler>("scheduler", json!({}), |status, _| {
            ensure(!status.tasks.is_empty(), "no task is scheduled")?;
            ensure(
                status.tasks.iter().all(|task| task.paused || task.next.is_some()),
                "a task has no next time",
            )
        }),
        Check::of::<OptimizePricing>("pricing optimize", json!({}), |advice, _| pricing(advice)),
        Check::absent("brain decide", "POST /api/brain/decide"),
        Check::absent("audit", "GET /api/audit/report"),
        Check::absent("export", "GET /api/compliance/export-data"),
        Check::absent("region sync", "POST /api/regions/sync"),
        Check::absent("signed url", "GET /api/customer/signed-url/{client_id}"),
        Check::of::<ShowSentinel>("ops sentinel", json!({}), |sentinel, _| {
            ensure(!sentinel.checks.is_empty(), "nothing was looked at")?;
            ensure(
                sentinel.checks.iter().all(|check| check.value.is_some() || check.state != State::Healthy),
                "something is called healthy that was not seen",
            )?;
            let store = sentinel.checks.iter().find(|check| check.name == "store");
            let store = store.ok_or("no word about the store")?;
            ensure(store.state != State::Critical, "the store does not answer, or much too slowly")?;
            ensure(
                (sentinel.status == State::Healthy) == sentinel.reasons.is_empty(),
                "its word and its reasons contradict each other",
            )
        }),
        Check::absent("governance check", "GET /api/governance/check"),
        Check::absent("builder route", "GET /workflow/builder"),
        Check::by::<WhoAmI>("auth, token, /api/me", auth),
        Check::of::<ListInvoices>("billing history", json!({}), |history, target| {
            ensure(!target.demo || !history.invoices.is_empty(), "the demo customer has no invoices")?;
            ensure(
                history.invoices.is_empty() || history.as_of.is_some(),
                "invoices without the time they are from",
            )?;
            ensure(
                history.invoices.windows(2).all(|two| two[0].date >= two[1].date),
                "not sorted newest first",
            )
        }),
        Check::by::<ShowWarehouse>("warehouse status", warehouse),
        Check::absent("slo tune", "POST /api/slo/tune"),
        Check::of::<EvaluateFlag>("flags eval", json!({"f": "pricing_cta", "k": "smoke"}), |answer, _| {
            ensure(answer.version >= 1 && !answer.variant.is_empty(), "no variant of any version")
        }),
        Check::absent("governance advise", "POST /api/governance/advise"),
        Check::of::<TailLog>("logs tail", json!({"file": "http", "n": 5}), |tail, _| {
            ensure(!tail.lines.is_empty(), "the access log is empty, although requests were made")?;
            let whole = |line: &Value| {
                line.get("ts").and_then(Value::as_str).is_some_and(|ts| Timestamp::parse(ts).is_some())
            };
            ensure(tail.lines.iter().all(whole), "a line has no time")
        }),
        Check::foreign("metrics", "GET /metrics", foreign::metrics),
        Check::foreign("jwks", "GET /.well-known/jwks.json", foreign::jwks),
        Check::foreign("headers", "GET /health and an unknown path", foreign::headers),
        Check::by::<CreateInvoice>("live invoice", live::invoice),
    ]
}

impl Check {
    /// Call an operation with `input` and look at its output.
    fn of<O: Operation>(
        name: &'static str,
        input: Value,
        look: impl Fn(&O::Output, &Target) -> Result<(), String> + 'static,
    ) -> Self {
        Self::by::<O>(name, move |target| {
            if O::META.access == Access::Customer && target.token.is_none() {
                return Verdict::NotConfigured("no customer is signed in to ask as".into());
            }
            let reply = match target.call::<O>(&input) {
                Ok(reply) => reply,
                Err(fault) => return unreachable_server(&fault),
            };
            decode::<O>(reply, |output| look(output, target))
        })
    }

    fn by<O: Operation>(name: &'static str, ask: impl Fn(&mut Target) -> Verdict + 'static) -> Self {
        let route = O::META.route;
        let endpoint = format!("{} {}", route.method.as_str(), route.path);
        Self { name, endpoint, log: Some(O::META.log), ask: Some(Box::new(ask)) }
    }

    fn foreign(name: &'static str, endpoint: &str, ask: impl Fn(&mut Target) -> Verdict + 'static) -> Self {
        Self { name, endpoint: endpoint.to_owned(), log: Some(Log::Http), ask: Some(Box::new(ask)) }
    }

    /// A check whose route this version does not have; a test fails once the catalogue has it.
    fn absent(name: &'static str, endpoint: &str) -> Self {
        Self { name, endpoint: endpoint.to_owned(), log: None, ask: None }
    }
}

fn health(target: &mut Target) -> Verdict {
    let reply = match target.call::<ShowHealth>(&json!({})) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    let mut demo = false;
    let verdict = decode::<ShowHealth>(reply, |health| {
        demo = health.demo_mode;
        ensure(!health.version.is_empty() && !health.build.profile.is_empty(), "no version or build")?;
        let store = health.deps.get("store").ok_or("no word about the store")?;
        ensure(store.status != DependencyStatus::Down, "the store is down")
    });
    target.demo = demo;
    verdict
}

/// A suggestion stands on 20 jobs at least and stays within its bounds; with fewer there is none.
fn pricing(advice: &PricingAdvice) -> Result<(), String> {
    ensure(advice.current_rate > 0.0, "there is no rate to start from")?;
    let too_few = advice.recommendation == PricingRecommendation::InsufficientData;
    ensure(too_few == advice.new_rate.is_none(), "a suggestion without data, or data without a suggestion")?;
    ensure(too_few || advice.factors.jobs >= 20, "a suggestion from fewer than 20 jobs")?;
    let bounds = 0.8 * advice.current_rate..=1.25 * advice.current_rate;
    ensure(advice.new_rate.is_none_or(|rate| bounds.contains(&rate)), "the rate leaps out of its bounds")
}

fn warehouse(target: &mut Target) -> Verdict {
    let reply = match target.call::<ShowWarehouse>(&json!({})) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    let mut configured = true;
    let verdict = decode::<ShowWarehouse>(reply, |status| {
        configured = status.warehouse != Reach::NotConfigured;
        ensure(status.lag_rows >= 0, "a negative number of rows waits")?;
        ensure(status.warehouse != Reach::Down, "the warehouse does not answer")?;
        ensure(
            status.last_sync.is_none() || status.row_counts.is_some() || !configured,
            "its rows were not counted",
        )
    });
    match verdict {
        Verdict::Passed if !configured => Verdict::NotConfigured("WAREHOUSE_URL is not set".into()),
        verdict => verdict,
    }
}

fn auth(target: &mut Target) -> Verdict {
    let (reply, expected) = match (target.demo, &target.customer) {
        (true, _) => (target.call::<SignInDemo>(&json!({})), DEMO_EMAIL.to_owned()),
        (false, Some((email, password))) => {
            let input = json!({ "email": email.as_str(), "password": password.expose() });
            (target.call::<SignIn>(&input), email.as_str().to_owned())
        }
        (false, None) => {
            return Verdict::NotConfigured("SMOKE_EMAIL and SMOKE_PASSWORD are not both set".into());
        }
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    let mut token = None;
    // Both ways to sign in answer alike.
    let verdict = decode::<SignIn>(reply, |session| {
        ensure(session.token_type == "Bearer", "the token is not a bearer token")?;
        ensure(session.token.split('.').count() == 3, "the token is not a JWT")?;
        token = Some(Secret::new(session.token.as_str()));
        Ok(())
    });
    if !matches!(verdict, Verdict::Passed) {
        return verdict;
    }
    target.token = token;
    let reply = match target.call::<WhoAmI>(&json!({})) {
        Ok(reply) => reply,
        Err(fault) => return unreachable_server(&fault),
    };
    decode::<WhoAmI>(reply, |me| ensure(me.email.as_str() == expected, "somebody else is signed in"))
}

/// Decode an answer as the operation's output and look at it.
pub(super) fn decode<O: Operation>(
    reply: Reply,
    look: impl FnOnce(&O::Output) -> Result<(), String>,
) -> Verdict {
    let document: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    if reply.status == 503 && document["code"] == "not_configured" {
        return Verdict::NotConfigured(document["detail"].as_str().unwrap_or_default().to_owned());
    }
    let judged = if !(200..300).contains(&reply.status) {
        Err(format!("expected success, got status {}", reply.status))
    } else if document["ok"] != Value::Bool(true) {
        Err("the answer does not begin with \"ok\": true".to_owned())
    } else {
        let decoded: Result<O::Output, _> = serde_json::from_str(&reply.body);
        decoded
            .map_err(|error| format!("the answer has another shape: {error}"))
            .and_then(|output| look(&output))
    };
    judge(judged, reply.body)
}

/// Passed, or failed with the body.
pub(super) fn judge(judged: Result<(), String>, body: String) -> Verdict {
    match judged {
        Ok(()) => Verdict::Passed,
        Err(why) => Verdict::Failed { why, body },
    }
}

/// The server did not answer at all.
pub(super) fn unreachable_server(fault: &Fault) -> Verdict {
    Verdict::Failed { why: fault.detail.clone(), body: String::new() }
}

/// `words` unless `holds`.
pub(super) fn ensure(holds: bool, words: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(words.to_owned()) }
}

#[cfg(test)]
mod tests {
    use echopilot_core::catalogue::CATALOGUE;

    use super::*;

    fn offered() -> Vec<String> {
        let mut offered = Vec::new();
        for entry in CATALOGUE {
            let route = entry.meta.route;
            offered.extend(route.paths().map(|path| format!("{} {path}", route.method.as_str())));
        }
        offered
    }

    #[test]
    fn what_is_called_absent_has_no_route_and_everything_else_has_one() {
        let offered = offered();
        for check in all() {
            if check.ask.is_none() {
                assert!(!offered.contains(&check.endpoint), "{} exists now: write its check", check.endpoint);
            }
        }
    }

    #[test]
    fn a_server_that_says_ok_to_everything_fails_the_first_check() {
        let reply = Reply { status: 200, body: r#"{"ok":true}"#.into(), ..Reply::default() };
        assert!(matches!(decode::<ShowHealth>(reply, |_| Ok(())), Verdict::Failed { .. }));
    }
}
