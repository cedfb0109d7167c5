"""What may be asked of printed documents."""

from pydantic import Field

from casemgmt.models import Command
from casemgmt.printing.sheet import PrintLanguage


class PrintDocument(Command):
    """Print a record as it stands now."""

    language: PrintLanguage = Field(
        description="Of the document. What people wrote stays in the language they wrote it in."
    )
