"""Make the first two administrators of a deployment: the one act that no administrator can do.

Two, because what lets an account come in or see more is asked for by one and granted by another. It is an act of
whoever owns the database, who could write every table anyway; its event says `cli`.
"""

from datetime import UTC, datetime

import asyncpg

from casemgmt.access.password_rules import BreachedPasswords, check_password
from casemgmt.access.passwords import hash_password
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.errors import Conflict
from casemgmt.ids import new_id

ADMINISTRATORS = 2
"""One asks, the other grants: with one alone nobody could be let in."""
_WORKING = (
    "SELECT count(*) FROM role_held r JOIN app_user u ON u.id = r.user_id AND u.active WHERE r.role = 'administrator'"
)
_EVENT = "SELECT audit_write($1, 'administrator.created', 'done', NULL, 'account', $2, NULL, NULL, '{}', 'cli')"


async def create_administrator(
    admin_url: str, username: str, family_name: str, given_name: str, password: str, breached: BreachedPasswords
) -> None:
    """Make an administrator and, where there is none, the body that it works for. Refused where two work already.

    So it is also the way back where one of two is gone. At the first log-in the administrator enrols a second factor.
    """
    check_password(password, [username, family_name, given_name], breached, "/password")
    hashed = hash_password(password)
    connection = await asyncpg.connect(driver_url(admin_url))
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.bootstrap'))")
            if await connection.fetchval(_WORKING) >= ADMINISTRATORS:
                raise Conflict("Two administrators work already: further accounts are made over the API, by both.")
            user = new_id()
            await connection.execute(_EVENT, new_id(), [user])
            await _make_account(connection, user, (username.strip().casefold(), family_name, given_name), hashed)
    finally:
        await connection.close()


async def _make_account(connection: asyncpg.Connection, user: object, names: tuple[str, str, str], hashed: str) -> None:
    now = datetime.now(UTC)  # before any service runs there is no other clock
    body = await connection.fetchval("SELECT id FROM organisation WHERE kind = 'child_rights_department' LIMIT 1")
    if body is None:
        body = new_id()
        await connection.execute(
            "INSERT INTO organisation (id, kind, name_kk, name_ru, name_en, active, version) VALUES ($1,"
            " 'child_rights_department', 'Әкімшілендіру', 'Администрирование', 'Administration', true, 1)",
            body,
        )
    await connection.execute(
        "INSERT INTO app_user (id, username, kind, family_name, given_name, organisation_id, active, authz_version,"
        " signal_reach, case_reach, flags, version)"
        " VALUES ($1, $2, 'person', $3, $4, $5, true, 1, 'none', 'none', '{}', 1)",
        user,
        *names,
        body,
    )
    await connection.execute(
        "INSERT INTO user_credential (user_id, password_hash, changed_at) VALUES ($1, $2, $3)", user, hashed, now
    )
    await connection.execute(
        "INSERT INTO user_role (id, user_id, role, granted_at) VALUES ($1, $2, 'administrator', $3)",
        new_id(),
        user,
        now,
    )
