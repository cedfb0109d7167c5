"""Use cases of second factors: one's own, and the removal that two administrators decide together."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from casemgmt.access.service import Accounts
from casemgmt.alerts.raising import raise_alert
from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import Conflict, Forbidden, WrongState
from casemgmt.ids import new_id
from casemgmt.organisations import repository
from casemgmt.organisations.commands import AnswerRemoval, BeginFactor, RemoveFactor, RequestRemoval, ShowCode
from casemgmt.organisations.tables import AppUser, FactorRemoval
from casemgmt.organisations.views import EnrolmentView, FactorView, FreshFactorView, RecoveryCodesView, RemovalView

_FORGET = "SELECT auth_forget_attempt(:attempt)"
_SHOWN = "SELECT auth_session_shown(:at)"
_REMOVE = "SELECT auth_remove_factor(:user, :removal, :at)"


async def read_factor(work: Work, accounts: Accounts) -> FactorView:
    """Tell whether the actor's account has a second factor, and whether it needs one."""
    need = await accounts.factors.need(await work.driver(), work.actor.user_id)
    work.record(Event("account.read", "account", (work.actor.user_id,)))
    return FactorView(
        enrolled=need == "code",
        required=await work.call("SELECT actor_has('second_factor')"),
        shown_at=await work.call("SELECT auth_factor_shown_at()"),
    )


async def begin_factor(work: Work, accounts: Accounts, command: BeginFactor) -> EnrolmentView:
    """Make a secret for the actor's authenticator. The password guards against a session left open."""
    user, attempt = await _confirmed(work, accounts, command.current.get_secret_value())
    await work.call(_FORGET, attempt=attempt)
    enrolment = await accounts.factors.begin(await work.driver(), user.id, user.username, work.now)
    work.record(Event("account.second_factor_begun", "account", (user.id,)))
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri)


async def confirm_factor(work: Work, accounts: Accounts, command: ShowCode) -> RecoveryCodesView:
    """Let the secret count with its first code."""
    codes = await accounts.factors.confirm(await work.driver(), work.actor.user_id, command.code, work.now)
    if codes is None:
        await accounts.refuse_code(work.actor.user_id, work.request_id)
    await work.call(_SHOWN, at=work.now)
    work.record(Event("account.second_factor_enrolled", "account", (work.actor.user_id,)))
    return RecoveryCodesView(recovery_codes=codes)


async def show_code(work: Work, accounts: Accounts, command: ShowCode, lasts: timedelta) -> FreshFactorView:
    """Show a code anew within a session, for the steps that ask for a fresh one. Tries are counted as at a log-in."""
    user = await repository.get_row(work, AppUser, work.actor.user_id)
    driver = await work.driver()
    if await accounts.factors.need(driver, user.id) != "code":
        raise WrongState("The account has no second factor.", code="no-second-factor")
    attempt = await accounts.take_code(user.username, work.actor.session_id, work.request_id)
    factor = await accounts.factors.check(driver, user.id, command.code, work.now)
    if factor is None:
        await accounts.refuse_code(user.id, work.request_id)
    await work.call(_FORGET, attempt=attempt)
    await work.call(_SHOWN, at=work.now)
    work.record(Event("account.second_factor_shown", "account", (user.id,)))
    if factor == "recovery_code":
        await raise_alert(driver, "recovery_code_used", work.now, work.request_id, user_id=user.id)
    return FreshFactorView(fresh_until=work.now + lasts)


async def remove_own(work: Work, accounts: Accounts, command: RemoveFactor) -> None:
    """Take the actor's own second factor away. Where the roles demand one, two administrators decide instead."""
    user, attempt = await _confirmed(work, accounts, command.current.get_secret_value())
    if not await accounts.factors.check(await work.driver(), user.id, command.code, work.now):
        await accounts.refuse_code(user.id, work.request_id)  # the try stays counted: no guessing at codes
    await work.call(_FORGET, attempt=attempt)
    if not await work.call(_REMOVE, user=user.id, removal=None, at=work.now):
        raise Forbidden("Your roles demand a second factor.", code="second-factor-required")
    work.record(Event("account.second_factor_removed", "account", (user.id,)))


async def request_removal(work: Work, user_id: UUID, command: RequestRemoval) -> RemovalView:
    """Ask that a user's second factor be taken away: the first of the two administrators."""
    await _other(work, user_id)
    if await _open_request(work, user_id) is not None:
        raise Conflict("There is a request already.", code="already-exists")
    removal = FactorRemoval(
        id=new_id(),
        user_id=user_id,
        reason=command.reason,
        requested_by_id=work.actor.user_id,
        requested_at=work.now,
    )
    await work.save(Event("account.factor_removal_requested", "account", (user_id,)), removal)
    return RemovalView.model_validate(removal)


async def decide_removal(work: Work, user_id: UUID, command: AnswerRemoval) -> RemovalView:
    """Decide on the request of another administrator: the second of the two."""
    await _other(work, user_id)
    removal = await _open_request(work, user_id)
    if removal is None:
        raise WrongState("There is no open request.", code="no-open-request")
    if removal.requested_by_id == work.actor.user_id:
        raise Forbidden("Another administrator decides on your request.", code="second-person-needed")
    removal.decided_by_id, removal.decided_at, removal.granted = work.actor.user_id, work.now, command.granted
    kind = "account.second_factor_removed" if command.granted else "account.factor_removal_declined"
    await work.save(Event(kind, "account", (user_id,)), removal)
    if command.granted and not await work.call(_REMOVE, user=user_id, removal=removal.id, at=work.now):
        raise Forbidden("The second factor stays.")
    return RemovalView.model_validate(removal)


async def _confirmed(work: Work, accounts: Accounts, password: str) -> tuple[AppUser, UUID]:
    user = await repository.get_row(work, AppUser, work.actor.user_id)
    attempt = await accounts.confirm(user.username, password, work.actor.session_id, work.request_id)
    return user, attempt


async def _other(work: Work, user_id: UUID) -> None:
    await repository.get_row(work, AppUser, user_id)
    if user_id == work.actor.user_id:
        raise Forbidden("Nobody decides on their own second factor.", code="own-account")


async def _open_request(work: Work, user_id: UUID) -> FactorRemoval | None:
    query = select(FactorRemoval).where(FactorRemoval.user_id == user_id, col(FactorRemoval.decided_at).is_(None))
    found: FactorRemoval | None = await work.session.scalar(query.with_for_update())
    return found
