"""Hold a tree that grows against the heads that an outside witness kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgmt.audit.evidence import SignedHead
from casemgmt.audit.findings import Findings
from casemgmt.audit.merkle import Frontier
from casemgmt.audit.signing import PublicKey


@dataclass(frozen=True)
class Leaf:
    """A leaf of the export, as it is claimed to be."""

    position: int
    event_id: str
    hash: bytes
    seal: bytes


class Witness:
    """The heads of a witness, met in the order of their sizes."""

    def __init__(self, heads: Sequence[SignedHead], unreadable: Sequence[int]) -> None:
        self._heads = heads
        self._unreadable = unreadable
        self._next = 0
        self._since: Leaf | None = None
        """The first leaf since the tree and the witness last agreed."""

    def begin(self, log: UUID, first: int, keys: Mapping[str, PublicKey], findings: Findings) -> None:
        """Refuse what no key of the log signed, and leave out the heads before the export begins."""
        for number in self._unreadable:
            findings.add("witness", f"line {number} of the witness can't be read")
        sound = []
        for signed in self._heads:
            if signed.head.log == log and signed.signed_by(keys):
                sound.append(signed)
            else:
                findings.add("witness", f"the witness's head of size {signed.head.size} is none of this log's keys")
        self._heads = [signed for signed in sound if signed.head.size > first]

    def hear(self, tree: Frontier, leaf: Leaf, findings: Findings) -> None:
        """Compare where the tree has the size of a head that the witness kept."""
        if self._since is None:
            self._since = leaf
        root = None
        while self._next < len(self._heads) and self._heads[self._next].head.size == tree.size:
            root = root or tree.root()
            told = self._heads[self._next].head
            if told.root == root:
                self._since = None
            else:
                since = self._since if self._since is not None else leaf
                findings.add(
                    "forked-head",
                    f"the witness saw another tree of {told.size} events at {told.sealed_at:%Y-%m-%d %H:%M:%S};"
                    " this is the first event since they last agreed",
                    since.position,
                    since.event_id,
                )
            findings.witnessed = (findings.witnessed or 0) + 1
            self._next += 1

    def finish(self, size: int, limit: datetime, findings: Findings) -> None:
        """Find a tail that the witness saw and the export does not have. Later heads than `limit` are none of it."""
        beyond = [s.head for s in self._heads if s.head.size > size and s.head.sealed_at < limit]
        if beyond:
            told = max(beyond, key=lambda head: head.size)
            findings.add(
                "truncated",
                f"the witness saw {told.size} events at {told.sealed_at:%Y-%m-%d %H:%M:%S}, and here are {size}",
                size,
            )
