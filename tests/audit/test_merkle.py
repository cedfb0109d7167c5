"""The tree is that of RFC 9162: held against the vectors of Certificate Transparency and the words of the RFC."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgmt.audit import merkle
from casemgmt.audit.merkle import Frontier, Subtree

_VECTORS = json.loads((Path(__file__).parent / "vectors" / "certificate_transparency.json").read_text("utf-8"))
_INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Inputs and roots of Certificate Transparency's reference tree, by number of leaves."""


def _mth(leaves: list[bytes]) -> bytes:
    """The definition of the tree hash, word for word (RFC 9162, 2.1.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + _mth(leaves[:k]) + _mth(leaves[k:])).digest()


def _tree(size: int) -> list[bytes]:
    return [f"leaf {i}".encode() for i in range(size)]


def _hashed(leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(content) for content in leaves]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_reference_tree(size: int) -> None:
    frontier = Frontier()
    frontier.extend(merkle.leaf_hash(bytes.fromhex(i)) for i in _INPUTS[:size])
    assert frontier.root().hex() == _ROOTS[size]


@pytest.mark.parametrize("vector", _VECTORS["inclusion"], ids=lambda v: v["name"])
def test_inclusion_proofs_as_published(vector: dict[str, Any]) -> None:
    path = [bytes.fromhex(p) for p in vector["path"]]
    root, leaf = bytes.fromhex(vector["root"]), bytes.fromhex(vector["leaf"])
    assert merkle.includes(root, vector["size"], vector["position"], leaf, path) is vector["valid"]


@pytest.mark.parametrize("vector", _VECTORS["consistency"], ids=lambda v: v["name"])
def test_consistency_proofs_as_published(vector: dict[str, Any]) -> None:
    path = [bytes.fromhex(p) for p in vector["path"]]
    roots = bytes.fromhex(vector["first_root"]), bytes.fromhex(vector["second_root"])
    assert merkle.consistent(vector["first"], roots[0], vector["second"], roots[1], path) is vector["valid"]


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_our_proofs_are_the_published_ones(kind: str) -> None:
    leaves = [bytes.fromhex(i) for i in _INPUTS]
    for vector in (v for v in _VECTORS[kind] if v["valid"] and v.get("size", v.get("second")) > 1):
        ranges = (
            merkle.inclusion_ranges(vector["position"], vector["size"])
            if kind == "inclusion"
            else merkle.consistency_ranges(vector["first"], vector["second"])
        )
        assert [_mth(leaves[start:end]).hex() for start, end in ranges] == vector["path"], vector["name"]


@given(size=st.integers(0, 130))
def test_a_growing_tree_has_the_root_that_the_rfc_defines(size: int) -> None:
    leaves = _tree(size)
    frontier = Frontier()
    frontier.extend(_hashed(leaves))
    assert frontier.root() == _mth(leaves)
    again = Frontier(size, [_mth(leaves[s.start : s.end]) for s in merkle.subtrees((0, size))])
    again.extend(_hashed(_tree(3)))
    assert again.root() == _mth(leaves + _tree(3))


def test_each_subtree_is_given_once_when_it_is_complete() -> None:
    leaves = _tree(64)
    frontier, found = Frontier(), {}
    for leaf in _hashed(leaves):
        found |= dict(frontier.append(leaf))
    assert set(found) == {Subtree(level, i) for level in range(1, 7) for i in range(64 >> level)}
    assert all(hashed == _mth(leaves[place.start : place.end]) for place, hashed in found.items())


@given(data=st.data(), size=st.integers(1, 200))
def test_every_leaf_is_proved_in_every_tree(data: st.DataObject, size: int) -> None:
    position = data.draw(st.integers(0, size - 1))
    leaves = _tree(size)
    path = []
    for span in merkle.inclusion_ranges(position, size):
        parts = [merkle.complete(_hashed(leaves[s.start : s.end])) for s in merkle.subtrees(span)]
        path.append(merkle.fold(parts))
        assert path[-1] == _mth(leaves[slice(*span)])
    leaf, root = merkle.leaf_hash(leaves[position]), _mth(leaves)
    assert merkle.includes(root, size, position, leaf, path)
    assert not merkle.includes(root, size, (position + 1) % (size + 1), leaf, path)
    assert not merkle.includes(root, size, position, merkle.leaf_hash(b"another"), path)
    assert not merkle.includes(root, size, position, leaf, [*path, leaf])


@given(data=st.data(), second=st.integers(1, 200))
def test_every_tree_is_proved_to_begin_every_later_one(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    leaves = _tree(second)
    path = [_mth(leaves[start:end]) for start, end in merkle.consistency_ranges(first, second)]
    old, new = _mth(leaves[:first]), _mth(leaves)
    assert merkle.consistent(first, old, second, new, path)
    forged = _mth([b"another", *leaves[1:first]])
    assert not merkle.consistent(first, forged, second, new, path)
    assert first == second or not merkle.consistent(first, old, second, forged, path)


@pytest.mark.parametrize(("position", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_of_the_tree_has_no_proof(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        merkle.inclusion_ranges(position, size)
    assert not merkle.includes(merkle.EMPTY_ROOT, size, position, merkle.EMPTY_ROOT, [])


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 3)])
def test_a_tree_that_can_not_begin_another_has_no_proof(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="empty or larger"):
        merkle.consistency_ranges(first, second)
