"""The roles: what each may do, and how far each sees. A table that can be read without knowing Python.

Three questions are kept apart. *May do* is the set of permissions below. *How far it sees* is the reach, per kind
of record, which row security applies in the database. *In which state* is the transition table of each feature.

Reach of signals (with referrals and visits): `own` what I registered or what was referred to my mobile group;
`organisation` what my body received or owns; `region`; `national`.
Reach of cases (with everything in them, and the persons): `team` the cases I work on; `organisation` also the
cases my body is accountable for; `region`; `national`. A restricted case is seen by its team only, whatever the reach.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from casemgmt.access.permissions import Permission as P
from casemgmt.access.role_sets import ATTENDS, CASE_READER, CASE_WORK, EVERYBODY, GROUP_WORK, SIGNAL_DESK, TEAM_WORKER


class Reach(StrEnum):
    """How far an actor sees."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    ORGANISATION = "organisation"
    REGION = "region"
    NATIONAL = "national"


@dataclass(frozen=True)
class Role:
    """One role: what it is for, what it may do, how far it sees."""

    title: str
    permissions: frozenset[P]
    signals: Reach = Reach.NONE
    cases: Reach = Reach.NONE
    """Reach of cases, of everything in them, and of persons."""
    flags: frozenset[str] = field(default_factory=frozenset)
    """Secret classes the role reads where it sees the record: `adoptions`, `contacts`, `identifiers`, `reporters` (see
    `fields.SECRETS`), `trail` (who looked at the record); and `audit`, `directory`, `benefits` (determinations of the
    body and the region, without the persons' files), `records` (holds, plans of destruction, requests for erasure: ids
    and papers), `research` (pseudonymised tables), `subjects` (copies for subjects), `conflicts` (those declared in the
    body), `break_glass` (grants that the body reviews), `imports` (tables of the body that wait to be signed off),
    `accounts` (what is asked for accounts of the body), `shelters` (those of the own
    centre), `board` (counts of the day for a screen), `counts` (of decisions, for reports: nobody in them), `alerts`
    (on the access of the body's staff), `referral_desk`
    (what other bodies ask of the own one)."""

    states_purpose: bool = False
    """Whether every read of a child's record says for what: a system, or a body that oversees others' work."""

    @property
    def is_nationwide(self) -> bool:
        """Whether it reaches the whole country, or every account or event of it: administrators alone decide on it."""
        return Reach.NATIONAL in {self.signals, self.cases} or bool(
            self.flags & {"audit", "directory", "records", "research", "subjects"}
        )

    @property
    def needs_second_factor(self) -> bool:
        """What reaches the whole country is never held by a password alone."""
        return self.is_nationwide


_CONTACTS = frozenset({"contacts"})
_IDENTIFIERS = frozenset({"identifiers"})
_REPORTERS = frozenset({"reporters"})
_TRAIL = frozenset({"trail"})


def _role(title: str, permissions: set[P], **reach: Reach | frozenset[str] | bool) -> Role:
    return Role(title, frozenset(permissions | EVERYBODY), **reach)  # type: ignore[arg-type]  # reach and flags by name


ROLES: dict[str, Role] = {
    "administrator": _role(
        "Keeps bodies, users and roles; sees no child",
        {
            P.ALERTS_CLOSE,
            P.ALERTS_READ,
            P.INTAKE_MANAGE,
            P.ORGANISATIONS_MANAGE,
            P.USERS_APPROVE,
            P.USERS_MANAGE,
            P.MOBILE_GROUPS_MANAGE,
            P.MOBILE_GROUPS_READ,
            P.CENTRES_MANAGE,
            P.WEBHOOKS_MANAGE,
        },
        flags=frozenset({"directory"}),
    ),
    "auditor": _role(
        "Reads who did and saw what; never the content",
        {P.ALERTS_READ, P.AUDIT_READ, P.UNUSUAL_ACCESS_READ},
        flags=frozenset({"audit"}),
    ),
    "benefits_officer": _role(
        "Determines benefits for families on whose team the officer is, decides on those of the body and the region",
        CASE_READER
        | ATTENDS
        | {
            P.ABSENCES_WRITE,
            P.BENEFITS_APPEAL,
            P.BENEFITS_DECIDE,
            P.BENEFITS_DETERMINE,
            P.BENEFITS_OFFER,
            P.BENEFITS_REVIEW,
            P.CONTACTS_READ,
            P.DOCUMENTS_WRITE,
            P.IDENTIFIERS_READ,
            P.PLANS_ANSWER,
            P.TASKS_READ,
            P.TASKS_WRITE,
        },
        cases=Reach.TEAM,
        flags=_IDENTIFIERS | _CONTACTS | {"benefits"},
    ),
    "case_manager": _role(
        "Accountable for a child's case from opening to follow-up",
        CASE_WORK,
        signals=Reach.OWN,
        cases=Reach.TEAM,
        flags=_IDENTIFIERS | _CONTACTS,
    ),
    "centre_head": _role(
        "Heads a family support centre: its rooms, specialists, sessions and the cases it is accountable for",
        TEAM_WORKER
        | {
            P.BREAK_GLASS_READ,
            P.BREAK_GLASS_REVIEW,
            P.CENTRES_MANAGE,
            P.CONFLICTS_MANAGE,
            P.CORRECTIONS_DECIDE,
            P.DOCUMENTS_REMOVE,
            P.IMPORTS_APPROVE,
            P.IMPORTS_READ,
            P.MOBILE_GROUPS_READ,
            P.SERVICE_REFERRALS_ANSWER,
            P.SERVICE_REFERRALS_WORK,
            P.SESSIONS_BOOK,
            P.SESSIONS_HOLD,
            P.SHELTERS_MANAGE,
            P.STAFF_HAND_ON,
            P.STAYS_WRITE,
            P.TASKS_SUPERVISE,
            P.PLANS_APPROVE,
            P.PLANS_PRINT,
            P.SIGNATURES_WRITE,
            P.CASES_APPROVE_CLOSURE,
            P.CASES_PRINT,
            P.ACCESS_LOG_EXPORT,
            P.ACCESS_LOG_READ,
            P.TRANSFERS_OFFER,
            P.TRANSFERS_READ,
            P.TRANSFERS_RECEIVE,
            P.ALERTS_CLOSE,
            P.ALERTS_READ,
            P.UNUSUAL_ACCESS_READ,
            P.USERS_APPROVE,
        },
        signals=Reach.OWN,
        cases=Reach.ORGANISATION,
        flags=_CONTACTS
        | _TRAIL
        | {"accounts", "alerts", "break_glass", "conflicts", "imports", "referral_desk", "shelters"},
    ),
    "centre_specialist": _role(
        "Psychologist, lawyer, social worker of a centre: sessions with the families on whose team they are",
        TEAM_WORKER
        | {
            P.ASSESSMENTS_WRITE,
            P.CONSENTS_WRITE,
            P.DOCUMENTS_REMOVE,
            P.IMPORTS_READ,
            P.IMPORTS_WRITE,
            P.SERVICE_REFERRALS_WORK,
            P.SESSIONS_BOOK,
            P.SESSIONS_HOLD,
            P.STAYS_WRITE,
        },
        signals=Reach.OWN,
        cases=Reach.TEAM,
        flags=_CONTACTS,
    ),
    "contact_centre_operator": _role(
        "Takes and triages what reaches the contact centre 111",
        SIGNAL_DESK | {P.INTAKE_SETTLE},
        signals=Reach.ORGANISATION,
        flags=_REPORTERS | _CONTACTS,
    ),
    "display": Role(
        "A screen on a wall: counts of its region, or of the country, on the board; no record, and nothing else",
        frozenset({P.BOARD_READ}),
        flags=frozenset({"board"}),
    ),
    "duty_officer": _role(
        "Signal desk of a region's child-rights department, day and night",
        SIGNAL_DESK
        | ATTENDS
        | {
            P.BREAK_GLASS_OPEN,
            P.BREAK_GLASS_READ,
            P.CASES_OPEN,
            P.DOCUMENTS_ORIGINALS,
            P.DOCUMENTS_REMOVE,
            P.SIGNALS_REVIEW,
            P.VISITS_PRINT,
        },
        signals=Reach.REGION,
        flags=_REPORTERS | _CONTACTS,
    ),
    "guardianship_officer": _role(
        "Guardianship and trusteeship body: the children on whose team the officer is",
        TEAM_WORKER
        | {
            P.ADOPTIONS_READ,
            P.ADOPTIONS_WRITE,
            P.BENEFITS_APPEAL,
            P.CONSENTS_WRITE,
            P.IDENTIFIERS_READ,
            P.PERSONS_WRITE,
            P.SERVICE_REFERRALS_ANSWER,
            P.SERVICE_REFERRALS_WORK,
        },
        signals=Reach.OWN,
        cases=Reach.TEAM,
        flags=_IDENTIFIERS | _CONTACTS | {"adoptions", "referral_desk"},
    ),
    "integration": _role(
        "A system that sends signals and reads back their state",
        {P.ANSWERS_CARRY, P.EVENTS_READ, P.INTAKE_SEND, P.SIGNALS_CREATE, P.SIGNALS_READ},
        signals=Reach.OWN,
        states_purpose=True,
    ),
    "mobile_group_lead": _role(
        "Leads a mobile group: answers referrals, sends out, signs the visit act",
        GROUP_WORK,
        signals=Reach.OWN,
        cases=Reach.TEAM,
        flags=_CONTACTS,
    ),
    "mobile_group_member": _role(
        "Visits families with a mobile group",
        GROUP_WORK - {P.REFERRALS_ANSWER},
        signals=Reach.OWN,
        cases=Reach.TEAM,
        flags=_CONTACTS,
    ),
    "oversight_reader": _role(
        "Commissioner, committee, prosecutor: reads what is not restricted, changes nothing",
        CASE_READER | {P.ACCESS_LOG_READ, P.ANSWERS_READ, P.INTAKE_READ, P.SIGNALS_READ, P.REFERRALS_READ},
        signals=Reach.NATIONAL,
        cases=Reach.NATIONAL,
        states_purpose=True,
        flags=_TRAIL,
    ),
    "policy_analyst": _role(
        "Tests and explains rules and the list of words of danger, by counts; sees no person",
        {P.TRIAGE_REPORTS_READ},
        flags=frozenset({"counts"}),
    ),
    "records_officer": _role(
        "Keeps terms, holds and erasure; reads papers and ids, never the content",
        {P.RECORDS_ERASE, P.RECORDS_HOLD, P.RECORDS_PLAN, P.RESEARCH_APPROVE, P.RESEARCH_READ},
        flags=frozenset({"records"}),
    ),
    "research_officer": _role(
        "Takes pseudonymised data out for an approved project; sees no person",
        {P.RESEARCH_EXPORT, P.RESEARCH_READ},
        flags=frozenset({"research"}),
    ),
    "school_psychologist": _role(
        "Screens pupils; reports those whom a screening gives concern about, and follows those signals",
        ATTENDS
        | {
            P.ABSENCES_WRITE,
            P.DRAFTS_WRITE,
            P.PERSONS_MATCH,
            P.PERSONS_READ,
            P.PERSONS_WRITE,
            P.SCREENINGS_READ,
            P.SCREENINGS_WRITE,
            P.SIGNALS_CREATE,
            P.SIGNALS_READ,
            P.TASKS_READ,
        },
        signals=Reach.OWN,
    ),
    "subject_officer": _role(
        "Answers a subject's lawful request with a copy of what is held, two officers together; sees no file",
        {P.SUBJECT_COPIES_WRITE},
        flags=frozenset({"subjects"}),
    ),
    "supervisor": _role(
        "Second person of a body: approves plans and closures, sees the body's queue",
        CASE_READER
        | ATTENDS
        | {
            P.ABSENCES_WRITE,
            P.ANSWERS_READ,
            P.ACCESS_LOG_EXPORT,
            P.ACCESS_LOG_READ,
            P.ALERTS_CLOSE,
            P.ALERTS_READ,
            P.BENEFITS_REVIEW,
            P.BREAK_GLASS_OPEN,
            P.BREAK_GLASS_READ,
            P.BREAK_GLASS_REVIEW,
            P.CASES_APPROVE_CLOSURE,
            P.CASES_PRINT,
            P.CASES_HANDOVER,
            P.CASES_RESTRICT,
            P.CONFLICTS_MANAGE,
            P.CONTACTS_READ,
            P.CORRECTIONS_DECIDE,
            P.CORRECTIONS_READ,
            P.DOCUMENTS_ORIGINALS,
            P.DOCUMENTS_REMOVE,
            P.DOCUMENTS_WRITE,
            P.IMPORTS_APPROVE,
            P.IMPORTS_READ,
            P.INTAKE_READ,
            P.MOBILE_GROUPS_READ,
            P.NOTES_WRITE,
            P.PLANS_APPROVE,
            P.PLANS_PRINT,
            P.SIGNATURES_WRITE,
            P.REFERRALS_READ,
            P.SERVICE_REFERRALS_READ,
            P.SIGNALS_READ,
            P.SIGNALS_REVIEW,
            P.STAFF_HAND_ON,
            P.TASKS_READ,
            P.TASKS_SUPERVISE,
            P.TASKS_WRITE,
            P.TRANSFERS_OFFER,
            P.TRANSFERS_READ,
            P.TRANSFERS_RECEIVE,
            P.TRIAGE_REPORTS_READ,
            P.UNUSUAL_ACCESS_READ,
            P.USERS_APPROVE,
            P.VISITS_PRINT,
        },
        signals=Reach.REGION,
        cases=Reach.ORGANISATION,
        flags=_CONTACTS | _TRAIL | {"accounts", "alerts", "break_glass", "conflicts", "counts", "imports"},
    ),
}

ALONE: dict[str, str] = {
    "administrator": "whoever gives rights has none that reach a child, and none to look at what became of them",
    "auditor": "whoever judges what others did takes no part in it, and reads no content",
    "display": "whoever passes a screen on a wall reads what its account reads",
    "policy_analyst": "whoever works on rules and figures knows no person behind them",
    "records_officer": "whoever destroys on a term or a request reads nothing of it, and does not audit it",
    "research_officer": "whoever takes pseudonymised data out could recognise the children of other work",
    "subject_officer": "whoever gives out what is held of a person has no file of that person to work on",
}
"""Roles that stand alone: an account that holds one of them holds no other. Each with its reason."""


def excluded_by(role: str) -> frozenset[str]:
    """Return the roles that nobody holds together with this one."""
    others = ROLES.keys() - {role}
    return frozenset(others if role in ALONE else others & ALONE.keys())


_ORDER = list(Reach)


def widest(reaches: list[Reach]) -> Reach:
    """Return the widest of several reaches, `none` of an empty list: a user with two roles sees what either sees."""
    return max(reaches, key=_ORDER.index, default=Reach.NONE)


@cache
def permissions_of(roles: tuple[str, ...]) -> frozenset[P]:
    """Return everything that the roles together may do. An unknown role gives nothing."""
    return frozenset().union(*(ROLES[r].permissions for r in roles if r in ROLES))


def narrowed(permissions: frozenset[P], scopes: Iterable[str] | None) -> frozenset[P]:
    """Return the permissions that are in the scopes too; all of them where there are no scopes."""
    return permissions if scopes is None else permissions & frozenset(scopes)
