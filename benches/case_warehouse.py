"""The warehouse: first load, a rerun without changes, and one row in a hundred changed, beside psql's \\copy of ready
CSV files into tables with primary keys: the same rows and the same PostgreSQL, which is started for this run."""

import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import time

from measuring import Row, Unmeasured

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CUSTOMERS, PAYMENTS, JOBS, OPS_EVENTS = 10_000, 40_000, 100_000, 200_000
TOTAL = CUSTOMERS + PAYMENTS + JOBS + OPS_EVENTS
START = 1_760_000_000_000
INSERTS = {
    "customers": (
        "INSERT INTO customers (id, email, name, plan, created_at, updated_at) VALUES (?, ?, ?, 'pro', ?, ?)",
        lambda n: (f"C{n:025}", f"customer{n}@example.com", f"Customer {n}", START + n, START + n),
        CUSTOMERS,
    ),
    "payments": (
        "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at, updated_at)"
        " VALUES (?, ?, ?, 0, 'usd', 'succeeded', ?, ?)",
        lambda n: (f"P{n:025}", f"C{n % CUSTOMERS:025}", 100 + n % 9000, START + n * 60_000, START + n * 60_000),
        PAYMENTS,
    ),
    "jobs": (
        "INSERT INTO jobs (id, customer_id, kind, task, status, qa_score, qa_target, cost_micro, tokens_in, tokens_out,"
        " created_at) VALUES (?, ?, 'research', ?, 'succeeded', ?, 80.0, ?, 1200, 400, ?)",
        lambda n: (f"J{n:025}", f"C{n % CUSTOMERS:025}", f"Task number {n}", n % 1000 / 10, n % 50_000, START + n * 9000),
        JOBS,
    ),
    "ops_events": (
        "INSERT INTO ops_events (id, kind, severity, summary, actor, created_at)"
        " VALUES (?, 'alert', 'info', ?, 'shell', ?)",
        lambda n: (f"E{n:025}", f"Something happened, number {n}", START + n * 4000),
        OPS_EVENTS,
    ),
}


def fill(path):
    base = sqlite3.connect(path)
    base.execute("PRAGMA synchronous=OFF")
    for statement, row, count in INSERTS.values():
        base.executemany(statement, map(row, range(count)))
    base.commit()
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def change_one_in_a_hundred(path):
    base = sqlite3.connect(path)
    base.execute("PRAGMA synchronous=OFF")
    base.execute("UPDATE jobs SET qa_score = 99.5 WHERE CAST(substr(id, 2) AS INTEGER) % 100 = 7")
    base.execute("UPDATE payments SET refunded_minor = 1 WHERE CAST(substr(id, 2) AS INTEGER) % 100 = 7")
    base.execute("UPDATE customers SET plan = 'free' WHERE CAST(substr(id, 2) AS INTEGER) % 100 = 7")
    base.execute("DELETE FROM ops_events WHERE CAST(substr(id, 2) AS INTEGER) % 100 = 7")
    base.commit()
    base.close()


class Target:
    """A private PostgreSQL that ends with this process."""

    def __init__(self):
        script = REPOSITORY / "scripts/postgres_for_tests.sh"
        started = subprocess.run([script, "start", str(os.getpid())], capture_output=True, text=True, timeout=120)
        if started.returncode != 0:
            raise Unmeasured(f"no PostgreSQL: {started.stderr.strip()[-200:]}")
        self.url = started.stdout.strip().partition("=")[2].strip("'\"")

    def sql(self, text, stdin=None):
        command = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", self.url, "--command", text]
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Unmeasured(f"psql: {done.stderr.strip()[-200:]}")
        return done.stdout

    def copy(self, files):
        """Seconds for \\copy of every file into an empty table with a primary key, in one transaction."""
        self.sql("DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare")
        commands = ["BEGIN"]
        for table, file in files.items():
            self.sql(f"CREATE TABLE bare.{table} AS SELECT * FROM warehouse.{table} WITH NO DATA;"
                     f"ALTER TABLE bare.{table} ADD PRIMARY KEY (id)")
            commands.append(f"\\copy bare.{table} FROM '{file}' WITH (FORMAT csv)")
        commands.append("COMMIT")
        script = pathlib.Path(next(iter(files.values()))).parent / "copy.sql"
        script.write_text("\n".join(c if c.startswith("\\") else c + ";" for c in commands) + "\n")
        began = time.monotonic()
        done = subprocess.run(["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", self.url, "-f", script],
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Unmeasured(f"psql: {done.stderr.strip()[-200:]}")
        return time.monotonic() - began


def sync(run, folder, target, *more):
    """Seconds of `warehouse-sync`, its CPU seconds, its peak memory in MB, and what it reports."""
    command = ["/usr/bin/env", "time", "-f", "%e %U %S %M", run.binary, "warehouse-sync", "--json", "--quiet", *more]
    environment = {
        **os.environ, **run.settings,
        "DATA_DIR": folder, "LOG_DIR": f"{folder}/logs", "CONFIG_DIR": f"{folder}/configs", "WAREHOUSE_URL": target.url,
    }
    if shutil.which("time") is None:
        command = command[4:]
    began = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    seconds = time.monotonic() - began
    if done.returncode != 0:
        raise Unmeasured(f"warehouse-sync ended with {done.returncode}: {done.stderr.strip()[-200:]}")
    report = json.loads(done.stdout)
    figures = done.stderr.strip().splitlines()[-1].split() if shutil.which("time") else []
    note = f"CPU {float(figures[1]) + float(figures[2]):.2f} s, peak {int(figures[3]) / 1024:.0f} MB" if figures else ""
    counted = {table["table"]: table for table in report["tables"]}
    return seconds, note, counted


def rows(run):
    target, template = Target(), pathlib.Path(run.folder())
    environment = {**os.environ, **run.settings, "DATA_DIR": str(template), "LOG_DIR": str(template / "logs")}
    subprocess.run([run.binary, "migrate", "apply", "--quiet"], env=environment, check=True, capture_output=True)
    fill(template / "echopilot.db")
    first, again, changed, copied, note = [], [], [], [], ""
    wrong = ""
    for _ in range(run.rounds):
        folder = run.folder()
        shutil.copytree(template, folder, dirs_exist_ok=True)
        target.sql("DROP SCHEMA IF EXISTS warehouse CASCADE")
        seconds, note, counted = sync(run, folder, target)
        first.append(seconds)
        if sum(table["inserted"] for table in counted.values()) != TOTAL:
            wrong = f"{counted} instead of {TOTAL} rows"
        files = {}
        for table in INSERTS:
            files[table] = pathlib.Path(run.folder()) / f"{table}.csv"
            target.sql(f"\\copy warehouse.{table} TO '{files[table]}' WITH (FORMAT csv)")
        copied.append(target.copy(files))
        seconds, again_note, counted = sync(run, folder, target)
        again.append(seconds)
        if any(table[kind] for table in counted.values() for kind in ("inserted", "updated", "deleted")):
            wrong = f"an unchanged rerun reports {counted}"
        change_one_in_a_hundred(pathlib.Path(folder) / "echopilot.db")
        seconds, changed_note, counted = sync(run, folder, target)
        changed.append(seconds)
        if sum(table["updated"] + table["deleted"] for table in counted.values()) != TOTAL // 100:
            wrong = f"one in a hundred changed, reported {counted}"
    middle = statistics.median
    against = "psql \\copy"
    yield Row(f"warehouse first load, {TOTAL:,} rows", middle(first), "s", middle(copied), against, note, wrong)
    yield Row("warehouse rerun, nothing changed", middle(again), "s", middle(first), "first load", again_note, wrong)
    yield Row("warehouse, 1 % changed", middle(changed), "s", middle(first), "first load", changed_note, wrong)
