"""Use cases of the decision: approve, or refuse with a ground, an article and a second person; put aside."""

from uuid import UUID

from casemgmt.benefits import clocks, repository
from casemgmt.benefits.commands import ApproveBenefit, ProposeRefusal, ReturnRefusal, SetAside
from casemgmt.benefits.engine import Engine
from casemgmt.benefits.reading import event_of, facts_of, view_of
from casemgmt.benefits.states import DETERMINATION, DeterminationFacts
from casemgmt.benefits.tables import BenefitDetermination
from casemgmt.benefits.telling import story_of
from casemgmt.benefits.views import DeterminationView
from casemgmt.db.work import Work, check_version
from casemgmt.errors import invalid_field
from casemgmt.reference.languages import Language
from casemgmt.states import Transition
from rules.parameters import NOT_SEEN

Step = Transition[DeterminationFacts]


async def approve(
    work: Work,
    engine: Engine,
    determination_id: UUID,
    command: ApproveBenefit,
    expected: int | None,
    language: Language,
) -> DeterminationView:
    """Grant what the law answered."""
    row, step = await _begin(work, determination_id, "approve", expected)
    row.note = command.note
    _decided(work, row)
    return await _end(work, engine, row, step, "benefit.approved", language)


async def propose_refusal(
    work: Work,
    engine: Engine,
    determination_id: UUID,
    command: ProposeRefusal,
    expected: int | None,
    language: Language,
) -> DeterminationView:
    """Propose to refuse; a second person confirms."""
    row, step = await _begin(work, determination_id, "propose_refusal", expected)
    row.ground_rule, row.ground_code = command.ground_rule, command.ground_code
    row.article = _article(row, command)
    row.note = command.note
    row.proposed_by_id, row.proposed_at = work.actor.user_id, work.now
    row.return_reason = None
    return await _end(work, engine, row, step, "benefit.refusal_proposed", language)


def _article(row: BenefitDetermination, command: ProposeRefusal) -> str:
    """Return act and article of the ground; what the rules have not seen, the officer has to name."""
    cited: str | None = None
    if command.ground_rule is not None:
        ground = next((each for each in row.grounds if each["rule"] == command.ground_rule), None)
        if ground is None:
            raise invalid_field(
                "/ground_rule", "ground-not-offered", "The determination did not find this condition unmet."
            )
        if ground["article"] != NOT_SEEN:
            cited = f"{ground['act']}, {ground['article']}"
    article = command.article or cited
    if article is None:
        raise invalid_field("/article", "article-needed", "The rules don't name the article: name the one you read.")
    return article


async def confirm_refusal(
    work: Work, engine: Engine, determination_id: UUID, expected: int | None, language: Language
) -> DeterminationView:
    """Confirm a proposed refusal, as another person."""
    row, step = await _begin(work, determination_id, "confirm_refusal", expected)
    _decided(work, row)
    return await _end(work, engine, row, step, "benefit.refused", language)


async def return_refusal(
    work: Work, engine: Engine, determination_id: UUID, command: ReturnRefusal, expected: int | None, language: Language
) -> DeterminationView:
    """Send a proposed refusal back: the decision is open again."""
    row, step = await _begin(work, determination_id, "return_refusal", expected)
    row.ground_rule = row.ground_code = row.article = None
    row.proposed_by_id = row.proposed_at = None
    row.return_reason = command.reason
    return await _end(work, engine, row, step, "benefit.refusal_returned", language)


async def set_aside(
    work: Work, engine: Engine, determination_id: UUID, command: SetAside, expected: int | None, language: Language
) -> DeterminationView:
    """Put a determination aside, with the reason: a fact was wrong, or nobody goes on with an estimate."""
    row, step = await _begin(work, determination_id, "set_aside", expected)
    row.set_aside_reason = command.reason
    return await _end(work, engine, row, step, "benefit.set_aside", language)


def _decided(work: Work, row: BenefitDetermination) -> None:
    row.decided_by_id, row.decided_at = work.actor.user_id, work.now


async def _begin(
    work: Work, determination_id: UUID, action: str, expected: int | None
) -> tuple[BenefitDetermination, Step]:
    """Lock the determination, and check version, state, permission and guards."""
    row = await repository.get_determination(work, determination_id, for_change=True)
    check_version(row, expected)
    return row, DETERMINATION.check(work.actor, action, row.state, await facts_of(work, row))


async def _end(
    work: Work, engine: Engine, row: BenefitDetermination, step: Step, kind: str, language: Language
) -> DeterminationView:
    """Move to the new state with its clocks, event and story."""
    graph = engine.graph
    row.state = step.target
    stopped = await clocks.stop(work, graph, row, step.stops, step.action)
    started = [clocks.start(work, name, row) for name in step.starts]
    told = story_of(work, kind, row)
    await work.save(event_of(kind, row), row, *stopped, *started, *([told] if told else []))
    return await view_of(work, graph, row, language)
