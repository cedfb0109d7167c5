"""Families: households and relationships."""

from uuid import UUID

from fastapi import Response

from api.etags import ExpectedVersion, RequiredVersion, set_etag
from api.routing import CurrentWork, Router
from casemgmt.access.permissions import Permission
from casemgmt.people import families
from casemgmt.people.commands import AddMember, EndPeriod, RecordFamily
from casemgmt.people.views import FamilyView

router = Router("/families", "families")


@router.post("", Permission.PERSONS_WRITE, status_code=201)
async def create_family(command: RecordFamily, response: Response, work: CurrentWork) -> FamilyView:
    """Record a family as a household. The same `id` with the same content once more gives the same answer."""
    family = _shown(response, await families.record_family(work, command))
    response.headers["Location"] = f"/v1/families/{family.id}"
    return family


@router.get("/{family_id}", Permission.PERSONS_READ)
async def get_family(family_id: UUID, response: Response, work: CurrentWork) -> FamilyView:
    """Read a family: the members and the relationships among them that you may see."""
    return _shown(response, await families.read_family(work, family_id))


@router.post("/{family_id}/members", Permission.PERSONS_WRITE, status_code=201)
async def add_family_member(
    family_id: UUID, command: AddMember, response: Response, work: CurrentWork, expected: ExpectedVersion
) -> FamilyView:
    """Add a person to the household."""
    return _shown(response, await families.add_member(work, family_id, command, expected))


@router.patch("/{family_id}/members/{member_id}", Permission.PERSONS_WRITE)
async def end_family_membership(
    family_id: UUID,
    member_id: UUID,
    command: EndPeriod,
    response: Response,
    work: CurrentWork,
    expected: RequiredVersion,
) -> FamilyView:
    """End a membership on a day. If-Match holds the version of the family."""
    return _shown(response, await families.end_membership(work, family_id, member_id, command, expected))


def _shown(response: Response, view: FamilyView) -> FamilyView:
    set_etag(response, view.version)
    return view
