"""What is secret beyond the file itself: declared once, read by row security's tests, and printed as `docs/fields.md`.

A secret is content that not everybody may learn who sees the record it belongs to. It stands in a table of its own,
because row security hides rows and not columns, and leaves the service through the routes named here and no other:
never in a list or search of other records, an event, a story, a log, or the text of a failure.
The policies stand in `db/sql/40_sight.sql`; `tests/http/test_field_secrecy.py` compares them with `Reader` row by row.
"""

from dataclasses import dataclass
from enum import StrEnum

from casemgmt.access.permissions import Permission as P


class Sight(StrEnum):
    """What a reader sees or does first of all."""

    SIGNAL = "sees the signal"
    CONTACT = "sees the contact and every signal that it became"
    PERSON = "sees the person"
    TEAM = "is on the team of a case in which the person is now"
    BODY = "works for the body that keeps it"


@dataclass(frozen=True)
class Reader:
    """One way to be a reader: everything that is said here must hold."""

    sight: Sight
    flag: str | None = None
    """Flag of a role (`access/roles.py`)."""
    sectors: frozenset[str] = frozenset()
    """Sectors of the member of the team; empty: any."""
    help_kinds: frozenset[str] = frozenset()
    """Kinds of help that the member gives; empty: any."""
    same_help: bool = False
    """The member gives the kind of help that the row names."""
    author: bool = False
    """The reader recorded the row."""


@dataclass(frozen=True)
class Secret:
    """One class of secrets."""

    title: str
    table: str
    columns: tuple[str, ...]
    readers: tuple[Reader, ...]
    """Any of them reads."""
    writers: str
    read_by: tuple[str, ...]
    """Operations that answer with it. Those that record it answer the writer with what was written."""
    written_by: tuple[str, ...]
    permission: P
    view: str
    """The view that carries it: no other operation's answer holds one."""
    why: str
    source: str
    copy_to: frozenset[str] = frozenset()
    """Who gets it in a copy that two officers release on a lawful request (`subjects/policy.py`); empty: nobody."""
    where: str | None = None
    """Which rows are secret, where not all are; column and its values."""
    values: frozenset[str] = frozenset()


_MEDICAL_TEAM = (
    Reader(Sight.TEAM, sectors=frozenset({"health"})),
    Reader(Sight.TEAM, help_kinds=frozenset({"medical"})),
)
_CHILD_AND_AUTHORISED = frozenset({"child", "authorised_person"})
_HOUSE = "House rule"
_NO_LAW = "the concept (P-23) finds that the law names no sensitive data about children yet"

COPY_OPERATIONS = ("list_subject_copy_texts", "get_subject_copy_document", "get_subject_copy_page")
"""The one other way out: copies for the persons themselves."""

SECRETS: tuple[Secret, ...] = (
    Secret(
        title="Who reported",
        table="reporter",
        columns=(
            "relation",
            "name",
            "phone",
            "phone_hash",
            "callback_allowed",
            "safe_from",
            "safe_until",
            "wants_confidentiality",
            "recorded_at",
        ),
        readers=(Reader(Sight.SIGNAL, flag="reporters"),),
        writers="whoever records the signal",
        read_by=("get_reporter",),
        written_by=("create_signal",),
        permission=P.REPORTERS_READ,
        view="ReporterView",
        why="A neighbour or a teacher whose name gets out is in danger, and nobody reports a second time.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Who got in touch with the contact centre",
        table="contact_caller",
        columns=(
            "relation",
            "name",
            "phone",
            "phone_hash",
            "callback_allowed",
            "safe_from",
            "safe_until",
            "wants_confidentiality",
        ),
        readers=(Reader(Sight.CONTACT, flag="reporters"), Reader(Sight.CONTACT, author=True)),
        writers="the system of the contact centre",
        read_by=("get_contact_caller",),
        written_by=(),
        permission=P.REPORTERS_READ,
        view="CallerView",
        why="As who reported: and a child that calls in silence must not be called back where somebody else answers.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Answers of a screening",
        table="screening_answers",
        columns=("answers", "domain_scores", "recorded_at"),
        readers=(
            Reader(Sight.SIGNAL, author=True),
            Reader(Sight.TEAM, help_kinds=frozenset({"psychological", "psychosocial"})),
        ),
        writers="the school psychologist who asked",
        read_by=("get_screening_answers",),
        written_by=("create_screening",),
        permission=P.SCREENINGS_READ,
        view="ScreeningAnswersView",
        why="Answers without a psychologist beside them are misread; the desk decides by the score and what it means.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Protected address",
        table="protected_address",
        columns=("kato", "line", "reason", "since", "until", "recorded_at"),
        readers=(Reader(Sight.TEAM),),
        writers="the team of the person's case",
        read_by=("list_protected_addresses",),
        written_by=("create_person_address", "end_person_address"),
        permission=P.PERSONS_READ,
        view="ProtectedAddressView",
        why="Whoever beat the child or the mother must not find the shelter.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Shelter",
        table="shelter",
        columns=("kato", "line"),
        readers=(Reader(Sight.BODY, flag="shelters"),),
        writers="the head of the centre that keeps it",
        read_by=("list_shelters",),
        written_by=("add_shelter",),
        permission=P.SHELTERS_MANAGE,
        view="ShelterView",
        why="Which centre has a house, and where, is what they look for from whom the family fled. The teams of those"
        " who stay there read it as the protected address of the person.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Contacts",
        table="person_contact",
        columns=(
            "kind",
            "value",
            "phone_hash",
            "safe_to_call",
            "safe_from",
            "safe_until",
            "note",
            "ended_at",
            "recorded_at",
        ),
        readers=(Reader(Sight.PERSON, flag="contacts"),),
        writers="whoever works with the person and may record persons",
        read_by=("list_person_contacts",),
        written_by=("create_person_contact", "end_person_contact"),
        permission=P.CONTACTS_READ,
        view="ContactView",
        copy_to=_CHILD_AND_AUTHORISED,
        why="A call at the wrong hour reaches the wrong person. Who only reads files has nobody to call.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Notes of a session",
        table="session_note",
        columns=("help_kind", "body", "created_at", "entered_in_error"),
        readers=(Reader(Sight.TEAM, same_help=True),),
        writers="those of the team who give the session's kind of help",
        read_by=("list_session_notes",),
        written_by=("write_session_note",),
        permission=P.SESSIONS_READ,
        view="NoteView",
        copy_to=_CHILD_AND_AUTHORISED,
        why="What a child tells the psychologist is not for the lawyer, the manager or the head of the centre.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Notes on health",
        table="health_note",
        columns=("body", "observed_on", "recorded_at"),
        readers=(*_MEDICAL_TEAM, Reader(Sight.PERSON, author=True)),
        writers="whoever meets the child, sees the person and may record health",
        read_by=("list_health_notes",),
        written_by=("write_health_note", "report_visit"),
        permission=P.HEALTH_NOTES_READ,
        view="HealthNoteView",
        copy_to=_CHILD_AND_AUTHORISED,
        why="A bruise, a pregnancy, a diagnosis: the medical side needs the words, the others what follows from them.",
        source=f"{_HOUSE}; {_NO_LAW}.",
    ),
    Secret(
        title="Adoption",
        table="adoption_fact",
        columns=(
            "court",
            "decision_number",
            "decided_on",
            "in_force_on",
            "former_family_name",
            "former_given_name",
            "former_patronymic",
            "former_birth_date",
            "former_birth_place",
            "known_to",
            "child_knows",
            "recorded_at",
            "withdrawn_at",
            "withdraw_reason",
        ),
        readers=(Reader(Sight.TEAM, flag="adoptions", sectors=frozenset({"guardianship"})),),
        writers="the guardianship body's member of the team",
        read_by=("list_adoption_facts",),
        written_by=("record_adoption_fact", "withdraw_adoption_fact"),
        permission=P.ADOPTIONS_READ,
        view="AdoptionView",
        why="Whether and when a child learns of it is the family's; in the wrong hands it is blackmail.",
        source=f"{_HOUSE}: no source at hand states the duty of secrecy itself; ask the lawyers before loosening it.",
    ),
    Secret(
        title="Name from before an adoption",
        table="sealed_name",
        columns=(
            "family_name",
            "given_name",
            "patronymic",
            "match_key",
            "since",
            "until",
            "ground",
            "document",
            "recorded_at",
        ),
        readers=(Reader(Sight.TEAM, flag="adoptions", sectors=frozenset({"guardianship"})),),
        writers="the guardianship body's member of the team; with an adoption all names of before come here",
        read_by=("list_adoption_facts",),
        written_by=("change_name",),
        permission=P.ADOPTIONS_READ,
        view="SealedNameView",
        why="Who finds a child by the name of before, or the name of before by the child, knows of the adoption. The"
        " number of before is reached by functions alone, and shown to nobody.",
        source=f"{_HOUSE}, as above.",
    ),
    Secret(
        title="Adoptive parent and child",
        table="relationship",
        columns=("kind", "parental_responsibility", "since", "until", "recorded_at"),
        where="kind",
        values=frozenset({"adoptive_parent", "adopted_child"}),
        readers=(Reader(Sight.TEAM),),
        writers="the team of a case of one of the two",
        read_by=(
            "list_relationships",
            "get_family",
            "create_family",
            "add_family_member",
            "end_family_membership",
        ),
        written_by=("create_relationship", "end_relationship"),
        permission=P.PERSONS_READ,
        view="RelationshipView",
        why="Who is whose child by adoption tells of the adoption. Both persons must be seen as well.",
        source=f"{_HOUSE}, as above. To everybody else such a child has a mother and a father like any other.",
    ),
    Secret(
        title="Identification number (IIN) in full",
        table="person_iin",
        columns=("iin", "recorded_at"),
        readers=(Reader(Sight.PERSON, flag="identifiers"),),
        writers="whoever may record persons; a function of the database that tells nothing of a hidden holder",
        read_by=("get_iin",),
        written_by=("record_iin",),
        permission=P.IDENTIFIERS_READ,
        view="IinView",
        copy_to=_CHILD_AND_AUTHORISED | {"representative", "representative_suspected"},
        why="The number opens every other register. All others see its last two digits, which are not enough to work"
        " out the rest from birth date and sex: with four they would be.",
        source=f"{_HOUSE}; form and control digit of the number: `people/iin.py`.",
    ),
)


def secret_of(table: str) -> Secret:
    """Return the class of secrets that a table holds; KeyError for a table that holds none."""
    return {secret.table: secret for secret in SECRETS}[table]
