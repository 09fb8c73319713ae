//! What experiments decide on pages: the words on buttons that begin to buy, and prices. The server decides, by the
//! visitor's cookie, which stays the same when they sign in.

use std::sync::Arc;

use echopilot_core::customers::{Plans, Tier};
use echopilot_core::flags::{self, ConvertFlag};
use echopilot_core::operation::Cx;
use http::{HeaderMap, HeaderValue};

use super::view::BuyWords;
use crate::layers::Visit;
use crate::site::Site;

/// The flag of the words on buttons that begin to buy.
const CTA_FLAG: &str = "pricing_cta";
/// What it is to bring about: a checkout that begins, or a request to talk.
const CTA_GOAL: &str = "checkout_or_lead";

/// What is decided for one visitor.
pub(super) struct Experiments {
    cx: Cx,
    visitor: String,
    /// To set when the visitor is new; where the frame sets it as well, it is the same.
    pub(super) cookie: Option<HeaderValue>,
}

impl Experiments {
    pub(super) fn of(site: &Site, visit: &Visit, headers: &HeaderMap) -> Self {
        let visitor = visit.visitor(site, headers).to_owned();
        Self { cx: visit.cx(site), visitor, cookie: visit.visitor_cookie(site, headers) }
    }

    /// The words on buttons that begin to buy; the usual ones where no flag decides.
    pub(super) fn words(&self) -> BuyWords {
        let decided = flags::evaluate(&self.cx, CTA_FLAG, &self.visitor).ok();
        decided.and_then(|decided| BuyWords::parse(decided.value.as_str()?)).unwrap_or_default()
    }

    /// The variant of a flag; none where there is no such flag.
    pub(super) fn variant(&self, flag: &str) -> Option<String> {
        flags::evaluate(&self.cx, flag, &self.visitor).ok().map(|decided| decided.variant)
    }

    /// The plans as they are offered to the visitor.
    pub(super) fn tiers(&self) -> Vec<Tier> {
        let deps = &self.cx.deps;
        deps.resident::<Plans>().tiers(&deps.settings.stripe, |flag| self.variant(flag))
    }

    /// The variant of a plan's price experiment that the visitor is shown.
    pub(super) fn price_variant(&self, plan: &str) -> Option<String> {
        let experiment = self.cx.deps.resident::<Plans>().terms(plan)?.price_experiment?;
        self.variant(&experiment.flag)
    }

    /// The visitor began to buy, or asked to talk: that counts for the words, and for every price they are shown.
    pub(super) async fn converted(self, site: &Arc<Site>) {
        let plans = self.cx.deps.resident::<Plans>();
        let experiments = ["starter", "pro", "enterprise"].map(|plan| plans.terms(plan)?.price_experiment);
        let flags = experiments.into_iter().flatten().map(|experiment| experiment.flag);
        for f in std::iter::once(CTA_FLAG.to_owned()).chain(flags) {
            let operation =
                ConvertFlag { k: self.visitor.clone(), f, goal: CTA_GOAL.to_owned(), value: None };
            // What the visitor came for is done; a figure that is not stored must not undo it. A fault of the store is
            // in the log, and a flag that does not exist measures nothing.
            let _ = site.call(self.cx.clone(), operation).await;
        }
    }
}
