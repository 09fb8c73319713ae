"""Who copies: EchoPilot, and its rivals as their documentation says, merge by key with a cursor. Each rival is
installed from PyPI in a virtual environment of its own below target/tools/bench, at the version written here."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from measuring import Unmeasured
from warehouse.source import COLUMNS, CURSORS, columns_of
from warehouse.target import REPOSITORY, Cost

TOOLS = REPOSITORY / "target/tools/bench"


class EchoPilot:
    """The binary that is measured."""

    name, schema = "echopilot", "warehouse"
    live = "deleted_at IS NULL"

    def __init__(self, run, target):
        self.run, self.target = run, target

    def prepare(self, folder, columns=True):
        """Forget what was copied; the source is in that folder."""
        self.folder = str(folder)
        self.target.drop(self.schema)

    def environment(self):
        return {
            **os.environ, **self.run.settings, "DATA_DIR": self.folder, "LOG_DIR": f"{self.folder}/logs",
            "CONFIG_DIR": f"{self.folder}/configs", "WAREHOUSE_URL": self.target.url,
        }

    def commands(self, *more):
        return [[self.run.binary, "warehouse-sync", "--json", "--quiet", *more]]

    def sync(self, *more):
        return self.target.measure(self.commands(*more)[0], self.environment())


class Rival:
    """A program from PyPI."""

    live = "true"
    packages = ()

    def __init__(self, run, target):
        self.target, self.place = target, TOOLS / self.name
        self.state = pathlib.Path(run.folder())
        self.install()

    def install(self):
        wanted, mark = "\n".join(self.packages) + "\n", self.place / "installed"
        if mark.exists() and mark.read_text() == wanted:
            return
        print(f"installing {', '.join(self.packages)} below {self.place.relative_to(REPOSITORY)}", file=sys.stderr)
        shutil.rmtree(self.place, ignore_errors=True)
        commands = (
            [sys.executable, "-m", "venv", self.place],
            [self.place / "bin/pip", "--quiet", "install", *self.packages],
        )
        for command in commands:
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Unmeasured(f"{self.name} could not be installed: {error}") from error
            if done.returncode != 0:
                raise Unmeasured(f"{self.name} could not be installed: {done.stderr.strip()[-200:]}")
        mark.write_text(wanted)

    def prepare(self, folder, columns=True):
        """Forget what was copied. `columns`: only what the warehouse has, not whatever the source has."""
        self.file = pathlib.Path(folder) / "echopilot.db"
        self.columns = columns
        self.target.drop(self.schema, *self.others)
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir()

    others = ()

    def chosen(self, table):
        return list(COLUMNS[table]) if self.columns else None

    def sync(self):
        cost = Cost(0.0, 0.0, 0.0, 0.0, 0, "", "")
        for command in self.commands():
            cost += self.target.measure(command, self.environment(), folder=self.state)
        return cost


class Ingestr(Rival):
    """One call for each table."""

    name, schema = "ingestr", "ingestr_bench"
    packages = ("ingestr==0.15.9",)

    def prepare(self, folder, columns=True):
        super().prepare(folder, columns)
        self.target.sql(f"CREATE SCHEMA {self.schema}")

    def environment(self):
        return {
            **os.environ, "INGESTR_DISABLE_TELEMETRY": "true", "DISABLE_TELEMETRY": "true", "HOME": str(self.state),
            "SOURCE_URI": f"sqlite:///{self.file}", "DESTINATION_URI": f"{self.target.url}?sslmode=disable",
        }

    def commands(self):
        for table, cursor in CURSORS.items():
            command = [
                self.place / "bin/ingestr", "ingest", "--yes", "--progress", "log", "--source-table", f"main.{table}",
                "--dest-table", f"{self.schema}.{table}", "--incremental-strategy", "merge",
                "--incremental-key", cursor, "--primary-key", "id", "--pipelines-dir", self.state / "pipelines",
            ]
            if self.columns:
                for column in columns_of(self.file, table):
                    if column not in COLUMNS[table]:
                        command += ["--sql-exclude-columns", column]
            yield command


class Dlt(Rival):
    """One pipeline for all tables."""

    name, schema = "dlt", "dlt_bench"
    others = ("dlt_bench_staging",)
    packages = ("dlt[sql-database,postgres]==1.31.0", "pyarrow==26.0.1")

    def environment(self):
        tables = {table: [cursor, self.chosen(table)] for table, cursor in CURSORS.items()}
        return {
            **os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "HOME": str(self.state),
            "BENCH_TARGET": self.target.url, "BENCH_TABLES": json.dumps(tables),
        }

    def commands(self):
        script = pathlib.Path(__file__).parent / "dlt_sync.py"
        yield [self.place / "bin/python", script, self.file, self.state / "pipelines"]


class Sling(Rival):
    """One replication for all tables. The program itself is in the package for this kind of machine."""

    name, schema = "sling", "sling_bench"
    packages = ("sling-linux-amd64==1.4.11",)

    def environment(self):
        return {
            **os.environ, "SLING_DISABLE_TELEMETRY": "true", "SLING_HOME_DIR": str(self.state), "HOME": str(self.state),
            "SOURCE": f"sqlite://{self.file}", "DESTINATION": f"{self.target.url}?sslmode=disable",
        }

    def commands(self):
        streams = {}
        for table, cursor in CURSORS.items():
            streams[f"main.{table}"] = {"update_key": cursor}
            if self.columns:
                streams[f"main.{table}"]["select"] = self.chosen(table)
        replication = {
            "source": "SOURCE", "target": "DESTINATION", "streams": streams,
            "defaults": {
                "mode": "incremental", "primary_key": ["id"], "object": f"{self.schema}.{{stream_table}}",
            },
        }
        file = self.state / "replication.json"
        file.write_text(json.dumps(replication))
        (program,) = self.place.glob("lib/python*/site-packages/sling_linux_amd64/bin/sling-linux-amd64")
        program.chmod(0o755)
        yield [program, "run", "--replication", file]


RIVALS = (Ingestr, Dlt, Sling)


def all_of_them(run, target):
    """EchoPilot and every rival that can be had; the others are named aloud with the reason."""
    found, missing = [EchoPilot(run, target)], {}
    for kind in RIVALS:
        try:
            found.append(kind(run, target))
        except Unmeasured as reason:
            missing[kind.name] = str(reason)
    return found, missing
