"""Copy what the database must know from the program: code lists, rights, transition tables."""

import asyncpg

from casemgmt.access.roles import ROLES, Role
from casemgmt.machines import MACHINES
from casemgmt.reference.lists import code_list
from casemgmt.reference.tables import REFERENCED_LISTS
from casemgmt.states import machine_pairs


async def load_reference(connection: asyncpg.Connection) -> None:
    """Bring the copies up to date. Values that left a list keep their row: records point to it."""
    for name in REFERENCED_LISTS:
        source = code_list(name)
        await connection.executemany(
            f"INSERT INTO code_{name}"  # noqa: S608 - the name of one of our own lists
            " (code, position, list_version, valid_from, valid_until, label_kk, label_ru, label_en)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code)"
            " DO UPDATE SET position = excluded.position, list_version = excluded.list_version,"
            " valid_from = excluded.valid_from, valid_until = excluded.valid_until,"
            " label_kk = excluded.label_kk, label_ru = excluded.label_ru, label_en = excluded.label_en",
            [
                (v.code, i, source.version, v.valid_from, v.valid_to, v.kk, v.ru, v.en)
                for i, v in enumerate(source.values)
            ],
        )
    await _load_rights(connection)
    await connection.execute("DELETE FROM state_transition")
    await connection.executemany(
        "INSERT INTO state_transition (machine, from_state, to_state) VALUES ($1, $2, $3)",
        machine_pairs(MACHINES) + sorted((name, "", str(m.initial)) for name, m in MACHINES.items()),
    )


def _flags(role: Role) -> list[str]:
    return sorted(role.flags | ({"second_factor"} if role.needs_second_factor else set()))


async def _load_rights(connection: asyncpg.Connection) -> None:
    wanted = {(n, str(r.signals), str(r.cases), tuple(_flags(r))) for n, r in ROLES.items()}
    held = {
        (r["role"], r["signal_reach"], r["case_reach"], tuple(r["flags"]))
        for r in await connection.fetch("SELECT role, signal_reach, case_reach, flags FROM role_grant")
    }
    if wanted == held:
        return
    await connection.execute("DELETE FROM role_grant")
    await connection.executemany(
        "INSERT INTO role_grant (role, signal_reach, case_reach, flags) VALUES ($1, $2, $3, $4)",
        [(n, s, c, list(f)) for n, s, c, f in sorted(wanted)],
    )
    # A change of what a role means is a change of rights: all tokens issued before it become stale.
    await connection.execute("SELECT set_config('casemgmt.audited', 'on', true)")
    await connection.execute("SELECT refresh_reach(id) FROM app_user")
