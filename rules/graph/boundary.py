"""Proposes cases for every edge of the law, from cases that are there: what the rules say, for a person to confirm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rules.errors import RuleError
from rules.graph.conditions import find_contradictions
from rules.graph.domain import Answer, Codes, Days, Span, Value, is_settled, truth
from rules.graph.edges import Edge, Found, reach_edge, run_question
from rules.graph.evaluator import evaluate_rule
from rules.graph.graph import Graph
from rules.graph.moves import IN_TIME, Situation, stated_places
from rules.graph.nodes import Type
from rules.graph.reach import facts_of_question
from rules.graph.records import FactRef, Record, plain, plain_record, replace_fact, walk_records
from rules.graph.run import Run
from rules.parameters import NOT_SEEN, DatedValue

# So many cases are tried before an edge is taken as one that they do not lead to.
_MOST_SEEDS = 6
_MOST_NAMED = 3
_DIFFER = 2
_ALL = 3


@dataclass
class Proposal:
    """A case that shows one side of an edge, with what the rules answer today; an analyst confirms or corrects it."""

    name: str
    situation: Situation
    article: str | None
    notes: list[str] = field(default_factory=list)
    entitled: Answer | None = None
    amount: Span | None = None
    missing: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def note(self) -> str:
        """What the case shows."""
        more = f"; and {len(self.notes) - _MOST_NAMED} more" if len(self.notes) > _MOST_NAMED else ""
        return "; ".join(self.notes[:_MOST_NAMED]) + more


def propose(graph: Graph, benefit: str, seeds: Sequence[Situation], edges: Iterable[Edge]) -> list[Proposal]:
    """Return proposed cases for every edge that moving one of the seeds leads to, each family and day once."""
    proposer = _Proposer(graph, benefit, seeds)
    for edge in edges:
        proposer.edge(edge)
    proposer.choices()
    return list(proposer.found.values())


@dataclass(frozen=True)
class _Seed:
    situation: Situation
    run: Run
    nodes: frozenset[int]


class _Proposer:
    def __init__(self, graph: Graph, benefit: str, seeds: Sequence[Situation]) -> None:
        self.graph = graph
        self.benefit = benefit
        asked = frozenset(facts_of_question(graph, benefit))
        kept = [Situation(_only(seed.case, asked), seed.on) for seed in seeds]
        self.seeds = [_Seed(seed, run := run_question(graph, benefit, seed), frozenset(node for node, _ in run.values))
                      for seed in kept]  # fmt: skip
        self.seeds.sort(key=lambda seed: (bool(seed.run.missing), _size(seed.situation)))
        self.found: dict[str, Proposal] = {}
        self.names: dict[str, int] = {}

    def edge(self, edge: Edge) -> None:
        """Propose the situations around an edge; of several cases that lead there, the one that shows most."""
        reached = [seed for seed in self.seeds if edge.seen_at in seed.nodes]
        best: list[Proposal] = []
        most = -1
        for seed in reached[:_MOST_SEEDS]:
            found = [self._at_edge(found) for found in reach_edge(edge, seed.situation, seed.run)]
            possible = [proposal for proposal in found if self._can_be(proposal.situation)]
            shown = self._shown(possible) if possible else -1
            if shown > most:
                best, most = possible, shown
            if most == _ALL:
                break
        for proposal in best:
            self._add(proposal)

    def _shown(self, proposals: Sequence[Proposal]) -> int:
        """Return how much the cases around an edge show: that the answer differs there, and that there is one."""
        answers = {self._answer(proposal) for proposal in proposals}
        refused = any(proposal.refused is not None for proposal in proposals)
        return (_DIFFER if len(answers) > 1 else 0) + (0 if refused else 1)

    def _at_edge(self, found: Found) -> Proposal:
        where = "" if found.place == IN_TIME else f"{found.place}, "
        name = f"{found.told} ({where}{found.situation.on.isoformat()})"
        return Proposal(name, found.situation, _article(found.edge.ground), [f"{found.edge.rule}: {found.told}"])

    def choices(self) -> None:
        """Propose each code, and yes and no, of the facts that the question can ask, at one place of one case."""
        asked = set(facts_of_question(self.graph, self.benefit))
        for seed in (entry.situation for entry in self.seeds):
            for path, name, place in stated_places(self.graph, seed.case):
                fact = self.graph.facts[name]
                if name not in asked or fact.type not in {Type.CODE, Type.TRUTH}:
                    continue
                asked.discard(name)
                codes: list[Value] = [Codes(frozenset({code})) for code in fact.codes or {}]
                for value in codes or [truth(True), truth(False)]:
                    case = replace_fact(seed.case, FactRef(path, name, place), value)
                    told = f"{place} is {plain(value)}"
                    self._add(Proposal(f"{told} ({seed.on.isoformat()})", Situation(case, seed.on), None, [told]))

    def _can_be(self, situation: Situation) -> bool:
        run = Run(self.graph, situation.case, Days(situation.on, situation.on))
        return not any(True for _ in find_contradictions(run))

    def _answer(self, proposal: Proposal) -> tuple[object, ...]:
        """Put in what the rules answer, and return it."""
        situation, benefit = proposal.situation, self.graph.benefits[self.benefit]
        run = Run(self.graph, situation.case, Days(situation.on, situation.on))
        try:
            entitled = evaluate_rule(run, benefit.entitled)
            amount = evaluate_rule(run, benefit.amount) if benefit.amount else None
        except RuleError as error:
            proposal.refused = str(error).partition(";")[0]
            return (proposal.refused,)
        if isinstance(entitled, Answer) and (amount is None or isinstance(amount, Span)):
            proposal.entitled = entitled
            proposal.amount = amount if amount is not None and amount.settled else None
            if not is_settled(entitled) or (amount is not None and not amount.settled):
                proposal.missing = tuple(sorted(str(ref) for ref in run.missing.values()))
        return (proposal.entitled, proposal.amount, proposal.missing)

    def _add(self, proposal: Proposal) -> None:
        """Keep a proposal that can be a case; one that is there already gets the note of this one as well."""
        if not self._can_be(proposal.situation):
            return
        key = f"{proposal.situation.on} {plain_record(proposal.situation.case)}"
        if key in self.found:
            self.found[key].notes += [note for note in proposal.notes if note not in self.found[key].notes]
        else:
            self._answer(proposal)
            self.names[proposal.name] = self.names.get(proposal.name, 0) + 1
            if self.names[proposal.name] > 1:
                proposal.name = f"{proposal.name}, {self.names[proposal.name]}"
            self.found[key] = proposal


def _only(record: Record, asked: frozenset[str]) -> Record:
    """Return a record with nothing but what the question can ask."""
    facts = {name: value for name, value in record.facts.items() if name in asked}
    groups = {
        name: tuple(_only(entry, asked) for entry in entries)
        for name, entries in record.groups.items()
        if name in asked
    }  # fmt: skip
    return Record(record.id, facts, groups)


def _size(situation: Situation) -> int:
    """Return how much there is to read: the smallest case that shows an edge is the best."""
    return sum(1 + len(record.facts) for _, _, record in walk_records(situation.case))


def _article(ground: DatedValue) -> str | None:
    cited = ground.citation
    if cited is None:
        return None
    return f"{cited.act}, article {'not seen' if cited.article == NOT_SEEN else cited.article}"
