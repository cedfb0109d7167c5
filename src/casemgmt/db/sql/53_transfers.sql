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

-- The move itself, in one step: the new manager, the region of every row (30_truth.sql), the team, the tasks, the sessions.
-- Members and sessions of the region that is left end; where both bodies are of one region they go on. Answers the case, or
-- null where the offer is no longer there.
CREATE OR REPLACE FUNCTION accept_transfer(p_transfer uuid, p_manager uuid, p_membership uuid, p_entry uuid, p_task jsonb,
                                           p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    offer case_transfer;
    the_case case_record;
    target record;
    left_sessions uuid[];
    left_members uuid[];
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
           AND (m.team_role = 'manager' OR m.user_id = target.id OR o.region_code IS DISTINCT FROM target.region_code)
        RETURNING m.user_id)
    SELECT array_agg(user_id) INTO left_members FROM ended WHERE user_id <> target.id;
    WITH ended AS (
        UPDATE centre_session s SET state = 'cancelled', cancellation_reason = 'family_moved', version = s.version + 1
          FROM organisation o
         WHERE s.case_id = the_case.id AND s.state = 'booked' AND s.starts_at > p_at AND o.id = s.centre_id
           AND o.region_code IS DISTINCT FROM target.region_code
        RETURNING s.id)
    SELECT array_agg(id) INTO left_sessions FROM ended;
    UPDATE booking SET cancelled_at = p_at WHERE session_id = ANY (left_sessions) AND cancelled_at IS NULL;

    UPDATE case_transfer SET state = 'accepted', decided_at = p_at, decided_by_id = actor_user(), manager_id = target.id,
           ended_sessions = coalesce(cardinality(left_sessions), 0), ended_members = coalesce(cardinality(left_members), 0),
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
       AND (assignee_id = ANY (left_members) OR assignee_id = the_case.manager_id OR mobile_group_id IS NOT NULL);
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
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, target.organisation_id, the_case.restricted, p_at, 'case.transfer_accepted', actor_user(),
            'case_transfer', p_transfer, jsonb_build_object('from_organisation_id', offer.from_organisation_id,
            'to_user_id', target.id));
    RETURN the_case.id;
END $$;
