"""What a job is told: ids, moments and codes. No row security guards a row of the queue, so it holds no content."""

from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,59}$")]
"""A code of the house: the only text that a job may carry."""

_PLAIN = {UUID, int, bool, date, datetime, NoneType}


class Payload(BaseModel):
    """Base of what jobs are told. Its kind names the job for ever: rows of the queue outlive a deployment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    """`feature.what_is_done`, such as `consent.note_expiry`."""


def carried_content(payload: type[Payload]) -> list[str]:
    """Return the fields that could hold content: neither an id, a number, a moment nor a code."""
    return [name for name, field in payload.model_fields.items() if not _is_plain(field.rebuild_annotation())]


def _is_plain(annotation: Any) -> bool:
    if annotation in _PLAIN or annotation == Code:
        return True
    origin = get_origin(annotation)
    if origin in (Union, UnionType, tuple):
        return all(part is Ellipsis or _is_plain(part) for part in get_args(annotation))
    return origin is Literal
