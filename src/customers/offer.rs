//! What a plan is offered for: the price that is shown and the price of Stripe that is charged, bound together in one
//! document, so that no experiment shows one and charges another.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plans::PlanTerms;
use crate::config::StripePrices;

/// How often a plan is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Every month.
    Month,
    /// Every year.
    Year,
}

impl Period {
    /// Stripe's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// Other prices of a plan, by variant of a flag. The baseline and variants that do not stand here have the plan's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceExperiment {
    /// The flag that decides.
    pub flag: String,
    /// By variant.
    pub offers: BTreeMap<String, PriceOffer>,
}

/// The prices of a variant: each is shown and charged together, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceOffer {
    /// The price of a month in minor units, and what Stripe charges for it.
    pub price_minor: i64,
    /// The identifier at Stripe; null while it can't be bought yet.
    pub stripe_price: Option<String>,
    /// The price of a year in minor units.
    #[serde(default)]
    pub price_year_minor: Option<i64>,
    /// The identifier at Stripe.
    #[serde(default)]
    pub stripe_price_yearly: Option<String>,
}

impl PriceExperiment {
    /// What is wrong with it, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.flag.is_empty() {
            return Err("it names no flag".to_owned());
        }
        for (variant, offer) in &self.offers {
            if offer.price_minor < 0 || offer.price_year_minor.is_some_and(|price| price < 0) {
                return Err(format!("the price of {variant} is negative"));
            }
            if offer.price_year_minor.is_none() && offer.stripe_price_yearly.is_some() {
                return Err(format!("{variant} has a price of Stripe for a year and shows none"));
            }
        }
        Ok(())
    }
}

/// What is shown, and what is charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// In minor units; `None` when it is agreed on request.
    pub price_minor: Option<i64>,
    /// ISO 4217, lower case.
    pub currency: String,
    /// The identifier at Stripe; `None` when it can't be bought here.
    pub stripe_price: Option<String>,
    /// Whether it is another than everybody else's: then Stripe is asked whether it charges what is shown.
    pub is_experiment: bool,
}

impl PlanTerms {
    /// The price for a period, for those in a variant of the plan's experiment.
    pub fn offer(&self, variant: Option<&str>, period: Period, prices: &StripePrices) -> Offer {
        let currency = self.currency.clone();
        let other = self.price_experiment.as_ref().and_then(|experiment| experiment.offers.get(variant?));
        let own = || {
            let (_, price) = prices.of(self.plan.as_str(), period == Period::Year)?;
            price.map(str::to_owned)
        };
        let (price_minor, stripe_price) = match (other, period) {
            (Some(offer), Period::Month) => (Some(offer.price_minor), offer.stripe_price.clone()),
            (Some(offer), Period::Year) => (offer.price_year_minor, offer.stripe_price_yearly.clone()),
            (None, Period::Month) => (self.price_minor, own()),
            (None, Period::Year) => (self.price_year_minor, own()),
        };
        Offer { price_minor, currency, stripe_price, is_experiment: other.is_some() }
    }
}
