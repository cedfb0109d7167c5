-- Background jobs. The queue is a schema of its own, `jobs`; whoever serves requests may put a job into it and see where jobs
-- stand, never what they are told. The worker's log-in is a member of `casemgmt_service` as well, for jobs that are done for
-- somebody: then it sees what that account sees. For the service itself it sees the tables below, and no secret class.

-- The service itself as the actor of a transaction. The id is that of `access/system.py`.
CREATE OR REPLACE FUNCTION begin_system(p_request text, p_salt bytea) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT set_config('casemgmt.user', '00000000-0000-7000-8000-00000000ca5e', true),
           set_config('casemgmt.request', p_request, true),
           set_config('casemgmt.salt', encode(p_salt, 'hex'), true);
    SELECT NULL::void
$$;

CREATE OR REPLACE FUNCTION works_for_itself() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT current_setting('casemgmt.user', true) = '00000000-0000-7000-8000-00000000ca5e' $$;

-- What an account may do now, for a job that it asked for; it needs no session.
CREATE OR REPLACE FUNCTION job_identity(p_user uuid)
RETURNS TABLE (organisation_id uuid, region_code text, roles text[], scopes text[], authz_version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.organisation_id, o.region_code,
           ARRAY(SELECT r.role::text FROM role_held r WHERE r.user_id = u.id ORDER BY r.role),
           u.scopes, u.authz_version
      FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.id = p_user AND u.active
$$;

-- Rows of a technical class whose term is over (retention/schedule.yaml): nothing about a child is among them.
CREATE OR REPLACE FUNCTION sweep_technical(p_class text, p_before timestamptz, p_limit integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT delete_technical(p_class, p_before, p_limit) $$;

-- Months of the audit log ahead of time, so that a service that runs for years needs nobody for it.
CREATE OR REPLACE FUNCTION sweep_audit_months(p_ahead integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT audit_make_months(p_ahead) $$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY array[
        'task', 'timeline_entry', 'signal', 'case_record', 'case_member', 'consent', 'plan', 'plan_goal', 'plan_measure',
        'centre_session', 'session_participant', 'booking', 'benefit_determination', 'benefit_offer', 'factor_removal',
        'user_role', 'staff_absence', 'task_hold', 'task_alert', 'task_recalculation', 'import_run',
        'contact_answer', 'answer_wish'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS system ON %I', t);
        EXECUTE format('CREATE POLICY system ON %I TO casemgmt_worker USING (works_for_itself())'
                       ' WITH CHECK (works_for_itself())', t);
    END LOOP;
END $$;
