"""The source: a database of the product with as many rows as asked for, and the changes that are made to it."""

import os
import pathlib
import sqlite3
import subprocess
from dataclasses import dataclass

START = 1_700_000_000_000
LATER = 2_500_000_000_000  # when changes are made: past every cursor
TABLES = ("customers", "payments", "jobs", "ops_events")

# What the product has no use for and a cursor can't do without. Rivals are given it, with an index each.
FOR_CURSORS = """
ALTER TABLE jobs ADD COLUMN updated_at BIGINT;
CREATE INDEX bench_customers ON customers (updated_at);
CREATE INDEX bench_payments ON payments (updated_at);
CREATE INDEX bench_jobs ON jobs (updated_at);
"""
# What is copied, and the time by which a cursor sees a change. Jobs have none in the product: see FOR_CURSORS.
COLUMNS = {
    "customers": ("id", "plan", "created_at", "updated_at", "disabled_at"),
    "payments": ("id", "customer_id", "invoice_id", "amount_minor", "refunded_minor", "currency", "status",
                 "created_at", "updated_at"),
    "jobs": ("id", "customer_id", "kind", "status", "qa_score", "qa_target", "cost_micro", "tokens_in", "tokens_out",
             "created_at", "started_at", "finished_at", "updated_at"),
    "ops_events": ("id", "kind", "severity", "summary", "actor", "created_at"),
}
CURSORS = {"customers": "updated_at", "payments": "updated_at", "jobs": "updated_at", "ops_events": "created_at"}
LETTERS = {"customers": "C", "payments": "P", "jobs": "J", "ops_events": "E"}
CHANGES = {
    "customers": "UPDATE customers SET plan = 'changed{turn}', updated_at = {now} WHERE id = ?",
    "payments": "UPDATE payments SET refunded_minor = {turn} + 1, updated_at = {now} WHERE id = ?",
    "jobs": "UPDATE jobs SET qa_score = 100.5 + {turn}, updated_at = {now} WHERE id = ?",
}
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)"
ROWS = {
    "customers": """INSERT INTO customers (id, email, name, plan, created_at, updated_at)
        {numbers} SELECT printf('C%025d', i), 'customer' || i || '@example.com', 'Customer ' || i,
        CASE i % 4 WHEN 0 THEN 'free' WHEN 1 THEN 'starter' WHEN 2 THEN 'pro' ELSE 'enterprise' END,
        :start + (i - :first) * 1000000, :start + (i - :first) * 1000000 FROM n""",
    "payments": """INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at,
        updated_at) {numbers} SELECT printf('P%025d', i), printf('C%025d', i % :customers), 100 + i % 9000, 0, 'usd',
        'succeeded', :start + (i - :first) * 300000, :start + (i - :first) * 300000 FROM n""",
    "jobs": """INSERT INTO jobs (id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in,
        tokens_out, created_at, started_at, finished_at, updated_at) {numbers} SELECT printf('J%025d', i),
        printf('C%025d', i % :customers), 'research', 'Task number ' || i, 'succeeded', i % 1000 / 10.0, 80.0,
        i % 50000, 1200 + i % 7, 400, :start + (i - :first) * 120000, :start + (i - :first) * 120000 + 500,
        :start + (i - :first) * 120000 + 9000, :start + (i - :first) * 120000 + 9000 FROM n""",
    "ops_events": """INSERT INTO ops_events (id, kind, severity, summary, actor, created_at)
        {numbers} SELECT printf('E%025d', i), 'alert', 'info', 'Something happened, number ' || i, 'shell',
        :start + (i - :first) * 60000 FROM n""",
}


@dataclass(frozen=True)
class Size:
    """How many rows each table has: in proportion to the 1.75 million of the goals."""

    total: int

    def of(self, table):
        parts = {"customers": 50, "payments": 200, "jobs": 500, "ops_events": 1000}
        return self.total * parts[table] // 1750

    @property
    def rows(self):
        return sum(map(self.of, TABLES))

    def __str__(self):
        return f"{self.rows / 1e6:.2f} M rows"


def connect(folder):
    base = sqlite3.connect(pathlib.Path(folder) / "echopilot.db", isolation_level=None)
    base.execute("PRAGMA synchronous = OFF")
    return base


def insert(base, table, first, count, customers, start=START):
    base.execute(
        ROWS[table].format(numbers=NUMBERS),
        {"first": first, "end": first + count, "customers": customers, "start": start},
    )


def create(run, folder, size):
    """A data folder with the product's own tables and triggers. Every row waits to be carried."""
    environment = {**os.environ, **run.settings, "DATA_DIR": str(folder), "LOG_DIR": f"{folder}/logs"}
    subprocess.run([run.binary, "migrate", "apply", "--quiet"], env=environment, check=True, capture_output=True)
    fill(folder, size)


def fill(folder, size):
    """Put all rows into a folder that has the tables."""
    base = connect(folder)
    base.executescript(FOR_CURSORS)
    base.execute("BEGIN")
    for table in TABLES:
        insert(base, table, 0, size.of(table), size.of("customers"))
    base.execute("COMMIT")
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


@dataclass(frozen=True)
class Change:
    """How many rows were added, changed and taken away, and what each table has afterwards."""

    inserted: int
    updated: int
    deleted: int

    @property
    def rows(self):
        return self.inserted + self.updated + self.deleted


def change(folder, size, rows, turn):
    """Change so many rows, spread over the tables and over their whole length: four in ten are new, five in ten
    changed, one in ten gone. Events are never changed; customers stay. `turn` counts the changes of this folder."""
    base, now = connect(folder), LATER + turn * 1_000_000_000
    base.execute("BEGIN")
    done = {"inserted": 0, "updated": 0, "deleted": 0}
    for table in TABLES:
        share = max(rows * size.of(table) // size.rows, 10)
        gone = 0 if table == "customers" else share // 10
        new = share - gone if table == "ops_events" else share * 4 // 10
        changed = share - gone - new
        insert(base, table, size.of(table) + turn * 1_000_000, new, size.of("customers"), now)
        every = size.of(table) // (changed + gone)
        keys = [(f"{LETTERS[table]}{n * every + turn:025}",) for n in range(changed + gone)]
        base.executemany(f"DELETE FROM {table} WHERE id = ?", keys[changed:])
        if changed:
            base.executemany(CHANGES[table].format(turn=turn, now=now), keys[:changed])
        for kind, count in (("inserted", new), ("updated", changed), ("deleted", gone)):
            done[kind] += count
    base.execute("COMMIT")
    base.close()
    return Change(**done)


def columns_of(file, table):
    """All that the table has, copied or not."""
    base = sqlite3.connect(file)
    columns = [name for _, name, *_ in base.execute(f"PRAGMA table_info({table})")]
    base.close()
    return columns


def row_counts(folder):
    base = connect(folder)
    counts = {table: base.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}
    base.close()
    return counts
