"""What the owner of drafts gets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from casemgmt.models import View


class DraftSummary(View):
    """A draft in the list of mine: what it is, how old, and when it ends unless it is saved again."""

    id: UUID
    form: str
    for_id: UUID | None
    """The record that it is for, where its owner said so: what the path of the form's operation needs."""
    label: str | None
    version: int
    created_at: datetime
    saved_at: datetime
    ends_at: datetime
    ends_soon: bool


class DraftView(DraftSummary):
    """A draft with what it holds."""

    content: dict[str, Any]


class DraftList(View):
    """All drafts of mine, the one that ends first at the top."""

    items: list[DraftSummary]
