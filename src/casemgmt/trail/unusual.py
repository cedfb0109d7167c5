"""Unusual access: questions to the audit log with thresholds from the settings (`db/sql/67_unusual.sql`)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.audit.policy import Window
from casemgmt.db.work import Work
from casemgmt.reference.languages import Language, preferred_languages
from casemgmt.settings_unusual import UnusualSettings
from casemgmt.timeline.repository import staff
from casemgmt.trail.policy import nights, unusual_window
from casemgmt.trail.views import UnusualAccessView, UnusualActor, UnusualView
from casemgmt.trail.wording import finding

MOST_FINDINGS = 100
"""Of one rule; the function of the database gives one more where there are more."""
_FIND = "SELECT * FROM unusual_access(:rule, :since, :until, CAST(:numbers AS jsonb))"


def _nothing(_: Window) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Rule:
    """A rule with its numbers."""

    name: str
    threshold: int
    minutes: int | None = None
    """The short time within which it counts; None: the whole window, or one night."""
    more: Callable[[Window], Mapping[str, Any]] = field(default=_nothing)
    """What else the question needs, which depends on the window."""

    def numbers(self, window: Window) -> str:
        """Return what the function of the database is told."""
        return json.dumps({"threshold": self.threshold, "minutes": self.minutes} | dict(self.more(window)))


def rules_of(settings: UnusualSettings) -> tuple[Rule, ...]:
    """Return the rules with the thresholds of a deployment."""

    def night(window: Window) -> dict[str, Any]:
        spans = nights(window, settings.unusual_night_from, settings.unusual_night_until)
        return {
            "nights": [[start.isoformat(), end.isoformat()] for start, end in spans],
            "duty_roles": [role.strip() for role in settings.unusual_duty_roles.split(",")],
        }

    return (
        Rule("many_records", settings.unusual_records, settings.unusual_records_minutes),
        Rule("refusals", settings.unusual_refusals, settings.unusual_refusals_minutes),
        Rule("other_region", settings.unusual_other_region),
        Rule("colleague_names", settings.unusual_colleague_names),
        Rule("night", settings.unusual_night_looks, more=night),
        Rule("repeated", settings.unusual_repeated),
    )


async def find_unusual(
    work: Work, rules: Sequence[Rule], since: datetime | None, until: datetime | None, accept_language: str | None
) -> UnusualAccessView:
    """Return the findings of all rules, the gravest of each first. Asking stands in the log."""
    window = unusual_window(since, until, await work.call("SELECT clock_timestamp()"))
    language: Language = preferred_languages(accept_language)[0] if accept_language else "en"
    found = {
        rule: await work.rows(
            _FIND, rule=rule.name, since=window.since, until=window.until, numbers=rule.numbers(window)
        )
        for rule in rules
    }
    people = await staff(work, {row["actor_id"] for rows in found.values() for row in rows})
    work.record(Event("unusual_access.read", "audit"))
    return UnusualAccessView(
        since=window.since,
        until=window.until,
        findings=[_view(rule, row, people, language) for rule, rows in found.items() for row in rows[:MOST_FINDINGS]],
        cut_off=[rule.name for rule, rows in found.items() if len(rows) > MOST_FINDINGS],
    )


def _view(
    rule: Rule, row: Mapping[str, Any], people: Mapping[UUID, Mapping[str, Any]], language: Language
) -> UnusualView:
    who = people[row["actor_id"]]
    numbers = {"count": row["count"], "threshold": rule.threshold, "minutes": rule.minutes}
    return UnusualView(
        rule=rule.name,
        text=finding(rule.name, numbers, language),
        actor=UnusualActor(id=row["actor_id"], name=who["name"], body=who[f"name_{language}"]),
        count=row["count"],
        threshold=rule.threshold,
        since=row["since"],
        until=row["until"],
        event_ids=row["events"],
    )
