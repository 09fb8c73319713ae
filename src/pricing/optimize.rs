//! Which rate the quality and the margins of the last 30 days suggest. Nothing is changed by asking.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql::JOBS;
use crate::customers::{Plans, RateOrigin};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::Result;
use crate::store::{args, row};

/// How far it looks back.
const SPAN: Duration = Duration::from_secs(30 * 24 * 3_600);
/// With fewer jobs chance decides more than they do.
const FEWEST_JOBS: i64 = 20;
/// A score that leaves the rate as it is.
const EXPECTED_QA: f64 = 90.0;
/// A margin in per cent that leaves the rate as it is.
const EXPECTED_MARGIN: f64 = 50.0;
/// A margin below this is taken as this: a loss must not multiply the rate.
const LEAST_MARGIN: f64 = 20.0;
/// How far one factor may go.
const FACTOR: (f64, f64) = (0.85, 1.15);
/// How far the rate may go in one step. Slack as long as the factors go less far; it holds whatever they become.
const STEP: (f64, f64) = (0.8, 1.25);
/// A change of less than this is none.
const WORTH_A_CHANGE: f64 = 0.01;
/// Milliseconds of a minute.
const MINUTE: f64 = 60_000.0;

/// Suggest a rate from the quality and the margins of the last 30 days of jobs. Nothing is changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct OptimizePricing {}

/// What the jobs say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PricingAdvice {
    /// The rate that is set, in US dollars a minute.
    pub current_rate: f64,
    /// Where that rate comes from.
    pub rate_origin: RateOrigin,
    /// The rate that they suggest, in US dollars a minute; null when there are too few jobs.
    pub new_rate: Option<f64>,
    /// By what the rate would be multiplied, the mean of both factors; null when there are too few jobs.
    pub adjustment: Option<f64>,
    /// What it was computed from.
    pub factors: PricingFactors,
    /// In one word.
    pub recommendation: PricingRecommendation,
}

/// What a suggestion was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PricingFactors {
    /// The mean quality score, 0 to 100; null without jobs.
    pub qa_avg: Option<f64>,
    /// The mean score over 90, from 0.85 to 1.15; null when there are too few jobs.
    pub qa_factor: Option<f64>,
    /// The mean margin at the rate that is set, in per cent; null without jobs.
    pub margin_avg: Option<f64>,
    /// 50 over the mean margin, from 0.85 to 1.15; null when there are too few jobs.
    pub margin_factor: Option<f64>,
    /// How many jobs of the last 30 days have a score and took measurable time.
    pub jobs: i64,
}

/// What to do with the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PricingRecommendation {
    /// Ask for more.
    Increase,
    /// Ask for less.
    Decrease,
    /// Leave it: the suggestion is less than one per cent away.
    Maintain,
    /// Fewer than 20 jobs.
    InsufficientData,
}

impl PricingRecommendation {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Increase => "increase the rate",
            Self::Decrease => "decrease the rate",
            Self::Maintain => "leave the rate",
            Self::InsufficientData => "too few jobs to say",
        }
    }
}

struct Measured {
    jobs: i64,
    qa_mean: Option<f64>,
    /// Millionths of a dollar a millisecond.
    cost_rate: Option<f64>,
}

row! { Measured { jobs, qa_mean, cost_rate } }

impl Operation for OptimizePricing {
    const META: Meta = Meta {
        name: "optimize-pricing",
        route: Route::post("/api/pricing/optimize"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Billing,
    };
    type Output = PricingAdvice;

    fn run(&self, cx: &Cx) -> Result<PricingAdvice> {
        let (rate, origin) = cx.deps.resident::<Plans>().rate();
        let (since, now) = (cx.now.minus(SPAN), cx.now);
        let measured: Measured = cx.deps.store.read(|tx| tx.one(JOBS, args![since, now]))?;
        Ok(advise(rate, origin, &measured))
    }
}

fn advise(rate: f64, rate_origin: RateOrigin, measured: &Measured) -> PricingAdvice {
    // What a job brings in grows with its time, so the mean margin follows from the mean cost of a millisecond.
    let earned = rate * 1e6 / MINUTE;
    let margin_avg = measured.cost_rate.map(|cost| 100.0 * (1.0 - cost / earned));
    let mut advice = PricingAdvice {
        current_rate: rate,
        rate_origin,
        new_rate: None,
        adjustment: None,
        factors: PricingFactors {
            qa_avg: measured.qa_mean.map(rounded),
            qa_factor: None,
            margin_avg: margin_avg.map(rounded),
            margin_factor: None,
            jobs: measured.jobs,
        },
        recommendation: PricingRecommendation::InsufficientData,
    };
    let (Some(qa), Some(margin), FEWEST_JOBS..) = (measured.qa_mean, margin_avg, measured.jobs) else {
        return advice;
    };
    let qa_factor = (qa / EXPECTED_QA).clamp(FACTOR.0, FACTOR.1);
    let margin_factor = (EXPECTED_MARGIN / margin.max(LEAST_MARGIN)).clamp(FACTOR.0, FACTOR.1);
    let adjustment = f64::midpoint(qa_factor, margin_factor);
    let new_rate = (rate * adjustment).clamp(STEP.0 * rate, STEP.1 * rate);
    advice.factors.qa_factor = Some(rounded(qa_factor));
    advice.factors.margin_factor = Some(rounded(margin_factor));
    advice.adjustment = Some(rounded(adjustment));
    advice.new_rate = Some(rounded(new_rate));
    advice.recommendation = match new_rate / rate - 1.0 {
        change if change.abs() < WORTH_A_CHANGE => PricingRecommendation::Maintain,
        change if change > 0.0 => PricingRecommendation::Increase,
        _ => PricingRecommendation::Decrease,
    };
    advice
}

/// Four decimals: a hundredth of a cent.
fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(rate: f64, jobs: i64, qa: f64, margin: f64) -> PricingAdvice {
        let cost_rate = Some(rate * 1e6 / MINUTE * (1.0 - margin / 100.0));
        advise(rate, RateOrigin::BuiltIn, &Measured { jobs, qa_mean: Some(qa), cost_rate })
    }

    #[test]
    fn the_rate_follows_quality_and_margin_within_its_bounds() {
        // By hand: 87.6667/90 = 0.97407, 50/44 = 1.13636, mean 1.05522.
        let found = advice(0.5, 20, 263.0 / 3.0, 44.0);
        assert_eq!((found.adjustment, found.new_rate), (Some(1.0552), Some(0.5276)));
        assert_eq!(found.recommendation, PricingRecommendation::Increase);
        assert_eq!((found.factors.qa_factor, found.factors.margin_factor), (Some(0.9741), Some(1.1364)));
        // Poor work that earns a lot, and the other way round: each factor at its bound.
        assert_eq!(advice(1.0, 50, 10.0, 99.0).new_rate, Some(0.85));
        assert_eq!(advice(1.0, 50, 10.0, 99.0).recommendation, PricingRecommendation::Decrease);
        let losing = advice(1.0, 50, 100.0, -300.0);
        assert_eq!((losing.factors.margin_factor, losing.factors.margin_avg), (Some(1.15), Some(-300.0)));
        assert_eq!(advice(1.0, 50, 90.0, 50.0).recommendation, PricingRecommendation::Maintain);
        assert_eq!(advice(1.0, 50, 90.5, 50.0).recommendation, PricingRecommendation::Maintain);
    }

    #[test]
    fn too_few_jobs_suggest_nothing_but_are_shown() {
        let found = advice(0.5, 19, 95.0, 60.0);
        assert_eq!(found.recommendation, PricingRecommendation::InsufficientData);
        assert_eq!((found.new_rate, found.adjustment), (None, None));
        assert_eq!((found.factors.qa_avg, found.factors.margin_avg), (Some(95.0), Some(60.0)));
        let none = advise(0.5, RateOrigin::BuiltIn, &Measured { jobs: 0, qa_mean: None, cost_rate: None });
        assert_eq!((none.factors.qa_avg, none.factors.jobs), (None, 0));
        assert_ne!(advice(0.5, 20, 95.0, 60.0).recommendation, PricingRecommendation::InsufficientData);
    }
}
