//! Statements about customers.

use crate::store::statements;

statements! {
    BY_EMAIL = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at FROM customers \
        WHERE email = $1";
    BY_ID = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at FROM customers \
        WHERE id = $1";
    BY_STRIPE_ID = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at \
        FROM customers WHERE stripe_customer_id = $1 OR stripe_customer_id = $2";
    LIST = "SELECT id, email, name, plan, stripe_customer_id, created_at, disabled_at, erased_at FROM customers \
        WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) \
        AND (CAST($4 AS TEXT) IS NULL OR LOWER(email) LIKE LOWER($4) ESCAPE '!' \
        OR LOWER(name) LIKE LOWER($4) ESCAPE '!' OR LOWER(id) LIKE LOWER($4) ESCAPE '!') \
        AND (CAST($5 AS TEXT) IS NULL OR plan = $5) AND created_at >= $6 \
        ORDER BY created_at DESC, id DESC LIMIT $3";
    STRIPE_TAKE = "UPDATE customers SET stripe_customer_id = $2, updated_at = $3 \
        WHERE id = $1 AND stripe_customer_id IS NULL AND erased_at IS NULL";
    STRIPE_BURY = "UPDATE customers SET stripe_customer_id = $2, updated_at = $3 \
        WHERE id = $1 AND stripe_customer_id IS NULL AND erased_at IS NOT NULL";
    STRIPE_REPLACE = "UPDATE customers SET stripe_customer_id = $3, updated_at = $4 \
        WHERE id = $1 AND stripe_customer_id = $2";
    PLAN_SET = "UPDATE customers SET plan = $2, updated_at = $3 WHERE id = $1 AND plan <> $2 AND plan <> 'enterprise'";
    DISABLE = "UPDATE customers SET disabled_at = $2, updated_at = $2 WHERE id = $1 AND disabled_at IS NULL";
    ENABLE = "UPDATE customers SET disabled_at = NULL, updated_at = $2 \
        WHERE id = $1 AND disabled_at IS NOT NULL AND erased_at IS NULL";
    ENTOMB = "UPDATE customers SET email = $2, name = '', stripe_customer_id = $3, updated_at = $4, erased_at = $4, \
        disabled_at = COALESCE(disabled_at, $4) WHERE id = $1 AND erased_at IS NULL";
    // Sessions and their changes belong to sign-in, which knows customers and not the other way round: what ends or
    // changes with a customer is written here, in the transaction that does it.
    SESSIONS_END = "UPDATE sessions SET revoked_at = $2 WHERE customer_id = $1 AND revoked_at IS NULL";
    CHANGE_ANNOUNCE = "INSERT INTO auth_changes (number, kind, subject, changed_at) \
        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM auth_changes), 'customer', $1, $2)";
    ADD = "INSERT INTO customers (id, email, name, plan, stripe_customer_id, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (email) DO NOTHING";
    COUNT = "SELECT COUNT(*) FROM customers";
    FORGET_UNUSED = "DELETE FROM customers WHERE id = $1 \
        AND NOT EXISTS (SELECT 1 FROM stripe_customers WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM invoices WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM payments WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM support_tickets WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM passwords WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM sessions WHERE customer_id = $1) \
        AND NOT EXISTS (SELECT 1 FROM referrals WHERE customer_id = $1 OR referred_customer_id = $1)";

    REFERRAL_ADD = "INSERT INTO referrals (code, customer_id, referred_customer_id, status, credit_minor, currency, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING";
    REFERRALS = "SELECT code, customer_id, referred_customer_id, status, credit_minor, currency, created_at, \
        credited_at FROM referrals WHERE (CAST($1 AS TEXT) IS NULL OR customer_id = $1) \
        ORDER BY created_at DESC, code LIMIT 200";
}
