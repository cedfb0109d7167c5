"""The clocks of a benefit: its own term where the law gives one for the day, else the operator's; one runs always.

All of them belong to the determination: whoever sees it sees them.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

from casemgmt.access.permissions import Permission
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.db.work import Acting, Work
from casemgmt.tasks import clocks
from casemgmt.tasks.tables import Task
from rules.deadlines import compute_due
from rules.errors import RuleError
from rules.graph.graph import Graph
from rules.graph.models import Terms
from rules.zone import almaty

RECORD = "benefit_determination"
_NO_TERMS = Terms()


def start_decision(work: Acting, graph: Graph, row: BenefitDetermination) -> Task:
    """Return the clock of the decision: it runs from the application, for the officer who took it.

    Where somebody took it who may not decide, it waits for any officer of the region.
    """
    since = work.now if row.applied_on is None else noon_of(row.applied_on)
    kind = _term(terms_of(graph, row).decision, "benefit_decision", since)
    return start(work, kind, row, assigned=work.actor.may(Permission.BENEFITS_DECIDE), since=since)


def start_answer(work: Acting, graph: Graph, row: BenefitDetermination) -> Task:
    """Return the clock of the family's answer to an offer."""
    kind = _term(terms_of(graph, row).answer, "benefit_offer_answer", work.now)
    return start(work, kind, row, assigned=True)


def start(
    work: Acting, kind: str, row: BenefitDetermination, *, assigned: bool = False, since: datetime | None = None
) -> Task:
    """Return a clock of a determination; one that is not assigned waits for any officer of the region."""
    return clocks.start(
        work,
        kind,
        RECORD,
        row.id,
        organisation_id=row.organisation_id,
        case_id=row.case_id,
        assignee_id=work.actor.user_id if assigned else None,
        blocks_closure=False,
        since=since,
    )


async def stop(work: Work, graph: Graph, row: BenefitDetermination, kinds: Sequence[str], result: str) -> list[Task]:
    """Return the open clocks of a determination, of these kinds or in their place, marked as completed now."""
    return await clocks.stop(work, row.id, _with_law(graph, row, kinds), result)


async def cancel(work: Work, graph: Graph, row: BenefitDetermination, kinds: Sequence[str], reason: str) -> list[Task]:
    """Return the open clocks of a determination, of these kinds or in their place, marked as cancelled now."""
    return await clocks.cancel(work, row.id, _with_law(graph, row, kinds), reason)


def terms_of(graph: Graph, row: BenefitDetermination) -> Terms:
    """Return the deadlines that the benefit names; none where the rules of today don't have it."""
    known = graph.benefits.get(row.benefit)
    return known.terms if known else _NO_TERMS


def _with_law(graph: Graph, row: BenefitDetermination, kinds: Sequence[str]) -> list[str]:
    terms = terms_of(graph, row)
    own = {"benefit_decision": terms.decision, "benefit_offer_answer": terms.answer}
    return [*kinds, *filter(None, (own.get(kind) for kind in kinds))]


def _term(of_law: str | None, of_house: str, since: datetime) -> str:
    """Return the term of the law where it is in force and confirmed on the day, else the operator's."""
    if of_law is None:
        return of_house
    try:
        compute_due(of_law, since)
    except RuleError:
        return of_house
    return of_law


def noon_of(day: date) -> datetime:
    """Return a moment of a day in Kazakhstan: of a term of days only its first day counts."""
    return datetime.combine(day, time(12), almaty())
