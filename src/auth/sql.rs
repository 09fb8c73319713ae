//! Statements of sign-in.

use crate::store::statements;

statements! {
    CODE_ADD = "INSERT INTO sign_in_codes (id, email, code_hash, link_hash, browser_hash, mailed, tries, created_at, \
        expires_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)";
    CODE_RETIRE = "UPDATE sign_in_codes SET used_at = $2 WHERE email = $1 AND used_at IS NULL";
    CODES_SINCE = "SELECT COUNT(*) FROM sign_in_codes WHERE email = $1 AND created_at > $2";
    CODES_MAILED_SINCE = "SELECT COUNT(*) FROM sign_in_codes WHERE mailed = TRUE AND created_at > $1";
    CODE_TRY = "UPDATE sign_in_codes SET tries = tries + 1 \
        WHERE email = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3 \
        RETURNING id, code_hash, browser_hash";
    CODE_USE = "UPDATE sign_in_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    // The tries of the code do not count: nobody guesses 256 bits.
    LINK_USE = "UPDATE sign_in_codes SET used_at = $2 \
        WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING email";
    CODE_FORGET = "DELETE FROM sign_in_codes WHERE expires_at < $1";
    CODES_OF = "DELETE FROM sign_in_codes WHERE email = $1";

    SESSION_KNOW = "INSERT INTO sessions (id, customer_id, method, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
    SESSION_ADD = "INSERT INTO sessions (id, customer_id, method, device, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    SESSION_LIVE = "SELECT s.id AS session_id, s.expires_at, c.id AS customer_id, c.email, c.name, c.plan, c.created_at \
        FROM sessions s JOIN customers c ON c.id = s.customer_id \
        WHERE s.id = $1 AND s.customer_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 \
        AND c.disabled_at IS NULL";
    SESSIONS_OF = "SELECT id, created_at, expires_at, method, device FROM sessions \
        WHERE customer_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT 200";
    SESSION_REVOKE = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    SESSION_REVOKE_OWN = "UPDATE sessions SET revoked_at = $3 \
        WHERE id = $1 AND customer_id = $2 AND revoked_at IS NULL AND expires_at > $3";
    SESSIONS_REVOKE_OTHERS = "UPDATE sessions SET revoked_at = $3 \
        WHERE customer_id = $1 AND id <> $2 AND revoked_at IS NULL AND expires_at > $3";
    SESSION_FORGET = "DELETE FROM sessions WHERE expires_at < $1";
    SESSIONS_FORGET_OF = "DELETE FROM sessions WHERE customer_id = $1";

    PASSWORD_BY_EMAIL = "SELECT c.id AS customer_id, p.hash FROM customers c JOIN passwords p ON p.customer_id = c.id \
        WHERE c.email = $1 AND c.disabled_at IS NULL";
    PASSWORD_OF = "SELECT hash FROM passwords WHERE customer_id = $1";
    PASSWORD_EXISTS = "SELECT COUNT(*) FROM passwords WHERE customer_id = $1";
    PASSWORD_ADD = "INSERT INTO passwords (customer_id, hash, changed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (customer_id) DO NOTHING";
    PASSWORD_PUT = "INSERT INTO passwords (customer_id, hash, changed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (customer_id) DO UPDATE SET hash = $2, changed_at = $3";
    PASSWORD_REPLACE = "UPDATE passwords SET hash = $2, changed_at = $3 WHERE customer_id = $1 AND hash = $4";
    PASSWORD_FORGET_OF = "DELETE FROM passwords WHERE customer_id = $1";

    FAILURE_ADD = "INSERT INTO sign_in_failures (id, account_hash, customer_id, failed_at) \
        VALUES ($1, $2, (SELECT id FROM customers WHERE email = $3), $4)";
    FAILURES_SINCE = "SELECT COUNT(*), COALESCE(MAX(failed_at), 0) FROM sign_in_failures \
        WHERE account_hash = $1 AND failed_at > $2";
    FAILURE_REMOVE = "DELETE FROM sign_in_failures WHERE id = $1";
    FAILURES_FORGET = "DELETE FROM sign_in_failures WHERE failed_at < $1";
    FAILURES_FORGET_OF = "DELETE FROM sign_in_failures WHERE customer_id = $1";

    CHANGE_ADD = "INSERT INTO auth_changes (number, kind, subject, changed_at) \
        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM auth_changes), $1, $2, $3)";
    // As old as the newest one: for callers without a clock, since nothing but the clean-up goes by the time.
    CHANGE_ADD_AS_OF_LAST = "INSERT INTO auth_changes (number, kind, subject, changed_at) \
        SELECT COALESCE(MAX(number), 0) + 1, $1, $2, COALESCE(MAX(changed_at), 0) FROM auth_changes";
    CHANGE_LAST = "SELECT COALESCE(MAX(number), 0) FROM auth_changes";
    CHANGES_AFTER = "SELECT number, kind, subject FROM auth_changes WHERE number > $1 ORDER BY number LIMIT 1000";
    // The newest row stays, since it carries the last number.
    CHANGE_FORGET = "DELETE FROM auth_changes WHERE changed_at < $1 \
        AND number < (SELECT MAX(number) FROM auth_changes)";

    // The order in which they are tried for signing; the next one is the last resort.
    KEYS_ALL = "SELECT kid, algorithm, public_key, wrapped_key, wrapped_by, state, created_at FROM signing_keys \
        ORDER BY CASE state WHEN 'active' THEN 0 WHEN 'previous' THEN 1 ELSE 2 END, created_at DESC, kid";
    KEY_ADD = "INSERT INTO signing_keys (kid, algorithm, public_key, wrapped_key, wrapped_by, state, created_at) \
        VALUES ($1, 'EdDSA', $2, $3, $4, $5, $6)";
    KEY_TURN = "UPDATE signing_keys SET state = 'active' WHERE kid = $1 AND state = 'next'";
    KEY_RETIRE = "DELETE FROM signing_keys WHERE kid = $1 AND state = 'previous'";
    KEYS_STEP_DOWN = "UPDATE signing_keys SET state = 'previous' WHERE state = 'active'";
    KEYS_DROP_IDLE = "DELETE FROM signing_keys WHERE state <> 'active'";
    KEYS_DROP_IDLE_BUT = "DELETE FROM signing_keys WHERE state <> 'active' AND kid <> $1";
    KEYS_DROP_OLD = "DELETE FROM signing_keys WHERE state = 'previous'";

    OPERATOR_ADD = "INSERT INTO operator_sessions (id, token_hash, operator, key_digest, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    OPERATOR_LIVE = "SELECT id, operator, key_digest, expires_at FROM operator_sessions \
        WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2";
    OPERATOR_REVOKE = "UPDATE operator_sessions SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL \
        RETURNING id, operator, key_digest, expires_at";
    OPERATOR_FORGET = "DELETE FROM operator_sessions WHERE expires_at < $1";
}
