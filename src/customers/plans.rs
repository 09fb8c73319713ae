//! What the plans cost and hold: configs/pricing.json, a document that may change while the server runs.

use std::any::Any;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::config::{HotDocument, Validate};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Deps, Meta, Operation, Route, hot_source};
use crate::platform::Result;

/// The document.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    /// From the smallest to the largest.
    pub plans: Vec<PlanTerms>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanTerms {
    /// Which plan.
    pub plan: Plan,
    /// Its name for people.
    pub title: String,
    /// The price of a month in minor units; null when it is agreed on request.
    pub price_minor: Option<i64>,
    /// ISO 4217, lower case.
    pub currency: String,
    /// How many jobs a month it holds; null without a limit.
    pub jobs_per_month: Option<u32>,
    /// How many workflows it holds; null without a limit.
    pub workflows: Option<u32>,
}

impl Validate for Pricing {
    fn validate(&self) -> Result<(), String> {
        for plan in [Plan::Free, Plan::Starter, Plan::Pro, Plan::Enterprise] {
            let count = self.plans.iter().filter(|terms| terms.plan == plan).count();
            if count != 1 {
                return Err(format!("the plan {} stands there {count} times; expected once", plan.as_str()));
            }
        }
        for terms in &self.plans {
            let name = terms.plan.as_str();
            if terms.price_minor.is_some_and(|price| price < 0) {
                return Err(format!("the price of {name} is negative"));
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
pub struct Plans(HotDocument<Pricing>);

impl Plans {
    /// Read the document, or take the default built into the binary.
    pub fn build(deps: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        let default = include_str!("../../configs/pricing.json");
        Ok(Box::new(Self(HotDocument::open(
            "pricing",
            default,
            hot_source(deps, "pricing"),
            deps.clock.clone(),
        )?)))
    }

    /// Look whether the document has changed; tell health how it is doing.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let own = deps.resident::<Self>();
        own.0.refresh_when_due();
        deps.troubles.report("pricing", own.0.state().degraded);
        Ok(())
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

/// The plans.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tiers {
    /// From the smallest to the largest.
    pub tiers: Vec<PlanTerms>,
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
        Ok(Tiers { tiers: cx.deps.resident::<Plans>().0.get().value.plans.clone() })
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
    }
}
