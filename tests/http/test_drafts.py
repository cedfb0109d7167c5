"""Drafts over HTTP: nothing typed is lost, nobody else reads it, and it is gone exactly when the form was sent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.clock import ManualClock
from casemgmt.drafts import jobs
from casemgmt.drafts.forms import Form
from casemgmt.drafts.policy import MOST_DRAFTS, merged
from casemgmt.retention import jobs as retention
from casemgmt.settings import Settings
from tests.clients import Caller, World
from tests.conftest import worker_of
from tests.factories import open_case
from tests.jobs.worker import do_all_due
from tests.planted import CONTRACT
from tests.records import events, rows
from tests.steps import done, save_draft

OPERATOR = "operator.111"
SIGNAL = {
    "source": "police",
    "channel": "call",
    "category": "neglect",
    "language": "kk",
    "narrative": "Үйде айғай.",
    "region_code": "KZ-75",
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def _put(caller: Caller, draft: str, content: dict[str, Any], version: int | None = None, **given: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"v{version}"'}
    body = {"form": "create_signal", "content": content} | given
    return await caller.request("PUT", f"/v1/drafts/{draft}", json=body, headers=headers)


async def _send(caller: Caller, draft: str, body: dict[str, Any], **headers: str) -> Any:
    return await caller.post("/v1/signals", body, headers={"Draft-Id": draft} | headers)


async def test_a_token_that_ends_in_the_middle_of_a_long_form_loses_nothing(
    world: World, clock: ManualClock, owner_url: str
) -> None:
    before, draft = await world.as_(OPERATOR), str(uuid4())
    done(await _put(before, draft, {"narrative": SIGNAL["narrative"]}))
    clock.advance(timedelta(hours=2))
    assert (await _put(before, draft, SIGNAL, 1)).status_code == 401
    assert (await before.post("/v1/signals", SIGNAL)).status_code == 401
    world.forget_tokens()
    after = await world.as_(OPERATOR)
    kept = done(await after.get(f"/v1/drafts/{draft}"))
    assert kept["content"] == {"narrative": SIGNAL["narrative"]}
    done(await _put(after, draft, SIGNAL, kept["version"]))
    signal = done(await _send(after, draft, SIGNAL))["id"]
    assert done(await after.get(f"/v1/signals/{signal}"))["narrative"] == SIGNAL["narrative"]
    assert (await after.get(f"/v1/drafts/{draft}")).status_code == 404
    assert "draft.sent" in await events(owner_url, draft)


async def test_a_draft_outlives_the_end_of_the_session(world: World) -> None:
    kept = await save_draft(world, OPERATOR)
    assert (await (await world.as_(OPERATOR)).post("/v1/logout")).status_code == 204
    world.forget_tokens()
    assert done(await (await world.as_(OPERATOR)).get("/v1/drafts"))["items"][0]["id"] == kept["id"]


async def test_a_long_form_is_saved_in_parts_and_fields_that_nobody_knows_are_kept(world: World) -> None:
    operator, draft = await world.as_(OPERATOR), str(uuid4())
    done(await _put(operator, draft, {"narrative": "a", "reporter": {"name": "b", "phone": "c"}, "of_the_client": [1]}))
    part = {"content": {"reporter": {"phone": None, "relation": "neighbour"}, "place": "d"}, "label": "Көрші"}
    path = f"/v1/drafts/{draft}"
    assert (await operator.patch(path, part)).status_code == 428
    saved = done(await operator.patch(path, part, headers={"If-Match": '"v1"'}))
    assert saved["content"] == {
        "narrative": "a",
        "reporter": {"name": "b", "relation": "neighbour"},
        "of_the_client": [1],
        "place": "d",
    }
    assert (saved["version"], saved["label"]) == (2, "Көрші")


async def test_of_two_devices_neither_overwrites_the_other(world: World) -> None:
    operator, draft = await world.as_(OPERATOR), str(uuid4())
    done(await _put(operator, draft, {"narrative": "begun"}))
    done(await _put(operator, draft, {"narrative": "on the telephone"}, 1))
    refused = await _put(operator, draft, {"narrative": "on the computer"}, 1)
    assert (refused.status_code, refused.json()["current_version"]) == (412, 2)
    assert done(await operator.get(f"/v1/drafts/{draft}"))["content"] == {"narrative": "on the telephone"}
    done(await _put(operator, str(uuid4()), {"narrative": "on the computer"}))
    assert len(done(await operator.get("/v1/drafts"))["items"]) == 2
    part = await operator.patch(f"/v1/drafts/{draft}", {"content": {}}, headers={"If-Match": '"v1"'})
    assert part.status_code == 412


async def test_a_draft_saved_again_because_the_answer_was_lost_is_one(world: World, owner_url: str) -> None:
    operator, draft = await world.as_(OPERATOR), str(uuid4())
    first = done(await _put(operator, draft, SIGNAL))
    assert done(await _put(operator, draft, SIGNAL)) == first
    other = await _put(operator, draft, SIGNAL | {"narrative": "other"})
    assert (other.status_code, other.json()["code"]) == (428, "precondition-required")
    assert len(await rows(owner_url, "SELECT id FROM draft")) == 1


async def test_nobody_else_sees_or_touches_a_draft(world: World, owner_url: str) -> None:
    draft = (await save_draft(world, "manager.almaty"))["id"]
    for username in ("manager2.almaty", "head.almaty", "duty.almaty"):
        other, path = await world.as_(username), f"/v1/drafts/{draft}"
        assert (await other.get(path)).status_code == 404
        assert done(await other.get("/v1/drafts"))["items"] == []
        assert (await other.patch(path, {"content": {}}, headers={"If-Match": '"v1"'})).status_code == 404
        assert (await other.request("DELETE", path)).status_code == 404
        taken = await _put(other, draft, {})
        assert (taken.status_code, taken.json()["code"]) == (409, "id-in-use")
    sent = await _send(await world.as_("duty.almaty"), draft, SIGNAL)
    assert (sent.status_code, sent.json()["code"]) == (409, "draft-gone")
    assert await rows(owner_url, "SELECT id FROM signal") == []
    assert len(await rows(owner_url, "SELECT id FROM draft")) == 1


async def test_a_form_that_is_refused_leaves_its_draft_as_it_was(world: World, owner_url: str) -> None:
    operator, draft = await world.as_(OPERATOR), (await save_draft(world, OPERATOR))["id"]
    wrong = await _send(operator, draft, SIGNAL | {"region_code": "KZ-99"})
    assert wrong.status_code == 422
    assert (await _send(operator, "no-id", SIGNAL)).json()["code"] == "invalid-draft-id"
    assert len(await rows(owner_url, "SELECT id FROM draft")) == 1
    assert await rows(owner_url, "SELECT id FROM signal") == []


async def test_a_form_sent_twice_from_its_draft_is_recorded_once(world: World, owner_url: str) -> None:
    operator, draft = await world.as_(OPERATOR), (await save_draft(world, OPERATOR))["id"]
    key = {"Idempotency-Key": "one"}
    first, again = await _send(operator, draft, SIGNAL, **key), await _send(operator, draft, SIGNAL, **key)
    assert done(first) == done(again)
    gone = await _send(operator, draft, SIGNAL)
    assert (gone.status_code, gone.json()["code"]) == (409, "draft-gone")
    assert len(await rows(owner_url, "SELECT id FROM signal")) == 1


async def test_a_draft_is_sent_as_the_form_it_was_saved_for(world: World) -> None:
    operator, draft = await world.as_(OPERATOR), str(uuid4())
    done(await _put(operator, draft, {}, form="report_visit"))
    refused = await _send(operator, draft, SIGNAL)
    assert (refused.status_code, refused.json()["code"]) == (422, "draft-of-other-form")
    assert (await _put(operator, str(uuid4()), {}, form="create_user")).status_code == 422


async def test_a_draft_says_which_record_it_is_for_and_is_sent_to_no_other(world: World, owner_url: str) -> None:
    case, other = await open_case(owner_url), await open_case(owner_url)
    manager, draft = await world.as_("manager.almaty"), str(uuid4())
    note = {"body": "Анасымен сөйлестім."}
    done(await _put(manager, draft, note, form="write_case_note", for_id=str(case.id)))
    done(await manager.patch(f"/v1/drafts/{draft}", {"content": {}}, headers={"If-Match": '"v1"'}))
    (listed,) = done(await manager.get("/v1/drafts"))["items"]
    assert listed["for_id"] == str(case.id)

    async def sent(to: str) -> Any:
        return await manager.post(f"/v1/cases/{to}/notes", note, headers={"Draft-Id": draft})

    refused = await sent(str(other.id))
    assert (refused.status_code, refused.json()["code"]) == (422, "draft-of-other-record")
    assert await rows(owner_url, "SELECT id FROM case_note") == []
    assert done(await sent(listed["for_id"].upper()))["body"] == note["body"]
    assert done(await manager.get("/v1/drafts"))["items"] == []


async def test_a_draft_holds_no_more_than_a_form_and_nobody_hoards_them(world: World) -> None:
    operator, draft = await world.as_(OPERATOR), str(uuid4())
    large = await _put(operator, draft, {"narrative": "а" * 150_000})
    assert (large.status_code, large.json()["code"]) == (422, "draft-too-large")
    assert (await _put(operator, draft, {"narrative": "\x00"})).status_code == 422
    for _ in range(MOST_DRAFTS):
        done(await _put(operator, str(uuid4()), {}))
    many = await _put(operator, draft, {})
    assert (many.status_code, many.json()["code"]) == (409, "too-many-drafts")


async def test_a_draft_put_aside_leaves_nothing_but_that_it_was_there(world: World, owner_url: str) -> None:
    operator, draft = await world.as_(OPERATOR), (await save_draft(world, OPERATOR))["id"]
    path = f"/v1/drafts/{draft}"
    assert (await operator.request("DELETE", path, headers={"If-Match": '"v7"'})).status_code == 412
    assert (await operator.request("DELETE", path)).status_code == 204
    assert await rows(owner_url, "SELECT id FROM draft") == []
    assert await events(owner_url, draft) == ["draft.saved", "draft.discarded"]


async def test_the_list_says_when_a_draft_ends_and_its_owner_is_told_before(
    world: World, owner_url: str, database_url: str, settings: Settings, clock: ManualClock
) -> None:
    kept, other = await save_draft(world, OPERATOR), await save_draft(world, OPERATOR)
    ends = datetime.fromisoformat(kept["ends_at"])
    assert (ends - clock.now(), kept["ends_soon"]) == (timedelta(days=30), False)
    clock.advance(timedelta(days=24))
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    await do_all_due(worker_of(database_url), settings, clock, jobs.SCHEDULE)
    world.forget_tokens()
    operator = await world.as_(OPERATOR)
    assert [d["ends_soon"] for d in done(await operator.get("/v1/drafts"))["items"]] == [True, True]
    told = done(await operator.get("/v1/tasks/mine", headers={"Accept-Language": "ru"}))["items"]
    assert {t["record_id"] for t in told} == {kept["id"], other["id"]}
    assert {t["label"] for t in told} == {"Черновик неотправленной формы скоро исчезнет"}
    assert {datetime.fromisoformat(t["due_at"]) for t in told} == {ends}
    done(await _put(operator, kept["id"], {"narrative": "on"}, 1))
    open_tasks = done(await operator.get("/v1/tasks/mine"))["items"]
    assert [t["record_id"] for t in open_tasks] == [other["id"]]
    clock.advance(timedelta(days=7))
    await do_all_due(worker_of(database_url), settings, clock, retention.SCHEDULE)
    assert [r["id"] for r in await rows(owner_url, "SELECT id FROM draft")] == [UUID(kept["id"])]
    world.forget_tokens()
    assert done(await (await world.as_(OPERATOR)).get("/v1/tasks/mine"))["items"] == []


def test_every_form_of_a_draft_is_an_operation_that_takes_it_and_no_other_does() -> None:
    operations = [o for each in CONTRACT["paths"].values() for o in each.values() if isinstance(o, dict)]
    taking = {o["operationId"] for o in operations if o.get("x-drafted")}
    assert taking == set(Form)
    named = {o["operationId"] for o in operations if any(p["name"] == "Draft-Id" for p in o.get("parameters", []))}
    assert named == taking


def test_a_signal_is_recorded_with_nine_fields_at_most() -> None:
    """Two minutes at a telephone: what must be asked, with a reporter and a child who is on record, is nine fields."""

    def required(name: str) -> list[str]:
        schema: dict[str, Any] = CONTRACT["components"]["schemas"][name]
        return list(schema.get("required", []))

    assert required("RegisterSignal") == ["source", "channel", "category", "language", "narrative", "region_code"]
    fields = [*required("RegisterSignal"), *required("ReporterGiven"), *required("SubjectGiven")]
    assert len(fields) <= 9


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(max_size=2), _JSON, max_size=4)


@given(_OBJECTS, _OBJECTS)
def test_a_part_changes_what_it_names_and_nothing_else(content: dict[str, Any], part: dict[str, Any]) -> None:
    before = repr(content)
    found = merged(content, part)
    assert repr(content) == before
    assert {k: v for k, v in found.items() if k not in part} == {k: v for k, v in content.items() if k not in part}
    assert {k for k, v in part.items() if v is None}.isdisjoint(found)
    assert merged(found, part) == found
