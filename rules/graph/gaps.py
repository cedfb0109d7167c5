"""Why an answer is not the wanted one: each condition that stands against it, and how far it is from its threshold."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from rules.errors import RuleError
from rules.graph.domain import Answer, Days, Exact, Span, number
from rules.graph.evaluator import evaluate, evaluate_rule, node_of
from rules.graph.nodes import Compare, FactNode, GatherNode, If, Logic, Node, Not, OneOf, ParameterNode, RuleNode
from rules.graph.records import Path
from rules.graph.run import Run
from rules.graph.show import SIGNS, put_in, show_number, show_value, unit_of
from rules.graph.words import Language, say, word

OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "≠"}
# Which answer is wanted of each rule at each place, so that the whole is yes.
Wanted = dict[tuple[str, Path], Answer]


class Gap(NamedTuple):
    """A condition that is not met, and at which record; where it compares, by how much at least (else None)."""

    text: str
    by: Exact | None
    shown: str
    place: str


def find_gaps(run: Run, node: Node, path: Path, wanted: Answer, language: Language) -> Iterator[Gap]:
    """Yield each condition of an expression that was asked and stands against the wanted answer; not in other rules."""
    for part, place, aim in _conditions(run, node, path, wanted, against=True):
        if run.values[id(part), place] is ~aim:
            yield from _gap(run, part, place, aim, language)


def find_reasons(run: Run, rule: str, language: Language) -> Iterator[Gap]:
    """Yield each condition that stands against a yes of a rule of the family, through all rules it hangs on.

    Also what no answer asks any more, because a condition before it has settled it: whoever is refused should learn
    everything at once. `run` is used up for that; it is not the run of the answer.
    """
    yield from _rule_reasons(run, rule, (), Answer.YES, language, set())


def _rule_reasons(
    run: Run, rule: str, path: Path, wanted: Answer, language: Language, done: set[tuple[str, Path]]
) -> Iterator[Gap]:
    done.add((rule, path))
    value = evaluate_rule(run, rule, path)
    use = run.uses.get((id(run.graph.rules[rule]), path))
    if value is not ~wanted or use is None:
        return
    node = node_of(run.graph.rules[rule], use.value)
    for part, place, aim in _conditions(run, node, path, wanted, complete=True, against=True):
        if run.values[id(part), place] is not ~aim:
            continue
        if not isinstance(part, RuleNode):
            yield from _gap(run, part, place, aim, language)
        elif (part.name, place[: part.depth]) not in done:
            yield from _rule_reasons(run, part.name, place[: part.depth], aim, language, done)


def _gap(run: Run, part: Node, path: Path, wanted: Answer, language: Language) -> Iterator[Gap]:
    if isinstance(part, Compare):
        yield _compared(run, part, path, wanted, language)
    elif isinstance(part, OneOf):
        yield _of_codes(run, part, path, wanted, language)
    elif isinstance(part, FactNode):
        yield Gap(put_in(run, part, path, language), None, "", show_place(run, path))


def show_place(run: Run, path: Path) -> str:
    """Return a record of the case by its name: `members.anna`; nothing for the family itself."""
    return run.show(path, "").rstrip(".")


def find_wanted(run: Run, node: Node, path: Path, wanted: Answer) -> Wanted:
    """Return which answer of the rules in an expression helps the wanted answer of the whole."""
    return {
        (part.name, place[: part.depth]): aim
        for part, place, aim in _conditions(run, node, path, wanted)
        if isinstance(part, RuleNode)
    }


def _conditions(
    run: Run, node: Node, path: Path, wanted: Answer, *, complete: bool = False, against: bool = False
) -> Iterator[tuple[Node, Path, Answer]]:
    """Yield the innermost conditions that were asked, each with the answer that helps; if complete, ask the others.

    With `against`, what has the answer that helps is passed over: of an `or` that holds, no part stands against it.
    """
    if complete:
        _ask(run, node, path)
    value = run.values.get((id(node), path))
    if not isinstance(value, Answer) or (against and value is wanted):
        return
    for part, place, aim in _inside(run, node, path, wanted):
        if part is node:
            yield node, path, wanted
        else:
            yield from _conditions(run, part, place, aim, complete=complete, against=against)


def _inside(run: Run, node: Node, path: Path, wanted: Answer) -> Iterator[tuple[Node, Path, Answer]]:
    """Yield the parts that an answer hangs on, each with the answer that helps; the node itself where it has none."""
    if isinstance(node, Not):
        yield node.part, path, ~wanted
    elif isinstance(node, Logic):
        yield from ((part, path, wanted) for part in node.parts)
    elif isinstance(node, If):
        chosen = run.values.get((id(node.condition), path))
        yield (node.chosen if chosen is Answer.YES else node.otherwise), path, wanted
    elif isinstance(node, GatherNode):
        for place in run.paths(node.group, path[: node.depth]) or ():
            if node.where is not None:
                yield node.where, place, ~wanted if node.kind == "all" else wanted
            if node.body is not None:
                yield node.body, place, wanted
    else:
        yield node, path, wanted


def _ask(run: Run, node: Node, path: Path) -> None:
    """Ask what was passed over. What can not be computed without the conditions before it stays out."""
    if (id(node), path) not in run.values:
        with suppress(RuleError, ZeroDivisionError):
            evaluate(run, node, path)


def _of_codes(run: Run, node: OneOf, path: Path, wanted: Answer, language: Language) -> Gap:
    needed = node.negated is (wanted is Answer.NO)
    labels = run.graph.facts[node.part.name].codes or {} if isinstance(node.part, FactNode) else {}
    names = [say(labels[code], language) if code in labels else code for code in node.codes]
    key = "needed" if needed else "not_allowed"
    shown = word(key, language).format(codes=f" {word('or', language)} ".join(names))
    return Gap(_named(run, node.part, path, language), None, shown, show_place(run, path))


def _named(run: Run, node: Node, path: Path, language: Language) -> str:
    """Return a part of a condition with its name, so that the figure can be read alone."""
    value = put_in(run, node, path, language)
    if not isinstance(node, FactNode | RuleNode | ParameterNode):
        return value
    return f"{say(run.graph.label(node.name), language)} ({value})"


def _compared(run: Run, node: Compare, path: Path, wanted: Answer, language: Language) -> Gap:
    left, right = run.values[id(node.left), path], run.values[id(node.right), path]
    needed = node.sign if wanted is Answer.YES else OPPOSITE[node.sign]
    sign = SIGNS.get(needed, needed)
    text = f"{_named(run, node.left, path, language)} {sign} {_named(run, node.right, path, language)}"
    place = show_place(run, path)
    if isinstance(left, Days) and isinstance(right, Days):
        ends: tuple[Exact, Exact] = (
            left.low.toordinal() - right.high.toordinal(),
            left.high.toordinal() - right.low.toordinal(),
        )
        unit = "days"
    elif isinstance(left, Span) and isinstance(right, Span):
        ends = left.low - right.high, left.high - right.low
        unit = unit_of(run, node.left, path) or unit_of(run, node.right, path) or "count"
    else:
        return Gap(text, None, "", place)
    least, most = sorted(end if end >= 0 else -end for end in ends)
    return gap_of(text, Span(least, most), unit, needed, place, language)


def gap_of(text: str, by: Span, unit: str, needed: str, place: str, language: Language) -> Gap:
    """Return the distance of a comparison to its threshold, in words."""
    key = {"<": "over_by", ">": "short_by"}.get(needed[:1], "differs_by")
    shown = show_value(number(by.high), language, unit)
    if not by.settled:
        shown = f"{show_number(by.low, language)} – {shown}"
    return Gap(text, by.low, word(key, language).format(by=shown), place)
