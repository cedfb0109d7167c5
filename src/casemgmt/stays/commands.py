"""What may be asked of shelters and stays."""

from uuid import UUID

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import Kato, Name, ShortText, StayLeaveReason, ViolenceKind


class AddShelter(Command):
    """Add a shelter to your own centre."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    kato: Kato | None = None
    line: ShortText = Field(description="Street, house, entrance: told to the teams of those who stay there.")


class CloseShelter(Command):
    """Close a shelter, or open it again."""

    active: bool = Field(description="False: nobody new is admitted; who is there stays until leaving.")


class AddPlace(Command):
    """Add a bed to a shelter."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    label: Name = Field(description="What the house calls it, such as `2-1`.")


class ChangePlace(Command):
    """Take a bed out of use, or back into it."""

    active: bool


class AdmitToStay(Command):
    """Admit persons of a case to a temporary stay at a centre, all of them together or none."""

    id: UUID | None = Field(default=None, description="UUIDv7 of the client; made by the service where absent.")
    centre_id: UUID = Field(description="The centre that is asked. The stay itself will name no centre.")
    person_ids: list[UUID] = Field(min_length=1, max_length=20)
    ground: ViolenceKind = Field(description="Which violence they flee: a temporary stay is for nobody else.")


class LeaveStay(Command):
    """Record that they left."""

    reason: StayLeaveReason
