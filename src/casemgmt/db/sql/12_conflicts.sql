-- Staff conflicts: who is linked to a family is shut out of it, whatever the role. Worked out from the declarations at the
-- start of every transaction, so it holds for what is linked a moment ago, and nothing can drift.

-- The persons, families, cases and signals that the actor is shut out of: nearly always none.
CREATE OR REPLACE FUNCTION shut_out() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('casemgmt.shut_out', true), '')::uuid[], '{}') $$;

-- What a user's standing conflicts shut out: the persons declared, by id or by names and year of birth; those of their
-- households and their relations, past ones too; every case and signal that names one of them, or the same children; and
-- everybody in those.
CREATE OR REPLACE FUNCTION shut_out_of(p_user uuid) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH declared AS MATERIALIZED (
        SELECT c.record_type, c.record_id, c.case_number, c.match_key, c.birth_year
          FROM staff_conflict c WHERE c.user_id = p_user AND c.state = 'standing'),
    linked AS MATERIALIZED (
        SELECT d.record_id AS id FROM declared d WHERE d.record_type = 'person'
        UNION SELECT p.id FROM declared d JOIN person p ON p.match_key = d.match_key
                AND (p.birth_year IS NULL OR p.birth_year BETWEEN d.birth_year - 1 AND d.birth_year + 1)),
    kin AS MATERIALIZED (
        SELECT id FROM linked
        UNION SELECT o.person_id FROM linked l JOIN family_member m ON m.person_id = l.id
                JOIN family_member o ON o.family_id = m.family_id
        UNION SELECT r.other_id FROM linked l JOIN relationship r ON r.person_id = l.id
        UNION SELECT r.person_id FROM linked l JOIN relationship r ON r.other_id = l.id),
    named_signals AS MATERIALIZED (
        SELECT d.record_id AS id FROM declared d WHERE d.record_type = 'signal'
        UNION SELECT s.signal_id FROM kin k JOIN signal_person s ON s.person_id = k.id),
    named_cases AS MATERIALIZED (
        SELECT d.record_id AS id FROM declared d WHERE d.record_type = 'case'
        UNION SELECT c.id FROM declared d JOIN case_record c ON c.number = d.case_number
        UNION SELECT c.case_id FROM kin k JOIN case_person c ON c.person_id = k.id
        UNION SELECT s.case_id FROM named_signals n JOIN signal s ON s.id = n.id WHERE s.case_id IS NOT NULL),
    children AS MATERIALIZED (
        SELECT c.person_id AS id FROM named_cases n JOIN case_person c ON c.case_id = n.id WHERE c.role = 'child'
        UNION SELECT s.person_id FROM named_signals n JOIN signal_person s ON s.signal_id = n.id WHERE s.role = 'child'),
    cases AS MATERIALIZED (
        SELECT id FROM named_cases
        UNION SELECT c.case_id FROM children k JOIN case_person c ON c.person_id = k.id WHERE c.role = 'child'),
    signals AS MATERIALIZED (
        SELECT id FROM named_signals
        UNION SELECT s.id FROM cases c JOIN signal s ON s.case_id = c.id
        UNION SELECT s.signal_id FROM children k JOIN signal_person s ON s.person_id = k.id),
    persons AS MATERIALIZED (
        SELECT id FROM kin UNION SELECT id FROM children
        UNION SELECT c.person_id FROM cases n JOIN case_person c ON c.case_id = n.id
        UNION SELECT s.person_id FROM signals n JOIN signal_person s ON s.signal_id = n.id)
    SELECT coalesce(array_agg(DISTINCT found.id), '{}')
      FROM (SELECT id FROM persons UNION ALL SELECT id FROM cases UNION ALL SELECT id FROM signals
            UNION ALL SELECT m.family_id FROM kin k JOIN family_member m ON m.person_id = k.id
            UNION ALL SELECT m.family_id FROM children k JOIN family_member m ON m.person_id = k.id) found
$$;

-- Is a user shut out of any of these records? Asked before somebody gets work: the answer names no reason.
CREATE OR REPLACE FUNCTION is_shut_out(p_user uuid, p_ids uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM staff_conflict c WHERE c.user_id = p_user AND c.state = 'standing')
       AND shut_out_of(p_user) && p_ids;
END $$;

-- Who answers for a case from this moment on: the deputy, else somebody of the accountable body who supervises or manages
-- cases, else of its parent, its region, the country. Never somebody who is shut out of it.
CREATE OR REPLACE FUNCTION stand_in_for(p_case uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id
      FROM case_record c
      JOIN organisation b ON b.id = c.organisation_id
      JOIN app_user u ON u.active AND u.kind = 'person'
      JOIN organisation o ON o.id = u.organisation_id AND o.active
      JOIN role_held r ON r.user_id = u.id AND r.role IN ('supervisor', 'centre_head', 'case_manager')
      LEFT JOIN case_member m ON m.case_id = c.id AND m.user_id = u.id AND m.ended_at IS NULL
     WHERE c.id = p_case AND NOT is_shut_out(u.id, ARRAY[p_case])
     ORDER BY (m.team_role = 'deputy_manager' AND r.role = 'case_manager') IS TRUE DESC, o.id = b.id DESC,
              (o.id = b.parent_id) IS TRUE DESC, (o.region_code = c.region_code) IS TRUE DESC,
              array_position(ARRAY['supervisor', 'centre_head', 'case_manager'], r.role::text), u.id
     LIMIT 1
$$;

-- Something that somebody else has to take over, due after the 24 hours of the deadline `conflict_take_over` (a test holds
-- the two together: no rules can be asked inside a trigger).
DROP FUNCTION IF EXISTS take_over_task(uuid, uuid, uuid);
CREATE OR REPLACE FUNCTION take_over_task(p_case uuid, p_signal uuid, p_type text, p_record uuid, p_assignee uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO task (id, kind, case_id, signal_id, organisation_id, restricted, record_type, record_id, assignee_id,
                      blocks_closure, started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)
    SELECT gen_random_uuid(), 'conflict_take_over', p_case, CASE WHEN p_case IS NULL THEN p_signal END, x.organisation_id,
           false, p_type, p_record, p_assignee, false, now(),
           now() + interval '12 hours', now() + interval '24 hours', 'house_default', false, 'conflicts 1', 1
      FROM (SELECT organisation_id FROM case_record WHERE id = p_case
            UNION ALL SELECT organisation_id FROM signal WHERE id = p_signal AND p_case IS NULL) x
$$;

-- What names a user for work to come without putting it in hand, and can't be given to another one by the database: a
-- session that is booked, an open measure of a plan in force, a referral that was accepted, an invitation to a conference and
-- what one decided.
CREATE OR REPLACE FUNCTION named_for_work(p_user uuid, p_cases uuid[])
RETURNS TABLE (case_id uuid, record_type text, record_id uuid, centre_id uuid)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.case_id, 'centre_session', s.id, s.centre_id FROM centre_session s
     WHERE s.specialist_id = p_user AND s.state = 'booked' AND s.case_id = ANY (p_cases)
    UNION ALL
    SELECT m.case_id, 'plan_measure', m.id, NULL FROM plan_measure m JOIN plan p ON p.id = m.plan_id AND p.state = 'approved'
     WHERE m.responsible_user_id = p_user AND m.state IN ('planned', 'in_progress') AND m.case_id = ANY (p_cases)
    UNION ALL
    SELECT r.case_id, 'service_referral', r.id, NULL FROM service_referral r
     WHERE r.responsible_id = p_user AND r.state = 'accepted' AND r.case_id = ANY (p_cases)
    UNION ALL
    SELECT p.case_id, 'conference_participant', p.id, NULL FROM conference_participant p
      JOIN conference c ON c.id = p.conference_id AND c.state = 'called'
     WHERE p.user_id = p_user AND p.state IN ('invited', 'accepted') AND p.case_id = ANY (p_cases)
    UNION ALL
    SELECT d.case_id, 'conference_decision', d.id, NULL FROM conference_decision d
     WHERE d.responsible_id = p_user AND d.state = 'open' AND d.case_id = ANY (p_cases)
$$;

-- Who sees to it that somebody else is named: of a session the head of its centre, who knows its specialists, but for a
-- restricted case, which its team alone sees; of everything else the manager of the case.
CREATE OR REPLACE FUNCTION names_another(p_case uuid, p_centre uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((SELECT u.id FROM app_user u
                       JOIN role_held r ON r.user_id = u.id AND r.role = 'centre_head'
                      WHERE u.organisation_id = p_centre AND u.active AND u.kind = 'person' AND NOT c.restricted
                        AND NOT is_shut_out(u.id, ARRAY[p_case]) ORDER BY u.id LIMIT 1), c.manager_id)
      FROM case_record c WHERE c.id = p_case
$$;

-- Takes from a user all work in hand on what the user is shut out of. No case is without its manager at any moment, no
-- task without somebody who sees it. Does nothing where there is nothing in hand.
CREATE OR REPLACE FUNCTION release_shut_out(p_user uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    closed_to constant uuid[] := shut_out_of(p_user);
    held record;
    heir record;
    loose record;
BEGIN
    IF closed_to = '{}' THEN
        RETURN;
    END IF;
    DELETE FROM idempotency_key WHERE user_id = p_user;  -- kept answers would go on telling, and an empty one that there was something
    PERFORM 1 FROM case_record c WHERE c.id = ANY (closed_to) ORDER BY c.id FOR UPDATE;
    UPDATE staff_absence_case n SET ended_at = now()
     WHERE n.deputy_id = p_user AND n.case_id = ANY (closed_to) AND n.ended_at IS NULL;
    FOR loose IN UPDATE case_handover h SET state = 'withdrawn', decided_at = now(), version = h.version + 1
                  WHERE h.case_id = ANY (closed_to) AND h.state = 'offered'
                    AND p_user IN (h.offered_by_id, h.from_user_id, h.to_user_id) RETURNING h.id LOOP
        UPDATE task SET cancelled_at = now(), cancel_reason = 'withdrawn', version = version + 1
         WHERE record_id = loose.id AND completed_at IS NULL AND cancelled_at IS NULL;
    END LOOP;
    FOR held IN SELECT m.id, m.team_role, m.absence_id, c.id AS case_id, c.organisation_id, c.restricted, c.region_code, c.opened_at,
                       c.manager_id
                  FROM case_member m JOIN case_record c ON c.id = m.case_id
                 WHERE m.user_id = p_user AND m.ended_at IS NULL AND c.id = ANY (closed_to) ORDER BY c.id LOOP
        UPDATE case_member SET ended_at = now() WHERE id = held.id;
        SELECT u.id, u.sector, o.id AS organisation_id, o.region_code INTO heir  -- nobody where a member leaves
          FROM app_user u JOIN organisation o ON o.id = u.organisation_id
         WHERE held.manager_id = p_user AND u.id = stand_in_for(held.case_id);
        IF held.manager_id = p_user THEN
            IF heir.id IS NULL THEN
                RAISE EXCEPTION 'nobody can answer for case %', held.case_id USING ERRCODE = 'CM409';
            END IF;
            UPDATE case_member SET ended_at = now()
             WHERE case_id = held.case_id AND user_id = heir.id AND ended_at IS NULL;
            INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since,
                                     added_by_id)
            VALUES (gen_random_uuid(), held.case_id, held.organisation_id, held.restricted, heir.id, 'manager', heir.sector,
                    held.opened_at, now(), heir.id);
            UPDATE case_record SET manager_id = heir.id, organisation_id = heir.organisation_id,
                   region_code = coalesce(heir.region_code, region_code), version = version + 1 WHERE id = held.case_id;
        END IF;
        INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
        VALUES (gen_random_uuid(), held.case_id, held.organisation_id, held.restricted, now(), 'case.member_left',
                actor_user(), 'case_member', held.id,
                jsonb_build_object('user_id', p_user, 'team_role', held.team_role));
        IF heir.id IS NOT NULL THEN
            INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id,
                                        data)
            VALUES (gen_random_uuid(), held.case_id, held.organisation_id, held.restricted, now(), 'case.manager_stands_in',
                    actor_user(), 'case', held.case_id, jsonb_build_object('user_id', heir.id));
        END IF;
        IF held.absence_id IS NULL THEN  -- of a deputy's place the absence asks who stands in instead
            PERFORM take_over_task(held.case_id, NULL, 'case', held.case_id, coalesce(heir.id, held.manager_id));
        END IF;
        IF EXISTS (SELECT 1 FROM staff_conflict s WHERE s.user_id = p_user AND s.state = 'standing' AND s.kind = 'party') THEN
            PERFORM restrict_to_team(held.case_id, 'staff_involved');
        END IF;
    END LOOP;
    UPDATE task t SET assignee_id = c.manager_id, version = t.version + 1
      FROM case_record c
     WHERE t.assignee_id = p_user AND t.case_id = c.id AND c.id = ANY (closed_to) AND t.completed_at IS NULL
       AND t.cancelled_at IS NULL;
    UPDATE task SET assignee_id = NULL, version = version + 1
     WHERE assignee_id = p_user AND case_id IS NULL
       AND (signal_id = ANY (closed_to) OR record_id = ANY (closed_to)
            OR record_id IN (SELECT n.record_id FROM named_for_work(p_user, closed_to) n))
       AND completed_at IS NULL AND cancelled_at IS NULL;
    -- The desk looks after what a mobile group holds, where the one who answers for the group is shut out of it.
    FOR loose IN SELECT s.id FROM signal s
                   JOIN group_place g ON g.group_id = s.mobile_group_id AND g.user_id = p_user
                  WHERE s.id = ANY (closed_to) AND s.case_id IS NULL AND s.state <> 'closed' AND g.is_lead
                    AND NOT EXISTS (SELECT 1 FROM task t WHERE t.record_id = s.id AND t.kind = 'conflict_take_over'
                                       AND t.completed_at IS NULL AND t.cancelled_at IS NULL) LOOP
        PERFORM take_over_task(NULL, loose.id, 'signal', loose.id, NULL);
    END LOOP;
    FOR loose IN SELECT n.* FROM named_for_work(p_user, closed_to) n
                  WHERE NOT EXISTS (SELECT 1 FROM task t WHERE t.record_id = n.record_id AND t.kind = 'conflict_take_over'
                                       AND t.completed_at IS NULL AND t.cancelled_at IS NULL) LOOP
        PERFORM take_over_task(loose.case_id, NULL, loose.record_type, loose.record_id,
                               names_another(loose.case_id, loose.centre_id));
    END LOOP;
END $$;

-- Trigger: a declaration acts in the transaction that makes it.
CREATE OR REPLACE FUNCTION conflict_declared() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM release_shut_out(NEW.user_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER conflict_declared AFTER INSERT ON staff_conflict
    FOR EACH ROW EXECUTE FUNCTION conflict_declared();

-- Trigger: a person who is linked to a case, a signal or a family, or named anew, may be somebody whom a member of the
-- team has declared. Asks only where there are conflicts, and only about those who have work in hand there.
CREATE OR REPLACE FUNCTION link_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    fresh jsonb;
    the_signal uuid;
    persons uuid[];
    who record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM staff_conflict c WHERE c.state = 'standing') THEN
        RETURN NULL;
    END IF;
    fresh := to_jsonb(NEW);
    the_signal := CASE WHEN TG_TABLE_NAME = 'signal' THEN (fresh->>'id')::uuid ELSE (fresh->>'signal_id')::uuid END;
    persons := array_remove(ARRAY[(fresh->>'person_id')::uuid, (fresh->>'other_id')::uuid,
                                  CASE WHEN TG_TABLE_NAME = 'person' THEN (fresh->>'id')::uuid END], NULL);
    persons := persons || ARRAY(SELECT o.person_id FROM family_member m JOIN family_member o USING (family_id)
                                 WHERE m.person_id = ANY (persons))
                       || ARRAY(SELECT r.other_id FROM relationship r WHERE r.person_id = ANY (persons))
                       || ARRAY(SELECT r.person_id FROM relationship r WHERE r.other_id = ANY (persons))
                       || ARRAY(SELECT s.person_id FROM signal_person s WHERE s.signal_id = the_signal);
    FOR who IN
        WITH near AS MATERIALIZED (
            SELECT (fresh->>'case_id')::uuid AS case_id, the_signal AS signal_id
            UNION SELECT c.case_id, NULL FROM case_person c WHERE c.person_id = ANY (persons)
            UNION SELECT s.case_id, s.id FROM signal_person p JOIN signal s ON s.id = p.signal_id
                   WHERE p.person_id = ANY (persons)),
        held AS (
            SELECT m.user_id FROM near n JOIN case_member m ON m.case_id = n.case_id AND m.ended_at IS NULL
            UNION SELECT h.to_user_id FROM near n JOIN case_handover h ON h.case_id = n.case_id AND h.state = 'offered'
            UNION SELECT t.assignee_id FROM near n JOIN task t ON t.case_id = n.case_id OR t.signal_id = n.signal_id
                   WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL
            UNION SELECT s.specialist_id FROM near n JOIN centre_session s ON s.case_id = n.case_id AND s.state = 'booked'
            UNION SELECT m.responsible_user_id FROM near n JOIN plan_measure m ON m.case_id = n.case_id
                   WHERE m.state IN ('planned', 'in_progress')
            UNION SELECT r.responsible_id FROM near n JOIN service_referral r ON r.case_id = n.case_id AND r.state = 'accepted'
            UNION SELECT p.user_id FROM near n JOIN conference_participant p ON p.case_id = n.case_id
                   WHERE p.state IN ('invited', 'accepted')
            UNION SELECT d.responsible_id FROM near n JOIN conference_decision d ON d.case_id = n.case_id AND d.state = 'open'
            UNION SELECT g.user_id FROM near n JOIN signal s ON s.id = n.signal_id
                    JOIN group_place g ON g.group_id = s.mobile_group_id AND g.is_lead)
        SELECT h.user_id FROM held h
         WHERE EXISTS (SELECT 1 FROM staff_conflict c WHERE c.user_id = h.user_id AND c.state = 'standing')
         ORDER BY 1 LOOP
        PERFORM release_shut_out(who.user_id);
    END LOOP;
    RETURN NULL;
END $$;

-- Trigger: whoever was declared by a name stays declared when the name is corrected or erased.
CREATE OR REPLACE FUNCTION keep_declared() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO staff_conflict (id, user_id, organisation_id, kind, record_type, record_id, state, declared_at,
                                declared_by_id, version)
    SELECT gen_random_uuid(), c.user_id, c.organisation_id, c.kind, 'person', NEW.id, 'standing', c.declared_at,
           c.declared_by_id, 1
      FROM staff_conflict c
     WHERE c.match_key = OLD.match_key AND c.state = 'standing'
       AND (OLD.birth_year IS NULL OR OLD.birth_year BETWEEN c.birth_year - 1 AND c.birth_year + 1)
       AND NOT EXISTS (SELECT 1 FROM staff_conflict k
                        WHERE k.user_id = c.user_id AND k.record_id = NEW.id AND k.state = 'standing');
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER keep_declared AFTER UPDATE OF match_key, birth_year ON person
    FOR EACH ROW WHEN (OLD.match_key IS DISTINCT FROM NEW.match_key OR OLD.birth_year IS DISTINCT FROM NEW.birth_year)
    EXECUTE FUNCTION keep_declared();

CREATE OR REPLACE TRIGGER link_made AFTER INSERT ON case_person FOR EACH ROW EXECUTE FUNCTION link_made();
CREATE OR REPLACE TRIGGER link_made AFTER INSERT ON signal_person FOR EACH ROW EXECUTE FUNCTION link_made();
CREATE OR REPLACE TRIGGER link_made AFTER INSERT ON family_member FOR EACH ROW EXECUTE FUNCTION link_made();
CREATE OR REPLACE TRIGGER link_made AFTER INSERT ON relationship FOR EACH ROW EXECUTE FUNCTION link_made();
CREATE OR REPLACE TRIGGER link_made AFTER UPDATE OF match_key, birth_year ON person
    FOR EACH ROW WHEN (OLD.match_key IS DISTINCT FROM NEW.match_key OR OLD.birth_year IS DISTINCT FROM NEW.birth_year)
    EXECUTE FUNCTION link_made();
CREATE OR REPLACE TRIGGER link_made AFTER UPDATE OF case_id, mobile_group_id ON signal
    FOR EACH ROW WHEN (OLD.case_id IS DISTINCT FROM NEW.case_id OR OLD.mobile_group_id IS DISTINCT FROM NEW.mobile_group_id)
    EXECUTE FUNCTION link_made();

-- Trigger: nobody gets work on what the person is shut out of, whatever code gives it. Use cases ask before. It is put on
-- every column that names a worker by `69_conflicts.sql`.
CREATE OR REPLACE FUNCTION refuse_shut_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    fresh constant jsonb := to_jsonb(NEW);
BEGIN
    IF TG_OP = 'UPDATE' AND fresh->>TG_ARGV[0] IS NOT DISTINCT FROM to_jsonb(OLD)->>TG_ARGV[0] THEN
        RETURN NEW;  -- named already
    END IF;
    IF is_shut_out((fresh->>TG_ARGV[0])::uuid, ARRAY(SELECT (fresh->>c)::uuid FROM unnest(TG_ARGV[1:]) c
                                                       WHERE fresh->>c IS NOT NULL)) THEN
        RAISE EXCEPTION 'the user is shut out of this record' USING ERRCODE = 'CM410';
    END IF;
    RETURN NEW;
END $$;
