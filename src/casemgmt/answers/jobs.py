"""Answers go on by the clock: found every minute, each brought on in a transaction of its own."""

from casemgmt.access.permissions import Permission as P
from casemgmt.answers import repository
from casemgmt.answers.payloads import FindDueAnswers, SettleAnswer
from casemgmt.answers.settling import settle
from casemgmt.db.work import Work
from casemgmt.jobs.handling import Handler
from casemgmt.jobs.schedule import MOST_OF_A_SWEEP, Every, fan_out
from casemgmt.jobs.work import Tools


async def find(work: Work, _: FindDueAnswers, __: Tools) -> None:
    """Enqueue a job for each."""
    await fan_out(work, await repository.due(work, MOST_OF_A_SWEEP), lambda each: SettleAnswer(answer_id=each))


async def bring_on(work: Work, told: SettleAnswer, _: Tools) -> None:
    """Take the step that is due, and let the tasks agree with it."""
    await settle(work, told.answer_id)


HANDLERS = (Handler(FindDueAnswers, find), Handler(SettleAnswer, bring_on, may=frozenset({P.ANSWERS_WRITE})))

SCHEDULE = (Every("* * * * *", FindDueAnswers()),)
