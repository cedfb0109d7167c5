"""Writes proposed cases as a file of cases: YAML, or a table for a spreadsheet."""

import json
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from rules.graph.boundary import Proposal
from rules.graph.domain import Answer, Codes, Days, Exact, Span, Value
from rules.graph.facts import UNKNOWN
from rules.graph.graph import Graph
from rules.graph.models import FAMILY
from rules.graph.records import ID, Record, walk_records
from rules.graph.templates import write_table

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = {"yes", "no", "true", "false", "null", "unknown"}
_HEAD = """\
# Proposed by `python -m rules cases generate {benefit}`: one case on each side of every edge of its rules.
# What is expected is what the rules say today, which proves nothing. Compare each case with the act: where they agree,
# take out its line `proposed: yes`; where they do not, the law is wrong here, or the case is not worth keeping.
"""


def write_yaml(benefit: str, proposals: Sequence[Proposal]) -> Iterator[str]:
    """Yield the lines of a file of cases."""
    yield from _HEAD.format(benefit=benefit).splitlines()
    yield f"benefit: {benefit}"
    yield "cases:"
    for proposal in proposals:
        yield f"  - name: {_quoted(proposal.name)}"
        yield f"    on: {proposal.situation.on.isoformat()}"
        if proposal.article:
            yield f"    article: {_quoted(proposal.article)}"
        yield f"    note: {_quoted(proposal.note)}"
        yield "    proposed: yes"
        yield "    family:"
        yield from (f"      {line}" for line in _family(proposal.situation.case))
        yield f"    expected: {{{', '.join(f'{key}: {text}' for key, text in _expected(proposal))}}}"


def _family(record: Record) -> Iterator[str]:
    for name, value in record.facts.items():
        yield f"{name}: {_value(value)}"
    for group, records in record.groups.items():
        yield f"{group}:" if records else f"{group}: []"
        yield from (f"  - {_flow(entry)}" for entry in records)


def _flow(record: Record) -> str:
    parts = [f"{ID}: {_text(record.id)}", *(f"{name}: {_value(value)}" for name, value in record.facts.items())]
    parts += [f"{group}: [{', '.join(map(_flow, records))}]" for group, records in record.groups.items()]
    return f"{{{', '.join(parts)}}}"


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text not in _TAKEN else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(value: Value) -> str:
    if isinstance(value, Answer):
        return str(value)
    if isinstance(value, Codes):
        return min(value.codes)
    return value.low.isoformat() if isinstance(value, Days) else _number(value.low)


def _number(exact: Exact) -> str:
    """Return a number of a case: a whole one or a decimal, as every stated number is."""
    scaled, digits = Fraction(exact), 0
    while scaled.denominator != 1:
        scaled, digits = scaled * 10, digits + 1
    text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    sign = "-" if scaled < 0 else ""
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def _expected(proposal: Proposal) -> Iterator[tuple[str, str]]:
    if proposal.refused is not None:
        yield "refused", _quoted(proposal.refused)
        return
    yield "entitled", str(proposal.entitled)
    if proposal.amount is not None:
        yield "amount", _sum(proposal.amount)
    if proposal.missing:
        yield "missing", f"[{', '.join(map(_quoted, proposal.missing))}]"


def _sum(amount: Span) -> str:
    return _number(amount.low)


def write_csv(graph: Graph, benefit: str, proposals: Sequence[Proposal]) -> str:
    """Return a table of cases: a row for each member, and for each further record of a member."""
    stated = {
        name
        for proposal in proposals
        for _, _, record in walk_records(proposal.situation.case)
        for name in (*record.facts, *record.groups)
    }
    table = _Table(graph, benefit, stated)
    lines = [row for proposal in proposals for row in table.rows(proposal)]
    used = {heading for line in lines for heading in line} | set(table.listed.values())
    present = [heading for heading in table.headings() if heading in used]
    return write_table([present, *([line.get(heading, "") for heading in present] for line in lines)])


class _Table:
    """Rows of a table. A list that is not known is said to be so, where the table has columns for it."""

    def __init__(self, graph: Graph, benefit: str, stated: set[str]) -> None:
        self.graph = graph
        self.benefit = benefit
        # A column of each list that is told of, to say there that it is not known; without one none could be empty.
        self.listed = {
            group: next((name for name in facts if name in stated), facts[0])
            for group in graph.groups
            if group in stated and (facts := list(graph.facts_of(group)))
        }

    def headings(self) -> Iterator[str]:
        yield from ("case", "benefit", "on", "article", "note", "proposed")
        yield from self.graph.facts_of(FAMILY)
        for group in self.graph.groups:
            yield f"{group}.{ID}"
            yield from self.graph.facts_of(group)
        yield from ("entitled", "amount", "missing", "refused")

    def rows(self, proposal: Proposal) -> Iterator[dict[str, str]]:
        """Yield the rows of one case; the first one holds what is said of the case itself."""
        head = {
            "case": proposal.name, "benefit": self.benefit, "on": proposal.situation.on.isoformat(),
            "article": proposal.article or "", "note": proposal.note, "proposed": "yes",
            **{key: text.strip('"[]').replace('", "', " ") for key, text in _expected(proposal)},
        }  # fmt: skip
        first, *more = self._scope(FAMILY, proposal.situation.case)
        yield {**head, **first}
        yield from more

    def _scope(self, scope: str, record: Record) -> list[dict[str, str]]:
        """Return the rows of a record: its own facts in the first one, its lists from there on."""
        own = {name: _value(value) for name, value in record.facts.items()}
        rows: list[dict[str, str]] = []
        for group in self.graph.groups_of(scope):
            if group in record.groups:
                rows += [row for entry in record.groups[group] for row in self._entry(group, entry)]
            elif group in self.listed:
                own[self.listed[group]] = UNKNOWN
        return [{**own, **rows[0]}, *rows[1:]] if rows else [own]

    def _entry(self, group: str, record: Record) -> list[dict[str, str]]:
        first, *more = self._scope(group, record)
        return [{f"{group}.{ID}": record.id, **first}, *more]
