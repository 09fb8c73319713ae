//! What /health and /metrics say of the warehouse, kept in memory so that neither asks a store.

use std::any::Any;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::status::STALE;
use super::{LEASE, dirty, history};
use crate::operation::Deps;
use crate::platform::{Result, Timestamp};
use crate::store::lease;

/// How often the store is asked: counting what waits reads every mark, of which there may be millions.
pub const LOOKED_UP_EVERY: Duration = Duration::from_mins(1);

/// When the warehouse was last brought up to date.
pub struct WarehouseFigures {
    /// Milliseconds since 1970; [`NEVER`] before the first success and while nothing is known.
    last_success: AtomicI64,
}

const NEVER: i64 = i64::MIN;

impl WarehouseFigures {
    /// Nothing is known before it is looked up.
    ///
    /// # Errors
    /// None.
    pub fn build(_: &Deps) -> Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(Self { last_success: AtomicI64::new(NEVER) }))
    }

    /// Look it up. Without a warehouse there are no figures.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(deps: &Deps) -> Result<()> {
        if deps.settings.warehouse.is_none() {
            return Ok(());
        }
        let time = deps.store.clock().now();
        let (success, latest, waiting) = deps.store.read(|tx| {
            let is_held = lease::seen(tx, LEASE, time)?.is_some();
            Ok((history::last_success(tx)?, history::last_sync(tx, is_held)?, dirty::count(tx)?))
        })?;
        let own = deps.resident::<Self>();
        own.last_success.store(success.map_or(NEVER, Timestamp::millis), Ordering::Relaxed);
        let set = |name, help, value| deps.metrics.gauge(name, help).set(value);
        let help = "Rows that changed since they were last carried to the warehouse.";
        set("echopilot_warehouse_lag_rows", help, exact(waiting));
        if let Some(success) = success {
            let help = "When the warehouse was last brought up to date, seconds since 1970.";
            set("echopilot_warehouse_last_success_timestamp_seconds", help, exact(success.millis()) / 1000.0);
        }
        let is_stale = success.is_none_or(|success| deps.clock.now().since(success) > STALE);
        let help = "1 when the last success is older than 26 hours or there was none, else 0.";
        set("echopilot_warehouse_stale", help, f64::from(u8::from(is_stale)));
        if let Some(latest) = latest {
            let help = "1 when the last run that ended or died carried everything, else 0.";
            set("echopilot_warehouse_last_run_ok", help, f64::from(u8::from(latest.status == "ok")));
        }
        Ok(())
    }

    /// When the warehouse was last brought up to date, as far as is known.
    pub fn last_success(&self) -> Option<Timestamp> {
        Some(self.last_success.load(Ordering::Relaxed)).filter(|millis| *millis != NEVER).map(Timestamp)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and times are shown exactly up to 2^53")]
fn exact(number: i64) -> f64 {
    number as f64
}
