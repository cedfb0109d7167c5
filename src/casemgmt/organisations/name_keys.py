"""Search keys of the names of accounts, by which a look at somebody of a colleague's name is found."""

import asyncpg

from casemgmt.ids import new_id
from casemgmt.people.names import name_key


async def fill_name_keys(connection: asyncpg.Connection) -> None:
    """Give accounts that were made past the service, or before it knew of keys, theirs; one event tells of it."""
    rows = await connection.fetch(
        "SELECT id, family_name, given_name, patronymic FROM app_user WHERE match_key IS NULL ORDER BY id"
    )
    if not rows:
        return
    await connection.execute(
        "SELECT audit_write($1, 'user.name_keys_filled', 'done', NULL, 'user', $2, NULL, NULL,"
        " '{app_user.match_key}', 'migrate')",
        new_id(),
        [row["id"] for row in rows],
    )
    await connection.executemany(
        "UPDATE app_user SET match_key = $2 WHERE id = $1",
        [(r["id"], name_key(r["family_name"], r["given_name"], r["patronymic"]).match_key) for r in rows],
    )
