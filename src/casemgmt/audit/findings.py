"""What a verification finds: faults in words, and which event is the first that can't be trusted."""

from dataclasses import dataclass, field

KINDS = {
    "unreadable": "a line can't be read",
    "damaged": "the file is not as it was written",
    "changed": "an event was changed",
    "removed": "an event was removed",
    "inserted": "an event was put in past the service",
    "reordered": "events stand in another order",
    "back-dated": "an event bears a time before its own",
    "forward-dated": "an event bears a time after its own",
    "forged-head": "a head is not one that was signed",
    "forked-head": "the witness saw another tree",
    "truncated": "the end is missing",
    "wrong-key": "a key is not known",
    "witness": "a line of the witness is not one that was signed",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it should be."""

    kind: str
    text: str
    position: int | None = None
    """Place in the log of the event that is meant, or of the first of those that may be."""
    event_id: str | None = None


@dataclass
class Findings:
    """All that a verification came to."""

    log: str | None = None
    first: int = 0
    events: int = 0
    heads: int = 0
    unsealed: int = 0
    """Events that no head covers yet: nothing proves them."""
    generations: int = 1
    last_sealed_at: str | None = None
    keys: list[str] = field(default_factory=list)
    """The keys that the heads are signed with."""
    witnessed: int | None = None
    """Heads of the witness that were compared; None without a witness."""
    faults: list[Fault] = field(default_factory=list)

    def add(self, kind: str, text: str, position: int | None = None, event_id: str | None = None) -> None:
        """Note a fault."""
        self.faults.append(Fault(kind, text, position, event_id))

    @property
    def hold(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def first_bad_event(self) -> Fault | None:
        """Return the fault of the first event that can't be trusted; None where no fault is about an event."""
        placed = [f for f in self.faults if f.position is not None]
        if placed:
            return min(placed, key=lambda fault: fault.position or 0)
        return next((f for f in self.faults if f.event_id is not None), None)
