"""What differs between two states of the law, and which periods it moves: the draft of a changelog entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.graph.basis import canonical
from rules.graph.graph import Graph
from rules.graph.models import ConventionVersion
from rules.graph.reach import law_of_question
from rules.parameters import DatedValue

# What of a value moves results; everything else of it only says where it stands and how well it is grounded.
_MOVES = ("value", "unit", "in_force_from", "in_force_before", "known_from", "missing_day", "reached")
_FORMULA = "formula"
Values = Mapping[tuple[date, date | None], DatedValue]


class Kind(StrEnum):
    """The kinds of entries, as the changelog explains them."""

    NEW = "new"
    CORRECTION = "correction"
    LAW_CHANGE = "law change"
    GROUND = "ground"


@dataclass(frozen=True)
class Change:
    """One value or wording that differs, and what its results hang on."""

    kind: Kind
    name: str
    told: str
    first: date
    last: date | None
    benefits: tuple[str, ...]
    file: str

    @property
    def period(self) -> str:
        """The days whose results move."""
        if self.kind is Kind.GROUND:
            return "no figure moves"
        if self.kind is Kind.NEW:
            return "impacted periods: none before"
        end = f" through {self.last.isoformat()}" if self.last else " on"
        return f"impacted period: {self.first.isoformat()}{end}"

    def __str__(self) -> str:
        of = f", of {', '.join(self.benefits)}" if self.benefits and self.kind is not Kind.GROUND else ""
        return f"*{self.kind}*: `{self.name}` {self.told}; {self.period}{of}. File: `{self.file}`."


def find_changes(before: Graph, after: Graph) -> Iterator[Change]:
    """Yield every value and wording that is new, gone, moved or grounded otherwise."""
    old, new = _values(before), _values(after)
    used = {
        benefit: law_of_question(graph, benefit) for graph in (before, after) for benefit in graph.benefits
    }  # fmt: skip
    for name in sorted(old.keys() | new.keys()):
        place = (after if name in new else before).place(name).path
        benefits = tuple(benefit for benefit, names in used.items() if name in names)
        for key in sorted(old.get(name, {}).keys() | new.get(name, {}).keys(), key=str):
            found = _of_value(old.get(name, {}), new.get(name, {}), key)
            if found is not None:
                kind, told, first, last = found
                yield Change(kind, name, told, first, last, benefits, place)


def _values(graph: Graph) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for named in (graph.law.parameters, graph.law.deadlines, graph.conventions):
        for name, entry in named.items():
            found[name] = {(value.in_force_from, value.known_from): value for value in entry.values}
    for name, rule in graph.rules.items():
        grounds = (wording.ground for wording in rule.wordings)
        found[name] = {(value.in_force_from, value.known_from): value for value in grounds}
    return found


def _of_value(
    old: Values, new: Values, key: tuple[date, date | None]
) -> tuple[Kind, str, date, date | None] | None:  # fmt: skip
    was, now = old.get(key), new.get(key)
    value = now or was
    if value is None or (was is not None and now is not None and _same(was, now, None)):
        return None
    moves = was is None or now is None or not _same(was, now, _MOVES)
    kind = _kind(old, new, key) if moves else Kind.GROUND
    return kind, _tell(was, now) if moves else "has another ground", value.in_force_from, _last(was, now)


def _same(one: DatedValue, other: DatedValue, keys: tuple[str, ...] | None) -> bool:
    told = [value.model_dump(mode="json", include=set(keys) if keys else None) for value in (one, other)]
    return canonical(told[0]) == canonical(told[1])


def _kind(old: Values, new: Values, key: tuple[date, date | None]) -> Kind:
    """Tell a value of days that had none, before or after all others, from one that moves what had an answer."""
    if not old:
        return Kind.NEW
    if key in old:
        return Kind.CORRECTION
    first, last = key[0], _end(new[key])
    spoken = any(
        other.in_force_from <= (last or date.max) and first <= (_end(other) or date.max) for other in old.values()
    )
    if spoken:
        return Kind.CORRECTION
    return Kind.LAW_CHANGE if all(start < first for start, _ in old) else Kind.NEW


def _tell(was: DatedValue | None, now: DatedValue | None) -> str:
    if was is None or now is None:
        return _shown(now) if now is not None else f"without {_shown(was)}"
    if was.unit == _FORMULA and was.value != now.value:
        return "another wording"
    shown = _shown(was), _shown(now)
    return " -> ".join(shown) if shown[0] != shown[1] else f"{shown[0]} for other days"


def _shown(value: DatedValue | None) -> str:
    if value is None or value.unit == _FORMULA:
        return "a wording"
    if isinstance(value, ConventionVersion):
        return f"{value.value} and {value.reached}"
    return f"{value.value} {value.unit}"


def _last(was: DatedValue | None, now: DatedValue | None) -> date | None:
    """Return the last day that either value speaks for; None where one has no end."""
    ends = [_end(value) for value in (was, now) if value is not None]
    return None if None in ends else max(end for end in ends if end is not None)


def _end(value: DatedValue) -> date | None:
    if value.in_force_before is not None:
        return value.in_force_before - timedelta(days=1)
    return value.confirmed_through
