"""Whether the time of an answer tells who has an account: Welch's t between known and unknown addresses, for each way
to sign in. Below 4.5 nothing is told at this number of samples; a busy machine blurs it, so look at several runs."""

import json
import math
import random
import statistics
import time

from measuring import Row, Unmeasured, sign_in

KNOWN, UNKNOWN = "demo@echopilot.local", "nobody@echopilot.local"
PASSWORD = "seven kites over Leith"
SAMPLES = 1000
BOUND = 4.5
UNLIMITED = "login=off,login_account=off,magic_link=off,magic_link_account=off,verify=off,other=off,mail=off"


def post(server, path, body, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    begun = time.perf_counter()
    status, _, text = server.ask("POST", path, headers, json.dumps(body))
    return time.perf_counter() - begun, status, len(text)


def welch(one, other):
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.mean(one) - statistics.mean(other)) / math.sqrt(spread)


def compare(server, path, body):
    """Known and unknown in random order, so that a drift of the machine meets both."""
    taken, answers = {KNOWN: [], UNKNOWN: []}, set()
    order = [KNOWN, UNKNOWN] * SAMPLES
    random.Random(7).shuffle(order)
    for email in order:
        took, status, length = post(server, path, {"email": email, **body})
        taken[email].append(took)
        answers.add((status, length))
    return taken[KNOWN], taken[UNKNOWN], answers


def rows(run):
    settings, run.settings = run.settings, {**run.settings, "RATE_LIMITS": UNLIMITED}
    try:
        server = run.echopilot()
        server.wait()
    finally:
        run.settings = settings
    _, status, _ = post(server, "/api/auth/password", {"new": PASSWORD}, sign_in(server))
    if status != 200:
        raise Unmeasured(f"POST /api/auth/password answered {status}")
    for name, path, body in [
        ("wrong password", "/api/auth/login", {"password": "eleven larks at dawn"}),
        ("wrong code", "/api/auth/login", {"code": "00000000"}),
        ("mail asked for", "/api/auth/magic-link", {}),
    ]:
        known, unknown, answers = compare(server, path, body)
        middle = [statistics.median(times) * 1000 for times in (known, unknown)]
        yield Row(
            f"known or unknown address, {name}", abs(welch(known, unknown)), "t", BOUND, "told from",
            f"medians {middle[0]:.2f} and {middle[1]:.2f} ms over {SAMPLES} each",
            "" if len(answers) == 1 else f"answers differ: {sorted(answers)}",
        )
    server.stop()
