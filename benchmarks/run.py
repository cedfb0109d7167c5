"""One interleaved run: every round gives each version one window of each operation, in turn."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from benchmarks.database import BenchDatabase, bench_id
from benchmarks.processes import BenchmarkError, Load, Server, Servers, cpu_seconds
from benchmarks.report import Results
from casemgmt.access.tokens import Identity, Tokens
from casemgmt.settings import Settings

OPERATIONS = ("get_case", "list_cases", "create_signal")
CALLERS = 64
"""Case managers who call; each reads cases of its own team."""
SIGNAL = {
    "source": "qr_111",
    "channel": "qr_message",
    "category": "neglect",
    "language": "ru",
    "narrative": "Синтетический текст сигнала для измерения скорости, без сведений о людях.",
    "region_code": "KZ-75",
}


def _token(user: int) -> str:
    identity = Identity(
        bench_id("user", user),
        bench_id("session", user),
        bench_id("organisation", user % 200),
        "KZ-75",
        ("case_manager",),
        1,
    )
    return Tokens(Settings(mode="demo", access_token_minutes=25)).issue(identity, datetime.now(UTC))


def _request(method: str, path: str, token: str, body: str = "") -> str:
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
    return f"{head}\r\n{body}"


async def own_cases(database: BenchDatabase) -> dict[int, list[str]]:
    """Return cases of some case managers, by the number of the manager."""
    async with database.admin() as connection:
        return {
            user: [
                str(r["id"])
                for r in await connection.fetch(
                    "SELECT id FROM case_record WHERE manager_id = $1 ORDER BY id LIMIT 40", bench_id("user", user)
                )
            ]
            for user in range(0, CALLERS * 31, 31)
        }


def request_sets(own: dict[int, list[str]]) -> dict[str, list[str]]:
    """Return the requests of each operation: many callers, many records."""
    body = json.dumps(SIGNAL, ensure_ascii=False)
    tokens = {user: _token(user) for user in own}
    longest = max(len(c) for c in own.values())
    return {
        "get_case": [
            _request("GET", f"/v1/cases/{cases[n]}", tokens[user])
            for n in range(longest)
            for user, cases in own.items()
            if n < len(cases)
        ],
        "list_cases": [_request("GET", "/v1/cases", t) for t in tokens.values()],
        "create_signal": [_request("POST", "/v1/signals", t, body) for t in tokens.values()],
    }


def measure(
    database: BenchDatabase,
    results: Results,
    *,
    rounds: int,
    seconds: float,
    only: list[str] | None,
    say: Callable[[str], None],
) -> None:
    """Measure all versions on one database."""
    import asyncio  # noqa: PLC0415 - beside its one use

    sets = request_sets(asyncio.run(own_cases(database)))
    operations = [o for o in OPERATIONS if not only or o in only]
    with Load() as load, Servers(database) as servers:
        for name in operations:
            load.define(name, sets[name])
        for name in operations:
            _same_answers(sets[name][0], servers, name)
            for server in servers.values():
                load.window(name, server.port, 0.5)  # caches, plans and connections
        for turn in range(rounds):
            say(f"{database.cases:,} cases: round {turn + 1} of {rounds}")
            for name in operations:
                for version, server in servers.items():
                    window = _window(load, name, server, database, seconds, offset=turn * 17)
                    if window["failures"]:
                        raise BenchmarkError(f"{version}, {name}: {window['failures']}; see {server.log}.")
                    results.add(database.cases, name, version, window)
        for version, server in servers.items():
            results.memory[f"{database.cases}/{version}"] = round(server.memory_mib(), 1)


def _window(
    load: Load, name: str, server: Server, database: BenchDatabase, seconds: float, offset: int
) -> dict[str, Any]:
    """Return what a window came to, with the processor time of worker and database for one answer."""
    worker, postgres = server.process.pid, database.server_pid
    before = cpu_seconds(worker), cpu_seconds(postgres, children=True)
    window = load.window(name, server.port, seconds, offset=offset)
    answers = max(window["answers"], 1)
    window["worker_cpu_us"] = (cpu_seconds(worker) - before[0]) * 1e6 / answers
    window["database_cpu_us"] = (cpu_seconds(postgres, children=True) - before[1]) * 1e6 / answers
    return window


def _answer(port: int, request: str) -> object:
    head, _, body = request.partition("\r\n\r\n")
    line, *headers = head.split("\r\n")
    method, path, _ = line.split(" ")
    fields = dict(h.split(": ", 1) for h in headers)
    call = Request(f"http://127.0.0.1:{port}{path}", body.encode() or None, fields, method=method)
    try:
        with urlopen(call, timeout=10) as answer:  # noqa: S310 - our own server
            return json.load(answer)
    except HTTPError as error:
        raise BenchmarkError(f"{method} {path} answers {error.code}: {error.read()[:300]!r}") from error


def _same_answers(request: str, servers: dict[str, Server], name: str) -> None:
    """Refuse to compare what differs: the floor of equal work must give the same records as the service."""
    ours, floor = (_answer(servers[v].port, request) for v in ("ours", "equal_work"))
    for version in ("bare", "textbook"):
        _answer(servers[version].port, request)
    if name == "list_cases":
        same = [c["id"] for c in ours["items"]] == [c["id"] for c in floor]  # type: ignore[index]  # JSON
    elif name == "get_case":
        same = _plain(ours) == _plain(floor)
    else:
        same = True
    if not same:
        raise BenchmarkError(f"{name}: the floor of equal work and the service answer differently.")


def _plain(case: object) -> dict[str, object]:
    assert isinstance(case, dict)  # noqa: S101 - an object of JSON
    return {k: v for k, v in case.items() if k != "allowed_actions"}
