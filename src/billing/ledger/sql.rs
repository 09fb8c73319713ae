//! Statements about received events and comparisons.

use crate::store::statements;

statements! {
    EVENT_ADD = "INSERT INTO webhook_events (id, kind, api_version, is_live, created_at, received_at, state, attempts, \
        payload) VALUES ($1, $2, $3, $4, $5, $6, 'received', 0, $7) ON CONFLICT (id) DO NOTHING";
    EVENT_STATE = "SELECT state FROM webhook_events WHERE id = $1";
    EVENT = "SELECT id, kind, api_version, is_live, created_at, received_at, state, attempts, error, applied_at, \
        payload FROM webhook_events WHERE id = $1";
    EVENT_DONE = "UPDATE webhook_events SET state = $2, attempts = attempts + 1, error = NULL, applied_at = $3 \
        WHERE id = $1";
    EVENT_FAILED = "UPDATE webhook_events SET state = 'failed', attempts = attempts + 1, error = $2 \
        WHERE id = $1 AND state <> 'applied'";
    EVENTS_EMPTY = "UPDATE webhook_events SET payload = '' WHERE LOWER(payload) LIKE $1 ESCAPE '!'";
    EVENTS_FORGET = "DELETE FROM webhook_events WHERE state IN ('applied', 'ignored') AND received_at < $1";
    EVENTS = "SELECT id, kind, api_version, is_live, created_at, received_at, state, attempts, error, applied_at \
        FROM webhook_events WHERE (received_at < $1 OR (received_at = $1 AND id < $2)) \
        AND (CAST($4 AS TEXT) IS NULL OR state = $4) AND (CAST($5 AS TEXT) IS NULL OR kind = $5) \
        ORDER BY received_at DESC, id DESC LIMIT $3";

    RECONCILED = "INSERT INTO reconciliations (id, started_at, finished_at, since, applied, counts, drift, is_whole) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}
