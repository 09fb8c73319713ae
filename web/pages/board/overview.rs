//! `/dashboard/v2`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::IntoResponse as _;
use echopilot_core::audit::ListOpsEvents;
use echopilot_core::billing::{ListPayments, Payments};
use echopilot_core::operation::ToldEvent;
use echopilot_core::platform::{Fault, Result, Timestamp};
use echopilot_core::sentinel::{
    DependencyCourse, DependencyHistory, DependencyStatus, Look, Sentinel, ShowDependencies, ShowSentinel,
    State as Health,
};
use echopilot_core::slo::{Point, Range, ShowTraffic, Traffic};
use http::{HeaderMap, Response};

use super::super::frame::{age, frame, moment, page as rendered};
use super::super::operator_login::signed_in;
use super::super::view::{
    BoardOverviewPage, Change, Course, CoursePoint, DependencyRow, Direction, EventRow, Failure, Figure,
    Incident, Incidents, Judgement, Link, Moment, Part, Stat, Usage,
};
use super::{HOME, Query, live, part};
use crate::chart::strip::{Beat, How};
use crate::guides;
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Events shown.
const EVENTS: u32 = 10;
/// What was looked at longer ago than this is not believed.
const BELIEVED: Duration = Duration::from_mins(3);

/// The page.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, HOME) {
        return elsewhere;
    }
    let range = match Query::of(uri.query()).get("range") {
        None => Range::default(),
        Some(word) => match Range::parse(word) {
            Some(range) => range,
            None => {
                return Problem::from(Fault::invalid("range", "expected 1h, 24h, 7d or 30d")).into_response();
            }
        },
    };
    let cx = visit.cx(&site);
    let today = Timestamp(visit.now.millis() - visit.now.millis().rem_euclid(86_400_000));
    let asked = site.offload(move || {
        let seen = Seen::read(&cx.deps);
        let paid = ListPayments { limit: Some(1), since: Some(today), ..ListPayments::default() };
        let events = ListOpsEvents { limit: Some(EVENTS), ..ListOpsEvents::default() };
        (
            seen,
            cx.call(&ShowSentinel::default()),
            cx.call(&ShowDependencies::default()),
            cx.call(&ShowTraffic { range }),
            cx.call(&paid),
            cx.call(&events),
        )
    });
    let (seen, sentinel, dependencies, traffic, paid, events) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let here = format!("{HOME}?range={}", range.as_str());
    let (shell, new_visitor) = frame(&site, &visit, &headers, &here);
    let view = BoardOverviewPage {
        shell,
        live: live(&seen),
        here,
        incidents: incidents(&visit, &sentinel, &dependencies),
        ranges: ranges(range),
        queue: part(&visit, sentinel, |sentinel| queue(&sentinel)),
        stale: traffic.as_ref().ok().and_then(stale),
        traffic: part(&visit, traffic.as_ref().map_err(again), stats),
        latency: part(&visit, traffic.as_ref().map_err(again), latency),
        errors: part(&visit, traffic.as_ref().map_err(again), errors),
        revenue: part(&visit, paid, |paid| revenue(&paid)),
        dependencies: part(&visit, dependencies, |found| rows(&found, visit.now)),
        events: part(&visit, events, |told| told.events.iter().map(event).collect()),
    };
    rendered(&view, new_visitor)
}

/// A fault that several parts of the page share.
fn again(fault: &Fault) -> Fault {
    Fault::new(fault.code, fault.detail.clone())
}

fn ranges(chosen: Range) -> Vec<Link> {
    let link = |range: Range| Link {
        label: match range {
            Range::Hour => "1 hour",
            Range::Day => "24 hours",
            Range::Week => "7 days",
            Range::Month => "30 days",
        }
        .to_owned(),
        href: format!("{HOME}?range={}", range.as_str()),
        current: range == chosen,
    };
    Range::ALL.into_iter().map(link).collect()
}

/// What is broken: dependencies first, since they explain the rest. Nothing is called well that nobody saw.
fn incidents(
    visit: &Visit,
    sentinel: &Result<Sentinel>,
    dependencies: &Result<DependencyHistory>,
) -> Part<Incidents> {
    let (Ok(sentinel), Ok(dependencies)) = (sentinel, dependencies) else {
        return Part::Failed(Failure { request_id: visit.request_id.clone() });
    };
    Part::Ready(found(sentinel, dependencies, visit.now))
}

/// What an old finding says may have changed since: it counts as not seen.
fn found(sentinel: &Sentinel, dependencies: &DependencyHistory, now: Timestamp) -> Incidents {
    let (old, believed): (Vec<_>, Vec<_>) =
        dependencies.dependencies.iter().partition(|found| is_stale(found, now));
    let broken = believed
        .iter()
        .filter(|found| matches!(found.status, DependencyStatus::Degraded | DependencyStatus::Down));
    let mut open: Vec<Incident> = broken.map(|found| outage(found)).collect();
    open.extend(sentinel.checks.iter().filter(|check| check.state >= Health::Degraded).map(strain));
    open.sort_by_key(|incident| !incident.is_critical);
    let mut unseen: Vec<String> = sentinel
        .checks
        .iter()
        .filter(|check| check.state == Health::Unknown)
        .map(|check| check.reason.clone())
        .collect();
    let unknown = believed.iter().filter(|found| found.status == DependencyStatus::Unknown);
    unseen.extend(unknown.map(|found| format!("{}: not looked at yet", title(&found.name))));
    unseen.extend(old.iter().filter_map(|found| {
        Some(format!("{}: last looked at {} ago", title(&found.name), age(found.checked_at?, now)))
    }));
    // The machine itself is looked at for this page.
    let oldest = believed.iter().filter_map(|found| found.checked_at).min().unwrap_or(now);
    Incidents { open, unseen, looked: clock(oldest) }
}

/// Whether the last look is too long ago to be believed.
fn is_stale(found: &DependencyCourse, now: Timestamp) -> bool {
    found.checked_at.is_some_and(|at| now.since(at) > BELIEVED)
}

fn outage(dependency: &DependencyCourse) -> Incident {
    let is_critical = dependency.status == DependencyStatus::Down;
    let name = title(&dependency.name);
    Incident {
        title: if is_critical { format!("{name} is down") } else { format!("{name} is slow") },
        detail: if is_critical {
            "It does not answer; what needs it fails or waits.".to_owned()
        } else {
            "It answers, but badly.".to_owned()
        },
        since: dependency.broken_since.map(moment),
        is_critical,
        runbook: guides::runbook(&dependency.name),
    }
}

fn strain(check: &Look) -> Incident {
    let is_critical = check.state == Health::Critical;
    let what = match check.name.as_str() {
        "cpu" => "The processors are busy",
        "memory" => "The memory is nearly full",
        "disk" => "The disk is nearly full",
        "store" => "The store is slow",
        "queue" => "Jobs pile up",
        _ => "Answers are slower than promised",
    };
    Incident {
        title: what.to_owned(),
        detail: format!("{}.", check.reason),
        since: None,
        is_critical,
        runbook: guides::runbook(&check.name),
    }
}

/// What operators call it.
fn title(name: &str) -> String {
    match name {
        "llm" => "Language model".to_owned(),
        "mail" => "Mail server".to_owned(),
        other => super::capitalised(other),
    }
}

fn clock(time: Timestamp) -> Moment {
    Moment::new(time.to_string(), time.utc().format("at %H:%M:%S UTC").to_string())
}

fn noted(label: &str, value: String, unit: &str, note: String) -> Stat {
    let figure = Figure::Known { value, unit: unit.to_owned(), change: Change::Unknown { reason: note } };
    Stat::new(label, figure)
}

fn unknown(label: &str, reason: &str) -> Stat {
    Stat::new(label, Figure::Unknown { reason: reason.to_owned() })
}

const NOTHING: &str = "No request was answered in this span";

fn stats(traffic: &Traffic) -> Vec<Stat> {
    let (now, before, targets) = (&traffic.current, &traffic.previous, &traffic.targets);
    let availability = match traffic.availability.percent {
        Some(percent) => {
            noted("Availability", shares(percent), "%", format!("Promised: {} %", targets.availability))
        }
        None => unknown("Availability", NOTHING),
    };
    let errors = match now.error_rate {
        Some(rate) => noted(
            "Server errors",
            now.server_errors.to_string(),
            "",
            format!("{:.3} % of the answers", rate * 100.0),
        ),
        None => unknown("Server errors", NOTHING),
    };
    let rps = match now.rps {
        Some(rps) => {
            let change =
                compared(rps, before.rps, |by| format!("{by:.2}"), Judgement::Neutral, Judgement::Neutral);
            stat("Requests a second", format!("{rps:.2}"), "", change)
        }
        None => unknown("Requests a second", "No minute of this span was measured"),
    };
    vec![
        availability,
        budget(traffic),
        latency_stat("p95 latency", now.p95_ms, before.p95_ms, targets.p95_ms),
        latency_stat("p99 latency", now.p99_ms, before.p99_ms, targets.p99_ms),
        rps,
        errors,
    ]
}

/// How long nothing was measured, though the range has figures; a minute or a point of it is no matter.
fn stale(traffic: &Traffic) -> Option<String> {
    let step = Duration::from_secs(traffic.step_s);
    let last = traffic.points.iter().rev().find(|point| point.requests.is_some())?;
    let (end, until) = (last.at.plus(step), traffic.current.until);
    (until.since(end) >= step.max(Duration::from_mins(5))).then(|| age(end, until))
}

/// A percentage that never says 100 where something failed.
fn shares(percent: f64) -> String {
    let shown = format!("{percent:.3}");
    match shown.strip_suffix(".000") {
        Some("100") if percent < 100.0 => "99.999".to_owned(),
        Some(whole) => whole.to_owned(),
        None => shown,
    }
}

fn stat(label: &str, value: String, unit: &str, change: Change) -> Stat {
    Stat::new(label, Figure::Known { value, unit: unit.to_owned(), change })
}

fn budget(traffic: &Traffic) -> Stat {
    let budget = &traffic.budget;
    let Some(left) = budget.left else {
        return unknown("Error budget left", "No request was answered in the last 30 days");
    };
    let text = format!("{} of {:.1} allowed failures used", budget.server_errors, budget.allowed);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar of a thousand parts")]
    let used = ((1.0 - left) * 1000.0).clamp(0.0, 1000.0) as u64;
    let note = Change::Unknown { reason: format!("Of {} days", budget.days) };
    let value = if left < 0.0 { "0".to_owned() } else { format!("{:.1}", left * 100.0) };
    Stat { usage: Some(Usage { used, limit: 1000, text }), ..stat("Error budget left", value, "%", note) }
}

fn latency_stat(label: &str, now: Option<f64>, before: Option<f64>, promised: u32) -> Stat {
    let Some(millis) = now else { return unknown(label, NOTHING) };
    let by = |by: f64| format!("{by:.1} ms");
    let change = compared(millis, before, by, Judgement::Worse, Judgement::Better);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds, for a bar")]
    let used = millis.max(0.0).round() as u64;
    let usage = Usage { used, limit: u64::from(promised), text: format!("{promised} ms promised") };
    Stat { usage: Some(usage), ..stat(label, format!("{millis:.1}"), "ms", change) }
}

/// The change against the span before.
fn compared(
    now: f64,
    before: Option<f64>,
    words: impl Fn(f64) -> String,
    up: Judgement,
    down: Judgement,
) -> Change {
    let against = "the span before".to_owned();
    let Some(before) = before else {
        return Change::Unknown { reason: "Nothing measured in the span before".to_owned() };
    };
    let (by, none) = (words((now - before).abs()), words(0.0));
    if by == none {
        return Change::Same { against };
    }
    let grew = now > before;
    Change::Known {
        direction: if grew { Direction::Up } else { Direction::Down },
        by,
        judgement: if grew { up } else { down },
        against,
    }
}

fn queue(sentinel: &Sentinel) -> Stat {
    let found = sentinel.checks.iter().find(|check| check.name == "queue");
    match found.and_then(|check| check.value) {
        Some(depth) => noted("Queue", format!("{depth:.0}"), "jobs", "Asked for, not begun".to_owned()),
        None => unknown("Queue", "It could not be read"),
    }
}

fn revenue(paid: &Payments) -> Stat {
    let count: i64 = paid.totals.iter().map(|total| total.count).sum();
    let sums: Vec<&str> = paid.totals.iter().map(|total| total.volume.as_str()).collect();
    match count {
        0 => noted("Revenue today", "0".to_owned(), "", "No payment succeeded since midnight UTC".to_owned()),
        1 => noted("Revenue today", sums.join(" + "), "", "1 payment since midnight UTC".to_owned()),
        count => noted("Revenue today", sums.join(" + "), "", format!("{count} payments since midnight UTC")),
    }
}

fn course(
    traffic: &Traffic,
    (id, title, unit): (&'static str, &'static str, &'static str),
    (target, promise): (f64, String),
    pick: impl Fn(&Point) -> Option<f64>,
) -> Course {
    let is_long = traffic.step_s >= 3_600;
    let points = traffic.points.iter().zip(&traffic.previous_points).map(|(now, before)| {
        let format = if is_long { "%-d %b, %H:%M" } else { "%H:%M UTC" };
        CoursePoint {
            at: Moment::new(now.at.to_string(), now.at.utc().format(format).to_string()),
            value: pick(now),
            before: pick(before),
        }
    });
    Course { id, title, unit, target, promise, points: points.collect() }
}

fn latency(traffic: &Traffic) -> Course {
    let promised = traffic.targets.p95_ms;
    let what = ("latency-chart", "95 of 100 answers within", "ms");
    course(traffic, what, (f64::from(promised), format!("Promised: {promised} ms")), |point| point.p95_ms)
}

fn errors(traffic: &Traffic) -> Course {
    let allowed = 100.0 - traffic.targets.availability;
    let promise = format!("Promised: at most {allowed:.3} %");
    course(traffic, ("errors-chart", "Answers of 500 and above", "%"), (allowed, promise), |point| {
        point.error_rate.map(|rate| rate * 100.0)
    })
}

fn rows(found: &DependencyHistory, now: Timestamp) -> Vec<DependencyRow> {
    let step = Duration::from_secs(found.beat_s);
    let begins = std::iter::successors(Some(found.since), |begin| Some(begin.plus(step)));
    let time = |time: Timestamp| time.utc().format("%H:%M").to_string();
    let most = found.dependencies.iter().map(|course| course.beats.len()).max().unwrap_or(0);
    let spans: Vec<String> =
        begins.take(most).map(|begin| format!("{} to {} UTC", time(begin), time(begin.plus(step)))).collect();
    let row = |course: &DependencyCourse| DependencyRow {
        name: title(&course.name),
        status: course.status.as_str(),
        since: course.broken_since.map(moment),
        checked: course.checked_at.map(clock),
        stale: course.checked_at.filter(|_| is_stale(course, now)).map(|at| age(at, now)),
        beats: spans.iter().zip(&course.beats).map(|(span, status)| beat(span, *status)).collect(),
    };
    found.dependencies.iter().map(row).collect()
}

fn beat(span: &str, status: DependencyStatus) -> Beat {
    let (how, word) = match status {
        DependencyStatus::Ok => (How::Ok, "well"),
        DependencyStatus::Degraded => (How::Warn, "degraded"),
        DependencyStatus::Down => (How::Bad, "down"),
        DependencyStatus::NotConfigured => (How::Unknown, "not configured"),
        DependencyStatus::Unknown => (How::Unknown, "nobody looked"),
    };
    Beat { how, words: format!("{span}: {word}") }
}

fn event(told: &ToldEvent) -> EventRow {
    EventRow {
        summary: told.summary.clone(),
        actor: told.actor.clone(),
        severity: told.severity.as_str(),
        at: Moment::new(
            told.created_at.to_string(),
            told.created_at.utc().format("%-d %b, %H:%M UTC").to_string(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_never_says_all_where_something_failed() {
        for (percent, words) in
            [(100.0, "100"), (99.999_9, "99.999"), (99.95, "99.950"), (98.0, "98"), (0.0, "0")]
        {
            assert_eq!(shares(percent), words);
        }
    }

    #[test]
    fn what_was_seen_too_long_ago_is_neither_broken_nor_well() {
        let now = Timestamp(1_772_357_400_000);
        let course = |name: &str, status, seconds: Option<u64>| DependencyCourse {
            name: name.into(),
            status,
            checked_at: seconds.map(|seconds| now.minus(Duration::from_secs(seconds))),
            broken_since: None,
            beats: Vec::new(),
        };
        let dependencies = vec![
            course("mail", DependencyStatus::Down, Some(240)),
            course("stripe", DependencyStatus::Ok, Some(600)),
            course("store", DependencyStatus::Degraded, Some(90)),
            course("redis", DependencyStatus::Ok, Some(20)),
            course("llm", DependencyStatus::NotConfigured, None),
        ];
        let history = DependencyHistory { since: now, beat_s: 1_800, dependencies };
        let sentinel = Sentinel { status: Health::Healthy, reasons: Vec::new(), checks: Vec::new() };
        let seen = found(&sentinel, &history, now);
        assert_eq!(seen.open.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Store is slow"]);
        assert_eq!(
            seen.unseen,
            ["Mail server: last looked at 4 minutes ago", "Stripe: last looked at 10 minutes ago"]
        );
        assert_eq!(seen.looked, clock(now.minus(Duration::from_secs(90))));
        let none = DependencyHistory { dependencies: Vec::new(), ..history };
        assert_eq!(found(&sentinel, &none, now).looked, clock(now));
    }

    #[test]
    fn a_change_is_said_when_it_can_be_seen() {
        let by = |by: f64| format!("{by:.1}");
        let change = |now, before| compared(now, before, by, Judgement::Worse, Judgement::Better);
        assert!(matches!(change(1.0, None), Change::Unknown { .. }));
        assert!(matches!(change(1.04, Some(1.0)), Change::Same { .. }));
        assert!(matches!(change(2.0, Some(1.0)), Change::Known { judgement: Judgement::Worse, .. }));
        assert!(matches!(change(1.0, Some(2.0)), Change::Known { direction: Direction::Down, .. }));
    }
}
