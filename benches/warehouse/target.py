"""The PostgreSQL that everybody copies into, and what a program has cost."""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from measuring import TICKS, Unmeasured

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
LONGEST = 1800


@dataclass
class Cost:
    """What one program took: its whole process tree, and the server's work for it."""

    seconds: float
    cpu: float
    server_cpu: float
    peak_mb: float
    code: int
    output: str
    errors: str

    def __add__(self, other):
        return Cost(
            self.seconds + other.seconds, self.cpu + other.cpu, self.server_cpu + other.server_cpu,
            max(self.peak_mb, other.peak_mb), self.code or other.code,
            self.output + other.output, self.errors + other.errors,
        )


class Target:
    """A private PostgreSQL that ends with this process. Nothing tidies up in it by itself, so that nobody pays for
    what another one has left; statistics are brought up to date between the steps for everybody."""

    def __init__(self):
        script = REPOSITORY / "scripts/postgres_for_tests.sh"
        started = subprocess.run([script, "start", str(os.getpid())], capture_output=True, text=True, timeout=120)
        if started.returncode != 0:
            raise Unmeasured(f"no PostgreSQL: {started.stderr.strip()[-200:]}")
        self.url = started.stdout.strip().partition("=")[2].strip("'\"")
        self.sql("ALTER SYSTEM SET autovacuum = off")
        self.sql("SELECT pg_reload_conf()")
        folder = pathlib.Path(self.sql("SHOW data_directory").strip())
        self.server = int((folder / "postmaster.pid").read_text().split()[0])
        self.version = self.sql("SHOW server_version").strip()

    def sql(self, text, stdin=None, check=True):
        """What psql prints: rows without a head, columns parted by `|`."""
        command = ["psql", "--quiet", "--no-psqlrc", "-At", "--set=ON_ERROR_STOP=1", self.url, "--command", text]
        done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, timeout=LONGEST)
        if done.returncode != 0 and check:
            raise Unmeasured(f"psql: {done.stderr.strip()[-200:]}")
        return done.stdout

    def count(self, text):
        """The one number that is asked for; `None` when that can't be asked, as of a table that is missing."""
        answer = self.sql(text, check=False).strip()
        return int(answer) if answer else None

    def drop(self, *schemas):
        for schema in schemas:
            self.sql(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {schema} CASCADE")

    def rest(self):
        """Statistics and pages are in order before the next one begins. That goes for the source's file too: whoever
        asks for its pages to be safe on disk, as a program that writes there does, would wait for those of others."""
        self.sql("ANALYZE")
        self.sql("CHECKPOINT")
        os.sync()

    def cpu(self):
        """CPU seconds of every connection that has ended, parallel workers included."""
        fields = pathlib.Path(f"/proc/{self.server}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / TICKS

    def measure(self, command, environment, **more):
        before = self.cpu()
        cost = measure(command, environment, **more)
        # the connections that the program has left end a moment after it
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.count(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ):
            time.sleep(0.05)
        time.sleep(0.1)
        cost.server_cpu = max(self.cpu() - before - 0.01, 0.0)
        return cost

    def copy_csv(self, files):
        """\\copy of every file into an empty table with a primary key, in one transaction."""
        self.drop("bare_csv")
        commands = ["BEGIN;", "CREATE SCHEMA bare_csv;"]
        for table, file in files.items():
            columns = self.sql(
                "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)"
                f" FROM pg_attribute WHERE attrelid = 'warehouse.{table}'::regclass AND attnum > 0"
            ).strip()
            commands.append(f"CREATE TABLE bare_csv.{table} ({columns}, PRIMARY KEY (id));")
            commands.append(f"\\copy bare_csv.{table} FROM '{file}' WITH (FORMAT csv)")
        script = pathlib.Path(next(iter(files.values()))).parent / "copy.sql"
        script.write_text("\n".join([*commands, "COMMIT;"]) + "\n")
        command = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", self.url, "-f", str(script)]
        cost = self.measure(command, dict(os.environ))
        if cost.code:
            raise Unmeasured(f"psql: {cost.errors[-200:]}")
        return cost


def tree(root):
    """The process and all that it has started."""
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        try:
            for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except (OSError, ValueError):
            pass
    return found


def resident_mb(root):
    """The resident memory of a process and all that it has started; of a process alone, the highest that it ever had.
    What the kernel tells at the end of it would be no less than that of this program, from which it was forked."""
    sum_now, highest = 0, 0
    for process in tree(root):
        try:
            status = pathlib.Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        of = {name: int(kilobytes) for name, kilobytes in re.findall(r"^(VmRSS|VmHWM):\s+(\d+)", status, re.M)}
        sum_now += of.get("VmRSS", 0)
        highest = max(highest, of.get("VmHWM", 0))
    return max(sum_now, highest) / 1024


def start(command, environment, folder=None):
    """A program in a process group of its own, so that all of it can be ended at once."""
    return subprocess.Popen(
        list(map(str, command)), env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )


def kill(process):
    """kill -9 of a program and all that it has started, by its own group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def measure(command, environment, folder=None):
    """Run a program to its end, with a look at its memory every hundredth of a second."""
    began = time.monotonic()
    process = start(command, environment, folder)
    texts = {}
    readers = [
        threading.Thread(target=lambda name=name, pipe=pipe: texts.update({name: pipe.read()}), daemon=True)
        for name, pipe in (("output", process.stdout), ("errors", process.stderr))
    ]
    for reader in readers:
        reader.start()
    peak = 0.0
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, resident_mb(process.pid))
        if time.monotonic() - began > LONGEST:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.01)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    for reader in readers:
        reader.join(10)
    return Cost(
        seconds, usage.ru_utime + usage.ru_stime, 0.0, peak, process.returncode,
        texts.get("output", ""), texts.get("errors", ""),
    )
