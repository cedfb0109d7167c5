"""The Merkle tree of RFC 9162: hashing, roots and proofs. Pure: bytes in, bytes out.

Ranges are half open, positions begin with 0. A complete subtree of level `l` and index `i` covers the leaves from
`i * 2**l` on, `2**l` of them; every range that a proof speaks of is a row of complete subtrees, biggest first.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32


@dataclass(frozen=True, order=True)
class Subtree:
    """A complete subtree by its place."""

    level: int
    index: int

    @property
    def start(self) -> int:
        """Its first leaf."""
        return self.index << self.level

    @property
    def end(self) -> int:
        """The leaf after its last."""
        return (self.index + 1) << self.level


Range = tuple[int, int]


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a row of complete subtrees, biggest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def complete(hashes: Sequence[bytes]) -> bytes:
    """Return the root of the complete subtree over as many hashes of one level as a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


@dataclass
class Frontier:
    """A growing tree, of which no more is kept than its row of complete subtrees."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ValueError("the number of hashes is not that of a tree of this size")

    def append(self, leaf: bytes) -> Iterator[tuple[Subtree, bytes]]:
        """Add the hash of a leaf; give each subtree that it completes, smallest first. To be read to its end."""
        level, hashed = 0, leaf
        place = self.size
        self.size += 1
        while place & 1:
            hashed = node_hash(self.hashes.pop(), hashed)
            level += 1
            place >>= 1
            yield Subtree(level, place), hashed
        self.hashes.append(hashed)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add hashes of leaves."""
        for leaf in leaves:
            for _ in self.append(leaf):
                pass

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return fold(self.hashes)


def subtrees(span: Range) -> list[Subtree]:
    """Return the complete subtrees that cover a range which begins where one of at least its size may begin."""
    start, end = span
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return the ranges whose roots are the inclusion proof of a leaf, nearest first (RFC 9162, 2.1.3.1)."""
    if not 0 <= position < size:
        raise ValueError("the leaf lies outside of the tree")
    start, end = 0, size
    ranges = []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the ranges whose roots prove that a tree is the beginning of another (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError("the first tree is empty or larger than the second")
    start, end = 0, second
    ranges = []
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1] if start == 0 else [(start, end), *ranges[::-1]]


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def includes(root: bytes, size: int, position: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Verify an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size or not _are_hashes(leaf, *path):
        return False
    place, last, hashed = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(sibling, hashed)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and hashed == root


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Verify a consistency proof (RFC 9162, 2.1.4.2). Nothing is proved of an empty tree: it begins every tree."""
    if first < 1 or first > second or not _are_hashes(*path):
        return False
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root
