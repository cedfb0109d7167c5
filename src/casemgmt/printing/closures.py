"""The act of closure as a document: why the case is closed, what was reached, who decided, who looks again and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casemgmt.cases.policy import is_followed_up
from casemgmt.cases.tables import CaseClosure, CaseRecord
from casemgmt.printing import words
from casemgmt.printing.electronic import electronic
from casemgmt.printing.people import Named
from casemgmt.printing.sheet import (
    Block,
    Column,
    Part,
    PrintLanguage,
    Sheet,
    Signer,
    Stamp,
    canonical,
    cell,
    digest_of,
    facts,
    table,
    text,
)
from casemgmt.printing.words import day, label, local_day, say
from casemgmt.signatures.tables import ClosureSignature

_SUBSTANCE = ("id", "case_id", "reason", "note", "plan_id", "outcomes", "proposed_at", "proposed_by_id")
"""What is said for good when the closure is proposed. What was decided on it stands beside it, as on a plan."""


@dataclass(frozen=True)
class ClosureToPrint:
    """An act of closure with everything that its document tells."""

    closure: CaseClosure
    case: CaseRecord
    children: Sequence[UUID]
    check_on: date | None
    """The day of the check that this closure set."""
    named: Named
    signatures: Sequence[ClosureSignature] = ()


def closure_substance(closure: CaseClosure) -> bytes:
    """Return what is said when a closure is proposed, as the bytes that are signed."""
    return canonical(closure.model_dump(mode="json", include=set(_SUBSTANCE)))


def closure_sheet(given: ClosureToPrint, language: PrintLanguage, by: UUID, at: datetime) -> Sheet:
    """Return the document of an act of closure, printed by somebody at a moment."""
    closure, case, named = given.closure, given.case, given.named
    content = closure_substance(closure)
    return Sheet(
        kind="closure",
        language=language,
        title=say("closure_title", language),
        subtitle=say("closure_subtitle", language, case=case.number, day=day(local_day(closure.proposed_at))),
        organisation=named.letterhead(closure.organisation_id),
        parts=(
            Part(say("closure_about", language), (_about(given, language),)),
            Part(say("closure_why", language), (text(closure.note),)),
            Part(say("closure_outcomes", language), (_outcomes(closure, language),)),
            Part(say("closure_decision", language), (_decision(closure, named, language),)),
            Part(say("closure_afterwards", language), (text(_afterwards(given, language)),)),
        ),
        signatures=(
            Signer(say("manager", language), named.user(closure.proposed_by_id)),
            Signer(say("approver", language), named.user(closure.decided_by_id)),
            Signer(say("representative", language), None),
            Signer(say("child", language), None),
        ),
        digest=digest_of(content),
        confidential=say("restricted" if case.restricted else "confidential", language),
        printed=say("printed", language, at=words.moment(at), name=named.user(by)),
        words=words.frame(language),
        mark=say("void_mark", language) if closure.approved is False else None,
        notice=_notice(closure, language),
        stamp=_stamp(closure, named, language),
        electronic=tuple(electronic(each, content, language) for each in given.signatures),
    )


def _about(given: ClosureToPrint, language: PrintLanguage) -> Block:
    closure, case, named = given.closure, given.case, given.named
    return facts(
        [
            (
                say("child" if len(given.children) == 1 else "children", language),
                "\n".join(named.person(child, language) for child in given.children),
            ),
            (say("case_opened", language), day(local_day(case.opened_at))),
            (say("closure_reason", language), label("closure_reason", closure.reason, language)),
        ]
    )


def _outcomes(closure: CaseClosure, language: PrintLanguage) -> Block:
    if not closure.outcomes:
        return text(say("closure_no_plan", language))
    columns = [Column(say("closure_goal", language), 5), Column(say("outcome", language), 3)]
    rows = []
    for each in closure.outcomes:
        domain = label("assessment_domain", each["domain"], language)
        rows.append([cell(each["text"], domain), cell(label("goal_outcome", each["outcome"], language), each["note"])])
    return table(columns, rows)


def _decision(closure: CaseClosure, named: Named, language: PrintLanguage) -> Block:
    verdict = {None: "closure_undecided", True: "closure_approved", False: "closure_returned"}[closure.approved]
    return facts(
        [
            (say("closure_proposed_by", language), _by_whom(named, closure.proposed_by_id, closure.proposed_at)),
            (say("closure_verdict", language), say(verdict, language)),
            (say("closure_decided_by", language), _by_whom(named, closure.decided_by_id, closure.decided_at)),
            (say("note", language), closure.decision_note),
        ]
    )


def _by_whom(named: Named, user_id: UUID | None, at: datetime | None) -> str:
    return ", ".join(filter(None, (named.user(user_id), words.moment(at))))


def _afterwards(given: ClosureToPrint, language: PrintLanguage) -> str:
    closure = given.closure
    if closure.approved is False:
        return say("closure_goes_on", language)
    if not is_followed_up(closure.reason):
        return say("closure_no_check", language)
    if given.check_on is None:
        return say("closure_check_to_come", language)
    return say("closure_check_on", language, day=day(given.check_on), name=given.named.user(given.case.manager_id))


def _notice(closure: CaseClosure, language: PrintLanguage) -> str | None:
    if closure.reopened_at is None:
        return None
    reason = label("reopen_reason", closure.reopen_reason, language)
    return say("closure_reopened", language, day=day(local_day(closure.reopened_at)), reason=reason)


def _stamp(closure: CaseClosure, named: Named, language: PrintLanguage) -> Stamp | None:
    if closure.decided_at is None:
        return Stamp(say("plan_to_approve", language), (), open=True)
    if not closure.approved:
        return None
    lines = (named.user(closure.decided_by_id) or "", day(local_day(closure.decided_at)) or "")
    return Stamp(say("plan_approved", language), lines, open=False)
