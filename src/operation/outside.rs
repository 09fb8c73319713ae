//! The services of others that are configured; what is not configured is absent, and says which setting is missing.

use std::sync::Arc;

use crate::config::{Settings, StripeMode};
use crate::outbound::{Mailer, Smtp, Stripe, StripeOverHttp};
use crate::platform::{Fault, Result, Secret};

/// The services that are configured.
#[derive(Clone, Default)]
pub struct Outside {
    /// Takes payments.
    pub stripe: Option<Arc<dyn Stripe>>,
    /// Takes mail; without one, mail lies in a file.
    pub mailer: Option<Arc<dyn Mailer>>,
}

impl Outside {
    /// As the settings say.
    pub fn of(settings: &Settings) -> Self {
        let stripe = &settings.stripe;
        let connect = |key: &Secret| {
            let stripe: Arc<dyn Stripe> = Arc::new(StripeOverHttp::new(&stripe.api_base, key.clone()));
            stripe
        };
        let mailer = settings.smtp.as_ref().map(|url| {
            let mailer: Arc<dyn Mailer> = Arc::new(Smtp::new(url, settings.email_from.clone()));
            mailer
        });
        Self { stripe: stripe.key_in_use().map(connect), mailer }
    }

    /// Stripe, or `NotConfigured` with the setting that is missing.
    pub fn stripe(&self, settings: &Settings) -> Result<&dyn Stripe> {
        let setting = match settings.stripe.mode {
            StripeMode::Test => "STRIPE_SECRET_KEY",
            StripeMode::Live => "STRIPE_SECRET_LIVE",
        };
        self.stripe.as_deref().ok_or_else(|| Fault::not_configured(setting, "payments go through Stripe"))
    }
}
