"""What readers of bodies and users get."""

from uuid import UUID

from casemgmt.models import View


class MeView(View):
    """The signed-in account."""

    id: UUID
    username: str
    family_name: str
    given_name: str
    organisation_id: UUID
    organisation_name: str
    region_code: str | None
    roles: list[str]
    permissions: list[str]
    mobile_group_ids: list[UUID]
