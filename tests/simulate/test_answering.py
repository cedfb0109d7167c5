"""A centre that carries answers finds a service out that endangers a child, refuses what it is told, or forgets."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from casemgmt.ids import new_id
from casemgmt.simulate import answering
from casemgmt.simulate.accounts import Carrier, Desk
from casemgmt.simulate.answering import Answering
from casemgmt.simulate.checking import Finding
from casemgmt.simulate.ledger import Ledger
from casemgmt.simulate.volumes import KAZAKHSTAN

Message = dict[str, Any]


class Made:
    """A service that does as it should with one answer; a test changes what it says."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.answer: Message = {
            "id": str(new_id()),
            "state": "ready",
            "due_at": None,
            "bars": [],
            "fetched_at": None,
            "receipts": [],
        }
        self.words: Message = {
            "contact_id": "sim-1",
            "means": "sms",
            "reads": "shared",
            "language": "ru",
            "send_until": (now + timedelta(minutes=9)).isoformat(),
        }
        self.written, self.refuses_receipts, self.forgets_receipts, self.tells = 201, False, False, True

    def reply(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        path, answer = request.url.path, self.answer
        if path == "/v1/token":
            return httpx.Response(200, json={"access_token": "t"})
        if path == "/v1/webhook-events":
            event = {"type": "answer.ready", "data": {"record_id": answer["id"]}}
            told = [event] if self.tells and "after" in request.url.params else []
            return httpx.Response(200, json={"items": told, "next_cursor": "c", "more": False})
        if path.endswith("/answers"):
            barred = {"code": "answer-barred", "bars": ["no_safe_time"]}
            return httpx.Response(self.written, json=answer if self.written == 201 else barred)
        if path.endswith("/message"):
            answer |= {"state": "fetched", "fetched_at": datetime.now(UTC).isoformat()}
            return httpx.Response(200, json=self.words)
        if "/receipts/" in path:
            return self._take(path.rpartition("/")[2], json.loads(request.content))
        return httpx.Response(200, json=answer)

    def _take(self, receipt_id: str, receipt: Message) -> httpx.Response:
        if self.refuses_receipts:
            return httpx.Response(422, json={"code": "in-future"})
        others = {"not_delivered": "failed", "read_by_other": "exposed"}
        self.answer["state"] = others.get(receipt["kind"], "delivered")
        if not self.forgets_receipts and receipt_id not in {r["receipt_id"] for r in self.answer["receipts"]}:
            self.answer["receipts"].append({"receipt_id": receipt_id})
        return httpx.Response(201, json={"state": self.answer["state"]})


def contact(**wish: Any) -> Message:
    """Return a call, as it was taken, of a child whom it is safe to answer now unless said otherwise."""
    now = datetime.now(KAZAKHSTAN)
    hours = {"safe_from": f"{now - timedelta(hours=1):%H:%M}", "safe_until": f"{now + timedelta(hours=1):%H:%M}"}
    told = {"wanted": True, "means": "sms", "reads": "shared", "safe_times": [hours]} | wish
    return {
        "contact_id": "sim-1",
        "revision": 1,
        "stage": "final",
        "channel": "call",
        "language": "ru",
        "answer": told,
        "concerns": [{"ref": "1"}],
    }


async def carried(service: Made, told: Message) -> tuple[Answering, Finding]:
    """Let the centre take a contact, answer it, and compare."""
    ledger, finding = Ledger(), Finding()
    ledger.begins("m", told)
    taken = {"contact_id": told["contact_id"], "id": str(new_id()), "outcome": "accepted", "state": "finalised"}
    ledger.acknowledged("m", told, taken | {"signals": [{"ref": "1", "signal_id": str(new_id())}]})
    async with httpx.AsyncClient(base_url="http://there", transport=httpx.MockTransport(service.reply)) as client:
        carrier = Carrier(client, "qr", "x")
        await carrier.open()
        centre = Answering(Desk(client, "s", "operator", "x"), carrier, ledger, 111)
        centre.end()
        await centre.carry()
        await centre.compare(finding)
    return centre, finding


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_EVERY", 0.001)
    monkeypatch.setattr(answering, "_PATIENCE", 0.01)


async def test_an_answer_that_goes_as_it_should_is_no_difference() -> None:
    _, finding = await carried(Made(), contact())
    assert finding.right, finding.faults
    assert {row.name: row.sent for row in finding.rows}["handed out"] == 1


LATER = [{"safe_from": f"{datetime.now(KAZAKHSTAN) + timedelta(hours=at):%H:%M}"} for at in (4, 5)]
ANOTHER_TIME = {"safe_times": [LATER[0] | {"safe_until": LATER[1]["safe_from"]}]}


def _late(service: Made) -> None:
    service.words["send_until"] = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()


def _of_another(service: Made) -> None:
    service.words["contact_id"] = "sim-2"


def _forgets(service: Made) -> None:
    service.forgets_receipts = True


def _refuses(service: Made) -> None:
    service.refuses_receipts = True


def _silent(service: Made) -> None:
    service.tells = False


def _asleep(service: Made) -> None:
    service.tells, service.answer["state"] = False, "waiting"
    service.answer["due_at"] = datetime.now(UTC).isoformat()


def _as_it_is(_: Made) -> None:
    """Change nothing: what is wrong is that it does not look at the wish."""


@pytest.mark.parametrize(
    ("wish", "wrong", "said"),
    [
        (ANOTHER_TIME, _as_it_is, "was handed out in no safe hour"),
        ({}, _late, "may be sent longer than is safe"),
        ({"wanted": False}, _as_it_is, "was handed out, though the child wants none"),
        ({"reads": "suspected", "safe_times": []}, _as_it_is, "was taken to be sent, though no safe hours are told"),
        ({}, _of_another, "is not as the child asked for it"),
        ({}, _refuses, "was refused: 422 in-future"),
        ({}, _forgets, "was taken, and is lost"),
        ({}, _silent, "is ready, and nobody was told"),
        ({}, _asleep, "is due and waits: is a worker running?"),
    ],
)
async def test_what_goes_wrong_is_found(wish: Message, wrong: Callable[[Made], None], said: str) -> None:
    service = Made()
    wrong(service)
    _, finding = await carried(service, contact(**wish))
    assert not finding.right
    assert any(said in fault for fault in finding.faults), finding.faults


async def test_what_waits_for_its_hour_is_held_or_may_not_be_written_is_kept_back_and_no_difference() -> None:
    asked: list[tuple[Message, Message, str]] = [
        ({"state": "waiting", "due_at": (datetime.now(UTC) + timedelta(hours=4)).isoformat()}, ANOTHER_TIME, "not_now"),
        ({"state": "held", "bars": [{"code": "message_unread"}]}, {}, "message_unread"),
    ]
    for stands, wish, why in asked:
        service = Made()
        service.tells, service.answer = False, service.answer | stands
        centre, finding = await carried(service, contact(**wish))
        assert finding.right, finding.faults
        assert centre.kept_back == {why: 1}
    service = Made()
    service.written = 409
    centre, finding = await carried(service, contact(reads="suspected", safe_times=[]))
    assert finding.right, finding.faults
    assert centre.kept_back == {"no_safe_time": 1}
