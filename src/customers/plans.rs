//! What the plans cost and hold: configs/pricing.json, a document that may change while the server runs.

use std::any::Any;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use super::offer::{Period, PriceExperiment};
use crate::config::{StripePrices, StripeSettings, Validate};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Deps, LiveDocument, Meta, Operation, Route};
use crate::platform::Result;

/// The document.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    /// From the smallest to the largest.
    pub plans: Vec<PlanTerms>,
    /// What a minute of work brings in, in US dollars: what suggestions about the rate start from.
    #[serde(default)]
    pub base_rate_usd_per_minute: Option<f64>,
}

/// The rate where the document names none.
const BUILT_IN_RATE: f64 = 0.5;

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTerms {
    /// Which plan.
    pub plan: Plan,
    /// Its name for people.
    pub title: String,
    /// For whom it is, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// The price of a month in minor units; null when it is agreed on request.
    pub price_minor: Option<i64>,
    /// The price of a year that is paid at once, in minor units; null when there is none.
    #[serde(default)]
    pub price_year_minor: Option<i64>,
    /// ISO 4217, lower case.
    pub currency: String,
    /// How many jobs a month it holds; null without a limit.
    pub jobs_per_month: Option<u32>,
    /// How many workflows it holds; null without a limit.
    pub workflows: Option<u32>,
    /// What else it holds, in a few words each.
    #[serde(default)]
    pub features: Vec<String>,
    /// Other prices that a flag shows to some visitors.
    #[serde(default)]
    pub price_experiment: Option<PriceExperiment>,
}

impl Validate for Pricing {
    fn validate(&self) -> Result<(), String> {
        if self.base_rate_usd_per_minute.is_some_and(|rate| !(rate.is_finite() && rate > 0.0)) {
            return Err("base_rate_usd_per_minute is no amount above nothing".to_owned());
        }
        for plan in [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise] {
            let count = self.plans.iter().filter(|terms| terms.plan == plan).count();
            if count != 1 {
                return Err(format!("the plan {} stands there {count} times; expected once", plan.as_str()));
            }
        }
        for terms in &self.plans {
            let name = terms.plan.as_str();
            if [terms.price_minor, terms.price_year_minor].into_iter().flatten().any(|price| price < 0) {
                return Err(format!("the price of {name} is negative"));
            }
            if let Some(experiment) = &terms.price_experiment {
                experiment.check().map_err(|why| format!("the price experiment of {name}: {why}"))?;
            }
            if terms.currency.len() != 3 || !terms.currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
                return Err(format!("the currency of {name} is not three small letters"));
            }
        }
        Ok(())
    }
}

impl Pricing {
    /// Read the document; what is wrong with it, in words for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pricing: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        pricing.validate().map(|()| pricing)
    }
}

/// The plans in memory.
pub struct Plans(LiveDocument<Pricing>);

impl Plans {
    /// Read the document, or take the default built into the binary.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let default = include_str!("../../configs/pricing.json");
        Ok(Box::new(Self(LiveDocument::open(deps, "pricing", default, |_, _| {})?)))
    }

    /// Look whether the document has changed; tell health how it is doing.
    pub fn refresh(deps: &Deps) -> Result<()> {
        deps.resident::<Self>().0.look(deps)
    }

    /// What a minute of work brings in, in US dollars, and where that figure comes from.
    pub fn rate(&self) -> (f64, RateOrigin) {
        match self.0.get().value.base_rate_usd_per_minute {
            Some(rate) if !self.0.is_default() => (rate, RateOrigin::Document),
            rate => (rate.unwrap_or(BUILT_IN_RATE), RateOrigin::BuiltIn),
        }
    }

    /// The plans as they are offered: `variant_of` says in which variant of a flag the visitor is.
    pub fn tiers(&self, stripe: &StripeSettings, variant_of: impl Fn(&str) -> Option<String>) -> Vec<Tier> {
        let plans = self.0.get().value.plans.clone();
        let tier = |terms: PlanTerms| {
            let variant = terms.price_experiment.as_ref().and_then(|experiment| variant_of(&experiment.flag));
            Tier::of(terms, variant.as_deref(), stripe)
        };
        plans.into_iter().map(tier).collect()
    }

    /// Every price of Stripe that the settings and the document know, with its plan: those of offers, too, whether or not a
    /// flag still shows them.
    pub fn sold(&self, prices: &StripePrices) -> Vec<(String, Plan)> {
        let pricing = self.0.get();
        let own = |terms: &PlanTerms| {
            let price = |yearly| prices.of(terms.plan.as_str(), yearly)?.1.map(str::to_owned);
            [price(false), price(true)]
        };
        let offered = |terms: &PlanTerms| -> Vec<String> {
            let offers = terms.price_experiment.iter().flat_map(|experiment| experiment.offers.values());
            offers
                .flat_map(|offer| [offer.stripe_price.clone(), offer.stripe_price_yearly.clone()])
                .flatten()
                .collect()
        };
        let plans = pricing.value.plans.iter();
        plans
            .flat_map(|terms| {
                own(terms).into_iter().flatten().chain(offered(terms)).map(|price| (price, terms.plan))
            })
            .collect()
    }

    /// The terms of a plan by its stored name.
    pub fn terms(&self, plan: &str) -> Option<PlanTerms> {
        self.0.get().value.plans.iter().find(|terms| terms.plan.as_str() == plan).cloned()
    }
}

/// Show the plans: what they cost and what they hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTiers {}

/// Where a figure of the pricing document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateOrigin {
    /// The document that is built into the program.
    BuiltIn,
    /// `pricing.json` of the configuration, or its row in the store.
    Document,
}

impl RateOrigin {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BuiltIn => "the built-in pricing document",
            Self::Document => "the pricing document of the configuration",
        }
    }
}

/// The plans.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tiers {
    /// From the smallest to the largest.
    pub tiers: Vec<Tier>,
    /// Whether payments are trials with test cards; null when none can be made.
    pub test_mode: Option<bool>,
}

/// One plan, and whether it can be bought here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tier {
    /// Which plan.
    pub plan: Plan,
    /// Its name for people.
    pub title: String,
    /// For whom it is, in a sentence.
    pub summary: String,
    /// The price of a month in minor units; null when it is agreed on request.
    pub price_minor: Option<i64>,
    /// The price of a year that is paid at once, in minor units; null when there is none.
    pub price_year_minor: Option<i64>,
    /// ISO 4217, lower case.
    pub currency: String,
    /// How many jobs a month it holds; null without a limit, or when that is agreed on request.
    pub jobs_per_month: Option<u32>,
    /// How many workflows it holds; null without a limit, or when that is agreed on request.
    pub workflows: Option<u32>,
    /// What else it holds.
    pub features: Vec<String>,
    /// Whether it can be bought here by the month.
    pub sold_monthly: bool,
    /// Whether it can be bought here by the year.
    pub sold_yearly: bool,
}

impl Tier {
    /// The plan as it is offered: to everybody, or to those in a variant of its price experiment.
    fn of(terms: PlanTerms, variant: Option<&str>, stripe: &StripeSettings) -> Self {
        let (month, year) = (
            terms.offer(variant, Period::Month, &stripe.prices),
            terms.offer(variant, Period::Year, &stripe.prices),
        );
        let open = stripe.key_in_use().is_some();
        let PlanTerms { plan, title, summary, currency, .. } = terms;
        Self {
            plan,
            title,
            summary,
            price_minor: month.price_minor,
            price_year_minor: year.price_minor,
            currency,
            jobs_per_month: terms.jobs_per_month,
            workflows: terms.workflows,
            features: terms.features,
            sold_monthly: open && month.stripe_price.is_some(),
            sold_yearly: open && year.stripe_price.is_some(),
        }
    }
}

impl Operation for ShowTiers {
    const META: Meta = Meta {
        name: "pricing-tiers",
        route: Route::get("/api/pricing/tiers"),
        access: Access::Public,
        cost: Cost::Memory,
        log: Log::Http,
    };
    type Output = Tiers;

    fn run(&self, cx: &Cx) -> Result<Tiers> {
        let stripe = &cx.deps.settings.stripe;
        let tiers = cx.deps.resident::<Plans>().tiers(stripe, |_| None);
        Ok(Tiers { tiers, test_mode: stripe.key_in_use().map(|_| !stripe.is_live()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pricing() -> Pricing {
        serde_json::from_str(include_str!("../../configs/pricing.json")).unwrap()
    }

    #[test]
    fn the_default_is_valid_and_says_what_the_plans_hold() {
        let pricing = pricing();
        assert_eq!(pricing.validate(), Ok(()));
        let limits: Vec<_> = pricing.plans.iter().map(|terms| terms.jobs_per_month).collect();
        assert_eq!(limits, [Some(50), Some(1_000), Some(10_000), None]);
    }

    #[test]
    fn a_missing_or_doubled_plan_and_odd_money_are_refused() {
        let mut missing = pricing();
        missing.plans.remove(1);
        assert!(missing.validate().unwrap_err().contains("starter"));
        let mut doubled = pricing();
        doubled.plans.push(doubled.plans[0].clone());
        assert!(doubled.validate().unwrap_err().contains("free"));
        let mut odd = pricing();
        odd.plans[1].currency = "USD".into();
        assert!(odd.validate().unwrap_err().contains("currency"));
        odd.plans[1].price_minor = Some(-1);
        assert!(odd.validate().unwrap_err().contains("negative"));
        let mut year = pricing();
        year.plans[2].price_year_minor = Some(-1);
        assert!(year.validate().unwrap_err().contains("the price of pro is negative"));
        for rate in [0.0, -0.5, f64::NAN, f64::INFINITY] {
            let mut free = pricing();
            free.base_rate_usd_per_minute = Some(rate);
            assert!(free.validate().unwrap_err().contains("base_rate"), "{rate}");
        }
    }

    #[test]
    fn a_document_from_before_there_were_years_and_rates_still_holds() {
        let mut document: serde_json::Value =
            serde_json::from_str(include_str!("../../configs/pricing.json")).unwrap();
        document.as_object_mut().unwrap().remove("base_rate_usd_per_minute");
        for plan in document["plans"].as_array_mut().unwrap() {
            for newer in ["summary", "price_year_minor", "features"] {
                plan.as_object_mut().unwrap().remove(newer);
            }
        }
        let pricing = Pricing::parse(&document.to_string()).unwrap();
        assert_eq!((pricing.plans[2].price_year_minor, pricing.base_rate_usd_per_minute), (None, None));
    }
}
