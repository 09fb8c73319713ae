//! The overview in every state.

use super::super::samples::{HOSTILE, failed, links, live, moment, shell};
use super::*;
use crate::chart::strip::How;
use crate::pages::view::{Change, Figure, Usage};

fn stat(label: &str, value: &str, unit: &str, note: &str) -> Stat {
    let change = Change::Unknown { reason: note.into() };
    let figure = Figure::Known { value: value.into(), unit: unit.into(), change };
    Stat::new(label, figure)
}

fn unknown(label: &str) -> Stat {
    let figure = Figure::Unknown { reason: "No request was answered in this span".into() };
    Stat::new(label, figure)
}

fn course(id: &'static str, title: &'static str, unit: &'static str, values: &[Option<f64>]) -> Course {
    let points = values.iter().enumerate().map(|(place, value)| CoursePoint {
        at: Moment::new(format!("2026-11-23T09:{place:02}:00Z"), format!("09:{place:02} UTC")),
        value: *value,
        before: value.map(|value| value * 0.9),
    });
    Course { id, title, unit, target: 800.0, promise: "Promised: 800 ms".into(), points: points.collect() }
}

/// An hour in which the server was away for some minutes.
fn hour() -> Vec<Option<f64>> {
    let value = |minute: u32| (!(20..24).contains(&minute)).then(|| 40.0 + f64::from(minute * 37 % 23));
    (0..60).map(value).collect()
}

fn dependency(name: &str, status: &'static str, beats: &[Beat]) -> DependencyRow {
    DependencyRow {
        name: name.into(),
        status,
        since: (status == "down").then(|| moment(8)),
        checked: (status != "not_configured").then(|| moment(9)),
        stale: None,
        beats: beats.to_vec(),
    }
}

fn beats(bad: &[usize], unknown: usize) -> Vec<Beat> {
    let beat = |place| {
        let (how, word) = match place {
            place if place < unknown => (How::Unknown, "nobody looked"),
            place if bad.contains(&place) => (How::Bad, "down"),
            _ => (How::Ok, "well"),
        };
        let time = |half: usize| format!("{:02}:{}0", half / 2 % 24, half % 2 * 3);
        Beat { how, words: format!("{} to {} UTC: {word}", time(place), time(place + 1)) }
    };
    (0..48).map(beat).collect()
}

fn event(summary: &str, severity: &'static str) -> EventRow {
    EventRow { summary: summary.into(), actor: "operator grace".into(), severity, at: moment(9) }
}

fn full() -> BoardOverviewPage {
    let usage = Usage { used: 310, limit: 1000, text: "31 of 100.2 allowed failures used".into() };
    BoardOverviewPage {
        shell: shell("/dashboard/v2"),
        live: live(),
        here: "/dashboard/v2?range=1h".into(),
        incidents: Part::Ready(Incidents { open: Vec::new(), unseen: Vec::new(), looked: moment(9) }),
        ranges: links(&["1 hour", "24 hours", "7 days", "30 days"], 0),
        stale: None,
        traffic: Part::Ready(vec![
            stat("Availability", "99.969", "%", "Promised: 99.9 %"),
            Stat { usage: Some(usage), ..stat("Error budget left", "69.0", "%", "Of 30 days") },
            stat("p95 latency", "62.1", "ms", "Same as the span before"),
            stat("p99 latency", "141.3", "ms", "Same as the span before"),
            stat("Requests a second", "27.84", "", "Same as the span before"),
            stat("Server errors", "31", "", "0.031 % of the answers"),
        ]),
        queue: Part::Ready(stat("Queue", "3", "jobs", "Asked for, not begun")),
        revenue: Part::Ready(stat("Revenue today", "USD 1,196.00", "", "4 payments since midnight UTC")),
        latency: Part::Ready(course("latency-chart", "95 of 100 answers within", "ms", &hour())),
        errors: Part::Ready(course("errors-chart", "Answers of 500 and above", "%", &hour())),
        dependencies: Part::Ready(vec![
            dependency("Store", "ok", &beats(&[], 0)),
            dependency("Warehouse", "ok", &beats(&[20, 21], 8)),
            dependency("Stripe", "ok", &beats(&[40], 8)),
            dependency("Mail server", "not_configured", &[]),
        ]),
        events: Part::Ready(vec![
            event("warehouse-sync was paused", "warning"),
            event("USD 99.00 of payment pi_3QAb were refunded", "info"),
            event("The store was down for four minutes", "critical"),
        ]),
    }
}

impl BoardOverviewPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = full();
        let broken = Incidents {
            open: vec![
                Incident {
                    title: "Stripe is down".into(),
                    detail: "It does not answer; what needs it fails or waits.".into(),
                    since: Some(moment(8)),
                    is_critical: true,
                    runbook: "/dashboard/v2/guides/runbook#disk".into(),
                },
                Incident {
                    title: "The disk is nearly full".into(),
                    detail: "The disk of the data folder: in use 91 %, at or above 85 %.".into(),
                    since: None,
                    is_critical: false,
                    runbook: "/dashboard/v2/guides/runbook#disk".into(),
                },
            ],
            unseen: vec!["95 of 100 answers: nothing was asked in the last full minute".into()],
            looked: moment(9),
        };
        let mut stale = dependency("Redis", "ok", &beats(&[], 0));
        stale.stale = Some("12 minutes".into());
        vec![
            ("board", full.clone()),
            (
                "board-broken",
                Self {
                    incidents: Part::Ready(broken),
                    dependencies: Part::Ready(vec![
                        dependency("Stripe", "down", &beats(&[45, 46, 47], 0)),
                        dependency("Store", "degraded", &beats(&[], 0)),
                        dependency("Notion", "unknown", &beats(&[], 48)),
                        stale,
                    ]),
                    stale: Some("12 minutes".into()),
                    events: Part::Ready(vec![event(HOSTILE, "info")]),
                    ..full.clone()
                },
            ),
            (
                "board-empty",
                Self {
                    incidents: Part::Ready(Incidents {
                        open: Vec::new(),
                        unseen: vec!["The memory: this system does not tell".into()],
                        looked: moment(9),
                    }),
                    traffic: Part::Ready(vec![unknown("Availability"), unknown("Error budget left")]),
                    latency: Part::Ready(course(
                        "latency-chart",
                        "95 of 100 answers within",
                        "ms",
                        &[None; 60],
                    )),
                    errors: Part::Ready(course("errors-chart", "Answers of 500 and above", "%", &[])),
                    events: Part::Ready(Vec::new()),
                    ..full.clone()
                },
            ),
            (
                "board-failed",
                Self {
                    incidents: failed(),
                    traffic: failed(),
                    queue: failed(),
                    latency: failed(),
                    dependencies: failed(),
                    events: failed(),
                    ..full
                },
            ),
        ]
    }
}
