"""Sealed contents: any size comes back as it was, and whatever was done to the file is found."""

import io
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casemgmt.documents.keys import KeyFileError, KeyRing, make_key_file, read_key_file
from casemgmt.documents.sealing import (
    CHUNK,
    HEADER,
    DamagedError,
    MasterKey,
    Sealer,
    content_digest,
    new_key,
    open_sealed,
)

DOCUMENT = UUID("0190a1b2-0000-7000-8000-000000000001")
TAG = 16
SIZES = st.one_of(
    st.integers(0, 300),
    st.sampled_from([n * CHUNK + d for n in (1, 2, 3) for d in (-1, 0, 1)]),
)


def content_of(size: int) -> bytes:
    return bytes(i * 31 % 251 for i in range(size % CHUNK)) + b"\x5a" * (size - size % CHUNK)


def sealed(content: bytes, key: bytes, document: UUID = DOCUMENT, cuts: tuple[int, ...] = ()) -> bytes:
    sealer, places = Sealer(key, document), [0, *sorted(c % (len(content) + 1) for c in cuts), len(content)]
    out = b"".join(sealer.update(content[a:b]) for a, b in pairwise(places)) + sealer.finish()
    assert sealer.size == len(content)
    mine = content_digest(key)
    mine.update(content)
    assert sealer.digest == mine.hexdigest()
    return out


def opened(file: bytes, key: bytes, document: UUID = DOCUMENT) -> bytes:
    with open_sealed(io.BytesIO(file), key, document) as content:
        return content.read()


@settings(deadline=None)
@given(SIZES, st.lists(st.integers(0, 4 * CHUNK), max_size=4))
def test_any_size_in_any_portions_comes_back_as_it_was(size: int, cuts: list[int]) -> None:
    key, content = new_key(), content_of(size)
    file = sealed(content, key, cuts=tuple(cuts))
    assert opened(file, key) == content
    assert content[:64] not in file or size < 16


@settings(deadline=None)
@given(SIZES.filter(bool), st.data())
def test_any_place_can_be_read(size: int, data: st.DataObject) -> None:
    key, content = new_key(), content_of(size)
    with open_sealed(io.BytesIO(sealed(content, key)), key, DOCUMENT) as reader:
        for _ in range(3):
            start, length = data.draw(st.integers(0, size)), data.draw(st.integers(0, CHUNK + 5))
            reader.seek(start)
            assert reader.read(length) == content[start : start + length]
        assert reader.seek(0, io.SEEK_END) == size


@settings(deadline=None)
@given(SIZES, st.data())
def test_any_single_bit_that_was_turned_is_found(size: int, data: st.DataObject) -> None:
    key = new_key()
    file = bytearray(sealed(content_of(size), key))
    place = data.draw(st.integers(0, len(file) * 8 - 1))
    file[place // 8] ^= 1 << place % 8
    with pytest.raises(DamagedError):
        opened(bytes(file), key)


@settings(deadline=None)
@given(SIZES, st.data())
def test_a_file_that_was_cut_off_or_made_longer_is_found(size: int, data: st.DataObject) -> None:
    key = new_key()
    file = sealed(content_of(size), key)
    chunks = [len(HEADER) + n * (CHUNK + TAG) for n in range(4)]
    ends = [e for e in [*chunks, len(file) - 1, len(file) - TAG] if e < len(file)]
    end = data.draw(st.one_of(st.sampled_from(ends), st.integers(0, len(file) - 1)))
    with pytest.raises(DamagedError):
        opened(file[:end], key)
    with pytest.raises(DamagedError):
        opened(file + data.draw(st.binary(min_size=1, max_size=40)), key)
    with pytest.raises(DamagedError):
        opened(file + file[len(HEADER) :], key)


def test_chunks_that_changed_places_or_came_from_elsewhere_are_found() -> None:
    key, size = new_key(), 3 * CHUNK
    file = sealed(content_of(size), key)
    first, second, third = (
        file[len(HEADER) + n * (CHUNK + TAG) : len(HEADER) + (n + 1) * (CHUNK + TAG)] for n in range(3)
    )
    for changed in (second + first + third, first + first + third, first + third, first + second, second + third):
        with pytest.raises(DamagedError):
            opened(HEADER + changed, key)
    other = sealed(content_of(size), key, uuid4())
    with pytest.raises(DamagedError):
        opened(file[: len(HEADER) + CHUNK + TAG] + other[len(HEADER) + CHUNK + TAG :], key)


def test_a_file_opens_for_its_document_and_with_its_key_alone() -> None:
    key = new_key()
    file = sealed(b"content", key)
    with pytest.raises(DamagedError):
        opened(file, key, uuid4())
    with pytest.raises(DamagedError):
        opened(file, new_key())


def test_a_wrapped_key_opens_for_its_document_and_with_its_master_key_alone() -> None:
    master, key = MasterKey(new_key()), new_key()
    wrapped = master.wrap(key, DOCUMENT)
    assert master.unwrap(wrapped, DOCUMENT) == key
    assert key.hex() not in wrapped
    assert master.wrap(key, DOCUMENT) != wrapped, "never twice the same"
    changed = wrapped[:-1] + format(int(wrapped[-1], 16) ^ 1, "x")
    for other, text, document in (
        (master, wrapped, uuid4()),
        (MasterKey(new_key()), wrapped, DOCUMENT),
        (master, changed, DOCUMENT),
        (master, wrapped[:20], DOCUMENT),
        (master, "no hex", DOCUMENT),
        (master, "", DOCUMENT),
    ):
        with pytest.raises(DamagedError):
            other.unwrap(text, document)
    assert key.hex() not in repr(master)


def test_the_same_content_has_another_digest_in_every_document() -> None:
    digests = []
    for _ in range(2):
        mine = content_digest(new_key())
        mine.update(b"a leaflet that everybody has")
        digests.append(mine.hexdigest())
    assert digests[0] != digests[1]


def test_a_new_master_key_stands_before_the_old_ones(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    old = make_key_file(folder / "old.keys")
    ring = make_key_file(folder / "new.keys", old)
    assert ring.current.id != old.current.id
    assert set(ring.by_id) == {ring.current.id, old.current.id}
    assert read_key_file(folder / "new.keys") == ring
    assert (folder / "new.keys").stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError, match="never written over"):
        make_key_file(folder / "new.keys")


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("", 0o600, "no file of master keys"),
        ("# only words\n", 0o600, "no file of master keys"),
        ("abcd\n", 0o600, "no file of master keys"),
        ("nonsense\n", 0o600, "no file of master keys"),
        ("ключ\n", 0o600, "no file of master keys"),
        ("ab" * 32 + "\n" + "ab" * 32 + "\n", 0o600, "no file of master keys"),
        ("ab" * 32 + "\n", 0o644, "chmod 600"),
        ("ab" * 32 + "\n", 0o660, "chmod 600"),
    ],
)
def test_a_key_file_that_is_none_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, text: str, mode: int, said: str
) -> None:
    path = tmp_path_factory.mktemp("keys") / "documents.keys"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=said):
        read_key_file(path)
    with pytest.raises(KeyFileError, match="can't be read"):
        read_key_file(path.with_name("nowhere"))
    assert KeyRing.of([MasterKey(b"k" * 32)]).current.key == b"k" * 32
