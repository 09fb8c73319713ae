//! The overview in every state.

use super::*;
use crate::pages::view::{Change, Direction, Failure, Figure, InvoiceStatus, Judgement, Usage, shell};

fn known(label: &str, value: &str, unit: &str, change: Change) -> Part<Stat> {
    let figure = Figure::Known { value: value.into(), unit: unit.into(), change };
    Part::Ready(Stat::new(label, figure))
}

fn unknown(label: &str, reason: &str) -> Part<Stat> {
    let figure = Figure::Unknown { reason: reason.into() };
    Part::Ready(Stat::new(label, figure))
}

fn leading(part: Part<Stat>) -> Part<Stat> {
    match part {
        Part::Ready(stat) => Part::Ready(stat.leads_to(ChartChoice::default().address(), true)),
        failed @ Part::Failed(_) => failed,
    }
}

fn moved(direction: Direction, by: &str, judgement: Judgement) -> Change {
    Change::Known { direction, by: by.into(), judgement, against: "October".into() }
}

fn used(part: Part<Stat>, used: u64, limit: u64) -> Part<Stat> {
    match part {
        Part::Ready(stat) => {
            let usage = Usage {
                used,
                limit,
                text: format!("{used} of {limit} in your plan").replace("1000", "1,000"),
            };
            Part::Ready(Stat { usage: Some(usage), ..stat })
        }
        failed @ Part::Failed(_) => failed,
    }
}

fn job(name: &str, kind: &str, qa: Option<&str>, cost: &str, status: JobStatus, day: u8) -> JobRow {
    let date = Moment::new(format!("2026-11-{day:02}T09:30:00Z"), format!("{day} Nov 2026"));
    JobRow { name: name.into(), kind: kind.into(), qa: qa.map(Into::into), cost: cost.into(), status, date }
}

/// The QA score of twelve days, of which two have none, beside the twelve before.
fn days() -> DayChart {
    let scores = [88.5, 91.0, 0.0, 76.5, 83.0, 90.5, 94.0, 0.0, 89.0, 95.5, 93.0, 96.0];
    let values: Vec<Option<f64>> = scores.into_iter().map(|score| (score > 0.0).then_some(score)).collect();
    let before = values.iter().rev().map(|value| value.map(|value| value - 4.0)).collect();
    DayChart { days: (1..=12).map(|day| format!("{day} Nov 2026")).collect(), values, before: Some(before) }
}

fn jobs() -> Vec<JobRow> {
    vec![
        job(
            "Summarise the support tickets of last week",
            "Weekly digest",
            Some("96.0"),
            "USD 0.0412",
            JobStatus::Done,
            23,
        ),
        job("Draft answers to new leads", "Lead replies", None, "USD 0.0031", JobStatus::Running, 23),
        job(
            "Translate the release notes into German",
            "Task",
            Some("76.5"),
            "USD 0.0205",
            JobStatus::BelowTarget,
            22,
        ),
        job("Classify the invoices of October", "Bookkeeping", None, "USD 0.0000", JobStatus::Queued, 22),
        job("Approve the newsletter", "Newsletter", Some("91.0"), "USD 0.0188", JobStatus::Waiting, 21),
        job(
            "Read an_extremely_long_identifier_without_any_space_that_nobody_can_break_nicely",
            "Task",
            None,
            "USD 0.0009",
            JobStatus::Failed,
            20,
        ),
        job("Nightly report", "Reports", None, "USD 0.0000", JobStatus::Cancelled, 19),
    ]
}

fn full() -> OverviewPage {
    OverviewPage {
        shell: shell::samples::signed_in("/app"),
        plan: Plan {
            name: "Pro".into(),
            renews: Some(Moment::new("2026-12-01", "1 Dec 2026")),
            ends: None,
            upgrade: None,
        },
        billing: None,
        jobs: used(
            known("Jobs this month", "312", "", moved(Direction::Up, "12 %", Judgement::Better)),
            312,
            1000,
        ),
        quality: leading(known(
            "Mean QA score",
            "89.6",
            "of 100",
            moved(Direction::Down, "1.2", Judgement::Worse),
        )),
        spend: known(
            "Spend this month",
            "41.20",
            "USD",
            moved(Direction::Up, "USD 3.10", Judgement::Neutral),
        ),
        open_invoices: known("Open invoices", "1", "", Change::Same { against: "October".into() }),
        choice: ChartChoice { compared: true, ..ChartChoice::default() },
        chart: Part::Ready(days()),
        recent: Part::Ready(jobs()),
        next_invoice: Part::Ready(Some(InvoiceRow::sample("EP-1042", InvoiceStatus::Open))),
    }
}

impl OverviewPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = full();
        let invoice = InvoiceRow::sample("EP-1042", InvoiceStatus::Open);
        let empty = Self {
            plan: Plan { name: "Free".into(), renews: None, ends: None, upgrade: Some("Choose Pro".into()) },
            jobs: used(
                known(
                    "Jobs this month",
                    "0",
                    "",
                    Change::Unknown { reason: "No earlier month to compare with".into() },
                ),
                0,
                50,
            ),
            quality: unknown("Mean QA score", "No job has been scored yet"),
            spend: known(
                "Spend this month",
                "0.00",
                "USD",
                Change::Unknown { reason: "No earlier month to compare with".into() },
            ),
            open_invoices: known("Open invoices", "0", "", Change::Same { against: "October".into() }),
            chart: Part::Ready(DayChart { values: vec![None; 12], before: None, ..days() }),
            recent: Part::Ready(Vec::new()),
            next_invoice: Part::Ready(None),
            ..full.clone()
        };
        let failure = || Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into() };
        let broken = Self {
            quality: Part::Failed(failure()),
            chart: Part::Failed(failure()),
            next_invoice: Part::Failed(failure()),
            ..full.clone()
        };
        let down = Self {
            jobs: Part::Failed(failure()),
            spend: Part::Failed(failure()),
            open_invoices: Part::Failed(failure()),
            recent: Part::Failed(failure()),
            ..broken.clone()
        };
        let mut one = DayChart { values: vec![None; 12], before: None, ..days() };
        one.values[4] = Some(83.0);
        let counted = |value: &Option<f64>| Some(value.map_or(0.0, |value| value - 75.0));
        let counts = DayChart {
            values: days().values.iter().map(counted).collect(),
            before: days().before.map(|before| before.iter().map(counted).collect()),
            ..days()
        };
        let by_jobs = ChartChoice { metric: Metric::Jobs, days: 7, compared: true };
        let light = Shell { theme: crate::pages::view::Theme::Light, ..full.shell.clone() };
        let banners = Shell {
            demo: true,
            test_mode: true,
            toast: Some("You are signed in".into()),
            ..full.shell.clone()
        };
        let mut hostile = full.clone();
        if let Some(account) = hostile.shell.account.as_mut() {
            account.name = Some("<img src=x onerror=alert(1)>".into());
        }
        let overdue = InvoiceRow { overdue: true, ..invoice };
        vec![
            ("app", full.clone()),
            ("app-light", Self { shell: light, ..full.clone() }),
            ("app-banners", Self { shell: banners, ..full.clone() }),
            ("app-empty", empty),
            (
                "app-ends",
                Self {
                    plan: Plan { renews: None, ends: full.plan.renews.clone(), ..full.plan.clone() },
                    ..full.clone()
                },
            ),
            ("app-billing-missing", Self { billing: Some(BillingNotice::NotConfigured), ..full.clone() }),
            ("app-billing-nothing", Self { billing: Some(BillingNotice::NothingYet), ..full.clone() }),
            ("app-billing-failed", Self { billing: Some(BillingNotice::Failed), ..full.clone() }),
            ("app-part-failed", broken),
            ("app-all-failed", down),
            ("app-one-score", Self { chart: Part::Ready(one), ..full.clone() }),
            ("app-jobs", Self { choice: by_jobs, chart: Part::Ready(counts), ..full.clone() }),
            (
                "app-overdue-full",
                Self {
                    next_invoice: Part::Ready(Some(overdue)),
                    jobs: used(full.jobs.clone(), 1000, 1000),
                    ..full
                },
            ),
            ("app-hostile", hostile),
        ]
    }
}
