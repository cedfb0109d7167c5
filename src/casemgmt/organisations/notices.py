"""Use cases of notices: what happened to one's account, or to one of the body that one heads."""

from functools import cache
from importlib import resources
from uuid import UUID

from sqlmodel import col, func, select

from casemgmt.audit.events import Event
from casemgmt.db.work import Work
from casemgmt.errors import NotFound
from casemgmt.organisations.change_tables import AccountNotice
from casemgmt.organisations.views import AccountNoticeList, AccountNoticeView
from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language

_NEWEST = 200


@cache
def notice_texts() -> dict[str, dict[str, dict[str, str]]]:
    """Return the words of all kinds: `own` to the owner of the account, `colleague` to who heads its body."""
    texts: dict[str, dict[str, dict[str, str]]] = read_document(resources.files("casemgmt.texts") / "notices.yaml")
    return texts


async def list_notices(work: Work, language: Language) -> AccountNoticeList:
    """Return the newest notices of the actor."""
    query = select(AccountNotice).where(AccountNotice.reader_id == work.actor.user_id)
    query = query.order_by(col(AccountNotice.at).desc(), col(AccountNotice.id).desc()).limit(_NEWEST)
    items = [_view(row, language) for row in await work.session.scalars(query)]
    work.record(Event("account.notices_listed", "account", tuple({i.user_id for i in items})))
    return AccountNoticeList(items=items)


async def unread_notices(work: Work, language: Language, most: int) -> tuple[int, list[AccountNoticeView]]:
    """Return how many notices the actor has not read, and the newest; the caller records that they were shown."""
    unread = (AccountNotice.reader_id == work.actor.user_id, col(AccountNotice.read_at).is_(None))
    newest = select(AccountNotice).where(*unread).order_by(col(AccountNotice.at).desc(), col(AccountNotice.id).desc())
    count = (await work.session.scalars(select(func.count()).select_from(AccountNotice).where(*unread))).one()
    return count, [_view(row, language) for row in await work.session.scalars(newest.limit(most))]


async def read_notice(work: Work, notice_id: UUID) -> None:
    """Note that the actor read a notice."""
    notice = await work.session.get(AccountNotice, notice_id, with_for_update=True)
    if notice is None or notice.reader_id != work.actor.user_id:
        raise NotFound("There is no such notice.")
    if notice.read_at is None:
        notice.read_at = work.now
    await work.save(Event("account.notice_read", "account", (notice.user_id,)), notice)


def _view(notice: AccountNotice, language: Language) -> AccountNoticeView:
    whose = "own" if notice.reader_id == notice.user_id else "colleague"
    text = notice_texts()[notice.kind][whose][language]
    return AccountNoticeView(**notice.model_dump(include=set(AccountNoticeView.model_fields) - {"text"}), text=text)
