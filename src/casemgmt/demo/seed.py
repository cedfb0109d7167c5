"""Put the demo's bodies and accounts into an empty database, once."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg

from casemgmt.access.factors import seal
from casemgmt.access.halves import digest_of
from casemgmt.access.passwords import hash_password
from casemgmt.benefits.engine import EXAMPLE_SIGN_OFF, note_sign_off
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.demo.accounts import (
    ACCOUNTS,
    BODIES,
    DEMO_FACTOR_KEY,
    DEMO_PASSWORD,
    DEMO_SIGNING_SECRET,
    DEMO_SOURCE,
    PLATES,
    ROOMS,
    DemoAccount,
    demo_id,
)
from casemgmt.ids import new_id
from casemgmt.people.names import name_key
from casemgmt.settings import DEMO_FACTOR_SECRET, DEMO_WEBHOOK_SECRET
from casemgmt.signed_messages import seal as seal_secret

_EVENT = "SELECT audit_write($1, 'demo.loaded', 'done', NULL, 'deployment', '{}', NULL, NULL, '{}', 'demo')"


async def seed(admin_url: str) -> bool:
    """Load the demo. Answers False where it was loaded before."""
    connection = await asyncpg.connect(driver_url(admin_url))
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('casemgmt.demo'))")
            if await connection.fetchval("SELECT 1 FROM deployment WHERE key = 'demo'"):
                return False
            now = datetime.now(UTC)  # the demo's own history starts when it is loaded
            await connection.execute(_EVENT, new_id())
            await _bodies(connection)
            groups = await _groups(connection)
            hashed = hash_password(DEMO_PASSWORD)
            for account in ACCOUNTS:
                await _account(connection, account, hashed, groups, now)
            for body, name, capacity in ROOMS:
                await connection.execute(
                    "INSERT INTO centre_room (id, organisation_id, name, capacity, active, version)"
                    " VALUES ($1, $2, $3, $4, true, 1)",
                    demo_id(f"room {body} {name}"),
                    demo_id(body),
                    name,
                    capacity,
                )
            await _papers(connection, now)
            await _source(connection, now)
            await _plates(connection)
            await connection.execute("INSERT INTO deployment (key, value) VALUES ('demo', $1)", now.isoformat())
            await note_sign_off(connection, sha256(EXAMPLE_SIGN_OFF.read_bytes()).hexdigest())
            return True
    finally:
        await connection.close()


async def _bodies(connection: asyncpg.Connection) -> None:
    await connection.executemany(
        "INSERT INTO organisation (id, kind, sector, name_kk, name_ru, name_en, region_code, active, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, true, 1)",
        [(demo_id(b.key), b.kind, b.sector, *b.names, b.region_code) for b in BODIES],
    )


async def _source(connection: asyncpg.Connection, now: datetime) -> None:
    """Let a system send contacts, signed under a secret that everybody knows."""
    user, session, secret = (demo_id(name) for name in ("qr.111", "session of the sandbox", "secret of the sandbox"))
    until = now + timedelta(days=3650)
    await connection.execute(
        "INSERT INTO contact_source (code, user_id, name, active, version) VALUES ($1, $2, $3, true, 1)",
        DEMO_SOURCE,
        user,
        "Sandbox 111",
    )
    await connection.execute(
        "INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at, client_name)"
        " VALUES ($1, $2, $3, $4, $4, $5, 'signing secret')",
        session,
        user,
        secrets.token_hex(32),
        now,
        until,
    )
    await connection.execute(
        "INSERT INTO signing_secret (id, user_id, sealed, session_id, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        secret,
        user,
        seal_secret(DEMO_SIGNING_SECRET, secret, DEMO_WEBHOOK_SECRET),
        session,
        now,
        until,
    )


async def _plates(connection: asyncpg.Connection) -> None:
    """Let QR plates hang in invented schools."""
    await connection.executemany(
        "INSERT INTO qr_plate (code, place, region_code, kato, duty_organisation_id, active, version)"
        " VALUES ($1, $2, $3, $4, $5, true, 1)",
        [(code, place, region, kato, demo_id(body)) for code, place, region, kato, body in PLATES],
    )


async def _papers(connection: asyncpg.Connection, now: datetime) -> None:
    """Attest the specialists, so that sessions can be booked with them: recorded by the heads of their centres."""
    heads = {a.body: a.username for a in ACCOUNTS if "centre_head" in a.roles}
    for account in ACCOUNTS:
        if "centre_specialist" in account.roles:
            await connection.execute(
                "INSERT INTO specialist_paper (id, user_id, kind, title, number, issued_on, valid_until, created_at,"
                " created_by_id, version) VALUES ($1, $2, 'attestation', $3, $4, $5, $6, $7, $8, 1)",
                demo_id(f"paper {account.username}"),
                demo_id(account.username),
                "Аттестаттау / Аттестация",
                "DEMO-0001",
                now.date() - timedelta(days=365),
                now.date() + timedelta(days=4 * 365),
                now,
                demo_id(heads[account.body]),
            )


async def _groups(connection: asyncpg.Connection) -> dict[str, UUID]:
    groups = {}
    for body in BODIES:
        if body.kind != "family_support_centre" or body.region_code is None:
            continue
        group = demo_id(f"group {body.key}")
        groups[body.key] = group
        await connection.execute(
            "INSERT INTO mobile_group (id, organisation_id, region_code, name, active, version)"
            " VALUES ($1, $2, $3, $4, true, 1)",
            group,
            demo_id(body.key),
            body.region_code,
            f"Мобильдік топ / Мобильная группа {body.names[2].removeprefix('Family support centre ')}",
        )
        await connection.execute(
            "INSERT INTO mobile_group_area (group_id, kato_prefix) VALUES ($1, $2)",
            group,
            body.region_code[3:],
        )
    return groups


async def _account(
    connection: asyncpg.Connection, account: DemoAccount, hashed: str, groups: dict[str, UUID], now: datetime
) -> None:
    user = demo_id(account.username)
    await connection.execute(
        "INSERT INTO app_user (id, username, kind, family_name, given_name, patronymic, match_key, sector,"
        " organisation_id, active, authz_version, signal_reach, case_reach, flags, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, 1, 'none', 'none', '{}', 1)",
        user,
        account.username,
        account.kind,
        *account.names,
        name_key(*account.names).match_key,
        account.sector,
        demo_id(account.body),
    )
    if account.kind == "service":
        await connection.execute(
            "INSERT INTO client_secret (id, user_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
            new_id(),
            user,
            digest_of(DEMO_PASSWORD),
            now,
            now + timedelta(days=3650),
        )
    else:
        await connection.execute(
            "INSERT INTO user_credential (user_id, password_hash, changed_at) VALUES ($1, $2, $3)", user, hashed, now
        )
    if account.needs_code:
        await connection.execute(
            "INSERT INTO second_factor (user_id, sealed_secret, enrolled_at, confirmed_at, last_step)"
            " VALUES ($1, $2, $3, $3, 0)",
            user,
            seal(DEMO_FACTOR_KEY, user, DEMO_FACTOR_SECRET),
            now,
        )
    for role in account.roles:
        await connection.execute(
            "INSERT INTO user_role (id, user_id, role, granted_at) VALUES ($1, $2, $3, $4)",
            new_id(),
            user,
            role,
            now,
        )
    if account.group_lead is not None:
        await connection.execute(
            "INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            new_id(),
            groups[account.body],
            user,
            account.sector,
            account.group_lead,
            now,
        )
