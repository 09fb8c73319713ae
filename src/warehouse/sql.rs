//! Statements on the source. Those on the target stand in `target.rs` and its neighbours: they are PostgreSQL's alone
//! and made from the mappings.

use crate::store::statements;

statements! {
    CUSTOMERS_COUNT = "SELECT COUNT(*) FROM customers";
    PAYMENTS_COUNT = "SELECT COUNT(*) FROM payments";
    JOBS_COUNT = "SELECT COUNT(*) FROM jobs";
    OPS_EVENTS_COUNT = "SELECT COUNT(*) FROM ops_events";
    CUSTOMERS_ALL = "SELECT id, plan, created_at, updated_at, disabled_at FROM customers";
    CUSTOMERS_CHANGED = "SELECT d.row_key, d.change_number, c.id, c.plan, c.created_at, c.updated_at, c.disabled_at \
        FROM warehouse_dirty d LEFT JOIN customers c ON c.id = d.row_key WHERE d.table_name = 'customers'";
    PAYMENTS_ALL = "SELECT id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, created_at, \
        updated_at FROM payments";
    PAYMENTS_CHANGED = "SELECT d.row_key, d.change_number, p.id, p.customer_id, p.invoice_id, p.amount_minor, \
        p.refunded_minor, p.currency, p.status, p.created_at, p.updated_at \
        FROM warehouse_dirty d LEFT JOIN payments p ON p.id = d.row_key WHERE d.table_name = 'payments'";
    JOBS_ALL = "SELECT id, customer_id, kind, status, qa_score, qa_target, cost_micro, 'USD' AS cost_currency, \
        tokens_in, tokens_out, created_at, started_at, finished_at FROM jobs";
    JOBS_CHANGED = "SELECT d.row_key, d.change_number, j.id, j.customer_id, j.kind, j.status, j.qa_score, \
        j.qa_target, j.cost_micro, 'USD' AS cost_currency, j.tokens_in, j.tokens_out, j.created_at, j.started_at, \
        j.finished_at FROM warehouse_dirty d LEFT JOIN jobs j ON j.id = d.row_key WHERE d.table_name = 'jobs'";
    OPS_EVENTS_ALL = "SELECT id, kind, severity, summary, actor, created_at FROM ops_events";
    OPS_EVENTS_CHANGED = "SELECT d.row_key, d.change_number, e.id, e.kind, e.severity, e.summary, e.actor, \
        e.created_at FROM warehouse_dirty d LEFT JOIN ops_events e ON e.id = d.row_key \
        WHERE d.table_name = 'ops_events'";

    DIRTY_COUNT = "SELECT COUNT(*) FROM warehouse_dirty";
    DIRTY_BY_TABLE = "SELECT table_name, COUNT(*) FROM warehouse_dirty GROUP BY table_name";
    DIRTY_EXTENT = "SELECT (SELECT COUNT(*) FROM warehouse_dirty), \
        COALESCE((SELECT MIN(change_number) FROM warehouse_dirty), 0), \
        COALESCE((SELECT MAX(change_number) FROM warehouse_dirty), 0)";
    // All of them, in the order of their key: chosen by table, SQLite would sort millions of numbers in memory.
    DIRTY_NUMBERS = "SELECT change_number, table_name FROM warehouse_dirty ORDER BY change_number";
    DIRTY_SINCE = "SELECT change_number, table_name, row_key FROM warehouse_dirty WHERE change_number > $1 \
        ORDER BY change_number LIMIT $2";
    DIRTY_CLEAR = "DELETE FROM warehouse_dirty";
    DIRTY_PUT_BACK = "INSERT INTO warehouse_dirty (change_number, table_name, row_key) VALUES ($1, $2, $3)";
    DIRTY_REMOVE = "DELETE FROM warehouse_dirty WHERE change_number BETWEEN $1 AND $2";
    DIRTY_FIND = "SELECT change_number FROM warehouse_dirty WHERE table_name = $1 AND row_key = $2";
    DIRTY_ADD = "INSERT INTO warehouse_dirty (table_name, row_key) VALUES ($1, $2) \
        ON CONFLICT (table_name, row_key) DO NOTHING";

    MARKS = "SELECT table_name, known, pending FROM warehouse_marks";
    MARK = "INSERT INTO warehouse_marks (table_name, known, pending) VALUES ($1, $2, $3) \
        ON CONFLICT (table_name) DO UPDATE SET known = $2, pending = $3";

    ATTEMPTS = "SELECT COUNT(*) FROM warehouse_syncs WHERE run_id = $1";
    NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM warehouse_syncs";
    BEGIN = "INSERT INTO warehouse_syncs (id, number, run_id, kind, is_full, status, tables, started_at) \
        VALUES ($1, $2, $3, $4, $5, 'running', '[]', $6)";
    INTERRUPT = "UPDATE warehouse_syncs SET status = 'interrupted', finished_at = $1, \
        detail = 'the process that ran it stopped' WHERE status = 'running'";
    FINISH = "UPDATE warehouse_syncs SET status = $2, detail = $3, tables = $4, finished_at = $5 WHERE id = $1";
    LATEST = "SELECT id, run_id, kind, is_full, status, detail, tables, started_at, finished_at FROM warehouse_syncs \
        WHERE kind = $1 AND finished_at IS NOT NULL ORDER BY number DESC LIMIT 1";
    RECENT = "SELECT id, run_id, kind, is_full, status, detail, tables, started_at, finished_at FROM warehouse_syncs \
        ORDER BY number DESC LIMIT $1";
    NEWEST = "SELECT id, status FROM warehouse_syncs ORDER BY number DESC LIMIT 1";
    LAST_SUCCESS = "SELECT MAX(finished_at) FROM warehouse_syncs \
        WHERE kind = 'sync' AND status IN ('ok', 'partial')";
    FORGET = "DELETE FROM warehouse_syncs WHERE started_at < $1 AND status <> 'running'";
}
