//! Statements about measured minutes.

use crate::store::statements;

statements! {
    // The same minute of the same process again changes nothing: a write whose answer was lost is repeated.
    MINUTE_ADD = "INSERT INTO traffic_minutes (began_at, replica, requests, server_errors, limited, deliveries, \
        failed_deliveries, durations) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
        ON CONFLICT (began_at, replica) DO NOTHING";
    MINUTES = "SELECT began_at, requests, server_errors, limited, deliveries, failed_deliveries, durations \
        FROM traffic_minutes WHERE began_at >= $1 AND began_at < $2 ORDER BY began_at";
    TOTALS = "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT) AS requests, \
        CAST(COALESCE(SUM(limited), 0) AS BIGINT) AS limited, \
        CAST(COALESCE(SUM(server_errors), 0) AS BIGINT) AS server_errors \
        FROM traffic_minutes WHERE began_at >= $1 AND began_at < $2";
    MINUTES_FORGET = "DELETE FROM traffic_minutes WHERE began_at < $1";
}
