"""Row by row, in a world with something of everything: every account sees what the expectation says, and no more."""

import asyncio

from tests.conftest import fresh_database, owner_of
from tests.rows_seen import PAPERS, compare_sight

TOO_NEW = {"retention_item"}
"""No record of a world that is made now is old enough to be destroyed: `tests/http/test_retention.py`."""


def test_every_account_sees_of_every_table_what_the_expectation_says(rich_database: str, admin_url: str) -> None:
    with fresh_database(admin_url, rich_database) as url:
        compared = asyncio.run(compare_sight(url, owner_of(url, admin_url)))
    assert compared.rows > 2000
    assert set(compared.empty) - PAPERS == TOO_NEW
