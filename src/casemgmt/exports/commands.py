"""What may be asked of research projects."""

from datetime import date
from typing import Literal

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import LongText, ShortText
from casemgmt.retention.commands import PaperNumber

LegalBasis = Literal["statistics_by_law", "research_decision", "consent"]


class ProposeProject(Command):
    """Propose that pseudonymised data go out for a purpose."""

    title: ShortText
    purpose: LongText
    legal_basis: LegalBasis
    reference: PaperNumber = Field(description="Number of the decision, contract or consent form.")
    recipient: ShortText = Field(description="The body that gets the data.")
    expires_on: date = Field(description="The last day on which data go out.")
