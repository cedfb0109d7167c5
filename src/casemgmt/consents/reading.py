"""Consents as readers see them: with what ends and what goes on."""

from typing import Any
from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases.repository import get_case
from casemgmt.cases.tables import CaseRecord
from casemgmt.consents import policy, repository
from casemgmt.consents.going_on import GoesOn, going_on
from casemgmt.consents.resting import Resting, resting_on
from casemgmt.consents.states import CONSENT, ConsentFacts
from casemgmt.consents.tables import Consent
from casemgmt.consents.views import (
    ConsentSummary,
    ConsentView,
    EffectView,
    EndedView,
    GoesOnView,
    RecordReferenceView,
)
from casemgmt.db import paging
from casemgmt.db.work import Work
from casemgmt.models import AllowedActionView
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list

_SUMMARY = ConsentSummary.model_fields.keys() - {"holds"}
_FULL = ConsentView.model_fields.keys() - {"holds", "effect", "allowed_actions"}


async def read_consent(work: Work, consent_id: UUID, language: Language) -> ConsentView:
    """Return a consent in full, and record that the actor read it."""
    consent = await repository.get_consent(work, consent_id)
    work.record(Event("consent.read", "consent", (consent_id,), case_id=consent.case_id))
    return await view_of(work, await get_case(work, consent.case_id), consent, language)


async def list_consents(work: Work, case_id: UUID, limit: int, cursor: str | None) -> paging.Page[ConsentSummary]:
    """Return a page of the consents of a case, the newest first; one event names all that were shown."""
    await get_case(work, case_id)
    name = f"consents of {case_id}"
    rows = await repository.list_consents(work, case_id, limit + 1, paging.decode(name, cursor))
    shown = [ConsentSummary(**row.model_dump(include=set(_SUMMARY)), holds=policy.holds(row, work.now)) for row in rows]
    page = paging.page(name, shown, limit, lambda c: paging.Position(c.given_at, c.id))
    work.record(Event("consent.listed", "consent", tuple(c.id for c in page.items), case_id=case_id))
    return page


async def view_of(work: Work, case: CaseRecord, consent: Consent, language: Language) -> ConsentView:
    """Return a consent with its effect: what it was when it ended, or what it would be now."""
    outcome = consent.outcome
    if outcome is None:
        outcome = stored(await resting_on(work, consent), await going_on(work, case, consent))
    facts = ConsentFacts(consent.expires_at, work.now)
    return ConsentView(
        **consent.model_dump(include=set(_FULL)),
        holds=policy.holds(consent, work.now),
        effect=_effect(outcome, language),
        allowed_actions=[
            AllowedActionView.model_validate(a) for a in CONSENT.allowed_actions(work.actor, consent.state, facts)
        ],
    )


def stored(rest: Resting, goes_on: list[GoesOn]) -> dict[str, Any]:
    """Return what ends and what goes on in the form in which a consent keeps it: codes and ids."""
    return {
        "ended": [[effect, kind, str(record)] for effect, kind, record in rest.named()],
        "goes_on": [
            {
                "reason": each["reason"],
                "basis": each["basis"],
                "records": [[kind, str(record)] for kind, record in each["records"]],
            }
            for each in goes_on
        ],
    }


def _effect(outcome: dict[str, Any], language: Language) -> EffectView:
    return EffectView(
        ended=[
            EndedView(
                effect=effect, label=_label("consent_effect", effect, language), record_type=kind, record_id=record
            )
            for effect, kind, record in outcome["ended"]
        ],
        goes_on=[
            GoesOnView(
                reason=each["reason"],
                label=_label("consent_continuation", each["reason"], language),
                basis=each["basis"],
                records=[RecordReferenceView(record_type=kind, record_id=record) for kind, record in each["records"]],
            )
            for each in outcome["goes_on"]
        ],
    )


def _label(list_name: str, code: str, language: Language) -> str:
    return code_list(list_name).value(code).label((language,)).text
