//! The figure of drift: what the last comparison found, whichever process made it.

use std::any::Any;
use std::time::Duration;

use super::DriftedKind;
use super::sql::RECONCILED_COUNTS;
use crate::operation::Deps;
use crate::platform::{Fault, Result};
use crate::store::args;

/// How often the store is asked for it.
pub const LOOKED_UP_EVERY: Duration = Duration::from_secs(5);

/// Keeps `echopilot_billing_drift_objects` as the last stored comparison has it, so that a scrape asks no store. Without
/// a comparison there is no figure, nor for a kind that Stripe did not list.
pub struct DriftFigure(());

impl DriftFigure {
    /// Nothing is known before it is looked up.
    ///
    /// # Errors
    /// None.
    pub fn build(_: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self(())))
    }

    /// Look it up.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(deps: &Deps) -> Result<()> {
        let counts: Option<String> = deps.store.read(|tx| tx.maybe(RECONCILED_COUNTS, args![]))?;
        let Some(counts) = counts else { return Ok(()) };
        let kinds: Vec<DriftedKind> = serde_json::from_str(&counts).map_err(Fault::internal)?;
        let help = "Objects in which the mirror differed from Stripe when they were last compared.";
        for kind in kinds {
            let labels = [("kind", kind.kind.as_str())];
            let gauge = deps.metrics.gauge_with("echopilot_billing_drift_objects", help, &labels);
            if !kind.offered {
                gauge.forget();
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "figures have no other numbers")]
            gauge.set(kind.drift() as f64);
        }
        Ok(())
    }
}
