"""For what somebody reads: stated by systems and oversight bodies with every read, and kept in its event."""

import re
from functools import cache

from casemgmt.access.permissions import Permission
from casemgmt.access.roles import ROLES
from casemgmt.errors import Forbidden, Invalid, invalid_field
from casemgmt.reference.lists import code_list

HEADER = "Access-Purpose"
FORM = r'^[a-z_]{2,40}(; ?reference="[A-Za-z0-9][A-Za-z0-9 ./_-]{0,59}")?$'
_PARTS = re.compile(r'^(?P<code>[a-z_]{2,40})(?:; ?reference="(?P<reference>[A-Za-z0-9][A-Za-z0-9 ./_-]{0,59})")?$')
_READING = frozenset({"read", "match", "print", "run", "export", "originals"})
_OF_NO_CHILD = frozenset(
    {"alerts", "audit", "centres", "mobile_groups", "organisations", "reference", "self", "unusual_access", "users"}
)


@cache
def reads_records(permission: Permission) -> bool:
    """Answer whether a permission is one to read records of children, and not the directory or one's own account."""
    resource, _, verb = permission.partition(":")
    return verb in _READING and resource not in _OF_NO_CHILD


@cache
def states_purpose(roles: tuple[str, ...]) -> bool:
    """Answer whether an account with these roles states for what it reads."""
    return any(ROLES[role].states_purpose for role in roles if role in ROLES)


def purpose_of(stated: str | None, roles: tuple[str, ...], permission: Permission) -> str | None:
    """Return what is kept of a stated purpose: its code, and the number of the paper where there is one.

    Errors: `purpose-needed` where the roles must state one, `unknown-purpose` for a code that is in no list.
    """
    if stated is None:
        if states_purpose(roles) and reads_records(permission):
            raise Forbidden(f"Say in the header {HEADER} for what you read.", code="purpose-needed")
        return None
    parts = _PARTS.match(stated)
    if parts is None or parts["code"] not in code_list("access_purpose").codes:
        raise _unknown()
    return " ".join(filter(None, (parts["code"], parts["reference"])))


def _unknown() -> Invalid:
    return invalid_field(f"/headers/{HEADER}", "unknown-purpose", "A code of the list 'access_purpose' is needed.")
