"""What a case breaks of what the files declare: a contradiction refuses the case, a notice stands beside its answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.documents import Location
from rules.errors import RuleError
from rules.graph.domain import Answer, Value
from rules.graph.evaluator import evaluate
from rules.graph.graph import Condition
from rules.graph.models import FAMILY
from rules.graph.nodes import FactNode, GatherNode, Node, RankNode, parts, walk
from rules.graph.records import Path, walk_records
from rules.graph.run import Run
from rules.graph.words import Language, in_each, say, word
from rules.parameters import Label

# The name under which a fact told of something that did not happen is reported.
ONLY_WITH = "only_with"


@dataclass(frozen=True, slots=True)
class Broken:
    """A condition that does not hold, whatever the missing facts are: where, and the text for a person."""

    name: str
    path: Path
    field: str
    place: str
    text: Label

    @property
    def location(self) -> Location:
        """The place among the facts as they were told: groups, indexes from 0, and the field."""
        return (*(part for step in self.path for part in step), *([self.field] if self.field else []))


def find_contradictions(run: Run) -> Iterator[Broken]:
    """Yield what the facts of the case can not be together; facts that are missing contradict nothing."""
    graph = run.graph
    for path, scope, stated in walk_records(run.case) if run.case else ():
        for name, fact in graph.facts_of(scope).items():
            if fact.only_with and name in stated.facts and stated.facts.get(fact.only_with) is Answer.NO:
                text = _stated_of_nothing(fact.label, graph.facts[fact.only_with].label)
                yield Broken(ONLY_WITH, path, name, run.show(path, name), text)
    yield from find_broken(run, graph.checks)


def _stated_of_nothing(fact: Label, event: Label) -> Label:
    return in_each(lambda to: word("stated_of_nothing", to).format(fact=say(fact, to), event=say(event, to)))


def find_broken(run: Run, conditions: Iterable[Condition]) -> Iterator[Broken]:
    """Yield each condition at each record of the case where it does not hold; one of no law that day says nothing."""
    records = list(walk_records(run.case)) if run.case else []
    for condition in conditions:
        scope = condition.scope[-1] if condition.scope else FAMILY
        for path, group, _ in records:
            if group == scope and _holds(run, condition, path) is Answer.NO:
                yield _broken(run, condition, path)


def _holds(run: Run, condition: Condition, path: Path) -> Value:
    try:
        return evaluate(run, condition.node, path)
    except RuleError:  # no law that day, or none that was known
        return Answer.OPEN


def _broken(run: Run, condition: Condition, path: Path) -> Broken:
    field = _field(run, condition.node, path)
    counted = ", ".join(_counted(run, condition.node, path))

    def tell(language: Language) -> str:
        told = say(condition.label, language)
        return f"{told}: {counted}" if counted else told

    return Broken(condition.name, path, field, run.show(path, field).rstrip("."), in_each(tell))


def _field(run: Run, node: Node, path: Path) -> str:
    """Return the fact of this record that the condition names first and that is stated, or the list it gathers."""
    record = run.record(path)
    for part in _own(node):
        if isinstance(part, FactNode) and record is not None and part.depth == len(path) and part.name in record.facts:
            return part.name
        if isinstance(part, GatherNode) and part.depth == len(path):
            return part.group
    return ""


def _own(node: Node) -> Iterator[Node]:
    """Yield the expression and what it asks of the same record, not of those it gathers or orders."""
    yield node
    if not isinstance(node, GatherNode):
        for part in [node.day] if isinstance(node, RankNode) else parts(node):
            yield from _own(part)


def _counted(run: Run, node: Node, path: Path) -> Iterator[str]:
    """Yield the records that the condition's own count took in."""
    for part in walk(node):
        if isinstance(part, GatherNode) and part.where is not None:
            for place in run.paths(part.group, path[: part.depth]) or ():
                if evaluate(run, part.where, place) is Answer.YES:
                    yield run.show(place, "").rstrip(".")
            return
