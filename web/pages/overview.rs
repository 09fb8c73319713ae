//! From a customer's figures to the page of them. What can't be known says why.

use echopilot_core::billing::{BillingSummary, Sum};
use echopilot_core::jobs::{AccountSummary, DayFigures, Job, JobDays, Jobs};
use echopilot_core::operation::SignedIn;
use echopilot_core::platform::{Result, Timestamp};

use super::experiment::Experiments;
use super::frame::day;
use super::invoices::row;
use super::view::{
    BillingNotice, Change, ChartChoice, DayChart, Direction, Failure, Figure, JobRow, JobStatus, Judgement,
    Metric, OverviewPage, Part, Plan, Shell, Stat, Usage, capitalised,
};
use crate::layers::Visit;

/// What the operations answered, each for itself.
pub(super) struct Asked {
    pub(super) account: Result<AccountSummary>,
    pub(super) billing: Result<BillingSummary>,
    pub(super) jobs: Result<Jobs>,
    pub(super) days: Result<JobDays>,
}

/// The page.
pub(super) fn view(
    shell: Shell,
    session: &SignedIn,
    asked: Asked,
    billing_notice: Option<BillingNotice>,
    choice: ChartChoice,
    visit: &Visit,
    experiments: &Experiments,
) -> OverviewPage {
    let failed = || Failure { request_id: visit.request_id.clone() };
    let against = month_name(visit.now.months()[0]);
    let account = |stat: fn(&AccountSummary, &str) -> Stat| match &asked.account {
        Ok(summary) => Part::Ready(stat(summary, &against)),
        Err(_) => Part::Failed(failed()),
    };
    let switch = |part: Part<Stat>, metric: Metric| match part {
        Part::Ready(stat) => {
            let href = ChartChoice { metric, ..choice }.address();
            Part::Ready(stat.leads_to(href, choice.metric == metric))
        }
        failed @ Part::Failed(_) => failed,
    };
    let billing = |stat: fn(&BillingSummary, &str) -> Stat| match &asked.billing {
        Ok(summary) => Part::Ready(stat(summary, &against)),
        Err(_) => Part::Failed(failed()),
    };
    OverviewPage {
        plan: plan(session, asked.billing.as_ref().ok(), experiments),
        billing: billing_notice,
        jobs: switch(account(jobs), Metric::Jobs),
        quality: switch(account(quality), Metric::Quality),
        spend: billing(spend),
        open_invoices: billing(open_invoices),
        next_invoice: match &asked.billing {
            Ok(summary) => Part::Ready(summary.next_open.as_ref().map(|invoice| row(invoice, visit.now))),
            Err(_) => Part::Failed(failed()),
        },
        chart: match &asked.days {
            Ok(found) => Part::Ready(chart(found, choice)),
            Err(_) => Part::Failed(failed()),
        },
        choice,
        recent: match &asked.jobs {
            Ok(page) => Part::Ready(page.jobs.iter().map(job).collect()),
            Err(_) => Part::Failed(failed()),
        },
        shell,
    }
}

/// The plan with the day on which it is paid again, or ends.
fn plan(session: &SignedIn, billing: Option<&BillingSummary>, experiments: &Experiments) -> Plan {
    let renewal = billing.and_then(|summary| summary.renewal.as_ref());
    let at = renewal.map(|renewal| day(renewal.period_ends_at));
    let (renews, ends) =
        if renewal.is_some_and(|renewal| renewal.cancels_at_period_end) { (None, at) } else { (at, None) };
    // Only whom the button is shown to takes part.
    let upgrade = (session.profile.plan == "free").then(|| experiments.words().on("Pro"));
    Plan { name: capitalised(&session.profile.plan), renews, ends, upgrade }
}

fn jobs(summary: &AccountSummary, against: &str) -> Stat {
    let (this, last) = (summary.this_month.jobs, summary.last_month.jobs);
    let change = match (last, this - last) {
        (0, _) => Change::Unknown { reason: format!("No jobs in {against} to compare with") },
        (_, 0) => Change::Same { against: against.to_owned() },
        (_, difference) => Change::Known {
            direction: direction(difference > 0),
            by: difference.abs().to_string(),
            judgement: Judgement::Neutral,
            against: against.to_owned(),
        },
    };
    let figure = Figure::Known { value: this.to_string(), unit: String::new(), change };
    Stat { usage: usage(summary), ..Stat::new("Jobs this month", figure) }
}

fn usage(summary: &AccountSummary) -> Option<Usage> {
    let used = u64::try_from(summary.this_month.jobs).ok()?;
    let limit = u64::from(summary.jobs_per_month?);
    Some(Usage { used, limit, text: format!("{used} of {limit} in your plan") })
}

fn quality(summary: &AccountSummary, against: &str) -> Stat {
    let figure = match summary.this_month.qa_mean {
        None => Figure::Unknown { reason: "No job has a score this month".into() },
        Some(mean) => Figure::Known {
            value: format!("{mean:.1}"),
            unit: "of 100".into(),
            change: quality_change(mean, summary.last_month.qa_mean, against),
        },
    };
    Stat::new("Mean QA score", figure)
}

fn quality_change(this: f64, last: Option<f64>, against: &str) -> Change {
    let Some(last) = last else {
        return Change::Unknown { reason: format!("No scores in {against} to compare with") };
    };
    let difference = this - last;
    if difference.abs() < 0.05 {
        return Change::Same { against: against.to_owned() };
    }
    let better = difference > 0.0;
    Change::Known {
        direction: direction(better),
        by: format!("{:.1}", difference.abs()),
        judgement: if better { Judgement::Better } else { Judgement::Worse },
        against: against.to_owned(),
    }
}

fn spend(summary: &BillingSummary, against: &str) -> Stat {
    let change = match (summary.paid_this_month.as_slice(), summary.paid_last_month.as_slice()) {
        (_, []) => Change::Unknown { reason: format!("No payment in {against}") },
        ([this], [last]) if this == last => Change::Same { against: against.to_owned() },
        ([this], [last]) if this.currency == last.currency => {
            let difference = this.amount_minor - last.amount_minor;
            Change::Known {
                direction: direction(difference > 0),
                by: echopilot_core::platform::format_money(difference.abs(), &this.currency),
                judgement: Judgement::Neutral,
                against: against.to_owned(),
            }
        }
        _ => Change::Unknown { reason: format!("Not comparable with {against}") },
    };
    let figure = Figure::Known { value: amounts(&summary.paid_this_month), unit: String::new(), change };
    Stat::new("Spend this month", figure).leads_to("/app/invoices".to_owned(), false)
}

fn open_invoices(summary: &BillingSummary, against: &str) -> Stat {
    let count: i64 = summary.open.iter().map(|sum| sum.count).sum();
    let unit = if count == 0 { String::new() } else { amounts(&summary.open) };
    let change = Change::Unknown { reason: format!("No figure kept for {against}") };
    let figure = Figure::Known { value: count.to_string(), unit, change };
    Stat::new("Open invoices", figure).leads_to("/app/invoices?status=open".to_owned(), false)
}

fn amounts(sums: &[Sum]) -> String {
    if sums.is_empty() {
        return "0".into();
    }
    sums.iter().map(|sum| sum.amount.as_str()).collect::<Vec<_>>().join(" + ")
}

fn chart(found: &JobDays, choice: ChartChoice) -> DayChart {
    let value = |day: &DayFigures| match choice.metric {
        Metric::Quality => day.qa_mean,
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 jobs a day")]
        Metric::Jobs => Some(day.jobs as f64),
    };
    let name = |day: &DayFigures| super::frame::day(day.since).text;
    DayChart {
        days: found.now.iter().map(name).collect(),
        values: found.now.iter().map(value).collect(),
        before: choice.compared.then(|| found.before.iter().map(value).collect()),
    }
}

fn job(job: &Job) -> JobRow {
    JobRow {
        name: job.task.clone(),
        kind: capitalised(&job.kind.replace('_', " ")),
        qa: job.qa_score.map(|score| format!("{score:.1}")),
        cost: format!("USD {}.{:04}", job.cost_micro / 1_000_000, job.cost_micro % 1_000_000 / 100),
        status: status(job),
        date: day(job.created_at),
    }
}

pub(super) fn status(job: &Job) -> JobStatus {
    let below = job.qa_score.is_some_and(|score| score < job.qa_target);
    match job.status.as_str() {
        "succeeded" => JobStatus::Done,
        "failed" if below => JobStatus::BelowTarget,
        "failed" => JobStatus::Failed,
        "cancelled" => JobStatus::Cancelled,
        "running" => JobStatus::Running,
        "waiting" => JobStatus::Waiting,
        _ => JobStatus::Queued,
    }
}

fn direction(up: bool) -> Direction {
    if up { Direction::Up } else { Direction::Down }
}

fn month_name(time: Timestamp) -> String {
    time.utc().format("%B").to_string()
}
