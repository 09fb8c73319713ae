//! Statements about invoices and payments.

use crate::store::statements;

statements! {
    HISTORY = "SELECT id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, \
        due_at, hosted_invoice_url, invoice_pdf, observed_at FROM invoices \
        WHERE customer_id = $1 AND (issued_at < $2 OR (issued_at = $2 AND id < $3)) \
        AND issued_at >= $5 AND issued_at < $6 \
        AND (CAST($7 AS TEXT) IS NULL OR $7 = CASE WHEN amount_minor > 0 AND refunded_minor >= amount_minor \
        THEN 'refunded' ELSE status END) \
        ORDER BY issued_at DESC, id DESC LIMIT $4";
    TIMES = "SELECT issued_at FROM invoices WHERE customer_id = $1 ORDER BY issued_at DESC";
    // What was heard of the customer's objects, and the last comparison that left all of them as Stripe has them.
    AS_OF = "SELECT MAX(heard) FROM (SELECT MAX(observed_at) AS heard FROM invoices WHERE customer_id = $1 \
        UNION ALL SELECT MAX(o.observed_at) FROM stripe_objects o \
        JOIN stripe_customers s ON s.id = o.customer_ref WHERE s.customer_id = $1 \
        UNION ALL SELECT MAX(o.observed_at) FROM stripe_objects o \
        JOIN stripe_customers s ON s.id = o.id WHERE s.customer_id = $1 \
        UNION ALL SELECT MAX(started_at) FROM reconciliations \
        WHERE since IS NULL AND (applied OR drift = 0)) AS times";
    NEXT_OPEN = "SELECT id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, \
        due_at, hosted_invoice_url, invoice_pdf, observed_at FROM invoices \
        WHERE customer_id = $1 AND status = 'open' ORDER BY COALESCE(due_at, issued_at), id LIMIT 1";
    OPEN = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor FROM invoices \
        WHERE customer_id = $1 AND status = 'open' GROUP BY currency ORDER BY currency";
    SPEND = "SELECT currency, COUNT(*) AS count, CAST(SUM(amount_minor - refunded_minor) AS BIGINT) AS amount_minor \
        FROM payments \
        WHERE customer_id = $1 AND status = 'succeeded' AND created_at >= $2 AND created_at < $3 \
        GROUP BY currency ORDER BY currency";
    INVOICE_ADD = "INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
        status, issued_at, due_at, hosted_invoice_url, invoice_pdf, observed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
    PAYMENT_ADD = "INSERT INTO payments (id, customer_id, invoice_id, amount_minor, refunded_minor, currency, status, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (id) DO NOTHING";
}
