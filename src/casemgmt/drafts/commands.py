"""What may be asked of drafts."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from casemgmt.drafts.forms import Form
from casemgmt.drafts.policy import check_storable
from casemgmt.models import Command
from casemgmt.reference.fields import ShortText

Content = Annotated[dict[str, Any], AfterValidator(check_storable)]


class SaveDraft(Command):
    """Save a form as it stands. Nothing in it is checked against the form: that is done when it is sent."""

    form: Form = Field(description="The operation that it becomes the body of: one that takes `Draft-Id`.")
    for_id: UUID | None = Field(
        default=None,
        description="The record in the path of that operation (of a note its session): it is sent to no other.",
    )
    label: ShortText | None = Field(default=None, description="By which you know it again in your list.")
    content: Content = Field(description="Whatever the form holds so far. Fields that the form doesn't have are kept.")


class SavePart(Command):
    """Save a part of a form."""

    label: ShortText | None = Field(default=None, description="Absent or null: as it was.")
    content: Content = Field(
        description="A merge patch (RFC 7396): fields given replace, null removes, all others stay as they are."
    )
