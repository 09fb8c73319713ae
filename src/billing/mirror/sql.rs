//! Statements of the mirror.

use crate::store::statements;

statements! {
    OBJECT = "SELECT id, kind, parent, customer_ref, content, created_at, event_at, event_rank, is_fetched, \
        deleted_at, observed_at FROM stripe_objects WHERE id = $1";
    OBJECTS_OF_KIND = "SELECT id, kind, parent, customer_ref, content, created_at, event_at, event_rank, is_fetched, \
        deleted_at, observed_at FROM stripe_objects WHERE kind = $1 AND created_at >= $2 ORDER BY id";
    OBJECTS_BELOW = "SELECT id, kind, parent, customer_ref, content, created_at, event_at, event_rank, is_fetched, \
        deleted_at, observed_at FROM stripe_objects WHERE parent = $1 ORDER BY id";
    OBJECTS_OF_CUSTOMER = "SELECT id, kind, parent, customer_ref, content, created_at, event_at, event_rank, \
        is_fetched, deleted_at, observed_at FROM stripe_objects WHERE customer_ref = $1 ORDER BY id";
    OBJECT_PUT = "INSERT INTO stripe_objects (id, kind, parent, customer_ref, content, created_at, event_at, \
        event_rank, is_fetched, deleted_at, observed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT (id) DO UPDATE SET parent = $3, customer_ref = $4, content = $5, created_at = $6, event_at = $7, \
        event_rank = $8, is_fetched = $9, deleted_at = $10, observed_at = $11";
    OBJECT_HEARD = "UPDATE stripe_objects SET observed_at = $2 WHERE id = $1 AND observed_at < $2";

    OBJECT_EMPTY = "UPDATE stripe_objects SET content = $2 WHERE id = $1";

    LINK_ADD = "INSERT INTO payment_links (invoice_ref, payment_ref) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    LINKS_ALL = "SELECT invoice_ref, payment_ref FROM payment_links ORDER BY invoice_ref, payment_ref";
    LINKS_OF_INVOICE = "SELECT payment_ref FROM payment_links WHERE invoice_ref = $1 ORDER BY payment_ref";
    LINKS_OF_PAYMENT = "SELECT invoice_ref FROM payment_links WHERE payment_ref = $1 ORDER BY invoice_ref";

    OWNER = "SELECT s.id, s.customer_id, s.email, s.deleted_at, c.email AS address FROM stripe_customers s \
        JOIN customers c ON c.id = s.customer_id WHERE s.id = $1";
    OWNER_PUT = "INSERT INTO stripe_customers (id, customer_id, email, deleted_at, observed_at) \
        VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (id) DO UPDATE SET customer_id = $2, email = $3, deleted_at = $4, observed_at = $5";
    OTHER_LIVE = "SELECT MIN(id) FROM stripe_customers WHERE customer_id = $1 AND deleted_at IS NULL AND id <> $2";

    NAMELESS = "SELECT s.id FROM stripe_customers s WHERE NOT EXISTS (SELECT 1 FROM stripe_objects o WHERE o.id = s.id) \
        ORDER BY s.id";

    // Erasure: whose things are those of an erased customer, and what pages read of them.
    ERASED_PAYER = "SELECT CASE WHEN c.erased_at IS NULL THEN 0 ELSE 1 END FROM stripe_customers s \
        JOIN customers c ON c.id = s.customer_id WHERE s.id = $1";
    ERASED_OWNER = "SELECT COUNT(*) FROM customers WHERE erased_at IS NOT NULL AND id IN (SELECT customer_id \
        FROM payments WHERE id = $1 UNION ALL SELECT customer_id FROM invoices WHERE id = $1)";
    PAYERS_OF = "SELECT id FROM stripe_customers WHERE customer_id = $1 ORDER BY id";
    THINGS_OF = "SELECT id FROM invoices WHERE customer_id = $1 UNION SELECT id FROM payments WHERE customer_id = $1 \
        UNION SELECT id FROM subscriptions WHERE customer_id = $1";
    PAYERS_EMPTY = "UPDATE stripe_customers SET email = NULL WHERE customer_id = $1";
    INVOICES_EMPTY = "UPDATE invoices SET description = '', hosted_invoice_url = NULL, invoice_pdf = NULL \
        WHERE customer_id = $1";
    PAYMENTS_EMPTY = "UPDATE payments SET description = '', receipt_url = NULL WHERE customer_id = $1";
    REFUNDS_EMPTY = "UPDATE refunds SET reason = NULL \
        WHERE payment_id IN (SELECT id FROM payments WHERE customer_id = $1)";

    INVOICE = "SELECT id, customer_id, number, description, amount_minor, refunded_minor, currency, status, issued_at, \
        due_at, hosted_invoice_url, invoice_pdf, payment_id FROM invoices WHERE id = $1";
    INVOICE_PUT = "INSERT INTO invoices (id, customer_id, number, description, amount_minor, refunded_minor, currency, \
        status, issued_at, due_at, hosted_invoice_url, invoice_pdf, payment_id, observed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
        ON CONFLICT (id) DO UPDATE SET customer_id = $2, number = $3, description = $4, amount_minor = $5, \
        refunded_minor = $6, currency = $7, status = $8, issued_at = $9, due_at = $10, hosted_invoice_url = $11, \
        invoice_pdf = $12, payment_id = $13, observed_at = $14";
    INVOICE_UNLINK = "UPDATE payments SET invoice_id = NULL WHERE invoice_id = $1";
    INVOICE_DELETE = "DELETE FROM invoices WHERE id = $1";

    PAYMENT = "SELECT id, customer_id, invoice_id, charge_id, amount_minor, refunded_minor, currency, status, \
        description, failure, receipt_url, created_at FROM payments WHERE id = $1";
    PAYMENT_PUT = "INSERT INTO payments (id, customer_id, invoice_id, charge_id, amount_minor, refunded_minor, \
        currency, status, description, failure, receipt_url, created_at, updated_at, observed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) \
        ON CONFLICT (id) DO UPDATE SET customer_id = $2, invoice_id = $3, charge_id = $4, amount_minor = $5, \
        refunded_minor = $6, currency = $7, status = $8, description = $9, failure = $10, receipt_url = $11, \
        created_at = $12, updated_at = $13, observed_at = $13";
    PAYMENT_OWNER = "SELECT c.id, c.email FROM payments p JOIN customers c ON c.id = p.customer_id WHERE p.id = $1";
    PAYMENT_UNLINK = "UPDATE refunds SET payment_id = NULL WHERE payment_id = $1";
    PAYMENT_DELETE = "DELETE FROM payments WHERE id = $1";

    REFUND = "SELECT id, payment_id, amount_minor, currency, status, reason, created_at FROM refunds WHERE id = $1";
    REFUND_PUT = "INSERT INTO refunds (id, payment_id, amount_minor, currency, status, reason, created_at, \
        observed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
        ON CONFLICT (id) DO UPDATE SET payment_id = $2, amount_minor = $3, currency = $4, status = $5, reason = $6, \
        created_at = $7, observed_at = $8";
    REFUND_DELETE = "DELETE FROM refunds WHERE id = $1";

    SUBSCRIPTION = "SELECT id, customer_id, plan, price_id, status, period_ends_at, cancels_at_period_end, created_at \
        FROM subscriptions WHERE id = $1";
    SUBSCRIPTION_PUT = "INSERT INTO subscriptions (id, customer_id, plan, price_id, status, period_ends_at, \
        cancels_at_period_end, created_at, observed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (id) DO UPDATE SET customer_id = $2, plan = $3, price_id = $4, status = $5, period_ends_at = $6, \
        cancels_at_period_end = $7, created_at = $8, observed_at = $9";
    SUBSCRIPTION_DELETE = "DELETE FROM subscriptions WHERE id = $1";
    PLANS_OF = "SELECT DISTINCT plan FROM subscriptions WHERE customer_id = $1 AND plan IS NOT NULL \
        AND status IN ('active', 'trialing', 'past_due')";
}
