"""Rows that no story makes, for the test that whatever a column may hold goes with an erasure."""

MADE = """
INSERT INTO signal_redirect (id, signal_id, from_organisation_id, by_organisation_id, external_body, redirected_by_id,
    redirected_at, due_at, answer, answered_by_id, answered_at, note)
SELECT gen_random_uuid(), id, organisation_id, organisation_id, '', registered_by_id, now(), now(), 'refused',
    registered_by_id, now(), '' FROM signal;
INSERT INTO child_contact (id, case_id, organisation_id, restricted, person_id, at, place, alone, recorded_at,
    recorded_by_id)
SELECT gen_random_uuid(), case_id, organisation_id, restricted, person_id, now(), 'home', false, now(), added_by_id
    FROM case_person;
INSERT INTO consent (id, case_id, organisation_id, restricted, person_id, giver_id, purpose, scopes, basis, form,
    child_view, given_at, state, version, created_at, created_by_id)
SELECT gen_random_uuid(), case_id, organisation_id, restricted, person_id, person_id, 'accompaniment', '{}',
    'child', 'written', 'agrees', now(), 'given', 1, now(), added_by_id FROM case_person;
INSERT INTO former_name (id, person_id, match_key, since, until, ground, document, recorded_at, recorded_by_id)
SELECT gen_random_uuid(), person_id, '', now(), now(), 'marriage', '', now(), added_by_id FROM case_person;
INSERT INTO sealed_name (id, person_id, match_key, since, until, ground, document, recorded_at, recorded_by_id)
SELECT gen_random_uuid(), person_id, '', now(), now(), 'adoption', '', now(), added_by_id FROM case_person;
INSERT INTO former_iin (id, person_id, number, mask, sealed, until, ground, document, recorded_at, recorded_by_id)
SELECT gen_random_uuid(), person_id, '', '', false, now(), 'number_replaced', '', now(), added_by_id FROM case_person;
INSERT INTO health_note (id, person_id, observed_on, body, recorded_at, recorded_by_id)
SELECT gen_random_uuid(), person_id, now(), '', now(), added_by_id FROM case_person;
INSERT INTO adoption_fact (id, person_id, court, decided_on, withdrawn_at, withdraw_reason, recorded_at,
    recorded_by_id)
SELECT gen_random_uuid(), person_id, '', now(), now(), '', now(), added_by_id FROM case_person;
INSERT INTO plan_missing_help (plan_id, case_id, organisation_id, restricted, help_kind, argument) SELECT id,
    case_id, organisation_id, restricted, 'legal', '' FROM plan;
INSERT INTO break_glass_grant (id, case_id, organisation_id, restricted, user_id, reason, note, state, opened_at,
    expires_at, review_body_id, review_due_at, version)
SELECT gen_random_uuid(), id, organisation_id, restricted, manager_id, 'danger_to_life', '', 'awaiting_review',
    now(), now() + interval '1 hour', organisation_id, now(), 1 FROM case_record;
INSERT INTO record_error (id, case_id, organisation_id, restricted, record_type, record_id, reason, note, state,
    proposed_at, proposed_by_id, version)
SELECT gen_random_uuid(), id, organisation_id, restricted, 'child_contact', gen_random_uuid(), 'other', '',
    'proposed', now(), manager_id, 1 FROM case_record;
INSERT INTO case_transfer (id, case_id, organisation_id, restricted, from_organisation_id, to_organisation_id,
    offered_by_id, case_number, stage, children, reason, state, offered_at, decline_reason, ended_sessions,
    ended_members, ended_waiting, ended_courses, version)
SELECT gen_random_uuid(), id, organisation_id, restricted, organisation_id, gen_random_uuid(), manager_id, '',
    'support', 1, 'family_moved', 'declined', now(), '', 0, 0, 0, 0, 1 FROM case_record;
INSERT INTO staff_conflict (id, user_id, organisation_id, kind, record_type, record_id, state, declared_at,
    declared_by_id, version)
SELECT gen_random_uuid(), added_by_id, organisation_id, 'relative', 'person', person_id, 'standing', now(),
    added_by_id, 1 FROM case_person;
UPDATE plan_measure_request SET state = 'declined', reason = '', answered_at = now(), answered_by_id = (SELECT id
    FROM app_user u WHERE u.id <> asked_by_id LIMIT 1);
INSERT INTO plan_review (id, plan_id, case_id, organisation_id, restricted, number, note, standing, reviewed_at,
    recorded_by_id, next_review_on)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, 99, '', '{}', now(), created_by_id, now() FROM
    plan;
INSERT INTO plan_signature (id, plan_id, case_id, organisation_id, restricted, digest, signer, form, verification,
    checked_at, recorded_at, recorded_by_id, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, '', 'manager', 'plain', 'refused', now(), now(),
    created_by_id, 1 FROM plan;
INSERT INTO case_closure (id, case_id, organisation_id, restricted, reason, note, from_state, proposed_at,
    proposed_by_id, outcomes) SELECT gen_random_uuid(), id, organisation_id, restricted, 'contact_lost', '', 'opened',
    now(), manager_id, '[{"text": "", "note": ""}]' FROM case_record;
INSERT INTO closure_signature (id, closure_id, case_id, organisation_id, restricted, digest, signer, form,
    verification, checked_at, recorded_at, recorded_by_id, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, '', 'manager', 'plain', 'refused', now(), now(),
    proposed_by_id, 1 FROM case_closure;
INSERT INTO contact_concern (id, contact_id, sender_id, concern_ref, revision, content_digest, signal_id, withdrawn)
SELECT gen_random_uuid(), gen_random_uuid(), registered_by_id, '1', 1, '', id, false FROM signal;
INSERT INTO contact_answer (id, contact_id, signal_id, state, means, language, wish_revision, bars, prepared_at,
    prepared_by_id, version)
SELECT gen_random_uuid(), gen_random_uuid(), id, 'delivered', 'sms', 'kk', 1, '[]', now(), registered_by_id, 1
    FROM signal;
INSERT INTO answer_text (answer_id, signal_id, body) SELECT id, signal_id, '' FROM contact_answer;
INSERT INTO answer_stop (id, signal_id, reason, set_at, set_by_id, lifted_at, lifted_by_id, lift_reason, version)
SELECT gen_random_uuid(), id, '', now(), registered_by_id, now(), registered_by_id, '', 1 FROM signal;
INSERT INTO visit_act_edition (id, visit_act_id, signal_id, number, said, digest, reason, note, corrected_at,
    corrected_by_id) SELECT gen_random_uuid(), id, signal_id, 1, '{"child_words": ""}', '', 'other', '', now(),
    submitted_by_id FROM visit_act;
INSERT INTO visit_act_signature (id, visit_act_id, signal_id, digest, signer, form, verification, checked_at,
    recorded_at, recorded_by_id, version)
SELECT gen_random_uuid(), id, signal_id, '', 'child', 'plain', 'refused', now(), now(), submitted_by_id, 1
    FROM visit_act;
INSERT INTO imported_record (id, import_id, register_body_id, organisation_id, restricted, source, number, part,
    row, content_digest, case_id, imported_at, imported_by_id)
SELECT gen_random_uuid(), gen_random_uuid(), organisation_id, organisation_id, restricted, id::text, '', 'case', 1,
    '', id, now(), manager_id FROM case_record;
INSERT INTO case_note (id, case_id, organisation_id, restricted, body, mentions, written_at, written_by_id)
SELECT gen_random_uuid(), id, organisation_id, restricted, '', '[]', now(), manager_id FROM case_record;
INSERT INTO case_flag (id, case_id, organisation_id, restricted, kind, reason, set_at, set_by_id, lifted_at,
    lifted_by_id, lift_reason, version)
SELECT gen_random_uuid(), id, organisation_id, restricted, (SELECT code FROM code_case_flag LIMIT 1), '', now(),
    manager_id, now(), manager_id, '', 1 FROM case_record;
INSERT INTO service_referral (id, case_id, organisation_id, restricted, to_organisation_id, offered_by_id,
    offered_at, case_number, help_kind, question, state, answered_at, answered_by_id, responsible_id, return_note,
    version)
SELECT gen_random_uuid(), id, organisation_id, restricted, organisation_id, manager_id, now(), '', 'legal', '',
    'done', now(), gen_random_uuid(), manager_id, '', 1 FROM case_record;
INSERT INTO service_referral_share (referral_id, case_id, organisation_id, restricted, person_id, told,
    without_consent_ground) SELECT r.id, r.case_id, r.organisation_id, r.restricted, p.person_id, '', '' FROM
    service_referral r JOIN case_person p ON p.case_id = r.case_id AND p.role = 'child' ON CONFLICT DO NOTHING;
INSERT INTO conference (id, case_id, organisation_id, restricted, case_number, called_by_id, called_at, starts_at,
    place, question, state, held_at, recorded_by_id, minutes, version)
SELECT gen_random_uuid(), id, organisation_id, restricted, '', manager_id, now(), now(), '', '', 'held', now(),
    manager_id, '', 1 FROM case_record;
INSERT INTO conference_signature (id, conference_id, case_id, organisation_id, restricted, digest, signer, form,
    verification, checked_at, recorded_at, recorded_by_id, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, '', 'recorder', 'plain', 'refused', now(), now(),
    called_by_id, 1 FROM conference;
INSERT INTO conference_share (conference_id, case_id, organisation_id, restricted, person_ids, told,
    without_consent_ground) SELECT c.id, c.case_id, c.organisation_id, c.restricted, ARRAY[gen_random_uuid()], '', ''
    FROM conference c;
INSERT INTO conference_participant (id, conference_id, case_id, organisation_id, restricted, name, post, state,
    invited_at, invited_by_id, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, '', '', 'invited', now(), called_by_id, 1
    FROM conference;
INSERT INTO conference_participant (id, conference_id, case_id, organisation_id, restricted, user_id, body_id, state,
    invited_at, invited_by_id, decline_reason, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, called_by_id, organisation_id, 'declined', now(),
    called_by_id, '', 1 FROM conference;
INSERT INTO conference_family (conference_id, case_id, organisation_id, restricted, person_id, invited, reason)
SELECT c.id, c.case_id, c.organisation_id, c.restricted, p.person_id, false, '' FROM conference c
    JOIN case_person p ON p.case_id = c.case_id AND p.role = 'child' ON CONFLICT DO NOTHING;
INSERT INTO conference_decision (id, conference_id, case_id, organisation_id, restricted, position, wording,
    responsible_id, due_on, state, ended_at, closed_by_id, note, version)
SELECT gen_random_uuid(), id, case_id, organisation_id, restricted, 0, '', called_by_id, now()::date, 'done', now(),
    called_by_id, '', 1 FROM conference;
UPDATE plan_goal SET indicator = '', baseline = 0, target = 1, reach_by = now();
"""
"""Statements of the owner, past every trigger. A table of `erased_columns()` that stays empty fails the test."""
