"""Answers a benefit for one family with its whole explanation, by code generated once for a day and a language.

It gives what `rules.graph.answers.ask` and `rules.graph.explain.explain` give, many times faster; a family that leaves
out what matters, and a question that the law does not answer, are left to them.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import Any, TypeVar

from rules.dated import value_on
from rules.graph.answers import Answered, ask
from rules.graph.basis import Mode, NotVerifiedError, SignOff, not_verified
from rules.graph.domain import Answer, Days, Exact, Span
from rules.graph.explain import Explanation, Ground, Step, explain, ground_of
from rules.graph.gaps import Gap, gap_of
from rules.graph.graph import Graph
from rules.graph.reach import facts_of_question
from rules.graph.records import Record
from rules.graph.run import Kind, Run, Used
from rules.graph.settle import MOST_WORK, Settling
from rules.graph.show import MOST_TERMS, show_number
from rules.graph.words import Language
from rules.kernel.daycount import to_date
from rules.kernel.emit import Block, Code, count_uses
from rules.kernel.lower import Lowering, NotCompiledError
from rules.kernel.reads import Reads
from rules.kernel.single import Lists, Reader, known_names, write_function
from rules.kernel.telling import Writer
from rules.kernel.texts import DayTexts, WholeDays, Wholes, difference, ratio_value, show_whole
from rules.kernel.wording import Wording
from rules.parameters import DatedValue

Entry = tuple[int, int, str, str]  # place in the formula, day, name, kind
Table = Mapping[int, Entry]
_UsedLaw = tuple[Mapping[tuple[Kind, str, date], Used], tuple[Used, ...]]
_MOST_KEPT = 500
KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Program:
    """The code that answers one benefit: results of a family, then its steps."""

    results: Callable[..., tuple[Any, ...]]
    tell: Callable[["Telling"], tuple[Step, ...] | None]
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """A family whose facts are read once for all questions about it."""

    record: Record
    lists: Lists
    names: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class Telling:
    """What the functions of one explanation share."""

    explainer: "Explainer"
    record: Record
    begins: Mapping[str, Sequence[int]]
    results: tuple[Any, ...]
    names: dict[tuple[str, int], str]
    told: set[tuple[int, int]] = field(default_factory=set)
    drawn: list[tuple[Entry, ...]] = field(default_factory=list)

    def figures(self, table: Table, mask: int, used: Sequence[Entry]) -> tuple[Ground, ...]:
        """Return where the figures stand that a rule used: those of the table that the mask marks, and further ones."""
        entries, grounds = self.explainer.drawn_figures(table, mask, used)
        self.drawn.append(entries)
        return grounds

    def gap(self, text: str, by: Exact, unit: str, needed: str, place: str) -> Gap:
        """Return the distance of a comparison to its threshold."""
        return gap_of(text, Span(by, by), unit, needed, place, self.explainer.language)

    def places(self, group: str, index: int) -> str:
        """Return the place of a record in words: members.aisha."""
        known = self.names.get((group, index))
        if known is None:
            known = self.names[group, index] = self._place(group, index)
        return known

    def _place(self, group: str, index: int) -> str:
        graph, words, record = self.explainer.graph, [], self.record
        path = []
        while group in graph.groups:
            holders = self.begins[group]
            holder = bisect_right(holders, index) - 1
            path.append((group, index - holders[holder]))
            group, index = graph.groups[group].of, holder
        for name, place in reversed(path):
            record = record.groups[name][place]
            words += [name, record.id]
        return ".".join(words)


class _Uses(dict[Entry, Used]):
    """Values of the law by entry, each looked up once."""

    def __init__(self, graph: Graph, known_on: date | None) -> None:
        self.graph, self.known_on = graph, known_on

    def __missing__(self, entry: Entry) -> Used:
        kind, name, day = Kind(entry[3]), entry[2], to_date(entry[1])
        values: Sequence[DatedValue]
        if kind is Kind.RULE:
            values = [wording.ground for wording in self.graph.rules[name].wordings]
        elif kind is Kind.CONVENTION:
            values = self.graph.conventions[name].values
        else:
            values = self.graph.law.parameter(name).values
        self[entry] = Used(kind, name, day, value_on(name, values, day, self.known_on))
        return self[entry]


class _Grounds(dict[Entry, Ground]):
    """Where values of the law stand, in one language, each made once."""

    def __init__(self, uses: _Uses, language: Language) -> None:
        self.uses, self.language = uses, language

    def __missing__(self, entry: Entry) -> Ground:
        self[entry] = ground_of(self.uses.graph, self.uses[entry], self.language)
        return self[entry]


class Explainer:
    """The benefits of a graph for one day in one language, ready for any number of families."""

    def __init__(self, graph: Graph, on: date, known_on: date | None = None, language: Language = Language.RU) -> None:
        """Prepare; the code of a benefit is generated when it is asked first."""
        self.graph, self.on, self.known_on, self.language = graph, on, known_on, language
        self.uses = _Uses(graph, known_on)
        self.grounds = _Grounds(self.uses, language)
        self.reader = Reader(graph, tuple(graph.facts))
        self._readers: dict[str, Reader] = {}
        self._facts: dict[str, frozenset[str]] = {}
        self.programs: dict[tuple[str, frozenset[str]], Program | None] = {}
        # Sign-off files and tables are known again by their ids, so they are kept beside what was made of them.
        self._laws: dict[tuple[frozenset[Entry], int], tuple[*_UsedLaw, SignOff | None]] = {}
        self._drawn: dict[tuple[int, int], tuple[tuple[Entry, ...], tuple[Ground, ...], Table]] = {}

    def explain(
        self,
        benefit: str,
        family: Record | Read,
        mode: Mode = Mode.ESTIMATE,
        sign_off: SignOff | None = None,
        most_work: int = MOST_WORK,
    ) -> Explanation:
        """Answer and explain. Raises what `ask` raises; `most_work` is handed on to it."""
        read = self._read(benefit, family) if isinstance(family, Record) else family
        program = self.program(benefit, self.facts_of(benefit).intersection(read.lists.missing))
        if program is not None:
            telling = self.telling(program, read)
            steps = program.tell(telling)
            if steps is not None:
                return self._explanation(benefit, telling, steps, mode, sign_off)
        answered = ask(self.graph, benefit, read.record, self.on, self.known_on, mode, sign_off, most_work)
        return explain(answered, self.language)

    def read(self, record: Record) -> Read:
        """Read a family for many questions."""
        return Read(record, self.reader.read(record))

    def facts_of(self, benefit: str) -> frozenset[str]:
        """Return the facts and lists that a benefit may read."""
        if benefit not in self._facts:
            self._facts[benefit] = frozenset(facts_of_question(self.graph, benefit))
        return self._facts[benefit]

    def _read(self, benefit: str, record: Record) -> Read:
        if benefit not in self._readers:
            wanted = self.facts_of(benefit)
            self._readers[benefit] = Reader(self.graph, tuple(name for name in self.graph.facts if name in wanted))
        return Read(record, self._readers[benefit].read(record))

    @staticmethod
    def _ends(steps: tuple[Step, ...]) -> tuple[Answer, Span | None]:
        entitled = steps[0].value
        amount = steps[1].value if len(steps) > 1 else None
        if not isinstance(entitled, Answer) or not (amount is None or isinstance(amount, Span)):
            raise TypeError(steps)
        return entitled, amount

    def _explanation(
        self, benefit: str, telling: Telling, steps: tuple[Step, ...], mode: Mode, sign_off: SignOff | None
    ) -> Explanation:
        entitled, amount = self._ends(steps)
        used, unverified = self._used(frozenset(chain.from_iterable(telling.drawn)), sign_off)
        if mode is Mode.DECIDE and unverified:
            raise NotVerifiedError(unverified)
        run = Run(self.graph, telling.record, Days(self.on, self.on), self.known_on, used=dict(used))
        answered = Answered(
            benefit, self.on, self.known_on, mode, entitled, amount, Settling(), (), unverified, run
        )  # fmt: skip
        return Explanation(answered, self.language, self.graph.benefits[benefit].label, steps)

    def _used(self, entries: frozenset[Entry], sign_off: SignOff | None) -> _UsedLaw:
        """Return the values of the law that were used, and those that are not verified; families repeat them."""
        key = (entries, id(sign_off))
        known = self._laws.get(key)
        if known is None:
            used = {(use.kind, use.name, use.on): use for use in map(self.uses.__getitem__, entries)}
            known = used, tuple(not_verified(used.values(), sign_off)), sign_off
            _keep(self._laws, key, known)
        return known[:2]

    def telling(self, program: Program, read: Read) -> Telling:
        """Return the results of a family, ready to be told."""
        lists = read.lists
        results = program.results(lists.facts, lists.begins, lists.missing)
        return Telling(self, read.record, lists.begins, results, read.names)

    def drawn_figures(
        self, table: Table, mask: int, used: Sequence[Entry]
    ) -> tuple[tuple[Entry, ...], tuple[Ground, ...]]:
        """Return the figures of a rule in the order of its formula, each once."""
        known = None if used else self._drawn.get((id(table), mask))
        if known is not None:
            return known[:2]
        first: dict[tuple[str, int], Entry] = {}
        for entry in (*(table[bit] for bit in table if mask & bit), *used):
            key = (entry[2], entry[1])
            first[key] = min(first.get(key, entry), entry)
        entries = tuple(sorted(first.values()))
        grounds = tuple(self.grounds[0, *entry[1:]] for entry in entries)
        if not used:
            _keep(self._drawn, (id(table), mask), (entries, grounds, table))
        return entries, grounds

    def program(self, benefit: str, nullable: frozenset[str]) -> Program | None:
        """Return the code of a benefit for families that leave out these facts; None where it has none."""
        key = (benefit, nullable)
        if key in self.programs:
            return self.programs[key]
        try:
            program: Program | None = self._make(benefit, nullable)
        except NotCompiledError:
            program = None
        _keep(self.programs, key, program)
        return program

    def _make(self, benefit: str, nullable: frozenset[str]) -> Program:
        asked = self.graph.benefit(benefit)
        reads = Reads(Lowering(self.graph, self.on, self.known_on, nullable), self.language)
        writer = Writer(Wording(self.graph, self.language, reads))
        names = [asked.entitled, *([asked.amount] if asked.amount else [])]
        fault = reads.lowering.either(*(reads.lowering.rule(name).fault for name in names))
        if fault.value:
            raise NotCompiledError(f"{benefit}: the law of the day gives no answer to any family")
        calls = ", ".join(f"{writer.function(name)}(T, True)" for name in names)
        head = ["def tell(T):", "    V = T.results", f"    if {reads.value(fault, ())}:", "        return None"]
        head += [f"    return ({calls},)", "", ""]
        writer.write_all()
        code = Code(inline=True)
        results = Block(code, count_uses(reads.roots), (), "0", "    ").run(reads.roots)
        text = "\n".join([write_function(code, results), *head, *writer.lines, ""])
        space = known_names(code, reads.lowering.build) | self._names() | reads.constants
        exec(compile(text, f"<{benefit} on {self.on.isoformat()}>", "exec"), space)  # noqa: S102 - the text is our own
        return Program(space["single"], space["tell"], text)

    def _names(self) -> dict[str, Any]:
        language = self.language

        def show_ratio(top: int, bottom: int) -> str:
            return show_number(Fraction(top, bottom), language)

        return {
            "DAYS": DayTexts(),
            "Gap": Gap,
            "GROUNDS": self.grounds,
            "WHOLE_DAYS": WholeDays(),
            "NO": Answer.NO,
            "Step": Step,
            "YES": Answer.YES,
            "difference": difference,
            "ratio_value": ratio_value,
            "show_ratio": show_ratio,
            "show_sum": _show_sum,
            "show_whole": show_whole,
            "WHOLES": Wholes(),
        }


def _keep(kept: dict[KeyT, ValueT], key: KeyT, value: ValueT) -> None:
    """Keep a value, and start again where too many are kept: families leave out facts in endless ways."""
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


def _show_sum(terms: Sequence[str], total: str) -> str:
    """Return a sum with its terms, where they are more than one and not too many."""
    return f"{' + '.join(terms)} = {total}" if 1 < len(terms) <= MOST_TERMS else total
