"""Use cases of QR plates: where each hangs, and which body is on duty for it."""

from uuid import UUID

from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.audit.events import Event
from casemgmt.contacts.commands import PutPlates
from casemgmt.contacts.tables import QrPlate
from casemgmt.contacts.views import PlateList, PlateView
from casemgmt.db.work import Work
from casemgmt.errors import NotFound, invalid_field
from casemgmt.organisations.service import require_organisation
from casemgmt.reference.regions import InvalidKatoError, find_region, region_of_kato

_WHO_TRIAGE = sorted(name for name, role in ROLES.items() if Permission.SIGNALS_TRIAGE in role.permissions)
_HAS_DESK = (
    "SELECT EXISTS (SELECT 1 FROM user_role h JOIN app_user u ON u.id = h.user_id"
    " WHERE u.organisation_id = :body AND u.active AND h.role = ANY (:roles) AND h.revoked_at IS NULL"
    " AND (h.ends_at IS NULL OR h.ends_at > :at))"
)


async def put_plates(work: Work, command: PutPlates) -> PlateList:
    """Put plates into the table, new and changed ones: all of them, or none with the place of what is wrong."""
    views, desks = [], set[UUID]()
    for number, given in enumerate(command.plates):
        _check(number, given.region_code, given.kato)
        duty = given.duty_organisation_id
        if duty is not None and duty not in desks:
            await _require_desk(work, duty, f"/plates/{number}/duty_organisation_id")
            desks.add(duty)
        plate = await work.session.get(QrPlate, given.code)
        if plate is None:
            plate = QrPlate(**given.model_dump())
        else:
            for name, value in given.model_dump().items():
                setattr(plate, name, value)
        await work.save(Event("qr_plate.put", "qr_plate", () if duty is None else (duty,), reason=given.code), plate)
        views.append(PlateView.model_validate(plate))
    return PlateList(items=views)


async def _require_desk(work: Work, body: UUID, pointer: str) -> None:
    """Refuse a body where nobody triages, as a school: what comes by its plate would wait for nobody."""
    await require_organisation(work, body, pointer)
    if not await work.call(_HAS_DESK, body=body, roles=_WHO_TRIAGE, at=work.now):
        raise invalid_field(pointer, "body-without-desk", "Nobody of this body triages signals.")


def _check(number: int, region_code: str, kato: str | None) -> None:
    if find_region(region_code) is None:
        raise invalid_field(f"/plates/{number}/region_code", "unknown-region", "There is no such region.")
    try:
        elsewhere = kato is not None and region_of_kato(kato).iso_code != region_code
    except InvalidKatoError:
        raise invalid_field(f"/plates/{number}/kato", "invalid-kato", "There is no such place.") from None
    if elsewhere:
        raise invalid_field(f"/plates/{number}/kato", "place-of-other-region", "The place lies in another region.")


async def read_plate(work: Work, code: str) -> PlateView:
    """Return a plate."""
    plate = await work.session.get(QrPlate, code)
    if plate is None:
        raise NotFound("There is no such plate.")
    work.record(Event("qr_plate.read", "qr_plate", (), reason=code))
    return PlateView.model_validate(plate)
