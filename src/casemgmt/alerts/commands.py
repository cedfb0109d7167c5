"""What may be asked of alerts."""

from typing import Literal

from pydantic import Field

from casemgmt.models import Command
from casemgmt.reference.fields import LongText


class CloseAlert(Command):
    """Say what an alert was."""

    finding: Literal["explained", "misuse"]
    note: LongText = Field(description="What you found out. No names and nothing of a case: auditors read it too.")
