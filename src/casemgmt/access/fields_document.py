"""`docs/fields.md`: what is secret, for whom, and why, in sentences."""

from casemgmt.access.field_classes import CLASSES, FieldClass
from casemgmt.access.fields import SECRETS, Reader, Secret
from casemgmt.access.roles import ROLES

_CLASS_WORDS = {
    FieldClass.PERSONAL: "tells who somebody is: in answers about that person, never in an event, a story, a log or a"
    " failure",
    FieldClass.CONTENT: "what people wrote or answered about a family: in the detail of its record, never in any of"
    " those",
    FieldClass.PROGRESS: "codes, moments and numbers of the work: in lists and stories of those who see the record too",
    FieldClass.STAFF: "bodies, members of staff and their rights",
    FieldClass.CREDENTIAL: "opens an account: out of the service's reach but for named functions",
    FieldClass.MACHINERY: "keeps the service and its audit log together: no content",
}


_REQUESTERS = {
    "child": "the child",
    "authorised_person": "whom the child or a court authorised",
    "representative": "a representative",
    "representative_suspected": "a representative who may be the danger",
}
_OPENING = """Whoever sees a record does not learn everything that is known about it. What stands here is kept in tables
of its own, read through the calls named here and no other, and never found in a list or search of other records, an
audit event, the story of a case, a log, or the text of a failure. A test plays the route with marked secrets and looks
for them in everything that every account can get.

One other way out there is: a copy for the person itself, on a lawful request, released by two officers (calls of
`/v1/subject-copies`). Of each secret it is said below who gets it there.

Whoever records a secret gets back what they wrote. Whoever may not read it gets the answer of a record that has none.
"""
_EVERYTHING_ELSE = """
## Everything else

Each column of each table has one of these classes; a test refuses a column that nobody classified. Left out are ids
and references, the columns that every record of a kind has, and code lists.

| class | meaning |
|---|---|
"""


def fields_document(note: str) -> str:
    """Return the declaration as a document that can be read without knowing Python. `note` stands under its title."""
    lines = ["# What is secret, and from whom\n\n", note, _OPENING]
    lines.extend(_secret(secret) for secret in SECRETS)
    lines.append(_EVERYTHING_ELSE)
    lines.extend(f"| {name} | {words} |\n" for name, words in _CLASS_WORDS.items())
    lines.append("\n| table | class | columns |\n|---|---|---|\n")
    for table, classes in sorted(CLASSES.items()):
        lines.extend(f"| `{table}` | {name} | {columns.replace(' ', ', ')} |\n" for name, columns in classes.items())
    return "".join(lines)


def _secret(secret: Secret) -> str:
    rows = "" if secret.where is None else f", where `{secret.where}` is {' or '.join(sorted(secret.values))}"
    readers = "; or whoever ".join(_reader(reader) for reader in secret.readers)
    return (
        f"\n## {secret.title}\n\n"
        f"| | |\n|---|---|\n"
        f"| kept in | `{secret.table}`{rows}: {', '.join(secret.columns)} |\n"
        f"| read by | whoever {readers} |\n"
        f"| asked through | {_operations(secret.read_by)} with the permission `{secret.permission}` |\n"
        f"| in a lawful copy | {_copy(secret)} |\n"
        f"| recorded by | {secret.writers}, through {_operations(secret.written_by)} |\n"
        f"| why | {secret.why} |\n"
        f"| source | {secret.source} |\n"
    )


def _copy(secret: Secret) -> str:
    if not secret.copy_to:
        return "for nobody"
    return "for " + ", ".join(_REQUESTERS[each] for each in _REQUESTERS if each in secret.copy_to)


def _reader(reader: Reader) -> str:
    words = str(reader.sight)
    if reader.sectors:
        words += f" for the sector {' or '.join(sorted(reader.sectors))}"
    if reader.help_kinds:
        words += f" for the kind of help {' or '.join(sorted(reader.help_kinds))}"
    if reader.same_help:
        words += " for the kind of help of the note"
    if reader.author:
        words += " and wrote it"
    if reader.flag is not None:
        holders = ", ".join(f"`{name}`" for name, role in ROLES.items() if reader.flag in role.flags)
        words += f", in one of the roles {holders}"
    return words


def _operations(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
