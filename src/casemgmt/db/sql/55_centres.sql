-- Planning the times of a centre. Both functions run with the owner's rights, because who books for a child of another
-- body sees neither the bookings nor the roles behind them; they answer times and staff, never a case.

-- The taken times of the rooms and specialists of a centre between two moments, absences among them without their reason.
-- Persons of cases are never among them.
-- Of some of them alone where they are named.
DROP FUNCTION IF EXISTS centre_busy(uuid, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION centre_busy(p_centre uuid, p_from timestamptz, p_until timestamptz, p_only uuid[] DEFAULT NULL)
RETURNS TABLE (resource_kind text, resource_id uuid, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.kind, r.id, lower(b.during), upper(b.during)
      FROM (SELECT 'room' AS kind, x.id FROM centre_room x WHERE x.organisation_id = p_centre
            UNION ALL
            SELECT 'specialist', u.id FROM app_user u WHERE u.organisation_id = p_centre) r
      JOIN booking b ON uuidrange(b.resource_id, b.resource_id, '[]') && uuidrange(r.id, r.id, '[]')
                    AND b.during && tstzrange(p_from, p_until) AND b.cancelled_at IS NULL
     WHERE actor_user() IS NOT NULL AND (p_only IS NULL OR r.id = ANY (p_only))
    UNION ALL
    SELECT 'specialist', a.user_id, a.starts_at, a.ends_at
      FROM absence_time a JOIN app_user u ON u.id = a.user_id
     WHERE u.organisation_id = p_centre AND a.withdrawn_at IS NULL AND a.starts_at < p_until AND a.ends_at > p_from
       AND actor_user() IS NOT NULL AND (p_only IS NULL OR a.user_id = ANY (p_only))
     ORDER BY 3, 1, 2
$$;

-- Which of several times are taken for one of the resources: places in the list, from 0. It tells of persons whose sessions
-- the planner doesn't see no more than a refused booking does.
CREATE OR REPLACE FUNCTION taken_slots(p_resources uuid[], p_starts timestamptz[], p_ends timestamptz[], p_sessions uuid[])
RETURNS TABLE (slot integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (t.n - 1)::integer FROM unnest(p_starts, p_ends) WITH ORDINALITY AS t(starts_at, ends_at, n)
     WHERE actor_user() IS NOT NULL AND EXISTS (
        SELECT 1 FROM unnest(p_resources) AS r(id)
          JOIN booking b ON uuidrange(b.resource_id, b.resource_id, '[]') && uuidrange(r.id, r.id, '[]')
                        AND b.during && tstzrange(t.starts_at, t.ends_at) AND b.cancelled_at IS NULL
         WHERE b.session_id IS NULL OR b.session_id <> ALL (p_sessions))
$$;

-- How many sessions to come need a room, how many persons the largest of them has, and when the last one ends: a room may be
-- taken for a case that its keeper does not see.
CREATE OR REPLACE FUNCTION room_needed(p_room uuid, p_now timestamptz)
RETURNS TABLE (sessions bigint, persons bigint, last_ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), coalesce(max(n.persons), 0), max(n.ends_at)
      FROM (SELECT s.ends_at, (SELECT count(*) FROM session_participant p WHERE p.session_id = s.id) AS persons
              FROM centre_session s WHERE s.room_id = p_room AND s.state = 'booked' AND s.ends_at > p_now
            UNION ALL
            SELECT m.ends_at, c.capacity FROM course c JOIN course_meeting m ON m.course_id = c.id
             WHERE c.room_id = p_room AND m.ends_at > p_now) n
     WHERE actor_user() IS NOT NULL
$$;

-- The specialists of a centre: roles are read by the keepers of the directory alone.
CREATE OR REPLACE FUNCTION centre_specialists(p_centre uuid)
RETURNS TABLE (id uuid, family_name text, given_name text, patronymic text, sector text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id, u.family_name, u.given_name, u.patronymic, u.sector
      FROM app_user u
     WHERE u.organisation_id = p_centre AND u.active AND actor_user() IS NOT NULL
       AND EXISTS (SELECT 1 FROM role_held r
                    WHERE r.user_id = u.id AND r.role = 'centre_specialist')
     ORDER BY u.family_name, u.given_name, u.id
$$;

-- Asks the managers of the cases of some sessions to move or cancel them: one clock each, which ends at the latest when its
-- session would begin. p_task holds the columns of a clock.
CREATE OR REPLACE FUNCTION ask_for_sessions(p_sessions uuid[], p_task jsonb, p_at timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO task
    SELECT e.* FROM centre_session s JOIN case_record k ON k.id = s.case_id
     CROSS JOIN LATERAL (SELECT greatest(s.starts_at, p_at) AS begins) b,
           jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
               'id', gen_random_uuid(), 'kind', 'session_without_specialist', 'record_type', 'centre_session',
               'record_id', s.id, 'case_id', k.id, 'signal_id', NULL, 'organisation_id', k.organisation_id,
               'region_code', k.region_code, 'restricted', k.restricted, 'assignee_id', k.manager_id,
               'warn_at', least((p_task->>'warn_at')::timestamptz, b.begins),
               'due_at', least((p_task->>'due_at')::timestamptz, b.begins), 'blocks_closure', false, 'version', 1)) e
     WHERE s.id = ANY (p_sessions) AND s.state = 'booked'
       AND NOT EXISTS (SELECT 1 FROM task o WHERE o.record_id = s.id AND o.kind = 'session_without_specialist'
                          AND o.completed_at IS NULL AND o.cancelled_at IS NULL)
$$;

-- Asks for what is booked into an absence: who records it sees the times alone, and of hidden cases not even those.
CREATE OR REPLACE FUNCTION start_absence_clocks(p_absence uuid, p_task jsonb, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ask_for_sessions(ARRAY(
               SELECT s.id FROM centre_session s
                WHERE s.specialist_id = a.user_id AND s.state = 'booked' AND s.starts_at < a.ends_at AND s.ends_at > a.starts_at),
               p_task, p_at)
      FROM absence_time a
     WHERE a.id = p_absence AND (a.created_by_id = actor_user() OR keeps_absence(a.id)) AND a.withdrawn_at IS NULL
$$;

-- Asks for what a deputy was booked for in somebody's stead, where the place that lets the deputy give it is over, or will be
-- before the session is: the absence ended early, or somebody else stands in.
CREATE OR REPLACE FUNCTION start_deputy_clocks(p_absence uuid, p_task jsonb, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ask_for_sessions(ARRAY(
               SELECT s.id FROM case_member d
                 JOIN centre_session s ON s.case_id = d.case_id AND s.specialist_id = d.user_id
                                      AND s.state = 'booked' AND s.ends_at > p_at
                WHERE d.absence_id = p_absence
                  AND NOT EXISTS (SELECT 1 FROM case_member m
                                   WHERE m.case_id = s.case_id AND m.user_id = s.specialist_id AND m.ended_at IS NULL
                                     AND m.help_kind = s.help_kind AND (m.rests_until IS NULL OR m.rests_until >= s.ends_at))),
               p_task, p_at)
     WHERE keeps_absence(p_absence)
$$;

-- Takes them back with the absence, but for a session that another absence still covers.
CREATE OR REPLACE FUNCTION end_absence_clocks(p_absence uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE task t SET cancelled_at = p_at, cancel_reason = 'absence_withdrawn', version = t.version + 1
      FROM absence_time a JOIN centre_session s ON s.specialist_id = a.user_id
     WHERE a.id = p_absence AND a.organisation_id = actor_organisation() AND a.withdrawn_at IS NOT NULL
       AND t.record_id = s.id AND t.kind = 'session_without_specialist'
       AND t.completed_at IS NULL AND t.cancelled_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM absence_time o WHERE o.user_id = a.user_id AND o.withdrawn_at IS NULL
                          AND s.starts_at < o.ends_at AND s.ends_at > o.starts_at)
$$;

-- Papers and hours of specialists are read by whoever is signed in and may book; absences by the own body and by who is
-- absent. A centre writes of its own specialists, and nobody of themselves.
DO $$
DECLARE
    t text;
    seen text;
    -- the policies of app_user are asked once for the one row that is written
    written constant text := 'user_id <> (SELECT actor_user()) AND EXISTS (SELECT 1 FROM app_user u WHERE u.id = user_id
                               AND u.organisation_id = (SELECT actor_organisation()))';
BEGIN
    FOREACH t IN ARRAY array['specialist_paper', 'specialist_hours', 'specialist_absence'] LOOP
        seen := CASE t WHEN 'specialist_absence'
                       THEN 'organisation_id = (SELECT actor_organisation()) OR user_id = (SELECT actor_user())'
                       ELSE '(SELECT actor_user()) IS NOT NULL' END;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('DROP POLICY IF EXISTS sight ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS writing ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS changing ON %I', t);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (%s)', t, seen);
        EXECUTE format('CREATE POLICY writing ON %I FOR INSERT WITH CHECK (%s)', t, written);
        EXECUTE format('CREATE POLICY changing ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t, written, written);
        EXECUTE format('DROP TRIGGER IF EXISTS audited ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %I
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit()', t);
    END LOOP;
END $$;

-- Tells a specialist and who heads the centre that a paper ends soon, once; nothing where a paper of the kind holds longer.
-- Answers the specialist, or null where there is nothing to tell. For the worker alone.
CREATE OR REPLACE FUNCTION warn_of_paper_end(p_paper uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ending specialist_paper;
BEGIN
    UPDATE specialist_paper p SET warned_at = p_at, version = p.version + 1
     WHERE p.id = p_paper AND p.withdrawn_at IS NULL AND p.warned_at IS NULL AND p.valid_until IS NOT NULL
       AND EXISTS (SELECT 1 FROM app_user u WHERE u.id = p.user_id AND u.active)
       AND NOT EXISTS (SELECT 1 FROM specialist_paper o WHERE o.user_id = p.user_id AND o.kind = p.kind AND o.withdrawn_at IS NULL
                          AND o.id <> p.id AND coalesce(o.valid_until, 'infinity') > p.valid_until)
    RETURNING * INTO ending;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM tell_of_account(ending.user_id, 'paper_ending', p_at, true, NULL);
    RETURN ending.user_id;
END $$;
