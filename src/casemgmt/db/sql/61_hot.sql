-- The three requests that everybody makes all day: read a case, list cases, record a signal. Each is one function, so
-- one round trip and one transaction: set the actor, do the work under row security, write the audit event.
-- All run with the caller's rights (SECURITY INVOKER): the policies guard them as they guard everything else. Use cases
-- with a unit of work call the same inner functions.

-- What the guards of a case's route need. Work of an earlier round, before the case was reopened, doesn't carry the next.
-- Step by step and not in one statement: most cases answer most questions with the first look, and setting up a query
-- under row security costs more than running it.
DROP FUNCTION IF EXISTS case_facts(uuid, text[]);
CREATE FUNCTION case_facts(p_case uuid, p_route_clocks text[])
RETURNS TABLE (child_contacted boolean, children_assessed boolean, plan_approved boolean, help_kinds text[],
               goals_without_outcome bigint, open_tasks bigint, open_route_clocks bigint, open_handover boolean,
               open_commitments text[], closure_proposed_by_id uuid, closure_from_state text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    reopened timestamptz;
    proposed timestamptz;
    the_plan uuid;
    approved timestamptz;
BEGIN
    SELECT max(k.reopened_at), max(k.proposed_at) FILTER (WHERE k.decided_at IS NULL),
           min(k.proposed_by_id::text) FILTER (WHERE k.decided_at IS NULL)::uuid,
           min(k.from_state) FILTER (WHERE k.decided_at IS NULL)
      INTO reopened, proposed, closure_proposed_by_id, closure_from_state
      FROM case_closure k WHERE k.case_id = p_case;
    child_contacted := EXISTS (SELECT 1 FROM child_contact k WHERE k.case_id = p_case AND NOT k.entered_in_error);
    IF NOT child_contacted THEN
        child_contacted := met_on_visit(p_case);
    END IF;
    children_assessed := NOT EXISTS (
        SELECT 1 FROM case_person cp WHERE cp.case_id = p_case AND cp.role = 'child' AND cp.until IS NULL
           AND NOT EXISTS (SELECT 1 FROM assessment a
                            WHERE a.case_id = p_case AND a.person_id = cp.person_id AND a.state = 'completed'
                              AND (reopened IS NULL OR a.completed_at >= reopened)));
    SELECT p.id, p.approved_at INTO the_plan, approved FROM plan p WHERE p.case_id = p_case AND p.state = 'approved';
    plan_approved := the_plan IS NOT NULL AND (reopened IS NULL OR approved >= reopened);
    help_kinds := '{}';
    goals_without_outcome := 0;
    IF the_plan IS NOT NULL THEN
        goals_without_outcome := (SELECT count(*) FROM plan_goal g WHERE g.plan_id = the_plan AND g.outcome IS NULL);
    END IF;
    IF plan_approved THEN
        help_kinds := ARRAY(SELECT m.help_kind::text FROM plan_measure m WHERE m.plan_id = the_plan
                            UNION SELECT h.help_kind FROM plan_missing_help h WHERE h.plan_id = the_plan);
    END IF;
    SELECT count(*) FILTER (WHERE NOT t.kind = ANY (p_route_clocks)),
           count(*) FILTER (WHERE t.kind = ANY (p_route_clocks) AND (proposed IS NULL OR t.started_at > proposed))
      INTO open_tasks, open_route_clocks
      FROM task t
     WHERE t.case_id = p_case AND t.blocks_closure AND t.completed_at IS NULL AND t.cancelled_at IS NULL;
    open_handover := EXISTS (SELECT 1 FROM case_handover h WHERE h.case_id = p_case AND h.state = 'offered');
    open_commitments := commitments_of(p_case);
    RETURN NEXT;
END $$;

-- A case as its readers get it, but for the actions that are allowed on it.
DROP FUNCTION IF EXISTS case_document(uuid);
CREATE FUNCTION case_document(p_case uuid)
RETURNS TABLE (document text, state text, version integer, manager_id uuid, restricted boolean, restricted_by_id uuid,
               help_package text)
LANGUAGE sql STABLE AS $$
    SELECT row_to_json(found)::text, found.state::text, found.version, found.manager_id, found.restricted,
           found.restricted_by_id, found.help_package::text
      FROM (
        SELECT c.id, c.number, c.state, c.risk_level, c.restricted, c.manager_id, c.region_code, c.organisation_id, c.opened_at,
               c.version, c.restriction_ground, c.restriction_note, c.restricted_by_id, c.help_package, c.problem_type, c.child_categories,
               c.risk_review_on, c.opened_by_id, c.closed_at, c.reopened_times,
               (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
                   SELECT p.person_id, p.role, p.since FROM case_person p
                    WHERE p.case_id = c.id AND p.until IS NULL ORDER BY p.since, p.id) x) AS persons,
               (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
                   SELECT m.id, m.user_id, m.team_role, m.sector, m.help_kind, m.since FROM case_member m
                    WHERE m.case_id = c.id AND m.ended_at IS NULL ORDER BY m.since, m.id) x) AS team,
               ARRAY(SELECT s.id FROM signal s WHERE s.case_id = c.id ORDER BY s.received_at, s.id) AS signal_ids,
               (SELECT p.id FROM plan p WHERE p.case_id = c.id AND p.state = 'approved') AS current_plan_id,
               (SELECT row_to_json(x) FROM (
                   SELECT h.id, h.to_user_id, h.reason, h.offered_at FROM case_handover h
                    WHERE h.case_id = c.id AND h.state = 'offered') x) AS open_handover,
               (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
                   SELECT k.id, k.reason, k.note, k.from_state, k.proposed_at, k.proposed_by_id, k.approved, k.decided_at,
                          k.decided_by_id, k.decision_note, k.reopened_at, k.reopened_by_id, k.reopen_reason, k.reopen_note
                     FROM case_closure k WHERE k.case_id = c.id ORDER BY k.proposed_at) x) AS closures
          FROM case_record c WHERE c.id = p_case) AS found
$$;

-- The newest cases before a position that the actor sees. One branch per way of seeing a case, each on an index of its
-- own: a policy guards, it does not find. A restricted case is found by its team's branch alone, as the policy has it.
-- `my_case_page` is that branch, for those whose reach is their teams.
DO $$
DECLARE
    wanted constant text := 'c.id, c.number, c.state, c.risk_level, c.restricted, c.manager_id, c.region_code,'
                            ' c.organisation_id, c.opened_at';
    branch constant text := '(SELECT %1$s FROM case_record c WHERE %2$s AND NOT c.restricted %3$s'
                            ' AND (c.opened_at, c.id) < (p_at, p_id) ORDER BY c.opened_at DESC, c.id DESC LIMIT p_size)';
    mine constant text := '(SELECT %1$s FROM case_member m JOIN case_record c ON c.id = m.case_id'
                          ' WHERE m.user_id = actor_user() AND m.ended_at IS NULL %2$s'
                          ' AND (m.opened_at, m.case_id) < (p_at, p_id) ORDER BY m.opened_at DESC, m.case_id DESC LIMIT p_size)';
    heading constant text := 'CREATE FUNCTION %1$s(p_size integer, p_at timestamptz, p_id uuid%2$s)'
        ' RETURNS TABLE (id uuid, opened_at timestamptz, document text) LANGUAGE sql STABLE AS $f$'
        ' SELECT found.id, found.opened_at, row_to_json(found)::text FROM (%3$s) AS found'
        ' ORDER BY found.opened_at DESC, found.id DESC LIMIT p_size $f$';
    filter text;
    parameter text;
BEGIN
    FOREACH filter IN ARRAY array['', 'AND c.state = p_state'] LOOP
        parameter := CASE WHEN filter = '' THEN '' ELSE ', p_state text' END;
        EXECUTE format('DROP FUNCTION IF EXISTS case_page(integer, timestamptz, uuid%1$s), '
                       'my_case_page(integer, timestamptz, uuid%1$s)', CASE WHEN filter = '' THEN '' ELSE ', text' END);
        EXECUTE format(heading, 'my_case_page', parameter, format(mine, wanted, filter));
        EXECUTE format(heading, 'case_page', parameter, concat_ws(' UNION ',
            format(branch, wanted, 'sees_all_cases()', filter),
            format(branch, wanted, 'c.region_code = case_region()', filter),
            format(branch, wanted, 'c.organisation_id = case_organisation()', filter),
            format(mine, wanted, filter)));
    END LOOP;
END $$;

-- GET /v1/cases/{id}. Nothing comes back where the actor sees no such case: the refusal is recorded by the caller.
DROP FUNCTION IF EXISTS request_case(uuid, integer, uuid, text, uuid, uuid, text[]);
CREATE FUNCTION request_case(p_user uuid, p_version integer, p_session uuid, p_request text, p_event uuid,
    p_case uuid, p_route_clocks text[],
    OUT document text, OUT state text, OUT version integer, OUT manager_id uuid, OUT restricted boolean,
    OUT restricted_by_id uuid, OUT help_package text,
    OUT child_contacted boolean, OUT children_assessed boolean, OUT plan_approved boolean, OUT help_kinds text[],
    OUT goals_without_outcome bigint, OUT open_tasks bigint, OUT open_route_clocks bigint, OUT open_handover boolean,
    OUT open_commitments text[], OUT closure_proposed_by_id uuid, OUT closure_from_state text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM begin_work(p_user, p_version, p_session, p_request);
    SELECT d.*, f.* INTO document, state, version, manager_id, restricted, restricted_by_id, help_package, child_contacted, children_assessed,
           plan_approved, help_kinds, goals_without_outcome, open_tasks, open_route_clocks, open_handover, open_commitments,
           closure_proposed_by_id, closure_from_state
      FROM case_document(p_case) d, case_facts(p_case, p_route_clocks) f;
    IF FOUND THEN
        PERFORM audit_write(p_event, 'case.read', 'done', NULL, 'case', array[p_case], p_case, NULL, '{}', NULL);
    END IF;
END $$;

-- GET /v1/cases. One event names all that were shown; a position comes back where there is more.
DROP FUNCTION IF EXISTS request_cases(uuid, integer, uuid, text, uuid, integer, timestamptz, uuid, text);
CREATE FUNCTION request_cases(p_user uuid, p_version integer, p_session uuid, p_request text, p_event uuid,
    p_size integer, p_at timestamptz, p_id uuid, p_state text, OUT items text, OUT next_at timestamptz, OUT next_id uuid)
LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
    moments timestamptz[];
    documents text[];
BEGIN
    PERFORM begin_work(p_user, p_version, p_session, p_request);
    IF p_state IS NULL AND current_setting('casemgmt.case_reach') NOT IN ('national', 'region', 'organisation') THEN
        SELECT array_agg(c.id), array_agg(c.opened_at), array_agg(c.document) INTO ids, moments, documents
          FROM my_case_page(p_size + 1, p_at, p_id) c;
    ELSIF p_state IS NULL THEN
        SELECT array_agg(c.id), array_agg(c.opened_at), array_agg(c.document) INTO ids, moments, documents
          FROM case_page(p_size + 1, p_at, p_id) c;
    ELSE
        SELECT array_agg(c.id), array_agg(c.opened_at), array_agg(c.document) INTO ids, moments, documents
          FROM case_page(p_size + 1, p_at, p_id, p_state) c;
    END IF;
    IF cardinality(ids) > p_size THEN
        next_at := moments[p_size];
        next_id := ids[p_size];
    END IF;
    PERFORM audit_write(p_event, 'case.listed', 'done', NULL, 'case', coalesce(ids[1:p_size], '{}'), NULL, NULL, '{}', NULL);
    items := '[' || coalesce(array_to_string(documents[1:p_size], ','), '') || ']';
END $$;

-- POST /v1/signals. p holds the rows as they are to be written: `signal`, `task`, `entry`, and `reporter` where there is one;
-- p_changes the commitments to them, which p_salt opens.
DROP FUNCTION IF EXISTS request_signal(uuid, integer, uuid, text, uuid, uuid, jsonb);
CREATE OR REPLACE FUNCTION request_signal(p_user uuid, p_version integer, p_session uuid, p_request text, p_event uuid,
    p_signal uuid, p jsonb, p_changes jsonb, p_salt bytea) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    fresh constant jsonb := '{"restricted": false, "version": 1}';
BEGIN
    PERFORM begin_work(p_user, p_version, p_session, p_request);
    INSERT INTO signal SELECT * FROM jsonb_populate_record(NULL::signal, fresh || (p->'signal'));
    IF p ? 'reporter' THEN
        INSERT INTO reporter SELECT * FROM jsonb_populate_record(NULL::reporter, p->'reporter');
    END IF;
    INSERT INTO task SELECT * FROM jsonb_populate_record(NULL::task, fresh || (p->'task'));
    INSERT INTO timeline_entry SELECT * FROM jsonb_populate_record(NULL::timeline_entry, fresh || (p->'entry'));
    PERFORM audit_write(p_event, 'signal.registered', 'done', NULL, 'signal', array[p_signal], NULL, p_signal, '{}', NULL,
                        p_changes, p_salt);
END $$;
