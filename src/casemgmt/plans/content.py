"""Goals, measures and arguments as one document: what is written, signed and approved as a whole.

They become records of their own when the plan is approved: only then is anything done with one of them alone. Until
then the document is replaced as a whole, and nothing has to be deleted, which the service can't do.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from casemgmt.ids import new_id
from casemgmt.plans.commands import WritePlan


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndicatorDraft(_Frozen):
    """By which number the outcome of a goal is known."""

    name: str
    unit: str | None
    baseline: int
    target: int
    reach_by: date


class MeasureDraft(_Frozen):
    """A measure before approval, with the id that it will have."""

    id: UUID
    help_kind: str
    measure_kind: str
    text: str
    responsible_organisation_id: UUID
    responsible_user_id: UUID | None
    due_on: date
    continues_measure_id: UUID | None = None


class GoalDraft(_Frozen):
    """A goal before approval, with the id that it will have."""

    id: UUID
    domain: str
    text: str
    measured_by: str
    indicator: IndicatorDraft | None = None
    continues_goal_id: UUID | None = None
    measures: tuple[MeasureDraft, ...]


class MissingHelpDraft(_Frozen):
    """The argument for a kind of help that is not in the plan."""

    help_kind: str
    argument: str


class PlanContent(_Frozen):
    """The document."""

    goals: tuple[GoalDraft, ...]
    missing_help: tuple[MissingHelpDraft, ...]

    @property
    def measures(self) -> tuple[MeasureDraft, ...]:
        """The measures of all goals."""
        return tuple(measure for goal in self.goals for measure in goal.measures)


def content_of(command: WritePlan) -> PlanContent:
    """Return the document that a command writes, with new ids."""
    goals = tuple(
        GoalDraft(
            id=new_id(),
            domain=goal.domain,
            text=goal.text,
            measured_by=goal.measured_by,
            indicator=None if goal.indicator is None else IndicatorDraft(**goal.indicator.model_dump()),
            continues_goal_id=goal.continues_goal_id,
            measures=tuple(MeasureDraft(id=new_id(), **measure.model_dump()) for measure in goal.measures),
        )
        for goal in command.goals
    )
    return PlanContent(
        goals=goals, missing_help=tuple(MissingHelpDraft(**each.model_dump()) for each in command.missing_help)
    )
