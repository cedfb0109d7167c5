"""Benefits for all families of a country: the lowered rules compiled to machine code, run on every core.

Figures of the law are arguments of the code, so a reform of figures runs the code that is there. What was compiled is
kept on disk under the hash of its text.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.kernel.cache import core_count, load
from rules.kernel.columns import DTYPES, Columns
from rules.kernel.emit import Block, Code, count_uses
from rules.kernel.expressions import Builder
from rules.kernel.lower import Low, Lowering, NotCompiledError

NO, YES, CANNOT_TELL_YET, NO_LAW = range(4)
_FAMILIES_A_TASK = 1 << 16
_INDENT = "        "


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The answers of one benefit, family by family, and the amounts in whole units over `scale` (1: whole tenge)."""

    entitled: NDArray[np.int8]
    amount: NDArray[np.int64]
    scale: int = 1


@dataclass(frozen=True)
class Kernel:
    """One benefit's compiled code with the figures of one law and one day."""

    benefit: str
    text: str
    facts: tuple[str, ...]
    groups: tuple[str, ...]
    missing: tuple[str, ...]
    figures: tuple[NDArray[np.int64], ...]
    scale: int
    divides: bool
    function: Callable[..., None]

    def run(self, columns: Columns, first: int, last: int, found: Entitlements) -> None:
        """Answer the families from `first` up to, but without, `last`."""
        arrays = [_frozen(columns.offsets[group]) for group in self.groups]
        arrays += [_frozen(columns.facts[fact]) for fact in self.facts]
        arrays += [_frozen(columns.missing[name]) for name in self.missing]
        self.function(first, last, *self.figures, *arrays, found.entitled, found.amount)


class National:
    """Benefits of one graph for one day, ready for any number of families.

    The code is made for the facts that families may leave out, as far as the columns show; it is made anew when
    later columns leave out more.
    """

    def __init__(self, graph: Graph, benefits: Sequence[str], on: date, known_on: date | None = None) -> None:
        """Lower and compile each benefit, or take it from the cache. Raises NotCompiledError, TooLargeError."""
        self.graph, self.benefits, self.on, self.known_on = graph, tuple(benefits), on, known_on
        self.nullable: frozenset[str] = frozenset()
        self.kernels = self._kernels()

    def _kernels(self) -> dict[str, Kernel]:
        return {
            benefit: _kernel(Lowering(self.graph, self.on, self.known_on, self.nullable), benefit)
            for benefit in self.benefits
        }

    def run(self, columns: Columns, threads: int | None = None) -> dict[str, Entitlements]:
        """Answer all families.

        CANNOT_TELL_YET marks a family for whom something is left out that was read: the evaluator of partly known
        cases may still tell. NO_LAW marks one for whom the law of the day gives no figure.
        """
        whole = self._whole(columns)
        if not self.nullable >= whole.missing.keys():
            self.nullable |= whole.missing.keys()
            self.kernels = self._kernels()
        found = {
            name: Entitlements(np.empty(columns.families, np.int8), np.zeros(columns.families, np.int64), kernel.scale)
            for name, kernel in self.kernels.items()
        }
        tasks = [
            (kernel, first, min(first + _FAMILIES_A_TASK, columns.families), found[name])
            for name, kernel in self.kernels.items()
            for first in range(0, columns.families, _FAMILIES_A_TASK)
        ]
        with ThreadPoolExecutor(threads or core_count()) as pool:
            list(pool.map(lambda task: task[0].run(whole, *task[1:]), tasks))
        return found

    def _whole(self, columns: Columns) -> Columns:
        """Return the columns with every fact and mask that the code may read; what has no column is left out by all."""
        facts, offsets, missing = dict(columns.facts), dict(columns.offsets), dict(columns.missing)
        waiting = [(FAMILY, columns.families)]
        for scope, count in waiting:
            for name, fact in self.graph.facts_of(scope).items():
                if name not in facts:
                    facts[name] = np.zeros(count, DTYPES[fact.type])
                    missing[name] = np.ones(count, np.bool_)
                elif name in self.nullable and name not in missing:
                    missing[name] = np.zeros(count, np.bool_)
            for group in self.graph.groups_of(scope):
                if group not in offsets:
                    offsets[group] = np.zeros(count + 1, np.int64)
                    missing[group] = np.ones(count, np.bool_)
                elif group in self.nullable and group not in missing:
                    missing[group] = np.zeros(count, np.bool_)
                waiting.append((group, int(offsets[group][-1])))
        return Columns(columns.families, facts, offsets, missing)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array as one that is only read: one compiled version serves arrays of every origin."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _kernel(lowering: Lowering, benefit: str) -> Kernel:
    asked = lowering.graph.benefit(benefit)
    entitled = lowering.rule(asked.entitled)
    amount = lowering.rule(asked.amount) if asked.amount else Low(lowering.build.literal(0), lowering.never)
    if amount.factors:
        raise NotCompiledError(f"{asked.amount}: an amount is divided by a number of the family and never rounded")
    roots = [entitled.top, lowering.either(entitled.fault, amount.fault), amount.top]
    code = Code()
    yes, fault, top = Block(code, count_uses(roots), (), "i", _INDENT).run(roots)
    text = _text(code, yes, fault, top)
    return Kernel(
        benefit=benefit,
        text=text,
        facts=tuple(code.facts),
        groups=tuple(code.groups),
        missing=tuple(code.missing),
        figures=_figures(code, lowering.build),
        scale=amount.scale,
        divides=bool(lowering.divided),
        function=load(text),
    )


def _text(code: Code, yes: str, fault: str, top: str) -> str:
    names = ["first", "last", "A", *code.tables.values()]
    names += [f"{short}{column}" for short in code.series.values() for column in "svm"]
    names += [*(f"N_{group}" for group in code.groups), *(f"F_{fact}" for fact in code.facts)]
    names += [*(f"M_{name}" for name in code.missing), "E", "O"]
    lines = [f"def kernel({', '.join(names)}):"]
    lines += [f"    {name} = A[{place}]" for place, name in enumerate(code.given.values())]
    lines += ["    for i in range(first, last):", *code.lines]
    answer, open_ = f"1 if {yes} else 0", CANNOT_TELL_YET if code.missing else NO_LAW
    lines += [f"{_INDENT}E[i] = {answer}" if fault == "False" else f"{_INDENT}E[i] = {open_} if {fault} else {answer}"]
    if top != "0":  # a benefit without money writes no sums: pages of zeros that nobody touches take no memory
        lines.append(f"{_INDENT}O[i] = {top}" if fault == "False" else f"{_INDENT}O[i] = 0 if {fault} else {top}")
    lines.append("")
    return "\n".join(lines)


def _figures(code: Code, build: Builder) -> tuple[NDArray[np.int64], ...]:
    """Return what the law gives: single figures, tables, and series by day."""
    found: list[Sequence[int]] = [[x.value or 0 for x in code.given]]
    found += [build.tables[name] for name in code.tables]
    for name in code.series:
        series = build.series[name]
        found += [series.starts, series.values, series.missing]
    return tuple(_frozen(np.array(values, np.int64)) for values in found)
