"""Answers to children who got in touch: written at the desk, sent by the contact centre's system.

`openapi/contact-centre.md` is the guide for the programmers of a carrier.
"""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, set_etag
from api.languages import ReaderLanguage
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.answers import carrying, preparing, reading
from casemgmt.answers.commands import LiftStop, PrepareAnswer, ReceiptGiven, StopAnswers
from casemgmt.answers.views import AnswerList, AnswerOptionsView, AnswerView, MessageView, ReceiptTaken, StopView

router = Router("", "answers")


@router.get("/signals/{signal_id}/answer-options", Permission.ANSWERS_READ)
async def get_answer_options(signal_id: UUID, work: CurrentWork, language: ReaderLanguage) -> AnswerOptionsView:
    """Read whether the child of a signal may be answered, when, why not, and in which words."""
    return await reading.read_options(work, signal_id, language)


@router.get("/signals/{signal_id}/answers", Permission.ANSWERS_READ)
async def list_answers(signal_id: UUID, work: CurrentWork) -> AnswerList:
    """List what was answered about a signal, the newest first."""
    return await reading.list_answers(work, signal_id)


@router.post("/signals/{signal_id}/answers", Permission.ANSWERS_WRITE, status_code=201)
async def prepare_answer(
    signal_id: UUID, command: PrepareAnswer, response: Response, work: CurrentWork, language: ReaderLanguage
) -> AnswerView:
    """Answer the child: it goes out in the next safe time, if nothing forbids it by then."""
    view = _shown(response, await preparing.prepare(work, signal_id, command, language))
    response.headers["Location"] = f"/v1/answers/{view.id}"
    return view


@router.post("/signals/{signal_id}/answer-stop", Permission.ANSWERS_WRITE)
async def stop_answers(signal_id: UUID, command: StopAnswers, work: CurrentWork) -> StopView:
    """Stop all answers about a signal and what came with it, whatever the child wished."""
    return await preparing.stop(work, signal_id, command)


@router.post("/signals/{signal_id}/answer-stop/lift", Permission.ANSWERS_WRITE)
async def lift_answer_stop(signal_id: UUID, command: LiftStop, work: CurrentWork) -> StopView:
    """Lift the stop. What was held meanwhile is released by a person, or taken back."""
    return await preparing.lift_stop(work, signal_id, command)


@router.get("/answers/{answer_id}", Permission.ANSWERS_READ)
async def get_answer(answer_id: UUID, response: Response, work: CurrentWork, language: ReaderLanguage) -> AnswerView:
    """Read an answer with what became of it, and what forbids it now."""
    return _shown(response, await reading.read_answer(work, answer_id, language))


@router.post("/answers/{answer_id}/release", Permission.ANSWERS_WRITE)
async def release_answer(
    answer_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion, language: ReaderLanguage
) -> AnswerView:
    """Let a held answer wait for its time again, having looked at what changed."""
    return _shown(response, await preparing.release(work, answer_id, expected, language))


@router.post("/answers/{answer_id}/withdraw", Permission.ANSWERS_WRITE)
async def withdraw_answer(
    answer_id: UUID, response: Response, work: CurrentWork, expected: ExpectedVersion, language: ReaderLanguage
) -> AnswerView:
    """Take an answer back. A carrier that has its words already is told not to send them."""
    return _shown(response, await preparing.withdraw(work, answer_id, expected, language))


@router.get("/answers/{answer_id}/message", Permission.ANSWERS_CARRY)
async def fetch_answer(answer_id: UUID, work: CurrentWork) -> MessageView:
    """Fetch the words to send, for the system whose contact it is: in a safe time alone, and if nothing forbids it."""
    return await carrying.fetch(work, answer_id)


@router.guarded("PUT", "/answers/{answer_id}/receipts/{receipt_id}", Permission.ANSWERS_CARRY)
async def put_answer_receipt(
    answer_id: UUID,
    receipt_id: UUID,
    command: ReceiptGiven,
    response: Response,
    work: CurrentWork,
) -> ReceiptTaken:
    """Tell what became of an answer. Told again it does nothing twice, and the order does not matter."""
    taken, is_new = await carrying.take_receipt(work, answer_id, receipt_id, command)
    response.status_code = 201 if is_new else 200
    return taken


def _shown(response: Response, view: AnswerView) -> AnswerView:
    set_etag(response, view.version)
    return view
