//! Statements about jobs.

use crate::store::statements;

statements! {
    LIST = "SELECT id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, tokens_out, \
        created_at, started_at, finished_at FROM jobs \
        WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) \
        AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
        ORDER BY created_at DESC, id DESC LIMIT $4";
    MONTH = "SELECT COUNT(*) AS jobs, COUNT(qa_score) AS scored, AVG(qa_score) AS qa_mean, \
        CAST(COALESCE(SUM(cost_micro), 0) AS BIGINT) AS cost_micro \
        FROM jobs WHERE customer_id = $1 AND created_at >= $2 AND created_at < $3";
    DAYS = "SELECT created_at / 86400000 AS day, COUNT(*) AS jobs, COUNT(qa_score) AS scored, \
        AVG(qa_score) AS qa_mean, CAST(COALESCE(SUM(cost_micro), 0) AS BIGINT) AS cost_micro \
        FROM jobs WHERE customer_id = $1 AND created_at >= $2 AND created_at < $3 \
        GROUP BY created_at / 86400000";
    TEXTS_FORGET = "UPDATE jobs SET task = '' WHERE customer_id = $1 AND task <> ''";
    ADD = "INSERT INTO jobs (id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, \
        tokens_out, created_at, started_at, finished_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
}
