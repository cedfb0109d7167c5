"""ETags: the version of a record on the way out, If-Match on the way in."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from casemgmt.errors import PreconditionRequired, StaleVersion

_ETAG = re.compile(r'^(?:W/)?"v(\d{1,9})"$')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"v{version}"'


def set_etag(response: Response, version: int) -> None:
    """Put the version of the record on the answer."""
    response.headers["ETag"] = etag(version)


async def _expected(
    if_match: Annotated[str | None, Header(description='ETag of the version that you read, e.g. `"v3"`.')] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.match(if_match.strip())
    if match is None:
        raise StaleVersion("The If-Match header is not an ETag of this record: read it again.")
    return int(match[1])


async def _required(expected: Annotated[int | None, Depends(_expected)]) -> int:
    if expected is None:
        raise PreconditionRequired("Send If-Match with the ETag of the version that you read.")
    return expected


ExpectedVersion = Annotated[int | None, Depends(_expected)]
"""The version of If-Match, where the caller sent one."""
RequiredVersion = Annotated[int, Depends(_required)]
"""The version of If-Match, without which the change is refused with 428."""
