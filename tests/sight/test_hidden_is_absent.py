"""What is hidden and what does not exist are one and the same: in the answer, in the statements, in the event.

Nobody learns from a status, a header, a word, or from how long an answer took, that a record is there.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from casemgmt.signals.states import SIGNAL
from tests.all_rows import World
from tests.expectation import Expectation
from tests.sight.bodies import NAMES_ONE, body_of, put
from tests.sight.channels import Channel, channels
from tests.sight.service import Heard, Service

NAMING = [c for c in channels().values() if c.records]
TAKES_WHAT_IS_UNSEEN = {"break_glass", "declare_own_conflict", "declare_conflict_of", "prepare_subject_copy"}
"""Operations that accept a record which the account does not see: `test_conflicts_tell_nothing.py` compares those of
conflicts; break-glass tells that there is a case together with its notice to the team (decision 0026); a copy for a
subject is prepared by who sees no file, and released by a second officer (`test_subject_copies.py`)."""
NAMING_IN_BODY = [c for c in channels().values() if c.named and c.name not in TAKES_WHAT_IS_UNSEEN]
_EVENT = (
    "SELECT kind, outcome, actor_id, record_type, cardinality(record_ids) AS records, case_id, signal_id, fields,"
    " reason, purpose, on_behalf_of, changes FROM audit_event WHERE request_id = $1 ORDER BY at, id"
)


def asked(
    service: Service, who: str, channel: Channel, ids: dict[str, str], body: Any
) -> tuple[httpx.Response, Heard, list[dict[str, Any]]]:
    """Ask once; return the answer, the statements it took, and the events it left."""
    request_id = uuid4().hex
    headers = {"X-Request-Id": request_id}
    if channel.method in {"PUT", "PATCH"}:
        headers["If-Match"] = '"v1"'
    elif channel.method == "POST" and who == "qr.111":
        headers["Idempotency-Key"] = request_id
    service.run(service.sign_in(who))
    with service.statements() as heard:
        answer = service.call(who, channel.method, channel.filled(ids), json=body, headers=headers)
    return answer, heard, [dict(r) for r in service.fetch(_EVENT, request_id)]


def twice(
    service: Service,
    who: str,
    channel: Channel,
    hidden: tuple[dict[str, str], Any],
    absent: tuple[dict[str, str], Any],
) -> tuple[int, str]:
    """Ask for what is hidden and for what is absent, and compare everything there is to compare.

    Returns the status, and what the database was asked and the caller told of the hidden one.
    """
    first, heard, left = asked(service, who, channel, *hidden)
    second, heard_second, left_second = asked(service, who, channel, *absent)
    where = (who, channel.method, channel.path, hidden, first.text, second.text)
    assert first.status_code == second.status_code, where
    assert _plain(first) == _plain(second), where
    assert heard.statements == heard_second.statements, where
    assert left == left_second, where
    if first.status_code in {httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN}:
        assert [e["outcome"] for e in left] == ["refused"], where
    return first.status_code, heard.asked + first.text


def _plain(answer: httpx.Response) -> tuple[list[tuple[str, str]], str]:
    request_id = answer.headers["x-request-id"]
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in {"x-request-id", "date"})
    return headers, answer.text.replace(request_id, "-")


def _hidden(service: Service, world: World, expectation: Expectation, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table that the account does not see."""
    if table == "auth_session":
        rows = service.fetch("SELECT id, user_id FROM auth_session WHERE user_id <> $1", expectation.user_id)
        return [dict(r) for r in rows]
    seen = {r["id"] for r in expectation.visible(table)}
    return [r for r in world.rows[table] if r["id"] not in seen]


def _nested(row: dict[str, Any], channel: Channel, table: str) -> dict[str, str]:
    """Return the ids of a path that ends at a row: those before it are what the row belongs to."""
    *before, last = channel.parameters
    ids = {last: str(row["id"])}
    for parameter in before:
        ids[parameter] = str(row.get(parameter) or row["id"])
    return ids


def _seen_ids(expectation: Expectation, channel: Channel) -> set[str]:
    """Return the ids of what the account sees, of the kinds that a path names."""
    tables = set(channel.records.values()) - {"auth_session"}
    return {str(row["id"]) for table in tables for row in expectation.visible(table)}


def _strangers(channel: Channel, table: str, service: Service, world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield accounts with the permission, each with a row that is hidden from it; different rows where there are."""
    for position, who in enumerate(service.holders(channel.permission)):
        rows = _hidden(service, world, service.expectation(world, who), table)
        if rows:
            yield who, rows[position % len(rows)]


@pytest.fixture(scope="module")
def world(service: Service) -> World:
    return service.world()


@pytest.mark.parametrize("channel", NAMING, ids=lambda c: c.name)
def test_a_hidden_record_is_answered_as_one_that_does_not_exist(
    channel: Channel, service: Service, world: World
) -> None:
    body = body_of(channel)
    table = channel.records.get(channel.parameters[-1]) or next(iter(channel.records.values()))
    statuses = set()
    for who, row in list(_strangers(channel, table, service, world))[:2]:
        hidden = _nested(row, channel, table)
        seen = _seen_ids(service.expectation(world, who), channel)
        absent = {p: v if p not in channel.records or v in seen else str(uuid4()) for p, v in hidden.items()}
        statuses.add(twice(service, who, channel, (hidden, body), (absent, body))[0])
    assert 404 in statuses, f"no account with the permission misses a {table}, or no body fits: {statuses}"
    assert statuses <= {404, 403}


NEVER_LOOKED_FOR = {
    (
        "give_mandatory_notice",
        "document_id",
    ): "asked for an open notice alone: test_mandatory_notices.py tries another's",
    ("call_conference", "participants"): "asked once the children are those of the case: test_conferences.py tries it",
    ("hold_conference", "came"): "who came is compared with those who were invited",
    ("hold_conference", "decisions"): "who does it is compared with those who were invited",
    ("hold_conference", "family_came"): "who came is compared with those who were invited",
    ("hold_session", "attendance"): "who came is compared with those for whom the session was booked",
    ("open_case", "children"): "the children are compared with those of the signals",
}
"""Records named in a body that no statement asks for, each with the reason: (operation, field)."""
NESTED = [c for c in NAMING if len(c.records) > 1]


@pytest.mark.parametrize("channel", NESTED, ids=lambda c: c.name)
def test_a_hidden_part_of_a_record_that_is_seen_is_answered_as_one_that_does_not_exist(
    channel: Channel, service: Service, world: World
) -> None:
    body = body_of(channel)
    first, last = channel.parameters[0], channel.parameters[-1]
    statuses = set()
    for who, row in list(_strangers(channel, channel.records[last], service, world))[:2]:
        for parent in service.expectation(world, who).visible(channel.records[first])[:1]:
            ids = {first: str(parent["id"])}
            hidden, absent = ids | {last: str(row["id"])}, ids | {last: str(uuid4())}
            statuses.add(twice(service, who, channel, (hidden, body), (absent, body))[0])
    assert 404 in statuses
    assert statuses <= {404, 409}


@pytest.mark.parametrize(
    ("channel", "place"),
    [(c, place) for c in NAMING_IN_BODY for place in c.named],
    ids=lambda x: x.name if isinstance(x, Channel) else "/".join(x),
)
def test_a_hidden_record_that_a_body_names_is_answered_as_one_that_does_not_exist(
    channel: Channel, place: tuple[str, ...], service: Service, world: World
) -> None:
    """Asked of records in several states: where an act is refused before the named record is looked for, as there."""
    table = channel.named[place]
    statuses: list[int] = []
    reached = False
    for number, (who, row) in enumerate(_strangers(channel, table, service, world)):
        if reached and number > 1:
            break
        expectation = service.expectation(world, who)
        for ids in _seen_paths(channel, expectation):
            body = _among_seen(channel, expectation, ids)
            hidden, absent = (put(channel, body, place, each) for each in (str(row["id"]), str(uuid4())))
            status, asked = twice(service, who, channel, (ids, hidden), (ids, absent))
            statuses.append(status)
            reached = reached or str(row["id"]) in asked or f'"pointer":"/{place[0]}' in asked
    assert all(status >= 400 for status in statuses), f"a record was named that the account does not see: {statuses}"
    assert reached or (channel.name, place[0]) in NEVER_LOOKED_FOR, (
        f"nobody got so far that the named record was looked for: {statuses}"
    )


def _among_seen(channel: Channel, expectation: Expectation, ids: dict[str, str]) -> Any:
    """Return a body that names records which the account sees, those that belong to the path where there are such."""
    body = body_of(channel)
    if channel.name in NAMES_ONE:
        return body
    here = [
        str(row["person_id"])
        for table, owner in (("case_person", "case_id"), ("family_member", "family_id"))
        for row in expectation.visible(table)
        if str(row[owner]) == ids.get(owner)
    ]
    for number, (place, table) in enumerate(channel.named.items(), 1):
        seen = [str(r["id"]) for r in sorted(expectation.visible(table), key=lambda r: str(r["id"]))][-number:]
        if table == "person" and here:
            seen = here
        if seen and not (channel.name == "create_task" and place == ("signal_id",)):
            body = put(channel, body, place, seen[0])
    if channel.name == "open_case":
        about = expectation.visible("signal_person")
        ready = [r["id"] for r in expectation.visible("signal") if SIGNAL.find("open_case", r["state"])]
        opened = [r for r in about if r["signal_id"] in ready] or about
        body["signal_ids"] = [str(r["signal_id"]) for r in opened[-1:]]
        about = [r for r in about if str(r["signal_id"]) in body["signal_ids"]]
        body["children"] = [str(r["person_id"]) for r in about]
    return body


def _seen_paths(channel: Channel, expectation: Expectation) -> Iterator[dict[str, str]]:
    """Yield paths to records that an account sees: the newest of each state that such records have."""
    if not channel.records:
        yield {}
        return
    parameter, table = next(iter(channel.records.items()))
    states: dict[Any, dict[str, str]] = {}
    for row in expectation.visible(table):
        states[row.get("state")] = {parameter: str(row["id"])}
    yield from states.values()
