"""An invented family on paper: the documents that docs/printed shows, made without a database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from casemgmt.cases.closure import Outcome
from casemgmt.cases.tables import CaseClosure, CaseRecord
from casemgmt.conferences.tables import Conference, ConferenceDecision, ConferenceFamily, ConferenceParticipant
from casemgmt.demo.accounts import ACCOUNTS, BODIES, demo_id
from casemgmt.organisations.tables import AppUser, Organisation
from casemgmt.outreach.tables import Referral, VisitAct
from casemgmt.people.tables import Person
from casemgmt.plans.tables import Plan
from casemgmt.plans.views import GoalView, IndicatorView, MeasureView, RequestView
from casemgmt.printing.closures import ClosureToPrint, closure_sheet
from casemgmt.printing.conferences import ConferenceToPrint, conference_sheet
from casemgmt.printing.people import Named
from casemgmt.printing.plans import PlanToPrint, plan_sheet, plan_substance
from casemgmt.printing.sheet import PrintLanguage, Sheet, digest_of
from casemgmt.printing.visits import VisitToPrint, visit_sheet
from casemgmt.reference.data_files import read_document
from casemgmt.signals.tables import Signal
from casemgmt.signatures.tables import PlanSignature

_AT = datetime(2026, 11, 26, 13, 40, tzinfo=UTC)
_MANAGER, _SUPERVISOR = demo_id("manager.almaty"), demo_id("supervisor.almaty")
_DEPARTMENT, _CENTRE = demo_id("crd_almaty"), demo_id("cps_almaty")
_CHILD, _MOTHER, _CASE, _PLAN = (demo_id(f"printed {name}") for name in ("child", "mother", "case", "plan"))
_GROUP = ("lead.almaty", "police.almaty", "nurse.almaty", "teacher.almaty")
_MEASURES = (
    (
        ("legal", "legal_consultation", "guardianship_almaty", "guardian.almaty", "done"),
        ("medical", "medical_referral", "cps_almaty", "nurse.almaty", "in_progress"),
        ("psychological", "psychological_consultation", "cps_almaty", "psychologist.almaty", "in_progress"),
    ),
    (
        ("pedagogical", "return_to_school", "crd_almaty", "teacher.almaty", "planned"),
        ("pedagogical", "activity_enrolment", "cps_almaty", None, "planned"),
    ),
    (("social", "benefit_application", "cps_almaty", "benefits.almaty", "planned"),),
)
"""By goal: kind of help, measure, body, person, state."""
_DOMAINS = ("safety", "education", "parenting_capacity")


def sample_sheets() -> Iterator[tuple[str, Sheet]]:
    """Yield each sample with its name."""
    languages: tuple[PrintLanguage, ...] = ("kk", "ru")
    for language in languages:
        yield f"plan-{language}", _plan(language, "approved")
        yield f"visit-act-{language}", _visit(language)
        yield f"closure-{language}", _closure(language)
        yield f"conference-{language}", _conference(language)
    yield "plan-draft-ru", _plan("ru", "draft")


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = read_document(resources.files("casemgmt.printing") / "samples.yaml")
    return found


def _named(language: PrintLanguage) -> Named:
    users = [
        AppUser(
            id=demo_id(a.username),
            username=a.username,
            family_name=a.names[0],
            given_name=a.names[1],
            patronymic=a.names[2],
            organisation_id=demo_id(a.body),
            flags=[],
        )
        for a in ACCOUNTS
    ]
    bodies = [
        Organisation(id=demo_id(b.key), kind=b.kind, name_kk=b.names[0], name_ru=b.names[1], name_en=b.names[2])
        for b in BODIES
    ]
    family = _texts()[language]
    persons = [_person(_CHILD, family["child"], date(2015, 4, 9)), _person(_MOTHER, family["mother"], date(1989, 8, 2))]
    return Named({u.id: u for u in users}, {b.id: b for b in bodies}, {p.id: p for p in persons})


def _person(person_id: UUID, names: dict[str, Any], born: date) -> Person:
    keys: dict[str, Any] = {"match_key": "", "sort_key": "", "name_key_version": 1, "languages": []}
    stamps: dict[str, Any] = {"organisation_id": _DEPARTMENT, "created_at": _AT, "created_by_id": _MANAGER}
    return Person(
        id=person_id, birth_date=born, birth_year=born.year, birth_precision="exact", **names, **keys, **stamps
    )


def _case() -> CaseRecord:
    return CaseRecord(
        id=_CASE,
        number="KZ-75-2026-000417",
        state="support",
        manager_id=_MANAGER,
        risk_level="high",
        child_categories=[],
        organisation_id=_DEPARTMENT,
        opened_at=_AT,
        opened_by_id=_MANAGER,
        lists_version="",
    )


def _plan(language: PrintLanguage, state: str) -> Sheet:
    said = _texts()[language]["plan"]
    approved = state == "approved"
    plan = Plan(
        id=_PLAN,
        case_id=_CASE,
        organisation_id=_DEPARTMENT,
        number=1,
        state=state,
        kind="individual_work_plan",
        help_package="victim_5",
        assessment_id=demo_id("printed assessment"),
        child_view=said["child_view"],
        consent="given_by_representative",
        starts_on=date(2026, 11, 30),
        review_on=date(2026, 12, 30),
        content={"goals": [], "missing_help": [{"help_kind": "labour", "argument": said["missing_help"]}]},
        signed_by_id=_MANAGER if approved else None,
        signed_at=_AT if approved else None,
        approved_by_id=_SUPERVISOR if approved else None,
        approved_at=_AT + timedelta(hours=20) if approved else None,
        created_at=_AT,
        created_by_id=_MANAGER,
    )
    given = PlanToPrint(
        plan,
        _case(),
        _goals(said, approved=approved),
        [_CHILD],
        _named(language),
        [_signature(plan, language)] if approved else [],
    )
    return plan_sheet(given, language, _MANAGER, _AT + timedelta(days=8))


def _closure(language: PrintLanguage) -> Sheet:
    said = _texts()[language]
    proposed = _AT + timedelta(days=210)
    goals = zip(_DOMAINS, said["plan"]["goals"], said["closure"]["outcomes"], strict=True)
    outcomes = [Outcome(str(_PLAN), d, goal["text"], o["outcome"], o["note"])._asdict() for d, goal, o in goals]
    closure = CaseClosure(
        id=demo_id("printed closure"),
        case_id=_CASE,
        organisation_id=_DEPARTMENT,
        reason="danger_removed",
        note=said["closure"]["note"],
        from_state="rehabilitation",
        proposed_at=proposed,
        proposed_by_id=_MANAGER,
        approved=True,
        decided_at=proposed + timedelta(hours=21),
        decided_by_id=_SUPERVISOR,
        decision_note=said["closure"]["decision_note"],
        plan_id=_PLAN,
        outcomes=outcomes,
    )
    given = ClosureToPrint(closure, _case(), [_CHILD], date(2026, 12, 24) + timedelta(days=214), _named(language))
    return closure_sheet(given, language, _MANAGER, proposed + timedelta(days=1))


def _conference(language: PrintLanguage) -> Sheet:
    said = _texts()[language]["conference"]
    of_case: dict[str, Any] = {"case_id": _CASE, "organisation_id": _DEPARTMENT}
    conference = Conference(
        id=demo_id("printed conference"),
        case_number=_case().number,
        called_by_id=_MANAGER,
        called_at=_AT,
        starts_at=_AT + timedelta(days=8),
        state="signed",
        held_at=_AT + timedelta(days=8, hours=2),
        recorded_by_id=_MANAGER,
        signed_by_id=demo_id("psychologist.almaty"),
        **{key: said[key] for key in ("place", "question", "minutes")},
        **of_case,
    )
    invited: dict[str, Any] = {"conference_id": conference.id, "state": "accepted", "invited_at": _AT} | of_case
    accounts = (
        ("psychologist.almaty", "cps_almaty", True),
        ("school.almaty", "school_almaty", True),
        ("guardian.almaty", "guardianship_almaty", False),
    )
    participants = [
        ConferenceParticipant(
            id=demo_id(f"printed {user}"), user_id=demo_id(user), body_id=demo_id(body), came=came, **invited
        )
        for user, body, came in accounts
    ]
    participants.append(ConferenceParticipant(id=demo_id("printed guest"), came=True, **said["guest"], **invited))
    family = [
        ConferenceFamily(conference_id=conference.id, person_id=_MOTHER, invited=True, came=True, **of_case),
        ConferenceFamily(conference_id=conference.id, person_id=_CHILD, invited=True, came=True, **of_case),
    ]
    does = (("school.almaty", None), ("manager.almaty", demo_id("printed guest")), ("psychologist.almaty", None))
    decisions = [
        ConferenceDecision(
            conference_id=conference.id,
            position=position,
            wording=wording,
            responsible_id=demo_id(user),
            for_participant_id=guest,
            due_on=date(2026, 12, 11) + timedelta(days=7 * position),
            state="open",
            **of_case,
        )
        for position, (wording, (user, guest)) in enumerate(zip(said["decisions"], does, strict=True))
    ]
    given = ConferenceToPrint(conference, _case(), [_CHILD], participants, family, decisions, _named(language))
    return conference_sheet(given, language, _MANAGER, _AT + timedelta(days=9))


def _signature(plan: Plan, language: PrintLanguage) -> PlanSignature:
    return PlanSignature(
        id=demo_id("printed signature"),
        plan_id=_PLAN,
        case_id=_CASE,
        organisation_id=_DEPARTMENT,
        digest=digest_of(plan_substance(plan)),
        signer="manager",
        form="cms",
        subject="ЖҰМАБАЕВА АЙГҮЛ",
        issuer="ҮЛГІ / ОБРАЗЕЦ CA" if language == "kk" else "ОБРАЗЕЦ CA",
        serial="5f3c90a1",
        valid_until=datetime(2027, 6, 1, 7, tzinfo=UTC),
        verification="unavailable",
        finding="no_verifier",
        checked_at=_AT,
        recorded_at=_AT,
        recorded_by_id=_MANAGER,
    )


def _goals(said: dict[str, Any], *, approved: bool) -> list[GoalView]:
    goals = []
    for i, (domain, goal) in enumerate(zip(_DOMAINS, said["goals"], strict=True)):
        goal_id = demo_id(f"printed goal {i}")
        pairs = zip(_MEASURES[i], goal["measures"], strict=True)
        measures = [_measure(goal_id, j, *pair, approved=approved) for j, pair in enumerate(pairs)]
        goals.append(
            GoalView(
                id=goal_id,
                domain=domain,
                text=goal["text"],
                measured_by=goal["measured_by"],
                indicator=_indicator(goal.get("indicator")),
                continues_goal_id=None,
                outcome=None,
                outcome_note=None,
                outcome_at=None,
                version=1,
                measures=measures,
            )
        )
    return goals


def _indicator(said: dict[str, Any] | None) -> IndicatorView | None:
    return None if said is None else IndicatorView(**said, baseline=19, target=2, reach_by=date(2026, 12, 30))


def _request(body: str, *, answered: bool) -> RequestView:
    return RequestView(
        state="accepted" if answered else "asked",
        body_id=demo_id(body),
        asked_at=_AT,
        answered_by_id=None,
        answered_at=None,
        reason=None,
    )


def _measure(
    goal_id: UUID, position: int, given: tuple[str, str, str, str | None, str], said: dict[str, Any], *, approved: bool
) -> MeasureView:
    help_kind, measure_kind, body, person, state = given
    done = approved and state == "done"
    return MeasureView(
        id=demo_id(f"printed measure {goal_id} {position}"),
        goal_id=goal_id,
        help_kind=help_kind,
        measure_kind=measure_kind,
        text=said["text"],
        responsible_organisation_id=demo_id(body),
        responsible_user_id=None if person is None else demo_id(person),
        due_on=date(2026, 12, 4 + 7 * position),
        continues_measure_id=None,
        request=_request(body, answered=state != "planned") if approved and body != "crd_almaty" else None,
        state=state if approved else "planned",
        evidence=said["evidence"] if done else None,
        evidence_document_id=None,
        drop_reason=None,
        done_at=_AT + timedelta(days=7) if done else None,
        version=1,
        allowed_actions=[],
    )


def _visit(language: PrintLanguage) -> Sheet:
    act = _act(language)
    referral = Referral(
        id=act.referral_id,
        signal_id=act.signal_id,
        mobile_group_id=demo_id("group cps_almaty"),
        organisation_id=_CENTRE,
        region_code="KZ-75",
        state="reported",
        urgency="urgent",
        offered_by_id=_MANAGER,
    )
    signal = Signal(
        id=act.signal_id,
        state="case_opened",
        source="self",
        channel="call",
        category="violence_physical",
        language=language,
        gravest_severity="high",
        narrative="",
        received_at=_AT - timedelta(hours=2),
        received_by_organisation_id=_CENTRE,
        registered_by_id=_MANAGER,
        lists_version="",
        content_digest="",
        organisation_id=_CENTRE,
        region_code="KZ-75",
    )
    given = VisitToPrint(
        act=act,
        referral=referral,
        signal=signal,
        group_name="Мобильдік топ №3, Алатау ауданы" if language == "kk" else "Мобильная группа № 3, Алатауский район",
        group=[(demo_id(username), i == 0) for i, username in enumerate(_GROUP)],
        children=[_CHILD],
        named=_named(language),
    )
    return visit_sheet(given, language, demo_id("lead.almaty"), _AT + timedelta(hours=3))


def _act(language: PrintLanguage) -> VisitAct:
    said = _texts()[language]["visit"]
    persons = (_CHILD, _MOTHER, None)
    levels: tuple[tuple[str, str, list[str]], ...] = (
        ("safety", "serious", ["violence"]),
        ("emotional_wellbeing", "some", ["anxiety"]),
    )
    levels += (("education", "some", []), ("housing_material", "none", []))
    kinds = ("police_called", "child_brought_to_safety", "first_psychological_help")
    return VisitAct(
        id=demo_id("printed act"),
        referral_id=demo_id("printed referral"),
        signal_id=demo_id("printed signal"),
        organisation_id=_CENTRE,
        region_code="KZ-75",
        visited_at=_AT,
        child_seen=True,
        child_seen_alone=True,
        present=[
            {"role": role, "person_id": None if person is None else str(person)}
            for role, person in zip(("child", "mother", "grandparent"), persons, strict=True)
        ],
        findings=[
            {"domain": domain, "level": level, "risk_signs": signs, "note": each["note"]}
            for (domain, level, signs), each in zip(levels, said["findings"], strict=True)
        ],
        risk_signs=["violence", "anxiety"],
        child_words=said["child_words"],
        child_wishes=said["child_wishes"],
        immediate_measures=[
            {"measure": kind, "note": note} for kind, note in zip(kinds, said["measures"], strict=True)
        ],
        outcome="accompaniment",
        outcome_note=said["outcome_note"],
        lists_version="",
        submitted_by_id=demo_id("lead.almaty"),
        submitted_at=_AT + timedelta(hours=2),
    )
