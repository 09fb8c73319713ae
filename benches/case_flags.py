"""Flags: one of a thousand, all of a hundred, conversions. Beside bare handlers and unleash-edge, which evaluates and
does nothing else; ours counts, logs and keeps who was given what. New users are asked for once each; known ones come
back, as those of a web site do."""

import json
import pathlib
import random
import re
import statistics
import time

from case_durable import row as durable_row
from measuring import Row, Unmeasured, median_load
from unleash_edge import NAME, TOKEN, UnleashEdge

ONE, ALL = 1000, 100
KNOWN = 20_000  # pairs of a flag and a user who comes back
LIMITS = "flags=1000000/1s,flags_user=1000000/1s,convert=1000000/1s"
DROPPED = "echopilot_flag_assignments_dropped_total"
CONTEXT = {"Authorization": TOKEN, "Content-Type": "application/json"}

# Each user asks for one of the flags. The same script for everybody, since wrk's own work for it is not free.
ASK = """
local count = 0
function request()
  count = count + 1
  local user = count % {users}
  return wrk.format(nil, string.format("{path}", user * 7919 % {flags}, user))
end
"""

ASK_ALL = """
wrk.method = "POST"
local count = 0
function request()
  count = count + 1
  return wrk.format(nil, nil, nil, string.format('{body}', count % {users}))
end
"""

CONVERT = """
wrk.method = "POST"
wrk.headers["Accept"] = "application/json"
wrk.headers["Content-Type"] = "application/json"
local count = 0
math.randomseed(os.time())
local run = math.random(1, 1000000000)
function request()
  count = count + 1
  local body = string.format('{"f":"flag-%d","k":"user-%d-%d","goal":"paid"}', count * 7919 % 1000, run, count)
  return wrk.format(nil, nil, nil, body)
end
"""


def echopilot(run, flags):
    """A server with so many flags, half of the users in B; its limits stay on, but nobody meets them."""
    folder = pathlib.Path(run.folder())
    configs = folder / "configs"
    configs.mkdir()
    flag = {"enabled": True, "variants": {"A": 50, "B": 50}, "goal": "paid"}
    document = {"version": 1, "flags": {f"flag-{number}": flag for number in range(flags)}}
    (configs / "flags.json").write_text(json.dumps(document))
    limits = ",".join(filter(None, (run.settings.get("RATE_LIMITS"), LIMITS)))
    server = run.echopilot(str(folder), {"CONFIG_DIR": str(configs), "RATE_LIMITS": limits})
    server.wait()
    return server


def settle(server):
    """Wait until a server has nothing left to do, so that its work is not done in the next one's time."""
    for _ in range(120):
        before = server.cpu_seconds()
        time.sleep(0.25)
        if server.cpu_seconds() - before < 0.02:
            return


def expect(server, method, path, headers=None, body=None, holds=b""):
    """What is measured must be the right answer."""
    status, _, answer = server.ask(method, path, headers, body)
    if status != 200 or holds not in answer:
        raise Unmeasured(f"{method} {path} answered {status}: {answer[:200]}")
    return answer


def counter(server, name):
    _, _, text = server.ask("GET", "/metrics")
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text.decode(), re.MULTILINE))


class Contender:
    """A server, and how it is asked in a round: the path and the script of wrk by the round's number."""

    def __init__(self, name, server, asked, headers=None):
        self.name, self.server, self.asked, self.headers = name, server, asked, headers
        self.loads = []

    def round(self, run, number):
        path, script = self.asked(number)
        self.loads.append(run.load(self.server, path, self.headers, script))
        settle(self.server)


def compare(run, what, contenders, notes=lambda: ""):
    """A row for the first beside each of the others, in turns within each round; `notes` are asked at the end."""
    for number in range(run.rounds):
        for contender in contenders:
            contender.round(run, number)
    ours, *others = [(one.name, median_load(one.loads)) for one in contenders]
    a = ours[1]
    for name, b in others:
        failed = [f"{load.failed} of {load.requests} answers of {who} were no success"
                  for who, load in (ours, (name, b)) if load.failed]
        yield Row(
            what, a.per_second, "req/s", b.per_second, name,
            f"p99 {a.p99_ms:.2f} ms beside {b.p99_ms:.2f}; CPU {a.cpu_us:.1f} us a request beside {b.cpu_us:.1f} "
            f"({a.cpu_us / max(b.cpu_us, 0.01):.2f} x){notes()}",
            "; ".join(failed),
        )


def edge_with(run, flags):
    """unleash-edge where it can be had, else the reason."""
    try:
        edge = UnleashEdge(run, flags)
        edge.wait()
        return edge, ""
    except Unmeasured as reason:
        return None, str(reason)


def one_of_many(run):
    ours, bare = echopilot(run, ONE), run.bare_axum()
    bare.wait()
    edge, reason = edge_with(run, ONE)
    salt = random.Random().randrange(10**9)
    path = "/api/flags/eval?f=flag-%d&k=user-{}-{}-%d"
    expect(ours, "GET", "/api/flags/eval?f=flag-7&k=somebody", holds=b'"variant":')
    expect(bare, "GET", "/api/flags/eval?f=flag-7&k=somebody", holds=b'"variant":')
    if edge:
        expect(edge, "GET", "/api/frontend/features/flag-7?userId=somebody", CONTEXT, holds=b'"enabled":true')

    def asks(path, users):
        return lambda number: ("/", ASK.format(path=path.format(salt, number), flags=ONE, users=users))

    for what, users in (("new users", 10**12), ("users known", KNOWN)):
        # those who are known come back in each round, the others are new in each
        own = path if users != KNOWN else path.replace("{}-{}", "known")
        contenders = [
            Contender("EchoPilot", ours, asks(own, users)),
            Contender("bare axum", bare, asks(own.replace("/api/flags/eval", "/health"), users)),
            Contender("bare evaluation", bare, asks(own, users)),
        ]
        if edge:
            features = own.replace("/api/flags/eval?f=flag-%d&k", "/api/frontend/features/flag-%d?userId")
            contenders.append(Contender(NAME, edge, asks(features, users), CONTEXT))
        before = counter(ours, DROPPED)

        def exposures(ours=contenders[0], before=before):
            dropped, asked = counter(ours.server, DROPPED) - before, median_load(ours.loads).requests
            return f"; {dropped:,.0f} of {asked:,.0f} exposures found no room"

        yield from compare(run, f"flags/eval, 1 of {ONE:,} flags, {what}", contenders, exposures)
    if edge:
        resident = [server.memory_mb()[0] for server in (ours, edge)]
        yield Row("memory with 1,000 flags, after that load", resident[0], "MB", resident[1], NAME)
    else:
        yield Row(f"GET /api/flags/eval beside {NAME}", 0, "req/s", invalid=reason)


def all_of_some(run):
    ours, (edge, reason) = echopilot(run, ALL), edge_with(run, ALL)
    if not edge:
        raise Unmeasured(reason)
    salt = random.Random().randrange(10**9)
    bulk, whole = "/ofrep/v1/evaluate/flags", "/api/frontend/all"
    body = json.dumps({"context": {"targetingKey": "somebody"}})
    answer = json.loads(expect(ours, "POST", bulk, {"Content-Type": "application/json"}, body))
    theirs = json.loads(expect(edge, "GET", f"{whole}?userId=somebody", CONTEXT))
    if (len(answer["flags"]), len(theirs["toggles"])) != (ALL, ALL):
        raise Unmeasured(f"{len(answer['flags'])} flags beside {len(theirs['toggles'])}")

    for what, users in (("new users", 10**12), ("users known", KNOWN // ALL)):

        def who(number, users=users):
            return f"user-{salt}-{number}-%d" if users > KNOWN else "user-known-%d"

        def ask_ours(number, who=who, users=users):
            body = json.dumps({"context": {"targetingKey": who(number)}})
            return bulk, ASK_ALL.replace("{body}", body).replace("{users}", str(users))

        def ask_edge(number, who=who, users=users):
            # the number of a flag stands in a member that nothing looks at
            return "/", ASK.format(path=f"{whole}?x=%d&userId={who(number)}", flags=ALL, users=users)

        contenders = [
            Contender("EchoPilot", ours, ask_ours, {"Content-Type": "application/json"}),
            Contender(NAME, edge, ask_edge, CONTEXT),
        ]
        yield from compare(run, f"all of {ALL} flags (OFREP), {what}", contenders)


def conversions(run):
    server = echopilot(run, ONE)
    yield durable_row(
        run, server, run.folder(), "POST /api/flags/convert, each one new, stored before the answer",
        "/api/flags/convert", CONVERT,
    )


def rows(run):
    for part in (one_of_many, conversions, all_of_some):
        yield from part(run)
        run.stop_servers()
