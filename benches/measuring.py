"""What the benchmark cases measure with: servers with their CPU time, wrk, medians, and the rows that are printed."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


class Unmeasured(Exception):
    """A case that cannot be measured here, with the reason."""


@dataclass
class Row:
    """One line of the result. `invalid` is the reason why the figure must not be quoted."""

    name: str
    measured: float
    unit: str
    compared: float | None = None
    against: str = ""
    notes: str = ""
    invalid: str = ""

    def line(self):
        shown = f"{figure(self.measured)} {self.unit}"
        other = f"{self.against} {figure(self.compared)}" if self.compared is not None else "-"
        ratio = f"{self.measured / self.compared:.2f}" if self.compared and not self.invalid else "-"
        notes = f"NOT VALID: {self.invalid} " if self.invalid else ""
        return f"{self.name:<44} {shown:>20} {other:>32} {ratio:>8}  {notes}{self.notes}"


@dataclass
class Finding:
    """One line of the result that is no figure: what each did, and what was seen."""

    name: str
    seen: dict
    invalid: str = ""

    def line(self):
        lines = [f"{self.name:<44}"]
        for who, (is_right, words) in self.seen.items():
            lines.append(f"    {who:<12} {'yes' if is_right else 'NO':<4} {words}")
        return "\n".join(lines)


def figure(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}" if value < 100 else f"{value:.1f}"


@dataclass
class Load:
    """What one round of wrk brought."""

    per_second: float
    p99_ms: float
    requests: int
    failed: int
    cpu_us: float


class Server:
    """A process that listens; ended by its own id."""

    def __init__(self, command, port, folder, settings, ready="/health"):
        self.port, self.ready = port, ready
        environment = {**os.environ, **settings}
        self.log = open(pathlib.Path(folder) / "output.log", "ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )

    def wait(self, limit=30.0):
        """Seconds from the start to the first 200, asked every half millisecond."""
        request = f"GET {self.ready} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n".encode()
        while time.monotonic() - self.started < limit:
            if self.process.poll() is not None:
                raise Unmeasured(f"the server ended with {self.process.returncode}: {self.last_words()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(request)
                    if connection.recv(64).startswith(b"HTTP/1.1 200"):
                        return time.monotonic() - self.started
            except OSError:
                pass
            time.sleep(0.0005)
        raise Unmeasured(f"no 200 from {self.ready} within {limit:.0f} s: {self.last_words()}")

    def last_words(self):
        lines = pathlib.Path(self.log.name).read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"

    def cpu_seconds(self):
        """User and system time of the whole process so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self):
        """(resident, proportional) memory in MB."""
        resident = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())
        proportional = re.search(r"Pss:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text())
        return int(resident[1]) / 1024, int(proportional[1]) / 1024

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()

    def ask(self, method, path, headers=None, body=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Run:
    """The binaries, the settings of this run, and everything it has started."""

    def __init__(self, binary, bare, rounds, seconds, settings, sizes=()):
        self.binary, self.bare, self.rounds, self.seconds, self.settings = binary, bare, rounds, seconds, settings
        self.sizes = sizes
        self.servers, self.folders = [], []

    def folder(self):
        self.folders.append(tempfile.mkdtemp(prefix="echopilot-bench-"))
        return self.folders[-1]

    def echopilot(self, folder=None, settings=None):
        folder, port = folder or self.folder(), free_port()
        command = [self.binary, "serve", "--demo", "--bind", f"127.0.0.1:{port}", "--data-dir", folder]
        return self._keep(Server(command, port, folder, {**self.settings, **(settings or {})}))

    def bare_axum(self):
        port = free_port()
        return self._keep(Server([self.bare, f"127.0.0.1:{port}"], port, self.folder(), {}))

    def _keep(self, server):
        self.servers.append(server)
        return server

    def stop_servers(self):
        for server in self.servers:
            server.stop()
        self.servers = []

    def stop_all(self):
        self.stop_servers()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
        self.folders = []

    def load(self, server, path, headers=None, script=None, threads=1, clients=64):
        """One round of wrk, and the server's CPU time for each request of it."""
        command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{self.seconds}s", "--latency", "--timeout", "10s"]
        for name, value in (headers or {}).items():
            command += ["-H", f"{name}: {value}"]
        if script:
            file = pathlib.Path(self.folder()) / "request.lua"
            file.write_text(script)
            command += ["-s", str(file)]
        before = server.cpu_seconds()
        output = subprocess.run(
            [*command, f"http://127.0.0.1:{server.port}{path}"],
            capture_output=True, text=True, timeout=self.seconds + 60, check=True,
        ).stdout
        used = server.cpu_seconds() - before
        requests = int(re.search(r"(\d+) requests in", output)[1])
        failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
        for kinds in re.findall(r"Socket errors: (.*)", output):
            failed += sum(map(int, re.findall(r"\d+", kinds)))
        amount, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", output).groups()
        p99 = float(amount) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
        return Load(rate, p99, requests, failed, used / max(requests, 1) * 1e6)

    def beside(self, ours, other):
        """Rounds in the order A B A B; both sides as the medians of their rounds."""
        taken = [(ours(), other()) for _ in range(self.rounds)]
        return median_load([a for a, _ in taken]), median_load([b for _, b in taken])


def median_load(loads):
    middle = lambda pick: statistics.median(map(pick, loads))  # noqa: E731
    return Load(
        middle(lambda load: load.per_second),
        middle(lambda load: load.p99_ms),
        sum(load.requests for load in loads),
        sum(load.failed for load in loads),
        middle(lambda load: load.cpu_us),
    )


def sign_in(server):
    """The demo customer's bearer token."""
    status, _, body = server.ask("POST", "/auth/demo", {"Accept": "application/json"})
    if status != 200:
        raise Unmeasured(f"POST /auth/demo answered {status}")
    return json.loads(body)["token"]


def session_cookie(server):
    """The demo customer's cookies, as a browser sends them to a page."""
    status, headers, _ = server.ask("POST", "/auth/demo", {"Accept": "application/json"})
    cookies = [line.split(";", 1)[0] for line in headers.get_all("Set-Cookie") or []]
    if status != 200 or not cookies:
        raise Unmeasured(f"POST /auth/demo answered {status} with {len(cookies)} cookies")
    return "; ".join(cookies)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ensure_wrk():
    if shutil.which("wrk"):
        return
    print("installing the Debian package wrk")
    subprocess.run(["apt-get", "-qq", "update"], check=True, timeout=300)
    subprocess.run(["apt-get", "-qq", "install", "--yes", "wrk"], check=True, timeout=600, stdout=subprocess.DEVNULL)


def versions(run):
    """What was measured with what."""
    lock = (pathlib.Path(__file__).parent / "bare_axum/Cargo.lock").read_text()
    of = lambda name: re.search(rf'name = "{name}"\nversion = "([^"]+)"', lock)[1]  # noqa: E731
    say = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()  # noqa: E731
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.splitlines()[0].split("[")[0].strip()
    return [
        f"{say(str(run.binary), '--version') or run.binary}, {run.binary.stat().st_size / 1e6:.1f} MB",
        f"bare axum {of('axum')} (hyper {of('hyper')}, tokio {of('tokio')}), {say('rustc', '--version')}, {wrk}",
    ]
