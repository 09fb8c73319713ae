//! Statements about customers.

use crate::store::statements;

statements! {
    BY_EMAIL = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at FROM customers \
        WHERE email = $1";
    BY_ID = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at FROM customers \
        WHERE id = $1";
    STRIPE_ID_SET = "UPDATE customers SET stripe_customer_id = $2, updated_at = $3 \
        WHERE id = $1 AND stripe_customer_id IS NULL";
    ADD = "INSERT INTO customers (id, email, name, plan, stripe_customer_id, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (email) DO NOTHING";
    COUNT = "SELECT COUNT(*) FROM customers";
    BY_STRIPE = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at FROM customers \
        WHERE stripe_customer_id = $1";
    STRIPE_TAKE = "UPDATE customers SET stripe_customer_id = $2, updated_at = $3 \
        WHERE id = $1 AND stripe_customer_id IS NULL";
    STRIPE_REPLACE = "UPDATE customers SET stripe_customer_id = $3, updated_at = $4 \
        WHERE id = $1 AND stripe_customer_id = $2";
    PLAN_SET = "UPDATE customers SET plan = $2, updated_at = $3 WHERE id = $1 AND plan <> $2 AND plan <> 'enterprise'";
    // Read by auth, whose memory of sessions forgets the customer's.
    PLAN_TELL = "INSERT INTO auth_changes (number, kind, subject, changed_at) \
        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM auth_changes), 'customer', $1, $2)";
    FORGET_UNUSED = "DELETE FROM customers WHERE id = $1 \
        AND NOT EXISTS (SELECT 1 FROM stripe_customers WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM invoices WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM payments WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM sessions WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM referrals WHERE customer_id = $1 OR referred_customer_id = $1)";

    REFERRAL_ADD = "INSERT INTO referrals (code, customer_id, referred_customer_id, status, credit_minor, currency, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING";
    REFERRALS = "SELECT code, customer_id, referred_customer_id, status, credit_minor, currency, created_at, \
        credited_at FROM referrals WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) \
        ORDER BY created_at DESC, code LIMIT 200";
}
