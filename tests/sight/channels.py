"""Every way out of the service by which a record could be seen, derived from its routes.

A new route needs nothing here while it names records by parameters and fields that stand in the tables below. A new
kind of record is one line: its parameter in `PATH_RECORDS`, its field in `BODY_RECORDS`, its list in `LISTS`. What is
not in a table fails `test_channels.py` with the line to add.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fastapi.routing import iter_route_contexts

from api.app import create_app
from casemgmt.settings import Settings

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")

PATH_RECORDS = {
    "change_id": "account_change",
    "address_id": "person_address",
    "answer_id": "contact_answer",
    "alert_id": "security_alert",
    "appeal_id": "benefit_appeal",
    "assessment_id": "assessment",
    "case_id": "case_record",
    "closure_id": "case_closure",
    "closure_signature_id": "closure_signature",
    "conference_signature_id": "conference_signature",
    "conflict_id": "staff_conflict",
    "conference_id": "conference",
    "consent_id": "consent",
    "contact_id": "person_contact",
    "decision_id": "conference_decision",
    "determination_id": "benefit_determination",
    "document_id": "document",
    "draft_id": "draft",
    "fact_id": "adoption_fact",
    "family_id": "family",
    "flag_id": "case_flag",
    "follow_up_id": "follow_up_check",
    "goal_id": "plan_goal",
    "grant_id": "break_glass_grant",
    "handover_id": "case_handover",
    "import_id": "import_run",
    "invitation_id": "conference_participant",
    "measure_id": "plan_measure",
    "offer_id": "benefit_offer",
    "other_id": "assessment",
    "other_plan_id": "plan",
    "person_id": "person",
    "plan_id": "plan",
    "programme_id": "rehabilitation_programme",
    "referral_id": "referral",
    "relationship_id": "relationship",
    "service_referral_id": "service_referral",
    "session_id": "centre_session",
    "shelter_id": "shelter",
    "signal_id": "signal",
    "signature_id": "plan_signature",
    "staff_absence_id": "staff_absence",
    "stay_id": "temporary_stay",
    "task_id": "task",
    "transfer_id": "case_transfer",
    "correction_id": "record_error",
    "visit_act_id": "visit_act",
    "visit_act_signature_id": "visit_act_signature",
    "entry_id": "waiting_entry",
    "warning_id": "visitor_warning",
}
"""Parameter of a path → the table whose row it names. `tests/expectation.py` says who sees the row."""

PATH_RECORDS_OF = {
    ("get_contact", "contact_id"): "contact",
    ("get_contact_caller", "contact_id"): "contact",
    ("end_case_membership", "member_id"): "case_member",
    ("end_family_membership", "member_id"): "family_member",
    ("end_my_login", "session_id"): "auth_session",
}
"""Parameters that mean something else in one operation: (operation, parameter) → table."""

NOT_SECRET = {
    "subscription_id": "whoever keeps subscriptions keeps all of them, and nobody else names one: test_webhooks.py",
    "account_id": "machine accounts are known to whoever keeps accounts, and nobody else names one",
    "receipt_id": "the carrier's own id of what it tells of an answer",
    "absence_id": "of staff, and refused by name of the centre: tests/http/test_specialists.py",
    "duty_organisation_id": "bodies are known to whoever is signed in",
    "code_id": "the client's own id of a request that administrators alone make",
    "notice_id": "one's own notices: tests/http/test_account_changes.py",
    "centre_id": "centres are known to whoever is signed in",
    "code": "an instrument's code",
    "course_id": "courses are known to whoever is signed in; who takes part: tests/http/test_courses.py",
    "leader_id": "staff are known to whoever is signed in",
    "meeting_id": "meetings of courses are known to whoever is signed in",
    "copy_id": "for subject officers alone, who see all: `test_subject_copies.py`",
    "event_id": "events are for auditors alone, who see all of them",
    "group_id": "mobile groups are known to whoever is signed in",
    "hold_id": "for records officers alone, who see all: ids and papers, no content",
    "identity_id": "for administrators alone, who see all",
    "include": "texts of a draft that the officer chooses from",
    "manager_id": "staff are known to whoever is signed in",
    "mentions": "staff are known to whoever is signed in",
    "mobile_group_id": "mobile groups are known to whoever is signed in",
    "for_id": "of a draft, its owner's alone: kept as it was said, looked at when the form is sent: `test_drafts.py`",
    "name": "name of a code list",
    "deputy_id": "staff are known to whoever is signed in",
    "assignee_id": "staff are known to whoever is signed in",
    "to_organisation_id": "bodies are known to whoever is signed in",
    "organisation_id": "bodies are known to whoever is signed in",
    "participant_id": "reached through its course alone, which refuses all but its leader: tests/http/test_courses.py",
    "paper_id": "papers of staff are known to whoever is signed in",
    "place_id": "a bed is reached through its shelter alone, and the shelter decides",
    "parent_id": "bodies are known to whoever is signed in",
    "request_id": "for records officers alone, who see all: ids and papers, no content",
    "research_project_id": "for those alone who take data out or approve it; pseudonymised, no content of a case",
    "responsible_id": "staff are known to whoever is signed in",
    "responsible_organisation_id": "bodies are known to whoever is signed in",
    "responsible_user_id": "staff are known to whoever is signed in",
    "retention_plan_id": "for records officers alone, who see all: ids and counts, no content",
    "role": "name of a role",
    "search_id": "one's own searches alone; what a page shows is looked up anew: `test_searches.py`",
    "room_id": "rooms are known to whoever is signed in",
    "service": "code of a service",
    "shift_id": "who is on duty is known to whoever is signed in",
    "in_return_id": "who is on duty is known to whoever is signed in",
    "secret_id": "for administrators alone, who see all",
    "shared_with_id": "bodies are known to whoever is signed in",
    "size": "number of a sealed head of the log",
    "specialist_id": "staff are known to whoever is signed in",
    "table": "name of a table of pseudonymised data",
    "to_user_id": "staff are known to whoever is signed in",
    "to_user_ids": "staff are known to whoever is signed in",
    "user_id": "staff are known to whoever is signed in",
    "version": "an instrument's version",
}
"""Parameters and fields that name nothing that is hidden from anybody, each with its reason."""

BODY_RECORDS = {
    "after_assessment_id": "assessment",
    "applicant_id": "person",
    "assessment_id": "assessment",
    "before_assessment_id": "assessment",
    "case_id": "case_record",
    "children": "person",
    "came": "conference_participant",
    "consent_id": "consent",
    "continues_goal_id": "plan_goal",
    "continues_measure_id": "plan_measure",
    "document_id": "document",
    "family_came": "person",
    "for_participant_id": "conference_participant",
    "giver_id": "person",
    "goal_id": "plan_goal",
    "other_id": "person",
    "person_id": "person",
    "person_ids": "person",
    "plan_measure_id": "plan_measure",
    "record_id": "case_record",
    "signal_id": "signal",
    "signal_ids": "signal",
    "visit_act_id": "visit_act",
    "withdrawn_by_id": "person",
}
"""Field of a body → the table whose row it names. `id` is the client's own for a new record."""

LISTS = {
    "list_absences": "staff_absence",
    "list_account_changes": "account_change",
    "list_alerts": "security_alert",
    "list_webhook_events": "webhook_event",
    "list_webhook_subscriptions": "webhook_subscription",
    "list_audit_events": "audit_event",
    "list_cases": "case_record",
    "list_conferences": "conference",
    "list_contacts": "contact",
    "list_conflicts": "staff_conflict",
    "list_determinations": "benefit_determination",
    "list_erasure_requests": "erasure_request",
    "list_flags": "case_flag",
    "list_grants_to_review": "break_glass_grant",
    "list_handovers": "case_handover",
    "list_holds": "legal_hold",
    "list_imports": "import_run",
    "list_my_conference_decisions": "conference_decision",
    "list_my_grants": "break_glass_grant",
    "list_my_sessions": "centre_session",
    "list_my_tasks": "task",
    "list_own_conflicts": "staff_conflict",
    "list_referrals": "referral",
    "list_research_projects": "research_project",
    "list_retention_plans": "retention_plan",
    "list_service_referrals": "service_referral",
    "list_shelters": "shelter",
    "list_signals": "signal",
    "list_redirects": "signal_redirect",
    "list_subject_copies": "subject_copy",
    "list_team_tasks": "task",
    "list_transfers": "case_transfer",
    "list_unassigned_tasks": "task",
    "list_tasks_on_hold": "task",
    "list_breaches": "task",
}
"""Lists without a record in their path → the table of their items."""

SEARCHES = {"match_persons": "person", "run_search": "person"}
"""Searches → the table of what they find. Cases and signals are found by the same search: `test_list_branches.py`."""

COUNTS = {"get_caseload": "case_record", "get_my_today": "task", "get_task_summary": "task"}
"""Counts → the table of what is counted. Today is asked with the queue that it counts: `test_ways_out.look_through`."""

SHOW_NO_RECORD = {
    "list_my_notices": "one's own notices: tests/http/test_account_changes.py",
    "read_my_notice": "one's own notices: tests/http/test_account_changes.py",
    "start_account": "a log-in",
    "get_triage_report": "rounded counts without a record: tests/http/test_triage_reports.py",
    "get_board": "numbers without a record, for screens alone: tests/http/test_board.py",
    "renew_display": "a log-in",
    "sign_in_display": "a log-in",
    "sign_out_display": "a log-in",
    "stream_board": "as get_board",
    "break_glass": "a new record: what it opens and whom it refuses stands in tests/http/test_break_glass.py",
    "enter_absence": "a new record, and the cases of who is away: tests/http/test_absences.py",
    "set_duty_shift": "staff: who is on duty is known to whoever is signed in",
    "get_duty_rota": "staff, as above",
    "get_on_duty": "staff, as above",
    "add_centre_room": "rooms",
    "announce_import": "a new record",
    "add_shelter": "a new record",
    "announce_document": "a new record; what it belongs to stands in BODY_RECORDS",
    "begin_my_second_factor": "one's own account",
    "change_centre_room": "rooms",
    "change_mobile_group": "the directory",
    "change_organisation": "the directory",
    "change_user": "the directory",
    "confirm_my_second_factor": "one's own account",
    "create_family": "a new record; who is named in it stands in BODY_RECORDS",
    "create_mobile_group": "the directory",
    "create_organisation": "the directory",
    "create_person": "a new record",
    "create_screening": "a new record; who is named in it stands in BODY_RECORDS",
    "create_signal": "a new record; who is named in it stands in BODY_RECORDS",
    "create_task": "a new record; what is named in it stands in BODY_RECORDS",
    "create_token": "a log-in",
    "create_webhook_subscription": "a new record",
    "create_user": "the directory",
    "declare_own_conflict": "a new record, the same whatever it names: `test_conflicts_tell_nothing.py`",
    "end_my_other_logins": "one's own account",
    "end_session": "one's own account",
    "enrol_second_factor": "a log-in",
    "get_search": "what the same account found a moment ago and still sees: `test_searches.py`",
    "get_latest_tree_head": "hashes of the sealed log",
    "get_me": "one's own account",
    "get_my_second_factor": "one's own account",
    "get_sealing": "hashes of the sealed log",
    "get_service_referral_tally": "numbers of the own body: tests/http/test_service_referrals.py",
    "health_live": "no data",
    "health_ready": "no data",
    "list_assessment_instruments": "code lists",
    "list_documents": "documents of the one record that a parameter names: tests/http/test_document_sight.py",
    "list_audit_keys": "public keys of the sealed log",
    "list_benefits": "the law",
    "list_drafts": "one's own alone: tests/http/test_drafts.py",
    "list_centre_services": "code lists",
    "list_centres": "the directory",
    "list_contact_sources": "the directory",
    "reconcile_contacts": "ids of the own body, of signals those in sight: tests/http/test_reconciliation.py",
    "get_qr_plate": "the directory",
    "put_qr_plates": "the directory",
    "list_contact_taxonomies": "code lists",
    "put_contact_taxonomy": "code lists",
    "settle_contact": "a new record; what is named in it stands in BODY_RECORDS",
    "send_contacts": "as send_contact",
    "send_heartbeat": "a system's own contacts, as counts",
    "send_contact": "a system's own contacts, signed: tests/http/test_contacts.py",
    "list_code_lists": "code lists",
    "list_deadlines": "the law",
    "list_mobile_groups": "the directory",
    "list_person_events": "events, for auditors alone, who see all of them",
    "list_unusual_access": "counts and events, never records",
    "list_my_logins": "one's own account",
    "list_organisations": "the directory",
    "list_regions": "code lists",
    "list_roles": "code lists",
    "list_tree_heads": "hashes of the sealed log",
    "list_users": "the directory",
    "make_retention_plan": "a new record of ids and counts",
    "open_case": "a new record; what is named in it stands in BODY_RECORDS",
    "place_hold": "a new record; what is named in it stands in BODY_RECORDS",
    "prepare_subject_copy": "a new record; who is named in it stands in BODY_RECORDS",
    "propose_research_project": "a new record without persons",
    "prove_consistency": "hashes of the sealed log",
    "prove_inclusion": "hashes of the sealed log",
    "put_my_password": "one's own account",
    "remove_my_second_factor": "one's own account",
    "request_erasure": "a new record; what is named in it stands in BODY_RECORDS",
    "show_my_second_factor": "one's own account",
    "screen_family": "a calculation on facts that the caller gives",
}
"""Operations without a record in their path that show none, each with its reason."""


@dataclass(frozen=True)
class Channel:
    """One operation of the contract."""

    name: str
    method: str
    path: str
    permission: str | None
    schema: Json | None = field(repr=False)
    """The JSON schema of the body, None where there is none. A failure that quotes it would be too long to read."""
    example: Any = field(repr=False)
    """A body of the contract's examples, None where there is none."""
    paged: bool
    """Whether it answers page by page."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the path, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def records(self) -> dict[str, str]:
        """The parameters that name a record, each with its table."""
        return {p: t for p in self.parameters if (t := self.table_of(p)) is not None}

    def table_of(self, parameter: str) -> str | None:
        """Return the table of a parameter, None where it names nothing hidden."""
        return PATH_RECORDS_OF.get((self.name, parameter)) or (
            None if self.path.startswith("/v1/users/") else PATH_RECORDS.get(parameter)
        )

    @property
    def named(self) -> dict[tuple[str, ...], str]:
        """The places of the body that name a record, each with its table."""
        return {place: BODY_RECORDS[name] for place, name in id_places(self.schema) if name in BODY_RECORDS}

    def filled(self, ids: dict[str, str]) -> str:
        """Return the path with its parameters filled in."""
        return re.sub(r"{(\w+)}", lambda found: ids[found[1]], self.path)


@cache
def channels() -> dict[str, Channel]:
    """Return all operations that the application serves, by their ids."""
    app = create_app(Settings(mode="demo", database_url="postgresql://nobody@localhost/none"))
    contract = json.loads(json.dumps(app.openapi()))
    _SCHEMAS.update(contract["components"]["schemas"])
    found = {}
    for context in iter_route_contexts(app.router.routes):
        operations = contract["paths"].get(context.path, {})
        for method in METHODS:
            if method.upper() in (context.methods or ()) and method in operations:
                channel = _channel(method.upper(), str(context.path), operations[method])
                found[channel.name] = channel
    return found


def _channel(method: str, path: str, operation: Json) -> Channel:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [e["value"] for e in content.get("examples", {}).values()]
    return Channel(
        operation["operationId"],
        method,
        path,
        operation.get("x-permission"),
        content.get("schema"),
        examples[0] if examples else None,
        any(p["name"] == "cursor" for p in operation.get("parameters", [])),
    )


_SCHEMAS: dict[str, Json] = {}


def resolved(schema: Json) -> Json:
    """Return a schema with its reference followed, and the first of its alternatives that is not null."""
    while True:
        if "$ref" in schema:
            schema = _SCHEMAS[schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema or "oneOf" in schema:
            schema = next(s for s in schema.get("anyOf") or schema["oneOf"] if s.get("type") != "null")
        elif "allOf" in schema:
            schema = schema["allOf"][0]
        else:
            return schema


def id_places(
    schema: Json | None, place: tuple[str, ...] = (), name: str = ""
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the places of a body that hold an id, each with the name of its field; `*` stands for items of a list."""
    if schema is None:
        return
    schema = resolved(schema)
    if schema.get("format") == "uuid":
        yield place, name
    if "items" in schema:
        yield from id_places(schema["items"], (*place, "*"), name)
    for key, inner in schema.get("properties", {}).items():
        yield from id_places(inner, (*place, key), key)
