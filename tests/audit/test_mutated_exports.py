"""No byte, line or field of an export can be other than it was written."""

import hashlib
from typing import Any

import asyncpg
import orjson
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casemgmt.audit.leaf import canonical
from casemgmt.audit.sealer import Sealer
from casemgmt.audit.signing import SigningKey
from tests.audit.logbook import exported, fill, verified, write_events

_OTHERS = (None, 0, 1, -1, True, "", "0", "ff", [], {}, "2026-01-01T00:00:00.000000Z", "test_written", "no\u0000")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the document itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for name, item in inner:
        found += _places(item, (*path, name))
    return found


def _mutate_bytes(data: st.DataObject, export: bytes) -> bytes:
    at = data.draw(st.integers(0, len(export) - 1), "at")
    match data.draw(st.sampled_from(["change", "insert", "delete", "cut"]), "how"):
        case "change":
            return export[:at] + data.draw(st.binary(min_size=1, max_size=3)) + export[at + 1 :]
        case "insert":
            return export[:at] + data.draw(st.binary(min_size=1, max_size=3)) + export[at:]
        case "delete":
            return export[:at] + export[at + 1 :]
        case _:
            return export[:at]


def _mutate_lines(data: st.DataObject, export: bytes) -> bytes:
    lines = export.splitlines(keepends=True)
    one, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match data.draw(st.sampled_from(["delete", "repeat", "swap", "move"]), "how"):
        case "delete":
            del lines[one]
        case "repeat":
            lines.insert(other, lines[one])
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines.insert(other, lines.pop(one))
    return b"".join(lines)


def _mutate_field(data: st.DataObject, export: bytes) -> bytes:
    lines = export.splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1), "line")
    document = orjson.loads(lines[number])
    path = data.draw(st.sampled_from(_places(document)), "place")
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    if data.draw(st.booleans(), "remove"):
        del holder[path[-1]]
    else:
        holder[path[-1]] = data.draw(st.sampled_from(_OTHERS))
    lines[number] = canonical(document) + b"\n"
    return b"".join(lines)


def _made_to_fit(export: bytes) -> bytes:
    """Count and digest anew, as somebody without the key would."""
    try:
        *lines, last = export.splitlines(keepends=True)
        end = orjson.loads(last)
        end |= {"lines": len(lines), "digest": hashlib.sha256(b"".join(lines)).hexdigest()}
    except (ValueError, TypeError):
        return export
    return b"".join([*lines, canonical(end) + b"\n"])


async def test_an_export_that_was_touched_anywhere_is_refused(
    owner: asyncpg.Connection,
    sealer: Sealer,
    sealing: asyncpg.Connection,
    key: SigningKey,
) -> None:
    await fill(owner, sealer, 3, 4)
    await write_events(owner, 1)
    export = await exported(sealing, key)
    assert verified(export, key).hold

    @settings(max_examples=1000, deadline=None)
    @given(
        data=st.data(),
        mutate=st.sampled_from([_mutate_bytes, _mutate_lines, _mutate_field]),
        fit=st.booleans(),
        known=st.booleans(),
    )
    def refused(data: st.DataObject, mutate: Any, fit: bool, known: bool) -> None:  # noqa: FBT001 - drawn
        mutated = mutate(data, export)
        if fit:
            mutated = _made_to_fit(mutated)
        assume(mutated != export)
        assert not verified(mutated, key if known else None).hold

    refused()
