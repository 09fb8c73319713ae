//! Statements on the history of the document.

use crate::store::statements;

statements! {
    VERSION_ADD = "INSERT INTO flag_versions (digest, version, body, changed_at, changed_by) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO UPDATE SET changed_at = $4, changed_by = $5";
    VERSION_KNOWN = "SELECT COUNT(*) FROM flag_versions WHERE digest = $1";
    VERSION_NEWEST = "SELECT body FROM flag_versions ORDER BY changed_at DESC, version DESC LIMIT 1";
    VERSION = "SELECT body FROM flag_versions WHERE version = $1 ORDER BY changed_at DESC LIMIT 1";
    VERSIONS = "SELECT version, changed_at, changed_by FROM flag_versions ORDER BY changed_at DESC, version DESC LIMIT $1";
    VERSIONS_FORGET = "DELETE FROM flag_versions WHERE changed_at < $1 AND digest NOT IN \
        (SELECT digest FROM flag_versions ORDER BY changed_at DESC LIMIT 50)";
}
