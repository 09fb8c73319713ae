//! Every setting, once. Parsing, `config show`, docs/CONFIG.md and the example file read this table.

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `echopilot.toml`.
    pub key: &'static str,
    /// Its name in the environment and in the environment file.
    pub env: &'static str,
    /// Its flag, if it has one.
    pub flag: Option<&'static str>,
    /// Its value when nobody sets it; `None` when there is none or when it follows from others.
    pub default: Option<&'static str>,
    /// What the value is when nobody sets it, in words, where `default` does not say it.
    pub otherwise: &'static str,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// What a value looks like.
    pub expects: &'static str,
    /// A value for the example file.
    pub example: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

const PLAIN: Setting = Setting {
    key: "",
    env: "",
    flag: None,
    default: None,
    otherwise: "",
    secret: false,
    expects: "",
    example: "",
    doc: "",
};

/// Every setting, in the order of the documents.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "bind",
        env: "BIND",
        flag: Some("--bind"),
        default: Some("127.0.0.1:8080"),
        expects: "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
        example: "127.0.0.1:8080",
        doc: "Where the web server listens. An address that others can reach needs an https PUBLIC_BASE_URL.",
        ..PLAIN
    },
    Setting {
        key: "public_base_url",
        env: "PUBLIC_BASE_URL",
        otherwise: "`http://` and BIND, on loopback only",
        expects: "an address such as https://echopilotai.replit.app, without path or query",
        example: "https://echopilotai.replit.app",
        doc: "The address that people and services use: for links, canonical addresses and cookies.",
        ..PLAIN
    },
    Setting {
        key: "region",
        env: "REGION",
        otherwise: "none: nothing is said about it",
        expects: "a name of 1 to 40 characters, such as eu-central-1 or Frankfurt",
        example: "eu-central-1",
        doc: "Where this installation runs, as it stands in /health and on /about.",
        ..PLAIN
    },
    Setting {
        key: "data_dir",
        env: "DATA_DIR",
        flag: Some("--data-dir"),
        default: Some("data"),
        otherwise: "`data/demo` with `--demo`",
        expects: "a folder",
        example: "/var/lib/echopilot",
        doc: "The database, the mail outbox and generated secrets.",
        ..PLAIN
    },
    Setting {
        key: "config_dir",
        env: "CONFIG_DIR",
        flag: Some("--config-dir"),
        default: Some("configs"),
        otherwise: "`DATA_DIR/configs` in demo",
        expects: "a folder",
        example: "/etc/echopilot",
        doc: "This file and the documents that may change while the server runs. An absent file means the built-in \
              default. It can't be set in the file that it leads to.",
        ..PLAIN
    },
    Setting {
        key: "log_dir",
        env: "LOG_DIR",
        default: Some("logs"),
        otherwise: "`DATA_DIR/logs` in demo",
        expects: "a folder",
        example: "/var/log/echopilot",
        doc: "The NDJSON logs.",
        ..PLAIN
    },
    Setting {
        key: "database_url",
        env: "DATABASE_URL",
        otherwise: "SQLite in DATA_DIR",
        secret: true,
        expects: "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
        example: "postgres://echopilot@localhost/echopilot",
        doc: "The store.",
        ..PLAIN
    },
    Setting {
        key: "warehouse_url",
        env: "WAREHOUSE_URL",
        otherwise: "DATABASE_URL when that is PostgreSQL, else none",
        secret: true,
        expects: "postgres://USER:PASSWORD@HOST/DATABASE",
        example: "postgres://echopilot@localhost/warehouse",
        doc: "The PostgreSQL database of the warehouse; its tables lie in the schema `warehouse`.",
        ..PLAIN
    },
    Setting {
        key: "redis_url",
        env: "REDIS_URL",
        otherwise: "none: each replica counts for itself",
        secret: true,
        expects: "redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss:// for TLS",
        example: "redis://127.0.0.1:6379/0",
        doc: "Shares how often an address may ask between replicas. While it does not answer, each replica counts for itself.",
        ..PLAIN
    },
    Setting {
        key: "dashboard_key",
        env: "DASHBOARD_KEY",
        otherwise: "none: what operators do answers 503",
        secret: true,
        expects: "keys of at least 32 characters as `name:key`, separated by commas; a bare key is named `default`",
        example: "ada:replace-me-with-32-random-characters",
        doc: "The keys of operators, sent as X-Dash-Key. Several keys can be valid during a change.",
        ..PLAIN
    },
    Setting {
        key: "auth_jwt_secret",
        env: "AUTH_JWT_SECRET",
        otherwise: "on SQLite a file in DATA_DIR, made once; on PostgreSQL it must be set",
        secret: true,
        expects: "at least 32 characters that nobody can guess",
        example: "replace-me-with-48-random-characters",
        doc: "Protects the keys that sign sessions where they are stored. Every replica needs the same one.",
        ..PLAIN
    },
    Setting {
        key: "auth_jwt_exp_hrs",
        env: "AUTH_JWT_EXP_HRS",
        default: Some("24"),
        expects: "a whole number of hours from 1 to 8760",
        example: "24",
        doc: "How long a customer stays signed in.",
        ..PLAIN
    },
    Setting {
        key: "auth_legacy_secret",
        env: "AUTH_LEGACY_SECRET",
        otherwise: "none: only our own tokens are accepted",
        secret: true,
        expects: "the secret that the earlier service signed with, at least 32 characters",
        example: "replace-me-with-the-old-secret-of-32",
        doc: "Accepts tokens that an earlier service signed with HS256, for the time of a migration.",
        ..PLAIN
    },
    Setting {
        key: "auth_legacy_kid",
        env: "AUTH_LEGACY_KID",
        default: Some("legacy"),
        expects: "1 to 64 letters, digits, `-`, `_` or `.`",
        example: "legacy",
        doc: "The `kid` that those tokens carry; without it none of them is accepted.",
        ..PLAIN
    },
    Setting {
        key: "auth_legacy_until",
        env: "AUTH_LEGACY_UNTIL",
        otherwise: "none: no migration is under way",
        expects: "a time such as 2027-01-31T00:00:00Z",
        example: "2027-01-31T00:00:00Z",
        doc: "When the migration ends. It must be set with AUTH_LEGACY_SECRET.",
        ..PLAIN
    },
    Setting {
        key: "signup_mode",
        env: "SIGNUP_MODE",
        default: Some("open"),
        expects: "`open` or `invite`",
        example: "open",
        doc: "`open`: whoever proves an address becomes a customer. `invite`: only known customers can sign in; a \
              stranger sees the same answer.",
        ..PLAIN
    },
    Setting {
        key: "email_from",
        env: "EMAIL_FROM",
        default: Some("no-reply@echopilot.local"),
        expects: "an e-mail address",
        example: "no-reply@example.com",
        doc: "The sender of all mail.",
        ..PLAIN
    },
    Setting {
        key: "support_email",
        env: "SUPPORT_EMAIL",
        otherwise: "none: pages offer the form only",
        expects: "an e-mail address",
        example: "support@example.com",
        doc: "Where people can write to; shown on pages and in mail.",
        ..PLAIN
    },
    Setting {
        key: "smtp_url",
        env: "SMTP_URL",
        otherwise: "none: mail lies in DATA_DIR/outbox/emails.ndjson",
        secret: true,
        expects: "smtps://USER:PASSWORD@HOST:465, smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtp://127.0.0.1:25",
        example: "smtps://user:password@mail.example.com:465",
        doc: "The mail server. TLS is required except on loopback.",
        ..PLAIN
    },
    Setting {
        key: "stripe_mode",
        env: "STRIPE_MODE",
        default: Some("test"),
        expects: "`test` or `live`",
        example: "test",
        doc: "Which Stripe keys are used. `live` moves real money and is refused in demo.",
        ..PLAIN
    },
    Setting {
        key: "stripe_secret_key",
        env: "STRIPE_SECRET_KEY",
        otherwise: "none: payments are not configured",
        secret: true,
        expects: "a Stripe key such as sk_test_…",
        example: "sk_test_replace_me",
        doc: "The key used when STRIPE_MODE is `test`.",
        ..PLAIN
    },
    Setting {
        key: "stripe_secret_live",
        env: "STRIPE_SECRET_LIVE",
        otherwise: "none: live payments are not configured",
        secret: true,
        expects: "a Stripe key such as sk_live_… or rk_live_…",
        example: "rk_live_replace_me",
        doc: "The key used when STRIPE_MODE is `live`.",
        ..PLAIN
    },
    Setting {
        key: "stripe_webhook_secret",
        env: "STRIPE_WEBHOOK_SECRET",
        otherwise: "none: webhooks are refused",
        secret: true,
        expects: "one or more secrets such as whsec_…, separated by commas",
        example: "whsec_replace_me",
        doc: "Proves that a webhook comes from Stripe when STRIPE_MODE is `test`. Several are valid during a roll.",
        ..PLAIN
    },
    Setting {
        key: "stripe_webhook_live",
        env: "STRIPE_WEBHOOK_LIVE",
        otherwise: "none: webhooks are refused",
        secret: true,
        expects: "one or more secrets such as whsec_…, separated by commas",
        example: "whsec_replace_me",
        doc: "The same when STRIPE_MODE is `live`.",
        ..PLAIN
    },
    Setting {
        key: "stripe_api_base",
        env: "STRIPE_API_BASE",
        default: Some("https://api.stripe.com"),
        expects: "an address such as https://api.stripe.com, without path or query; http only on loopback",
        example: "https://api.stripe.com",
        doc: "Where Stripe's API is; another address only for tests.",
        ..PLAIN
    },
    Setting {
        key: "stripe_price_starter",
        env: "STRIPE_PRICE_STARTER",
        otherwise: "none: it can't be bought here",
        expects: "an identifier such as price_…",
        example: "price_replace_me",
        doc: "The price of Starter by the month.",
        ..PLAIN
    },
    Setting {
        key: "stripe_price_starter_yearly",
        env: "STRIPE_PRICE_STARTER_YEARLY",
        otherwise: "none: it can't be bought here",
        expects: "an identifier such as price_…",
        example: "price_replace_me",
        doc: "The price of Starter by the year.",
        ..PLAIN
    },
    Setting {
        key: "stripe_price_pro",
        env: "STRIPE_PRICE_PRO",
        otherwise: "none: it can't be bought here",
        expects: "an identifier such as price_…",
        example: "price_replace_me",
        doc: "The price of Pro by the month.",
        ..PLAIN
    },
    Setting {
        key: "stripe_price_pro_yearly",
        env: "STRIPE_PRICE_PRO_YEARLY",
        otherwise: "none: it can't be bought here",
        expects: "an identifier such as price_…",
        example: "price_replace_me",
        doc: "The price of Pro by the year.",
        ..PLAIN
    },
    Setting {
        key: "confirm_live",
        env: "CONFIRM_LIVE",
        otherwise: "not confirmed",
        expects: "`YES`, or `NO`",
        example: "YES",
        doc: "Lets `smoke` make a live invoice of USD 0.50 and void it again; it wants a live key and `--yes` or a \
              terminal, too.",
        ..PLAIN
    },
    Setting {
        key: "notion_token",
        env: "NOTION_TOKEN",
        otherwise: "none: nothing is mirrored to Notion",
        secret: true,
        expects: "the token of an integration, such as ntn_…",
        example: "ntn_replace_me",
        doc: "Mirrors customers and leads to Notion.",
        ..PLAIN
    },
    Setting {
        key: "notion_client_db_id",
        env: "NOTION_CLIENT_DB_ID",
        otherwise: "none: customers are not mirrored",
        expects: "32 hexadecimal digits, with or without hyphens",
        example: "0123456789abcdef0123456789abcdef",
        doc: "The database Clients, one page a customer.",
        ..PLAIN
    },
    Setting {
        key: "notion_partners_db_id",
        env: "NOTION_PARTNERS_DB_ID",
        otherwise: "none: leads are not mirrored",
        expects: "32 hexadecimal digits, with or without hyphens",
        example: "0123456789abcdef0123456789abcdef",
        doc: "The database Partners, which leads go to.",
        ..PLAIN
    },
    Setting {
        key: "notion_api_base",
        env: "NOTION_API_BASE",
        default: Some("https://api.notion.com"),
        expects: "an address such as https://api.notion.com, without path or query; http only on loopback",
        example: "https://api.notion.com",
        doc: "Where Notion's API is; another address only for tests.",
        ..PLAIN
    },
    Setting {
        key: "slo_p95_ms",
        env: "SLO_P95_MS",
        default: Some("800"),
        expects: "a whole number of milliseconds from 1 to 60000",
        example: "800",
        doc: "The promise: 95 of 100 requests are answered within this time.",
        ..PLAIN
    },
    Setting {
        key: "slo_p99_ms",
        env: "SLO_P99_MS",
        default: Some("1200"),
        expects: "a whole number of milliseconds from 1 to 60000, not below SLO_P95_MS",
        example: "1200",
        doc: "The promise: 99 of 100 requests are answered within this time.",
        ..PLAIN
    },
    Setting {
        key: "slo_avail",
        env: "SLO_AVAIL",
        default: Some("99.9"),
        expects: "a percentage of at least 50 and below 100, such as 99.9",
        example: "99.9",
        doc: "The promise: this share of requests is answered without a fault of ours. What is left of 100 is the error budget.",
        ..PLAIN
    },
    Setting {
        key: "lead_retention_days",
        env: "LEAD_RETENTION_DAYS",
        default: Some("730"),
        expects: "a whole number of days from 1 to 3650",
        example: "730",
        doc: "How long leads are kept after an address has sent its last one, and messages to support of those who were \
              not signed in.",
        ..PLAIN
    },
    Setting {
        key: "rate_limits",
        env: "RATE_LIMITS",
        otherwise: "the table below",
        expects: "groups with a count and a time, such as login=5/60s,lead=10/3600s,flags=off",
        example: "login=5/60s,lead=10/1h,flags=600/60s",
        doc: "How often one address may ask, by group of routes; groups that are not named keep their default.",
        ..PLAIN
    },
    Setting {
        key: "trusted_proxies",
        env: "TRUSTED_PROXIES",
        otherwise: "none: forwarding headers are ignored",
        expects: "addresses or networks separated by commas, such as 10.0.0.0/8,127.0.0.1",
        example: "10.0.0.0/8",
        doc: "Whose X-Forwarded-For is believed.",
        ..PLAIN
    },
    Setting {
        key: "metrics_token",
        env: "METRICS_TOKEN",
        otherwise: "none: loopback and operators only",
        secret: true,
        expects: "a token without spaces",
        example: "replace-me-with-a-random-token",
        doc: "With it, a Prometheus elsewhere may read /metrics (Authorization: Bearer).",
        ..PLAIN
    },
    Setting {
        key: "smoke_email",
        env: "SMOKE_EMAIL",
        otherwise: "none: what needs a customer is not checked",
        expects: "an e-mail address",
        example: "smoke@example.com",
        doc: "The customer that `smoke` signs in as when the server is no demonstration.",
        ..PLAIN
    },
    Setting {
        key: "smoke_password",
        env: "SMOKE_PASSWORD",
        otherwise: "none: what needs a customer is not checked",
        secret: true,
        expects: "a password",
        example: "replace-me-with-a-long-password",
        doc: "That customer's password.",
        ..PLAIN
    },
    Setting {
        key: "demo_mode",
        env: "DEMO_MODE",
        flag: Some("--demo"),
        default: Some("0"),
        expects: "1 or 0",
        example: "0",
        doc: "Try everything out on made-up data. All files lie below the demo's data folder, and nothing is sent \
              or charged.",
        ..PLAIN
    },
];

impl Setting {
    /// The setting with this key.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}
