"""Use cases of the desk: may the child be answered, what was answered, and how it stands."""

from collections.abc import Iterable
from uuid import UUID

from casemgmt.answers import repository
from casemgmt.answers.commands import EVERY_DAY
from casemgmt.answers.policy import Bar, Standing, Wish, bars, next_safe
from casemgmt.answers.states import ANSWER, AnswerFacts, AnswerState
from casemgmt.answers.tables import ContactAnswer
from casemgmt.answers.views import (
    AnswerList,
    AnswerOptionsView,
    AnswerSummary,
    AnswerView,
    BarView,
    ReceiptView,
    SafeTimeView,
    TemplateView,
    WishView,
)
from casemgmt.answers.wording import LONGEST, templates
from casemgmt.audit.events import Event
from casemgmt.contacts.tables import Contact
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.models import AllowedActionView
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.signals.repository import get_signal

_OPEN = frozenset({AnswerState.WAITING, AnswerState.READY, AnswerState.HELD})


async def read_options(work: Work, signal_id: UUID, language: Language) -> AnswerOptionsView:
    """Return whether the child of a signal may be answered now or later, why not, and in which words."""
    contact = await contact_to_answer(work, signal_id)
    wish = await repository.wish_of(work, contact.id)
    standing = await repository.standing_of(work, signal_id, contact.id)
    found = bars(wish, standing)
    span = next_safe(wish, work.now) if wish is not None and not found else None
    stop = await repository.stop_of(work, signal_id)
    work.record(Event("answer.options_read", "signal", (signal_id, contact.id), signal_id=signal_id))
    return AnswerOptionsView(
        signal_id=signal_id,
        bars=bar_views(found, language),
        wish=None if wish is None else _wish(wish),
        next_safe_at=None if span is None else max(span.opens, work.now),
        next_safe_until=None if span is None else span.until,
        under_way=await repository.under_way(work, contact.id),
        own_words=wish is not None and not found and wish.own_words,
        longest=LONGEST,
        templates=[] if wish is None or found else _templates(wish),
        stopped_because=None if stop is None else stop.reason,
    )


async def list_answers(work: Work, signal_id: UUID) -> AnswerList:
    """Return the answers about a signal."""
    await get_signal(work, signal_id)
    answers = await repository.answers_of(work, signal_id)
    texts = await repository.texts_of(work, [answer.id for answer in answers])
    event = Event("answer.listed", "contact_answer", tuple(answer.id for answer in answers), signal_id=signal_id)
    work.record(event)
    return AnswerList(items=[_summary(answer, texts.get(answer.id)) for answer in answers])


async def read_answer(work: Work, answer_id: UUID, language: Language) -> AnswerView:
    """Return an answer with what became of it."""
    answer = await repository.get_answer(work, answer_id)
    work.record(Event("answer.read", "contact_answer", (answer_id,), signal_id=answer.signal_id))
    return await view_of(work, answer, language)


async def view_of(work: Work, answer: ContactAnswer, language: Language) -> AnswerView:
    """Return an answer as it stands, with the actions that are allowed now."""
    texts = await repository.texts_of(work, [answer.id])
    wish, standing = await grounds_of(work, answer)
    is_open = answer.state in _OPEN
    facts = AnswerFacts(bars(wish, standing) if is_open else (), answer.fetched_at is not None)
    may_go_out = is_open or answer.state == AnswerState.FETCHED
    stand = bars(wish, standing, answer.wish_revision) if may_go_out else ()
    actions = ANSWER.allowed_actions(work.actor, answer.state, facts)
    return AnswerView(
        **_summary(answer, texts.get(answer.id)).model_dump(),
        version=answer.version,
        bars=bar_views(stand, language),
        receipts=[ReceiptView.model_validate(each) for each in await repository.receipts_of(work, answer.id)],
        allowed_actions=[AllowedActionView.model_validate(each) for each in actions],
    )


async def grounds_of(work: Work, answer: ContactAnswer) -> tuple[Wish | None, Standing]:
    """Return what decides on an answer, as it is now."""
    wish = await repository.wish_of(work, answer.contact_id)
    return wish, await repository.standing_of(work, answer.signal_id, answer.contact_id)


async def contact_to_answer(work: Work, signal_id: UUID) -> Contact:
    """Return the contact that a signal came of; `NotFound` where it came of none: then there is nobody to carry."""
    await get_signal(work, signal_id)
    contact = await repository.contact_of(work, signal_id)
    if contact is None:
        raise NotFound("This signal came of no contact that could be answered.", code="no-contact-to-answer")
    return contact


def bar_views(found: Iterable[Bar], language: Language) -> list[BarView]:
    """Return reasons with their texts."""
    texts = code_list("answer_bar")
    return [BarView(code=bar, text=texts.value(bar).label((language,)).text) for bar in found]


def _templates(wish: Wish) -> list[TemplateView]:
    return [
        TemplateView(template=code, version=each.version, status=each.status, text=each.text(str(wish.language)))
        for code, each in templates().items()
        if wish.means in each.means
    ]


def _wish(wish: Wish) -> WishView:
    times = [
        SafeTimeView(days=[EVERY_DAY[day] for day in sorted(each.days)], begins=each.opens, ends=each.until)
        for each in wish.hours
    ]
    return WishView(
        wanted=wish.wanted,
        means=wish.means,
        language=wish.language,
        reads=wish.reads,
        safe_times=times,
        revision=wish.revision,
    )


def _summary(answer: ContactAnswer, text: str | None) -> AnswerSummary:
    columns = answer.model_dump(include=set(AnswerSummary.model_fields))
    return AnswerSummary(**columns, text=text)
