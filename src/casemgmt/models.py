"""Bases of commands (what comes in) and views (what goes out)."""

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """Something that a caller asks for. Unknown fields are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """Something that a reader gets. No defaults, so that the contract marks every field as present."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class AllowedActionView(View):
    """An action on a record: may you take it now, and if not, why."""

    action: str
    allowed: bool
    reason_code: str | None
    reason: str | None
