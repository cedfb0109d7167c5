"""`casemgmt audit unusual`: the report of unusual access at a terminal, and the alerts that come of it."""

from datetime import UTC, datetime
from typing import Annotated, get_args

import asyncpg
import typer

from casemgmt.alerts.sweeping import Found, find, raise_found
from casemgmt.alerts.wording import alert_text
from casemgmt.audit.policy import Window
from casemgmt.errors import DomainError
from casemgmt.ids import new_id
from casemgmt.reference.languages import Language
from casemgmt.settings_unusual import UnusualRules, UnusualSettings
from casemgmt.terminal import as_owner, console, read_settings, refuse
from casemgmt.trail.policy import unusual_window
from casemgmt.trail.unusual import rules_of
from rules.zone import to_local

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_EVENT = "SELECT audit_write($1, 'unusual_access.read', 'done', NULL, 'audit', '{}', NULL, NULL, '{}', 'cli')"


def unusual(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=_FORMATS, help="Moment in UTC; absent: a week ago.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_FORMATS, help="Moment in UTC; absent: now.")
    ] = None,
    alert: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--alert", help="Raise the alerts too; what was told before is not told again.")
    ] = False,
    language: Annotated[str, typer.Option(help="kk, ru or en.")] = "en",
) -> None:
    """Show what access was unusual, with the thresholds of the settings. Asking stands in the log."""
    if language not in get_args(Language):
        refuse("--language is kk, ru or en.")
    told: Language = language  # type: ignore[assignment]  # one of the three
    settings, span = read_settings(UnusualRules), (_utc(since), _utc(until))
    try:
        window, found, new = as_owner(lambda connection: _ask(connection, settings, span, alert=alert))
    except DomainError as error:
        refuse(error.detail)
    console.print(f"From {_local(window.since)} to {_local(window.until)}, Kazakhstan time.", markup=False)
    for each in found:
        console.print(_lines(each, told), markup=False)
    if not found:
        console.print("Nothing was unusual.")
    if alert:
        console.print(f"\n{new} new alerts." if new != 1 else "\n1 new alert.")


async def _ask(
    connection: asyncpg.Connection,
    settings: UnusualSettings,
    span: tuple[datetime | None, datetime | None],
    *,
    alert: bool,
) -> tuple[Window, list[Found], int]:
    window = unusual_window(*span, await connection.fetchval("SELECT clock_timestamp()"))
    async with connection.transaction():
        if alert:
            found, new = await raise_found(connection, settings, window, "cli")
        else:
            found, new = await find(connection, rules_of(settings), window), 0
        await connection.execute(_EVENT, new_id())
    return window, found, new


def _lines(each: Found, language: Language) -> str:
    text = alert_text(each.rule.name, each.numbers, language)
    return f"\n{each.name}, {each.bodies[language]}\n  {text}\n  {_local(each.since)} – {_local(each.until)}"


def _local(moment: datetime) -> str:
    return to_local(moment).strftime("%Y-%m-%d %H:%M")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
