"""Whoever asks whatever of whichever record, after whatever has changed: nobody learns what is not theirs.

Hypothesis draws account, operation, record and changes of the world; every answer, its headers and its problems are
searched for the marks, numbers and ids of what the account may not see, as `tests/expectation.py` states it.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from casemgmt.demo.stage import ALMATY
from tests.all_rows import World
from tests.sight.bodies import body_of, put
from tests.sight.channels import LISTS, SEARCHES, Channel, channels
from tests.sight.oracle import Sight, Sources
from tests.sight.service import Service

_POLICY = (
    "SELECT pg_get_expr(polqual, polrelid) AS was FROM pg_policy WHERE polname = 'sight' AND polrelid = $1::regclass"
)
Request = tuple[str, str, dict[str, Any]]
BROKEN_GLASS = "get_case_through_grant"
"""Shows a few fields of a hidden case for minutes, on purpose: which, and to whom, stands in test_break_glass.py."""
READS = [c for c in channels().values() if c.method == "GET" and c.records and c.name != BROKEN_GLASS]
ACTS = [c for c in channels().values() if c.method != "GET" and (c.records or c.named) and c.name != "end_my_login"]
ASKED = [*READS, *(channels()[name] for name in (*LISTS, *SEARCHES) for _ in range(4))]
WHOLE = {"list_cases", "list_signals", "list_determinations"}
"""Lists that show everything that is seen; the others are queues of what concerns the caller."""
NOT_THE_RECORD = {
    "fetch_answer",
    "get_answer_options",
    "get_case_origin",
    "get_document_content",
    "get_iin",
    "get_person_origin",
    "get_reporter",
    "get_screening_answers",
    "get_signable_minutes",
    "get_signable_plan",
    "get_signal_origin",
}
"""Reads of a secret of a record that is seen, which the reader need not see, or needs more than the sight for; and of
what some of the records have: the table from which it came, the bytes that are signed once nothing changes any more, a
contact that can be answered, words that may go out at this moment."""


class Watch:
    """Calls the service and compares every answer with what its reader may see."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.asked = 0
        self._world = World({})
        self._refresh()

    def _refresh(self) -> None:
        self._world = self.service.renewed(self._world)
        self.sources = Sources(self._world)
        self._sights: dict[str, Sight] = {}

    def sight(self, who: str) -> Sight:
        """Return what an account sees now."""
        if who not in self._sights:
            expectation = self.service.expectation(self.sources.world, who)
            self._sights[who] = Sight(self.sources, expectation)
        return self._sights[who]

    def call(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call, and fail where the answer tells what its reader may not see; before or after the act itself."""
        before = self.sight(who)
        answer = self.service.call(who, method, path, **options)
        self.asked += 1
        assert answer.status_code < 500, (who, method, path, options, answer.text)
        told = answer.text + json.dumps([v for k, v in answer.headers.items() if k != "x-request-id"])
        sent = path + json.dumps(options)
        leaks = before.leaks(told, sent)
        if method != "GET" and answer.is_success:
            self._refresh()
        if leaks and method != "GET":
            leaks = [leak for leak in self.sight(who).leaks(told, sent) if leak in leaks]
        assert leaks == [], (who, method, path, options, answer.status_code, answer.text)
        return answer

    def likely(self, who: str, channel: Channel, dice: Random) -> str:
        """Return the account, mostly another one where it lacks the permission: a refusal at the door shows little."""
        holders = self.service.holders(channel.permission)
        return dice.choice(holders) if dice.random() < 0.8 and holders and who not in holders else who

    def any_id(self, table: str, dice: Random) -> str:
        """Return the id of any row of a table, seen or not; now and then one that nobody has."""
        if table == "auth_session" or dice.random() < 0.05:
            return str(uuid4())
        rows = self.sources.world.rows[table]
        return str(dice.choice(rows)["id"]) if rows else str(uuid4())

    def path_ids(self, channel: Channel, dice: Random) -> dict[str, str]:
        """Return ids for a path that belong together: what it ends with, and what that is a part of."""
        tables = {p: channel.table_of(p) for p in channel.parameters}
        ids = {p: "x" if table is None else self.any_id(table, dice) for p, table in tables.items()}
        last = channel.parameters[-1]
        rows = [r for r in self.sources.world.rows.get(tables[last] or "", []) if str(r.get("id")) == ids[last]]
        for parameter in channel.parameters[:-1]:
            if rows and rows[0].get(parameter) is not None and dice.random() < 0.8:
                ids[parameter] = str(rows[0][parameter])
        return ids


def ask(watch: Watch, who: str, channel: Channel, dice: Random) -> None:
    """Ask over a channel that shows something."""
    who = watch.likely(who, channel, dice)
    if channel.name in LISTS:
        look_through(watch, who, channel, dice)
    elif channel.name in SEARCHES:
        search(watch, who, dice)
    else:
        read(watch, who, channel, dice)


def seen_ids(sight: Sight, channel: Channel, table: str) -> list[str]:
    """Return the ids by which a channel shows what is seen. Of many contacts nobody is known who got in touch."""
    table, key = ("contact_caller", "contact_id") if channel.name == "get_contact_caller" else (table, "id")
    return sorted(str(row[key]) for row in sight.rows(table))


def read(watch: Watch, who: str, channel: Channel, dice: Random) -> None:
    """Read a record: it is there for those who see it and may read it, and for nobody else."""
    ids = watch.path_ids(channel, dice)
    answer = watch.call(who, "GET", channel.filled(ids))
    if channel.permission not in watch.service.permissions[who]:
        assert answer.status_code == 403, (who, channel.name, answer.text)
    elif len(channel.parameters) == 1:
        parameter, table = next(iter(channel.records.items()))
        seen = ids[parameter] in seen_ids(watch.sight(who), channel, table)
        if not seen:
            assert answer.status_code == 404, (who, channel.name, ids, answer.text)
        elif channel.name not in NOT_THE_RECORD:
            assert answer.status_code == 200, (who, channel.name, ids, answer.text)


def look_through(watch: Watch, who: str, channel: Channel, dice: Random) -> None:
    """Go through a list page by page: all that is seen where it is whole, and never anything else."""
    found: list[str] = []
    cursor, day = "", ""
    # Each page lengthens the log by an event: in small pages, every look at it would make it a third longer.
    limit = 100 if LISTS[channel.name] == "audit_event" else dice.choice((3, 20))
    if channel.name == "list_my_sessions":
        day = f"&day={dice.choice(watch.sources.world.rows['centre_session'])['starts_at'].astimezone(ALMATY).date()}"
    page = f"?limit={limit}{day}" if channel.paged else ""
    while True:
        answer = watch.call(who, "GET", f"{channel.path}{page}{cursor}")
        if answer.status_code == 403:
            assert channel.permission not in watch.service.permissions[who]
            return
        assert answer.status_code == 200, (who, channel.name, answer.text)
        found += [item["id"] for item in answer.json()["items"]]
        if not channel.paged or answer.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"
    if LISTS[channel.name] == "audit_event":
        return  # there are more of them with every request
    seen = {str(r["id"]) for r in watch.sight(who).rows(LISTS[channel.name])}
    assert len(found) == len(set(found)), (who, channel.name)
    assert set(found) <= seen, (who, channel.name, set(found) - seen)
    if channel.name in WHOLE:
        assert set(found) == seen, (who, channel.name, seen - set(found))
    if channel.name == "list_my_tasks":
        counted = watch.call(who, "GET", "/v1/tasks/summary").json()["mine"]["total"]
        today = watch.call(who, "GET", "/v1/me/today?most=50").json()["clocks"]["total"]
        assert counted == today == len(found), (who, counted, today, len(found))


def act(watch: Watch, who: str, channel: Channel, dice: Random) -> Request:
    """Try an act on any record, naming any others."""
    path = channel.filled(watch.path_ids(channel, dice)) if channel.parameters else channel.path
    body = body_of(channel)
    for place, table in channel.named.items():
        body = put(channel, body, place, watch.any_id(table, dice))
    headers = {"If-Match": f'"v{dice.randint(1, 3)}"'} if channel.method in {"PUT", "PATCH"} else {}
    if channel.method == "POST":
        headers["Idempotency-Key"] = str(uuid4())
    options = {"headers": headers} | ({} if body is None else {"json": body})
    watch.call(who, channel.method, path, **options)
    return channel.method, path, options


def search(watch: Watch, who: str, dice: Random) -> None:
    """Ask whether somebody is known, by the names, the year and the number of any person."""
    person = dice.choice(watch.sources.world.rows["person"])
    names = {k: person[k] for k in ("family_name", "given_name") if person[k]}
    keys: dict[str, Any] = names | {"birth_year": person["birth_year"]} if person["birth_year"] else names
    numbers = [r["iin"] for r in watch.sources.world.rows["person_iin"]]
    if dice.random() < 0.5 and numbers:
        keys = {"iin": dice.choice(numbers)}
    sent = {k: v.partition(" ⟪")[0] if isinstance(v, str) else v for k, v in keys.items()}
    watch.call(who, "POST", "/v1/persons/match", json=sent)


def _managed(watch: Watch, dice: Random) -> tuple[str, str]:
    """Return a case and the account that is accountable for it."""
    case = dice.choice(watch.sources.world.rows["case_record"])
    names = {i: who for who, i in watch.service.ids.items()}
    return str(case["id"]), names[case["manager_id"]]


def _restrict(watch: Watch, dice: Random) -> None:
    case, manager = _managed(watch, dice)
    body = {"restricted": True, "ground": "staff_involved"}
    if dice.random() < 0.5:
        body = {"restricted": False, "note": "Негіз жойылды."}
    watch.call(manager, "POST", f"/v1/cases/{case}/restriction", json=body)


def _join(watch: Watch, dice: Random) -> None:
    case, manager = _managed(watch, dice)
    who = dice.choice(["psychologist.almaty", "lawyer.almaty", "guardian2.almaty", "nurse.almaty", "ended.almaty"])
    body = {"user_id": str(watch.service.ids[who]), "team_role": "mentor"}
    watch.call(manager, "POST", f"/v1/cases/{case}/team", json=body)


def _leave(watch: Watch, dice: Random) -> None:
    rows = watch.sources.world.rows["case_member"]
    member = dice.choice([r for r in rows if r["ended_at"] is None and r["team_role"] != "manager"])
    names = {i: who for who, i in watch.service.ids.items()}
    managers = {c["id"]: names[c["manager_id"]] for c in watch.sources.world.rows["case_record"]}
    path = f"/v1/cases/{member['case_id']}/team/{member['id']}/end"
    watch.call(managers[member["case_id"]], "POST", path, json={})


def _hand_over(watch: Watch, dice: Random) -> None:
    for offer in watch.sources.world.rows["case_handover"]:
        if offer["state"] == "offered":
            names = {i: who for who, i in watch.service.ids.items()}
            watch.call(names[offer["to_user_id"]], "POST", f"/v1/handovers/{offer['id']}/accept", json={})
            return
    case, manager = _managed(watch, dice)
    to = dice.choice(["manager.almaty", "manager2.almaty", "ended.almaty"])
    body = {"to_user_id": str(watch.service.ids[to]), "reason": "workload", "note": "Жүктеме"}
    watch.call(manager, "POST", f"/v1/cases/{case}/handover", json=body)


def _role(watch: Watch, dice: Random) -> None:
    who = dice.choice(["both.almaty", "taken.almaty", "member.nowhere"])
    path, role = f"/v1/users/{watch.service.ids[who]}/roles", dice.choice(["supervisor", "centre_specialist"])
    asked = watch.call("admin", "POST", path, json={"role": role, "reason": "Бұйрық 15"})
    if asked.is_success:
        watch.call("admin2", "PUT", f"/v1/account-changes/{asked.json()['id']}/approval")
    else:
        watch.call("admin", "POST", f"{path}/{role}/revoke", json={})
    watch.service.notice_roles(who)


def _group(watch: Watch, _: Random) -> None:
    who = watch.service.ids["member.nowhere"]
    groups = {r["group_id"] for r in watch.sources.world.rows["mobile_group_member"]}
    held = [r for r in watch.sources.world.rows["mobile_group_member"] if r["user_id"] == who and r["until"] is None]
    if held:
        path = f"/v1/mobile-groups/{held[0]['group_id']}/members/{who}/remove"
        watch.call("admin", "POST", path, json={})
    else:
        body = {"user_id": str(who), "sector": "health", "is_lead": False, "reason": "Бұйрық 17"}
        asked = watch.call("admin", "POST", f"/v1/mobile-groups/{min(groups)}/members", json=body)
        if asked.is_success:
            watch.call("admin2", "PUT", f"/v1/account-changes/{asked.json()['id']}/approval")


def _move(watch: Watch, dice: Random) -> None:
    user = watch.service.ids["taken.almaty"]
    bodies = [str(r["id"]) for r in watch.sources.world.rows["organisation"]]
    body = {"organisation_id": dice.choice(bodies), "reason": "Бұйрық 16"}
    asked = watch.call("admin", "POST", f"/v1/users/{user}/move", json=body)
    if asked.is_success:
        watch.call("admin2", "PUT", f"/v1/account-changes/{asked.json()['id']}/approval")


CHANGES: tuple[Callable[[Watch, Random], None], ...] = (_restrict, _join, _leave, _hand_over, _role, _group, _move)


def machine_of(service: Service) -> type[RuleBasedStateMachine]:
    """Return the state machine of one test, bound to its service."""
    watch = Watch(service)
    accounts = st.sampled_from(sorted(service.ids))
    seeds = st.integers(0, 10_000)

    class WaysOut(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.requests: list[tuple[str, Request]] = []

        @rule(who=accounts, channel=st.sampled_from(ASKED), seed=seeds)
        def somebody_asks(self, who: str, channel: Channel, seed: int) -> None:
            ask(watch, who, channel, Random(seed))

        @rule(who=accounts, channel=st.sampled_from(ACTS), seed=seeds)
        def somebody_acts(self, who: str, channel: Channel, seed: int) -> None:
            who = watch.likely(who, channel, Random(seed))
            self.requests.append((who, act(watch, who, channel, Random(seed))))

        @rule(who=accounts, seed=seeds)
        def somebody_repeats_a_request(self, who: str, seed: int) -> None:
            """With the same key, as another account or as the same one that may have lost the sight of the record."""
            if self.requests:
                first, (method, path, options) = Random(seed).choice(self.requests)
                answer = watch.call(who if seed % 2 else first, method, path, **options)
                assert first == who or seed % 2 == 0 or "idempotency-replayed" not in answer.headers

        @rule(
            change=st.sampled_from(CHANGES),
            seed=seeds,
            readers=st.lists(st.tuples(accounts, st.sampled_from(ASKED)), min_size=1, max_size=4),
        )
        def the_world_changes(
            self, change: Callable[[Watch, Random], None], seed: int, readers: list[tuple[str, Channel]]
        ) -> None:
            change(watch, Random(seed))
            for number, (who, channel) in enumerate(readers):
                ask(watch, who, channel, Random(seed + number))

    return WaysOut


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        phases=[Phase.generate],  # the world goes on from one example to the next: nothing to replay or to shrink
    )


def test_nobody_sees_what_is_not_theirs_over_any_way_out(service: Service) -> None:
    run_state_machine_as_test(machine_of(service), settings=_settings(5, 25))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(20))
def test_nobody_sees_what_is_not_theirs_over_any_way_out_for_long(part: int, own_service: Service) -> None:
    """Two hundred examples of sixty steps, ten to a world: one that grew by all of them would only slow down."""
    run_state_machine_as_test(machine_of(own_service), settings=_settings(10, 60))


def test_every_read_of_a_record_shows_what_is_seen(service: Service) -> None:
    """Without chance: a new operation that keeps something back of what is seen is found at once."""
    watch, refused = Watch(service), set()
    for channel in READS:
        if len(channel.parameters) > 1 or channel.name in NOT_THE_RECORD:
            continue
        parameter, table = next(iter(channel.records.items()))
        for who in service.holders(channel.permission):
            ids = seen_ids(watch.sight(who), channel, table)
            for chosen in Random(who).sample(ids, min(2, len(ids))):
                answer = watch.call(who, "GET", channel.filled({parameter: chosen}))
                if answer.status_code != 200:
                    refused.add((channel.name, answer.status_code, answer.json()["code"]))
    assert refused == set()


def _everybody_reads(service: Service, reader: Channel) -> None:
    watch = Watch(service)
    for who in service.holders(reader.permission):
        for seed in range(5):
            read(watch, who, reader, Random(seed))


@pytest.mark.parametrize("table", ["benefit_determination", "case_record", "family", "person", "signal", "task"])
def test_a_policy_that_shows_too_much_is_found(table: str, service: Service) -> None:
    """Opened for everybody by the owner of the database: a watch that finds nothing there would prove nothing here."""
    reader = next(c for c in READS if list(c.records.values()) == [table] and len(c.parameters) == 1)
    was = service.fetch(_POLICY, table)[0]["was"]
    service.fetch(f"ALTER POLICY sight ON {table} USING (true)")
    try:
        with pytest.raises(AssertionError, match=r"words of|the id|== 404"):
            _everybody_reads(service, reader)
    finally:
        service.fetch(f"ALTER POLICY sight ON {table} USING ({was})")
