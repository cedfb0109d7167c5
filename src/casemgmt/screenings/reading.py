"""Reading of screenings: the result with its signal, the answers by themselves."""

from uuid import UUID

from sqlmodel import select

from casemgmt.assessments import policy
from casemgmt.assessments.instrument import Instrument
from casemgmt.assessments.library import instrument_used
from casemgmt.assessments.policy import Scores
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.screenings.tables import Screening, ScreeningAnswers
from casemgmt.screenings.views import ScreeningAnswersView
from casemgmt.signals.views import ScreeningView


async def screening_of(work: Work, signal_id: UUID) -> Screening | None:
    """Return the screening that a signal came from, where it came from one and the actor sees the signal."""
    return (await work.session.scalars(select(Screening).where(Screening.signal_id == signal_id))).one_or_none()


async def result_of(work: Work, signal_id: UUID) -> ScreeningView | None:
    """Return what the screening of a signal came to, None for a signal that is none."""
    screening = await screening_of(work, signal_id)
    if screening is None:
        return None
    return view_of(screening, await instrument_used(work, screening.instrument, screening.instrument_version))


def view_of(screening: Screening, instrument: Instrument) -> ScreeningView:
    """Return a result with what its instrument says of it."""
    found = policy.cut_off_of(instrument, Scores({}, screening.total_score, screening.suggested_risk_level))
    return ScreeningView(
        **screening.model_dump(include=set(ScreeningView.model_fields)),
        title=instrument.title.model_dump(),
        validated=instrument.validated,
        highest_possible=instrument.highest_score * len(instrument.items),
        meaning=found.meaning.model_dump(),
        next_step=found.next_step.model_dump(),
    )


async def read_answers(work: Work, signal_id: UUID) -> ScreeningAnswersView:
    """Return what the child answered, and record the read as one of its own."""
    query = select(ScreeningAnswers).where(ScreeningAnswers.signal_id == signal_id)
    found = (await work.session.scalars(query)).one_or_none()
    screening = await screening_of(work, signal_id)
    if found is None or screening is None:
        raise NotFound("There are no answers of a screening that you may read.")
    instrument = await instrument_used(work, screening.instrument, screening.instrument_version)
    work.record(Event("screening_answers.read", "screening_answers", (signal_id, found.person_id), signal_id=signal_id))
    return ScreeningAnswersView(
        **found.model_dump(),
        instrument=screening.instrument,
        instrument_version=screening.instrument_version,
        missing_items=list(policy.missing_items(instrument, found.answers)),
    )
