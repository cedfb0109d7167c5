"""Look for unusual access unasked, and raise an alert for each finding. Run by a background job or by an operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from casemgmt.alerts.raising import raise_alert
from casemgmt.audit.policy import Window
from casemgmt.settings_unusual import UnusualSettings
from casemgmt.trail.unusual import MOST_FINDINGS, Rule, rules_of

LOOK_BACK = timedelta(hours=24)
"""A night and a working day; what was found before is not told again."""
_AS_AUDITOR = "SELECT set_config('casemgmt.flags', '{audit}', true)"
"""For this transaction: the questions answer those alone who may ask them."""
_FIND = (
    "SELECT f.*, concat_ws(' ', u.family_name, u.given_name) AS name, o.name_kk, o.name_ru, o.name_en"
    " FROM unusual_access($1, $2, $3, $4) f LEFT JOIN app_user u ON u.id = f.actor_id"
    " LEFT JOIN organisation o ON o.id = u.organisation_id"
)
"""Names are for the operator's report; whoever looks without an account sees none, and needs none."""


@dataclass(frozen=True)
class Found:
    """A finding of a rule."""

    rule: Rule
    actor_id: UUID
    name: str
    bodies: dict[str, str | None]
    """Name of the body by language; of who looks without an account none."""
    count: int
    since: datetime
    until: datetime

    @property
    def numbers(self) -> dict[str, Any]:
        """The numbers of the finding's text."""
        return {"count": self.count, "threshold": self.rule.threshold, "minutes": self.rule.minutes}


async def find(connection: asyncpg.Connection, rules: Sequence[Rule], window: Window) -> list[Found]:
    """Return the findings of all rules, the gravest of each first, up to a hundred of each."""
    await connection.execute(_AS_AUDITOR)
    found = []
    for rule in rules:
        rows = await connection.fetch(_FIND, rule.name, window.since, window.until, rule.numbers(window))
        found += [
            Found(
                rule,
                row["actor_id"],
                row["name"],
                {language: row[f"name_{language}"] for language in ("kk", "ru", "en")},
                row["count"],
                row["since"],
                row["until"],
            )
            for row in rows[:MOST_FINDINGS]
        ]
    return found


async def raise_found(
    connection: asyncpg.Connection, settings: UnusualSettings, window: Window, request_id: str
) -> tuple[list[Found], int]:
    """Raise the alerts of a window in the caller's transaction; returns the findings and how many alerts are new.

    The end of the window is now by the clock of the database, whose times the events bear.
    """
    found = await find(connection, rules_of(settings), window)
    new = [
        await raise_alert(
            connection,
            each.rule.name,
            window.until,
            request_id,
            user_id=each.actor_id,
            numbers=each.numbers,
            span=(each.since, each.until),
        )
        for each in found
    ]
    return found, sum(new)
