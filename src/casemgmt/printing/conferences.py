"""The minutes of a case conference as a document: who came, what was said, what was decided, who does it until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgmt.cases.tables import CaseRecord
from casemgmt.conferences.states import ConferenceState
from casemgmt.conferences.tables import Conference, ConferenceDecision, ConferenceFamily, ConferenceParticipant
from casemgmt.printing import words
from casemgmt.printing.electronic import electronic
from casemgmt.printing.people import Named
from casemgmt.printing.sheet import (
    Block,
    Column,
    Part,
    PrintLanguage,
    Sheet,
    Signer,
    canonical,
    cell,
    digest_of,
    facts,
    table,
    text,
)
from casemgmt.printing.words import day, say
from casemgmt.signatures.tables import ConferenceSignature

_SUBSTANCE = ("id", "starts_at", "place", "question", "minutes", "held_at", "recorded_by_id")
_DECIDED = ("wording", "due_on", "for_participant_id")
"""What was said for good when the minutes were written. Who does a decision may change, and what came of it."""


@dataclass(frozen=True)
class ConferenceToPrint:
    """A conference that was held, with everything that its minutes tell."""

    conference: Conference
    case: CaseRecord
    children: Sequence[UUID]
    participants: Sequence[ConferenceParticipant]
    """Those who were still invited when it was held."""
    family: Sequence[ConferenceFamily]
    decisions: Sequence[ConferenceDecision]
    named: Named
    signatures: Sequence[ConferenceSignature] = ()


def conference_substance(
    conference: Conference, participants: Sequence[ConferenceParticipant], decisions: Sequence[ConferenceDecision]
) -> bytes:
    """Return what the minutes say, as the bytes that are signed. Who signs need not see the case: it is not named."""
    said = conference.model_dump(mode="json", include=set(_SUBSTANCE))
    decided = [d.model_dump(mode="json", include=set(_DECIDED)) for d in decisions]
    came = sorted(str(p.id) for p in participants if p.came)
    return canonical(said | {"decisions": decided, "came": came})


def conference_sheet(given: ConferenceToPrint, language: PrintLanguage, by: UUID, at: datetime) -> Sheet:
    """Return the document of the minutes, printed by somebody at a moment."""
    conference, named = given.conference, given.named
    signed = conference.state == ConferenceState.SIGNED
    content = conference_substance(conference, given.participants, given.decisions)
    return Sheet(
        kind="conference",
        language=language,
        title=say("conference_title", language),
        subtitle=say(
            "conference_subtitle", language, case=conference.case_number, at=words.moment(conference.starts_at)
        ),
        organisation=named.letterhead(conference.organisation_id),
        parts=(
            Part(say("conference_about", language), (_about(given, language),)),
            Part(say("conference_question", language), (text(conference.question),)),
            Part(say("present", language), (_present(given, language),)),
            Part(say("conference_minutes", language), (text(conference.minutes or ""),)),
            Part(say("conference_decisions", language), (_decisions(given, language),)),
        ),
        signatures=(
            Signer(say("conference_recorder", language), named.user(conference.recorded_by_id)),
            Signer(say("conference_second", language), named.user(conference.signed_by_id)),
        ),
        digest=digest_of(content),
        confidential=say("restricted" if conference.restricted else "confidential", language),
        printed=say("printed", language, at=words.moment(at), name=named.user(by)),
        words=words.frame(language),
        mark=None if signed else say("draft_mark", language),
        electronic=tuple(electronic(each, content, language) for each in given.signatures),
    )


def _about(given: ConferenceToPrint, language: PrintLanguage) -> Block:
    return facts(
        [
            (
                say("child" if len(given.children) == 1 else "children", language),
                "\n".join(given.named.person(child, language) for child in given.children),
            ),
            (say("conference_place", language), given.conference.place),
        ]
    )


def _present(given: ConferenceToPrint, language: PrintLanguage) -> Block:
    named = given.named
    rows = [
        [
            cell(named.user(p.user_id) or p.name, named.body(p.body_id, language) if p.body_id else p.post),
            cell(_came(p.came, language)),
        ]
        for p in given.participants
    ]
    rows += [
        [cell(named.person(f.person_id, language)), cell(_came(f.came, language))] for f in given.family if f.invited
    ]
    return table([Column(words.capital(say("name", language)), 3), Column(say("conference_came", language), 1)], rows)


def _came(came: bool | None, language: PrintLanguage) -> str:  # noqa: FBT001 - the column itself
    return say("answer_yes" if came else "answer_no", language)


def _decisions(given: ConferenceToPrint, language: PrintLanguage) -> Block:
    if not given.decisions:
        return text(say("conference_no_decisions", language))
    outside = {p.id: p for p in given.participants}
    columns = [
        Column(say("conference_decision", language), 5),
        Column(say("responsible", language), 3),
        Column(say("due_on", language), 0),
    ]
    rows = []
    for each in given.decisions:
        guest = None if each.for_participant_id is None else outside.get(each.for_participant_id)
        does = given.named.user(each.responsible_id)
        who = cell(does) if guest is None else cell(guest.name, say("conference_seen_to", language, name=does))
        rows.append([cell(each.wording), who, cell(day(each.due_on))])
    return table(columns, rows)
