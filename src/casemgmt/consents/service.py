"""Write down a consent that was given."""

from uuid import UUID

from casemgmt.audit.events import Event
from casemgmt.cases import repository as cases
from casemgmt.cases.service import begin
from casemgmt.consents import policy, repository
from casemgmt.consents.commands import RecordConsent
from casemgmt.consents.reading import view_of
from casemgmt.consents.states import CONSENT
from casemgmt.consents.tables import Consent
from casemgmt.consents.telling import story_of
from casemgmt.consents.views import ConsentView
from casemgmt.db.work import Work
from casemgmt.errors import invalid_field
from casemgmt.ids import new_id
from casemgmt.organisations.service import require_organisation
from casemgmt.people.repository import find_persons
from casemgmt.people.service import exact_birth_date
from casemgmt.reference.languages import Language


async def record_consent(work: Work, case_id: UUID, command: RecordConsent, language: Language) -> ConsentView:
    """Write down a consent about a person of the case, by who answers for the person on record, or the child alone."""
    case, _ = await begin(work, case_id, "record_consent", None)
    if command.person_id not in {p.person_id for p in await cases.persons_of(work, case_id)}:
        raise invalid_field("/person_id", "not-of-case", "Consents are about persons of the case.")
    person = (await find_persons(work, [command.person_id]))[0]
    policy.check_consent(command, exact_birth_date(person), work.now)
    if command.shared_with_id is not None:
        await require_organisation(work, command.shared_with_id, "/shared_with_id")
    await _check_giver(work, command)
    consent = Consent(
        **command.model_dump(exclude={"id", "giver_id"}),
        id=command.id or new_id(),
        giver_id=command.giver_id or command.person_id,
        case_id=case_id,
        organisation_id=case.organisation_id,
        expires_at=policy.end_of(command.expires_on),
        state=CONSENT.initial,
        created_at=work.now,
        created_by_id=work.actor.user_id,
    )
    event = Event("consent.recorded", "consent", (consent.id, consent.person_id), case_id=case_id)
    await work.save(event, consent, story_of(work, case, "consent.recorded", consent))
    return await view_of(work, case, consent, language)


async def _check_giver(work: Work, command: RecordConsent) -> None:
    """Refuse a giver who is not seen, or of whom nothing on record says that they answer for the person."""
    if command.giver_id is None or command.giver_id == command.person_id:
        return
    if not await find_persons(work, [command.giver_id]):
        raise invalid_field("/giver_id", "unknown-person", "There is no such person.")
    if not await repository.answers_for(work, command.giver_id, command.person_id):
        raise invalid_field(
            "/giver_id", "consent-not-representative", "No relationship on record gives parental responsibility."
        )
