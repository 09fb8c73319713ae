//! Statements about support tickets.

use crate::store::statements;

statements! {
    ADD = "INSERT INTO support_tickets (id, customer_id, email, topic, message, job_id, status, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)";
    OWN = "SELECT id, customer_id, email, topic, message, job_id, status, created_at, answered_at, answer \
        FROM support_tickets WHERE customer_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)) \
        AND (CAST($5 AS TEXT) IS NULL OR LOWER(message) LIKE LOWER($5) ESCAPE '!' \
        OR LOWER(answer) LIKE LOWER($5) ESCAPE '!') \
        ORDER BY created_at DESC, id DESC LIMIT $4";
    EVERY = "SELECT id, customer_id, email, topic, message, job_id, status, created_at, answered_at, answer \
        FROM support_tickets WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) \
        AND (CAST($4 AS TEXT) IS NULL OR status = $4) AND (CAST($5 AS TEXT) IS NULL OR customer_id = $5) \
        ORDER BY created_at DESC, id DESC LIMIT $3";
    FIND = "SELECT id, customer_id, email, topic, message, job_id, status, created_at, answered_at, answer \
        FROM support_tickets WHERE id = $1";
    // By its index: asked every two seconds. The count alone is the same when one comes and another is answered.
    MARK = "SELECT COUNT(*), MAX(id) FROM support_tickets WHERE status = 'open'";
    ANSWER = "UPDATE support_tickets SET status = $2, answer = $3, answered_at = $4 WHERE id = $1 AND status = 'open'";
    FORGET = "DELETE FROM support_tickets WHERE customer_id = $1 OR email = $2";
    FORGET_ADDRESS = "DELETE FROM support_tickets WHERE customer_id IS NULL AND email = $1";
    FORGET_OLD = "DELETE FROM support_tickets WHERE customer_id IS NULL AND COALESCE(answered_at, created_at) < $1";
    // Whether a job is the customer's own: a ticket must not tell whether another's identifier exists.
    OWN_JOB = "SELECT COUNT(*) FROM jobs WHERE id = $1 AND customer_id = $2";
}
