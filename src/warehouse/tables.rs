//! What is copied: for each table its columns, what they mean, and the indexes that usual questions need. Personal
//! data stays behind: no name, no e-mail address, no payment provider's identifier, and not what a customer wrote.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sql;
use crate::store::Sql;

/// A table of the warehouse that is a copy.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum WarehouseTable {
    /// Who buys.
    Customers,
    /// What was paid.
    Payments,
    /// The work that was done.
    Jobs,
    /// What operators tell each other.
    OpsEvents,
}

/// What a column holds in the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Real,
    /// Milliseconds in the source.
    Moment,
}

impl Kind {
    /// The type, as PostgreSQL spells it back.
    pub(super) const fn postgres(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "bigint",
            Self::Real => "double precision",
            Self::Moment => "timestamp with time zone",
        }
    }
}

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) comment: &'static str,
}

/// One table: the first column is the key, and every table has `created_at`.
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) comment: &'static str,
    pub(super) columns: &'static [Column],
    /// What stands after the table's name.
    pub(super) indexes: &'static [&'static str],
    /// How many rows the source has.
    pub(super) count: Sql,
    /// All rows of the source, the columns in order.
    pub(super) all: Sql,
    /// The changed rows: key and change number, then the columns, all null when the row is gone.
    pub(super) changed: Sql,
}

impl Mapping {
    /// Where `created_at` stands, by which days are told apart.
    pub(super) fn day_column(&self) -> usize {
        self.columns.iter().position(|column| column.name == "created_at").unwrap_or(0)
    }

    /// The columns' names, separated by commas, each after `prefix`.
    pub(super) fn names(&self, prefix: &str) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| format!("{prefix}{}", column.name)).collect();
        names.join(", ")
    }
}

impl WarehouseTable {
    /// All, in the order in which they are copied.
    pub const ALL: [Self; 4] = [Self::Customers, Self::Payments, Self::Jobs, Self::OpsEvents];

    /// The name, the same in source, warehouse and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Payments => "payments",
            Self::Jobs => "jobs",
            Self::OpsEvents => "ops_events",
        }
    }

    /// The table of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    pub(super) const fn mapping(self) -> &'static Mapping {
        match self {
            Self::Customers => &CUSTOMERS,
            Self::Payments => &PAYMENTS,
            Self::Jobs => &JOBS,
            Self::OpsEvents => &OPS_EVENTS,
        }
    }
}

const fn needed(name: &'static str, kind: Kind, comment: &'static str) -> Column {
    Column { name, kind, required: true, comment }
}

const fn optional(name: &'static str, kind: Kind, comment: &'static str) -> Column {
    Column { name, kind, required: false, comment }
}

/// Rows come in by time, so the first and last moment of each block say where to look: built in a glance, and a
/// thousand times smaller than a tree.
const BY_TIME: &str = "USING brin (created_at)";

const CUSTOMERS: Mapping = Mapping {
    comment: "Customers without names and addresses: join on id, ask the product who it is.",
    columns: &[
        needed("id", Kind::Text, "Identifier (ULID)"),
        needed("plan", Kind::Text, "free, starter, pro or enterprise"),
        needed("created_at", Kind::Moment, "When the account was made"),
        needed("updated_at", Kind::Moment, "When it changed last"),
        optional("disabled_at", Kind::Moment, "Since when it is switched off; null while it is in use"),
    ],
    indexes: &["(created_at)", "(plan)"],
    count: sql::CUSTOMERS_COUNT,
    all: sql::CUSTOMERS_ALL,
    changed: sql::CUSTOMERS_CHANGED,
};

const PAYMENTS: Mapping = Mapping {
    comment: "Payments. Amounts are minor units (cents) of the currency.",
    columns: &[
        needed("id", Kind::Text, "Identifier"),
        needed("customer_id", Kind::Text, "Who paid"),
        optional("invoice_id", Kind::Text, "For which invoice; null without one"),
        needed("amount_minor", Kind::Whole, "Amount in minor units of the currency"),
        needed("refunded_minor", Kind::Whole, "How much of it went back, in minor units"),
        needed("currency", Kind::Text, "ISO 4217, as the payment provider spells it"),
        needed("status", Kind::Text, "Where it stands"),
        needed("created_at", Kind::Moment, "When it was made"),
        needed("updated_at", Kind::Moment, "When it changed last"),
    ],
    indexes: &[BY_TIME, "(customer_id, created_at)"],
    count: sql::PAYMENTS_COUNT,
    all: sql::PAYMENTS_ALL,
    changed: sql::PAYMENTS_CHANGED,
};

const JOBS: Mapping = Mapping {
    comment: "AI jobs, without what the customer wrote.",
    columns: &[
        needed("id", Kind::Text, "Identifier (ULID)"),
        needed("customer_id", Kind::Text, "For whom"),
        needed("kind", Kind::Text, "What kind of task"),
        needed("status", Kind::Text, "queued, running, succeeded, failed or cancelled"),
        optional("qa_score", Kind::Real, "Quality, 0 to 100; null until it is scored"),
        needed("qa_target", Kind::Real, "The quality it had to reach"),
        needed("cost_micro", Kind::Whole, "Cost in millionths of cost_currency"),
        needed("cost_currency", Kind::Text, "ISO 4217; always USD"),
        needed("tokens_in", Kind::Whole, "Tokens sent to the model"),
        needed("tokens_out", Kind::Whole, "Tokens the model sent"),
        needed("created_at", Kind::Moment, "When it was asked for"),
        optional("started_at", Kind::Moment, "When it began"),
        optional("finished_at", Kind::Moment, "When it ended"),
    ],
    indexes: &[BY_TIME, "(customer_id, created_at)"],
    count: sql::JOBS_COUNT,
    all: sql::JOBS_ALL,
    changed: sql::JOBS_CHANGED,
};

const OPS_EVENTS: Mapping = Mapping {
    comment: "What an operator would tell a colleague: alerts, refunds, switches. Names no customer.",
    columns: &[
        needed("id", Kind::Text, "Identifier (ULID)"),
        needed("kind", Kind::Text, "What happened"),
        needed("severity", Kind::Text, "info, warning or critical"),
        needed("summary", Kind::Text, "A sentence"),
        needed("actor", Kind::Text, "Who did it: operator and the name of the key, shell or scheduler"),
        needed("created_at", Kind::Moment, "When it happened"),
    ],
    indexes: &[BY_TIME],
    count: sql::OPS_EVENTS_COUNT,
    all: sql::OPS_EVENTS_ALL,
    changed: sql::OPS_EVENTS_CHANGED,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_key_first_a_day_and_no_personal_data() {
        for table in WarehouseTable::ALL {
            let mapping = table.mapping();
            assert_eq!(mapping.columns[0].name, "id");
            let day = &mapping.columns[mapping.day_column()];
            assert!(day.kind == Kind::Moment && day.required, "{table:?}");
            for column in mapping.columns {
                assert!(!column.comment.is_empty() && !column.comment.contains('\''), "{}", column.name);
                assert!(!["email", "name", "task", "stripe_customer_id"].contains(&column.name), "{table:?}");
            }
            assert_eq!(WarehouseTable::named(table.as_str()), Some(table));
            assert_eq!(serde_json::to_value(table).unwrap(), table.as_str());
        }
    }
}
