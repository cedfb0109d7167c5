"""A mark of its own in every personal word of a world: whose mark an answer holds, from there it came."""

import json
from typing import Any

import asyncpg

from casemgmt.db.addresses import driver_url
from tests.all_rows import TABLES

_VARCHARS = {
    ("family", "label"),
    ("former_name", "family_name"),
    ("former_name", "document"),
    ("sealed_name", "family_name"),
    ("sealed_name", "document"),
    ("person", "family_name"),
    ("person", "given_name"),
    ("person", "patronymic"),
    ("person_contact", "value"),
    ("contact_caller", "name"),
    ("contact_caller", "phone"),
    ("reporter", "name"),
    ("reporter", "phone"),
    ("task", "title"),
}
"""Personal words in columns of bounded length. Columns of unbounded text are all taken for personal, but for these:"""
_NOT_WORDS = {
    ("benefit_determination", "receipt"): "the receipt is checked when it is read; its answer names the determination",
    ("benefit_recomputation", "receipt"): "as above",
    ("benefit_determination", "article"): "an article of an act",
    ("import_run", "mapping"): "titles of columns and codes; shown in no answer",
}
_WORDS_IN_JSON = {
    ("case_closure", "outcomes"): {"text", "note"},
    ("contact", "content"): {"narrative"},
    ("contact_correction", "content"): {"narrative"},
    ("draft", "content"): {"narrative"},
    ("visit_act_edition", "said"): {"child_words", "child_wishes", "note", "outcome_note"},
    ("plan", "content"): {"text", "measured_by", "argument"},
}


def _mark(number: int) -> str:
    """Return the unmistakable mark of a number."""
    return f"⟪{number}⟫"


async def plant(owner_url: str) -> None:
    """Put a mark of its own into every personal word of every row: whose mark an answer holds, from there it came.

    Past the triggers, as nothing else of these tests: no state and no scope is touched.
    """
    connection = await asyncpg.connect(driver_url(owner_url))
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute("UPDATE second_factor SET last_step = 0")  # codes of this half minute hold again
            number = 0
            for table, column, data_type in await _columns_of_words(connection):
                inside = _WORDS_IN_JSON.get((table, column))
                rows = await connection.fetch(
                    f"SELECT ctid::text AS place, {column} AS words FROM {table} WHERE {column} IS NOT NULL"
                )
                for row in rows:
                    number += 1
                    words: Any = (
                        json.dumps(_marked(json.loads(row["words"]), inside, _mark(number)), ensure_ascii=False)
                        if inside
                        else f"{row['words'][:20]} {_mark(number)}"
                    )
                    # The row moves with each change: found again by what it holds now.
                    await connection.execute(
                        f"UPDATE {table} SET {column} = $1::text::{data_type} WHERE ctid = $2::text::tid",
                        words,
                        row["place"],
                    )
    finally:
        await connection.close()


async def _columns_of_words(connection: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """Return (table, column, type) of everything that holds personal words."""
    found = await connection.fetch(
        "SELECT table_name, column_name, udt_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = ANY($1) AND table_name NOT IN ('app_user', 'audit_event')"
        " ORDER BY 1, 2",
        list(TABLES),
    )
    return [
        (r["table_name"], r["column_name"], r["udt_name"])
        for r in found
        if (key := (r["table_name"], r["column_name"])) in _VARCHARS
        or key in _WORDS_IN_JSON
        or (r["udt_name"] == "text" and key not in _NOT_WORDS)
    ]


def _marked(value: Any, inside: set[str], put: str) -> Any:
    if isinstance(value, dict):
        return {
            k: f"{v} {put}" if k in inside and isinstance(v, str) else _marked(v, inside, put) for k, v in value.items()
        }
    return [_marked(v, inside, put) for v in value] if isinstance(value, list) else value
