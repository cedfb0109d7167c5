"""No column can hold a person's words unless somebody said what erasure does to it. New columns fail here first."""

from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest_asyncio

from casemgmt.db.addresses import driver_url

HARMLESS_TYPES = {"uuid", "boolean", "timestamp with time zone", "xid8"}
"""Ids, yes or no, moments: what is left of a record for statistics and for the proofs."""

HARMLESS_TABLES = {
    "webhook_attempt": "codes and moments: destroyed by their term",
    "webhook_delivery": "codes and moments: destroyed by their term",
    "webhook_event": "ids, codes and moments: destroyed by their term",
    "webhook_progress": "places and moments",
    "webhook_secret": "machine accounts",
    "webhook_subscription": "machine accounts",
    "account_change": "staff",
    "account_notice": "staff",
    "alembic_version": "number of a migration",
    "app_user": "staff, not subjects: an account is part of the proof of who did what",
    "assessment_instrument": "what is asked, nobody's answers",
    "audit_event": "ids, names of fields, commitments: stays for ever; its salts go",
    "audit_head": "the tree",
    "audit_key": "public keys",
    "audit_leaf": "the tree",
    "audit_node": "the tree",
    "audit_salt": "random; deleted with what it opens",
    "audit_witness": "the tree",
    "auth_session": "log-ins of staff: destroyed by their term",
    "case_serial": "the last number given",
    "centre_room": "rooms",
    "client_secret": "machine accounts",
    "contact_caller": "deleted with the signal or who reported it, or by its term (retention/schedule.yaml)",
    "answer_wish": "deleted with the signal, or by its term (retention/schedule.yaml)",
    "contact_message": "ids, codes and moments; no word of what was said",
    "contact_refusal": "as above, of what was not taken",
    "contact_source": "systems",
    "contact_taxonomy": "names of topics",
    "qr_plate": "where plates hang",
    "course": "what is offered",
    "course_guest": "names without a case: destroyed by their term",
    "course_meeting": "times",
    "course_participant": "ids and moments",
    "deployment": "digests",
    "document_key": "destroyed with its document, by a trigger",
    "draft": "its owner's alone, no record yet; ends by itself within a month (retention/schedule.yaml)",
    "erasure_request": "the proof of the erasure: papers, ids and codes",
    "factor_removal": "staff",
    "identity_link": "staff",
    "idempotency_key": "rows that name an erased record are deleted, all others by their term",
    "import_content": "emptied with the end of its import, which a trigger holds to; an open one is nobody's file yet",
    "import_progress": "phase and counts",
    "legal_hold": "papers of courts: read by records officers alone, kept as the ground of what was not destroyed",
    "login_attempt": "keyed hashes: destroyed by their term",
    "login_challenge": "log-ins of staff",
    "login_place": "keyed hashes: destroyed by their term",
    "mobile_group": "groups",
    "mobile_group_area": "places of duty",
    "mobile_group_duty": "times of duty",
    "organisation": "bodies",
    "recovery_code": "staff",
    "research_export": "counts and a digest",
    "research_key": "random; deleted with the end of its project",
    "research_project": "purposes and papers of research",
    "retention_item": "ids and codes",
    "retention_plan": "terms and counts",
    "role_grant": "rights",
    "shelter": "houses of bodies",
    "shelter_place": "beds",
    "search": "ids that were found; deleted within the hour",
    "second_factor": "staff",
    "specialist_absence": "staff",
    "specialist_hours": "staff",
    "specialist_paper": "staff",
    "signing_secret": "machine accounts",
    "start_code": "staff",
    "security_alert": "staff: destroyed by their term",
    "state_transition": "routes",
    "task_alert": "codes, ids and moments of work",
    "mandatory_notice": "emptied with its task, by a trigger",
    "task_hold": "emptied with its task, by a trigger",
    "task_recalculation": "codes, ids and moments of work",
    "timeline_entry": "codes, ids and dates only: tested on the whole route",
    "subject_copy": "letters: the copy itself is never stored",
    "user_credential": "staff",
    "role_held": "a view of user_role",
    "group_place": "a view of mobile_group_member",
    "absence_time": "a view of absences: ids and times",
    "user_role": "staff",
}

_SIGNATURE = {
    "digest": "of what was signed, texts of staff among it: it opens nothing",
    "signer": "code",
    "form": "code",
    "issuer": "a certification centre",
    "verification": "code",
    "finding": "code",
}

HARMLESS_COLUMNS = {
    "former_name": {"ground": "code"},
    "sealed_name": {"ground": "code"},
    "former_iin": {"until": "goes with its row", "ground": "the same"},
    "contact": {
        "source_code": "a system",
        "external_id": "the sender's number of a call: names nobody",
        "revision": "number",
        "content_digest": "keyed: it finds the same message again and opens nothing",
        "language": "code",
        "content": "of a draft alone: emptied when it is final, or by its term (retention/schedule.yaml)",
        "signals": "number",
        "plate_code": "of a plate",
        "taxonomy_version": "version",
        "attachments": "emptied with a signal of the contact, or by its term: tests/http/test_contacts_kept_briefly.py",
    },
    "contact_correction": {"revision": "number", "kind": "code"},
    "contact_concern": {"concern_ref": "the sender's number within a contact", "revision": "number", "topic": "code"},
    "contact_answer": {
        "template": "code",
        "template_version": "number",
        "means": "code",
        "language": "code",
        "wish_revision": "number",
        "exposed_under": "number",
        "bars": "codes",
    },
    "answer_receipt": {"kind": "code", "failure": "code"},
    "adoption_fact": {"decided_on": "dates of a decision without a court", "in_force_on": "the same"},
    "assessment": {
        "instrument": "code",
        "instrument_version": "number",
        "occasion": "code",
        "answers": "codes of items and of their answers",
        "domain_scores": "numbers",
        "total_score": "number",
        "review_on": "day of work",
    },
    "benefit_appeal": {"filed_on": "day of work", "filed_by": "code"},
    "benefit_determination": {
        "person_ids": "ids",
        "benefit": "code",
        "mode": "code",
        "asked_for": "day of the law",
        "known_on": "day of the law",
        "applied_on": "day of work",
        "entitled": "code",
        "amount_low": "statistics of money",
        "amount_high": "statistics of money",
        "rules_version": "version",
        "sign_off_authority": "a body",
        "sign_off_digest": "digest of law",
        "ground_rule": "name of a rule",
    },
    "benefit_offer": {"deadline": "code", "deadline_status": "code"},
    "benefit_recomputation": {
        "asked_for": "day of the law",
        "known_on": "day of the law",
        "entitled": "code",
        "amount_low": "statistics of money",
        "amount_high": "statistics of money",
        "difference": "statistics of money",
        "rules_version": "version",
    },
    "booking": {"during": "times of rooms and specialists"},
    "case_closure": {"from_state": "code"},
    "document": {
        "record_type": "code",
        "media_type": "code",
        "size_bytes": "number",
        "digest": "means nothing without the key that is destroyed",
        "scan": "code",
    },
    "case_handover": {"case_number": "names nobody", "stage": "code"},
    "record_error": {"record_type": "code"},
    "case_transfer": {
        "case_number": "names nobody",
        "stage": "code",
        "children": "number",
        "moved_on": "day of work",
        "ended_sessions": "number",
        "ended_members": "number",
        "ended_waiting": "number",
        "ended_courses": "number",
    },
    "case_note": {"mentions": "ids of staff"},
    "conference": {"case_number": "names nobody"},
    "conference_share": {"person_ids": "ids"},
    "conference_decision": {"position": "number", "due_on": "day of work"},
    "service_referral": {"case_number": "names nobody", "wanted_by": "day of work"},
    "case_record": {
        "number": "region, year, serial number: names nobody",
        "child_categories": "codes",
        "risk_review_on": "day of work",
        "reopened_times": "number",
        "lists_version": "version",
    },
    "consent": {"scopes": "codes", "expires_on": "day of work", "outcome": "codes and ids of what ended and went on"},
    "family_member": {"since": "dates of a household without a name", "until": "the same"},
    "follow_up_check": {"due_on": "day of work"},
    "import_run": {
        "kind": "code",
        "source": "name of a register",
        "mapping_name": "name of a mapping file",
        "mapping_revision": "number",
        "mapping": "titles of columns and codes, no row of the table",
        "file_digest": "means nothing without the file, which is deleted",
        "file_bytes": "number",
        "sheet": "name of a sheet",
        "rows": "number",
        "new_rows": "number",
        "known_rows": "number",
        "differing_rows": "number",
        "faults": "number",
        "report_digest": "means nothing without the report, which is deleted",
        "stopped_because": "code",
    },
    "imported_record": {
        "source": "name of a register",
        "part": "code",
        "sheet": "name of a sheet",
        "row": "number",
    },
    "person": {
        "name_key_version": "version",
        "sort_key_version": "version",
        "birth_year": "the year alone: statistics by age",
        "languages": "codes",
    },
    "person_address": {"since": "dates without a place", "until": "the same"},
    "plan": {
        "number": "number",
        "child_view_absence": "code",
        "consent": "code",
        "starts_on": "day of work",
        "review_on": "day of work",
    },
    "plan_goal": {"position": "number", "baseline": "number", "target": "number", "reach_by": "day of work"},
    "plan_measure": {"position": "number", "due_on": "day of work"},
    "plan_signature": _SIGNATURE,
    "closure_signature": _SIGNATURE,
    "conference_signature": _SIGNATURE,
    "visit_act_signature": _SIGNATURE,
    "visit_act_edition": {"number": "number", "digest": "of what the act said: it opens nothing", "reason": "code"},
    "plan_review": {
        "number": "number",
        "next_review_on": "day of work",
        "standing": "states, outcomes and numbers, by ids",
    },
    "protected_address": {"since": "dates without a place", "until": "the same"},
    "rehabilitation_programme": {"starts_on": "day of work", "ends_on": "day of work", "change": "numbers per domain"},
    "relationship": {"since": "dates between ids", "until": "the same"},
    "screening": {"instrument": "code", "instrument_version": "number", "total_score": "number"},
    "centre_session": {"travel_minutes": "number"},
    "session_series": {"every_weeks": "number", "sessions": "number"},
    "signal": {
        "lists_version": "version",
        "suggested_urgency": "code",
        "list_urgency": "code",
        "word_list_version": "number",
    },
    "signal_redirect": {"answer": "code", "from_region_code": "code"},
    "staff_conflict": {
        "record_type": "code",
        "case_number": "names nobody",
        "named": "what a member of staff declared: it keeps the declarer away from what is recorded later",
        "match_key": "the same",
        "birth_year": "the same",
    },
    "task": {
        "kind": "code",
        "about_kind": "code",
        "deadline_status": "code",
        "rules_version": "version",
        "record_type": "code",
    },
    "temporary_stay": {"persons": "number", "term_status": "code"},
    "visit_act": {"present": "codes of roles, ids", "risk_signs": "codes", "lists_version": "version"},
    "visitor_warning": {"review_on": "day of work"},
}
"""Columns that stay as they are, each with what it holds."""


@pytest_asyncio.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url(owner_url))
    yield connection
    await connection.close()


async def test_every_column_that_can_hold_a_persons_words_is_emptied_or_named_as_harmless(
    owner: asyncpg.Connection,
) -> None:
    erased = orjson.loads(await owner.fetchval("SELECT erased_columns()::text"))
    codes = {
        (r["table"], r["column"])
        for r in await owner.fetch(
            "SELECT k.conrelid::regclass::text AS table, a.attname AS column FROM pg_constraint k"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)"
            " WHERE k.contype = 'f' AND k.confrelid::regclass::text LIKE 'code\\_%'"
        )
    }
    columns = await owner.fetch(
        "SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type FROM information_schema.columns c"
        " JOIN pg_class p ON p.oid = c.table_name::regclass"
        " WHERE c.table_schema = 'public' AND NOT p.relispartition AND c.table_name NOT LIKE 'code\\_%'"
    )
    unsaid, known = [], set()
    for row in columns:
        table, column = row["table"], row["column"]
        known.add((table, column))
        if table in HARMLESS_TABLES or row["type"] in HARMLESS_TYPES or (table, column) in codes:
            continue
        if column in {"state", "version", "region_code"} or column in HARMLESS_COLUMNS.get(table, {}):
            continue
        if column not in erased.get(table, {}).get("set", {}):
            unsaid.append(f"{table}.{column}")
    assert sorted(unsaid) == []
    declared = {(t, c) for t, rule in erased.items() for c in [*rule["set"], *rule["by"].values()]}
    declared |= {(t, c) for t, names in HARMLESS_COLUMNS.items() for c in names}
    assert declared - known == set()
    assert set(HARMLESS_TABLES) & set(erased) == set()


async def test_the_service_can_reach_no_part_of_erasure_but_its_acts(database_url: str) -> None:
    service = await asyncpg.connect(driver_url(database_url))
    try:
        for call in (
            "erase_content('{}')",
            "erasure_items(gen_random_uuid(), now())",
            "is_held('case', gen_random_uuid())",
            "held_with('case', gen_random_uuid())",
            "retention_due('case_record', now())",
            "technical_rows('login_attempts', now())",
            "delete_technical('login_attempts', now(), 1)",
        ):
            try:
                await service.fetch(f"SELECT {call}")
            except asyncpg.InsufficientPrivilegeError:
                continue
            raise AssertionError(call)
        assert await service.fetchval("SELECT execute_erasure(gen_random_uuid(), now())") is None
        assert await service.fetchval("SELECT run_retention(gen_random_uuid(), 1, now())") is None
    finally:
        await service.close()
