-- Acts on persons that the actor may not see: they match, ask for a contact, and keep the IIN unique. They run with the
-- owner's rights because row security would hide exactly the rows that they are about.

-- Is this child already known? All ids that match exactly, with the open case's manager for the hidden ones.
-- Row security answers afterwards which of them the actor may see.
CREATE OR REPLACE FUNCTION match_persons(p_iin text, p_match_key text, p_birth_year integer, p_phone_hash text)
RETURNS TABLE (person_id uuid, matched_by text, case_id uuid, manager_id uuid, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.person_id, string_agg(DISTINCT m.how, ',' ORDER BY m.how), c.id, c.manager_id, coalesce(c.organisation_id, p.organisation_id)
      FROM (SELECT i.person_id, 'iin' AS how FROM person_iin i WHERE i.iin = p_iin
            UNION ALL
            SELECT x.id, 'name_and_birth_year' FROM person x WHERE x.match_key = p_match_key AND x.birth_year = p_birth_year
            UNION ALL
            SELECT k.person_id, 'phone' FROM person_contact k WHERE k.phone_hash = p_phone_hash AND k.ended_at IS NULL) m
      JOIN person p ON p.id = m.person_id AND p.id <> ALL (shut_out())  -- to who is shut out nobody is known
      LEFT JOIN LATERAL (SELECT r.id, r.manager_id, r.organisation_id FROM case_person cp JOIN case_record r ON r.id = cp.case_id
                          WHERE cp.person_id = m.person_id AND cp.until IS NULL AND r.state <> 'closed'
                          ORDER BY r.opened_at DESC LIMIT 1) c ON true
     GROUP BY m.person_id, c.id, c.manager_id, c.organisation_id, p.organisation_id
     ORDER BY m.person_id
     LIMIT 50
$$;

-- Asks the manager of a hidden child's case (or the body that registered the child) to get in touch with the actor.
-- One open request per child and actor: the second is no news. The story of the case tells of it where there is one.
CREATE OR REPLACE FUNCTION request_contact(p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO task (id, kind, case_id, organisation_id, region_code, restricted, record_type, record_id, assignee_id,
                      requested_by_id, blocks_closure, started_at, warn_at, due_at, deadline_status, deadline_provisional,
                      rules_version, version)
    SELECT (p->>'id')::uuid, 'known_child_contact', (p->>'case_id')::uuid, (p->>'organisation_id')::uuid, x.region_code, false,
           'person', x.id, (p->>'assignee_id')::uuid, actor_user(), false, (p->>'started_at')::timestamptz,
           (p->>'warn_at')::timestamptz, (p->>'due_at')::timestamptz, p->>'deadline_status',
           (p->>'deadline_provisional')::boolean, p->>'rules_version', 1
      FROM person x WHERE x.id = (p->>'record_id')::uuid
    ON CONFLICT (record_id, requested_by_id)
        WHERE kind = 'known_child_contact' AND completed_at IS NULL AND cancelled_at IS NULL DO NOTHING;
    IF FOUND AND p->>'case_id' IS NOT NULL THEN
        INSERT INTO timeline_entry (id, case_id, organisation_id, restricted, at, kind, actor_id, record_type, record_id, data)
        VALUES ((p->>'entry_id')::uuid, (p->>'case_id')::uuid, (p->>'organisation_id')::uuid, false,
                (p->>'started_at')::timestamptz, 'case.contact_requested', actor_user(), 'task', (p->>'id')::uuid, '{}');
    END IF;
END $$;

-- Records an IIN. Answers false where another person has it: the caller learns no more.
CREATE OR REPLACE FUNCTION record_iin(p_person uuid, p_iin text, p_mask text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO person_iin (person_id, iin, recorded_at, recorded_by_id) VALUES (p_person, p_iin, p_at, actor_user())
    ON CONFLICT (person_id) DO UPDATE SET iin = excluded.iin, recorded_at = excluded.recorded_at,
        recorded_by_id = excluded.recorded_by_id;
    UPDATE person SET iin_mask = p_mask WHERE id = p_person;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;
