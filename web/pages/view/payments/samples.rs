//! The operators' pages about money in every state.

use super::*;
use crate::pages::view::{
    Change, Failure, FieldError, Figure, Link, Moment, Part, Shell, Stat, Theme, shell,
};

fn moment(day: u8) -> Moment {
    Moment::new(format!("2026-11-{day:02}T09:30:00Z"), format!("{day} Nov 2026, 09:30 UTC"))
}

fn failure() -> Failure {
    Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into() }
}

fn error(field: &'static str, text: &str) -> Vec<FieldError> {
    vec![FieldError { field, text: text.into() }]
}

fn stat(label: &str, value: &str, unit: &str, note: &str) -> Stat {
    let change = Change::Unknown { reason: note.into() };
    let figure = Figure::Known { value: value.into(), unit: unit.into(), change };
    Stat::new(label, figure)
}

fn unknown(label: &str, reason: &str) -> Stat {
    Stat::new(label, Figure::Unknown { reason: reason.into() })
}

fn payment(id: &str, status: &str, refund: RefundState) -> PaymentRow {
    let left = status == "succeeded" && matches!(refund, RefundState::None | RefundState::Part(_));
    PaymentRow {
        id: id.into(),
        amount: "USD 299.00".into(),
        status: status.into(),
        refund,
        date: moment(23),
        customer: "Zq3kT0aVb8W1xYcD5eFgHi".into(),
        customer_link: "/payments?customer=01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into(),
        refund_link: left.then(|| format!("/payments/refund?payment={id}")),
    }
}

fn webhook(kind: &str, state: &str, attempts: i64, error: Option<&str>) -> WebhookRow {
    WebhookRow {
        id: format!("evt_1Q{attempts}{state}"),
        kind: kind.into(),
        state: state.into(),
        attempts,
        error: error.map(Into::into),
        date: moment(22),
    }
}

impl PaymentsPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let period = |label: &str, days: &str, current| Link {
            label: label.into(),
            href: format!("/payments?period={days}"),
            current,
        };
        let full = Self {
            shell: shell::samples::operator("/payments"),
            mode: PaymentMode::Test,
            notice: None,
            stale: None,
            periods: vec![
                period("7 days", "7", false),
                period("30 days", "30", true),
                period("90 days", "90", false),
            ],
            stats: Part::Ready(vec![
                stat("Volume", "USD 12,345.00", "", "41 payments"),
                stat("Success rate", "95.3", "%", "Of the payments tried or called off"),
                stat("Refunds", "USD 299.00", "", "2.4 % of the volume"),
            ]),
            payments: Part::Ready(vec![
                payment("pi_3QAbCdEfGhIjKlMn0", "succeeded", RefundState::None),
                payment("pi_3QAbCdEfGhIjKlMn1", "succeeded", RefundState::UnderWay),
                payment("pi_3QAbCdEfGhIjKlMn2", "succeeded", RefundState::Part("USD 50.00".into())),
                payment("pi_3QAbCdEfGhIjKlMn3", "succeeded", RefundState::Whole),
                payment("pi_3QAbCdEfGhIjKlMn4", "failed", RefundState::None),
                payment("pi_3QAbCdEfGhIjKlMn5", "requires_action", RefundState::None),
                payment("pi_3QAbCdEfGhIjKlMn6", "canceled", RefundState::None),
            ]),
            customer: None,
            here: "/payments?period=30".into(),
            everybody: "/payments?period=30".into(),
            newest: None,
            older: Some("/payments?cursor=c2".into()),
            webhooks: Part::Ready(vec![
                webhook("charge.refunded", "applied", 1, None),
                webhook("invoice.paid", "failed", 3, Some("<img src=x onerror=alert(1)>")),
                webhook("customer.updated", "received", 0, None),
                webhook("product.created", "ignored", 1, None),
            ]),
        };
        let empty = Self {
            stats: Part::Ready(vec![
                stat("Volume", "0", "", "No payments"),
                unknown("Success rate", "No payment was tried in this time"),
                stat("Refunds", "0", "", "Nothing was given back"),
            ]),
            payments: Part::Ready(Vec::new()),
            webhooks: Part::Ready(Vec::new()),
            older: None,
            ..full.clone()
        };
        let light = Shell { theme: Theme::Light, ..full.shell.clone() };
        let live = Shell { test_mode: false, ..full.shell.clone() };
        let mut all = vec![
            ("payments", full.clone()),
            ("payments-light", Self { shell: light, ..full.clone() }),
            ("payments-live", Self { mode: PaymentMode::Live, shell: live, ..full.clone() }),
            ("payments-empty", empty.clone()),
            (
                "payments-not-configured",
                Self { mode: PaymentMode::NotConfigured("STRIPE_SECRET_KEY"), ..empty.clone() },
            ),
            (
                "payments-stale",
                Self { stale: Some("What is below was compared 3 hours ago.".into()), ..full.clone() },
            ),
            (
                "payments-of-one",
                Self {
                    customer: Some("Zq3kT0aVb8W1".into()),
                    newest: Some("/payments?period=30&customer=c".into()),
                    ..full.clone()
                },
            ),
            (
                "payments-part-failed",
                Self { webhooks: Part::Failed(failure()), stats: Part::Failed(failure()), ..full.clone() },
            ),
            ("payments-list-failed", Self { payments: Part::Failed(failure()), ..full.clone() }),
        ];
        let names =
            ["payments-refunded", "payments-refunding", "payments-replayed", "payments-replay-failed"];
        for (name, notice) in names.into_iter().zip(PaymentsNotice::ALL) {
            all.push((name, Self { notice: Some(notice), ..full.clone() }));
        }
        all
    }
}

impl LinkPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let fields = LinkFields {
            amount_minor: "4200".into(),
            currency: "USD".into(),
            email: "ada@example.com".into(),
            description: "Set-up of the weekly digest".into(),
        };
        let ask = Self {
            shell: shell::samples::operator("/payments/link"),
            mode: PaymentMode::Test,
            fields: LinkFields { currency: "USD".into(), ..LinkFields::default() },
            step: LinkStep::Ask,
            errors: Vec::new(),
            declined: None,
        };
        let done = |url: Option<&str>| LinkStep::Done {
            amount: "USD 42.00".into(),
            number: Some("EP-1042".into()),
            url: url.map(Into::into),
        };
        let filled = Self { fields, ..ask.clone() };
        vec![
            ("payment-link", ask.clone()),
            (
                "payment-link-wrong",
                Self {
                    fields: LinkFields {
                        amount_minor: "\"><img src=x onerror=alert(1)>".into(),
                        ..filled.fields.clone()
                    },
                    errors: error("amount_minor", "Enter a whole number from 50 to 99999999"),
                    ..ask.clone()
                },
            ),
            (
                "payment-link-declined",
                Self {
                    declined: Some("Stripe refused: No such customer (resource_missing)".into()),
                    ..filled.clone()
                },
            ),
            (
                "payment-link-review",
                Self {
                    step: LinkStep::Review { amount: "USD 42.00".into(), key: "k".into() },
                    ..filled.clone()
                },
            ),
            (
                "payment-link-done",
                Self { step: done(Some("https://invoice.stripe.com/i/1")), ..filled.clone() },
            ),
            ("payment-link-unsafe", Self { step: done(Some("javascript:alert(1)")), ..filled.clone() }),
            ("payment-link-under-way", Self { step: LinkStep::UnderWay, ..filled }),
            (
                "payment-link-not-configured",
                Self { mode: PaymentMode::NotConfigured("STRIPE_SECRET_KEY"), ..ask },
            ),
        ]
    }
}

impl RefundPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let target = RefundTarget {
            id: "pi_3QAbCdEfGhIjKlMn0".into(),
            remaining: "USD 249.00".into(),
            remaining_minor: 24_900,
        };
        let ask = Self {
            shell: shell::samples::operator("/payments/refund"),
            mode: PaymentMode::Test,
            target: Some(target),
            fields: RefundFields {
                amount_minor: "24900".into(),
                reason: "duplicate".into(),
                confirm: String::new(),
            },
            key: "k".into(),
            errors: Vec::new(),
            declined: None,
        };
        let live = Self { mode: PaymentMode::Live, ..ask.clone() };
        vec![
            ("refund", ask.clone()),
            ("refund-live", live.clone()),
            (
                "refund-not-confirmed",
                Self { errors: error("confirm", "Type pi_3QAbCdEfGhIjKlMn0 to confirm"), ..live },
            ),
            (
                "refund-too-much",
                Self { errors: error("amount_minor", "At most 24900 is left"), ..ask.clone() },
            ),
            (
                "refund-declined",
                Self {
                    declined: Some("Stripe refused: The charge is disputed (charge_disputed)".into()),
                    ..ask.clone()
                },
            ),
            (
                "refund-nothing-left",
                Self {
                    target: None,
                    declined: Some("This payment was given back wholly already".into()),
                    ..ask.clone()
                },
            ),
            (
                "refund-not-configured",
                Self { target: None, mode: PaymentMode::NotConfigured("STRIPE_SECRET_KEY"), ..ask },
            ),
        ]
    }
}

impl ReconciliationPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let last =
            LastComparison { at: moment(23), since: None, differences: 0, applied: false, is_whole: true };
        let plain = Self {
            shell: shell::samples::operator("/payments/reconciliation"),
            mode: PaymentMode::Test,
            last: Part::Ready(Some(last.clone())),
            compared: None,
            since: String::new(),
            errors: Vec::new(),
            failed: None,
        };
        let row = |found: &str, kind: &str| DifferenceRow {
            found: found.into(),
            kind: kind.into(),
            id: "in_1QAbCdEfGhIjKlMnOpQrStUv".into(),
            detail: "status: open here, paid at Stripe".into(),
        };
        let rows = vec![
            row("missing", "invoice"),
            row("stale", "payment"),
            row("extra", "refund"),
            row("deleted", "customer"),
        ];
        let compared = Compared { applied: false, objects: 120, total: 4, unknown: Vec::new(), rows };
        let none = Compared { total: 0, rows: Vec::new(), ..compared.clone() };
        let with = |compared: Compared| Self { compared: Some(compared), ..plain.clone() };
        vec![
            ("reconciliation", plain.clone()),
            ("reconciliation-differences", with(compared.clone())),
            ("reconciliation-applied", with(Compared { applied: true, ..compared.clone() })),
            ("reconciliation-many", with(Compared { total: 1_000, ..compared })),
            ("reconciliation-equal", with(none.clone())),
            (
                "reconciliation-unknown",
                with(Compared { unknown: vec!["refund: Stripe lists none of them here".into()], ..none }),
            ),
            (
                "reconciliation-last-in-part",
                Self { last: Part::Ready(Some(LastComparison { is_whole: false, ..last })), ..plain.clone() },
            ),
            ("reconciliation-never", Self { last: Part::Ready(None), ..plain.clone() }),
            ("reconciliation-last-failed", Self { last: Part::Failed(failure()), ..plain.clone() }),
            (
                "reconciliation-failed",
                Self { failed: Some("Stripe can't be reached".into()), ..plain.clone() },
            ),
            (
                "reconciliation-wrong-day",
                Self {
                    since: "yesterday".into(),
                    errors: error("since", "Enter a day such as 2026-03-01"),
                    ..plain.clone()
                },
            ),
            (
                "reconciliation-not-configured",
                Self { mode: PaymentMode::NotConfigured("STRIPE_SECRET_LIVE"), ..plain },
            ),
        ]
    }
}

#[test]
fn money_is_never_shown_before_it_moved() {
    use askama::Template as _;
    let samples = PaymentsPage::samples();
    let (_, page) = samples.iter().find(|(name, _)| *name == "payments").unwrap();
    let html = page.render().unwrap();
    assert!(html.contains("Refunding") && html.contains("USD 50.00 refunded"));
    assert!(!html.contains("/payments/refund?payment=pi_3QAbCdEfGhIjKlMn1"), "one refund at a time");
    assert!(html.contains("/payments/refund?payment=pi_3QAbCdEfGhIjKlMn2"), "the rest of a payment");
    let (_, missing) = samples.iter().find(|(name, _)| *name == "payments-not-configured").unwrap();
    let html = missing.render().unwrap();
    assert!(html.contains("STRIPE_SECRET_KEY is not set") && !html.contains("Create payment link"));
    assert!(!html.contains("tone-ok"), "nothing is green from missing data");
}

#[test]
fn only_live_mode_asks_to_type_the_payment() {
    use askama::Template as _;
    for (name, page) in RefundPage::samples() {
        let asks = page.render().unwrap().contains("name=\"confirm\"");
        assert_eq!(asks, page.mode.is_live() && page.target.is_some(), "{name}");
    }
}

#[test]
fn a_link_that_is_no_web_page_is_not_shown() {
    use askama::Template as _;
    let samples = LinkPage::samples();
    let html = |wanted: &str| samples.iter().find(|(name, _)| *name == wanted).unwrap().1.render().unwrap();
    let done = html("payment-link-done");
    assert!(done.contains("class=\"qr\"") && done.contains("https://invoice.stripe.com/i/1"));
    let bad = html("payment-link-unsafe");
    assert!(!bad.contains("class=\"qr\"") && !bad.contains("javascript:"));
}
