-- The named acts that run with the owner's rights: they move rows out of the writer's sight, guard the uniqueness of
-- the IIN, or match persons that the actor may not see. Each writes its audit event itself or demands that its caller
-- does (trigger `audited`). The list is pinned by a test and may only shrink.

-- Opens a case: the opener need not be on its team. p holds the columns of case_record plus `persons` and `signals`.
CREATE OR REPLACE FUNCTION open_case(p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    the_case uuid := (p->>'id')::uuid;
    moment timestamptz := (p->>'opened_at')::timestamptz;
BEGIN
    INSERT INTO case_record (id, number, state, region_code, organisation_id, restricted, restriction_ground, manager_id,
        help_package, problem_type, child_categories, opened_at, opened_by_id, reopened_times, lists_version, version)
    VALUES (the_case, p->>'number', p->>'state', p->>'region_code', (p->>'organisation_id')::uuid,
        (p->>'restricted')::boolean, p->>'restriction_ground', (p->>'manager_id')::uuid, p->>'help_package',
        p->>'problem_type', ARRAY(SELECT jsonb_array_elements_text(p->'child_categories')), moment, actor_user(), 0,
        p->>'lists_version', 1);
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    SELECT (p->>'membership_id')::uuid, the_case, (p->>'organisation_id')::uuid, false, u.id, 'manager', u.sector,
           moment, moment, actor_user()
      FROM app_user u WHERE u.id = (p->>'manager_id')::uuid;
    INSERT INTO case_person (id, case_id, organisation_id, restricted, person_id, role, since, added_by_id)
    SELECT (e->>'id')::uuid, the_case, (p->>'organisation_id')::uuid, false, (e->>'person_id')::uuid, e->>'role',
           moment, actor_user()
      FROM jsonb_array_elements(p->'persons') e;
    UPDATE signal s SET case_id = the_case, restricted = (p->>'restricted')::boolean, state = 'attached', version = version + 1
     WHERE s.id IN (SELECT x::uuid FROM jsonb_array_elements_text(p->'signals') x);
END $$;

-- The serial number of a region's next case of a year: 'KZ-75-2026-000042'.
CREATE OR REPLACE FUNCTION next_case_number(p_region text, p_year integer) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO case_serial (region_code, year, last) VALUES (coalesce(p_region, 'KZ'), p_year, 1)
    ON CONFLICT (region_code, year) DO UPDATE SET last = case_serial.last + 1
    RETURNING region_code || '-' || year || '-' || lpad(last::text, 6, '0')
$$;

-- Attaches a signal to the open case of a child whom it is about. Answers the case's id, or null where the child has none.
CREATE OR REPLACE FUNCTION attach_signal(p_signal uuid, p_person uuid) RETURNS TABLE (case_id uuid, manager_id uuid, restricted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    found record;
BEGIN
    SELECT c.id, c.manager_id, c.restricted INTO found
      FROM case_person cp JOIN case_record c ON c.id = cp.case_id
     WHERE cp.person_id = p_person AND cp.role = 'child' AND cp.until IS NULL AND c.state <> 'closed'
       AND EXISTS (SELECT 1 FROM signal_person sp WHERE sp.signal_id = p_signal AND sp.person_id = p_person)
     ORDER BY c.opened_at DESC LIMIT 1 FOR SHARE OF c;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE signal s SET case_id = found.id, restricted = found.restricted WHERE s.id = p_signal;
    RETURN QUERY SELECT found.id, found.manager_id, found.restricted;
END $$;

-- Passes accountability: ends the old manager's membership, makes the new one, moves the open tasks. The new manager
-- accepts; until then nothing changes.
CREATE OR REPLACE FUNCTION accept_handover(p_handover uuid, p_membership uuid, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    offer case_handover;
    target app_user;
    region text;
BEGIN
    SELECT * INTO offer FROM case_handover WHERE id = p_handover AND state = 'offered' AND to_user_id = actor_user() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM case_record WHERE id = offer.case_id FOR UPDATE;
    SELECT * INTO target FROM app_user WHERE id = offer.to_user_id;
    SELECT o.region_code INTO region FROM organisation o WHERE o.id = target.organisation_id;
    UPDATE case_handover SET state = 'accepted', decided_at = p_at, version = version + 1 WHERE id = p_handover;
    UPDATE case_member SET ended_at = p_at WHERE case_id = offer.case_id AND team_role = 'manager' AND ended_at IS NULL;
    UPDATE case_member SET ended_at = p_at WHERE case_id = offer.case_id AND user_id = offer.to_user_id AND ended_at IS NULL;
    INSERT INTO case_member (id, case_id, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
    SELECT p_membership, c.id, c.organisation_id, c.restricted, target.id, 'manager', target.sector, c.opened_at, p_at, offer.from_user_id
      FROM case_record c WHERE c.id = offer.case_id;
    UPDATE case_record SET manager_id = target.id, organisation_id = target.organisation_id,
           region_code = coalesce(region, region_code), version = version + 1 WHERE id = offer.case_id;
    UPDATE task SET assignee_id = target.id, version = version + 1
     WHERE case_id = offer.case_id AND assignee_id = offer.from_user_id AND completed_at IS NULL AND cancelled_at IS NULL;
    RETURN offer.case_id;
END $$;

-- Restricts a case to its team, or lifts the restriction. The caller must see the case.
CREATE OR REPLACE FUNCTION set_restriction(p_case uuid, p_restricted boolean, p_ground text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE case_record SET restricted = p_restricted, restriction_ground = CASE WHEN p_restricted THEN p_ground END,
           version = version + 1 WHERE id = p_case
$$;

-- Gives a signal another owner: a redirect to a body of the service, which may lie outside the writer's sight.
CREATE OR REPLACE FUNCTION redirect_signal(p_signal uuid, p_organisation uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE signal s SET organisation_id = o.id, region_code = coalesce(o.region_code, s.region_code)
      FROM organisation o WHERE o.id = p_organisation AND s.id = p_signal
$$;

-- Takes the referral back from the group that declined it: the group loses the signal in the same act.
CREATE OR REPLACE FUNCTION release_signal_from_group(p_signal uuid, p_group uuid, p_state text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE signal SET mobile_group_id = NULL, state = p_state, version = version + 1
     WHERE id = p_signal AND mobile_group_id = p_group
$$;

-- Is this child already known? All ids that match exactly, with the open case's manager for the hidden ones.
-- Row security answers afterwards which of them the actor may see.
CREATE OR REPLACE FUNCTION match_persons(p_iin text, p_match_key text, p_birth_year integer, p_phone_hash text)
RETURNS TABLE (person_id uuid, matched_by text, case_id uuid, manager_id uuid, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT m.person_id, string_agg(DISTINCT m.how, ',' ORDER BY m.how), c.id, c.manager_id, coalesce(c.organisation_id, p.organisation_id)
      FROM (SELECT i.person_id, 'iin' AS how FROM person_iin i WHERE i.iin = p_iin
            UNION ALL
            SELECT x.id, 'name_and_birth_year' FROM person x WHERE x.match_key = p_match_key AND x.birth_year = p_birth_year
            UNION ALL
            SELECT k.person_id, 'phone' FROM person_contact k WHERE k.phone_hash = p_phone_hash AND k.ended_at IS NULL) m
      JOIN person p ON p.id = m.person_id
      LEFT JOIN LATERAL (SELECT r.id, r.manager_id, r.organisation_id FROM case_person cp JOIN case_record r ON r.id = cp.case_id
                          WHERE cp.person_id = m.person_id AND cp.until IS NULL AND r.state <> 'closed'
                          ORDER BY r.opened_at DESC LIMIT 1) c ON true
     GROUP BY m.person_id, c.id, c.manager_id, c.organisation_id, p.organisation_id
     ORDER BY m.person_id
     LIMIT 50
$$;

-- Asks the manager of a hidden child's case (or the body that registered the child) to get in touch with the actor.
CREATE OR REPLACE FUNCTION request_contact(p jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO task (id, kind, note, case_id, organisation_id, restricted, record_type, record_id, assignee_id, blocks_closure,
                      started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)
    VALUES ((p->>'id')::uuid, 'known_child_contact', p->>'note', (p->>'case_id')::uuid, (p->>'organisation_id')::uuid, false,
            'person', (p->>'person_id')::uuid, (p->>'assignee_id')::uuid, false, (p->>'started_at')::timestamptz,
            (p->>'warn_at')::timestamptz, (p->>'due_at')::timestamptz, p->>'deadline_status',
            (p->>'deadline_provisional')::boolean, p->>'rules_version', 1)
$$;

-- Records an IIN. Answers false where another person has it: the caller learns no more.
CREATE OR REPLACE FUNCTION record_iin(p_person uuid, p_iin text, p_mask text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO person_iin (person_id, iin, recorded_at, recorded_by_id) VALUES (p_person, p_iin, p_at, actor_user())
    ON CONFLICT (person_id) DO UPDATE SET iin = excluded.iin, recorded_at = excluded.recorded_at,
        recorded_by_id = excluded.recorded_by_id;
    UPDATE person SET iin_mask = p_mask WHERE id = p_person;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;
