"""Verify an export: needs no database and trusts nobody but the keys that it is given.

The events are hashed into a tree of our own, and each signed head, of the export and of the witness, is held against
it. Where a root does not fit, the seals of the leaves since the last good head tell which event it is.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casemgmt.audit.comparison import Leaf, Witness
from casemgmt.audit.evidence import bytes_of, hash_of, read_head, read_key, read_line, trust
from casemgmt.audit.findings import Findings
from casemgmt.audit.leaf import canonical, read_time, written_time
from casemgmt.audit.merkle import Frontier, leaf_hash
from casemgmt.audit.signing import Head, PublicKey, seal_message

LONGEST_TRANSACTION = timedelta(minutes=5)
"""No transaction of the service lasts longer (`transaction_seconds`): an event's time may lie that much before that of
an event of an earlier transaction, and no more."""

_KEPT = 20_000
"""Most leaves that are kept until the head over them comes; those beyond have their seals verified at once."""


def verify(
    lines: Iterable[bytes],
    known: Sequence[PublicKey] | None = None,
    witness: Witness | None = None,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Findings:
    """Verify the lines of an export; without known keys, those of the export itself are believed."""
    verifier = Verifier(known, witness)
    for line in lines:
        verifier.read(line)
        progress(len(line))
    return verifier.finish()


class Verifier:
    """Walks through one export, line by line."""

    def __init__(self, known: Sequence[PublicKey] | None, witness: Witness | None) -> None:
        self.findings = Findings(witnessed=None if witness is None else 0)
        self._known = known
        self._witness = witness
        self._keys: dict[str, PublicKey] = {}
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {"export": self._begin}
        self._digest = hashlib.sha256()
        self._lines = 0
        self._header: dict[str, Any] | None = None
        self._ended = False
        self._log = UUID(int=0)
        self._next = 0
        self._tree: Frontier | None = Frontier()
        """None from the first gap on: then no root can be told any more."""
        self._last: Head | None = None
        self._batch: list[Leaf] = []
        self._latest: tuple[datetime, int | None, str] | None = None
        """The latest time of an event so far, and the event."""
        self._lowest: tuple[int, Leaf] | None = None
        """The lowest transaction since the last head, and its event."""
        self._gone: dict[str, int] = {}
        """Events that are not there, though their leaves are."""

    def read(self, line: bytes) -> None:
        """Take the next line."""
        self._lines += 1
        try:
            document = read_line(line)
            self._handlers[document["type"]](document)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            self.findings.add("unreadable", f"line {self._lines} is none of an export, or does not belong there")
        self._digest.update(line)

    def finish(self) -> Findings:
        """Say what was found, after the last line."""
        found = self.findings
        if self._header is None:
            found.add("unreadable", "this is no export of the log")
            return found
        if not self._ended:
            found.add("truncated", "the file ends before its last line")
        if self._batch:
            found.add("truncated", "no head stands over the last events", *_named(self._batch[0]))
        if self._witness is not None:
            until = self._header["to"] or self._header["made_at"]
            limit = min(read_time(until), read_time(self._header["made_at"]))
            self._witness.finish(self._next, limit, found)
        found.events = self._next - found.first
        return found

    def _begin(self, line: dict[str, Any]) -> None:
        first = int(line["first"])
        offered = [read_key(document) for document in line["keys"]]
        self._tree = Frontier(first, [hash_of(h) for h in line["frontier"]])
        self._next = self.findings.first = first
        self._log = UUID(line["log"])
        self.findings.log = str(self._log)
        self._keys = trust(offered if self._known is None else self._known, offered)
        for key in offered:
            if key.id not in self._keys:
                self.findings.add("wrong-key", f"key {key.id} is none that you know, and none of those vouches for it")
        read_time(line["made_at"])
        self._header = line
        self._handlers = {
            "event": self._event,
            "tree_head": self._head,
            "unsealed": self._unsealed,
            "end": self._end,
        }
        if self._witness is not None:
            self._witness.begin(self._log, first, self._keys, self.findings)
        if line["head_before"] is not None:
            self._head(line["head_before"])
        elif first:
            self.findings.add("forged-head", f"the head over the {first} events before is missing", first)

    def _event(self, line: dict[str, Any]) -> None:
        leaf = Leaf(int(line["position"]), str(line["id"]), hash_of(line["hash"]), bytes_of(line["seal"]))
        event = line["event"]
        if leaf.position < self._next:
            self.findings.add("reordered", "the event stands behind its place", *_named(leaf))
            return
        if leaf.position > self._next:
            self.findings.add("removed", f"{leaf.position - self._next} events are missing from here on", self._next)
            self._tree = None
            self._next = leaf.position
        if event is None:
            self._gone[leaf.event_id] = leaf.position
            self.findings.add("removed", "the event is not there, though its leaf is", *_named(leaf))
        elif event["id"] != leaf.event_id or leaf_hash(canonical(event)) != leaf.hash:
            self.findings.add("changed", "what stands there is not what was sealed", *_named(leaf))
        else:
            self._check_time(event, leaf.position)
            if self._lowest is None or int(event["xid"]) < self._lowest[0]:
                self._lowest = int(event["xid"]), leaf
        self._grow(leaf)

    def _grow(self, leaf: Leaf) -> None:
        self._next += 1
        if len(self._batch) < _KEPT:
            self._batch.append(leaf)
        elif not self._is_sealed(leaf):
            self.findings.add("changed", "the seal on its place and content is not one of this log", *_named(leaf))
        if self._tree is not None:
            self._tree.extend([leaf.hash])
            if self._witness is not None:
                self._witness.hear(self._tree, leaf, self.findings)

    def _check_time(self, event: dict[str, Any], position: int | None) -> None:
        """Find an event that bears another time than its own.

        Times follow the order of the log, but for the length of a transaction.
        """
        at = read_time(event["at"])
        if self._latest is not None and at < self._latest[0] - LONGEST_TRANSACTION:
            text = f"it bears the time {event['at']}, and an event before it is of {written_time(self._latest[0])}"
            self.findings.add("back-dated", text, position, event["id"])
        if self._latest is None or at > self._latest[0]:
            self._latest = at, position, event["id"]

    def _head(self, line: dict[str, Any]) -> None:
        signed = read_head(line)
        head, found = signed.head, self.findings
        if head.key_id not in self._keys:
            text = f"the head of size {head.size} is signed with key {head.key_id}, which is not known"
            found.add("wrong-key", text, *self._first_bad())
        elif head.log != self._log or not signed.signed_by(self._keys):
            found.add("forged-head", f"the signature on the head of size {head.size} does not hold", *self._first_bad())
        elif head.size > self._next:
            found.add("removed", f"a head was signed over {head.size} events, and here are {self._next}", self._next)
            self._tree = None
        elif head.size < self._next:
            found.add("forged-head", f"the head of size {head.size} stands behind its place", *self._first_bad())
        elif self._tree is not None and self._tree.root() != head.root:
            self._tree = None
            found.add("changed", f"the head of size {head.size} was signed over something else", *self._first_bad())
        self._follow(head)
        self._check_times(head)
        found.heads += 1
        found.last_sealed_at = line["sealed_at"]
        if head.key_id not in found.keys:
            found.keys.append(head.key_id)
        self._batch = []

    def _first_bad(self) -> tuple[int, str | None]:
        """Return the first leaf since the last head whose seal does not hold; else the first of all of them.

        They can't be told apart where whoever changed them had the key.
        """
        unsealed = (leaf for leaf in self._batch if not self._is_sealed(leaf))
        leaf = next(unsealed, self._batch[0] if self._batch else None)
        return (self._next, None) if leaf is None else _named(leaf)

    def _follow(self, head: Head) -> None:
        """Find a head that can't have been signed after the one before it, and an event that came in after its time."""
        last, self._last = self._last, head
        lowest, self._lowest = self._lowest, None
        if last is None:
            return
        same = head.generation == last.generation
        backwards = head.sealed_at < last.sealed_at or head.generation < last.generation or head.size <= last.size
        if backwards or (same and head.horizon < last.horizon):
            text = f"the head of size {head.size} goes back behind the one before"
            self.findings.add("forged-head", text, *self._first_bad())
        elif same and lowest is not None and lowest[0] < last.horizon:
            text = "all events of its transaction were sealed before, and it was not there"
            self.findings.add("inserted", text, *_named(lowest[1]))
        self.findings.generations += not same

    def _check_times(self, head: Head) -> None:
        """Find an event that bears a time after the head over it."""
        if self._latest is not None and self._latest[0] > head.sealed_at:
            at, position, event_id = self._latest
            text = f"it bears the time {written_time(at)}, and was sealed at {written_time(head.sealed_at)}"
            self.findings.add("forward-dated", text, position, event_id)
            self._latest = head.sealed_at, position, event_id

    def _is_sealed(self, leaf: Leaf) -> bool:
        message = seal_message(self._log, leaf.position, leaf.hash)
        return any(key.verifies(leaf.seal, message) for key in self._keys.values())

    def _unsealed(self, line: dict[str, Any]) -> None:
        event, header = line["event"], self._header or {}
        event_id, xid = str(event["id"]), int(event["xid"])
        moved = self._gone.get(event_id)
        if moved is not None:
            self.findings.add("changed", f"its time was changed: it stands at {event['at']} now", moved, event_id)
        elif self._last is not None and xid < self._last.horizon:
            self.findings.add(
                "inserted", "all events of its transaction were sealed, and it was not there", None, event_id
            )
        elif xid >= int(header["next_transaction"]):
            self.findings.add("inserted", "its transaction had not begun when the export was made", None, event_id)
        else:
            self._check_time(event, None)
            self.findings.unsealed += 1

    def _end(self, line: dict[str, Any]) -> None:
        self._ended = True
        self._handlers = {}
        end = {name: line[name] for name in ("type", "lines", "digest", "key")}
        whole = line["lines"] == self._lines - 1 and line["digest"] == self._digest.hexdigest()
        key = self._keys.get(line["key"])
        if key is None:
            self.findings.add("wrong-key", f"the export is signed with key {line['key']}, which is not known")
        elif not whole or {**end, "signature": line["signature"]} != line:
            self.findings.add("damaged", "the file is not as it was written")
        elif not key.verifies(bytes_of(line["signature"]), canonical(end)):
            self.findings.add("damaged", "the signature on the whole file does not hold")


def _named(leaf: Leaf) -> tuple[int, str | None]:
    return leaf.position, leaf.event_id
