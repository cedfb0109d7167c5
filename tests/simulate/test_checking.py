"""The comparison at the end names each contact of which the service's account says otherwise than its answers did."""

from datetime import date
from typing import Any

import httpx
import pytest

from casemgmt.simulate.accounts import Desk
from casemgmt.simulate.checking import Books, Finding
from casemgmt.simulate.ledger import Ledger

Json = dict[str, Any]
CALL: Json = {"contact_id": "call", "signals": 2, "filed": [{"ref": "1", "signal_id": "s-1"}]}
"""Of its two signals the reader sees one."""
NAMED: dict[str, list[Any]] = {
    "filed_contacts": [CALL],
    "open_contacts": ["draft"],
    "non_data_contacts": [{"contact_id": "silent", "non_data": "silent"}],
    "refused_items": [{"contact_id": "wrong"}],
}


def account(**named: list[Any]) -> Json:
    """Return an account that counts what it names."""
    listed = NAMED | named
    filed = listed["filed_contacts"]
    numbers = {"contacts": len(filed), "signals": sum(c["signals"] for c in filed), "without_signal": 0}
    return {
        "day": "2026-11-26",
        "received": sum(map(len, listed.values())),
        "filed": numbers,
        "open": len(listed["open_contacts"]),
        "non_data": len(listed["non_data_contacts"]),
        "refused": len(listed["refused_items"]),
    } | listed


class Told(Desk):
    """A desk that is told nothing before the run and one account after it."""

    def __init__(self, after: Json) -> None:
        super().__init__(httpx.AsyncClient(), "sandbox-111", "operator.111", "")
        self._told = [account(**{name: [] for name in NAMED}), after]

    async def account(self, day: date) -> Json:  # noqa: ARG002 - the same whatever the day
        return self._told.pop(0)


def ledger() -> Ledger:
    """The book of a call about two things, a silent one, a draft and a contact that was refused."""
    book = Ledger()
    for name, stage, more in (
        ("call", "final", {"concerns": [{"ref": "1"}, {"ref": "2"}]}),
        ("silent", "final", {"non_data": "silent"}),
        ("draft", "draft", {}),
    ):
        told: Json = {"contact_id": name, "channel": "call", "revision": 1, "stage": stage} | dict(more)
        signals = [{"ref": c["ref"], "signal_id": f"s-{c['ref']}"} for c in told.get("concerns", ())]
        answer = {"contact_id": name, "id": f"id-{name}", "outcome": "accepted", "signals": signals}
        book.begins(name, told)
        book.acknowledged(name, told, answer | {"state": "finalised" if stage == "final" else "draft"})
    wrong = {"contact_id": "wrong", "channel": "call", "revision": 1, "stage": "final"}
    book.begins("wrong", wrong)
    book.refused("wrong", wrong, "invalid-request")
    return book


async def compared(after: Json) -> Finding:
    books, finding = Books(Told(after)), Finding()
    await books.open()
    await books.compare(ledger(), finding)
    return finding


async def test_an_account_that_says_what_was_answered_is_right() -> None:
    finding = await compared(account())
    assert (finding.right, finding.faults, finding.notes) == (True, [], [])


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"filed_contacts": []}, "call is filed, and the account does not name it."),
        ({"non_data_contacts": []}, "silent is about nobody, and the account does not name it."),
        ({"open_contacts": ["draft", "x"]}, "x is open by the account, and was not sent here."),
        ({"open_contacts": ["draft", "silent"], "non_data_contacts": []}, "silent is about nobody, and open by the"),
        ({"filed_contacts": [CALL | {"signals": 3}]}, "call became 2 signals, and 3 by the account."),
        ({"filed_contacts": [CALL | {"filed": [{"ref": "1", "signal_id": "s-9"}]}]}, "call became other signals than"),
    ],
)
async def test_each_contact_that_differs_is_named(named: dict[str, list[Any]], said: str) -> None:
    finding = await compared(account(**named))
    assert not finding.right
    assert [fault for fault in finding.faults if fault.startswith(said)] == finding.faults


async def test_an_account_that_does_not_name_all_that_it_counts_is_said_to() -> None:
    finding = await compared(account() | {"filed_contacts": []})
    assert (finding.right, finding.faults) == (True, [])
    assert len(finding.notes) == 1
    assert finding.notes[0].startswith("Of 1 contacts that are filed on 2026-11-26 the account names 0:")
