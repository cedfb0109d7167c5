"""Chooses, of proposed cases, the few that notice a change of the law which no confirmed case notices yet."""

from collections.abc import Iterable, Sequence

from rules.graph.boundary import Proposal
from rules.graph.cases import Expected
from rules.graph.coverage import Coverage, Fate, Question
from rules.graph.graph import Graph
from rules.graph.mutants import Mutant


def choose_noticing(
    coverage: Coverage, mutants: Iterable[Mutant], benefit: str, proposals: Sequence[Proposal]
) -> list[Proposal]:
    """Return the proposals that notice what nothing notices so far, each for a change that none before it notices."""
    left = [mutant for mutant in mutants if coverage.attempt(mutant) is not Fate.KILLED]
    chosen = []
    for proposal in proposals:
        noticed = _noticed(coverage.graph, benefit, proposal, left) if left else []
        if noticed:
            left = [mutant for mutant in left if mutant not in noticed]
            proposal.notes = [f"would notice {mutant}" for mutant in noticed]
            chosen.append(proposal)
    return chosen


def _noticed(graph: Graph, benefit: str, proposal: Proposal, left: Sequence[Mutant]) -> list[Mutant]:
    question = _question(benefit, proposal)
    touched = question.touched(graph)
    return [
        mutant for mutant in left if mutant.touches in touched and not question.agrees(mutant.apply(graph))
    ]  # fmt: skip


def _question(benefit: str, proposal: Proposal) -> Question:
    amount = proposal.amount.low if proposal.amount is not None else None
    expected = Expected(
        entitled=proposal.entitled,
        amount=amount if isinstance(amount, int) else None,
        missing=proposal.missing or None,
        refused=proposal.refused,
    )
    return Question(benefit, expected, proposal.situation.case, proposal.situation.on, None, {})
