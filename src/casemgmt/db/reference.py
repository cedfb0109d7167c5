"""Copy what the database must know from the program: code lists, rights, transition tables; and tell what changed.

A new version of the program may give a role more, open a way past a second person, or move a figure of the law. Each
leaves its event, `rights.changed` or `rules.changed`, with commitments to what was and what is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson

from casemgmt.access.roles import ROLES, Role, excluded_by
from casemgmt.assessments.loading import load_shipped
from casemgmt.audit.commitments import ABSENT, Change, commitments, content, new_row, new_salt
from casemgmt.ids import new_id
from casemgmt.machines import MACHINES
from casemgmt.reference.lists import code_list
from casemgmt.reference.tables import REFERENCED_LISTS
from casemgmt.states import machine_pairs
from rules.loader import law_digests

_AUDIT = "SELECT audit_write($1, $2, 'done', NULL, 'deployment', '{}', NULL, NULL, $3, 'migrate', $4::text::jsonb, $5)"
WHOLE = "*"
"""The record of a change that is a whole copy: the first one of a deployment."""


async def load_reference(connection: asyncpg.Connection) -> None:
    """Bring the copies up to date. Values that left a list keep their row: records point to it."""
    rules: list[Change] = []
    for name in REFERENCED_LISTS:
        source = code_list(name)
        rows = [
            {
                "code": v.code,
                "position": i,
                "list_version": source.version,
                "valid_from": v.valid_from,
                "valid_until": v.valid_to,
                "label_kk": v.kk,
                "label_ru": v.ru,
                "label_en": v.en,
            }
            for i, v in enumerate(source.values)
        ]
        rules += await _copy(connection, f"code_{name}", ("code",), rows, keep=True)
    steps = machine_pairs(MACHINES) + sorted((name, "", str(m.initial)) for name, m in MACHINES.items())
    columns = ("machine", "from_state", "to_state")
    rows = [dict(zip(columns, step, strict=True)) for step in steps]
    rules += await _copy(connection, "state_transition", columns, rows)
    rules += await _keep(connection, "law", law_digests())
    await load_shipped(connection)
    await _load_rights(connection)
    await _tell(connection, "rules.changed", rules)


async def _load_rights(connection: asyncpg.Connection) -> None:
    rows = [
        {
            "role": name,
            "signal_reach": str(role.signals),
            "case_reach": str(role.cases),
            "flags": _flags(role),
            "excludes": sorted(excluded_by(name)),
            "nationwide": role.is_nationwide,
        }
        for name, role in ROLES.items()
    ]
    grants = await _copy(connection, "role_grant", ("role",), rows)
    permissions = {name: " ".join(sorted(role.permissions)) for name, role in ROLES.items()}
    changes = grants + await _keep(connection, "permissions", permissions)
    await _tell(connection, "rights.changed", changes)
    if grants:  # a change of what a role means is a change of rights: all tokens issued before it become stale
        await connection.execute("SELECT refresh_reach(id) FROM app_user")


def _flags(role: Role) -> list[str]:
    return sorted(role.flags | ({"second_factor"} if role.needs_second_factor else set()))


async def _copy(
    connection: asyncpg.Connection,
    table: str,
    keys: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: bool = False,
) -> list[Change]:
    """Make a table hold rows and return what became of it; with `keep`, rows that are not wanted any more stay."""
    names = list(rows[0])
    found = await connection.fetch(f"SELECT {', '.join(names)} FROM {table}")  # noqa: S608 - our own tables
    held = {tuple(row[key] for key in keys): dict(row) for row in found}
    wanted = {tuple(row[key] for key in keys): dict(row) for row in rows}
    new = [row for key, row in wanted.items() if held.get(key) != row]
    gone = [] if keep else [key for key in held if key not in wanted]
    marks = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    values = ", ".join(f"{name} = excluded.{name}" for name in names)
    await connection.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own tables
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values}",
        [tuple(row.values()) for row in new],
    )
    condition = " AND ".join(f"{key} = ${n}" for n, key in enumerate(keys, 1))
    await connection.executemany(f"DELETE FROM {table} WHERE {condition}", gone)  # noqa: S608 - our own tables
    return _changes(table, held, wanted, gone)


def _changes(
    table: str,
    held: Mapping[tuple[str, ...], dict[str, Any]],
    wanted: Mapping[tuple[str, ...], dict[str, Any]],
    gone: Sequence[tuple[str, ...]],
) -> list[Change]:
    if not held:
        return [Change(WHOLE, f"{table}.*", [content(table, row) for row in wanted.values()])]
    changes = [Change("/".join(k), f"{table}.*", ABSENT, content(table, held[k])) for k in gone]
    for key, row in wanted.items():
        record, before = "/".join(key), held.get(key)
        if before is None:
            changes.append(new_row(table, record, row))
        else:
            changes += [
                Change(record, f"{table}.{n}", value, before[n]) for n, value in row.items() if before[n] != value
            ]
    return changes


async def _keep(connection: asyncpg.Connection, what: str, wanted: Mapping[str, str]) -> list[Change]:
    """Keep what only the program holds as a fact of the deployment, for the next migration to compare with."""
    stored = await connection.fetchval("SELECT value FROM deployment WHERE key = $1", what)
    if stored is None:
        changes = [Change(WHOLE, f"{what}.*", dict(wanted))]
    else:
        held = orjson.loads(stored)
        changes = [
            Change(name, f"{what}.content", wanted.get(name, ABSENT), held.get(name, ABSENT))
            for name in sorted(held.keys() | wanted.keys())
            if held.get(name) != wanted.get(name)
        ]
    if changes:
        await connection.execute(
            "INSERT INTO deployment (key, value) VALUES ($1, $2)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            what,
            orjson.dumps(dict(wanted), option=orjson.OPT_SORT_KEYS).decode(),
        )
    return changes


async def _tell(connection: asyncpg.Connection, kind: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    salt = new_salt()
    fields = sorted({change.name for change in changes})
    await connection.execute(_AUDIT, new_id(), kind, fields, commitments(salt, changes), salt)
