"""All rows of all tables that hold anything of anybody, read as the owner: what tests of sight begin with."""

from typing import Any

import asyncpg

Row = dict[str, Any]

TABLES = (
    "account_change",
    "account_notice",
    "adoption_fact",
    "answer_receipt",
    "answer_stop",
    "answer_text",
    "answer_wish",
    "app_user",
    "assessment",
    "audit_event",
    "benefit_appeal",
    "benefit_determination",
    "benefit_offer",
    "benefit_recomputation",
    "booking",
    "break_glass_grant",
    "case_closure",
    "case_flag",
    "case_handover",
    "case_member",
    "case_note",
    "case_person",
    "case_record",
    "case_transfer",
    "closure_signature",
    "centre_session",
    "child_contact",
    "conference",
    "conference_decision",
    "conference_family",
    "conference_participant",
    "conference_share",
    "conference_signature",
    "consent",
    "contact",
    "contact_answer",
    "contact_caller",
    "contact_concern",
    "contact_correction",
    "contact_message",
    "contact_refusal",
    "course",
    "course_attendance",
    "course_meeting",
    "course_participant",
    "course_place",
    "document",
    "document_key",
    "draft",
    "duty_assignment",
    "duty_shift",
    "erasure_request",
    "family",
    "family_member",
    "follow_up_check",
    "former_name",
    "health_note",
    "import_content",
    "import_progress",
    "import_run",
    "imported_record",
    "legal_hold",
    "mandatory_notice",
    "mobile_group_member",
    "person",
    "person_address",
    "person_contact",
    "person_iin",
    "plan",
    "plan_goal",
    "plan_measure",
    "plan_measure_request",
    "plan_missing_help",
    "plan_review",
    "plan_signature",
    "protected_address",
    "record_error",
    "referral",
    "rehabilitation_programme",
    "relationship",
    "reporter",
    "research_export",
    "research_project",
    "retention_item",
    "retention_plan",
    "screening",
    "screening_answers",
    "sealed_name",
    "security_alert",
    "webhook_attempt",
    "webhook_delivery",
    "webhook_event",
    "webhook_subscription",
    "service_referral",
    "service_referral_share",
    "session_note",
    "session_participant",
    "session_series",
    "shelter",
    "shelter_place",
    "signal",
    "signal_person",
    "signal_redirect",
    "specialist_absence",
    "staff_absence",
    "staff_absence_case",
    "specialist_hours",
    "specialist_paper",
    "staff_conflict",
    "stay_person",
    "subject_copy",
    "task",
    "task_alert",
    "task_hold",
    "task_recalculation",
    "temporary_stay",
    "timeline_entry",
    "user_role",
    "visit_act",
    "visit_act_edition",
    "visit_act_signature",
    "visit_attempt",
    "visitor_warning",
    "waiting_entry",
)
_LOG = "audit_event"
_ALL = (*TABLES, "organisation")
_STAMPS = " UNION ALL ".join(
    f"SELECT '{t}' AS name, count(*) AS rows, sum(xmin::text::bigint) AS writers FROM {t}" for t in _ALL if t != _LOG
)
"""How many rows each table has, and by which transactions they were written."""


class World:
    """All rows of all tables, as the owner sees them."""

    def __init__(self, rows: dict[str, list[Row]], stamps: dict[str, Any] | None = None) -> None:
        self.rows = rows
        self.by_id = {t: {r["id"]: r for r in found if "id" in r} for t, found in rows.items()}
        self._stamps = stamps or {}

    @classmethod
    async def read(cls, owner: asyncpg.Connection) -> "World":
        """Read everything."""
        return cls({t: [dict(r) for r in await owner.fetch(f"SELECT * FROM {t}")] for t in _ALL})

    async def renewed(self, owner: asyncpg.Connection) -> "World":
        """Return the world as it is now; tables in which nothing was written since keep their rows.

        Without the audit log, which every request lengthens: for those who don't ask who sees which event.
        """
        stamps = {r["name"]: (r["rows"], r["writers"]) for r in await owner.fetch(_STAMPS)}
        rows = {
            t: self.rows[t]
            if stamps[t] == self._stamps.get(t)
            else [dict(r) for r in await owner.fetch(f"SELECT * FROM {t}")]
            for t in stamps
        }
        return World(rows | {_LOG: []}, stamps)
