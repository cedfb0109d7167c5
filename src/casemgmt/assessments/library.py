"""The instruments of this deployment: those that come with the program and those that the operator loaded.

An assessment keeps the version that it was made with. That something may begin with it ends with its licence, or when
the operator withdraws it.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from casemgmt.assessments.instrument import Instrument, Purpose
from casemgmt.assessments.tables import AssessmentInstrument
from casemgmt.db.work import Work
from casemgmt.errors import Forbidden, WrongState, invalid_field
from rules.zone import to_local


@dataclass(frozen=True)
class Held:
    """A version of an instrument as this deployment holds it."""

    instrument: Instrument
    authority: str | None
    withdrawn: bool

    def refusal_on(self, day: date) -> str | None:
        """Return why nothing may begin with it on a day, None where it may."""
        if self.withdrawn:
            return "withdrawn"
        until = self.instrument.licence.until
        return "licence_ended" if until is not None and day > until else None


async def held_instruments(work: Work) -> list[Held]:
    """Return all versions of all instruments, by code and version."""
    query = select(AssessmentInstrument).order_by(col(AssessmentInstrument.code), col(AssessmentInstrument.version))
    return [_held(row) for row in await work.session.scalars(query)]


async def find_instrument(work: Work, code: str, version: int) -> Held | None:
    """Return one version of an instrument, or None."""
    query = select(AssessmentInstrument).where(
        AssessmentInstrument.code == code, AssessmentInstrument.version == version
    )
    row = (await work.session.scalars(query)).one_or_none()
    return None if row is None else _held(row)


async def instrument_used(work: Work, code: str, version: int) -> Instrument:
    """Return the instrument that a record was made with: a version that was used never goes away."""
    found = await find_instrument(work, code, version)
    if found is None:
        raise LookupError("an instrument that was used is gone")
    return found.instrument


def _held(row: AssessmentInstrument) -> Held:
    return Held(Instrument.model_validate(row.content), row.authority, row.withdrawn_at is not None)


async def usable_instrument(work: Work, code: str, version: int, purpose: Purpose, language: str | None) -> Instrument:
    """Return an instrument with which the actor may begin now, else say why not.

    `help_kinds` are asked where the place of the actor is known: by the caller.
    """
    held = await find_instrument(work, code, version)
    if held is None or purpose not in held.instrument.purposes:
        raise invalid_field("/instrument", "unknown-instrument", "There is no such version of an instrument.")
    instrument = held.instrument
    if not set(instrument.used_by.roles) & set(work.actor.roles):
        raise Forbidden("This instrument is used by others: see its `used_by`.", code="instrument-not-yours")
    if refusal := held.refusal_on(to_local(work.now).date()):
        raise WrongState(
            "Nothing begins with this version of the instrument any more.",
            code="instrument-ended",
            data={"ground": refusal},
        )
    if language is not None and language not in instrument.languages:
        raise invalid_field("/language", "not-in-language", "The instrument is not made for this language.")
    return instrument
