"""The visit act as a document. What was seen of health is not on it: that is the medical side's alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgmt.outreach.tables import Referral, VisitAct, VisitActEdition
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
    quote,
    table,
    text,
)
from casemgmt.printing.words import label, labels, say
from casemgmt.reference.regions import find_region
from casemgmt.signals.tables import Signal
from casemgmt.signatures.tables import VisitActSignature

_NOT_SAID = {"case_id", "version", "changed_xid", "region_code", "organisation_id", "restricted"}
"""Where the act belongs may change; what it says never does."""


@dataclass(frozen=True)
class VisitToPrint:
    """A visit act with everything that its document tells."""

    act: VisitAct
    referral: Referral
    signal: Signal | None
    """None where the reader sees the signal no more: a group after its report."""
    group_name: str
    group: Sequence[tuple[UUID, bool]]
    """Members of the group by their accounts, and whether each leads it."""
    children: Sequence[UUID]
    named: Named
    signatures: Sequence[VisitActSignature] = ()
    editions: Sequence[VisitActEdition] = ()
    """What it said before each correction, the oldest first."""


def visit_substance(act: VisitAct) -> bytes:
    """Return what a visit act says, as the bytes of which its paper shows the digest and that are signed."""
    return canonical(act.model_dump(mode="json", exclude=_NOT_SAID))


def visit_sheet(given: VisitToPrint, language: PrintLanguage, by: UUID, at: datetime) -> Sheet:
    """Return the document of a visit act, printed by somebody at a moment."""
    act, named = given.act, given.named
    content = visit_substance(act)
    return Sheet(
        kind="visit_act",
        language=language,
        title=say("visit_title", language),
        subtitle=say("visit_subtitle", language, at=words.moment(act.visited_at), place=_region(act, language)),
        organisation=named.letterhead(act.organisation_id),
        parts=(
            Part(say("visit_about", language), (_about(given, language),)),
            Part(say("present", language), (_present(given, language),)),
            Part(say("findings", language), (_findings(act, language),)),
            *_heard(act, language),
            Part(say("immediate_measures", language), (_measures(act, language),)),
            Part(say("conclusion", language), _conclusion(act, language)),
        ),
        signatures=(
            *(
                Signer(say("group_lead" if leads else "group_member", language), named.user(u))
                for u, leads in given.group
            ),
            Signer(say("acquainted", language), None),
        ),
        digest=digest_of(content),
        confidential=say("restricted" if act.restricted else "confidential", language),
        printed=say("printed", language, at=words.moment(at), name=named.user(by)),
        words=words.frame(language),
        notice=_corrected(given, language),
        electronic=tuple(
            electronic(s, content, language, _edition(given, s.digest, language)) for s in given.signatures
        ),
    )


def _corrected(given: VisitToPrint, language: PrintLanguage) -> str | None:
    if not given.editions:
        return None
    last = given.editions[-1]
    return say("visit_corrected", language, day=_day_of(last), number=last.number + 1)


def _edition(given: VisitToPrint, digest: str, language: PrintLanguage) -> str | None:
    """Return which earlier edition a signature is on."""
    found = next((each for each in given.editions if each.digest == digest), None)
    return None if found is None else say("signed_edition", language, number=found.number, day=_day_of(found))


def _day_of(edition: VisitActEdition) -> str | None:
    return words.day(words.local_day(edition.corrected_at))


def _region(act: VisitAct, language: PrintLanguage) -> str:
    region = None if act.region_code is None else find_region(act.region_code)
    if region is None:
        return say("none", language)
    return region.kk if language == "kk" else region.ru


def _about(given: VisitToPrint, language: PrintLanguage) -> Block:
    act, signal = given.act, given.signal
    children = "\n".join(given.named.person(child, language) for child in given.children)
    category = received_at = None
    if signal is None:
        children = say("hidden_name", language)
    else:
        category, received_at = signal.category, signal.received_at
    return facts(
        [
            (say("children" if len(given.children) > 1 else "child", language), children),
            (say("visited_at", language), words.moment(act.visited_at)),
            (say("mobile_group", language), given.group_name),
            (say("urgency", language), label("urgency", given.referral.urgency, language)),
            (say("signal_category", language), label("signal_category", category, language)),
            (say("signal_received", language), words.moment(received_at)),
            (say("child_seen", language), _yes(language, answer=act.child_seen)),
            (say("child_seen_alone", language), _yes(language, answer=act.child_seen_alone)),
        ]
    )


def _yes(language: PrintLanguage, *, answer: bool) -> str:
    return say("answer_yes" if answer else "answer_no", language)


def _present(given: VisitToPrint, language: PrintLanguage) -> Block:
    rows = []
    for each in given.act.present:
        person = each.get("person_id")
        name = None if person is None else given.named.person(UUID(person), language)
        rows.append([cell(label("presence_role", each["role"], language)), cell(name)])
    return table([Column(say("role", language), 1), Column(words.capital(say("name", language)), 2)], rows)


def _findings(act: VisitAct, language: PrintLanguage) -> Block:
    columns = [
        Column(say("domain", language), 3),
        Column(say("level", language), 2),
        Column(say("noticed", language), 6),
    ]
    rows = []
    for each in act.findings:
        domain = label("assessment_domain", each["domain"], language)
        level = say(f"level_{each['level']}", language)
        rows.append(
            [cell(domain), cell(level), cell(each.get("note"), labels("risk_sign", each["risk_signs"], language))]
        )
    return table(columns, rows)


def _heard(act: VisitAct, language: PrintLanguage) -> list[Part]:
    said = {"child_words": act.child_words, "child_wishes": act.child_wishes}
    return [Part(say(key, language), (quote(value),)) for key, value in said.items() if value]


def _measures(act: VisitAct, language: PrintLanguage) -> Block:
    if not act.immediate_measures:
        return text(words.capital(label("immediate_measure", "none", language) or ""))
    columns = [Column(say("measure", language), 1), Column(say("note", language), 1)]
    rows = [
        [cell(label("immediate_measure", each["measure"], language)), cell(each.get("note"))]
        for each in act.immediate_measures
    ]
    return table(columns, rows)


def _conclusion(act: VisitAct, language: PrintLanguage) -> tuple[Block, ...]:
    outcome = facts([(say("visit_outcome", language), label("visit_outcome", act.outcome, language))])
    return (outcome, text(act.outcome_note)) if act.outcome_note else (outcome,)
