"""Unleash's evaluation server for the edge, offline with flags of a file: nothing but evaluation. It is compiled from
its published source into a folder of its own below target/tools/bench, at the version written here."""

import json
import pathlib
import shutil
import subprocess
import sys

from measuring import Server, Unmeasured, free_port

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PLACE = REPOSITORY / "target/tools/bench/unleash-edge"
VERSION = "20.1.0"
NAME = f"unleash-edge {VERSION}"
TOKEN = "*:production.benchmark"


def program():
    """The binary, compiled when it is not there; that takes minutes."""
    binary, mark = PLACE / "bin/unleash-edge", PLACE / "installed"
    if mark.exists() and mark.read_text() == VERSION + "\n":
        return binary
    if not shutil.which("cargo"):
        raise Unmeasured(f"{NAME} is not there, nor cargo to compile it")
    print(f"compiling {NAME} below {PLACE.relative_to(REPOSITORY)}, which takes minutes", file=sys.stderr)
    # without the store of flags at a cloud provider, which is not asked for anything here
    command = ["cargo", "install", "--quiet", "--locked", "--no-default-features", "--root", PLACE]
    try:
        done = subprocess.run(
            [*command, "--version", VERSION, "unleash-edge"], capture_output=True, text=True, timeout=1800
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unmeasured(f"{NAME} could not be compiled: {error}") from error
    if done.returncode != 0:
        raise Unmeasured(f"{NAME} could not be compiled: {done.stderr.strip()[-200:]}")
    mark.write_text(VERSION + "\n")
    return binary


def toggle(name):
    """A flag that gives half of the users A and the others B, by the hash of their key."""
    variants = [
        {"name": variant, "weight": 500, "weightType": "variable", "stickiness": "userId",
         "payload": {"type": "string", "value": variant}}
        for variant in ("A", "B")
    ]
    strategy = {
        "name": "flexibleRollout",
        "parameters": {"rollout": "100", "stickiness": "userId", "groupId": name},
        "variants": variants,
    }
    return {
        "name": name, "type": "experiment", "enabled": True, "project": "default", "stale": False,
        "impressionData": False, "strategies": [strategy], "variants": [],
    }


class UnleashEdge(Server):
    """A server with so many flags; started, and kept by the run like the others."""

    def __init__(self, run, flags):
        folder, port = run.folder(), free_port()
        file = pathlib.Path(folder) / "features.json"
        file.write_text(json.dumps({"version": 2, "features": [toggle(f"flag-{number}") for number in range(flags)]}))
        command = [
            program(), "--interface", "127.0.0.1", "--port", str(port), "offline", "--bootstrap-file", file,
            "--client-tokens", TOKEN, "--frontend-tokens", TOKEN,
        ]
        super().__init__(command, port, folder, {"RUST_LOG": "error"}, "/internal-backstage/health")
        run.servers.append(self)
