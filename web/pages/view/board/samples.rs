//! The operators' dashboard in every state.

use super::*;
use crate::pages::view::{Failure, FieldError, JobStatus, Link, Moment, Part, Shell, shell};

pub(super) const HOSTILE: &str = "<img src=x onerror=alert(1)>";
const ID: &str = "01JD9Z8Q4W7XN3V5T6Y2M1K0PB";

pub(super) fn moment(hour: u8) -> Moment {
    Moment::new(format!("2026-11-23T{hour:02}:30:00Z"), format!("23 Nov 2026, {hour:02}:30 UTC"))
}

pub(super) fn failed<T>() -> Part<T> {
    Part::Failed(Failure { request_id: ID.into() })
}

pub(super) fn live() -> String {
    "/dashboard/v2/live?seen=01234567.89abcdef.01234567.89abcdef.01234567".into()
}

pub(super) fn shell(path: &str) -> Shell {
    shell::samples::operator(path)
}

pub(super) fn links(names: &[&str], chosen: usize) -> Vec<Link> {
    let link = |(place, name): (usize, &&str)| Link {
        label: (*name).into(),
        href: format!("/dashboard/v2?x={place}"),
        current: place == chosen,
    };
    names.iter().enumerate().map(link).collect()
}

fn wrong(field: &'static str, text: &str) -> Vec<FieldError> {
    vec![FieldError { field, text: text.into() }]
}

impl AutomationsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let run = |result: &str, detail: Option<&str>| RunMark {
            at: moment(9),
            took: (result != "running").then(|| "412 ms".into()),
            result: result.into(),
            detail: detail.map(Into::into),
            log_link: format!("/dashboard/v2/logs?file=scheduler&request_id={ID}"),
        };
        let task = |name: &str, last: Option<RunMark>, beats: &[Beat]| TaskRow {
            name: name.into(),
            words: "daily at 02:50 UTC".into(),
            last,
            next: Some(Moment::new("2026-11-24T02:50:00Z", "tomorrow at 02:50 UTC")),
            paused_by: None,
            at_work: false,
            failures: 0,
            beats: beats.to_vec(),
            writes_to: None,
        };
        let beat = |how: How, day: usize| {
            let result = if how == How::Ok { "ok, 412 ms" } else { "upstream, 5.0 s" };
            Beat { how, words: format!("{day} Nov 2026, 02:50 UTC: {result}") }
        };
        let ok: Vec<_> = (1..=30).map(|day| beat(How::Ok, day)).collect();
        let bad = [How::Ok, How::Ok, How::Bad, How::Bad].map(|how| beat(how, 20));
        let full = Self {
            shell: shell("/dashboard/v2/automations"),
            live: live(),
            notice: None,
            tasks: Part::Ready(vec![
                TaskRow {
                    writes_to: Some("the warehouse".into()),
                    ..task("warehouse-sync", Some(run("ok", None)), &ok)
                },
                TaskRow { at_work: true, ..task("notion-sync", Some(run("running", None)), &ok) },
                TaskRow {
                    failures: 2,
                    ..task("reconcile-billing", Some(run("upstream", Some("Stripe does not answer"))), &bad)
                },
                TaskRow {
                    next: None,
                    paused_by: Some("grace".into()),
                    ..task("clean-up", Some(run("ok", None)), &ok[..7])
                },
                task("finish-stripe-operations", None, &[]),
            ]),
        };
        let notices = TaskNotice::ALL.map(|notice| {
            let name = match notice {
                TaskNotice::Started => "automations-started",
                TaskNotice::Paused => "automations-paused",
                TaskNotice::Resumed => "automations-resumed",
            };
            (name, Self { notice: Some((notice, "clean-up".into())), ..full.clone() })
        });
        let mut all = vec![
            ("automations", full.clone()),
            ("automations-empty", Self { tasks: Part::Ready(Vec::new()), ..full.clone() }),
            ("automations-failed", Self { tasks: failed(), ..full.clone() }),
        ];
        all.extend(notices);
        all
    }
}

impl ConfirmRunPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = Self {
            shell: shell("/dashboard/v2/automations/run?task=warehouse-sync"),
            task: "warehouse-sync".into(),
            words: "daily at 02:50 UTC".into(),
            writes_to: "the warehouse".into(),
        };
        vec![("automations-confirm", page)]
    }
}

fn job(number: u8, task: &str, status: JobStatus, qa: Option<&str>) -> BoardJob {
    let began = status != JobStatus::Queued;
    BoardJob {
        id: format!("01HDEM0J0B000000000000000{number}"),
        link: format!("/dashboard/v2/jobs/01HDEM0J0B000000000000000{number}?q=a"),
        is_chosen: number == 2,
        task: task.into(),
        kind: "Research".into(),
        status,
        qa: qa.map(Into::into),
        target: "80".into(),
        cost: "USD 0.0184".into(),
        day: Moment::new("2026-11-23", "23 Nov 2026"),
        created: moment(8),
        started: began.then(|| moment(8)),
        finished: qa.map(|_| moment(9)),
        took: qa.map(|_| "42.0 s".into()),
        tokens: ("5200".into(), "1900".into()),
        customer: "Zq3kT0aVb8W1xYcD5eFgHi".into(),
        customer_link: format!("/dashboard/v2/customers/{ID}"),
    }
}

fn jobs_list() -> Listing<BoardJob> {
    Listing {
        here: "/dashboard/v2/jobs".into(),
        is_filtered: false,
        rows: Part::Ready(vec![
            job(1, "Compare three suppliers of recycled packaging", JobStatus::Done, Some("91.0")),
            job(2, "Turn 40 supplier e-mails into one price table", JobStatus::BelowTarget, Some("62.0")),
            job(3, HOSTILE, JobStatus::Queued, None),
        ]),
        newest: Some("/dashboard/v2/jobs".into()),
        older: Some("/dashboard/v2/jobs?cursor=abc".into()),
    }
}

impl JobsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            shell: shell("/dashboard/v2/jobs"),
            live: live(),
            q: String::new(),
            kept: Vec::new(),
            statuses: links(&["All", "Queued", "Running", "Succeeded", "Failed", "Cancelled"], 0),
            kinds: Part::Ready(links(&["All", "Drafting", "Research"], 0)),
            list: jobs_list(),
        };
        let none = Listing { rows: Part::Ready(Vec::new()), newest: None, older: None, ..jobs_list() };
        let filtered = Self {
            q: HOSTILE.into(),
            kept: vec![("status", "failed".into()), ("kind", HOSTILE.into())],
            list: Listing { is_filtered: true, ..none.clone() },
            ..full.clone()
        };
        vec![
            ("jobs", full.clone()),
            ("jobs-empty", Self { list: none, ..full.clone() }),
            ("jobs-no-match", filtered),
            (
                "jobs-failed",
                Self { list: Listing { rows: failed(), ..jobs_list() }, kinds: failed(), ..full },
            ),
        ]
    }
}

fn line(level: &str, event: &str) -> LogLine {
    LogLine {
        at: Moment::new("2026-11-23T09:30:00.123Z", "23 Nov, 09:30:00 UTC"),
        level: level.into(),
        event: event.into(),
        request_id: Some(ID.into()),
        request_link: Some(format!("/dashboard/v2/logs?file=audit&request_id={ID}")),
        summary: "operation tail-log, outcome ok, duration_ms 3".into(),
        json: format!("{{\n  \"event\": \"{HOSTILE}\",\n  \"outcome\": \"ok\"\n}}"),
    }
}

impl JobPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let done = Self {
            shell: shell("/dashboard/v2/jobs/01HDEM0J0B0000000000000001"),
            live: live(),
            here: "/dashboard/v2/jobs/01HDEM0J0B0000000000000001".into(),
            back: "/dashboard/v2/jobs?q=a".into(),
            job: job(1, "Compare three suppliers of recycled packaging", JobStatus::Done, Some("91.0")),
            score: Some(91),
            lines: Part::Ready(vec![line("info", "Job finished"), line("warn", "Step repeated")]),
            list: jobs_list(),
        };
        vec![
            ("job", done.clone()),
            (
                "job-waiting",
                Self {
                    job: job(3, "", JobStatus::Queued, None),
                    score: None,
                    lines: Part::Ready(Vec::new()),
                    ..done.clone()
                },
            ),
            (
                "job-below",
                Self {
                    job: job(2, HOSTILE, JobStatus::BelowTarget, Some("62.0")),
                    lines: failed(),
                    list: Listing { rows: failed(), ..jobs_list() },
                    ..done
                },
            ),
        ]
    }
}

impl LogsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let option = |word: &str, current| Link { label: word.into(), href: word.into(), current };
        let full = Self {
            shell: shell("/dashboard/v2/logs"),
            here: "/dashboard/v2/logs".into(),
            files: vec![option("http", false), option("audit", true)],
            purpose: "Every operation of an operator, chained so that gaps show.".into(),
            levels: vec![option("Any", true), option("error", false)],
            text: String::new(),
            request_id: String::new(),
            n: "100".into(),
            errors: Vec::new(),
            is_filtered: false,
            lines: Some(Part::Ready(
                ["info", "warn", "error", "debug"].map(|level| line(level, "Operation")).to_vec(),
            )),
            truncated: true,
            broken: 2,
            follow: Some("/api/logs/follow?file=audit&from=1a2b-3c4d-01234567".into()),
        };
        let empty =
            Self { lines: Some(Part::Ready(Vec::new())), truncated: false, broken: 0, ..full.clone() };
        vec![
            ("logs", full.clone()),
            ("logs-empty", empty.clone()),
            ("logs-no-match", Self { is_filtered: true, text: HOSTILE.into(), ..empty }),
            ("logs-failed", Self { lines: Some(failed()), follow: None, ..full.clone() }),
            (
                "logs-wrong",
                Self {
                    n: "501".into(),
                    errors: wrong("n", "Enter a whole number from 1 to 500"),
                    lines: None,
                    follow: None,
                    ..full
                },
            ),
        ]
    }
}

fn ticket(message: &str, is_open: bool) -> TicketLine {
    TicketLine {
        link: format!("/dashboard/v2/tickets/{ID}"),
        message: message.into(),
        topic: "A job or its result".into(),
        is_open,
        sent: moment(7),
        waits: is_open.then(|| "3 hours".into()),
    }
}

fn customers_list() -> Listing<CustomerRow> {
    let customer = |name: &str, standing| CustomerRow {
        link: format!("/dashboard/v2/customers/{ID}?plan=pro"),
        is_chosen: standing == Standing::Active,
        name: name.into(),
        email: "ada.lovelace.of.the.analytical.engine@example.com".into(),
        plan: "Pro".into(),
        standing,
        created: moment(6),
    };
    Listing {
        here: "/dashboard/v2/customers".into(),
        is_filtered: false,
        rows: Part::Ready(vec![
            customer("Ada Lovelace", Standing::Active),
            customer(HOSTILE, Standing::Disabled),
            customer("Erased customer", Standing::Erased),
        ]),
        newest: Some("/dashboard/v2/customers".into()),
        older: Some("/dashboard/v2/customers?cursor=abc".into()),
    }
}

impl CustomersPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            shell: shell("/dashboard/v2/customers"),
            live: live(),
            q: String::new(),
            kept: Vec::new(),
            plans: links(&["All", "Free", "Starter", "Pro", "Enterprise"], 0),
            sinces: links(&["All", "7 days", "30 days", "90 days"], 0),
            list: customers_list(),
            waiting: Part::Ready(vec![ticket("The result of my last job has no table in it.", true)]),
        };
        let none = Listing { rows: Part::Ready(Vec::new()), newest: None, older: None, ..customers_list() };
        let filtered = Self {
            q: HOSTILE.into(),
            kept: vec![("plan", "pro".into()), ("since", HOSTILE.into())],
            list: Listing { is_filtered: true, ..none.clone() },
            ..full.clone()
        };
        vec![
            ("customers", full.clone()),
            ("customers-empty", Self { list: none, waiting: Part::Ready(Vec::new()), ..full.clone() }),
            ("customers-no-match", filtered),
            (
                "customers-failed",
                Self { list: Listing { rows: failed(), ..customers_list() }, waiting: failed(), ..full },
            ),
        ]
    }
}

fn facts(standing: Standing) -> AccountFacts {
    AccountFacts {
        id: ID.into(),
        name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
        plan: "Pro".into(),
        standing,
        created: moment(6),
        stripe: (standing != Standing::Erased).then(|| "cus_QAbCdEfGhIjKlM".into()),
        reference: "Zq3kT0aVb8W1xYcD5eFgHi".into(),
    }
}

impl CustomerPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let invoice = InvoiceLine {
            number: "EP-0042".into(),
            description: HOSTILE.into(),
            amount: "USD 299.00".into(),
            badge: badge(Tone::Ok, "check", "paid"),
            date: moment(5),
        };
        let session = SessionLine {
            device: "Firefox on Linux".into(),
            method: "code".into(),
            since: moment(4),
            until: moment(10),
        };
        let full = Self {
            shell: shell(&format!("/dashboard/v2/customers/{ID}")),
            here: format!("/dashboard/v2/customers/{ID}"),
            back: "/dashboard/v2/customers?plan=pro".into(),
            notice: None,
            facts: facts(Standing::Active),
            invoices: Part::Ready(vec![invoice]),
            sessions: Part::Ready((vec![session], true)),
            tickets: Part::Ready(vec![ticket("Thank you!", false), ticket("And one more thing.", true)]),
            jobs_link: format!("/dashboard/v2/jobs?customer={ID}"),
            payments_link: format!("/payments?customer={ID}"),
            list: customers_list(),
        };
        let notices = CustomerNotice::ALL.map(|notice| {
            let (name, standing) = match notice {
                CustomerNotice::Disabled => ("customer-disabled", Standing::Disabled),
                CustomerNotice::Enabled => ("customer-enabled", Standing::Active),
                CustomerNotice::Answered => ("customer-answered", Standing::Active),
            };
            (name, Self { notice: Some(notice), facts: facts(standing), ..full.clone() })
        });
        let mut all = vec![
            ("customer", full.clone()),
            (
                "customer-empty",
                Self {
                    facts: facts(Standing::Erased),
                    invoices: Part::Ready(Vec::new()),
                    sessions: Part::Ready((Vec::new(), false)),
                    tickets: Part::Ready(Vec::new()),
                    ..full.clone()
                },
            ),
            ("customer-failed", Self { invoices: failed(), sessions: failed(), tickets: failed(), ..full }),
        ];
        all.extend(notices);
        all
    }
}

impl ConfirmAccountPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |act: AccountAct, standing| Self {
            shell: shell(&format!("/dashboard/v2/customers/{ID}/{}", act.as_str())),
            act,
            facts: facts(standing),
        };
        vec![
            ("customer-disable", page(AccountAct::Disable, Standing::Active)),
            ("customer-enable", page(AccountAct::Enable, Standing::Disabled)),
        ]
    }
}

impl AnswerPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let open = Self {
            shell: shell(&format!("/dashboard/v2/tickets/{ID}")),
            id: ID.into(),
            ticket: ticket("The result of my last job has no table in it.\nWhat now?", true),
            email: "ada@example.com".into(),
            job: Some(ID.into()),
            customer_link: Some(format!("/dashboard/v2/customers/{ID}")),
            answered: None,
            answer: String::new(),
            errors: Vec::new(),
        };
        vec![
            ("ticket", open.clone()),
            (
                "ticket-wrong",
                Self { answer: HOSTILE.into(), errors: wrong("answer", "Enter an answer"), ..open.clone() },
            ),
            (
                "ticket-answered",
                Self {
                    ticket: ticket(HOSTILE, false),
                    job: None,
                    customer_link: None,
                    answered: Some(("It is there now.".into(), moment(9))),
                    ..open
                },
            ),
        ]
    }
}
