//! Statements on the history of the document, and on who was given what and what came of it.

use crate::store::statements;

statements! {
    VERSION_ADD = "INSERT INTO flag_versions (digest, version, body, changed_at, changed_by) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO UPDATE SET changed_at = $4, changed_by = $5";
    VERSION_NEWEST_DIGEST = "SELECT digest FROM flag_versions ORDER BY changed_at DESC, version DESC LIMIT 1";
    VERSION_NEWEST = "SELECT body FROM flag_versions ORDER BY changed_at DESC, version DESC LIMIT 1";
    VERSION = "SELECT body FROM flag_versions WHERE version = $1 ORDER BY changed_at DESC LIMIT 1";
    VERSIONS = "SELECT version, changed_at, changed_by FROM flag_versions ORDER BY changed_at DESC, version DESC LIMIT $1";
    VERSIONS_FORGET = "DELETE FROM flag_versions WHERE changed_at < $1 AND digest NOT IN \
        (SELECT digest FROM flag_versions ORDER BY changed_at DESC LIMIT 50)";
    // A user who first had what everybody had belongs to the experiment from when chance decided.
    ASSIGNMENT_ADD = "INSERT INTO flag_assignments \
        (flag, user_hash, variant, reason, version, configuration, assigned_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (flag, user_hash, variant) DO UPDATE SET reason = excluded.reason, \
        version = excluded.version, configuration = excluded.configuration, assigned_at = excluded.assigned_at \
        WHERE flag_assignments.reason = 'static' AND excluded.reason = 'split'";
    ASSIGNMENTS_FORGET = "DELETE FROM flag_assignments WHERE assigned_at < $1";
    CONVERSION_ADD = "INSERT INTO flag_conversions (flag, goal, user_hash, value, converted_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (flag, goal, user_hash) DO NOTHING";
    CONVERSIONS_FORGET = "DELETE FROM flag_conversions WHERE converted_at < $1";
    GOALS_OF_OTHERS = "SELECT COUNT(*) FROM (SELECT DISTINCT goal FROM flag_conversions \
        WHERE flag = $1 AND goal <> $2 LIMIT $3) AS others";
    GOAL_KNOWN = "SELECT COUNT(*) FROM (SELECT 1 FROM flag_conversions WHERE flag = $1 AND goal = $2 LIMIT 1) AS one";
    // First comes who was given it first: whoever moved to another variant later counts where they began.
    ASSIGNED = "SELECT variant, configuration, day, COUNT(*) AS users, SUM(moved) AS moved, \
        MIN(version) AS first_version, MAX(version) AS last_version FROM (\
        SELECT variant, configuration, version, assigned_at / 86400000 AS day, \
            ROW_NUMBER() OVER (PARTITION BY user_hash ORDER BY assigned_at, version, variant) AS place, \
            CASE WHEN COUNT(*) OVER (PARTITION BY user_hash) > 1 THEN 1 ELSE 0 END AS moved \
        FROM flag_assignments WHERE flag = $1 AND reason = 'split') AS ordered \
        WHERE place = 1 GROUP BY variant, configuration, day ORDER BY day, configuration, variant";
    CONVERTED = "SELECT ordered.variant, ordered.configuration, c.goal, c.converted_at / 86400000 AS day, \
        COUNT(*) AS users, SUM(COALESCE(c.value, 0.0)) AS value \
        FROM (SELECT user_hash, variant, configuration, assigned_at, \
            ROW_NUMBER() OVER (PARTITION BY user_hash ORDER BY assigned_at, version, variant) AS place \
        FROM flag_assignments WHERE flag = $1 AND reason = 'split') AS ordered \
        JOIN flag_conversions c ON c.flag = $1 AND c.user_hash = ordered.user_hash \
            AND c.converted_at >= ordered.assigned_at \
        WHERE ordered.place = 1 GROUP BY ordered.variant, ordered.configuration, c.goal, day \
        ORDER BY day, ordered.configuration, ordered.variant, c.goal";
    MARK = "SELECT COALESCE((SELECT MAX(assigned_at) FROM flag_assignments), 0), \
        COALESCE((SELECT MAX(converted_at) FROM flag_conversions), 0)";
    CONVERSIONS_NEWEST = "SELECT goal, user_hash, value, converted_at FROM flag_conversions WHERE flag = $1 \
        ORDER BY converted_at DESC, goal, user_hash LIMIT $2";
}
