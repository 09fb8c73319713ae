"""Seven faults that befall a copy sooner or later, the same for everybody but the added column. Each answers whether
the copy was right, and what was seen in it."""

import shutil
import sqlite3
import subprocess
import threading
import time

from warehouse import source
from warehouse.source import LATER, START, Size, connect
from warehouse.target import kill, start

SMALL, LARGE = Size(3_500), Size(350_000)
NEWEST = START + 10**12  # the newest change of every table before a fault
KEPT_FOR = 75  # seconds until a place that a killed run has held must be free


def key(letter, number):
    return f"{letter}{number:025}"


class Scene:
    """One contender, its source and what it has copied."""

    def __init__(self, contender, target, run, template):
        self.contender, self.target = contender, target
        self.folder = run.folder()
        shutil.copytree(template, self.folder, dirs_exist_ok=True)
        contender.prepare(self.folder, columns=False)

    def change(self, *statements):
        """All of them in one transaction."""
        base = connect(self.folder)
        base.execute("BEGIN")
        for statement in statements:
            base.execute(statement)
        base.execute("COMMIT")
        base.close()

    def sync(self):
        cost = self.contender.sync()
        self.code = cost.code
        return cost

    def table(self, name):
        return f"{self.contender.schema}.{name}"

    def count(self, table, where="true"):
        return self.target.count(f"SELECT count(*) FROM {self.table(table)} WHERE {self.contender.live} AND ({where})")

    def value(self, table, column, row):
        return self.target.sql(f"SELECT {column} FROM {self.table(table)} WHERE id = '{row}'", check=False).strip()


def payment(row, time, customer=1, amount=1):
    return (
        "INSERT INTO payments (id, customer_id, amount_minor, refunded_minor, currency, status, created_at, updated_at)"
        f" VALUES ('{row}', '{key('C', customer)}', {amount}, 0, 'usd', 'succeeded', {time}, {time})"
    )


def deleted(scene):
    scene.sync()
    scene.change("DELETE FROM payments WHERE rowid <= 40", "DELETE FROM jobs WHERE rowid <= 60")
    scene.sync()
    left = scene.count("payments", f"id < '{key('P', 40)}'") + scene.count("jobs", f"id < '{key('J', 60)}'")
    return left == 0, f"{left} of 100 deleted rows are still there"


def late(scene):
    scene.change(payment("newest", NEWEST))
    scene.sync()
    scene.change(payment("late", NEWEST - 1000))
    scene.sync()
    found = scene.count("payments", "id = 'late'")
    return found == 1, f"{found} of 1 row that was committed late has come"


def equal(scene):
    scene.change(payment("newest", NEWEST))
    scene.sync()
    scene.change(payment("same time", NEWEST), "UPDATE payments SET status = 'refunded' WHERE id = 'newest'")
    scene.sync()
    new, changed = scene.count("payments", "id = 'same time'"), scene.count("payments", "status = 'refunded'")
    words = f"new row {'came' if new else 'is missing'}, change {'came' if changed else 'is missing'}"
    return new + changed == 2, words


def bad(scene):
    """A text in a column of numbers, then NUL in a text; each between two good rows, and gone before the next."""
    scene.sync()
    right, seen = True, []
    for turn, (row, column, value) in enumerate((("text", "amount_minor", "many"), ("nul", "status", "a\0b"))):
        time = NEWEST + turn * 10
        base = connect(scene.folder)
        base.execute(payment(f"good before {row}", time))
        base.execute(payment(row, time + 1))
        base.execute(f"UPDATE payments SET {column} = ? WHERE id = ?", (value, row))
        base.execute(payment(f"good after {row}", time + 2))
        base.close()
        cost = scene.sync()
        good, there = scene.count("payments", f"id LIKE 'good%{row}'"), scene.count("payments", f"id = '{row}'")
        value = scene.value("payments", column, row)
        kept = "kept out" if not there else f"there as {value!r}" if value else "there as NULL"
        is_told = cost.code != 0
        right = right and good == 2 and not there and is_told
        seen.append(f"{row}: {good} of 2 good rows came, the bad one is {kept}, {'said' if is_told else 'not said'}")
        scene.change(f"DELETE FROM payments WHERE id = '{row}'")
    return right, "; ".join(seen)


def snapshot(scene):
    """A writer adds a customer with a payment in one transaction, over and over, while everything is copied."""
    stop, written = threading.Event(), []

    def write():
        base = connect(scene.folder)
        base.execute("PRAGMA busy_timeout = 5000")
        number = 5_000_000
        while not stop.is_set():
            number += 1
            try:
                base.execute("BEGIN IMMEDIATE")
                source.insert(base, "customers", number, 1, 1, LATER)
                base.execute(payment(key("P", number), LATER + number, customer=number))
                base.execute("COMMIT")
                written.append(number)
            except sqlite3.OperationalError:
                if base.in_transaction:
                    base.execute("ROLLBACK")
            time.sleep(0.002)
        base.close()

    worst, looks = 0, 0

    def look():
        nonlocal worst, looks
        orphans = scene.target.count(
            f"SELECT count(*) FROM {scene.table('payments')} p WHERE NOT EXISTS"
            f" (SELECT 1 FROM {scene.table('customers')} c WHERE c.id = p.customer_id)"
        )
        if orphans is not None:
            worst, looks = max(worst, orphans), looks + 1

    def watch():
        while not stop.is_set():
            look()
            time.sleep(0.2)

    threads = [threading.Thread(target=write), threading.Thread(target=watch)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            scene.sync()
            look()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    words = f"up to {worst} payments without their customer, {len(written)} pairs written"
    return worst == 0 and looks > 0 and bool(written), words


def tables(scene):
    """All that there are, whoever made them."""
    return set(scene.target.sql(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).split())


def killed(scene):
    """Thrice: at a third, at half and shortly before the end of a first load, then run again."""
    whole = scene.sync()
    usual = tables(scene)
    wrong, waited, left, kills = [], 0.0, set(), 0
    for part in (0.35, 0.6, 0.85):
        scene.contender.prepare(scene.folder, columns=False)
        spent = part * whole.seconds
        for command in scene.contender.commands():
            process = start(command, scene.contender.environment(), scene.folder)
            try:
                began = time.monotonic()
                process.communicate(timeout=max(spent, 0.02))
                spent -= time.monotonic() - began
            except subprocess.TimeoutExpired:
                kill(process)
                kills += 1
                break
        began = time.monotonic()
        cost = scene.sync()
        # our lease of a run that was killed ends by itself; until then the next one is told so
        while cost.code == 5 and time.monotonic() - began < KEPT_FOR:
            time.sleep(1)
            waited = time.monotonic() - began
            cost = scene.sync()
        counts = source.row_counts(scene.folder)
        there = {table: scene.count(table) for table in counts}
        if there != counts:
            wrong.append(f"killed at {part:.0%}: {there} instead of {counts}")
        left |= tables(scene) - usual
    words = wrong or [f"complete after {kills} kills, {len(left)} tables left behind"]
    if waited:
        words.append(f"the place of the killed run was free after {waited:.0f} s")
    return kills == 3 and not wrong and not left, "; ".join(words)


def added(scene):
    """Rivals: a column is added to the source, with a value in every row. EchoPilot's columns change with its version:
    so its copy is put back to before the column was there."""
    ours = scene.contender.name == "echopilot"
    scene.sync()
    if ours:
        scene.target.sql(f"ALTER TABLE {scene.table('payments')} DROP COLUMN refunded_minor")
        column = "refunded_minor"
    else:
        scene.change("ALTER TABLE payments ADD COLUMN channel TEXT DEFAULT 'web'", payment("new", NEWEST))
        column = "channel"
    scene.sync()
    all_rows, filled = scene.count("payments"), scene.count("payments", f"{column} IS NOT NULL")
    how = "put back in the copy: " if ours else ""
    if filled is None:
        return False, f"{how}the column is not there (exit {scene.code})"
    return filled == all_rows, f"{how}the column is there, {filled} of {all_rows} rows have its value"


FAULTS = {
    "deleted rows": (deleted, SMALL),
    "a late commit": (late, SMALL),
    "a change with an equal timestamp": (equal, SMALL),
    "a bad value": (bad, SMALL),
    "one snapshot across four tables": (snapshot, LARGE),
    "kill -9, then again": (killed, LARGE),
    "an added column": (added, SMALL),
}
