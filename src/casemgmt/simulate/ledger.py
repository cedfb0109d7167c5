"""The centre's own book: what was sent, what was answered, and what the service must therefore have."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casemgmt.simulate.line import Answer

_APPLIED = {"accepted", "updated", "finalised", "corrected"}
_FILED = _APPLIED - {"updated"}


@dataclass
class Entry:
    """One contact, as the answers tell of it."""

    contact_id: str
    id: str | None = None
    """The service's; None where it has not said that it has the contact."""
    final: bool = False
    revision: int = 0
    non_data: str | None = None
    signals: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    """The code of the last refusal."""
    plate_known: bool | None = None
    """Null where no plate was named."""
    last: tuple[str, Mapping[str, Any], Mapping[str, Any]] | None = None
    """Of the last message that was taken: its id, what it said, what was answered."""
    told: Mapping[str, Any] | None = None
    """The contact as it stands: what the newest revision said that was taken."""


@dataclass(frozen=True)
class Expected:
    """What the service must have of the contacts in the book, by the words of its account."""

    received: int
    filed: int
    signals: int
    without_signal: int
    open: int
    non_data: int
    refused: int


class Ledger:
    """Everything that was sent."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        """By channel: contacts, messages, acknowledged, refused, and how many wait for an answer."""
        self.outcomes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.repeats: Counter[str] = Counter()
        """Messages that were sent again, by the reason; `alike`: those that got the answer of the first time."""
        self.faults: list[str] = []
        """What the service said that can't be right, in words."""
        self.unanswered: dict[str, Mapping[str, Any]] = {}
        """Messages that were sent and never answered, by their ids."""
        self.seconds: list[float] = []
        """How long each answer took."""

    def begins(self, message_id: str, contact: Mapping[str, Any]) -> None:
        """Note that a message is on its way."""
        count = self.counts[contact["channel"]]
        if contact["contact_id"] not in self.entries:
            self.entries[contact["contact_id"]] = Entry(contact["contact_id"])
            count["contacts"] += 1
        count["messages"] += 1
        self.unanswered[message_id] = contact

    def acknowledged(self, message_id: str, contact: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Note that the service has a message, and what it says of the contact."""
        entry = self.entries[contact["contact_id"]]
        if self.unanswered.pop(message_id, None) is not None:
            self.counts[contact["channel"]]["acknowledged"] += 1
            self.outcomes[str(answer.get("outcome"))] += 1
        if answer.get("contact_id") != entry.contact_id:
            self.faults.append(f"{message_id} was answered with the contact {answer.get('contact_id')}.")
        if entry.id not in {None, answer.get("id")}:
            self.faults.append(f"{entry.contact_id} has two ids: {entry.id} and {answer.get('id')}.")
        told = {s["ref"]: s["signal_id"] for s in answer.get("signals", [])}
        for ref in told.keys() & entry.signals.keys():
            if told[ref] != entry.signals[ref]:
                self.faults.append(f"Concern {ref} of {entry.contact_id} is two signals.")
        entry.id, entry.refused, entry.plate_known = str(answer.get("id")), None, answer.get("plate_known")
        entry.signals |= told
        entry.final = entry.final or answer.get("state") == "finalised"
        entry.last = (message_id, contact, answer)
        if answer.get("outcome") in _APPLIED and contact["revision"] > entry.revision:
            entry.revision, entry.non_data, entry.told = contact["revision"], contact.get("non_data"), contact
        self._look_at_concerns(entry, contact, answer)

    def _look_at_concerns(self, entry: Entry, contact: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if contact["stage"] != "final" or answer.get("outcome") not in _FILED:
            return
        if not entry.final:
            self.faults.append(f"{entry.contact_id} was told as final and is answered as {answer.get('state')}.")
        if missing := {c["ref"] for c in contact.get("concerns", [])} - entry.signals.keys():
            self.faults.append(f"{entry.contact_id}: no signal of the concerns {', '.join(sorted(missing))}.")

    def refused(self, message_id: str, contact: Mapping[str, Any], code: str) -> None:
        """Note that a message was not taken and will be mended, or not."""
        self.refusals[code] += 1
        entry = self.entries[contact["contact_id"]]
        if entry.id is None:
            entry.refused = code
        self.unanswered.pop(message_id, None)

    def given_up(self, contact: Mapping[str, Any]) -> None:
        """Note that a refused message is not sent once more."""
        self.counts[contact["channel"]]["refused"] += 1

    def compare_copies(self, message_id: str, why: str, first: Answer, second: Answer) -> None:
        """Note that a message was sent twice, and whether both were answered alike."""
        self.repeats[why] += 1
        if not (first.taken and second.taken):
            return
        if first.body == second.body and (first.replayed or second.replayed):
            self.repeats["alike"] += 1
        else:
            self.faults.append(f"{message_id}, {why}: the second answer is not that of the first.")

    def expected(self) -> Expected:
        """Return what the service must have."""
        known = [entry for entry in self.entries.values() if entry.id is not None]
        filed = [entry for entry in known if entry.final and entry.non_data is None]
        refused = sum(entry.id is None and entry.refused is not None for entry in self.entries.values())
        return Expected(
            received=len(known) + refused,
            filed=len(filed),
            signals=sum(len(entry.signals) for entry in filed),
            without_signal=sum(not entry.signals for entry in filed),
            open=sum(not entry.final for entry in known),
            non_data=sum(entry.final and entry.non_data is not None for entry in known),
            refused=refused,
        )

    def plates(self) -> tuple[int, int]:
        """Return how many contacts named a plate, and of how many the service knows it."""
        known = [entry.plate_known for entry in self.entries.values() if entry.plate_known is not None]
        return len(known), sum(known)

    def total(self, name: str) -> int:
        """Return a count over all channels."""
        return sum(count[name] for count in self.counts.values())
