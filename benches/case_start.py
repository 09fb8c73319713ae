"""From the start, and from a kill, to the first 200; and the memory of a server that has nothing to do."""

import statistics
import time

from measuring import Row


def milliseconds(values):
    return statistics.median(values) * 1000


def rows(run):
    empty, existing, killed, bare = [], [], [], []
    for _ in range(max(run.rounds, 5)):
        folder = run.folder()
        first = run.echopilot(folder)
        empty.append(first.wait())
        first.stop()
        second = run.echopilot(folder)
        existing.append(second.wait())
        began = time.monotonic()
        second.kill()
        third = run.echopilot(folder)
        third.wait()
        killed.append(time.monotonic() - began)
        third.stop()
        other = run.bare_axum()
        bare.append(other.wait())
        other.stop()
    limit = milliseconds(bare)
    yield Row("start to first 200, existing folder", milliseconds(existing), "ms", limit, "bare axum", "goal <= 10 ms")
    yield Row("start to first 200, empty folder", milliseconds(empty), "ms", limit, "bare axum", "goal <= 100 ms")
    yield Row("kill -9 to first 200, demo data", milliseconds(killed), "ms", limit, "bare axum", "goal <= 2 s at 1 GB")

    ours, other = run.echopilot(), run.bare_axum()
    ours.wait()
    other.wait()
    time.sleep(5)
    resident, proportional = ours.memory_mb()
    yield Row("idle memory, resident", resident, "MB", other.memory_mb()[0], "bare axum",
              f"proportional {proportional:.1f} MB; goal <= 13 MB")
