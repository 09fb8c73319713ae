"""Signing in with a password: what it costs beside the argon2id it must do, and what others notice of it."""

import json
import threading

from measuring import Row, Unmeasured, sign_in

PASSWORD = "a long password of the benchmark"
EMAIL = "demo@echopilot.local"


def script(body):
    return f"""
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{json.dumps(body)}'
"""


def rows(run):
    ours, bare = run.echopilot(), run.bare_axum()
    ours.wait()
    bare.wait()
    token = sign_in(ours)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    status, _, body = ours.ask("POST", "/api/auth/password", headers, json.dumps({"new": PASSWORD}))
    if status != 200:
        raise Unmeasured(f"POST /api/auth/password answered {status}: {body[:200]}")
    # a change of the password ends the other sessions, not this one
    login = script({"email": EMAIL, "password": PASSWORD})
    few = 4  # more would only wait for their turn, and be sent away at the end of the queue
    a, b = run.beside(
        lambda: run.load(ours, "/api/auth/login", script=login, clients=few),
        lambda: run.load(bare, "/password", script='wrk.method = "POST"', clients=few),
    )
    yield Row(
        "POST /api/auth/login with a password, CPU", a.cpu_us / 1000, "ms", b.cpu_us / 1000, "bare argon2id",
        f"{a.per_second:.1f} beside {b.per_second:.1f} sign-ins a second; goal: ratio < 1.03",
        f"{a.failed} of {a.requests} answers were no success" if a.failed else "",
    )

    def me():
        return run.load(ours, "/api/me", {"Authorization": f"Bearer {token}"}, clients=16)

    def me_while_others_sign_in():
        done = []
        crowd = threading.Thread(
            target=lambda: done.append(run.load(ours, "/api/auth/login", script=login, clients=few))
        )
        crowd.start()
        load = me()
        crowd.join()
        return load

    busy, idle = run.beside(me_while_others_sign_in, me)
    yield Row(
        "GET /api/me while others sign in, p99", busy.p99_ms, "ms", idle.p99_ms, "alone",
        f"{busy.per_second:,.0f} beside {idle.per_second:,.0f} requests a second",
        f"{busy.failed} of {busy.requests} answers were no success" if busy.failed else "",
    )
