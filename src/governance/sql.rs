//! Statements about proposals.

use crate::store::statements;

statements! {
    LIST = "SELECT id, title, why, priority, effort, status, engine, proposed_at FROM governance_items \
        WHERE (CAST($1 AS TEXT) IS NULL OR status = $1) \
        AND (proposed_at < $2 OR (proposed_at = $2 AND id < $3)) \
        ORDER BY proposed_at DESC, id DESC LIMIT $4";
    ADD = "INSERT INTO governance_items (id, title, why, priority, effort, status, engine, proposed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
}
