//! Statements of sign-in.

use crate::store::statements;

statements! {
    CODE_ADD = "INSERT INTO sign_in_codes (id, email, code_hash, browser_hash, tries, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, 0, $5, $6)";
    CODE_RETIRE = "UPDATE sign_in_codes SET used_at = $2 WHERE email = $1 AND used_at IS NULL";
    CODES_SINCE = "SELECT COUNT(*) FROM sign_in_codes WHERE email = $1 AND created_at > $2";
    CODE_TRY = "UPDATE sign_in_codes SET tries = tries + 1 \
        WHERE email = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3 \
        RETURNING id, code_hash, browser_hash";
    CODE_USE = "UPDATE sign_in_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    CODES_OF_ERASE = "DELETE FROM sign_in_codes WHERE email = $1";
    CODE_FORGET = "DELETE FROM sign_in_codes WHERE expires_at < $1";

    SESSION_ADD = "INSERT INTO sessions (id, customer_id, method, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    SESSION_KNOW = "INSERT INTO sessions (id, customer_id, method, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
    SESSION_LIVE = "SELECT s.id AS session_id, s.expires_at, c.id AS customer_id, c.email, c.name, c.plan, c.created_at \
        FROM sessions s JOIN customers c ON c.id = s.customer_id \
        WHERE s.id = $1 AND s.customer_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 \
        AND c.disabled_at IS NULL";
    SESSION_REVOKE = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    SESSIONS_OF_ERASE = "DELETE FROM sessions WHERE customer_id = $1";
    SESSION_FORGET = "DELETE FROM sessions WHERE expires_at < $1";

    CHANGE_ADD = "INSERT INTO auth_changes (number, kind, subject, changed_at) \
        VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM auth_changes), $1, $2, $3)";
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
