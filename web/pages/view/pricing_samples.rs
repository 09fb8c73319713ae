//! The page of the plans in every state.

use super::*;
use crate::pages::view::shell::samples::{operator, signed_in, stranger};
use crate::pages::view::{BuyWords, Cta, Theme, cta};

fn buy(title: &str, email_field: Option<&'static str>) -> TierAct {
    TierAct::Buy { cta: BuyWords::default().on(title), email_field }
}

fn card(plan: &'static str, title: &str, price: &str, act: TierAct) -> TierCard {
    TierCard {
        plan,
        title: title.into(),
        summary: "For companies that automate every day.".into(),
        price: price.into(),
        per: if plan == "enterprise" { "" } else { "a month" },
        remark: if plan == "pro" { "Two months less than by the month".into() } else { String::new() },
        holds: vec!["10,000 jobs a month".into(), "The whole API".into()],
        is_first: plan == "pro",
        act,
    }
}

impl PricingPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let contact = || TierAct::Contact { cta: cta(Cta::Contact) };
        let row = |name: &str, cells: [FeatureCell; 4]| FeatureRow { name: name.into(), cells: cells.into() };
        let text = |text: &str| FeatureCell::Text(text.into());
        let mut forms = LeadForm::samples("/pricing").into_iter();
        let mut form = || forms.next().unwrap().1;
        let full = Self {
            shell: stranger("/pricing"),
            seo: crate::pages::view::seo::sample("/pricing"),
            yearly: false,
            has_years: true,
            free: Some(FreePlan {
                title: "Free".into(),
                holds: "50 jobs a month".into(),
                is_open: true,
                is_own: false,
                cta: cta(Cta::Start),
            }),
            tiers: vec![
                card("starter", "Starter", "USD 99", buy("Starter", Some("email_starter"))),
                card("pro", "Pro", "USD 299", buy("Pro", Some("email_pro"))),
                card("enterprise", "Enterprise", "On request", contact()),
            ],
            rows: vec![
                row("Jobs a month", [text("50"), text("1,000"), text("10,000"), text("By agreement")]),
                row("The whole API", [FeatureCell::Yes, FeatureCell::Yes, FeatureCell::No, FeatureCell::Yes]),
            ],
            columns: ["Free", "Starter", "Pro", "Enterprise"].map(String::from).into(),
            notice: None,
            errors: Vec::new(),
            buyer: String::new(),
            test_mode: false,
            for_operators: None,
            lead: form(),
        };
        let invited = full.free.clone().map(|free| FreePlan { is_open: false, ..free });
        let light = Shell { theme: Theme::Light, ..full.shell.clone() };
        let mut own = Self { shell: signed_in("/pricing"), test_mode: true, ..full.clone() };
        own.tiers[0].act = TierAct::Own;
        own.tiers[1].act = buy("Pro", None);
        own.free = own.free.map(|free| FreePlan { is_own: true, ..free });
        let mut unsold = Self { shell: operator("/pricing"), has_years: false, ..full.clone() };
        unsold.tiers.iter_mut().for_each(|tier| tier.act = contact());
        unsold.for_operators = Some("STRIPE_SECRET_KEY is not set".into());
        let wrong = FieldError {
            field: "email_pro",
            text: "Enter an e-mail address such as name@example.com".into(),
        };
        let hostile = "\"><img src=x onerror=alert(1)>".to_owned();
        let mut samples = vec![
            ("pricing", full.clone()),
            ("pricing-light", Self { shell: light, ..full.clone() }),
            ("pricing-yearly", Self { yearly: true, ..full.clone() }),
            ("pricing-own", own),
            ("pricing-invited-only", Self { free: invited, ..full.clone() }),
            ("pricing-unsold", unsold),
            ("pricing-wrong", Self { errors: vec![wrong], buyer: hostile, ..full.clone() }),
            ("pricing-lead-wrong", Self { lead: form(), ..full.clone() }),
            ("pricing-lead-old", Self { lead: form(), ..full.clone() }),
            ("pricing-lead-sent", Self { lead: form(), free: None, ..full.clone() }),
        ];
        let names = ["has-one", "not-sold", "invited", "failed", "old-form"]
            .map(|name| -> &'static str { Box::leak(format!("pricing-{name}").into_boxed_str()) });
        for (name, notice) in names.into_iter().zip(PricingNotice::ALL) {
            samples.push((name, Self { notice: Some(notice), ..full.clone() }));
        }
        samples
    }
}
