"""One small table per code list that a record refers to, so that the database itself refuses an unknown code.

The lists live as files in `reference/data/code_lists`; `casemgmt migrate` copies them here. A value is never deleted:
it gets an end date.
"""

from sqlalchemy import Column, Date, Integer, Table, Text

from casemgmt.db.base import metadata

REFERENCED_LISTS = (
    "absence_reason",
    "address_kind",
    "assessment_domain",
    "attendance",
    "benefit_channel",
    "benefit_refusal_ground",
    "birth_date_precision",
    "break_glass_reason",
    "cancellation_party",
    "cancellation_reason",
    "case_flag",
    "case_team_role",
    "centre_service",
    "child_contact_place",
    "citizenship_status",
    "client_role",
    "closure_reason",
    "consent_basis",
    "consent_child_view",
    "consent_form",
    "consent_purpose",
    "contact_kind",
    "contact_relation",
    "decline_reason",
    "disability_category",
    "document_kind",
    "document_removal_reason",
    "document_secrecy",
    "follow_up_outcome",
    "goal_outcome",
    "error_reason",
    "handover_reason",
    "help_kind",
    "help_package",
    "hold_reason",
    "identity_change_ground",
    "language",
    "no_contact_reason",
    "notice_delivery",
    "organisation_kind",
    "plan_kind",
    "plan_measure_kind",
    "problem_type",
    "relationship_kind",
    "reopen_reason",
    "restriction_ground",
    "risk_level",
    "sector",
    "service_decline_reason",
    "session_kind",
    "session_next_step",
    "session_outcome",
    "severity",
    "sex",
    "signal_category",
    "signal_channel",
    "signal_source",
    "specialist_paper_kind",
    "staff_conflict_kind",
    "stay_leave_reason",
    "triage_outcome",
    "triage_reason",
    "urgency",
    "violence_kind",
    "visit_outcome",
    "visitor_warning",
)

CODE_TABLES: dict[str, Table] = {
    name: Table(
        f"code_{name}",
        metadata,
        Column("code", Text, primary_key=True),
        Column("position", Integer, nullable=False),
        Column("list_version", Integer, nullable=False),
        Column("valid_from", Date),
        Column("valid_until", Date),
        Column("label_kk", Text),
        Column("label_ru", Text),
        Column("label_en", Text),
    )
    for name in REFERENCED_LISTS
}
