//! The services of others that are configured; what is not configured is absent, and says which setting is missing.

use std::sync::Arc;

use crate::config::{Settings, StripeMode};
use crate::outbound::{Mailer, Notion, NotionOverHttp, Smtp, Stripe, StripeOverHttp};
use crate::platform::{Fault, Result, Secret};

/// The services that are configured.
#[derive(Clone, Default)]
pub struct Outside {
    /// Takes payments.
    pub stripe: Option<Arc<dyn Stripe>>,
    /// Takes mail; without one, mail lies in a file.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Shows people a copy of what is stored here.
    pub notion: Option<Arc<dyn Notion>>,
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
        let notion = settings.notion.token.as_ref().map(|token| {
            let notion: Arc<dyn Notion> =
                Arc::new(NotionOverHttp::new(&settings.notion.api_base, token.clone()));
            notion
        });
        Self { stripe: stripe.key_in_use().map(connect), mailer, notion }
    }

    /// Notion, or `NotConfigured` with the setting that is missing.
    pub fn notion(&self) -> Result<&dyn Notion> {
        self.notion
            .as_deref()
            .ok_or_else(|| Fault::not_configured("NOTION_TOKEN", "rows are mirrored to Notion"))
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
