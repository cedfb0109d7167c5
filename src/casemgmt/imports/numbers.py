"""Serial numbers for cases that come in: reserved beside the transaction, whose lock would stop a whole region."""

from collections.abc import Awaitable, Callable, Iterator

import asyncpg

from casemgmt.cases.policy import case_number

Numbers = Callable[[str | None, int, int], Awaitable[Iterator[str]]]
"""Gives so many numbers of a region and a year."""
_RESERVE = "SELECT reserve_case_numbers($1, $2, $3)"


def reserved(pool: asyncpg.Pool) -> Numbers:
    """Return what gives numbers that stay; those that are not used after all are gaps."""

    async def give(region: str | None, year: int, count: int) -> Iterator[str]:
        first = await pool.fetchval(_RESERVE, region, year, count) if count else 1
        return (case_number(region, year, first + n) for n in range(count))

    return give


async def only_tried(_: str | None, __: int, count: int) -> Iterator[str]:
    """Give numbers that no case has and none keeps: for cases that are undone."""
    return (f"?{n}" for n in range(count))
