"""What is known beside a message: the plate that it came by, and what its topics stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from casemgmt.contacts.commands import ContactTold
from casemgmt.contacts.tables import Contact, QrPlate
from casemgmt.contacts.taxonomies import topics_of
from casemgmt.db.work import Work
from casemgmt.organisations.tables import Organisation


@dataclass(frozen=True)
class Known:
    """What the tables of plates and topics say."""

    plate: QrPlate | None
    duty_organisation_id: UUID | None
    """The body on duty for the plate; None where it works no more."""
    topics: Mapping[str, str] | None
    """Topic → category of signals; None where the version is unknown, or none was named."""

    def category_of(self, topic: str | None) -> str:
        """Return what a signal about a topic is until somebody says otherwise."""
        return (self.topics or {}).get(topic or "", "other")


async def look_up(work: Work, told: ContactTold) -> Known:
    """Return what is known; an unknown plate and an unknown version refuse nothing."""
    plate = None if told.plate is None else await work.session.get(QrPlate, told.plate)
    if plate is not None and not plate.active:
        plate = None
    duty = None if plate is None else plate.duty_organisation_id
    body = None if duty is None else await work.session.get(Organisation, duty)
    topics = None if told.taxonomy_version is None else await topics_of(work, told.taxonomy_version)
    return Known(plate, None if body is None or not body.active else body.id, topics)


def note_known(contact: Contact, told: ContactTold, known: Known) -> None:
    """Note on the contact what it named and whether we knew it, and the region of its plate where it names none."""
    contact.plate_code, contact.plate_known = told.plate, known.plate is not None
    contact.taxonomy_version, contact.taxonomy_known = told.taxonomy_version, known.topics is not None
    if contact.region_code is None and known.plate is not None:
        contact.region_code = known.plate.region_code
