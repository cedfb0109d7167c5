"""Who hears of an overdue clock, one after the other: pure decisions. Their terms are house defaults, not law."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rules.loader import load_law
from rules.terms import TermUnit
from rules.zone import to_local

Level = Literal["supervisor", "head", "region"]


@dataclass(frozen=True)
class LevelRule:
    """One level: the kind of its clock, who stands there, who hears of it after."""

    kind: str
    roles: tuple[str, ...]
    regional: bool
    """Whether it is the child-rights department of the region, and not the body that owns the clock."""
    after: Level | None


LEVELS: dict[Level, LevelRule] = {
    "supervisor": LevelRule("escalation_supervisor", ("supervisor",), regional=False, after="head"),
    "head": LevelRule("escalation_head", ("centre_head",), regional=False, after="region"),
    "region": LevelRule("escalation_region", ("supervisor",), regional=True, after=None),
}

_OF_KIND: dict[str, Level | None] = {rule.kind: rule.after for rule in LEVELS.values()}
_URGENT = {TermUnit.CALENDAR_MINUTES, TermUnit.CALENDAR_HOURS}
URGENT_TERM = "escalation_urgent"


def level_after(kind: str) -> Level | None:
    """Return who hears of it when a clock of this kind is overdue; None after the last level."""
    return _OF_KIND.get(kind, "supervisor")


def next_term(level: Level, kind: str, started_at: datetime) -> str:
    """Return the term of an escalation: a short one where its clock was counted in minutes or hours."""
    law = load_law()
    if kind in law.deadlines and law.term(kind, to_local(started_at).date()).unit in _URGENT:
        return URGENT_TERM
    return LEVELS[level].kind
