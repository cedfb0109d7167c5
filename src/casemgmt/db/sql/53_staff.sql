-- A worker leaves, and nothing is without an owner at any moment. SECURITY DEFINER: a head hands on what is restricted
-- without seeing it.

-- Booked sessions, open measures, requests of other bodies and conferences that name a user, and that nobody was asked to take over.
CREATE OR REPLACE FUNCTION named_to_come(p_user uuid)
RETURNS TABLE (case_id uuid, record_type text, record_id uuid, centre_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT n.* FROM named_for_work(p_user, ARRAY(
               SELECT s.case_id FROM centre_session s WHERE s.specialist_id = p_user AND s.state = 'booked'
               UNION SELECT m.case_id FROM plan_measure m WHERE m.responsible_user_id = p_user
               UNION SELECT r.case_id FROM service_referral r WHERE r.responsible_id = p_user AND r.state = 'accepted'
               UNION SELECT p.case_id FROM conference_participant p WHERE p.user_id = p_user AND p.state IN ('invited', 'accepted')
               UNION SELECT d.case_id FROM conference_decision d WHERE d.responsible_id = p_user AND d.state = 'open')) n
     WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.record_id = n.record_id
                          AND t.kind IN ('staff_take_over', 'conflict_take_over')
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL)
$$;

-- What a user answers for now: cases (closed ones too: somebody reopens them), open tasks, cases offered to the user, and
-- what names the user for work to come that nobody was asked to take over.
DROP FUNCTION IF EXISTS owned_work(uuid);
CREATE FUNCTION owned_work(p_user uuid)
RETURNS TABLE (cases integer, closed_cases integer, tasks integer, offers integer, places integer, named integer, shifts integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM case_record WHERE manager_id = p_user AND state <> 'closed')::integer,
           (SELECT count(*) FROM case_record WHERE manager_id = p_user AND state = 'closed')::integer,
           (SELECT count(*) FROM task WHERE assignee_id = p_user AND completed_at IS NULL AND cancelled_at IS NULL)::integer,
           (SELECT count(*) FROM case_handover WHERE to_user_id = p_user AND state = 'offered')::integer,
           (SELECT count(*) FROM case_member m JOIN case_record c ON c.id = m.case_id AND c.state <> 'closed'
             WHERE m.user_id = p_user AND m.ended_at IS NULL AND m.team_role <> 'manager')::integer,
           (SELECT count(*) FROM named_to_come(p_user))::integer,
           (SELECT count(*) FROM duty_shift WHERE user_id = p_user AND cancelled_at IS NULL AND ends_at > now())::integer
$$;

-- What a user answers for, asked by an administrator, or by who heads the user's body; no row for anybody else.
DROP FUNCTION IF EXISTS work_of(uuid);
CREATE FUNCTION work_of(p_user uuid)
RETURNS TABLE (cases integer, closed_cases integer, tasks integer, offers integer, places integer, named integer, shifts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.* FROM app_user u, owned_work(p_user) w
     WHERE u.id = p_user
       AND (actor_has('directory') OR (actor_has('accounts') AND u.organisation_id = actor_organisation()))
$$;

-- Case and signal of a task: what an escalation is about, which names only its task.
CREATE OR REPLACE FUNCTION about_of(p_task uuid) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_remove(ARRAY[t.case_id, t.signal_id], NULL) FROM task t WHERE t.id = p_task
$$;

-- Who else supervises or heads a body, and may look at this: of those named first, then the actor, then who is there. Null where
-- there is nobody.
CREATE OR REPLACE FUNCTION another_head(p_body uuid, p_but uuid[], p_about uuid[], p_first uuid[]) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id FROM app_user u JOIN role_held r ON r.user_id = u.id AND r.role IN ('supervisor', 'centre_head')
     WHERE u.organisation_id = p_body AND u.active AND u.kind = 'person' AND u.id <> ALL (p_but)
       AND NOT is_shut_out(u.id, p_about)
     ORDER BY u.id = ANY (p_first) DESC, u.id = actor_user() DESC, is_away(u.id), u.id LIMIT 1
$$;

-- Hands all work of a user to others of the body, in one step or not at all. Each case goes to the one of p_to with the
-- fewest open cases who may have it; what was to be done on it goes along, with its moments and holds. Answers what went
-- where, or in `stuck` the cases that none of p_to may have: then nothing was changed. p_task holds the columns of the clock
-- that asks somebody to name another for a session or a measure.
CREATE OR REPLACE FUNCTION hand_on_within(p_body uuid, p_user uuid, p_to uuid[], p_reason text, p_task jsonb, p_at timestamptz)
RETURNS jsonb LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    loads integer[];
    blocked text[];
    stuck uuid[] := '{}';
    of_cases uuid[] := '{}';
    heirs uuid[] := '{}';
    heir integer;
    c record;
    tasks integer;
    given integer;
    withdrawn uuid[];
    places integer;
    named integer;
    shifts integer;
BEGIN
    PERFORM 1 FROM case_record WHERE manager_id = p_user ORDER BY id FOR UPDATE;
    loads := ARRAY(SELECT (SELECT count(*) FROM case_record k WHERE k.manager_id = r.id AND k.state <> 'closed')
                     FROM unnest(p_to) WITH ORDINALITY r(id, n) ORDER BY r.n);
    WITH shut AS MATERIALIZED (
        SELECT r.n, shut_out_of(r.id) AS ids FROM unnest(p_to) WITH ORDINALITY r(id, n)
         WHERE EXISTS (SELECT 1 FROM staff_conflict s WHERE s.user_id = r.id AND s.state = 'standing'))
    SELECT coalesce(array_agg(s.n || ' ' || k.id), '{}') INTO blocked
      FROM case_record k JOIN shut s ON k.id = ANY (s.ids) WHERE k.manager_id = p_user;
    FOR c IN SELECT id, state FROM case_record WHERE manager_id = p_user ORDER BY opened_at, id LOOP
        SELECT n INTO heir FROM generate_subscripts(p_to, 1) n
         WHERE NOT (n || ' ' || c.id) = ANY (blocked) ORDER BY loads[n], n LIMIT 1;
        IF heir IS NULL THEN
            stuck := stuck || c.id;
            CONTINUE;
        END IF;
        of_cases := of_cases || c.id;
        heirs := heirs || p_to[heir];
        loads[heir] := loads[heir] + (c.state <> 'closed')::integer;
    END LOOP;
    IF stuck <> '{}' THEN
        RETURN jsonb_build_object('stuck', (SELECT coalesce(jsonb_agg(id), '[]') FROM case_record
                                             WHERE id = ANY (stuck) AND NOT restricted
                                               AND NOT id = ANY (shut_out())),
                                  'stuck_in_all', cardinality(stuck));
    END IF;

    WITH ended AS (
        UPDATE case_handover SET state = 'withdrawn', decided_at = p_at, version = version + 1
         WHERE state = 'offered' AND (to_user_id = p_user OR case_id = ANY (of_cases)) RETURNING id, case_id, to_user_id),
    told AS (
        INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
        SELECT gen_random_uuid(), k.id, k.organisation_id, k.restricted, p_at, 'case.handover_withdrawn', actor_user(),
               'case_handover', e.id, '{}'
          FROM ended e JOIN case_record k ON k.id = e.case_id)
    SELECT array_agg(id), count(*) FILTER (WHERE to_user_id = p_user) INTO withdrawn, given FROM ended;
    UPDATE task SET cancelled_at = p_at, cancel_reason = 'withdrawn', version = version + 1
     WHERE record_id = ANY (withdrawn) AND completed_at IS NULL AND cancelled_at IS NULL;

    UPDATE case_member m SET ended_at = p_at FROM unnest(of_cases, heirs) h(case_id, user_id)
     WHERE m.case_id = h.case_id AND m.ended_at IS NULL AND (m.team_role = 'manager' OR m.user_id IN (p_user, h.user_id));
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    SELECT gen_random_uuid(), k.id, k.organisation_id, k.restricted, u.id, 'manager', u.sector, k.opened_at, p_at, actor_user()
      FROM unnest(of_cases, heirs) h(case_id, user_id) JOIN case_record k ON k.id = h.case_id JOIN app_user u ON u.id = h.user_id;
    UPDATE case_record k SET manager_id = h.user_id, version = k.version + 1
      FROM unnest(of_cases, heirs) h(case_id, user_id) WHERE k.id = h.case_id;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    SELECT gen_random_uuid(), k.id, k.organisation_id, k.restricted, p_at, 'case.handed_on', actor_user(), 'case', k.id,
           jsonb_build_object('from_user_id', p_user, 'user_id', k.manager_id, 'reason', p_reason)
      FROM case_record k WHERE k.id = ANY (of_cases);

    -- places in the teams of others: the manager is asked to fill them
    WITH ended AS (
        UPDATE case_member SET ended_at = p_at WHERE user_id = p_user AND ended_at IS NULL RETURNING *),
    told AS (
        INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
        SELECT gen_random_uuid(), e.case_id, e.organisation_id, e.restricted, p_at, 'case.member_left', actor_user(),
               'case_member', e.id, jsonb_build_object('user_id', p_user, 'team_role', e.team_role)
          FROM ended e)
    SELECT count(*) INTO places FROM ended;

    -- shifts that nobody has are gaps that the rota shows
    UPDATE duty_shift SET cancelled_at = p_at, offered_to_id = NULL, in_return_id = NULL, version = version + 1
     WHERE user_id = p_user AND cancelled_at IS NULL AND ends_at > p_at;
    GET DIAGNOSTICS shifts = ROW_COUNT;

    -- what another body asked this one for goes to the first of those named who may do it
    UPDATE service_referral r SET responsible_id = h.id, version = r.version + 1
      FROM service_referral s CROSS JOIN LATERAL (
               SELECT t.id FROM unnest(p_to) WITH ORDINALITY t(id, n)
                WHERE may_do_service_referral(t.id, s.to_organisation_id) AND NOT is_shut_out(t.id, ARRAY[s.case_id])
                ORDER BY t.n LIMIT 1) h
     WHERE r.id = s.id AND s.responsible_id = p_user AND s.state = 'accepted';

    -- what was to be done: on a case goes to its manager; what a head looks at, escalations too, to a head; the rest to the desk
    UPDATE task t SET version = t.version + 1, assignee_id = CASE
               WHEN t.kind = 'break_glass_review' THEN coalesce(
                   another_head(p_body, p_user || ARRAY(SELECT g.user_id FROM break_glass_grant g WHERE g.id = t.record_id),
                                ARRAY[t.case_id], p_to), k.manager_id)
               WHEN t.record_type = 'task' THEN another_head(p_body, ARRAY[p_user], about_of(t.record_id), p_to)
               WHEN k.id IS NULL THEN (SELECT r.responsible_id FROM service_referral r
                                        WHERE r.id = t.record_id AND r.responsible_id <> p_user)
               ELSE k.manager_id END
      FROM task s LEFT JOIN case_record k ON k.id = s.case_id
     WHERE t.id = s.id AND t.assignee_id = p_user AND t.completed_at IS NULL AND t.cancelled_at IS NULL;
    GET DIAGNOSTICS tasks = ROW_COUNT;

    INSERT INTO task
    SELECT filled.* FROM named_to_come(p_user) n JOIN case_record k ON k.id = n.case_id,
           jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
               'id', gen_random_uuid(), 'case_id', k.id, 'signal_id', NULL, 'organisation_id', k.organisation_id,
               'region_code', k.region_code, 'restricted', k.restricted, 'record_type', n.record_type,
               'record_id', n.record_id, 'version', 1, 'blocks_closure', false,
               'assignee_id', coalesce(nullif(names_another(k.id, n.centre_id), p_user), k.manager_id))) filled;
    GET DIAGNOSTICS named = ROW_COUNT;
    RETURN jsonb_build_object(
        'tasks', tasks, 'offers', given, 'places', places, 'named', named, 'shifts', shifts, 'withdrawn', coalesce(to_jsonb(withdrawn), '[]'),
        'cases', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'to', k.manager_id, 'closed', k.state = 'closed',
                         'hidden', k.restricted OR k.id = ANY (shut_out()))), '[]')
                    FROM case_record k WHERE k.id = ANY (of_cases)));
END $$;

-- Passes on what somebody has in hand on a case whose team the one leaves at this moment: to its manager, who is also asked to
-- name another for sessions and measures to come. p_task holds the columns of that clock. What is the leaver's whether on
-- the team or not (an offer, a review, what another body was asked for, a seat in a conference) stays.
CREATE OR REPLACE FUNCTION pass_place_on(p_member uuid, p_task jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place case_member;
BEGIN
    SELECT * INTO place FROM case_member WHERE id = p_member AND ended_at = p_at;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE task t SET assignee_id = k.manager_id, version = t.version + 1
      FROM case_record k
     WHERE k.id = place.case_id AND t.case_id = k.id AND t.assignee_id = place.user_id
       AND coalesce(t.completed_at, t.cancelled_at) IS NULL
       AND t.kind <> ALL (ARRAY['handover_acceptance', 'break_glass_review', 'known_child_contact'])
       AND t.record_type <> ALL (ARRAY['service_referral', 'conference_participant', 'conference_decision']);
    INSERT INTO task
    SELECT filled.* FROM named_for_work(place.user_id, ARRAY[place.case_id]) n JOIN case_record k ON k.id = n.case_id,
           jsonb_populate_record(NULL::task, p_task || jsonb_build_object(
               'id', gen_random_uuid(), 'case_id', k.id, 'signal_id', NULL, 'organisation_id', k.organisation_id,
               'region_code', k.region_code, 'restricted', k.restricted, 'record_type', n.record_type,
               'record_id', n.record_id, 'version', 1, 'blocks_closure', false, 'assignee_id', k.manager_id)) filled
     WHERE n.record_type IN ('centre_session', 'plan_measure')
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.record_id = n.record_id AND t.kind IN ('staff_take_over', 'conflict_take_over')
                          AND coalesce(t.completed_at, t.cancelled_at) IS NULL);
END $$;

-- The same, by who heads the body of them all; never of one's own work.
CREATE OR REPLACE FUNCTION hand_on_all(p_user uuid, p_to uuid[], p_reason text, p_task jsonb, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT actor_has('accounts') OR p_user = actor_user() OR p_user = ANY (p_to)
       OR (SELECT count(*) FROM app_user u WHERE u.id = ANY (p_to || p_user) AND u.organisation_id = actor_organisation())
          <> cardinality(p_to) + 1 THEN
        RAISE EXCEPTION 'not for the actor to hand on' USING ERRCODE = '42501';
    END IF;
    RETURN hand_on_within(actor_organisation(), p_user, p_to, p_reason, p_task, p_at);
END $$;

-- The same for an account that has to be stopped at once, by an administrator: all goes to those who supervise or head the
-- user's body, where there are none to its case managers.
CREATE OR REPLACE FUNCTION hand_to_stand_ins(p_user uuid, p_reason text, p_task jsonb, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT actor_has('directory') OR p_user = actor_user() THEN
        RAISE EXCEPTION 'not for the actor to hand on' USING ERRCODE = '42501';
    END IF;
    RETURN hand_to_heads(p_user, p_reason, p_task, p_at);
END $$;

CREATE OR REPLACE FUNCTION hand_to_heads(p_user uuid, p_reason text, p_task jsonb, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    body constant uuid := (SELECT organisation_id FROM app_user WHERE id = p_user);
    stand_ins uuid[];
BEGIN
    SELECT array_agg(DISTINCT u.id) INTO stand_ins
      FROM app_user u JOIN role_held r ON r.user_id = u.id
     WHERE u.organisation_id = body AND u.active AND u.kind = 'person' AND u.id <> p_user
       AND r.role IN ('supervisor', 'centre_head');
    IF stand_ins IS NULL THEN
        SELECT coalesce(array_agg(u.id), '{}') INTO stand_ins
          FROM app_user u JOIN role_held r ON r.user_id = u.id AND r.role = 'case_manager'
         WHERE u.organisation_id = body AND u.active AND u.kind = 'person' AND u.id <> p_user;
    END IF;
    RETURN hand_on_within(body, p_user, stand_ins, p_reason, p_task, p_at);
END $$;

-- Trigger: nobody is switched off, moved to another body, or left without the role while there is work in the user's name.
-- Locks the account: who gives it work at this moment waits, and finds it gone.
CREATE OR REPLACE FUNCTION refuse_orphans() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    owned record;
    the_user constant uuid := CASE TG_TABLE_NAME WHEN 'app_user' THEN NEW.id ELSE (to_jsonb(NEW)->>'user_id')::uuid END;
BEGIN
    PERFORM 1 FROM app_user WHERE id = the_user FOR NO KEY UPDATE;
    SELECT * INTO owned FROM owned_work(the_user);
    IF TG_TABLE_NAME = 'user_role' THEN
        IF (owned.cases + owned.closed_cases + owned.offers = 0 OR (to_jsonb(NEW)->>'role') <> 'case_manager')
           AND (owned.cases + owned.closed_cases + owned.tasks + owned.offers + owned.places + owned.named + owned.shifts = 0
                OR EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = the_user
                              AND r.id <> (to_jsonb(NEW)->>'id')::uuid)) THEN
            RETURN NULL;
        END IF;
    ELSIF owned.cases + owned.closed_cases + owned.tasks + owned.offers + owned.places + owned.named + owned.shifts = 0 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'work would be without an owner' USING ERRCODE = 'CM411';
END $$;

CREATE OR REPLACE TRIGGER refuse_orphans AFTER UPDATE OF active, organisation_id ON app_user
    FOR EACH ROW WHEN ((OLD.active AND NOT NEW.active) OR OLD.organisation_id <> NEW.organisation_id)
    EXECUTE FUNCTION refuse_orphans();
CREATE OR REPLACE TRIGGER refuse_orphans AFTER UPDATE OF revoked_at ON user_role
    FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse_orphans();

-- Trigger: whoever gets work has an active account, also where it is being switched off at this moment.
CREATE OR REPLACE FUNCTION refuse_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM app_user WHERE id = (to_jsonb(NEW)->>TG_ARGV[0])::uuid AND active FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the account is not active' USING ERRCODE = 'CM410';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    place text[];
BEGIN
    FOREACH place SLICE 1 IN ARRAY ARRAY[['case_record', 'manager_id'], ['task', 'assignee_id'],
                                         ['case_handover', 'to_user_id'], ['case_member', 'user_id'],
                                         ['centre_session', 'specialist_id'], ['service_referral', 'responsible_id'],
                                         ['conference_participant', 'user_id'], ['conference_decision', 'responsible_id']] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS refuse_gone_insert ON %I', place[1]);
        EXECUTE format('CREATE TRIGGER refuse_gone_insert AFTER INSERT ON %I FOR EACH ROW WHEN (NEW.%I IS NOT NULL)'
                       ' EXECUTE FUNCTION refuse_gone(%L)', place[1], place[2], place[2]);
        EXECUTE format('DROP TRIGGER IF EXISTS refuse_gone_update ON %I', place[1]);
        EXECUTE format('CREATE TRIGGER refuse_gone_update AFTER UPDATE OF %I ON %I FOR EACH ROW'
                       ' WHEN (NEW.%I IS NOT NULL AND NEW.%I IS DISTINCT FROM OLD.%I) EXECUTE FUNCTION refuse_gone(%L)',
                       place[2], place[1], place[2], place[2], place[2], place[2]);
    END LOOP;
END $$;
