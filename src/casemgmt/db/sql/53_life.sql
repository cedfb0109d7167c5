-- What happens in the life of a person of a case, and what its manager has to think about then.

-- Gives the manager of each open case of a person something to do; once for the same thing while it is not done. p_task are
-- the moments of the clock. Answers how many were given. The actor need not see these cases: a death that one body learns of
-- concerns the manager of another.
CREATE OR REPLACE FUNCTION note_life_event(p_person uuid, p_kind text, p_task jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given integer;
BEGIN
    INSERT INTO task (id, kind, case_id, organisation_id, restricted, record_type, record_id, assignee_id, blocks_closure,
                      started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)
    SELECT gen_random_uuid(), p_kind, c.id, c.organisation_id, c.restricted, 'person', p_person, c.manager_id, false,
           e.started_at, e.warn_at, e.due_at, e.deadline_status, e.deadline_provisional, e.rules_version, 1
      FROM case_person cp JOIN case_record c ON c.id = cp.case_id, jsonb_populate_record(NULL::task, p_task) e
     WHERE cp.person_id = p_person AND cp.until IS NULL AND c.state <> 'closed'
       AND p_kind IN ('coming_of_age', 'death_review', 'responsibility_review')
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.kind = p_kind AND t.record_id = p_person
                          AND t.cancelled_at IS NULL AND (t.completed_at IS NULL OR p_kind = 'coming_of_age'));
    GET DIAGNOSTICS given = ROW_COUNT;
    RETURN given;
END $$;

-- Takes back what a death that was recorded by mistake gave to do.
CREATE OR REPLACE FUNCTION take_back_death(p_person uuid, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE task SET cancelled_at = p_at, cancel_reason = 'recorded_by_mistake', version = version + 1
     WHERE kind = 'death_review' AND record_id = p_person AND completed_at IS NULL AND cancelled_at IS NULL
$$;

-- Children of open cases who turn 18 by a day, and of whom their manager was not told yet. For the worker alone.
CREATE OR REPLACE FUNCTION coming_of_age_by(p_day date, p_limit integer) RETURNS TABLE (person_id uuid, birth_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT p.id, p.birth_date
      FROM case_person cp JOIN case_record c ON c.id = cp.case_id JOIN person p ON p.id = cp.person_id
     WHERE cp.role = 'child' AND cp.until IS NULL AND c.state <> 'closed' AND p.birth_precision = 'exact' AND p.died_on IS NULL
       AND p.birth_date <= p_day - interval '18 years'
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.kind = 'coming_of_age' AND t.record_id = p.id
                          AND t.cancelled_at IS NULL)
     ORDER BY p.birth_date, p.id LIMIT p_limit
$$;
