//! The plans in words: what they cost and what they hold.

use echopilot_core::customers::{Plan, Tier};
use echopilot_core::platform::{format_money, grouped};

/// The price as people say it: without cents when there are none.
pub(super) fn price(minor: i64, currency: &str) -> String {
    let text = format_money(minor, currency);
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

/// What a plan costs and for how long.
pub(super) fn price_of(tier: &Tier, yearly: bool) -> (String, &'static str) {
    match (yearly, tier.price_year_minor, tier.price_minor) {
        (true, Some(minor), _) => (price(minor, &tier.currency), "a year"),
        (_, _, Some(minor)) => (price(minor, &tier.currency), "a month"),
        (_, _, None) => ("On request".to_owned(), ""),
    }
}

/// How much a year paid at once saves, where it saves something.
pub(super) fn saving(tier: &Tier) -> Option<String> {
    let saved = tier.price_minor?.checked_mul(12)? - tier.price_year_minor?;
    (saved > 0).then(|| format!("{} less than 12 months", price(saved, &tier.currency)))
}

/// How many jobs a plan holds: the limit that it has on these pages.
pub(super) fn jobs(tier: &Tier) -> String {
    match tier.jobs_per_month {
        Some(count) => format!("{} jobs a month", grouped(count.into())),
        None if is_agreed(tier) => "Jobs by agreement".to_owned(),
        None => "Any number of jobs".to_owned(),
    }
}

/// The same as a cell of the table.
pub(super) fn jobs_cell(tier: &Tier) -> String {
    match tier.jobs_per_month {
        Some(count) => grouped(count.into()),
        None if is_agreed(tier) => "By agreement".to_owned(),
        None => "Any number".to_owned(),
    }
}

/// Whether its limits are a matter of talking.
pub(super) fn is_agreed(tier: &Tier) -> bool {
    tier.plan == Plan::Enterprise
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(plan: Plan) -> Tier {
        Tier {
            plan,
            title: "T".into(),
            summary: String::new(),
            price_minor: Some(29_900),
            price_year_minor: Some(299_000),
            currency: "usd".into(),
            jobs_per_month: Some(10_000),
            workflows: None,
            features: Vec::new(),
            sold_monthly: false,
            sold_yearly: false,
        }
    }

    #[test]
    fn prices_and_limits_read_as_people_say_them() {
        let pro = tier(Plan::Pro);
        assert_eq!(price_of(&pro, false), ("USD 299".to_owned(), "a month"));
        assert_eq!(price_of(&pro, true), ("USD 2,990".to_owned(), "a year"));
        assert_eq!(saving(&pro).as_deref(), Some("USD 598 less than 12 months"));
        assert_eq!((jobs(&pro), jobs_cell(&pro)), ("10,000 jobs a month".to_owned(), "10,000".to_owned()));
        assert_eq!((price(101, "usd"), price(0, "usd")), ("USD 1.01".to_owned(), "USD 0".to_owned()));
        let free = Tier { price_year_minor: None, ..tier(Plan::Free) };
        assert_eq!(price_of(&free, true).1, "a month", "there is no price by the year");
        assert_eq!(saving(&free), None);
        let asked = Tier {
            price_minor: None,
            price_year_minor: None,
            jobs_per_month: None,
            ..tier(Plan::Enterprise)
        };
        assert_eq!(price_of(&asked, false), ("On request".to_owned(), ""));
        assert_eq!(
            (jobs(&asked).as_str(), jobs_cell(&asked).as_str()),
            ("Jobs by agreement", "By agreement")
        );
    }
}
