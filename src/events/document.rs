//! docs/LOGGING.md, made from the list of logs.

use std::fmt::Write as _;

use super::Log;

const HEAD: &str = "# Logs

EchoPilot writes what happens as NDJSON: one JSON object a line, one file a subject, in `LOG_DIR`.

## A line

| field | what it holds |
|---|---|
| `ts` | when, RFC 3339 in UTC with milliseconds |
| `level` | `debug`, `info`, `warn` (works, but look) or `error` (failed) |
| `event` | what happened, in snake case |
| `request_id` | the request it belongs to, as in the `X-Request-ID` header and in problem documents; else `null` |
| `caller` | `{\"kind\", \"ref\"}`: what kind of caller, and a keyed hash of who; `null` where nobody asked |
| others | the event's own: times are in milliseconds, codes are those of problem documents |

`truncated: true` marks a line whose last fields did not fit. `events_dropped` says how many lines of that log were
lost because the disk did not keep up.

No line holds a secret or a person. Customers, addresses and keys appear as keyed hashes; free text is scrubbed: what
looks like an e-mail address, token, key, card number, code or password is replaced by a word in brackets such as
`[email]`, also where it is percent-encoded, Base64, hexadecimal or escaped. Reading a log through the tail scrubs again.

A full file is put aside under a rising number (`http.000001.ndjson`); when all files exceed their cap, the oldest
segments are removed. Control characters in values are escaped, so a line is always one line.

## Files

| name | file | what is written there |
|---|---|---|
";

/// The document.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for log in Log::ALL {
        let _ = writeln!(text, "| `{}` | `{}` | {} |", log.name(), log.file_name(), log.purpose());
    }
    text
}
