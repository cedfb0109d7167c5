"""Shapes that all resources share: pages, query parameters, problem documents."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from casemgmt.db.paging import DEFAULT_LIMIT, MAXIMUM_LIMIT
from casemgmt.db.paging import Page as PageOf
from casemgmt.models import View

ItemT = TypeVar("ItemT")


class Page(View, Generic[ItemT]):
    """One page of a list. There is no total: lists grow and shift while they are read."""

    items: list[ItemT]
    next_cursor: str | None

    @classmethod
    def of(cls, page: PageOf[ItemT]) -> "Page[ItemT]":
        """Return the page as it is sent."""
        return cls.model_construct(items=page.items, next_cursor=page.next_cursor)


Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")]
DEFAULT_PAGE = DEFAULT_LIMIT


class ProblemError(BaseModel):
    """One field that was refused."""

    pointer: str
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is stable; `detail` is for a person; nothing of the request is echoed."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[ProblemError] | None = None
