"""Field types for commands and views: codes of lists, texts that can be stored, ids of places."""

import re
from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from casemgmt.db.base import TEXT_LIMIT
from casemgmt.reference.lists import code_list


class ListCode:
    """Pydantic annotation: the text must be a code of the named list."""

    def __init__(self, list_name: str) -> None:
        self.list_name = list_name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema that accepts the codes of the list and nothing else."""
        return core_schema.literal_schema(list(code_list(self.list_name).codes))


def _storable(value: str) -> str:
    """Refuse what PostgreSQL can't keep and no keyboard types: NUL and lone surrogates."""
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise PydanticCustomError("invalid_text", "The text holds a character that can't be stored.")
    return value


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_storable)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_storable)
]
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    AfterValidator(_storable),
]
DialledText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_storable)
]
"""A number as a telephone system writes it, also one that can't be dialled."""
_CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


def _clock_time(value: Any) -> Any:
    """Refuse an offset and fractions: what is meant is a clock on the wall, and JSON Schema's `time` has an offset."""
    if isinstance(value, time) or (isinstance(value, str) and re.fullmatch(_CLOCK_TIME, value)):
        return value
    raise PydanticCustomError("invalid_time", "A local time: HH:MM.")


LocalTime = Annotated[time, BeforeValidator(_clock_time), WithJsonSchema({"type": "string", "pattern": _CLOCK_TIME})]
"""A time of day on the clocks of Kazakhstan."""

Kato = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
CaseNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{4,24}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^KZ-[0-9]{2}$")]

AbsenceReason = Annotated[str, ListCode("absence_reason")]
AddressKind = Annotated[str, ListCode("address_kind")]
AnswerFailure = Annotated[str, ListCode("answer_failure")]
AnswerMeans = Annotated[str, ListCode("answer_means")]
AnswerReader = Annotated[str, ListCode("answer_reader")]
AnswerReceiptKind = Annotated[str, ListCode("answer_receipt")]
AnswerRefusal = Annotated[str, ListCode("answer_refusal")]
AssessmentDomain = Annotated[str, ListCode("assessment_domain")]
Attendance = Annotated[str, ListCode("attendance")]
BenefitChannel = Annotated[str, ListCode("benefit_channel")]
BenefitRefusalGround = Annotated[str, ListCode("benefit_refusal_ground")]
BirthPrecision = Annotated[str, ListCode("birth_date_precision")]
BreakGlassReason = Annotated[str, ListCode("break_glass_reason")]
CancellationParty = Annotated[str, ListCode("cancellation_party")]
CancellationReason = Annotated[str, ListCode("cancellation_reason")]
CaseFlagKind = Annotated[str, ListCode("case_flag")]
CaseTeamRole = Annotated[str, ListCode("case_team_role")]
CentreService = Annotated[str, ListCode("centre_service")]
ChildCategory = Annotated[str, ListCode("child_category")]
ChildContactPlace = Annotated[str, ListCode("child_contact_place")]
CitizenshipStatus = Annotated[str, ListCode("citizenship_status")]
ClientRole = Annotated[str, ListCode("client_role")]
ClosureReason = Annotated[str, ListCode("closure_reason")]
ConsentChildView = Annotated[str, ListCode("consent_child_view")]
ConsentForm = Annotated[str, ListCode("consent_form")]
ConsentPurpose = Annotated[str, ListCode("consent_purpose")]
ConsentScope = Annotated[str, ListCode("consent_scope")]
ContactCentreFunction = Annotated[str, ListCode("contact_centre_function")]
ContactKind = Annotated[str, ListCode("contact_kind")]
ContactRelation = Annotated[str, ListCode("contact_relation")]
DeclineReason = Annotated[str, ListCode("decline_reason")]
DisabilityCategory = Annotated[str, ListCode("disability_category")]
DocumentKind = Annotated[str, ListCode("document_kind")]
DocumentRemovalReason = Annotated[str, ListCode("document_removal_reason")]
DocumentSecrecy = Annotated[str, ListCode("document_secrecy")]
FollowUpOutcome = Annotated[str, ListCode("follow_up_outcome")]
GoalOutcome = Annotated[str, ListCode("goal_outcome")]
ErrorReason = Annotated[str, ListCode("error_reason")]
HandoverReason = Annotated[str, ListCode("handover_reason")]
HelpKind = Annotated[str, ListCode("help_kind")]
HelpPackage = Annotated[str, ListCode("help_package")]
HoldReason = Annotated[str, ListCode("hold_reason")]
IdentityChangeGround = Annotated[str, ListCode("identity_change_ground")]
ImmediateMeasure = Annotated[str, ListCode("immediate_measure")]
Language = Annotated[str, ListCode("language")]
LogRequestBasis = Annotated[str, ListCode("log_request_basis")]
NoContactReason = Annotated[str, ListCode("no_contact_reason")]
NonDataContact = Annotated[str, ListCode("non_data_contact")]
NoticeDelivery = Annotated[str, ListCode("notice_delivery")]
OrganisationKind = Annotated[str, ListCode("organisation_kind")]
PlanKind = Annotated[str, ListCode("plan_kind")]
PlanMeasureKind = Annotated[str, ListCode("plan_measure_kind")]
PresenceRole = Annotated[str, ListCode("presence_role")]
ProblemType = Annotated[str, ListCode("problem_type")]
RelationshipKind = Annotated[str, ListCode("relationship_kind")]
ReopenReason = Annotated[str, ListCode("reopen_reason")]
RestrictionGround = Annotated[str, ListCode("restriction_ground")]
RiskLevel = Annotated[str, ListCode("risk_level")]
RiskSign = Annotated[str, ListCode("risk_sign")]
Sector = Annotated[str, ListCode("sector")]
SessionKind = Annotated[str, ListCode("session_kind")]
SessionNextStep = Annotated[str, ListCode("session_next_step")]
SessionOutcome = Annotated[str, ListCode("session_outcome")]
ServiceDeclineReason = Annotated[str, ListCode("service_decline_reason")]
Severity = Annotated[str, ListCode("severity")]
Sex = Annotated[str, ListCode("sex")]
SignalCategory = Annotated[str, ListCode("signal_category")]
SignalChannel = Annotated[str, ListCode("signal_channel")]
SignalSource = Annotated[str, ListCode("signal_source")]
SpecialistPaperKind = Annotated[str, ListCode("specialist_paper_kind")]
StaffConflictKind = Annotated[str, ListCode("staff_conflict_kind")]
StayLeaveReason = Annotated[str, ListCode("stay_leave_reason")]
TriageOutcome = Annotated[str, ListCode("triage_outcome")]
TriageReason = Annotated[str, ListCode("triage_reason")]
Urgency = Annotated[str, ListCode("urgency")]
ViolenceKind = Annotated[str, ListCode("violence_kind")]
VisitOutcome = Annotated[str, ListCode("visit_outcome")]
VisitorWarningKind = Annotated[str, ListCode("visitor_warning")]
