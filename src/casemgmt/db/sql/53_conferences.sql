-- Conferences on cases. SECURITY DEFINER where an act goes beyond the sight of its actor: the team of the case does not see
-- the queues of other bodies, whoever is invited does not see the case.

-- The body of somebody who may be invited, null for anybody else: an account that is gone, a system, a role that answers none.
CREATE OR REPLACE FUNCTION may_attend_conference(p_user uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.organisation_id FROM app_user u
     WHERE u.id = p_user AND u.active AND u.kind = 'person' AND EXISTS (
        SELECT 1 FROM role_held r
         WHERE r.user_id = u.id
           AND r.role IN ('benefits_officer', 'case_manager', 'centre_head', 'centre_specialist', 'duty_officer',
                          'guardianship_officer', 'mobile_group_lead', 'mobile_group_member', 'school_psychologist',
                          'supervisor'))
$$;

-- First name and age of the children of a conference, from the persons as they are now. Who reads it: `reads_conference`.
CREATE OR REPLACE FUNCTION conference_children(p_conference uuid)
RETURNS TABLE (person_id uuid, given_name text, age integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, p.given_name,
           coalesce(extract(year FROM age((now() AT TIME ZONE 'Asia/Almaty')::date, p.birth_date))::integer,
                    extract(year FROM now() AT TIME ZONE 'Asia/Almaty')::integer - p.birth_year)
      FROM conference_share s JOIN person p ON p.id = ANY (s.person_ids)
     WHERE s.conference_id = p_conference AND reads_conference(p_conference)
     ORDER BY p.birth_date NULLS LAST, p.id
$$;

-- Puts clocks of a conference into the queues of those whom they are for: the case's own for its team, else the body's, where
-- they tell the number of an invitation or a decision and nothing of the case. No right for the service.
CREATE OR REPLACE FUNCTION put_conference_clocks(p_case uuid, p_tasks jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO task
    SELECT filled.* FROM jsonb_populate_recordset(NULL::task, p_tasks) e JOIN case_record c ON c.id = p_case
      JOIN app_user u ON u.id = coalesce(e.assignee_id, c.manager_id) JOIN organisation o ON o.id = u.organisation_id,
           LATERAL (SELECT EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = c.id AND m.user_id = u.id
                                      AND m.ended_at IS NULL) AS within) side,
           jsonb_populate_record(NULL::task, to_jsonb(e) || jsonb_build_object(
               'assignee_id', u.id, 'case_id', CASE WHEN side.within THEN c.id END, 'signal_id', NULL,
               'organisation_id', CASE WHEN side.within THEN c.organisation_id ELSE o.id END,
               'region_code', CASE WHEN side.within THEN c.region_code ELSE o.region_code END,
               'restricted', side.within AND c.restricted, 'blocks_closure', false, 'version', 1)) filled
     WHERE e.kind LIKE 'conference\_%'
$$;

-- The same, by the team of the case, which also ends what waits for nothing any more: `p_over` are invitations, decisions
-- and conferences of the case. Cancelled with a reason, or done.
CREATE OR REPLACE FUNCTION set_conference_clocks(p_case uuid, p_over uuid[], p_result text, p_cancelled boolean, p_tasks jsonb,
                                                 p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT on_team(p_case) OR p_case = ANY (shut_out()) THEN
        RAISE EXCEPTION 'not of the team' USING ERRCODE = '42501';
    END IF;
    UPDATE task t SET version = t.version + 1,
           completed_at = CASE WHEN NOT p_cancelled THEN p_at END, cancelled_at = CASE WHEN p_cancelled THEN p_at END,
           completed_by_id = CASE WHEN NOT p_cancelled THEN actor_user() END,
           result = CASE WHEN NOT p_cancelled THEN p_result END, cancel_reason = CASE WHEN p_cancelled THEN p_result END
     WHERE t.record_id = ANY (p_over) AND t.kind LIKE 'conference\_%' AND t.completed_at IS NULL AND t.cancelled_at IS NULL
       AND (EXISTS (SELECT 1 FROM conference x WHERE x.id = t.record_id AND x.case_id = p_case)
            OR EXISTS (SELECT 1 FROM conference_participant x WHERE x.id = t.record_id AND x.case_id = p_case)
            OR EXISTS (SELECT 1 FROM conference_decision x WHERE x.id = t.record_id AND x.case_id = p_case));
    PERFORM put_conference_clocks(p_case, p_tasks);
END $$;

-- Answers an invitation: accepted, declined, or somebody else of the body sent, who is invited in turn. Its row, the clocks of
-- both sides, the story of the case. Answers false where it has moved on, or is not the actor's to answer.
CREATE OR REPLACE FUNCTION answer_conference(p_invitation uuid, p_state text, p_reason text, p_to uuid, p_new uuid,
                                             p_tasks jsonb, p_entry uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case case_record;
    asked conference_participant;
BEGIN
    SELECT * INTO the_case FROM case_record
     WHERE id = (SELECT case_id FROM conference_participant WHERE id = p_invitation) FOR UPDATE;
    UPDATE conference_participant p SET state = p_state, answered_at = p_at, version = p.version + 1,
           decline_reason = CASE WHEN p_state = 'declined' THEN p_reason END
     WHERE p.id = p_invitation AND p.user_id = actor_user() AND p.case_id <> ALL (shut_out())
       AND p_state IN ('accepted', 'declined', 'replaced')
       AND (p.state = 'invited' OR (p.state = 'accepted' AND p_state <> 'accepted'))
       AND EXISTS (SELECT 1 FROM conference c WHERE c.id = p.conference_id AND c.state = 'called')
    RETURNING * INTO asked;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF p_state = 'replaced' THEN
        IF may_attend_conference(p_to) IS DISTINCT FROM asked.body_id THEN
            RAISE EXCEPTION 'nobody of the body' USING ERRCODE = '42501';
        END IF;
        INSERT INTO conference_participant (id, conference_id, case_id, organisation_id, restricted, user_id, body_id,
                                            consent_id, in_place_of_id, state, invited_at, invited_by_id, version)
        VALUES (p_new, asked.conference_id, asked.case_id, asked.organisation_id, asked.restricted, p_to, asked.body_id,
                asked.consent_id, asked.id, 'invited', p_at, actor_user(), 1);
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = p_state, version = version + 1
     WHERE record_id = p_invitation AND kind LIKE 'conference\_%' AND completed_at IS NULL AND cancelled_at IS NULL;
    PERFORM put_conference_clocks(the_case.id, p_tasks);
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, the_case.organisation_id, the_case.restricted, p_at,
            CASE p_state WHEN 'accepted' THEN 'conference.accepted' WHEN 'declined' THEN 'conference.declined'
                         ELSE 'conference.another_sent' END, actor_user(), 'conference', asked.conference_id,
            jsonb_strip_nulls(jsonb_build_object('user_id', coalesce(p_to, actor_user()))));
    RETURN true;
END $$;

-- Signs the minutes: who was there, or sees the case, and did not write them.
CREATE OR REPLACE FUNCTION sign_conference(p_conference uuid, p_entry uuid, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case case_record;
BEGIN
    SELECT * INTO the_case FROM case_record WHERE id = (SELECT case_id FROM conference WHERE id = p_conference) FOR UPDATE;
    UPDATE conference c SET state = 'signed', signed_at = p_at, signed_by_id = actor_user(), version = c.version + 1
     WHERE c.id = p_conference AND c.state = 'held' AND c.recorded_by_id <> actor_user() AND c.case_id <> ALL (shut_out())
       AND (on_team(c.case_id)
            OR (NOT c.restricted AND (sees_all_cases() OR c.region_code = case_region() OR c.organisation_id = case_organisation()))
            OR EXISTS (SELECT 1 FROM conference_participant p
                        WHERE p.conference_id = c.id AND p.user_id = actor_user() AND p.came));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'signed', version = version + 1
     WHERE record_id = p_conference AND kind = 'conference_sign_off' AND completed_at IS NULL AND cancelled_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, the_case.organisation_id, the_case.restricted, p_at, 'conference.signed', actor_user(),
            'conference', p_conference, '{}');
    RETURN true;
END $$;

-- Says what came of a decision, by who does it or by the team; the manager of the case is told by a clock where another did it.
CREATE OR REPLACE FUNCTION complete_conference_decision(p_decision uuid, p_note text, p_tasks jsonb, p_entry uuid,
                                                        p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case case_record;
    decided conference_decision;
BEGIN
    SELECT * INTO the_case FROM case_record WHERE id = (SELECT case_id FROM conference_decision WHERE id = p_decision) FOR UPDATE;
    UPDATE conference_decision d SET state = 'done', ended_at = p_at, closed_by_id = actor_user(), note = p_note,
           version = d.version + 1
     WHERE d.id = p_decision AND d.state = 'open' AND d.case_id <> ALL (shut_out())
       AND (d.responsible_id = actor_user() OR on_team(d.case_id))
    RETURNING * INTO decided;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'done', version = version + 1
     WHERE record_id = p_decision AND kind LIKE 'conference\_%' AND completed_at IS NULL AND cancelled_at IS NULL;
    IF the_case.manager_id <> actor_user() THEN
        PERFORM put_conference_clocks(the_case.id, p_tasks);
    END IF;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, the_case.organisation_id, the_case.restricted, p_at, 'conference.decision_done', actor_user(),
            'conference', decided.conference_id, '{}');
    RETURN true;
END $$;
