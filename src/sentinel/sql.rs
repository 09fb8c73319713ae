//! Statements about dependencies over time.

use crate::store::statements;

statements! {
    SPAN_PUT = "INSERT INTO dependency_spans (id, dependency, status, since, until) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO UPDATE SET until = $5";
    SPANS = "SELECT id, dependency, status, since, until FROM dependency_spans WHERE until >= $1 ORDER BY since, id";
    SPANS_FORGET = "DELETE FROM dependency_spans WHERE until < $1";
}
