//! Statements about what jobs say of prices.

use crate::store::statements;

statements! {
    // A job counts when it has a score and took measurable time: only then both factors are known of it.
    JOBS = "SELECT COUNT(*) AS jobs, AVG(qa_score) AS qa_mean, \
        AVG(CAST(cost_micro AS DOUBLE PRECISION) / (finished_at - started_at)) AS cost_rate \
        FROM jobs WHERE created_at >= $1 AND created_at < $2 AND qa_score IS NOT NULL AND finished_at > started_at";
}
