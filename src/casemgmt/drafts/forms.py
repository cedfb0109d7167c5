"""The forms of which a draft is kept: what takes longer to write than a token or a connection may last."""

from enum import StrEnum


class Form(StrEnum):
    """An operation of the contract. Its route says `drafted=True` and takes the header `Draft-Id`."""

    COMPLETE_ASSESSMENT = "complete_assessment"
    CREATE_SCREENING = "create_screening"
    CREATE_SIGNAL = "create_signal"
    DRAFT_PLAN = "draft_plan"
    PROPOSE_CLOSURE = "propose_closure"
    REPORT_VISIT = "report_visit"
    WRITE_CASE_NOTE = "write_case_note"
    WRITE_HEALTH_NOTE = "write_health_note"
    WRITE_PLAN = "write_plan"
    WRITE_SESSION_NOTE = "write_session_note"
