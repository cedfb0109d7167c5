-- Referrals to other bodies. SECURITY DEFINER where an act goes beyond the sight of its actor: the team of the case does
-- not see the queue of the body, the body sees neither the case nor, once it has answered, the referral.

-- Does somebody of the body answer what it is asked?
CREATE OR REPLACE FUNCTION answers_service_referrals(p_body uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM app_user u WHERE u.organisation_id = p_body AND u.active AND u.kind = 'person'
                      AND 'referral_desk' = ANY (u.flags))
$$;

-- Is this somebody of the body whom it can give what is asked? Whoever may see a case on a team, or answers for the body.
CREATE OR REPLACE FUNCTION may_do_service_referral(p_user uuid, p_body uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p_body = actor_organisation() AND EXISTS (
        SELECT 1 FROM app_user u JOIN role_held r ON r.user_id = u.id
         WHERE u.id = p_user AND u.organisation_id = p_body AND u.active AND u.kind = 'person'
           AND r.role IN ('centre_head', 'centre_specialist', 'guardianship_officer'))
$$;

-- Name and age of the child of a referral, from the person as it is now: nothing is copied that would have to be taken back.
-- Who reads it: `reads_referred` (15_referred.sql).
CREATE OR REPLACE FUNCTION referred_child(p_referral uuid)
RETURNS TABLE (person_id uuid, family_name text, given_name text, age integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, p.family_name, p.given_name,
           coalesce(extract(year FROM age((now() AT TIME ZONE 'Asia/Almaty')::date, p.birth_date))::integer,
                    extract(year FROM now() AT TIME ZONE 'Asia/Almaty')::integer - p.birth_year)
      FROM service_referral_share s JOIN person p ON p.id = s.person_id
     WHERE s.referral_id = p_referral AND reads_referred(p_referral)
$$;

-- How many the actor's body was asked: numbers alone, so that it can account for its work when it sees no more of it.
CREATE OR REPLACE FUNCTION service_referral_tally()
RETURNS TABLE (offered bigint, accepted bigint, declined bigint, done bigint, withdrawn bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE state = 'offered'), count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'declined'), count(*) FILTER (WHERE state = 'done'),
           count(*) FILTER (WHERE state = 'withdrawn')
      FROM service_referral WHERE to_organisation_id = actor_organisation()
$$;

-- Puts the clock of acceptance into the queue of the body that is asked: it tells the number of a referral, nothing more.
CREATE OR REPLACE FUNCTION start_service_referral_clock(p_referral uuid, p_task jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO task
    SELECT e.* FROM service_referral r JOIN organisation o ON o.id = r.to_organisation_id,
           jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
               'kind', 'service_referral_acceptance', 'record_type', 'service_referral', 'record_id', r.id,
               'case_id', NULL, 'signal_id', NULL, 'assignee_id', NULL, 'organisation_id', o.id,
               'region_code', o.region_code, 'restricted', false, 'version', 1)) e
     WHERE r.id = p_referral AND r.state = 'offered' AND r.offered_by_id = actor_user()
$$;

-- Answers, ends or withdraws a referral: its row, the clocks of the body, the story of the case, and what the manager of
-- the case is told by. Answers false where it has moved on, or is not the actor's to answer.
CREATE OR REPLACE FUNCTION answer_service_referral(p_referral uuid, p_state text, p_responsible uuid, p_reason text,
                                                   p_note text, p_task jsonb, p_entry uuid, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    the_case case_record;
    asked service_referral;
    body organisation;
BEGIN
    SELECT * INTO the_case FROM case_record
     WHERE id = (SELECT case_id FROM service_referral WHERE id = p_referral) FOR UPDATE;
    UPDATE service_referral r SET state = p_state, version = r.version + 1,
           answered_at = CASE WHEN p_state IN ('accepted', 'declined') THEN p_at ELSE r.answered_at END,
           answered_by_id = CASE WHEN p_state IN ('accepted', 'declined') THEN actor_user() ELSE r.answered_by_id END,
           responsible_id = CASE WHEN p_state = 'accepted' THEN p_responsible ELSE r.responsible_id END,
           decline_reason = CASE WHEN p_state = 'declined' THEN p_reason END,
           decline_note = CASE WHEN p_state = 'declined' THEN p_note END,
           return_note = CASE WHEN p_state = 'done' THEN p_note END,
           closed_at = CASE WHEN p_state IN ('done', 'withdrawn') THEN p_at END,
           closed_by_id = CASE WHEN p_state IN ('done', 'withdrawn') THEN actor_user() END
     WHERE r.id = p_referral AND NOT ARRAY[r.case_id] && shut_out()
       AND CASE p_state
           WHEN 'accepted' THEN r.state = 'offered' AND r.to_organisation_id = actor_organisation() AND actor_has('referral_desk')
           WHEN 'declined' THEN r.state = 'offered' AND r.to_organisation_id = actor_organisation() AND actor_has('referral_desk')
           WHEN 'done' THEN r.state = 'accepted' AND r.to_organisation_id = actor_organisation()
                            AND (actor_has('referral_desk') OR r.responsible_id = actor_user())
           WHEN 'withdrawn' THEN r.state IN ('offered', 'accepted') AND on_team(r.case_id)
           ELSE false END
    RETURNING * INTO asked;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT * INTO body FROM organisation WHERE id = asked.to_organisation_id;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = p_state, version = version + 1
     WHERE record_id = p_referral AND kind <> 'service_referral_return' AND completed_at IS NULL AND cancelled_at IS NULL;
    IF p_state = 'accepted' THEN  -- the clock of the body: nothing of the case stands in it
        INSERT INTO task
        SELECT * FROM jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
            'kind', 'service_referral_completion', 'record_type', 'service_referral', 'record_id', asked.id,
            'case_id', NULL, 'signal_id', NULL, 'assignee_id', p_responsible, 'organisation_id', body.id,
            'region_code', body.region_code, 'restricted', false, 'version', 1));
    ELSIF p_state IN ('declined', 'done') THEN  -- the manager reads the answer
        INSERT INTO task
        SELECT * FROM jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
            'kind', 'service_referral_return', 'record_type', 'service_referral', 'record_id', asked.id,
            'case_id', the_case.id, 'signal_id', NULL, 'assignee_id', the_case.manager_id,
            'organisation_id', the_case.organisation_id, 'restricted', the_case.restricted, 'version', 1));
    END IF;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, the_case.id, the_case.organisation_id, the_case.restricted, p_at,
            CASE p_state WHEN 'accepted' THEN 'service_referral.accepted' WHEN 'declined' THEN 'service_referral.declined'
                         WHEN 'done' THEN 'service_referral.done' ELSE 'service_referral.withdrawn' END, actor_user(), 'service_referral', p_referral,
            CASE p_state WHEN 'declined' THEN jsonb_build_object('reason', p_reason)
                         WHEN 'accepted' THEN jsonb_build_object('user_id', p_responsible) ELSE '{}' END);
    RETURN true;
END $$;

-- Whoever gets the work of a referral is who does it: a colleague who leaves hands on the task, and the child with it.
CREATE OR REPLACE FUNCTION referral_follows_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE service_referral SET responsible_id = NEW.assignee_id, version = version + 1
     WHERE id = NEW.record_id AND state = 'accepted' AND responsible_id IS DISTINCT FROM NEW.assignee_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER referral_follows_task AFTER UPDATE OF assignee_id ON task
    FOR EACH ROW WHEN (NEW.kind = 'service_referral_completion' AND NEW.assignee_id IS NOT NULL AND NEW.completed_at IS NULL)
    EXECUTE FUNCTION referral_follows_task();
