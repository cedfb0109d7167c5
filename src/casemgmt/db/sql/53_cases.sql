-- Cases. SECURITY DEFINER where an act goes beyond the sight of its actor: the opener need not be on the team, a receiver
-- doesn't see the case before accepting it, a restriction hides the case from the one who set it.

-- Body and region of an active case manager; no row for anybody else. Rights held are read by their holder only, and a
-- case must not be given to somebody who can't work on it.
CREATE OR REPLACE FUNCTION active_case_manager(p_user uuid) RETURNS TABLE (organisation_id uuid, region_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.region_code
      FROM app_user u JOIN organisation o ON o.id = u.organisation_id
     WHERE u.id = p_user AND u.active AND o.active
       AND EXISTS (SELECT 1 FROM role_held r WHERE r.user_id = u.id AND r.role = 'case_manager')
$$;

-- Has one of the children an open case besides this one, perhaps a hidden one? A child has one accountable manager, so
-- it has one open case. The children stay locked: two cases that are opened at the same moment find each other.
CREATE OR REPLACE FUNCTION child_has_open_case(p_children uuid[], p_except uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM person WHERE id = ANY (p_children) ORDER BY id FOR NO KEY UPDATE;
    RETURN EXISTS (
        SELECT 1 FROM case_person cp JOIN case_record c ON c.id = cp.case_id
         WHERE cp.person_id = ANY (p_children) AND cp.role = 'child' AND cp.until IS NULL AND c.state <> 'closed'
           AND c.id IS DISTINCT FROM p_except);
END $$;

-- Attaches signals to a case: their clocks stop, the mandatory notices go on with the manager of the case. `coalesce`: where a
-- table has grown since its statistics, the planner takes the indexes of what is open for nearly empty, and would go through
-- all that is open for each case of an import.
CREATE OR REPLACE FUNCTION join_case(p_case uuid, p_signals uuid[], p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE signal s SET case_id = c.id, restricted = c.restricted, state = 'attached', version = s.version + 1
      FROM case_record c WHERE c.id = p_case AND s.id = ANY (p_signals);
    UPDATE task t SET assignee_id = c.manager_id, version = t.version + 1
      FROM case_record c
     WHERE c.id = p_case AND t.signal_id = ANY (p_signals) AND coalesce(t.completed_at, t.cancelled_at) IS NULL
       AND t.kind LIKE 'mandatory\_notice\_%';
    UPDATE task t SET completed_at = p_at, completed_by_id = actor_user(), result = 'attached_to_case', version = t.version + 1
     WHERE t.signal_id = ANY (p_signals) AND coalesce(t.completed_at, t.cancelled_at) IS NULL
       AND t.kind NOT LIKE 'mandatory\_notice\_%';
END $$;

-- Opens a case. p holds the columns of case_record and the rows that begin with it: `membership_id` of the manager,
-- `persons`, `signals` (ids), `tasks`, `entries`.
CREATE OR REPLACE FUNCTION open_case(p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    fresh case_record := jsonb_populate_record(NULL::case_record, p);
BEGIN
    fresh.opened_by_id := actor_user();
    fresh.restricted_by_id := CASE WHEN fresh.restricted THEN actor_user() END;
    fresh.reopened_times := 0;
    fresh.version := 1;
    INSERT INTO case_record VALUES (fresh.*);
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    SELECT (p->>'membership_id')::uuid, fresh.id, fresh.organisation_id, fresh.restricted, u.id, 'manager', u.sector,
           fresh.opened_at, fresh.opened_at, actor_user()
      FROM app_user u WHERE u.id = fresh.manager_id;
    INSERT INTO case_person (id, case_id, organisation_id, restricted, person_id, role, since, added_by_id)
    SELECT e.id, fresh.id, fresh.organisation_id, fresh.restricted, e.person_id, e.role, fresh.opened_at, actor_user()
      FROM jsonb_populate_recordset(NULL::case_person, p->'persons') e;
    PERFORM join_case(fresh.id, ARRAY(SELECT jsonb_array_elements_text(p->'signals')::uuid), fresh.opened_at);
    INSERT INTO task SELECT * FROM jsonb_populate_recordset(NULL::task, p->'tasks');
    INSERT INTO timeline_entry SELECT * FROM jsonb_populate_recordset(NULL::timeline_entry, p->'entries');
END $$;

-- The serial number of a region's next case of a year: 'KZ-75-2026-000042'.
CREATE OR REPLACE FUNCTION next_case_number(p_region text, p_year integer) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO case_serial (region_code, year, last) VALUES (coalesce(p_region, 'KZ'), p_year, 1)
    ON CONFLICT (region_code, year) DO UPDATE SET last = case_serial.last + 1
    RETURNING region_code || '-' || year || '-' || lpad(last::text, 6, '0')
$$;

-- Passes accountability: ends the old manager's membership, makes the new one, moves the open tasks. Answers the case,
-- or null where the offer is no longer there. Locks the case before the offer, as every other use case does.
CREATE OR REPLACE FUNCTION accept_handover(p_handover uuid, p_membership uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    offer case_handover;
    target record;
BEGIN
    PERFORM 1 FROM case_record WHERE id = (SELECT case_id FROM case_handover WHERE id = p_handover) FOR UPDATE;
    SELECT * INTO offer FROM case_handover
     WHERE id = p_handover AND state = 'offered' AND to_user_id = actor_user() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.id, u.sector, o.id AS organisation_id, o.region_code INTO target
      FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.id = offer.to_user_id;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'handed_over', version = version + 1
     WHERE case_id = offer.case_id AND kind = 'conflict_take_over' AND record_type = 'case' AND assignee_id = offer.from_user_id
       AND completed_at IS NULL AND cancelled_at IS NULL;
    UPDATE case_handover SET state = 'accepted', decided_at = p_at, version = version + 1 WHERE id = p_handover;
    UPDATE case_member SET ended_at = p_at
     WHERE case_id = offer.case_id AND ended_at IS NULL AND (team_role = 'manager' OR user_id = offer.to_user_id);
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    SELECT p_membership, c.id, c.organisation_id, c.restricted, target.id, 'manager', target.sector, c.opened_at, p_at,
           offer.offered_by_id
      FROM case_record c WHERE c.id = offer.case_id;
    UPDATE case_record SET manager_id = target.id, organisation_id = target.organisation_id,
           region_code = coalesce(target.region_code, region_code), version = version + 1 WHERE id = offer.case_id;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'accepted', version = version + 1
     WHERE record_id = p_handover AND completed_at IS NULL AND cancelled_at IS NULL;
    UPDATE task SET assignee_id = target.id, version = version + 1
     WHERE case_id = offer.case_id AND assignee_id = offer.from_user_id AND completed_at IS NULL AND cancelled_at IS NULL;
    RETURN offer.case_id;
END $$;

-- Declines an offer: with it the receiver loses sight of it, and the story goes to a case that the receiver never saw.
-- Answers the case, or null where the offer is no longer there.
CREATE OR REPLACE FUNCTION decline_handover(p_handover uuid, p_reason text, p_entry uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    offer case_handover;
BEGIN
    PERFORM 1 FROM case_record WHERE id = (SELECT case_id FROM case_handover WHERE id = p_handover) FOR UPDATE;
    UPDATE case_handover SET state = 'declined', decided_at = p_at, decline_reason = p_reason, version = version + 1
     WHERE id = p_handover AND state = 'offered' AND to_user_id = actor_user() RETURNING * INTO offer;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE task SET completed_at = p_at, completed_by_id = actor_user(), result = 'declined', version = version + 1
     WHERE record_id = p_handover AND completed_at IS NULL AND cancelled_at IS NULL;
    INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
    VALUES (p_entry, offer.case_id, offer.organisation_id, offer.restricted, p_at, 'case.handover_declined', actor_user(),
            'case_handover', p_handover, '{}');
    RETURN offer.case_id;
END $$;

-- Restricts a case to its team, or lifts the restriction; answers the new version. The caller has seen and locked the case.
CREATE OR REPLACE FUNCTION set_restriction(p_case uuid, p_restricted boolean, p_ground text, p_note text) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE case_record SET restricted = p_restricted, restriction_ground = CASE WHEN p_restricted THEN p_ground END,
           restricted_by_id = CASE WHEN p_restricted THEN actor_user() END,
           restriction_note = p_note, version = version + 1 WHERE id = p_case RETURNING version
$$;

-- Restricts a case because of what was just written of it; tells it in the story. Nothing where it is restricted already.
CREATE OR REPLACE FUNCTION restrict_to_team(p_case uuid, p_ground text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE case_record SET restricted = true, restriction_ground = p_ground, restricted_by_id = actor_user(),
           version = version + 1 WHERE id = p_case AND NOT restricted;
    IF FOUND THEN
        INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
        SELECT gen_random_uuid(), c.id, c.organisation_id, true, now(), 'case.restricted', actor_user(), 'case', c.id,
               jsonb_build_object('ground', p_ground) FROM case_record c WHERE c.id = p_case;
    END IF;
END $$;

-- A case is closed by two persons: the one who proposed it and the one who approved it.
CREATE OR REPLACE FUNCTION check_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM case_closure k WHERE k.case_id = NEW.id AND k.approved AND k.reopened_at IS NULL) THEN
        RAISE EXCEPTION 'case % would be closed without a second person', NEW.id USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS closed_by_two ON case_record;
CREATE CONSTRAINT TRIGGER closed_by_two AFTER UPDATE OF state ON case_record
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION check_closure();

-- Did a mobile group meet a child of the case on one of its signals? A signal stays with the body that took it, so the heads
-- of a case don't all see the visit: that the child was met is a fact all the same, whoever asks.
CREATE OR REPLACE FUNCTION met_on_visit(p_case uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM visit_act v JOIN signal s ON s.id = v.signal_id WHERE s.case_id = p_case AND v.child_seen)
$$;

-- What somebody still does, holds or answers for a case, by its kind: the case is not closed while it is there. Asked with
-- every case that is read, so each is one look into an index; row security would ask each of these tables for its policy anew.
CREATE OR REPLACE FUNCTION commitments_of(p_case uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_open text[] := '{}';
BEGIN
    IF EXISTS (SELECT 1 FROM centre_session x WHERE x.case_id = p_case AND x.state = 'booked') THEN
        found_open := found_open || 'session'::text;
    END IF;
    IF EXISTS (SELECT 1 FROM rehabilitation_programme x WHERE x.case_id = p_case AND x.state = 'active') THEN
        found_open := found_open || 'programme'::text;
    END IF;
    IF EXISTS (SELECT 1 FROM service_referral x WHERE x.case_id = p_case AND x.state IN ('offered', 'accepted')) THEN
        found_open := found_open || 'service_referral'::text;
    END IF;
    IF EXISTS (SELECT 1 FROM waiting_entry x WHERE x.case_id = p_case AND x.state IN ('waiting', 'offered')) THEN
        found_open := found_open || 'waiting_entry'::text;
    END IF;
    IF EXISTS (SELECT 1 FROM case_transfer x WHERE x.case_id = p_case AND x.state = 'offered') THEN
        found_open := found_open || 'transfer'::text;
    END IF;
    IF EXISTS (SELECT 1 FROM conference x WHERE x.case_id = p_case AND x.state IN ('called', 'held'))
       OR EXISTS (SELECT 1 FROM conference_decision x WHERE x.case_id = p_case AND x.state = 'open') THEN
        found_open := found_open || 'conference'::text;
    END IF;
    RETURN found_open;
END $$;

-- How many open cases each manager of the actor's body has, those included that the actor may not see: a head who shares out
-- work must know the load, and learns of a restricted case nothing but that it weighs.
CREATE OR REPLACE FUNCTION body_caseload() RETURNS TABLE (manager_id uuid, cases bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.manager_id, count(*) FROM case_record c
     WHERE c.organisation_id = case_organisation() AND c.state <> 'closed' GROUP BY c.manager_id
$$;
