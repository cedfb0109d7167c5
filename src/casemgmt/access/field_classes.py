"""What every other column holds: one word for each, so that a new one can't slip in unclassified.

`tests/contract/test_fields.py` walks all tables and refuses a column that stands neither here nor in `fields.SECRETS`.
Left out are ids and references to other records, the columns that every scoped or versioned row has, and code lists.
"""

from collections.abc import Mapping
from enum import StrEnum


class FieldClass(StrEnum):
    """How a column is to be treated."""

    PERSONAL = "personal"
    """Tells who somebody is. Only in answers about that person; never in an event, a story, a log or a failure."""
    CONTENT = "content"
    """What people wrote or answered about a family. Only in the detail of its record; never in any of those."""
    PROGRESS = "progress"
    """Codes, moments and numbers of the work. May stand in lists and stories of those who see the record."""
    STAFF = "staff"
    """Bodies, members of staff and their rights."""
    CREDENTIAL = "credential"
    """Opens an account. Never leaves the database but through named functions; digests wherever possible."""
    MACHINERY = "machinery"
    """Keeps the service and its audit log together. Holds no content."""


_F = FieldClass

_SIGNATURE: Mapping[FieldClass, str] = {
    _F.PROGRESS: "digest signer form issuer valid_from valid_until verification finding checked_at recorded_at",
    _F.CONTENT: "blob certificate subject serial",
}

CLASSES: Mapping[str, Mapping[FieldClass, str]] = {
    "account_change": {
        _F.STAFF: "user_version nationwide kind role role_ends_at issuer subject scopes days sector is_lead reason"
        " requested_at expires_at decided_at",
        _F.CREDENTIAL: "first_digest sealed_first",
    },
    "account_notice": {_F.STAFF: "kind at read_at"},
    "app_user": {
        _F.STAFF: "username kind family_name given_name patronymic match_key sector active scopes authz_version"
        " signal_reach case_reach flags rights_until"
    },
    "assessment": {
        _F.PROGRESS: "created_at instrument instrument_version language occasion total_score risk_level"
        " suggested_risk_level review_on completed_at",
        _F.CONTENT: "answers domain_scores risk_reason conclusion discard_reason",
    },
    "assessment_instrument": {
        _F.MACHINERY: "code digest content authority signed_by signed_on loaded_at withdrawn_at withdraw_reason"
    },
    "audit_event": {
        _F.MACHINERY: "at xid kind outcome request_id purpose reason record_type record_ids fields changes"
    },
    "audit_head": {_F.MACHINERY: "size root sealed_at horizon generation cluster key_id signature"},
    "audit_key": {_F.MACHINERY: "id public_key valid_from valid_until endorsed_by endorsement"},
    "audit_leaf": {_F.MACHINERY: "position event_at format hash seal"},
    "audit_node": {_F.MACHINERY: "level index hash"},
    "audit_salt": {_F.MACHINERY: "salt"},
    "audit_witness": {_F.MACHINERY: "name size told_at failing_since"},
    "auth_session": {
        _F.CREDENTIAL: "refresh_hash previous_hash created_at refreshed_at expires_at revoked_at second_factor"
        " factor_at client_name"
    },
    "benefit_appeal": {_F.PROGRESS: "created_at filed_on filed_by channel settled_at", _F.CONTENT: "claim reason"},
    "benefit_determination": {
        _F.PROGRESS: "created_at person_ids benefit mode asked_for known_on applied_on entitled amount_low amount_high"
        " settled provisional rules_version sign_off_authority sign_off_example sign_off_digest ground_rule ground_code"
        " proposed_at decided_at",
        _F.CONTENT: "receipt sources grounds article note return_reason set_aside_reason",
    },
    "benefit_offer": {
        _F.PROGRESS: "created_at channel answer_by deadline deadline_status answer_channel answered_at recorded_at"
        " lapsed_at withdrawn_at",
        _F.CONTENT: "answer_note",
    },
    "benefit_recomputation": {
        _F.PROGRESS: "created_at asked_for known_on entitled amount_low amount_high difference provisional"
        " rules_version",
        _F.CONTENT: "moved receipt",
    },
    "booking": {_F.PROGRESS: "during cancelled_at"},
    "break_glass_grant": {
        _F.PROGRESS: "reason opened_at expires_at ended_at review_due_at reviewed_at",
        _F.CONTENT: "note review_note",
    },
    "case_closure": {
        _F.PROGRESS: "reason from_state proposed_at approved decided_at reopened_at reopen_reason",
        _F.CONTENT: "note decision_note outcomes reopen_note",
    },
    "case_flag": {_F.PROGRESS: "kind set_at lifted_at", _F.CONTENT: "reason lift_reason"},
    "case_handover": {
        _F.PROGRESS: "case_number stage risk_level reason offered_at decided_at",
        _F.CONTENT: "note decline_reason",
    },
    "case_member": {_F.PROGRESS: "team_role sector help_kind opened_at since ended_at rests_until"},
    "case_note": {_F.PROGRESS: "mentions written_at entered_in_error", _F.CONTENT: "body"},
    "case_person": {_F.PROGRESS: "role since until entered_in_error"},
    "case_record": {
        _F.PROGRESS: "number restriction_ground help_package problem_type child_categories risk_level risk_review_on"
        " opened_at closed_at reopened_times lists_version",
        _F.CONTENT: "restriction_note",
    },
    "case_transfer": {
        _F.PROGRESS: "case_number stage risk_level children reason moved_on offered_at decided_at ended_sessions"
        " ended_members ended_waiting ended_courses",
        _F.CONTENT: "note decline_reason",
    },
    "case_serial": {_F.MACHINERY: "year last"},
    "webhook_event": {
        _F.PROGRESS: "type at record_type record_state clock due_at",
        _F.MACHINERY: "xid signal_ids",
    },
    "webhook_subscription": {_F.STAFF: "created_at address types purpose state_reason"},
    "webhook_secret": {_F.CREDENTIAL: "sealed created_at expires_at"},
    "webhook_progress": {
        _F.MACHINERY: "xid resume_at failing_since delivered_at leased_until beat_at beat_taken_at beat_failure"
    },
    "webhook_delivery": {
        _F.MACHINERY: "type at due_at attempts first_tried_at last_tried_at ended_at result",
    },
    "webhook_attempt": {_F.MACHINERY: "at status failure milliseconds"},
    "centre_room": {_F.STAFF: "name capacity active"},
    "centre_session": {
        _F.PROGRESS: "created_at kind service help_kind starts_at ends_at travel_minutes outcome next_step"
        " cancellation_reason cancelled_for cancelled_at"
    },
    "record_error": {_F.PROGRESS: "record_type reason proposed_at decided_at", _F.CONTENT: "note decision_note"},
    "child_contact": {_F.PROGRESS: "at place alone recorded_at entered_in_error", _F.CONTENT: "words note"},
    "client_secret": {_F.CREDENTIAL: "digest created_at expires_at last_used_at revoked_at"},
    "conference": {
        _F.PROGRESS: "case_number called_at starts_at held_at signed_at",
        _F.CONTENT: "place question minutes cancel_reason",
    },
    "conference_decision": {_F.PROGRESS: "position due_on ended_at", _F.CONTENT: "wording note"},
    "conference_family": {_F.PROGRESS: "invited came", _F.CONTENT: "reason"},
    "conference_participant": {
        _F.PROGRESS: "invited_at answered_at came",
        _F.CONTENT: "name post decline_reason",
    },
    "conference_share": {_F.PROGRESS: "person_ids", _F.CONTENT: "told without_consent_ground"},
    "contact_taxonomy": {_F.MACHINERY: "version content loaded_at"},
    "qr_plate": {_F.STAFF: "code place kato active"},
    "contact": {
        _F.PROGRESS: "source_code external_id revision channel language function non_data started_at ended_at"
        " received_at heard_at finalised_at signals plate_code plate_known taxonomy_version taxonomy_known"
        " attachments abandoned_at settled_at",
        _F.CONTENT: "content",
        _F.MACHINERY: "content_digest",
    },
    "answer_receipt": {_F.PROGRESS: "kind failure occurred_at received_at"},
    "answer_stop": {_F.PROGRESS: "set_at lifted_at", _F.CONTENT: "reason lift_reason"},
    "answer_text": {_F.CONTENT: "body"},
    "answer_wish": {
        _F.PROGRESS: "revision told_at wanted means language anonymous in_session unread",
        _F.CONTENT: "refused_because reads safe_times",
    },
    "contact_answer": {
        _F.PROGRESS: "template template_version means language wish_revision bars due_at prepared_at announced_at"
        " fetched_at ended_at exposed_at exposed_under withdrawn_at"
    },
    "contact_correction": {_F.PROGRESS: "revision kind received_at", _F.CONTENT: "content"},
    "contact_concern": {_F.PROGRESS: "concern_ref revision withdrawn topic", _F.MACHINERY: "content_digest"},
    "contact_message": {
        _F.PROGRESS: "source_code external_id revision outcome received_at",
        _F.MACHINERY: "message_id content_digest status answer",
    },
    "contact_refusal": {
        _F.PROGRESS: "source_code external_id code pointer first_at last_at times",
        _F.MACHINERY: "message_id content_digest",
    },
    "contact_source": {
        _F.STAFF: "code name active heard_at silence_told_at beat_signed_at taxonomy_versions taxonomy_version"
    },
    "consent": {
        _F.PROGRESS: "created_at purpose scopes basis form child_view given_at expires_on expires_at withdrawn_at"
        " withdraw_form ended_at outcome",
        _F.CONTENT: "child_words note withdraw_note",
    },
    "deployment": {_F.MACHINERY: "key value"},
    "course": {_F.STAFF: "created_at service capacity starts_at ends_at"},
    "course_attendance": {_F.PROGRESS: "attendance"},
    "course_guest": {_F.PERSONAL: "family_name given_name"},
    "course_meeting": {_F.STAFF: "starts_at ends_at"},
    "course_participant": {_F.PROGRESS: "enrolled_at left_at"},
    "course_place": {_F.PROGRESS: "left_at left_reason"},
    "document": {
        _F.PERSONAL: "file_name",
        _F.CONTENT: "removal_note",
        _F.PROGRESS: "created_at record_type kind secrecy media_type size_bytes scan kept_at removal_reason"
        " removal_proposed_at removed_at erased_at",
        _F.MACHINERY: "storage_name digest",
    },
    "document_key": {_F.CREDENTIAL: "master_key_id wrapped destroyed_at"},
    "draft": {_F.PROGRESS: "form for_id created_at saved_at warned_at", _F.CONTENT: "label content"},
    "duty_assignment": {_F.PROGRESS: "at ended_at"},
    "duty_shift": {_F.STAFF: "created_at starts_at ends_at cancelled_at"},
    "erasure_request": {
        _F.PROGRESS: "ground received_on requested_at decided_at executed_at result",
        _F.CONTENT: "reference decline_reason",
    },
    "factor_removal": {_F.STAFF: "reason requested_at decided_at granted"},
    "family": {_F.PERSONAL: "created_at label changed_at"},
    "family_member": {_F.PERSONAL: "since until recorded_at"},
    "follow_up_check": {_F.PROGRESS: "created_at due_on done_at child_seen result", _F.CONTENT: "note"},
    "idempotency_key": {_F.MACHINERY: "key fingerprint status created_at", _F.CONTENT: "headers body"},
    "identity_link": {_F.STAFF: "issuer subject linked_at unlinked_at"},
    "former_iin": {_F.PERSONAL: "number mask sealed until ground document recorded_at"},
    "former_name": {_F.PERSONAL: "family_name given_name patronymic match_key since until ground document recorded_at"},
    "import_content": {_F.CONTENT: "body report decisions refusal"},
    "import_progress": {_F.PROGRESS: "phase rows_done rows_all began_at told_at"},
    "import_run": {
        _F.PROGRESS: "kind source mapping_name mapping_revision file_digest file_bytes sheet rows new_rows known_rows"
        " differing_rows faults report_digest created_at checked_at signed_off_at done_at withdrawn_at"
        " stopped_at stopped_because",
        _F.CONTENT: "mapping",
    },
    "imported_record": {_F.PROGRESS: "source part sheet row imported_at", _F.CONTENT: "number content_digest"},
    "legal_hold": {
        _F.PROGRESS: "kind target_type from_on review_on placed_at reviewed_at lift_requested_at lifted_at",
        _F.CONTENT: "authority number reason lift_reason",
    },
    "login_place": {_F.CREDENTIAL: "sign hash first_seen_at last_seen_at"},
    "login_attempt": {_F.CREDENTIAL: "name_hash address_hash device_hash at"},
    "login_challenge": {_F.CREDENTIAL: "need tries expires_at used_at"},
    "mobile_group": {_F.STAFF: "name active roster_changed_at"},
    "mobile_group_area": {_F.STAFF: "kato_prefix removed_at"},
    "mobile_group_duty": {_F.STAFF: "weekday on_date from_time until_time removed_at"},
    "mobile_group_member": {_F.STAFF: "sector is_lead since until rests_until"},
    "organisation": {_F.STAFF: "kind sector name_kk name_ru name_en active"},
    "person": {
        _F.PERSONAL: "created_at family_name given_name patronymic match_key sort_key name_key_version"
        " sort_key_version sex birth_date birth_precision birth_year died_on citizenship_status languages"
        " disability_category iin_mask"
    },
    "person_address": {_F.PERSONAL: "kind kato line since until recorded_at"},
    "plan": {
        _F.PROGRESS: "created_at number kind help_package consent child_view_absence starts_on review_on signed_at"
        " approved_at superseded_at ended_at",
        _F.CONTENT: "child_view consent_ground content return_reason discard_reason",
    },
    "plan_goal": {
        _F.PROGRESS: "position domain baseline target reach_by outcome outcome_at",
        _F.CONTENT: "text measured_by indicator unit outcome_note",
    },
    "plan_measure": {
        _F.PROGRESS: "position help_kind measure_kind due_on done_at",
        _F.CONTENT: "text evidence drop_reason",
    },
    "plan_measure_request": {_F.PROGRESS: "asked_at answered_at", _F.CONTENT: "reason"},
    "plan_review": {
        _F.PROGRESS: "number standing reviewed_at next_review_on entered_in_error",
        _F.CONTENT: "note child_words",
    },
    "plan_signature": _SIGNATURE,
    "closure_signature": _SIGNATURE,
    "conference_signature": _SIGNATURE,
    "visit_act_signature": _SIGNATURE,
    "plan_missing_help": {_F.PROGRESS: "help_kind", _F.CONTENT: "argument"},
    "recovery_code": {_F.CREDENTIAL: "code_hash used_at"},
    "referral": {
        _F.PROGRESS: "urgency offered_at answered_at decline_reason withdrawn_at departed_at visited_at reported_at",
        _F.CONTENT: "instructions decline_note withdraw_note",
    },
    "rehabilitation_programme": {
        _F.PROGRESS: "created_at starts_on ends_on completed_at",
        _F.CONTENT: "aim change result_note stop_reason",
    },
    "relationship": {_F.PERSONAL: "kind parental_responsibility since until recorded_at"},
    "research_export": {_F.PROGRESS: "name rows coarsened minimum_cell made_at", _F.MACHINERY: "sha256"},
    "research_key": {_F.CREDENTIAL: "key"},
    "research_project": {
        _F.PROGRESS: "legal_basis expires_on proposed_at decided_at ended_at",
        _F.CONTENT: "title purpose reference recipient",
    },
    "retention_item": {
        _F.PROGRESS: "position record_class ended_before due_since rows outcome reason done_at",
        _F.MACHINERY: "fingerprint",
    },
    "retention_plan": {
        _F.PROGRESS: "as_of schedule held_back made_at approved_at completed_at",
        _F.MACHINERY: "schedule_digest digest",
    },
    "screening": {_F.PROGRESS: "instrument instrument_version language total_score suggested_risk_level recorded_at"},
    "role_grant": {_F.STAFF: "role signal_reach case_reach flags excludes nationwide"},
    "search": {_F.MACHINERY: "what record_ids complete expires_at"},
    "security_alert": {_F.STAFF: "kind audience day raised_at count threshold minutes since until closed_at note"},
    "second_factor": {_F.CREDENTIAL: "sealed_secret enrolled_at confirmed_at last_step"},
    "session_participant": {_F.PROGRESS: "attendance"},
    "service_referral": {
        _F.PROGRESS: "offered_at case_number help_kind wanted_by answered_at decline_reason closed_at",
        _F.CONTENT: "question decline_note return_note",
    },
    "service_referral_share": {_F.CONTENT: "told without_consent_ground"},
    "signal": {
        _F.PROGRESS: "source channel category language severity gravest_severity urgency danger_now anonymous kato"
        " occurred_at received_at triage_outcome triage_reason triaged_at reviewed_at closed_at lists_version"
        " content_digest suggested_urgency list_urgency word_list_version",
        _F.CONTENT: "narrative danger_signs subject_description place triage_note review_note redirected_to"
        " closing_note",
    },
    "session_series": {_F.PROGRESS: "created_at every_weeks sessions"},
    "shelter": {_F.STAFF: "created_at active"},
    "shelter_place": {_F.STAFF: "label active"},
    "signal_redirect": {
        _F.PROGRESS: "from_region_code redirected_at due_at answer answered_at",
        _F.CONTENT: "external_body note",
    },
    "signal_person": {_F.PROGRESS: "role added_at"},
    "start_code": {_F.CREDENTIAL: "code_hash made_at expires_at"},
    "stay_person": {_F.PROGRESS: "left_at"},
    "state_transition": {_F.MACHINERY: "machine from_state to_state"},
    "signing_secret": {_F.CREDENTIAL: "sealed created_at expires_at"},
    "specialist_absence": {_F.STAFF: "created_at reason starts_at ends_at withdrawn_at"},
    "specialist_hours": {_F.STAFF: "weekday from_time until_time removed_at"},
    "specialist_paper": {_F.STAFF: "created_at kind title number issued_on valid_until withdrawn_at warned_at"},
    "staff_absence": {_F.STAFF: "created_at reason starts_at ends_at covers_restricted begun_at ended_at withdrawn_at"},
    "staff_absence_case": {_F.STAFF: "holds_sessions ended_at"},
    "staff_conflict": {
        _F.PROGRESS: "kind record_type case_number declared_at ended_at",
        _F.PERSONAL: "named match_key birth_year",
        _F.CONTENT: "note end_note",
    },
    "subject_copy": {
        _F.PROGRESS: "requester received_on included prepared_at decided_at released_until",
        _F.CONTENT: "proof reference decline_reason",
    },
    "task": {
        _F.PROGRESS: "kind record_type blocks_closure started_at warn_at due_at deadline_status deadline_provisional"
        " rules_version completed_at cancelled_at held_until warned_at breached_at about_kind",
        _F.CONTENT: "title note result cancel_reason",
    },
    "task_alert": {_F.PROGRESS: "kind level at found_at"},
    "mandatory_notice": {
        _F.PROGRESS: "delivery delivered_at recorded_at acknowledged_at",
        _F.CONTENT: "to_body number taken_by acknowledged_by acknowledged_number",
    },
    "task_hold": {
        _F.PROGRESS: "reason authority placed_by_roles from_at until_at warn_before due_before warn_after due_after"
        " ended_at warn_ended due_ended",
        _F.CONTENT: "note ground end_note",
    },
    "task_recalculation": {
        _F.PROGRESS: "from_at risk_before risk_after term warn_before due_before warn_after due_after"
    },
    "temporary_stay": {
        _F.PROGRESS: "created_at ground persons admitted_at counted_from until_at term_status left_at leave_reason"
    },
    "timeline_entry": {_F.PROGRESS: "at kind record_type data"},
    "user_credential": {_F.CREDENTIAL: "password_hash changed_at"},
    "user_role": {_F.STAFF: "role granted_at ends_at warned_at revoked_at"},
    "visit_act": {
        _F.PROGRESS: "visited_at child_seen child_seen_alone outcome lists_version submitted_at",
        _F.CONTENT: "present findings risk_signs child_words child_wishes immediate_measures outcome_note",
    },
    "visit_act_edition": {_F.PROGRESS: "number digest reason corrected_at", _F.CONTENT: "said note"},
    "visit_attempt": {_F.PROGRESS: "at reason", _F.CONTENT: "note"},
    "visitor_warning": {
        _F.PROGRESS: "kind told review_on reviewed_at lifted_at recorded_at entered_in_error",
        _F.CONTENT: "note told_note lift_note",
    },
    "waiting_entry": {_F.PROGRESS: "created_at service since offer_until ended_at end_reason place_free_since"},
}
"""Table to class to the names of its columns."""

HOLDS_CODES = {
    "assessment_instrument.content": "questions and scores of an instrument, nobody's answers",
    "assessment_instrument.withdraw_reason": "why an operator withdrew an instrument",
    "audit_event.changes": "salted commitments, never a value",
    "case_note.mentions": "ids of members of staff",
    "consent.outcome": "codes and ids of what ended and what went on",
    "erasure_request.result": "codes and counts of what was emptied and what stayed",
    "contact.attachments": "references into the archive of the contact centre, and media types",
    "contact_taxonomy.content": "names of topics, nobody's words",
    "contact_answer.bars": "codes of why an answer is held",
    "contact_message.answer": "ids, codes and moments that were answered to a system",
    "plan_review.standing": "states, outcomes and numbers of goals and measures, by their ids",
    "retention_plan.held_back": "ids of records and of the holds on them",
    "retention_plan.schedule": "the terms of the record classes",
    "timeline_entry.data": "codes, ids and dates; texts and names stay in their own tables",
}
"""Columns that could hold anything by their type, and why they may stand among those without content."""


def class_of(table: str, column: str) -> list[FieldClass]:
    """Return the classes under which a column is listed: one, unless somebody forgot it or listed it twice."""
    return [name for name, columns in CLASSES.get(table, {}).items() if column in columns.split()]
