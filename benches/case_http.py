"""Answers over HTTP with every guard on, beside a bare axum handler."""

from measuring import Row, Unmeasured, session_cookie, sign_in


def rows(run):
    ours, bare = run.echopilot(), run.bare_axum()
    ours.wait()
    bare.wait()
    token, cookie = sign_in(ours), session_cookie(ours)
    cases = [
        ("GET /health", "/health", {}, "application/json"),
        ("GET /.well-known/jwks.json", "/.well-known/jwks.json", {}, "json"),
        ("GET /api/me, token seen before", "/api/me", {"Authorization": f"Bearer {token}"}, "application/json"),
        ("GET /app, signed in", "/app", {"Cookie": cookie, "Accept": "text/html"}, "text/html"),
    ]
    for name, path, headers, kind in cases:
        status, answered, _ = ours.ask("GET", path, headers)
        # a redirect to the sign-in page would be fast, and another thing
        if status != 200 or kind not in (answered["Content-Type"] or ""):
            yield Row(name, 0, "req/s", invalid=f"{path} answered {status} {answered['Content-Type']}")
            continue
        a, b = run.beside(lambda: run.load(ours, path, headers), lambda: run.load(bare, "/health"))
        yield Row(
            name, a.per_second, "req/s", b.per_second, "bare axum",
            f"p99 {a.p99_ms:.2f} ms (bare {b.p99_ms:.2f}); CPU {a.cpu_us:.1f} us a request (bare {b.cpu_us:.1f}, "
            f"{a.cpu_us / max(b.cpu_us, 0.01):.2f} x)",
            f"{a.failed} of {a.requests} answers were no success" if a.failed else "",
        )

    status, _, body = ours.ask("GET", "/metrics")
    if status != 200:
        raise Unmeasured(f"GET /metrics answered {status}")
    series = sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))
    rounds = 200
    before = ours.cpu_seconds()
    for _ in range(rounds):
        ours.ask("GET", "/metrics")
    used = (ours.cpu_seconds() - before) / rounds * 1000
    yield Row("GET /metrics, server CPU a scrape", used, "ms", notes=f"{series} series, goal < 2 ms at 200")
