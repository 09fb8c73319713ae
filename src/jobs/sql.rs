//! Statements about jobs.

use crate::store::statements;

statements! {
    LIST = "SELECT id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, tokens_out, \
        created_at, started_at, finished_at FROM jobs \
        WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) \
        AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
        AND (CAST($5 AS TEXT) IS NULL OR status = $5) AND (CAST($6 AS TEXT) IS NULL OR kind = $6) \
        AND (CAST($7 AS TEXT) IS NULL OR LOWER(task) LIKE LOWER($7) ESCAPE '!' \
        OR LOWER(id) LIKE LOWER($7) ESCAPE '!') \
        ORDER BY created_at DESC, id DESC LIMIT $4";
    FIND = "SELECT id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, tokens_out, \
        created_at, started_at, finished_at FROM jobs WHERE id = $1";
    // From one kind to the next by the index, so that the number of jobs does not matter.
    KINDS = "WITH RECURSIVE found (kind) AS (SELECT MIN(kind) FROM jobs UNION ALL \
        SELECT (SELECT MIN(j.kind) FROM jobs j WHERE j.kind > found.kind) FROM found WHERE found.kind IS NOT NULL) \
        SELECT kind FROM found WHERE kind IS NOT NULL LIMIT 50";
    QUEUE = "SELECT COUNT(*) AS depth, MIN(created_at) AS oldest FROM jobs WHERE status = 'queued'";
    // Each by its own index: asked every two seconds.
    MARK = "SELECT (SELECT MAX(created_at) FROM jobs) AS created, (SELECT MAX(started_at) FROM jobs) AS started, \
        (SELECT MAX(finished_at) FROM jobs) AS finished";
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
