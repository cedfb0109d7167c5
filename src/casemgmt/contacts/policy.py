"""Pure decisions on contacts: what a message makes of a contact, and what a concern is as a signal."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from casemgmt.contacts.commands import CallerGiven, ConcernGiven, ContactTold
from casemgmt.contacts.known import Known
from casemgmt.errors import invalid_field
from casemgmt.moments import check_moment
from casemgmt.people.phones import InvalidPhoneError, normalise_phone
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import InvalidKatoError, find_region, region_of_kato
from casemgmt.signals.commands import RegisterSignal, ReporterGiven
from casemgmt.signed_messages import WINDOW

UNNAMED = {"relation": "anonymous", "name": None, "phone": None}
"""What is kept of who wants to stay unknown, where more was told."""
_URI_SCHEMES = ("tel:", "sip:", "sips:")


class Outcome(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
    FINALISED = "finalised"
    CORRECTED = "corrected"
    MATCHED = "matched"
    REPEATED = "repeated"
    OLDER = "older"


def check_told(told: ContactTold, now: datetime) -> None:
    """Refuse what can't be: moments to come, an end before the beginning, a final contact that says nothing."""
    check_moment("/started_at", told.started_at, now=latest(now))
    check_moment("/ended_at", told.ended_at, now=latest(now), not_before=told.started_at)
    if told.region_code is not None and find_region(told.region_code) is None:
        raise invalid_field("/region_code", "unknown-region", "There is no such region.")
    if told.non_data is not None and told.concerns:
        raise invalid_field("/concerns", "non-data-with-concerns", "A contact without data has no concerns.")


def latest(now: datetime) -> datetime:
    """Return the latest moment that a message may name: its sender's clock may be as far ahead as the signature allows.

    A contact is told in its first second. Were our clock a little behind, it would seem to lie in the future.
    """
    return now + WINDOW


def language_of(tag: str) -> str:
    """Return the code of the list `language` for a tag: how the child wrote refuses nothing."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in code_list("language").codes else "other"


def number_of(caller: CallerGiven | None) -> str | None:
    """Return the caller's number as E.164; None where there is none that could be dialled."""
    if caller is None or caller.phone is None:
        return None
    given = caller.phone
    for scheme in _URI_SCHEMES:
        if given.lower().startswith(scheme):
            given = given[len(scheme) :].partition("@")[0].partition(";")[0]
    try:
        return normalise_phone(given)
    except InvalidPhoneError:
        return None


def kept_caller(told: ContactTold) -> dict[str, Any] | None:
    """Return what is kept of who got in touch; of who wants to stay unknown neither name nor number."""
    if told.caller is None:
        return None
    given = told.caller.model_dump() | {"phone": number_of(told.caller) or told.caller.phone}
    return given | (UNNAMED if told.anonymous else {})


def as_signal(told: ContactTold, concern: ConcernGiven, known: Known) -> RegisterSignal:
    """Return a concern as the command by which anybody records a signal. A plate says where, if nothing else does."""
    kato, place, region = concern.kato, concern.place, region_of(told, concern)
    plate = known.plate
    if plate is not None and region in (None, plate.region_code):
        region = plate.region_code
        if kato is None and place is None:
            kato, place = plate.kato, plate.place
    return RegisterSignal(
        source="qr_111" if told.channel == "qr_message" else "contact_centre_111",
        channel=told.channel,
        category=concern.category or known.category_of(concern.topic),
        language=language_of(told.language),
        narrative=concern.narrative,
        region_code=region,
        severity=concern.severity,
        danger_now=concern.danger_now,
        anonymous=told.anonymous,
        kato=kato,
        place=place,
        occurred_at=concern.occurred_at,
        subject_description=concern.subject_description,
        reporter=_reporter(told),
    )


def region_of(told: ContactTold, concern: ConcernGiven) -> str | None:
    """Return the region that the message itself names for a concern."""
    return concern.region_code or _region_of(concern.kato) or told.region_code


def duty_of(told: ContactTold, concern: ConcernGiven, known: Known) -> UUID | None:
    """Return the body on duty for the plate, where the child is not said to be in another region than the plate."""
    if known.plate is None or region_of(told, concern) not in (None, known.plate.region_code):
        return None
    return known.duty_organisation_id


def _region_of(kato: str | None) -> str | None:
    try:
        return None if kato is None else region_of_kato(kato).iso_code
    except InvalidKatoError:
        return None  # the signal's own check refuses it, and says so


def _reporter(told: ContactTold) -> ReporterGiven | None:
    caller = told.caller
    if caller is None:
        return None
    named = {} if told.anonymous else {"name": caller.name, "phone": number_of(caller)}
    return ReporterGiven(
        relation="anonymous" if told.anonymous else caller.relation,
        callback_allowed=caller.callback_allowed,
        safe_from=caller.safe_from,
        safe_until=caller.safe_until,
        wants_confidentiality=caller.wants_confidentiality,
        **named,
    )
