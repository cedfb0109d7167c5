"""What may be asked of the log of a person's record."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from pydantic_core import PydanticCustomError

from casemgmt.models import Command
from casemgmt.reference.fields import LogRequestBasis
from casemgmt.reference.languages import Language as ReaderLanguage

_LONG_NUMBER = re.compile(r"\d{12}")


def _no_identifier(number: str) -> str:
    """Refuse what may be an IIN: the number of the request stands in the audit log for ever."""
    if _LONG_NUMBER.search(number):
        raise PydanticCustomError(
            "invalid_number", "Twelve digits in a row may be an IIN: give the office's own number."
        )
    return number


RequestNumber = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі/.\-]{1,40}$"), AfterValidator(_no_identifier)
]


class ExportAccessLog(Command):
    """Give out the log of a person's record in answer to a lawful request."""

    request_number: RequestNumber = Field(description="Under which the office registered the request; no names.")
    basis: LogRequestBasis
    since: AwareDatetime
    until: AwareDatetime | None = Field(default=None, description="Not included. Absent: now. At most 366 days later.")
    language: ReaderLanguage
    form: Literal["json", "html"] = "html"
