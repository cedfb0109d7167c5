"""Change a secret under which something in the database is kept: everything is written anew, in one transaction.

The other secrets need no such work (`docs/runbook.md`): what they protect is made anew by itself.
"""

from collections.abc import Callable
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag

from casemgmt import signed_messages
from casemgmt.access.factors import seal, unseal
from casemgmt.db.addresses import OWNER_ROLE, driver_url
from casemgmt.ids import new_id
from casemgmt.people.phones import InvalidPhoneError, phone_hash

_BATCH = 1000
_EVENT = "SELECT audit_write($1, 'secret.rotated', 'done', $2, 'secret', $3, NULL, NULL, $4, 'cli')"
_PHONES = {
    "contact_caller": ("contact_id", "phone"),
    "person_contact": ("id", "value"),
    "reporter": ("signal_id", "phone"),
}
"""Tables with hashes of phone numbers: the key of a row and the number itself."""


class RotationError(Exception):
    """The secret can't be changed; the text is for the operator."""


async def rotate_lookup_secret(url: str, old: str, new: str, progress: Callable[[int], None]) -> int:
    """Hash all phone numbers under a new secret and return how many there were.

    The service must be stopped: what it would write meanwhile, under the old secret, waits until the end and fails.
    Raises `RotationError`, and changes nothing, where `old` is not the secret of this database.
    """
    connection = await asyncpg.connect(driver_url(url))
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            await connection.execute(f"LOCK TABLE {', '.join(_PHONES)} IN SHARE ROW EXCLUSIVE MODE")
            # Of who wanted to stay unknown there is no number to hash anew.
            await connection.execute("UPDATE contact_caller SET phone_hash = NULL WHERE phone IS NULL")
            count = 0
            for table, (key, column) in _PHONES.items():
                for rows in await _batches(connection, table, key, column):
                    await _hash_anew(connection, table, key, rows, (old.encode(), new.encode()))
                    count += len(rows)
                    progress(len(rows))
            fields = [f"{table}.phone_hash" for table in _PHONES]
            await connection.execute(_EVENT, new_id(), "lookup_secret", [], fields)
    finally:
        await connection.close()
    return count


async def _batches(connection: asyncpg.Connection, table: str, key: str, column: str) -> list[list[asyncpg.Record]]:
    rows = await connection.fetch(
        f"SELECT {key} AS key, {column} AS number, phone_hash FROM {table} WHERE phone_hash IS NOT NULL ORDER BY {key}"  # noqa: S608 - constants
    )
    return [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]


async def _hash_anew(
    connection: asyncpg.Connection, table: str, key: str, rows: list[asyncpg.Record], secrets: tuple[bytes, bytes]
) -> None:
    old, new = secrets
    try:
        if any(phone_hash(row["number"], old) != row["phone_hash"] for row in rows):
            raise RotationError(
                "The old secret is not the one under which the phone numbers of this database are hashed."
            )
        hashes = [phone_hash(row["number"], new) for row in rows]
    except InvalidPhoneError as error:
        raise RotationError(f"A number in {table} can't be read: {error}.") from error
    await connection.execute(
        f"UPDATE {table} t SET phone_hash = n.hash FROM unnest($1::uuid[], $2::text[]) AS n (key, hash)"  # noqa: S608 - constants
        f" WHERE t.{key} = n.key",
        [row["key"] for row in rows],
        hashes,
    )


async def rotate_factor_secret(url: str, old: str, new: str) -> int:
    """Seal the secrets of all second factors anew and return how many there were.

    Recovery codes are kept as hashes alone, so those under the old secret can never hold again: they are taken away.
    Raises `RotationError`, and changes nothing, where `old` is not the secret of this database.
    """
    connection = await asyncpg.connect(driver_url(url))
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            rows = await connection.fetch("SELECT user_id, sealed_secret FROM second_factor FOR UPDATE")
            users: list[UUID] = [row["user_id"] for row in rows]
            try:
                plain = [unseal(row["sealed_secret"], row["user_id"], old) for row in rows]
            except InvalidTag:
                raise RotationError(
                    "The old secret is not the one under which the second factors of this database are sealed."
                ) from None
            sealed = [seal(secret, user, new) for secret, user in zip(plain, users, strict=True)]
            await connection.execute(
                "UPDATE second_factor f SET sealed_secret = n.sealed"
                " FROM unnest($1::uuid[], $2::bytea[]) AS n (id, sealed) WHERE f.user_id = n.id",
                users,
                sealed,
            )
            await connection.execute("DELETE FROM recovery_code")
            fields = ["second_factor.sealed_secret", "recovery_code.*"]
            await connection.execute(_EVENT, new_id(), "factor_secret", users, fields)
    finally:
        await connection.close()
    return len(users)


async def rotate_webhook_secret(url: str, old: str, new: str) -> int:
    """Seal the signing secrets of webhooks, in and out, anew and return how many there were. The secrets stay.

    First halves that wait to be granted are sealed anew too. Digests of contacts stay under the old secret: what is
    sent again of before counts as changed. Raises `RotationError`, and changes nothing, where `old` is not the secret.
    """
    connection = await asyncpg.connect(driver_url(url))
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
            count = 0
            for table, owner in (("webhook_secret", "subscription_id"), ("signing_secret", "id")):
                rows = await connection.fetch(f"SELECT id, {owner} AS owner, sealed FROM {table} FOR UPDATE")  # noqa: S608 - constants
                sealed = [_sealed_anew(row["sealed"], row["owner"], old, new) for row in rows]
                await connection.execute(
                    f"UPDATE {table} t SET sealed = n.sealed FROM unnest($1::uuid[], $2::bytea[]) AS n (id, sealed)"  # noqa: S608 - constants
                    " WHERE t.id = n.id",
                    [row["id"] for row in rows],
                    sealed,
                )
                count += len(rows)
            halves = await connection.fetch(
                "SELECT id, sealed_first FROM account_change WHERE sealed_first IS NOT NULL FOR UPDATE"
            )
            anew = [_sealed_anew(bytes.fromhex(row["sealed_first"]), row["id"], old, new).hex() for row in halves]
            await connection.execute(
                "UPDATE account_change c SET sealed_first = n.half FROM unnest($1::uuid[], $2::text[]) AS n (id, half)"
                " WHERE c.id = n.id",
                [row["id"] for row in halves],
                anew,
            )
            fields = ["webhook_secret.sealed", "signing_secret.sealed", "account_change.sealed_first"]
            await connection.execute(_EVENT, new_id(), "webhook_secret", [], fields)
    finally:
        await connection.close()
    return count


def _sealed_anew(sealed: bytes, owner: UUID, old: str, new: str) -> bytes:
    try:
        return signed_messages.seal(signed_messages.unseal(sealed, owner, old), owner, new)
    except InvalidTag:
        raise RotationError(
            "The old secret is not the one under which the signing secrets of this database are sealed."
        ) from None
