//! Questions that everybody asks of a back office, as SQL to begin with. Each is run by a test; `warehouse query` prints
//! and runs them.

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A question that has its SQL ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Question {
    /// What was paid and given back, by month and currency.
    RevenueByMonth,
    /// Jobs, their quality and how many reached their target, by kind.
    QaByKind,
    /// What the work cost, by month and plan of the customer.
    CostByPlan,
    /// Customers by the month they came in, and how many of them have paid since.
    CustomersByMonth,
    /// What operators told each other, by week and severity.
    EventsByWeek,
}

impl Question {
    /// All.
    pub const ALL: [Self; 5] =
        [Self::RevenueByMonth, Self::QaByKind, Self::CostByPlan, Self::CustomersByMonth, Self::EventsByWeek];

    /// Its name, as one asks for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RevenueByMonth => "revenue_by_month",
            Self::QaByKind => "qa_by_kind",
            Self::CostByPlan => "cost_by_plan",
            Self::CustomersByMonth => "customers_by_month",
            Self::EventsByWeek => "events_by_week",
        }
    }

    /// What it asks, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::RevenueByMonth => "What was paid and given back, by month and currency (minor units)",
            Self::QaByKind => "Jobs, their quality and how many reached their target, by kind",
            Self::CostByPlan => "What the work cost, by month and plan of the customer (US dollars)",
            Self::CustomersByMonth => {
                "Customers by the month they came in, and how many of them have paid since"
            }
            Self::EventsByWeek => "What operators told each other, by week and severity",
        }
    }

    /// The SQL, without a semicolon. Months and weeks are those of UTC.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::RevenueByMonth => {
                "SELECT to_char(date_trunc('month', created_at AT TIME ZONE 'UTC'), 'YYYY-MM') AS month, currency,
       count(*) AS payments, sum(amount_minor) AS paid_minor, sum(refunded_minor) AS refunded_minor,
       sum(amount_minor - refunded_minor) AS net_minor
FROM warehouse.payments
WHERE deleted_at IS NULL AND status = 'succeeded'
GROUP BY 1, 2
ORDER BY 1 DESC, 2"
            }
            Self::QaByKind => {
                "SELECT kind, count(*) AS jobs, count(qa_score) AS scored, round(avg(qa_score)::numeric, 1) AS qa_average,
       round(100.0 * count(*) FILTER (WHERE qa_score >= qa_target) / nullif(count(qa_score), 0), 1) AS passed_percent
FROM warehouse.jobs
WHERE deleted_at IS NULL
GROUP BY 1
ORDER BY jobs DESC, kind"
            }
            Self::CostByPlan => {
                "SELECT to_char(date_trunc('month', j.created_at AT TIME ZONE 'UTC'), 'YYYY-MM') AS month, c.plan,
       count(*) AS jobs, round(sum(j.cost_micro) / 1000000.0, 2) AS cost,
       sum(j.tokens_in) AS tokens_in, sum(j.tokens_out) AS tokens_out
FROM warehouse.jobs j JOIN warehouse.customers c ON c.id = j.customer_id
WHERE j.deleted_at IS NULL
GROUP BY 1, 2
ORDER BY 1 DESC, 2"
            }
            Self::CustomersByMonth => {
                "SELECT to_char(date_trunc('month', c.created_at AT TIME ZONE 'UTC'), 'YYYY-MM') AS month,
       count(*) AS customers,
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM warehouse.payments p
         WHERE p.customer_id = c.id AND p.status = 'succeeded' AND p.deleted_at IS NULL)) AS have_paid
FROM warehouse.customers c
WHERE c.deleted_at IS NULL
GROUP BY 1
ORDER BY 1 DESC"
            }
            Self::EventsByWeek => {
                "SELECT to_char(date_trunc('week', created_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_of, severity,
       count(*) AS events, count(DISTINCT kind) AS kinds
FROM warehouse.ops_events
WHERE deleted_at IS NULL
GROUP BY 1, 2
ORDER BY 1 DESC, 2"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_command_and_of_json() {
        for question in Question::ALL {
            assert_eq!(serde_json::to_value(question).unwrap(), question.as_str());
            assert_eq!(question.to_possible_value().unwrap().get_name(), question.as_str());
            assert!(!question.sql().contains(';') && question.sql().starts_with("SELECT"));
        }
    }
}
