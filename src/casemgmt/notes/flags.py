"""Use cases of flags: set, lift, read those of a case, list those of all cases in sight."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import Conflict, NotFound, WrongState
from casemgmt.ids import new_id
from casemgmt.notes.commands import LiftFlag, SetFlag
from casemgmt.notes.tables import CaseFlag
from casemgmt.notes.views import FlagList, FlagSummary, FlagView
from casemgmt.timeline.service import entry

# One branch per way of seeing a case, each on an index of its own; UNION removes what two branches found.
BRANCHES = (
    "sees_all_cases()",
    "region_code = case_region()",
    "organisation_id = case_organisation()",
    "case_id IN (SELECT m.case_id FROM case_member m WHERE m.user_id = actor_user() AND m.ended_at IS NULL)",
)


async def set_flag(work: Work, case_id: UUID, command: SetFlag) -> FlagView:
    """Set a flag on a case, with the reason."""
    case = await get_case(work, case_id, for_change=True)
    query = select(CaseFlag.id).where(
        CaseFlag.case_id == case_id, CaseFlag.kind == command.kind, col(CaseFlag.lifted_at).is_(None)
    )
    if (await work.session.scalars(query)).first() is not None:
        raise Conflict("This flag is set already.", code="flag-set")
    flag = CaseFlag(
        id=new_id(),
        case_id=case_id,
        organisation_id=case.organisation_id,
        set_at=work.now,
        set_by_id=work.actor.user_id,
        **command.model_dump(),
    )
    return await _save(work, flag, "case_flag.set")


async def lift_flag(work: Work, flag_id: UUID, command: LiftFlag, expected: int | None) -> FlagView:
    """Lift a flag, with the reason. It stays on record."""
    flag = (await work.session.scalars(select(CaseFlag).where(CaseFlag.id == flag_id).with_for_update())).one_or_none()
    if flag is None:
        raise NotFound("There is no such flag.")
    check_version(flag, expected)
    if flag.lifted_at is not None:
        raise WrongState("The flag was lifted already.", code="flag-lifted")
    flag.lifted_at = work.now
    flag.lifted_by_id = work.actor.user_id
    flag.lift_reason = command.reason
    return await _save(work, flag, "case_flag.lifted")


async def list_case_flags(work: Work, case_id: UUID) -> FlagList:
    """Return the flags of a case, those that are set first."""
    await get_case(work, case_id)
    query = select(CaseFlag).where(CaseFlag.case_id == case_id)
    query = query.order_by(col(CaseFlag.lifted_at).desc().nulls_first(), col(CaseFlag.set_at).desc(), col(CaseFlag.id))
    flags = list(await work.session.scalars(query))
    work.record(Event("case_flag.read", "case_flag", tuple(flag.id for flag in flags), case_id=case_id))
    return FlagList(items=[_view(flag) for flag in flags])


async def list_flags(work: Work, limit: int, cursor: str | None, kind: str | None) -> paging.Page[FlagSummary]:
    """Return a page of the flags that are set on cases in sight, the newest first."""
    after = paging.decode("flags", cursor)
    arguments: dict[str, Any] = {"size": limit + 1}
    conditions = ""
    if kind is not None:
        conditions += " AND kind = :kind"
        arguments["kind"] = kind
    if after is not None:
        conditions += " AND (set_at, id) < (:at, :id)"
        arguments |= {"at": after.at, "id": after.id}
    branches = " UNION ".join(
        f"(SELECT id, case_id, kind, set_at, set_by_id FROM case_flag WHERE lifted_at IS NULL AND {branch}{conditions}"  # noqa: S608 - constants of this module
        " ORDER BY set_at DESC, id DESC LIMIT :size)"
        for branch in BRANCHES
    )
    rows = await work.rows(
        f"SELECT * FROM ({branches}) AS found ORDER BY set_at DESC, id DESC LIMIT :size",  # noqa: S608 - as above
        **arguments,
    )
    page = paging.page("flags", [FlagSummary(**r) for r in rows], limit, lambda f: paging.Position(f.set_at, f.id))
    work.record(Event("case_flag.listed", "case_flag", tuple(flag.id for flag in page.items)))
    return page


async def _save(work: Work, flag: CaseFlag, kind: str) -> FlagView:
    story = entry(
        work,
        kind,
        "case_flag",
        flag.id,
        organisation_id=flag.organisation_id,
        case_id=flag.case_id,
        data={"kind": flag.kind},
    )
    await work.save(Event(kind, "case_flag", (flag.id,), case_id=flag.case_id), flag, story)
    return _view(flag)


def _view(flag: CaseFlag) -> FlagView:
    return FlagView(**flag.model_dump(include=set(FlagView.model_fields)))
