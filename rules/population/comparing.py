"""Runs the law and a reform over the same families, and counts who gains, who loses, and what it costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rules.documents import read_document
from rules.errors import RuleError
from rules.graph.graph import Graph
from rules.graph.models import Paid
from rules.graph.reach import law_of_question
from rules.graph.reform import Reform
from rules.kernel.columns import EPOCH, Columns
from rules.kernel.national import CANNOT_TELL_YET, NO_LAW, YES
from rules.loader import parse_document
from rules.parameters import Entry, Label
from rules.population.answering import Answers
from rules.population.layout import Note
from rules.population.reader import BATCH, Population
from rules.population.run import Question, ahead, check_question
from rules.population.summary import (
    COUNTED,
    count_children,
    family_sizes,
    region_places,
    regions_of,
)
from rules.population.sums import sums_by, sums_of_records
from rules.population.synthesis import quarter_before
from rules.population.wording import grouped, label, plain

GAINS, LOSES, SAME, NOT_COMPARED = range(4)
# The words for each, and those for what a reader has to know.
OUTCOMES = {"gain": GAINS, "lose": LOSES, "same": SAME, "not_compared": NOT_COMPARED}
NOTES = ("note_outcome", "note_not_compared", "note_incomes")
_FILE = "compare.yaml"
_MONTHS_A_YEAR = 12
INCOME_FACTS = frozenset({"members", "incomes", "received", "received_in"})


class CompareFile(Entry):
    """How families are sorted for reading."""

    income_bands: tuple[int, ...]
    most_children: int


@cache
def load_bands() -> CompareFile:
    """Return the bands that come with this package."""
    path = files("rules").joinpath("population", "data", _FILE)
    return parse_document(read_document(_FILE, path.read_bytes()), CompareFile)


class NothingChangesError(RuleError):
    """The reform changes nothing that the benefits ask on the day."""


@dataclass(frozen=True)
class Groups:
    """Families sorted by one thing: their outcomes (a column each), and the change of what they get."""

    key: str
    labels: tuple[Label, ...]
    outcomes: NDArray[np.int64]
    monthly: NDArray[np.int64]
    once: NDArray[np.int64]

    @staticmethod
    def empty(key: str, labels: Sequence[Label]) -> "Groups":
        """Return groups without families."""
        length = len(labels)
        counts = np.zeros((length, NOT_COMPARED + 1), dtype=np.int64)
        return Groups(key, tuple(labels), counts, np.zeros(length, np.int64), np.zeros(length, np.int64))

    def add(self, places: NDArray[np.int64], change: "_Changed") -> None:
        """Take families in, each at its place."""
        length = len(self.labels)
        for outcome in range(NOT_COMPARED + 1):
            self.outcomes[:, outcome] += np.bincount(places[change.outcome == outcome], minlength=length)
        self.monthly[:] += sums_by(places, change.monthly, length)
        self.once[:] += sums_by(places, change.once, length)

    def filled(self) -> list[int]:
        """Return the places of the groups that families are in."""
        return np.flatnonzero(self.outcomes.sum(axis=1)).tolist()


@dataclass(frozen=True)
class _Changed:
    outcome: NDArray[np.int64]
    monthly: NDArray[np.int64]
    once: NDArray[np.int64]


@dataclass
class BenefitChange:
    """One benefit before and after, over the families that could be compared."""

    benefit: str
    paid: Paid | None
    entitled_before: int = 0
    entitled_after: int = 0
    newly: int = 0
    no_longer: int = 0
    amount_before: int = 0
    amount_after: int = 0


@dataclass
class Comparison:
    """What a reform does to a population on a day."""

    reform: Reform
    question: Question
    reformed: Question
    note: Note
    regions: Groups
    children: Groups
    incomes: Groups
    benefits: dict[str, BenefitChange] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def families(self) -> int:
        return int(self.regions.outcomes.sum())

    def count(self, outcome: int) -> int:
        """Return how many families have an outcome."""
        return int(self.regions.outcomes[:, outcome].sum())

    @property
    def monthly(self) -> int:
        """The change of what is paid every month, tenge."""
        return int(self.regions.monthly.sum())

    @property
    def once(self) -> int:
        """The change of what is paid once, tenge."""
        return int(self.regions.once.sum())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways of payment in which sums move, monthly where none does."""
        once = ("once",) if self.regions.once.any() else ()
        return (*(("monthly",) if self.regions.monthly.any() or not once else ()), *once)

    def money(self) -> tuple[tuple[str, int], ...]:
        """Return the sums that a reader looks for by the keys of their words; none of a kind that does not move."""
        sums = {"monthly": self.monthly, "yearly": self.monthly * _MONTHS_A_YEAR, "once": self.once}
        shown = {*self.kinds, "yearly"} if "monthly" in self.kinds else {*self.kinds}
        return tuple((key, value) for key, value in sums.items() if key in shown)

    def groups(self) -> tuple[Groups, ...]:
        return self.regions, self.children, self.incomes


def affected(reform: Reform, named: Sequence[str]) -> tuple[str, ...]:
    """Return the benefits that the reform can reach, or those of them that are named.

    Raises UnknownNameError, NothingChangesError.
    """
    for name in named:
        reform.graph.benefit(name)
    found = tuple(
        name
        for name in named or reform.graph.benefits
        if (law_of_question(reform.graph, name) | law_of_question(reform.reformed, name)) & reform.names
    )
    if not found:
        raise NothingChangesError(f"the reform changes nothing that {', '.join(named) or 'a benefit'} asks")
    return found


def compare(
    reform: Reform,
    population: Population,
    benefits: Sequence[str],
    on: date,
    known_on: date | None,
    told: Callable[[int], None],
    size: int = BATCH,
) -> Comparison:
    """Compare the law with its reform, family by family. Raises PopulationError, NothingChangesError."""
    if all(on < change.since for change in reform.changes):
        since = min(change.since for change in reform.changes)
        raise NothingChangesError(f"on {on} nothing of the reform is in force yet; ask about {since} or later (--date)")
    question = Question(reform.graph, tuple(benefits), on, known_on)
    reformed = Question(reform.reformed, tuple(benefits), on, known_on)
    check_question(population.note, question)
    before, after = question.answering(), reformed.answering()
    found = _empty(reform, question, reformed, population.note)
    for batch in ahead(population.only(question.facts | reformed.facts | COUNTED | INCOME_FACTS).batches(on, size)):
        first, second = before.answer(batch.columns), after.answer(batch.columns)
        for benefit, reason in (dict(first.reasons) | dict(second.reasons)).items():
            found.reasons.setdefault(benefit, reason)
        if not found.families:
            _drop_lawless(found, first, second)
        change = _changed(found, first, second)
        columns, graph = batch.columns, reform.graph
        places = region_places(columns, regions_of(graph))
        found.regions.add(places, change)
        most = len(found.children.labels) - 1
        found.children.add(np.minimum(count_children(graph, columns, on), most), change)
        found.incomes.add(income_places(graph, columns, population.note, on), change)
        told(len(batch.ids))
    return found


def _drop_lawless(found: Comparison, before: Answers, after: Answers) -> None:
    """Leave out benefits to which the law, or the reform, has no answer for anybody. Raises NothingChangesError."""
    for benefit in list(found.benefits):
        if any((answers.entitled[benefit] == NO_LAW).all() for answers in (before, after)):
            del found.benefits[benefit]
    if not found.benefits:
        raise NothingChangesError(f"the law answers none of the benefits: {next(iter(found.reasons.values()))}")


def _empty(reform: Reform, question: Question, reformed: Question, note: Note) -> Comparison:
    bands = load_bands()
    most = bands.most_children
    children = [*(plain(str(count)) for count in range(most)), label("from", low=str(most))]
    return Comparison(
        reform,
        question,
        reformed,
        note,
        Groups.empty("region", [region.label for region in regions_of(reform.graph)]),
        Groups.empty("children", children),
        Groups.empty("incomes", band_labels(bands.income_bands)),
        {name: BenefitChange(name, reform.graph.benefits[name].paid) for name in question.benefits},
    )


def band_labels(edges: Sequence[int]) -> list[Label]:
    """Return what the bands are called; the last is for families whose incomes are not stated."""
    shown = [grouped(edge) for edge in edges]
    between = [label("between", low=low, to=high) for low, high in pairwise(shown)]
    return [label("under", to=shown[0]), *between, label("from", low=shown[-1]), label("not_stated")]


def _changed(found: Comparison, before: Answers, after: Answers) -> _Changed:
    """Return each family's outcome: what it gets a month decides, and where that stays, what it gets once.

    A family is not compared where a benefit in money can not be told; one without money only counts it not.
    """
    length = len(next(iter(before.entitled.values())))
    changes = {Paid.MONTHLY: np.zeros(length, dtype=np.int64), Paid.ONCE: np.zeros(length, dtype=np.int64)}
    untold = {
        benefit: sum(
            (np.isin(answers.entitled[benefit], (CANNOT_TELL_YET, NO_LAW)) for answers in (before, after)),
            np.zeros(length, dtype=np.bool_),
        )
        for benefit in found.benefits
    }
    unknown = np.zeros(length, dtype=np.bool_)
    for benefit, line in found.benefits.items():
        if line.paid is not None:
            unknown |= untold[benefit]
    for benefit, line in found.benefits.items():
        left_out = unknown | untold[benefit]
        had, has = ((answers.entitled[benefit] == YES) & ~left_out for answers in (before, after))
        was, is_ = (np.where(left_out, 0, answers.amount[benefit]) for answers in (before, after))
        line.entitled_before += int(had.sum())
        line.entitled_after += int(has.sum())
        line.newly += int((has & ~had).sum())
        line.no_longer += int((had & ~has).sum())
        line.amount_before += int(was.sum())
        line.amount_after += int(is_.sum())
        if line.paid is not None:
            changes[line.paid] += is_ - was
    monthly, once = changes[Paid.MONTHLY], changes[Paid.ONCE]
    decides = np.where(monthly != 0, monthly, once)
    outcome = np.select([unknown, decides > 0, decides < 0], [NOT_COMPARED, GAINS, LOSES], SAME)
    return _Changed(outcome, monthly, once)


def income_places(graph: Graph, columns: Columns, note: Note, on: date) -> NDArray[np.int64]:
    """Return each family's band of income a head: all that it received in the months of the population."""
    edges = load_bands().income_bands
    not_stated = len(edges) + 1
    needed = {"received", "received_in"}
    if not needed <= columns.facts.keys() or not {"members", "incomes"} <= columns.offsets.keys():
        return np.full(columns.families, not_stated, dtype=np.int64)
    months = quarter_before(on)
    first, last = note.incomes_from or months[0], note.incomes_through or months[-1]
    count = (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month + 1
    end = date(last.year + last.month // _MONTHS_A_YEAR, last.month % _MONTHS_A_YEAR + 1, 1)
    day = columns.facts["received_in"]
    counted = (day >= first.toordinal() - EPOCH) & (day < end.toordinal() - EPOCH)
    sums = np.where(counted, columns.facts["received"] // 10 ** graph.facts["received"].decimals, 0)
    family = sums_of_records(sums_of_records(sums, columns.offsets["incomes"]), columns.offsets["members"])
    sizes = family_sizes(columns)
    places = np.searchsorted(np.array(edges), family // np.maximum(sizes * count, 1), side="right").astype(np.int64)
    places[_lacking(columns, needed) | (sizes == 0)] = not_stated
    return places


def _lacking(columns: Columns, needed: set[str]) -> NDArray[np.bool_]:
    """Return which families leave out a sum, its day, or a whole list of incomes."""
    records = np.zeros(len(columns.facts["received"]), dtype=np.int64)
    for name in needed & columns.missing.keys():
        records += columns.missing[name]
    members = sums_of_records(records, columns.offsets["incomes"])
    if "incomes" in columns.missing:
        members += columns.missing["incomes"]
    found: NDArray[np.bool_] = sums_of_records(members, columns.offsets["members"]) > 0
    return found
