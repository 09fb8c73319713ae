//! Statements about invoices and payments.

use crate::store::statements;

statements! {
    HISTORY = "SELECT id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, \
        due_at, hosted_invoice_url, invoice_pdf, observed_at FROM invoices \
        WHERE customer_id = $1 AND (issued_at < $2 OR (issued_at = $2 AND id < $3)) \
        AND issued_at >= $5 AND issued_at < $6 \
        AND (CAST($7 AS TEXT) IS NULL OR $7 = CASE WHEN amount_minor > 0 AND refunded_minor >= amount_minor \
        THEN 'refunded' ELSE status END) \
        AND (CAST($8 AS TEXT) IS NULL OR LOWER(number) LIKE LOWER($8) ESCAPE '!' \
        OR LOWER(description) LIKE LOWER($8) ESCAPE '!' OR LOWER(CASE WHEN amount_minor > 0 \
        AND refunded_minor >= amount_minor THEN 'refunded' ELSE status END) LIKE LOWER($8) ESCAPE '!' \
        OR amount_minor = CAST($9 AS BIGINT) OR amount_minor = CAST($10 AS BIGINT)) \
        ORDER BY issued_at DESC, id DESC LIMIT $4";
    TIMES = "SELECT issued_at FROM invoices WHERE customer_id = $1 ORDER BY issued_at DESC";
    // What was heard of the customer's objects, and the last comparison that left all of them as Stripe has them.
    AS_OF = "SELECT MAX(heard) FROM (SELECT MAX(observed_at) AS heard FROM invoices WHERE customer_id = $1 \
        UNION ALL SELECT MAX(o.observed_at) FROM stripe_objects o \
        JOIN stripe_customers s ON s.id = o.customer_ref WHERE s.customer_id = $1 \
        UNION ALL SELECT MAX(o.observed_at) FROM stripe_objects o \
        JOIN stripe_customers s ON s.id = o.id WHERE s.customer_id = $1 \
        UNION ALL SELECT MAX(started_at) FROM reconciliations \
        WHERE since IS NULL AND is_whole AND (applied OR drift = 0)) AS times";
    NEXT_OPEN = "SELECT id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, \
        due_at, hosted_invoice_url, invoice_pdf, observed_at FROM invoices \
        WHERE customer_id = $1 AND status = 'open' ORDER BY COALESCE(due_at, issued_at), id LIMIT 1";
    OPEN = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor FROM invoices \
        WHERE customer_id = $1 AND status = 'open' GROUP BY currency ORDER BY currency";
    SPEND = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_minor - refunded_minor) AS BIGINT) AS amount_minor \
        FROM payments \
        WHERE customer_id = $1 AND status = 'succeeded' AND created_at >= $2 AND created_at < $3 \
        GROUP BY currency ORDER BY currency";

    ASKED_ADD = "INSERT INTO stripe_operations (id, kind, idempotency_key, caller_key, subject, request, state, \
        requested_by, created_at, attempts, next_try_at) \
        VALUES ($1, $2, $3, $4, $5, $6, 'started', $7, $8, 0, $9) ON CONFLICT (idempotency_key) DO NOTHING";
    ASKED_BY_KEY = "SELECT id, kind, idempotency_key, subject, request, state, response, attempts, created_at \
        FROM stripe_operations WHERE idempotency_key = $1";
    ASKED_BY_CALLER = "SELECT id, kind, idempotency_key, subject, request, state, response, attempts, created_at \
        FROM stripe_operations WHERE caller_key = $1 AND kind = $2 AND state <> 'failed' AND created_at > $3 \
        ORDER BY created_at DESC LIMIT 1";
    // Also under the charge of a payment: it may have been named before anybody knew which payment it belongs to.
    ASKED_OPEN = "SELECT id, kind, idempotency_key, subject, request, state, response, attempts, created_at \
        FROM stripe_operations WHERE kind = $1 AND (subject = $2 \
        OR subject IN (SELECT charge_id FROM payments WHERE id = $2)) AND state = 'started' ORDER BY created_at, id";
    ASKED_DECIDED = "SELECT COUNT(*) FROM stripe_operations WHERE kind = $1 AND subject = $2 AND state <> 'started'";
    ASKED_DUE = "SELECT id, kind, idempotency_key, subject, request, state, response, attempts, created_at \
        FROM stripe_operations WHERE state = 'started' AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT 20";
    ASKED_WAITING = "SELECT COUNT(*) FROM stripe_operations WHERE state = 'started'";
    ASKED_CLAIM = "UPDATE stripe_operations SET attempts = attempts + 1, next_try_at = $3 \
        WHERE id = $1 AND attempts = $2 AND state = 'started'";
    ASKED_DECIDE = "UPDATE stripe_operations SET state = $2, response = $3, error = $4, finished_at = $5 \
        WHERE id = $1 AND state = 'started'";
    ASKED_UNDECIDED = "UPDATE stripe_operations SET error = $2 WHERE id = $1 AND state = 'started'";
    // Whatever was asked for a customer, or about an invoice, payment, charge or object of theirs.
    ASKED_OF = "SELECT id, kind, idempotency_key, subject, request, state, response, attempts, created_at \
        FROM stripe_operations WHERE subject = $1 OR subject IN (SELECT id FROM invoices WHERE customer_id = $1) \
        OR subject IN (SELECT id FROM payments WHERE customer_id = $1) \
        OR subject IN (SELECT charge_id FROM payments WHERE customer_id = $1) \
        OR subject IN (SELECT o.id FROM stripe_objects o JOIN stripe_customers s ON s.id = o.customer_ref \
        WHERE s.customer_id = $1) ORDER BY id";
    ASKED_EMPTY = "UPDATE stripe_operations SET request = $2, response = $3, error = NULL WHERE id = $1";
    ASKED_FORGET = "DELETE FROM stripe_operations WHERE kind IN ('portal', 'checkout') AND state <> 'started' \
        AND created_at < $1";

    // By its own identifier or by that of the charge that counts.
    PAYMENT = "SELECT id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, created_at \
        FROM payments WHERE id = $1 OR charge_id = $1 ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, id LIMIT 1";
    PAYMENTS = "SELECT id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, created_at \
        FROM payments WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) \
        AND (CAST($2 AS TEXT) IS NULL OR status = $2) AND created_at >= $3 \
        AND (created_at < $4 OR (created_at = $4 AND id < $5)) \
        AND (CAST($7 AS TEXT) IS NULL OR LOWER(id) LIKE LOWER($7) ESCAPE '!' \
        OR LOWER(invoice_id) LIKE LOWER($7) ESCAPE '!' OR LOWER(customer_id) LIKE LOWER($7) ESCAPE '!' \
        OR LOWER(status) LIKE LOWER($7) ESCAPE '!' \
        OR amount_minor = CAST($8 AS BIGINT) OR amount_minor = CAST($9 AS BIGINT)) \
        ORDER BY created_at DESC, id DESC LIMIT $6";
    // Asked for and undecided, or decided and still on its way.
    REFUNDS_UNDER_WAY = "SELECT COALESCE((SELECT id FROM payments WHERE charge_id = subject LIMIT 1), subject) \
        AS payment_id FROM stripe_operations WHERE kind = 'refund' AND state = 'started' \
        UNION SELECT payment_id FROM refunds WHERE status = 'pending' AND payment_id IS NOT NULL";
    RECONCILED_COUNTS = "SELECT counts FROM reconciliations ORDER BY started_at DESC, id DESC LIMIT 1";
    RECONCILED_LAST = "SELECT id, started_at, finished_at, since, applied, drift, is_whole FROM reconciliations \
        ORDER BY started_at DESC, id DESC LIMIT 1";
    SUBSCRIPTIONS_LIVE = "SELECT COUNT(*) FROM subscriptions WHERE customer_id = $1 \
        AND status IN ('active', 'trialing', 'past_due')";
    RENEWAL = "SELECT period_ends_at, cancels_at_period_end FROM subscriptions WHERE customer_id = $1 \
        AND status IN ('active', 'trialing', 'past_due') AND period_ends_at IS NOT NULL \
        ORDER BY period_ends_at DESC, id LIMIT 1";
    PAYMENT_TOTALS = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_minor) AS BIGINT) AS volume_minor, \
        CAST(SUM(refunded_minor) AS BIGINT) AS refunded_minor FROM payments \
        WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) AND status = 'succeeded' AND created_at >= $2 \
        GROUP BY currency ORDER BY currency";
    // A declined intent waits for another card under the word `requires_payment_method`, as one does that nobody has
    // tried to pay yet; only the first has a reason of failure.
    PAYMENT_OUTCOMES = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN status = 'succeeded' THEN 1 ELSE 0 END), 0) \
        AS BIGINT) FROM payments WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) AND created_at >= $2 \
        AND (status IN ('succeeded', 'failed', 'canceled') \
        OR (status = 'requires_payment_method' AND failure IS NOT NULL))";
    INVOICE_ADD = "INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
        status, issued_at, due_at, hosted_invoice_url, invoice_pdf, observed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
    PAYMENT_ADD = "INSERT INTO payments (id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (id) DO NOTHING";
}
