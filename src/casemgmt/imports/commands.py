"""What may be asked of imports."""

from typing import Annotated

from pydantic import Field, StringConstraints

from casemgmt.models import Command

MAPPING_LIMIT = 100_000
"""Characters of a mapping file."""


class AnnounceImport(Command):
    """Announce the import of a table; its mapping is checked at once. The file comes next."""

    mapping: Annotated[str, Field(min_length=1, max_length=MAPPING_LIMIT)] = Field(
        description="The mapping file (YAML): which column is which field, how its values are read."
    )


class ConfirmReport(Command):
    """Say which report was seen: what is done is what was seen, or nothing."""

    report_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
