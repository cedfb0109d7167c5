-- What the roles of the service and of the sealer may do. No DELETE anywhere: deletion is a state with a reason.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM casemgmt_service, casemgmt_sealer;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, casemgmt_sealer, casemgmt_worker;
GRANT USAGE ON SCHEMA public TO casemgmt_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO casemgmt_service;
REVOKE EXECUTE ON FUNCTION refresh_reach(uuid), audit_make_months(integer) FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION erase_content(jsonb), erasure_items(uuid, timestamptz), is_held(text, uuid), held_with(text, uuid),
  retention_due(text, timestamptz, uuid), technical_rows(text, timestamptz), delete_technical(text, timestamptz, integer)
  FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION begin_system(text, bytea), job_identity(uuid), sweep_technical(text, timestamptz, integer),
  sweep_audit_months(integer), drafts_saved_before(timestamptz, integer), note_draft_warning(uuid, timestamptz),
  tell_import_progress(uuid, integer, uuid, integer, text, integer, integer),
  reserve_case_numbers(text, integer, integer), record_first_iin(uuid, text, text, timestamptz)
  FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION abandoned_contacts(timestamptz, timestamptz, integer),
  note_abandoned(uuid, timestamptz, timestamptz, timestamptz),
  silent_senders(timestamptz, timestamptz), note_silent(uuid, timestamptz, timestamptz, timestamptz) FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION glass_reviewer(uuid, uuid), coming_of_age_by(date, integer) FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION auth_keep_password(uuid, text, timestamptz, uuid),
  tell_of_account(uuid, text, timestamptz, boolean, uuid[]) FROM casemgmt_service;
REVOKE EXECUTE ON FUNCTION shut_out_of(uuid), stand_in_for(uuid), take_over_task(uuid, uuid, text, uuid, uuid),
  named_for_work(uuid, uuid[]), names_another(uuid, uuid), release_shut_out(uuid),
  put_conference_clocks(uuid, jsonb), owned_work(uuid), named_to_come(uuid), hand_on_within(uuid, uuid, uuid[], text, jsonb, timestamptz),
  places_to_cover(uuid), cover_absence(uuid), tell_of_absence(uuid, uuid, text),
  absences_to_tend(timestamptz, boolean, integer), is_away(uuid), settle_rights(uuid),
  hand_to_heads(uuid, text, jsonb, timestamptz), head_of(uuid, uuid), leaves_work(uuid),
  warn_of_role_end(uuid, jsonb, timestamptz), end_role(uuid, text, jsonb, timestamptz), tell_of_duty(uuid, uuid, timestamptz),
  is_on_duty(uuid, timestamptz), give_to_duty(timestamptz, boolean, text[], integer), return_from_duty(timestamptz, integer),
  warn_of_paper_end(uuid, timestamptz), give_waiting_offer(uuid, timestamptz, jsonb, uuid),
  stays_elsewhere(uuid, text), ask_for_sessions(uuid[], jsonb, timestamptz),
  lapsed_waiting_offers(timestamptz, integer), pass_waiting_place_on(uuid, timestamptz, jsonb, uuid, uuid)
  FROM casemgmt_service;

DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
        IF t LIKE 'code\_%' OR t IN ('state_transition', 'role_grant', 'alembic_version', 'deployment', 'assessment_instrument') THEN
            EXECUTE format('GRANT SELECT ON %I TO casemgmt_service', t);
        ELSIF t LIKE 'audit\_%' AND t <> 'audit_salt' THEN
            EXECUTE format('GRANT SELECT ON %I TO casemgmt_service', t);
        ELSIF t NOT IN ('user_credential', 'auth_session', 'login_attempt', 'login_challenge', 'second_factor', 'recovery_code', 'client_secret', 'signing_secret',
                     'start_code', 'case_serial', 'audit_salt', 'course_guest', 'research_key', 'search', 'login_place', 'former_iin') THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO casemgmt_service', t);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO casemgmt_sealer;
GRANT SELECT ON audit_event, deployment TO casemgmt_sealer;
GRANT SELECT, INSERT ON audit_leaf, audit_node, audit_head TO casemgmt_sealer;
GRANT SELECT, INSERT, UPDATE (valid_until) ON audit_key TO casemgmt_sealer;
GRANT SELECT, INSERT, UPDATE ON audit_witness TO casemgmt_sealer;
-- Its own acts stand in the log: an export, a move to another cluster.
GRANT EXECUTE ON FUNCTION audit_write TO casemgmt_sealer;
-- Its look at the tree goes the way of everybody's, and so does what it says of its own delay.
GRANT EXECUTE ON FUNCTION audit_leaf_hashes, audit_sealing TO casemgmt_sealer;
-- Nobody is shut out of anything while it reads; the policy asks all the same.
GRANT EXECUTE ON FUNCTION shut_out TO casemgmt_sealer;

-- The worker's log-in is a member of casemgmt_service too; here stands what it may do beyond.
GRANT EXECUTE ON FUNCTION abandoned_contacts, note_abandoned, silent_senders, note_silent TO casemgmt_worker;
GRANT EXECUTE ON FUNCTION begin_system, job_identity, sweep_technical, sweep_audit_months, coming_of_age_by, drafts_saved_before, note_draft_warning,
  cover_absence, absences_to_tend, is_away, tell_import_progress, reserve_case_numbers, record_first_iin, warn_of_role_end,
  end_role, is_on_duty, give_to_duty, return_from_duty TO casemgmt_worker;
GRANT EXECUTE ON FUNCTION warn_of_paper_end, lapsed_waiting_offers, pass_waiting_place_on TO casemgmt_worker;
REVOKE ALL ON ALL TABLES IN SCHEMA jobs FROM casemgmt_service, casemgmt_worker;
GRANT USAGE ON SCHEMA jobs TO casemgmt_service, casemgmt_worker;
GRANT INSERT, SELECT (id, priority, entrypoint, status, execute_after, dedupe_key) ON jobs.job TO casemgmt_service;
GRANT INSERT ON jobs.log TO casemgmt_service;
GRANT SELECT (entrypoint, next_run) ON jobs.schedule TO casemgmt_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO casemgmt_service, casemgmt_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO casemgmt_worker;
