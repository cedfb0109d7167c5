-- Transfers of cases between bodies. SECURITY DEFINER where an act goes beyond the sight of its actor: the giver does not
-- see the receiver's queue, the receiver does not see the case before it is theirs. Who leads the receiving body answers:
-- `case_organisation()` is theirs alone.

-- Puts the clock of acceptance into the queue of the receiving body: it tells the number of an offer and nothing of the case.
CREATE OR REPLACE FUNCTION start_transfer_clock(p_transfer uuid, p_task jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO task
    SELECT e.* FROM case_transfer t JOIN organisation o ON o.id = t.to_organisation_id,
           jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
               'kind', 'transfer_acceptance', 'record_type', 'case_transfer', 'record_id', t.id, 'case_id', NULL,
               'signal_id', NULL, 'assignee_id', NULL, 'organisation_id', o.id, 'region_code', o.region_code,
               'restricted', false, 'version', 1)) e
     WHERE t.id = p_transfer AND t.state = 'offered' AND t.offered_by_id = actor_user()
$$;

-- Ends an offer without a transfer: declined by the receiving body, withdrawn by the giving one. Answers the case, or null
-- where the offer is no longer there.
CREATE OR REPLACE FUNCTION end_transfer(p_transfer uuid, p_state text, p_reason text, p_entry uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    offer case_transfer;
BEGIN
    PERFORM 1 FROM case_record WHERE id = (SELECT case_id FROM case_transfer WHERE id = p_transfer) FOR UPDATE;
    UPDATE case_transfer SET state = p_state, decided_at = p_at, decline_reason = p_reason,
           decided_by_id = CASE WHEN p_state = 'declined' THEN actor_user() END,
           version = version + 1
     WHERE id = p_transfer AND state = 'offered' AND case_id <> ALL (shut_out())
       AND CASE p_state WHEN 'declined' THEN to_organisation_id = case_organisation()
                        WHEN 'withdrawn' THEN from_organisation_id = actor_organisation() END
    RETURNING * INTO offer;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = p_state, version = version + 1
     WHERE record_id = p_transfer AND completed_at IS NULL AND cancelled_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, offer.case_id, offer.organisation_id, offer.restricted, p_at,
            CASE p_state WHEN 'declined' THEN 'case.transfer_declined' ELSE 'case.transfer_withdrawn' END, actor_user(),
            'case_transfer', p_transfer, '{}');
    RETURN offer.case_id;
END $$;

-- Where persons of a case stay now in another region than this one: the stay, the centre that keeps the house, the longest term.
CREATE OR REPLACE FUNCTION stays_elsewhere(p_case uuid, p_region text)
RETURNS TABLE (stay_id uuid, centre_id uuid, until_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT s.id, o.id, s.until_at
      FROM temporary_stay s JOIN stay_person x ON x.stay_id = s.id AND x.left_at IS NULL
      JOIN shelter_place p ON p.id = x.place_id JOIN organisation o ON o.id = p.organisation_id
     WHERE s.case_id = p_case AND s.state = 'staying' AND o.region_code IS DISTINCT FROM p_region
$$;

-- The move itself, in one step: the new manager, the region of every row (30_truth.sql), the team, the tasks, the sessions,
-- places on lists and in courses. What is of the region that is left ends; where both bodies are of one region it goes on. A
-- stay goes on wherever it is: the staff of its centre keep their places in the team for its time, and the new manager is
-- asked to agree with them. Answers the case, or null where the offer is no longer there.
DROP FUNCTION IF EXISTS accept_transfer(uuid, uuid, uuid, uuid, jsonb, timestamptz);
CREATE OR REPLACE FUNCTION accept_transfer(p_transfer uuid, p_manager uuid, p_membership uuid, p_entry uuid, p_task jsonb,
                                           p_stay_task jsonb, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    offer case_transfer;
    the_case case_record;
    target record;
    left_sessions uuid[];
    left_members uuid[];
    left_lists uuid[];
    left_courses uuid[];
    kept_members uuid[];
BEGIN
    SELECT * INTO the_case FROM case_record
     WHERE id = (SELECT case_id FROM case_transfer WHERE id = p_transfer) FOR UPDATE;
    SELECT * INTO offer FROM case_transfer
     WHERE id = p_transfer AND state = 'offered' AND to_organisation_id = case_organisation()
       AND case_id <> ALL (shut_out()) FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.id, u.sector, a.organisation_id, a.region_code INTO STRICT target
      FROM active_case_manager(p_manager) a JOIN app_user u ON u.id = p_manager
     WHERE a.organisation_id = offer.to_organisation_id;
    UPDATE case_handover SET state = 'withdrawn', decided_at = p_at, version = version + 1
     WHERE case_id = the_case.id AND state = 'offered';
    UPDATE task SET cancelled_at = p_at, cancel_reason = 'case_transferred', version = version + 1
     WHERE case_id = the_case.id AND kind = 'handover_acceptance' AND completed_at IS NULL AND cancelled_at IS NULL;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'accepted', version = version + 1
     WHERE record_id = p_transfer AND completed_at IS NULL AND cancelled_at IS NULL;

    WITH ended AS (
        UPDATE case_member m SET ended_at = p_at FROM app_user u JOIN organisation o ON o.id = u.organisation_id
         WHERE m.case_id = the_case.id AND m.ended_at IS NULL AND u.id = m.user_id
           AND (m.team_role = 'manager' OR m.user_id = target.id
                OR (o.region_code IS DISTINCT FROM target.region_code
                    AND (m.team_role = 'deputy_manager'
                         OR o.id NOT IN (SELECT k.centre_id FROM stays_elsewhere(the_case.id, target.region_code) k))))
        RETURNING m.user_id)
    SELECT array_agg(user_id) INTO left_members FROM ended WHERE user_id <> target.id;
    -- Theirs ends by itself with the longest term, or with the time that the new manager has to agree with them.
    WITH kept AS (
        UPDATE case_member m SET rests_until = least(m.rests_until, k.until_at)
          FROM app_user u, (SELECT e.centre_id, greatest(max(e.until_at), (p_stay_task->>'due_at')::timestamptz) AS until_at
                              FROM stays_elsewhere(the_case.id, target.region_code) e GROUP BY 1) k
         WHERE m.case_id = the_case.id AND m.ended_at IS NULL AND u.id = m.user_id AND u.organisation_id = k.centre_id
        RETURNING m.user_id)
    SELECT array_agg(user_id) INTO kept_members FROM kept;
    WITH ended AS (
        UPDATE centre_session s SET state = 'cancelled', cancellation_reason = 'family_moved', version = s.version + 1
          FROM organisation o
         WHERE s.case_id = the_case.id AND s.state = 'booked' AND s.starts_at > p_at AND o.id = s.centre_id
           AND o.region_code IS DISTINCT FROM target.region_code
        RETURNING s.id)
    SELECT array_agg(id) INTO left_sessions FROM ended;
    UPDATE booking SET cancelled_at = p_at WHERE session_id = ANY (left_sessions) AND cancelled_at IS NULL;

    -- An offered place is free: the worker offers it to who is next, in a story of their own (`pass_waiting_place_on`).
    WITH ended AS (
        UPDATE waiting_entry w SET state = 'ended', ended_at = p_at, offer_until = NULL, end_reason = 'family_moved',
               place_free_since = CASE w.state WHEN 'offered' THEN p_at END, version = w.version + 1
          FROM organisation o
         WHERE w.case_id = the_case.id AND w.state IN ('waiting', 'offered') AND o.id = w.centre_id
           AND o.region_code IS DISTINCT FROM target.region_code
        RETURNING w.id)
    SELECT array_agg(id) INTO left_lists FROM ended;
    UPDATE task SET cancelled_at = p_at, cancel_reason = 'family_moved', version = version + 1
     WHERE record_id = ANY (left_lists) AND kind = 'waiting_offer' AND completed_at IS NULL AND cancelled_at IS NULL;
    SELECT array_agg(x.participant_id) INTO left_courses
      FROM course_place x JOIN course c ON c.id = x.course_id JOIN organisation o ON o.id = c.organisation_id
     WHERE x.case_id = the_case.id AND x.left_at IS NULL AND c.ends_at > p_at
       AND o.region_code IS DISTINCT FROM target.region_code;
    UPDATE course_participant SET left_at = p_at WHERE id = ANY (left_courses) AND left_at IS NULL;
    UPDATE course_place SET left_at = p_at, left_reason = 'family_moved'
     WHERE participant_id = ANY (left_courses) AND left_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT gen_random_uuid(), the_case.id, the_case.organisation_id, the_case.restricted, p_at, e.kind, actor_user(),
           e.record_type, e.id, jsonb_build_object('service', e.service)
      FROM (SELECT 'waiting.family_moved' AS kind, 'waiting_entry' AS record_type, w.id, w.service
              FROM waiting_entry w WHERE w.id = ANY (left_lists)
            UNION ALL
            SELECT 'course.family_moved', 'course_place', x.participant_id, c.service
              FROM course_place x JOIN course c ON c.id = x.course_id WHERE x.participant_id = ANY (left_courses)) e;

    UPDATE case_transfer SET state = 'accepted', decided_at = p_at, decided_by_id = actor_user(), manager_id = target.id,
           ended_sessions = coalesce(cardinality(left_sessions), 0), ended_members = coalesce(cardinality(left_members), 0),
           ended_waiting = coalesce(cardinality(left_lists), 0), ended_courses = coalesce(cardinality(left_courses), 0),
           version = version + 1
     WHERE id = p_transfer;
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    VALUES (p_membership, the_case.id, target.organisation_id, the_case.restricted, target.id, 'manager', target.sector,
            the_case.opened_at, p_at, actor_user());
    UPDATE case_record SET manager_id = target.id, organisation_id = target.organisation_id,
           region_code = coalesce(target.region_code, region_code), version = version + 1
     WHERE id = the_case.id;
    -- What anybody had to do who sees the case no more goes to the new manager, with its moment: no clock begins anew.
    UPDATE task SET assignee_id = target.id, mobile_group_id = NULL, version = version + 1
     WHERE case_id = the_case.id AND completed_at IS NULL AND cancelled_at IS NULL
       AND (assignee_id = ANY (left_members || kept_members) OR assignee_id = the_case.manager_id
            OR mobile_group_id IS NOT NULL);
    -- Persons and household follow, unless another body's open case holds them.
    UPDATE person p SET region_code = coalesce(target.region_code, p.region_code), organisation_id = target.organisation_id,
           version = p.version + 1
      FROM case_person cp
     WHERE cp.case_id = the_case.id AND cp.until IS NULL AND cp.person_id = p.id
       AND NOT EXISTS (SELECT 1 FROM case_person other JOIN case_record c ON c.id = other.case_id
                        WHERE other.person_id = p.id AND other.until IS NULL AND c.id <> the_case.id AND c.state <> 'closed');
    UPDATE family f SET region_code = coalesce(target.region_code, f.region_code), organisation_id = target.organisation_id,
           version = f.version + 1
     WHERE f.organisation_id = the_case.organisation_id
       AND EXISTS (SELECT 1 FROM family_member m JOIN case_person cp ON cp.person_id = m.person_id
                    WHERE m.family_id = f.id AND m.until IS NULL AND cp.case_id = the_case.id AND cp.role = 'child'
                      AND cp.until IS NULL);
    INSERT INTO task
    SELECT * FROM jsonb_populate_record(NULL::task, p_task || jsonb_build_object('case_id', the_case.id, 'version', 1,
        'record_id', the_case.id, 'assignee_id', target.id, 'organisation_id', target.organisation_id, 'restricted', false));
    INSERT INTO task
    SELECT e.* FROM stays_elsewhere(the_case.id, target.region_code) k,
           jsonb_populate_record(NULL::task, p_stay_task || jsonb_build_object('id', gen_random_uuid(), 'version', 1,
               'case_id', the_case.id, 'record_id', k.stay_id, 'assignee_id', target.id,
               'organisation_id', target.organisation_id, 'restricted', false)) e;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, target.organisation_id, the_case.restricted, p_at, 'case.transfer_accepted', actor_user(),
            'case_transfer', p_transfer, jsonb_build_object('from_organisation_id', offer.from_organisation_id,
            'to_user_id', target.id));
    RETURN the_case.id;
END $$;

-- A stay that a move had left in another region is over: so are the places in the team of those who ran it. What they had to do
-- goes to the manager of the case. For the team, in the act by which the family leaves the house.
CREATE OR REPLACE FUNCTION end_places_of_stay(p_stay uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case case_record;
    gone uuid[];
BEGIN
    SELECT c.* INTO the_case FROM temporary_stay s JOIN case_record c ON c.id = s.case_id
     WHERE s.id = p_stay AND s.state = 'left' AND on_team(c.id) FOR UPDATE OF c;
    WITH ended AS (
        UPDATE case_member m SET ended_at = p_at FROM app_user u JOIN organisation o ON o.id = u.organisation_id
         WHERE m.case_id = the_case.id AND m.ended_at IS NULL AND m.rests_until IS NOT NULL AND m.team_role <> 'manager'
           AND u.id = m.user_id AND o.region_code IS DISTINCT FROM the_case.region_code
           AND o.id IN (SELECT p.organisation_id FROM stay_person x JOIN shelter_place p ON p.id = x.place_id
                         WHERE x.stay_id = p_stay)
           AND o.id NOT IN (SELECT k.centre_id FROM stays_elsewhere(the_case.id, the_case.region_code) k)
        RETURNING m.user_id)
    SELECT array_agg(user_id) INTO gone FROM ended;
    UPDATE task t SET assignee_id = the_case.manager_id, version = t.version + 1
     WHERE t.case_id = the_case.id AND t.assignee_id = ANY (gone) AND t.completed_at IS NULL AND t.cancelled_at IS NULL;
END $$;
