"""Use case of screenings: what concerns a psychologist at school becomes a signal, with score and version."""

from casemgmt.assessments import policy
from casemgmt.assessments.library import usable_instrument
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Conflict
from casemgmt.screenings.commands import RecordScreening
from casemgmt.screenings.reading import screening_of, view_of
from casemgmt.screenings.tables import Screening, ScreeningAnswers
from casemgmt.screenings.views import ScreeningRegistered
from casemgmt.signals.commands import RegisterSignal, SubjectGiven
from casemgmt.signals.policy import assumed_severity, graver
from casemgmt.signals.service import register_signal

_SEVERITY = {"low": "low", "medium": "moderate", "high": "high", "critical": "critical"}
"""The severity of a signal by the level of risk that the score suggests."""


async def record_screening(work: Work, command: RecordScreening, lookup_key: bytes) -> ScreeningRegistered:
    """Record a screening as a signal about its child.

    The graver of three words stands: what the psychologist says, what the category suggests, what the score suggests. A
    score below every threshold takes nothing away from a concern. Sent again with the same id and content it answers as
    the first time.
    """
    instrument = await usable_instrument(
        work, command.instrument, command.instrument_version, "screening", command.language
    )
    answers = {code: given for code, given in command.answers.items() if given is not None}
    policy.check_answers(instrument, dict.fromkeys(command.answers, 0))
    scores = policy.score(instrument, answers)
    judged = assumed_severity(command.category, command.severity, danger_now=command.danger_now)
    registered = await register_signal(
        work, _signal(command, work.actor.region_code, graver(judged, _SEVERITY[scores.suggested_level])), lookup_key
    )
    before = await screening_of(work, registered.id)
    screening = before or Screening(
        signal_id=registered.id,
        person_id=command.person_id,
        organisation_id=work.actor.organisation_id,
        instrument=instrument.code,
        instrument_version=instrument.version,
        language=command.language,
        total_score=scores.total,
        suggested_risk_level=scores.suggested_level,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )
    if before is None:
        given = ScreeningAnswers(
            signal_id=registered.id,
            person_id=command.person_id,
            answers=answers,
            domain_scores=scores.domains,
            recorded_at=work.now,
            recorded_by_id=work.actor.user_id,
        )
        event = Event("screening.recorded", "screening", (registered.id, command.person_id), signal_id=registered.id)
        await work.save(event, screening, given)
    elif not await _sent_before(work, before, command, answers):
        raise Conflict("This id belongs to another record: choose a new one.", code="id-in-use")
    return ScreeningRegistered(**registered.model_dump(), screening=view_of(screening, instrument))


def _signal(command: RecordScreening, region_code: str | None, severity: str) -> RegisterSignal:
    return RegisterSignal(
        id=command.id,
        source="school_psychologist",
        channel="system_feed",
        category=command.category,
        language=command.language,
        narrative=command.narrative,
        region_code=region_code,
        severity=severity,
        danger_now=command.danger_now,
        kato=command.kato,
        place=command.place,
        subjects=[SubjectGiven(person_id=command.person_id, role="child")],
    )


async def _sent_before(work: Work, before: Screening, command: RecordScreening, answers: dict[str, int]) -> bool:
    kept: ScreeningAnswers | None = await work.session.get(ScreeningAnswers, before.signal_id)
    same = (before.instrument, before.instrument_version) == (command.instrument, command.instrument_version)
    return same and kept is not None and kept.answers == answers
