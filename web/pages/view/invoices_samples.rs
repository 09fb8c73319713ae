//! The list of invoices in every state.

use super::*;
use crate::pages::view::{Failure, shell};

impl InvoiceRow {
    /// One invoice.
    pub(crate) fn sample(number: &str, status: InvoiceStatus) -> Self {
        Self {
            number: number.into(),
            date: Moment::new("2026-11-01", "1 Nov 2026"),
            description: "Pro plan, November 2026".into(),
            amount: "USD 299.00".into(),
            status: Some(status),
            word: status.as_str().into(),
            refunded: None,
            due: Some(Moment::new("2026-11-30", "30 Nov 2026")),
            overdue: false,
            pdf_url: Some("https://pay.stripe.com/invoice/1/pdf".into()),
            hosted_url: Some("https://invoice.stripe.com/i/1".into()),
        }
    }
}

impl InvoicesPage {
    /// The page in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let mut rows: Vec<InvoiceRow> = (1036..)
            .zip(InvoiceStatus::ALL)
            .map(|(number, status)| InvoiceRow::sample(&format!("EP-{number}"), status))
            .collect();
        rows.push(InvoiceRow {
            refunded: Some("USD 50.00".into()),
            description: "Pro plan, October 2026, with a longer explanation of what was added in the middle of the month".into(),
            ..InvoiceRow::sample("EP-1035", InvoiceStatus::Paid)
        });
        rows.insert(1, InvoiceRow { overdue: true, ..InvoiceRow::sample("EP-1034", InvoiceStatus::Open) });
        rows.push(InvoiceRow {
            amount: "-12,400 JPY".into(),
            pdf_url: Some("javascript:alert(1)".into()),
            hosted_url: None,
            description: "<img src=x onerror=alert(1)>".into(),
            ..InvoiceRow::sample("EP-1033", InvoiceStatus::Open)
        });
        rows.push(InvoiceRow {
            status: None,
            word: "in_dispute".into(),
            ..InvoiceRow::sample("EP-1032", InvoiceStatus::Open)
        });
        let fresh = Moment::new("2026-11-23T11:58:00Z", "23 Nov 2026, 11:58 UTC");
        let full = Self {
            shell: shell::samples::signed_in("/app/invoices"),
            status: None,
            year: None,
            years: vec![2026, 2025],
            invoices: Part::Ready(rows),
            freshness: Freshness::AsOf(fresh.clone()),
            first_page: true,
            older: Some("c2&=x".into()),
        };
        let light = Shell { theme: crate::pages::view::Theme::Light, ..full.shell.clone() };
        let empty =
            Self { invoices: Part::Ready(Vec::new()), years: Vec::new(), older: None, ..full.clone() };
        let stale = Freshness::Stale {
            as_of: fresh,
            reason: "The payment provider is not answering. What you see is the last known state.".into(),
        };
        let failure = Failure { request_id: "01JD9Z8Q4W7XN3V5T6Y2M1K0PB".into() };
        vec![
            ("invoices", full.clone()),
            ("invoices-light", Self { shell: light, ..full.clone() }),
            (
                "invoices-filtered",
                Self { status: Some(InvoiceStatus::Open), year: Some(2026), ..full.clone() },
            ),
            ("invoices-later-page", Self { first_page: false, older: None, ..full.clone() }),
            ("invoices-stale", Self { freshness: stale, ..full.clone() }),
            ("invoices-none", Self { freshness: Freshness::Never, ..empty.clone() }),
            ("invoices-no-match", Self { status: Some(InvoiceStatus::Void), ..empty.clone() }),
            ("invoices-failed", Self { invoices: Part::Failed(failure), ..empty }),
        ]
    }
}

#[test]
fn cursors_and_filters_are_encoded() {
    let page = InvoicesPage { status: Some(InvoiceStatus::Open), ..InvoicesPage::samples().remove(0).1 };
    assert_eq!(page.older_link().unwrap(), "/app/invoices?status=open&cursor=c2%26%3Dx");
    assert_eq!(page.statuses()[0].href, "/app/invoices");
    assert_eq!(page.file_link(), "/app/invoices.csv?status=open", "a file begins at the beginning");
}

#[test]
fn only_open_invoices_can_be_paid_and_only_safe_addresses_are_links() {
    assert!(InvoiceRow::sample("1", InvoiceStatus::Open).pay_link().is_some());
    assert!(InvoiceRow::sample("1", InvoiceStatus::Paid).pay_link().is_none());
    let mut row = InvoiceRow::sample("1", InvoiceStatus::Open);
    row.pdf_url = Some("javascript:alert(1)".into());
    row.hosted_url = Some("http://insecure.example".into());
    assert!(row.pdf_link().is_none() && row.pay_link().is_none());
}

#[test]
fn a_status_that_nobody_knows_is_shown_in_the_providers_word_and_can_not_be_paid() {
    let open = InvoiceRow::sample("1", InvoiceStatus::Open);
    assert_eq!((open.badge().text.as_str(), open.pay_link().is_some()), ("Open", true));
    let unknown = InvoiceRow { status: None, word: "in_dispute".into(), ..open };
    assert_eq!((unknown.badge().tone, unknown.badge().text.as_str()), (Tone::Neutral, "in dispute"));
    assert!(unknown.pay_link().is_none());
    let page = InvoicesPage::samples().remove(0).1;
    assert!(page.render().unwrap().contains("in dispute"));
    assert!(page.statuses().iter().all(|link| !link.label.contains("dispute")), "no filter of its own");
}

#[test]
fn statuses_read_back() {
    for status in InvoiceStatus::ALL {
        assert_eq!(InvoiceStatus::parse(status.as_str()), Some(status));
    }
    assert_eq!(InvoiceStatus::parse("PAID"), None);
}
