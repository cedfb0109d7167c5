"""Use cases of bodies."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.db import paging
from casemgmt.db.work import Work, check_version
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations import repository
from casemgmt.organisations.commands import ChangeOrganisation, CreateOrganisation
from casemgmt.organisations.tables import Organisation
from casemgmt.organisations.views import OrganisationSummary, OrganisationView
from casemgmt.reference.regions import find_region

_STAYS = {"name_kk", "name_ru", "name_en", "active"}


async def require_organisation(work: Work, organisation_id: UUID, pointer: str = "/organisation_id") -> Organisation:
    """Return an active body, or refuse the field that named it."""
    body = await work.session.get(Organisation, organisation_id)
    if body is None or not body.active:
        raise invalid_field(pointer, "unknown-organisation", "There is no such body.")
    return body


async def create_organisation(work: Work, command: CreateOrganisation) -> OrganisationView:
    """Add a body."""
    if command.region_code is not None and find_region(command.region_code) is None:
        raise invalid_field("/region_code", "unknown-region", "There is no such region.")
    if command.parent_id is not None:
        await require_organisation(work, command.parent_id, "/parent_id")
    body = Organisation(id=command.id or new_id(), **command.model_dump(exclude={"id"}))
    await work.save(Event("organisation.created", "organisation", (body.id,)), body)
    return OrganisationView.model_validate(body)


async def change_organisation(
    work: Work, organisation_id: UUID, command: ChangeOrganisation, expected: int
) -> OrganisationView:
    """Change a body. One that is switched off takes nothing new; what it owns stays with it."""
    body = await repository.get_row(work, Organisation, organisation_id, for_change=True)
    check_version(body, expected)
    for name, value in given_fields(command.model_dump(exclude_unset=True), _STAYS).items():
        setattr(body, name, value)
    await work.save(Event("organisation.changed", "organisation", (body.id,)), body)
    return OrganisationView.model_validate(body)


def given_fields(fields: dict[str, object], never_null: set[str]) -> dict[str, object]:
    """Return the fields of a change; null for a field that always has a value is refused."""
    for name in never_null:
        if name in fields and fields[name] is None:
            raise invalid_field(f"/{name}", "never-null", "This field always has a value: leave it out to keep it.")
    return fields


async def read_organisation(work: Work, organisation_id: UUID) -> OrganisationView:
    """Return a body."""
    body = await repository.get_row(work, Organisation, organisation_id)
    work.record(Event("organisation.read", "organisation", (organisation_id,)))
    return OrganisationView.model_validate(body)


async def list_organisations(
    work: Work, limit: int, cursor: str | None, kind: str | None, region: str | None
) -> paging.Page[OrganisationSummary]:
    """Return a page of bodies in the order of their Russian names."""
    after = paging.decode_row("organisations", cursor)
    filters = {"kind": kind, "region_code": region}
    rows = await repository.list_rows(work, "organisation", filters, limit + 1, after)
    page = paging.page(
        "organisations", [OrganisationSummary(**r) for r in rows], limit, lambda o: paging.RowPosition(o.id)
    )
    work.record(Event("organisation.listed", "organisation", tuple(o.id for o in page.items)))
    return page
