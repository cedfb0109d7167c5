"""What the book knows of signals and cases, and the two tables of the house that it reads as data."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.year.country import Body, Worker

TRIAGE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "src" / "casemgmt" / "signals" / "triage.yaml").read_text("utf-8")
)
SEVERITIES = ("low", "moderate", "high", "critical")
SEVERE = SEVERITIES[2:]
RISKS = ("low", "medium", "high", "critical")


@dataclass(eq=False, slots=True)
class Signal:
    """What the book knows of a signal."""

    id: str
    body: Body
    region: str
    category: str
    urgency: str = "standard"
    gravest: str = "low"
    """The gravest severity that anybody has seen in it: once severe, it is never closed by one person."""
    settled: bool = False
    """Nothing more is done on it but to open a case where that is owed."""
    case: "Case | None" = None


@dataclass(eq=False, slots=True)
class Child:
    """A child of a case: its last assessment, and the clock of its review."""

    id: str
    assessment: str | None = None
    risk: str | None = None
    assessed_at: datetime | None = None
    earlier: list[tuple[str, str, datetime]] = field(default_factory=list)
    """Its assessments before the last one that stand."""


@dataclass(eq=False, slots=True)
class Case:
    """What the book knows of a case: who answers for it, since when."""

    id: str
    manager: Worker
    body: Body
    region: str
    opened_at: datetime
    children: list[Child]
    owners: list[tuple[datetime, Worker]]
    risk: str | None = None
    reopened_at: datetime | None = None
    closed: bool = False
    plan: str | None = None
    """The version in force."""
    assessed_at: datetime | None = None
    """The last completed assessment."""
    contacts: int = 0
    seen_on_visit: bool = False
    restricted: bool = False
    package: str | None = None
    goals: list[str] = field(default_factory=list)


def suggested_urgency(category: str, severity: str) -> str:
    """Return the urgency that the table of the house gives."""
    table: dict[str, dict[str, str]] = TRIAGE["urgency"]
    return table.get(category, table["default"])[severity]


def suggested_severity(category: str) -> str:
    """Return the severity to assume where nobody gave one."""
    table: dict[str, str] = TRIAGE["severity_of_category"]
    return table.get(category, table["default"])
