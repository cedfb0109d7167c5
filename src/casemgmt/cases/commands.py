"""What may be asked of cases."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from casemgmt.models import Command
from casemgmt.reference.fields import (
    CaseTeamRole,
    ChildCategory,
    ChildContactPlace,
    ClientRole,
    ClosureReason,
    HandoverReason,
    HelpKind,
    HelpPackage,
    LongText,
    ProblemType,
    ReopenReason,
    RestrictionGround,
)

ChildCategories = Annotated[list[ChildCategory], Field(max_length=20)]


class AddPerson(Command):
    """A person already recorded who belongs to the case: a child of it, or somebody around the child."""

    person_id: UUID
    role: ClientRole


class OpenCase(Command):
    """Open a case from one or several signals, for one or several children, with its accountable manager."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    signal_ids: list[UUID] = Field(min_length=1, max_length=20)
    children: list[UUID] = Field(min_length=1, max_length=20, description="Persons who are the children of the case.")
    persons: list[AddPerson] = Field(default_factory=list, max_length=20, description="Others around the children.")
    manager_id: UUID
    help_package: HelpPackage | None = Field(default=None, description="Absent: what the signals' categories call for.")
    problem_type: ProblemType | None = None
    child_categories: ChildCategories = Field(default_factory=list)
    restriction_ground: RestrictionGround | None = Field(
        default=None, description="Restricts the case to its team. Absent: as the signals' categories demand."
    )


class ChangeCase(Command):
    """Change what the case is about. Fields that are left out stay as they are."""

    help_package: HelpPackage | None = None
    problem_type: ProblemType | None = None
    child_categories: ChildCategories = Field(default_factory=list)


class AddMember(Command):
    """Take somebody into the team. The manager's place is passed on by a hand-over only."""

    user_id: UUID
    team_role: CaseTeamRole
    help_kind: HelpKind | None = Field(
        default=None, description="The kind of help whose session notes the member reads."
    )
    consent_id: UUID | None = Field(
        default=None,
        description="A consent to sharing with the member's body, of the whole case file, on which the place rests: it"
        " ends with the consent.",
    )


class SetRestriction(Command):
    """Restrict the case to its team, or lift the restriction."""

    restricted: bool
    ground: RestrictionGround | None = Field(default=None, description="Needed to restrict.")
    note: LongText | None = Field(default=None, description="Needed to lift: why.")


class RecordChildContact(Command):
    """A contact with the child itself."""

    person_id: UUID
    at: AwareDatetime
    place: ChildContactPlace
    alone: bool = Field(description="The child was spoken to without anybody of the household.")
    words: LongText | None = Field(default=None, description="The child's own words.")
    note: LongText | None = None


class ProposeClosure(Command):
    """Propose to close the case."""

    reason: ClosureReason
    note: LongText


class DecideClosure(Command):
    """The second person's word on a proposed closure."""

    note: LongText


class ReopenCase(Command):
    """Open a closed case again."""

    reason: ReopenReason
    note: LongText
    signal_id: UUID | None = Field(default=None, description="A new signal, attached to the case in the same act.")


class OfferHandover(Command):
    """Offer the case to another case manager."""

    to_user_id: UUID
    reason: HandoverReason
    note: LongText | None = None


class DeclineHandover(Command):
    """Decline an offered case."""

    reason: LongText
