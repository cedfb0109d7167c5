"""What may be asked of conferences."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from casemgmt.models import Command
from casemgmt.reference.fields import LongText, Name, ShortText


class Invite(Command):
    """Invite a user of the system, or somebody without an account by name and post: one of the two."""

    user_id: UUID | None = None
    consent_id: UUID | None = Field(default=None, description="The consent to sharing with the body of the user.")
    name: Name | None = Field(default=None, description="Of somebody without an account.")
    post: ShortText | None = Field(default=None, description="Post and body of somebody without an account.")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        """Refuse an invitation of nobody, and of two at once."""
        if (self.user_id is None) == (self.name is None):
            raise ValueError("name a user, or somebody without an account")
        if (self.name is None) != (self.post is None):
            raise ValueError("somebody without an account has a name and a post")
        if self.name is not None and self.consent_id is not None:
            raise ValueError("a consent belongs to the body of a user")
        return self


class ConsiderFamily(Command):
    """Say of a child or a representative whether they are invited, and if not, why not."""

    person_id: UUID
    invited: bool
    reason: LongText | None = None


class CallConference(Command):
    """Call a conference on a case. Representatives, and children of the age to be asked, are all named."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    starts_at: AwareDatetime
    place: ShortText = Field(description="A room, or a link.")
    question: LongText = Field(description="What is to be decided, without a name: it is read before the answer.")
    person_ids: list[UUID] = Field(min_length=1, max_length=20, description="The children whom it is about.")
    told: LongText | None = Field(default=None, description="What those who accepted must know of the children.")
    without_consent_ground: LongText | None = Field(
        default=None, description="On what ground it is shared; needed where an invitation names no consent."
    )
    participants: list[Invite] = Field(min_length=1, max_length=30)
    family: list[ConsiderFamily] = Field(default_factory=list, max_length=20)


class MoveConference(Command):
    """Move a conference. Everybody invited is asked, or reminded, anew."""

    starts_at: AwareDatetime
    place: ShortText


class CancelConference(Command):
    """Cancel a conference: nobody invited reads anything of it any more."""

    reason: LongText


class DeclineInvitation(Command):
    """Decline an invitation."""

    reason: LongText


class SendAnother(Command):
    """Send somebody else of your body, who is invited in your place."""

    user_id: UUID


class Decide(Command):
    """One thing that was decided: who sees to it, and until when."""

    wording: LongText
    responsible_id: UUID | None = Field(
        default=None, description="A participant with an account, or a member of the team; absent: you."
    )
    for_participant_id: UUID | None = Field(
        default=None, description="Somebody without an account who does it; the responsible person sees to it."
    )
    due_on: date


class HoldConference(Command):
    """Write down who came, what was said, and what was decided. Each decision becomes a task at once."""

    came: list[UUID] = Field(max_length=60, description="Of the participants, by the ids of their invitations.")
    family_came: list[UUID] = Field(default_factory=list, max_length=20, description="Of the family, by person.")
    minutes: LongText
    decisions: list[Decide] = Field(default_factory=list, max_length=30)


class CompleteDecision(Command):
    """Say that it is done, and what came of it."""

    note: LongText


class DropDecision(Command):
    """Say that it will not be done, and why not."""

    reason: LongText


class PassDecisionOn(Command):
    """Name another who does it: of the same body, a participant, or of the team. The term stays."""

    responsible_id: UUID
