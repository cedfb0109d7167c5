"""Use cases of whoever answers: prepare an answer, release one that was held, take one back; stop all, or lift that.

What follows by the clock, and the tasks, are the worker's (`settling.py`): each act asks for it in its own transaction.
"""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from casemgmt.answers import repository
from casemgmt.answers.commands import LiftStop, PrepareAnswer, StopAnswers
from casemgmt.answers.payloads import SettleAnswer
from casemgmt.answers.policy import Bar, Wish, bars, next_safe
from casemgmt.answers.reading import contact_to_answer, grounds_of, view_of
from casemgmt.answers.states import ANSWER, AnswerFacts
from casemgmt.answers.tables import AnswerStop, AnswerText, ContactAnswer
from casemgmt.answers.views import AnswerView, StopView
from casemgmt.answers.wording import Fault, faults_of, templates
from casemgmt.audit.events import Event
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, FieldFault, Invalid, NotFound, WrongState, invalid_field
from casemgmt.ids import new_id
from casemgmt.jobs.service import enqueue
from casemgmt.reference.languages import Language
from casemgmt.signals.repository import get_signal
from casemgmt.signals.tables import Signal
from casemgmt.timeline.service import entry
from casemgmt.timeline.tables import TimelineEntry

_UNDER_WAY, _KEY = "uq_contact_answer_under_way", "pk_contact_answer"
_FAULTS: dict[Fault, FieldFault] = {
    "answer-text-too-long": FieldFault(
        "/text", "answer-text-too-long", "One short message: 70 characters at most, with spaces."
    ),
    "answer-text-not-plain": FieldFault(
        "/text", "answer-text-not-plain", "Cyrillic letters and sentence marks alone: no number, link or sign."
    ),
    "answer-text-names-somebody": FieldFault(
        "/text", "answer-text-names-somebody", "It names somebody or something: no capital within a sentence, no name."
    ),
    "answer-text-tells": FieldFault(
        "/text", "answer-text-tells", "A word tells who reads along what it is about, who helps, or whom it concerns."
    ),
}


async def prepare(work: Work, signal_id: UUID, command: PrepareAnswer, language: Language) -> AnswerView:
    """Write an answer. It goes out in the next safe time, if nothing forbids it by then.

    Errors: `answer-barred` with the reasons, `answer-under-way`, `own-words-barred`, `unknown-template`, and what makes
    the words unsafe.
    """
    signal = await get_signal(work, signal_id, for_change=True)
    contact = await contact_to_answer(work, signal_id)
    if command.id is not None and (known := await _sent_before(work, signal_id, command)) is not None:
        return await view_of(work, known, language)
    wish = await repository.wish_of(work, contact.id)
    standing = await repository.standing_of(work, signal_id, contact.id)
    found = bars(wish, standing)
    if wish is None or found:
        raise barred(found)
    text, version = await _words(work, signal_id, contact.id, command, wish)
    span = next_safe(wish, work.now)
    answer = ContactAnswer(
        id=command.id or new_id(),
        contact_id=contact.id,
        signal_id=signal_id,
        state=ANSWER.initial,
        template=command.template,
        template_version=version,
        means=str(wish.means),
        language=str(wish.language),
        wish_revision=wish.revision,
        bars=[],
        due_at=None if span is None else span.opens,
        prepared_at=work.now,
        prepared_by_id=work.actor.user_id,
    )
    await _insert(work, answer)
    words = AnswerText(answer_id=answer.id, signal_id=signal_id, body=text)
    event = Event("answer.prepared", "contact_answer", (answer.id, signal_id), signal_id=signal_id)
    await work.save(event, words, story(work, "answer.prepared", answer, signal, {"means": answer.means}))
    await enqueue(work, SettleAnswer(answer_id=answer.id))
    return await view_of(work, answer, language)


async def release(work: Work, answer_id: UUID, expected: int | None, language: Language) -> AnswerView:
    """Let a held answer wait for its time again: a person has looked at what changed, and nothing forbids it now."""
    answer, signal = await _locked(work, answer_id, expected)
    wish, standing = await grounds_of(work, answer)
    answer.state = ANSWER.check(work.actor, "release", answer.state, AnswerFacts(bars(wish, standing))).target
    if wish is None or (wish.means, wish.language) != (answer.means, answer.language):
        raise WrongState("The child asked for another means or language: write a new answer.", code="answer-other-wish")
    if answer.template is None and not wish.own_words:
        raise _own_words_barred()
    span = next_safe(wish, work.now)
    answer.wish_revision, answer.bars, answer.due_at = wish.revision, [], None if span is None else span.opens
    event = Event("answer.released", "contact_answer", (answer_id,), signal_id=answer.signal_id)
    return await _follow(work, event, answer, signal, language)


async def withdraw(work: Work, answer_id: UUID, expected: int | None, language: Language) -> AnswerView:
    """Take an answer back. From now on nobody is given its words; a carrier that has them is told not to send them."""
    answer, signal = await _locked(work, answer_id, expected)
    facts = AnswerFacts(was_fetched=answer.fetched_at is not None)
    answer.state = ANSWER.check(work.actor, "withdraw", answer.state, facts).target
    answer.withdrawn_at, answer.withdrawn_by_id, answer.due_at = work.now, work.actor.user_id, None
    event = Event("answer.withdrawn", "contact_answer", (answer_id,), signal_id=answer.signal_id)
    return await _follow(work, event, answer, signal, language)


async def stop(work: Work, signal_id: UUID, command: StopAnswers) -> StopView:
    """Stop all answers about a signal, and about what came with it, from this moment on."""
    signal = await get_signal(work, signal_id, for_change=True)
    if await repository.stop_of(work, signal_id) is not None:
        raise Conflict("Answers are stopped here already.", code="answers-stopped")
    row = AnswerStop(
        id=new_id(), signal_id=signal_id, reason=command.reason, set_at=work.now, set_by_id=work.actor.user_id
    )
    return await _keep_stop(work, "answer.stopped", row, signal)


async def lift_stop(work: Work, signal_id: UUID, command: LiftStop) -> StopView:
    """Lift it. What was held meanwhile stays held until a person releases it."""
    signal = await get_signal(work, signal_id, for_change=True)
    row = await repository.stop_of(work, signal_id, for_change=True)
    if row is None:
        raise NotFound("Answers are not stopped here.", code="answers-not-stopped")
    row.lifted_at, row.lifted_by_id, row.lift_reason = work.now, work.actor.user_id, command.reason
    return await _keep_stop(work, "answer.stop_lifted", row, signal)


def barred(found: tuple[Bar, ...]) -> WrongState:
    """Return the refusal with its reasons."""
    detail = "Nothing may be sent to the child; 'bars' says why (code list answer_bar)."
    return WrongState(detail, code="answer-barred", data={"bars": [str(bar) for bar in found]})


def story(
    work: Work, kind: str, answer: ContactAnswer, signal: Signal, data: dict[str, object] | None = None
) -> TimelineEntry:
    """Return a line of the story of the signal and of its case: codes alone."""
    return entry(
        work,
        kind,
        "contact_answer",
        answer.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        case_id=signal.case_id,
        data=data,
    )


async def _words(
    work: Work, signal_id: UUID, contact_id: UUID, command: PrepareAnswer, wish: Wish
) -> tuple[str, int | None]:
    if command.text is not None:
        if not wish.own_words:
            raise _own_words_barred()
        found = faults_of(command.text, await repository.names_of(work, signal_id, contact_id))
        if found:
            faults = tuple(_FAULTS[fault] for fault in found)
            raise Invalid("The words are not safe where somebody else reads them.", code=found[0], faults=faults)
        return command.text, None
    template = templates().get(command.template or "")
    if template is None or wish.means not in template.means:
        raise invalid_field("/template", "unknown-template", "There is no such template for this means.")
    return template.text(str(wish.language)), template.version


def _own_words_barred() -> WrongState:
    return WrongState("Others may read it, or hear it: choose a template.", code="own-words-barred")


async def _sent_before(work: Work, signal_id: UUID, command: PrepareAnswer) -> ContactAnswer | None:
    """Return the answer of an id where it is this very one; refused where the id is another record's."""
    known = await work.session.get(ContactAnswer, command.id)
    if known is None:
        return None
    own_words = (await repository.texts_of(work, [known.id])).get(known.id) if known.template is None else None
    same = (signal_id, work.actor.user_id, command.template, command.text)
    if (known.signal_id, known.prepared_by_id, known.template, own_words) != same:
        raise _id_in_use()
    work.record(Event("answer.prepared_again", "contact_answer", (known.id,), signal_id=signal_id))
    return known


def _id_in_use() -> Conflict:
    return Conflict("This id belongs to another record: choose a new one.", code="id-in-use")


async def _insert(work: Work, answer: ContactAnswer) -> None:
    work.session.add(answer)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if _UNDER_WAY in str(error.orig):
            detail = "An answer to this contact is on its way: take it back first, or wait."
            raise Conflict(detail, code="answer-under-way") from error
        if _KEY in str(error.orig):
            raise _id_in_use() from error  # of a record that is hidden
        raise


async def _locked(work: Work, answer_id: UUID, expected: int | None) -> tuple[ContactAnswer, Signal]:
    answer = await repository.get_answer(work, answer_id, for_change=True)
    check_version(answer, expected)
    return answer, await get_signal(work, answer.signal_id)


async def _follow(work: Work, event: Event, answer: ContactAnswer, signal: Signal, language: Language) -> AnswerView:
    await work.save(event, answer, story(work, event.kind, answer, signal))
    await enqueue(work, SettleAnswer(answer_id=answer.id))
    return await view_of(work, answer, language)


async def _keep_stop(work: Work, kind: str, row: AnswerStop, signal: Signal) -> StopView:
    told = entry(
        work,
        kind,
        "signal",
        signal.id,
        organisation_id=signal.organisation_id,
        signal_id=signal.id,
        case_id=signal.case_id,
    )
    await work.save(Event(kind, "signal", (signal.id, row.id), signal_id=signal.id), row, told)
    standing = row.lifted_at is None
    return StopView(
        signal_id=signal.id,
        stopped=standing,
        reason=row.reason if standing else None,
        set_at=row.set_at if standing else None,
        set_by_id=row.set_by_id if standing else None,
    )
