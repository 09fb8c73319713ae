//! Statements of what operations share: stored runs, idempotency keys, the outbox.

use crate::store::statements;

statements! {
    RUN_INSERT = "INSERT INTO runs (id, operation, input, state, cause, requested_at, requested_by, attempts) \
        VALUES ($1, $2, $3, 'queued', $4, $5, $6, 0)";
    RUN_CLAIM = "UPDATE runs SET state = 'running', started_at = $2 WHERE id = $1 AND state = 'queued'";
    RUN_IS_CLAIMED = "SELECT COUNT(*) FROM runs WHERE id = $1 AND state = 'running'";
    RUN_FINISH = "UPDATE runs SET state = $2, finished_at = $3, outcome = $4, detail = $5, output = $6 \
        WHERE id = $1 AND state = 'running'";
    RUN_QUEUED = "SELECT id, operation, input, state, cause, requested_at, started_at, finished_at, outcome, detail \
        FROM runs WHERE state = 'queued' ORDER BY requested_at, id LIMIT 20";
    RUN_LATEST = "SELECT id, operation, input, state, cause, requested_at, started_at, finished_at, outcome, detail \
        FROM runs WHERE operation = $1 ORDER BY requested_at DESC, id DESC LIMIT $2";
    // A run at work holds the lease of its name; 10 s are the time between claiming a run and taking the lease.
    RUN_COUNT_ABANDONED = "SELECT COUNT(*) FROM runs WHERE state = 'running' AND started_at < $2 \
        AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.name = 'run ' || runs.id AND leases.until_ms > $1)";
    RUN_REQUEUE = "UPDATE runs SET state = 'queued', attempts = attempts + 1 WHERE state = 'running' \
        AND attempts < $2 AND started_at < $3 \
        AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.name = 'run ' || runs.id AND leases.until_ms > $1)";
    RUN_ABANDON = "UPDATE runs SET state = 'failed', finished_at = $1, outcome = 'abandoned', \
        detail = 'the process that ran it stopped, again and again' WHERE state = 'running' \
        AND attempts >= $2 AND started_at < $3 \
        AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.name = 'run ' || runs.id AND leases.until_ms > $1)";
    RUN_FORGET = "DELETE FROM runs WHERE state IN ('succeeded', 'failed') AND requested_at < $1";

    KEY_CLAIM = "INSERT INTO idempotency_keys (caller, operation, idempotency_key, request_digest, claimed_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (caller, operation, idempotency_key) DO NOTHING";
    KEY_FIND = "SELECT request_digest, status, body FROM idempotency_keys \
        WHERE caller = $1 AND operation = $2 AND idempotency_key = $3";
    KEY_TAKE_OVER = "UPDATE idempotency_keys SET claimed_at = $4 \
        WHERE caller = $1 AND operation = $2 AND idempotency_key = $3 AND status IS NULL AND claimed_at < $5";
    KEY_ANSWER = "UPDATE idempotency_keys SET status = $4, body = $5 \
        WHERE caller = $1 AND operation = $2 AND idempotency_key = $3";
    KEY_RELEASE = "DELETE FROM idempotency_keys WHERE caller = $1 AND operation = $2 AND idempotency_key = $3";
    KEY_FORGET_CALLER = "DELETE FROM idempotency_keys WHERE caller = $1 OR body LIKE $2 ESCAPE '!'";
    KEY_FORGET = "DELETE FROM idempotency_keys WHERE claimed_at < $1";

    OUTBOX_ADD = "INSERT INTO outbox (id, kind, payload, created_at, due_at, expires_at, attempts) \
        VALUES ($1, $2, $3, $4, $4, $5, 0)";
    OUTBOX_DUE = "SELECT id, kind, payload, created_at, due_at, expires_at, attempts FROM outbox \
        WHERE due_at <= $1 AND kind NOT LIKE 'notion%' ORDER BY due_at, id LIMIT 100";
    // What goes to Notion has a task of its own, so that its outage holds up no mail.
    OUTBOX_DUE_NOTION = "SELECT id, kind, payload, created_at, due_at, expires_at, attempts FROM outbox \
        WHERE due_at <= $1 AND kind LIKE 'notion%' ORDER BY due_at, id LIMIT 100";
    OUTBOX_CLAIM = "UPDATE outbox SET due_at = $3 WHERE id = $1 AND due_at = $2";
    OUTBOX_REMOVE = "DELETE FROM outbox WHERE id = $1";
    OUTBOX_POSTPONE = "UPDATE outbox SET attempts = attempts + 1, due_at = $2, last_error = $3 WHERE id = $1";
    OUTBOX_FORGET = "DELETE FROM outbox WHERE expires_at < $1";
    // The exclamation mark escapes what LIKE would read as a pattern.
    OUTBOX_FORGET_ADDRESS = "DELETE FROM outbox WHERE kind = 'mail' \
        AND (payload LIKE $1 ESCAPE '!' OR payload LIKE $2 ESCAPE '!')";
    OUTBOX_DEPTH = "SELECT COUNT(*), MIN(created_at) FROM outbox";

    PAGE_FIND = "SELECT page_id FROM notion_pages WHERE kind = $1 AND subject_id = $2";
    PAGE_KEEP = "INSERT INTO notion_pages (kind, subject_id, page_id, synced_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (kind, subject_id) DO UPDATE SET page_id = $3, synced_at = $4";
    PAGE_LATEST = "SELECT MAX(synced_at) FROM notion_pages";

    OPS_EVENTS = "SELECT id, kind, severity, summary, actor, created_at FROM ops_events \
        WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) AND (CAST($4 AS TEXT) IS NULL OR severity = $4) \
        ORDER BY created_at DESC, id DESC LIMIT $3";
    // What tells whether anything happened: a new event, a new run, a run that goes on.
    OPS_EVENT_LAST = "SELECT MAX(id) FROM ops_events";
    RUNS_MARK = "SELECT (SELECT MAX(id) FROM runs) AS last, \
        (SELECT COUNT(*) FROM runs WHERE state = 'queued') AS queued, \
        (SELECT COUNT(*) FROM runs WHERE state = 'running') AS running";
    OPS_EVENT_ADD = "INSERT INTO ops_events (id, kind, severity, summary, actor, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
}
