"""Acknowledged writes over HTTP, many of them in one commit, beside one commit for each write on the same disk."""

import pathlib
import sqlite3
import statistics
import time

from measuring import Row, sign_in

SIGN_IN = """
wrk.method = "POST"
wrk.headers["Accept"] = "application/json"
"""

# Each lead is one of its own: a repeated one of the same day would write nothing.
LEAD = """
wrk.method = "POST"
wrk.headers["Accept"] = "application/json"
wrk.headers["Content-Type"] = "application/json"
local count = 0
math.randomseed(os.time())
local run = math.random(1, 1000000000)
function request()
  count = count + 1
  local body = string.format('{"email":"bench%d@example.com","use_case":"Number %d of run %d"}', count, count, run)
  return wrk.format(nil, nil, nil, body)
end
"""


def one_commit_each(folder, seconds):
    """Rows a second when every write pays its own flush: WAL, synchronous=FULL, one writer."""
    file = pathlib.Path(folder) / "one-by-one.sqlite"
    base = sqlite3.connect(file, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, customer TEXT, until_ms BIGINT)")
    count, start = 0, time.monotonic()
    while time.monotonic() - start < seconds:
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO sessions VALUES (?, ?, ?)", (f"{time.time_ns()}-{count}", "demo", count))
        base.execute("COMMIT")
        count += 1
    rate = count / (time.monotonic() - start)
    base.close()
    return rate


def row(run, ours, folder, what, path, script):
    """One row: our writes to `path`, in turns with one commit for each write."""
    loads, singles = [], []
    for _ in range(run.rounds):
        loads.append(run.load(ours, path, script=script))
        singles.append(one_commit_each(folder, run.seconds))
    failed, requests = sum(load.failed for load in loads), sum(load.requests for load in loads)
    p99 = statistics.median(load.p99_ms for load in loads)
    cpu = statistics.median(load.cpu_us for load in loads)
    return Row(
        what,
        statistics.median(load.per_second for load in loads), "writes/s",
        statistics.median(singles), "one commit a write",
        f"p99 {p99:.2f} ms, CPU {cpu:.1f} us a request; SQLite {sqlite3.sqlite_version}, synchronous=FULL, 64 clients",
        f"{failed} of {requests} answers were no success (a rate limit? see --set)" if failed else "",
    )


def rows(run):
    folder = run.folder()
    ours = run.echopilot(folder)
    ours.wait()
    sign_in(ours)
    yield row(run, ours, folder, "POST /auth/demo, session stored before the answer", "/auth/demo", SIGN_IN)
    yield row(run, ours, folder, "POST /api/lead, each one new, stored before the answer", "/api/lead", LEAD)
