"""Drafts. A row is there while the form is being filled in, and not a moment longer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from casemgmt.db.base import Versioned, document, long_text, moment, ref


class Draft(Versioned, table=True):
    """A form half filled in. Only its owner sees it: not the deputy, not the head, not the desk."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_owner", "owner_id", "saved_at", "id"), Index("ix_draft_saved", "saved_at"))

    id: UUID = Field(primary_key=True)
    owner_id: UUID = ref("app_user.id", index=False)
    form: str = Field(max_length=64)
    """The operation of the contract that it becomes the body of."""
    for_id: UUID | None = None
    """The record in the path of that operation, as its owner said: unchecked until the form is sent."""
    label: str | None = long_text(nullable=True)
    content: dict[str, Any] = document()
    created_at: datetime = moment()
    saved_at: datetime = moment()
    warned_at: datetime | None = moment(nullable=True)
    """When the owner was told that it will end; saving it once more takes that back."""
