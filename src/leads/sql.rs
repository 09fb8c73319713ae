//! Statements about leads.

use crate::store::statements;

statements! {
    ADD = "INSERT INTO leads (id, email, company, use_case, use_case_digest, day, consented_at, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email, day, use_case_digest) DO NOTHING";
    SAME_DAY = "SELECT id FROM leads WHERE email = $1 AND day = $2 AND use_case_digest = $3";
    FIND = "SELECT id, email, company, use_case, consented_at, created_at FROM leads WHERE id = $1";
    LIST = "SELECT id, email, company, use_case, consented_at, created_at FROM leads \
        WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) \
        AND (CAST($4 AS TEXT) IS NULL OR LOWER(email) LIKE LOWER($4) ESCAPE '!' \
        OR LOWER(company) LIKE LOWER($4) ESCAPE '!' OR LOWER(use_case) LIKE LOWER($4) ESCAPE '!' \
        OR LOWER(id) LIKE LOWER($4) ESCAPE '!') \
        AND created_at >= $5 ORDER BY created_at DESC, id DESC LIMIT $3";
    // By its index: asked every two seconds.
    MARK = "SELECT MAX(id) FROM leads";
    FORGET = "DELETE FROM leads WHERE email = $1";
    SILENT = "SELECT email FROM leads GROUP BY email HAVING MAX(created_at) < $1 ORDER BY email LIMIT $2";
    PAGES = "SELECT page_id FROM notion_pages WHERE kind = $2 AND subject_id IN (SELECT id FROM leads WHERE email = $1) \
        ORDER BY page_id";
    PAGES_FORGET = "DELETE FROM notion_pages \
        WHERE kind = $2 AND subject_id IN (SELECT id FROM leads WHERE email = $1)";
}
