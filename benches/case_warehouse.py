"""The warehouse beside the limits (a bare loop from SQLite into COPY BINARY, psql's \\copy of ready CSV files) and its
rivals (ingestr, dlt, sling): first load, a rerun without changes, one row in a hundred changed, seven faults; then
--verify, and what a full sync does to other requests. All from the same source into the same PostgreSQL, which is
started for this run. CPU is that of the program and of the server's work for it."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

from measuring import Finding, Row, Unmeasured, sign_in
from warehouse import source
from warehouse.contenders import EchoPilot, all_of_them
from warehouse.faults import FAULTS, Scene
from warehouse.source import TABLES, Size
from warehouse.target import Target, measure

COMPARED = 3_000_000  # above, only our own rerun and change are measured
FIXED = 10_000  # rows of the change that is the same at every size
OPERATOR = "bench:an-operator-key-of-the-benchmark-and-no-secret"
GOALS = {
    ("first load", "bare COPY"): "goal: ratio <= 1.35",
    ("first load", "ingestr"): "goal: <= 0.33",
    ("first load", "sling"): "goal: <= 0.20",
    ("1 % changed", "sling"): "goal: <= 0.20",
}


def middle(costs):
    """The medians of some runs."""
    pick = lambda name: statistics.median(getattr(cost, name) for cost in costs)  # noqa: E731
    return pick("seconds"), pick("cpu"), pick("server_cpu"), pick("peak_mb")


def told(costs):
    _, cpu, server, peak = middle(costs)
    return f"CPU {cpu:.2f} + {server:.2f} s, peak {peak:.0f} MB"


def beside(what, size, ours, others, wrong, goal=""):
    """A row for each of the others, and one that says what the same took of CPU and memory."""
    if not others:
        yield Row(f"{what}, {size}", middle(ours)[0], "s", notes=f"{told(ours)} {goal}".strip(), invalid=wrong)
    for name, costs in others.items():
        cpu = (sum(middle(ours)[1:3]) or 0.01) / (sum(middle(costs)[1:3]) or 0.01)
        limit = GOALS.get((what, name), "")
        yield Row(
            f"{what}, {size}", middle(ours)[0], "s", middle(costs)[0], name,
            f"{told(ours)} ({name} {told(costs)}, {cpu:.2f} x CPU) {limit or goal}".strip(), wrong,
        )


class Checks:
    """What must be true for the figures to be quoted."""

    def __init__(self):
        self.ours, self.others = "", {}

    def report(self, cost, what, **expected):
        if cost.code != 0:
            raise Unmeasured(f"warehouse-sync ended with {cost.code}: {cost.errors.strip()[-200:]}")
        tables = json.loads(cost.output)["tables"]
        found = {kind: sum(table[kind] for table in tables) for kind in ("inserted", "updated", "deleted")}
        if found != {"inserted": 0, "updated": 0, "deleted": 0, **expected}:
            self.ours = f"{what} reports {found} instead of {expected}"

    def arrived(self, contender, cost, expected):
        """A rival's table has at least what it should; what was deleted stays there, see the faults."""
        for table, rows in expected.items():
            found = contender.target.count(f"SELECT count(*) FROM {contender.schema}.{table}")
            if cost.code != 0 or found is None or found < rows:
                words = (cost.errors.strip() or cost.output.strip())[-160:].replace("\n", " ")
                self.others[contender.name] = f"{contender.name}: exit {cost.code}, {table} {found} of {rows}: {words}"


def side_by_side(run, target, contenders, size, template):
    """First load, rerun and change of everybody, in rounds; and the limits of the first load."""
    first, again, changed, checks = {}, {}, {}, Checks()
    change = source.Change(0, 0, 0)
    for _ in range(run.rounds):
        folder = run.folder()
        shutil.copytree(template, folder, dirs_exist_ok=True)
        counts = source.row_counts(folder)
        for contender in contenders:
            contender.prepare(folder)
            keep = lambda costs, cost: costs.setdefault(contender.name, []).append(cost)  # noqa: B023, E731
            target.rest()
            cost = contender.sync()
            keep(first, cost)
            if contender.name == "echopilot":
                checks.report(cost, "a first load", inserted=size.rows)
                limits(run, target, folder, first)
            else:
                checks.arrived(contender, cost, counts)
            target.rest()
            cost = contender.sync()
            keep(again, cost)
            if contender.name == "echopilot":
                checks.report(cost, "an unchanged rerun")
        change = source.change(folder, size, size.rows // 100, 0)
        counts = source.row_counts(folder)
        for contender in contenders:
            target.rest()
            cost = contender.sync()
            changed.setdefault(contender.name, []).append(cost)
            if contender.name == "echopilot":
                checks.report(cost, "one in a hundred changed", **change.__dict__)
            else:
                checks.arrived(contender, cost, counts)
        shutil.rmtree(folder)
    wrong = "; ".join(filter(None, [checks.ours, *checks.others.values()]))
    idle = idle_memory(run, target, folder=template)
    peak = middle(first["echopilot"])[3]
    for what, costs, goal in (
        ("first load", first, ""), ("unchanged rerun", again, "goal: <= 0.15 s"), ("1 % changed", changed, "")
    ):
        ours = costs.pop("echopilot")
        yield from beside(what, size, ours, costs, wrong, goal)
    yield Row(f"first load, peak memory, {size}", peak, "MB", idle, "warehouse status", "goal: <= 16 MB above", wrong)


def limits(run, target, folder, first):
    """What is possible: the bare loop, and \\copy of files that are ready."""
    bare = pathlib.Path(run.bare).with_name("bare_copy")
    target.drop("bare_copy")
    target.rest()
    environment = {**os.environ, "BARE_COPY_URL": target.url}
    cost = target.measure([bare, pathlib.Path(folder) / "echopilot.db"], environment)
    if cost.code != 0:
        raise Unmeasured(f"bare_copy: {cost.errors.strip()[-200:]}")
    first.setdefault("bare COPY", []).append(cost)
    target.drop("bare_copy")
    files, place = {}, pathlib.Path(run.folder())
    for table in TABLES:
        files[table] = place / f"{table}.csv"
        target.sql(f"\\copy warehouse.{table} TO '{files[table]}' WITH (FORMAT csv)")
    target.rest()
    first.setdefault("psql \\copy", []).append(target.copy_csv(files))
    target.drop("bare_csv")
    shutil.rmtree(place)


def idle_memory(run, target, folder):
    """Peak memory of a command that does next to nothing."""
    ours = EchoPilot(run, target)
    ours.folder = str(folder)
    command = [run.binary, "warehouse", "status", "--json"]
    return statistics.median(measure(command, ours.environment()).peak_mb for _ in range(run.rounds))


def follows_the_change(run, target, size, folder):
    """The unchanged rerun and a change of a fixed number of rows, which cost the same at every size."""
    ours, checks = EchoPilot(run, target), Checks()
    ours.prepare(folder)
    checks.report(ours.sync(), "a first load", inserted=size.rows)
    again, changed = [], []
    for turn in range(run.rounds):
        target.rest()
        again.append(ours.sync())
        checks.report(again[-1], "an unchanged rerun")
        change = source.change(folder, size, FIXED, turn)
        target.rest()
        changed.append(ours.sync())
        checks.report(changed[-1], "a change", **change.__dict__)
    yield Row(f"unchanged rerun, {size}", middle(again)[0], "s", notes=f"{told(again)}, goal: <= 0.15 s",
              invalid=checks.ours)
    yield Row(f"{FIXED:,} rows changed, {size}", middle(changed)[0], "s", notes=told(changed), invalid=checks.ours)


def verified(run, target, size, folder):
    """Comparing everything; and a cell that somebody changed by hand. The folder's rows are in the warehouse."""
    ours = EchoPilot(run, target)
    ours.folder = str(folder)
    costs = [ours.sync("--verify") for _ in range(run.rounds)]
    wrong = "; ".join(f"equal sides end with {cost.code}" for cost in costs if cost.code != 0)
    target.sql(f"UPDATE warehouse.jobs SET tokens_in = tokens_in + 1 WHERE id = 'J{size.of('jobs') // 2:025}'")
    cost = ours.sync("--verify")
    compared = {one["table"]: one for one in json.loads(cost.output)["compared"]}
    found = cost.code == 3 and [name for name, one in compared.items() if not one["agrees"]] == ["jobs"]
    if not found or compared["jobs"]["days_different"] != 1:
        wrong = f"a changed cell was not found: exit {cost.code}"
    target.sql(f"UPDATE warehouse.jobs SET tokens_in = tokens_in - 1 WHERE id = 'J{size.of('jobs') // 2:025}'")
    yield Row(f"--verify, {size}", middle(costs)[0], "s", notes=f"{told(costs)}; one changed cell is found, on its day;"
              " goal: <= 4 s at 1.75 M", invalid=wrong)


def others_notice(run, target, size):
    """GET /api/me of a server whose own full syncs run one after another, beside the same server at rest."""
    folder, settings = run.folder(), {"WAREHOUSE_URL": target.url, "DASHBOARD_KEY": OPERATOR}
    server = run.echopilot(folder, settings)  # makes the customer who asks
    server.wait()
    server.stop()
    source.fill(folder, size)
    target.drop("warehouse")
    server = run.echopilot(folder, settings)
    server.wait(120)
    headers = {"Authorization": f"Bearer {sign_in(server)}"}
    operator = {"X-Dash-Key": OPERATOR.partition(":")[2], "Content-Type": "application/json"}
    synced, trouble = [], []

    def me():
        return run.load(server, "/api/me", headers)

    def me_while_syncing():
        stop = threading.Event()

        def sync():
            while not stop.is_set():
                body = json.dumps({"full": True, "wait": True})
                try:
                    status, _, answer = server.ask("POST", "/api/warehouse/sync", operator, body, timeout=300)
                except OSError as error:
                    trouble.append(str(error))
                    return
                if status != 200:
                    trouble.append(f"{status} {answer[:120]}")
                    return
                synced.append(json.loads(answer)["duration_ms"])

        crowd = threading.Thread(target=sync)
        crowd.start()
        time.sleep(0.3)
        load = me()
        stop.set()
        crowd.join()
        return load

    def me_beside_a_spinning_program():
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            return me()
        finally:
            other.kill()
            other.wait()

    me()
    busy, idle = run.beside(me_while_syncing, me)
    spun = statistics.median(me_beside_a_spinning_program().p99_ms for _ in range(run.rounds))
    wrong = f"{busy.failed} of {busy.requests} answers were no success" if busy.failed else ""
    if trouble or not synced:
        wrong = f"no full sync: {trouble[:1]}"
    yield Row(
        f"GET /api/me during full syncs, p99, {size}", busy.p99_ms, "ms", idle.p99_ms, "at rest",
        f"{busy.per_second:,.0f} beside {idle.per_second:,.0f} requests a second; {len(synced)} syncs,"
        f" {statistics.median(synced or [0]) / 1000:.1f} s each; beside a program that only takes a core"
        f" {spun:.2f} ms; goal: ratio <= 1.5", wrong,
    )


def faults(run, target, contenders, missing):
    """The same faults for everybody but the added column."""
    templates = {}
    for name, (fault, size) in FAULTS.items():
        if size not in templates:
            templates[size] = run.folder()
            source.create(run, templates[size], size)
        seen = {}
        for contender in contenders:
            scene = Scene(contender, target, run, templates[size])
            try:
                seen[contender.name] = fault(scene)
            except (Unmeasured, TypeError, ValueError) as reason:
                seen[contender.name] = (False, f"NOT MEASURED: {reason}")
            shutil.rmtree(scene.folder, ignore_errors=True)
        seen |= {name: (False, f"NOT MEASURED: {reason}") for name, reason in missing.items()}
        yield Finding(f"right after {name}", seen)


def rows(run):
    target = Target()
    contenders, missing = all_of_them(run, target)
    for name, reason in missing.items():
        print(f"NOT COMPARED WITH {name}: {reason}", flush=True)
    print("into PostgreSQL " + target.version + "; beside " + ", ".join(
        package for contender in contenders[1:] for package in contender.packages[:1]), flush=True)
    for million in run.sizes:
        size, folder = Size(round(million * 1_000_000)), run.folder()
        source.create(run, folder, size)
        if size.rows <= COMPARED:
            yield from side_by_side(run, target, contenders, size, folder)
        for contender in contenders[1:]:
            target.drop(contender.schema, *contender.others)
        yield from follows_the_change(run, target, size, folder)
        if size.rows <= COMPARED:
            yield from verified(run, target, size, folder)
            yield from others_notice(run, target, size)
            run.stop_servers()
        target.drop("warehouse")
        shutil.rmtree(folder)
    yield from faults(run, target, contenders, missing)
