"""Use cases of the carrier, the contact centre's system: fetch the words in a safe time, tell what became of them."""

from datetime import datetime
from uuid import UUID

from casemgmt.answers import repository
from casemgmt.answers.commands import ReceiptGiven
from casemgmt.answers.payloads import SettleAnswer
from casemgmt.answers.policy import Fate, bars_now, fate, send_until, tells_of_another
from casemgmt.answers.preparing import story
from casemgmt.answers.reading import grounds_of
from casemgmt.answers.states import ANSWER, AnswerFacts
from casemgmt.answers.tables import AnswerReceipt, ContactAnswer
from casemgmt.answers.views import MessageView, ReceiptTaken
from casemgmt.audit.events import Event
from casemgmt.contacts.policy import latest
from casemgmt.contacts.repository import get_contact, lock_contact
from casemgmt.contacts.tables import Contact
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, NotFound
from casemgmt.jobs.service import enqueue
from casemgmt.moments import check_moment
from casemgmt.signals.repository import get_signal

_STEPS = {Fate.DELIVERED: "deliver", Fate.FAILED: "fail", Fate.EXPOSED: "expose"}


async def fetch(work: Work, answer_id: UUID) -> MessageView:
    """Hand out the words, if this is a safe time and nothing forbids it: decided now, whatever was decided before.

    A message about the contact that is being taken is waited for, so that a wish that changes counts at once.
    Errors: `answer-barred` with the reasons.
    """
    answer, contact = await _of_carrier(work, answer_id)
    signal = await get_signal(work, answer.signal_id)  # what became secret is out of sight, and says nothing of itself
    wish, standing = await grounds_of(work, answer)
    found = bars_now(wish, standing, answer.wish_revision, work.now)
    answer.state = ANSWER.check(work.actor, "fetch", answer.state, AnswerFacts(found)).target
    first = answer.fetched_at is None
    was_barred = bool(answer.bars)
    answer.fetched_at, answer.bars = work.now, []
    told = [story(work, "answer.fetched", answer, signal)] if first else []
    event = Event("answer.fetched", "contact_answer", (answer_id,), signal_id=signal.id)
    await work.save(event, answer, *told)  # only then does row security show its words to the carrier
    if was_barred:
        await enqueue(work, SettleAnswer(answer_id=answer_id))
    texts = await repository.texts_of(work, [answer_id])
    until = None if wish is None else send_until(wish, work.now)
    if answer_id not in texts or wish is None or until is None:
        raise NotFound("The words of this answer were erased.")
    return MessageView(
        answer_id=answer_id,
        contact_id=contact.external_id,
        means=answer.means,
        language=answer.language,
        text=texts[answer_id],
        reads=wish.reads,
        send_until=until,
    )


async def take_receipt(work: Work, answer_id: UUID, receipt_id: UUID, given: ReceiptGiven) -> tuple[ReceiptTaken, bool]:
    """Take what the carrier tells; twice is once, and the order does not matter. True where it is new."""
    answer, _ = await _of_carrier(work, answer_id)
    receipts = await repository.receipts_of(work, answer_id)
    same = next((each for each in receipts if each.receipt_id == receipt_id), None)
    if same is not None:
        if (same.kind, same.failure, same.occurred_at) != (given.kind, given.failure, given.occurred_at):
            raise Conflict("This receipt id was used for another receipt.", code="receipt-id-reused")
        work.record(Event("answer.receipt_repeated", "contact_answer", (answer_id,), signal_id=answer.signal_id))
        return ReceiptTaken(answer_id=answer_id, receipt_id=receipt_id, state=answer.state), False
    check_moment("/occurred_at", given.occurred_at, now=latest(work.now))
    receipt = AnswerReceipt(
        answer_id=answer_id,
        receipt_id=receipt_id,
        signal_id=answer.signal_id,
        received_at=work.now,
        **given.model_dump(),
    )
    facts = [(each.kind, each.occurred_at) for each in (*receipts, receipt)]
    await _become(work, answer, receipt, facts)
    return ReceiptTaken(answer_id=answer_id, receipt_id=receipt_id, state=answer.state), True


async def _become(work: Work, answer: ContactAnswer, receipt: AnswerReceipt, told: list[tuple[str, datetime]]) -> None:
    became, since = fate(told)
    if became != answer.state:
        facts = AnswerFacts(was_fetched=answer.fetched_at is not None)
        answer.state = ANSWER.check(work.actor, _STEPS[became], answer.state, facts).target
    answer.ended_at = since
    if tells_of_another(receipt.kind):
        wish = await repository.revision_of(work, answer.contact_id)
        answer.exposed_at, answer.exposed_under = work.now, wish
    kind = "answer.receipt_taken"
    event = Event(kind, "contact_answer", (answer.id,), signal_id=answer.signal_id, reason=receipt.kind)
    await work.save(event, answer, receipt)
    await enqueue(work, SettleAnswer(answer_id=answer.id))


async def _of_carrier(work: Work, answer_id: UUID) -> tuple[ContactAnswer, Contact]:
    """Return an answer, locked, with its contact; to whoever is not the carrier it does not exist."""
    answer = await repository.get_answer(work, answer_id)
    contact = await get_contact(work, answer.contact_id)
    if contact.sender_id != work.actor.user_id:
        raise NotFound("There is no such answer.")
    await lock_contact(work, contact.source_code, contact.external_id)
    await work.session.refresh(answer, with_for_update=True)
    return answer, contact
