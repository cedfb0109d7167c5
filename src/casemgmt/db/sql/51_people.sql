-- Acts on persons that the actor may not see: they match, ask for a contact, and keep the IIN unique. They run with the
-- owner's rights because row security would hide exactly the rows that they are about.

-- Whether an adoption of a person is the actor's to know of: the rule of `adoption_fact` and `sealed_name` (40_sight.sql).
CREATE OR REPLACE FUNCTION knows_adoption(p_person uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN actor_has('adoptions') AND EXISTS (
        SELECT 1 FROM case_person c JOIN case_member m ON m.case_id = c.case_id
         WHERE c.person_id = p_person AND c.until IS NULL AND m.user_id = actor_user() AND m.ended_at IS NULL
           AND on_team(c.case_id) AND m.sector = 'guardianship');
END $$;

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
            SELECT f.person_id, 'former_iin' FROM former_iin f
             WHERE f.number = p_iin AND (NOT f.sealed OR knows_adoption(f.person_id))
            UNION ALL
            SELECT x.id, 'former_name_and_birth_year' FROM person x
              JOIN (SELECT f.person_id FROM former_name f WHERE f.match_key = p_match_key
                    UNION SELECT f.person_id FROM sealed_name f
                     WHERE f.match_key = p_match_key AND knows_adoption(f.person_id)) f ON f.person_id = x.id
             WHERE x.birth_year = p_birth_year
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

-- Asks who may know of an adoption to get in touch with the actor about a number from before it: the guardianship body's member
-- of the team, else whoever recorded it. Answers the task, or null where the number leads to nobody; to who knows, it does not.
CREATE OR REPLACE FUNCTION request_sealed_contact(p_iin text, p jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held former_iin;
BEGIN
    SELECT f.* INTO held FROM former_iin f
     WHERE f.number = p_iin AND f.sealed AND f.person_id <> ALL (shut_out()) AND NOT knows_adoption(f.person_id) LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO task (id, kind, organisation_id, restricted, record_type, record_id, assignee_id, requested_by_id,
                      blocks_closure, started_at, warn_at, due_at, deadline_status, deadline_provisional, rules_version, version)
    SELECT e.id, 'known_child_contact', u.organisation_id, true, 'person', held.person_id, u.id, actor_user(), false,
           e.started_at, e.warn_at, e.due_at, e.deadline_status, e.deadline_provisional, e.rules_version, 1
      FROM jsonb_populate_record(NULL::task, p) e, app_user u
     WHERE u.id = coalesce((SELECT m.user_id FROM case_person c JOIN case_member m ON m.case_id = c.case_id
                             WHERE c.person_id = held.person_id AND c.until IS NULL AND m.ended_at IS NULL
                               AND m.sector = 'guardianship' ORDER BY m.since DESC LIMIT 1), held.recorded_by_id)
    ON CONFLICT (record_id, requested_by_id)
        WHERE kind = 'known_child_contact' AND completed_at IS NULL AND cancelled_at IS NULL DO NOTHING;
    RETURN (p->>'id')::uuid;
END $$;

-- Whose the number was earlier, for who may search by numbers; row security answers afterwards who of them is seen.
CREATE OR REPLACE FUNCTION former_iin_holders(p_iin text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.person_id FROM former_iin f
     WHERE f.number = p_iin AND actor_has('identifiers') AND (NOT f.sealed OR knows_adoption(f.person_id))
$$;

-- The earlier numbers of a person, but for their last two digits hidden. The caller has seen the person.
CREATE OR REPLACE FUNCTION former_iins(p_person uuid)
RETURNS TABLE (id uuid, iin_mask text, until date, ground text, document text, recorded_at timestamptz, recorded_by_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.id, f.mask, f.until, f.ground, f.document, f.recorded_at, f.recorded_by_id FROM former_iin f
     WHERE f.person_id = p_person AND NOT f.sealed AND actor_has('identifiers') ORDER BY f.until DESC, f.id DESC
$$;

-- Seals what a person was called before an adoption. With new ids: those of before stand in events that name the person.
CREATE OR REPLACE FUNCTION seal_names(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT knows_adoption(p_person) THEN
        RETURN;
    END IF;
    WITH gone AS (DELETE FROM former_name WHERE person_id = p_person RETURNING *)
    INSERT INTO sealed_name (id, person_id, family_name, given_name, patronymic, match_key, since, until, ground, document,
                             recorded_at, recorded_by_id)
    SELECT gen_random_uuid(), g.person_id, g.family_name, g.given_name, g.patronymic, g.match_key, g.since, g.until, g.ground,
           g.document, g.recorded_at, g.recorded_by_id FROM gone g;
    WITH gone AS (DELETE FROM former_iin WHERE person_id = p_person AND NOT sealed RETURNING *)
    INSERT INTO former_iin (id, person_id, number, mask, sealed, until, ground, document, recorded_at, recorded_by_id)
    SELECT gen_random_uuid(), g.person_id, g.number, g.mask, true, g.until, g.ground, g.document, g.recorded_at,
           g.recorded_by_id FROM gone g;
    -- a story of a change of name, with no earlier name to be seen, would tell what was sealed
    UPDATE timeline_entry SET kind = 'person.changed', data = '{"fields": ["family_name", "given_name", "patronymic"]}'
     WHERE record_id = p_person AND kind = 'person.renamed';
END $$;

-- Records an IIN. Answers `recorded`; `held` where another person has it, or had it once: the caller learns no more; `nothing`
-- where it would replace a number and there is none. `p_former` says by what the number on record was replaced; without it
-- that one was a mistake, and is nobody's. Numbers are locked in order: one that is just replaced is not free in between.
DROP FUNCTION IF EXISTS record_iin(uuid, text, text, timestamptz);
CREATE OR REPLACE FUNCTION record_iin(p_person uuid, p_iin text, p_mask text, p_at timestamptz, p_former jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held constant text := (SELECT i.iin FROM person_iin i WHERE i.person_id = p_person);
BEGIN
    IF p_former IS NOT NULL AND held IS NULL THEN
        RETURN 'nothing';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('casemgmt.iin ' || n.number, 0))
       FROM (SELECT x AS number FROM unnest(ARRAY[held, p_iin]) x WHERE x IS NOT NULL ORDER BY 1) n;
    IF EXISTS (SELECT 1 FROM former_iin f WHERE f.number = p_iin AND f.person_id <> p_person) THEN
        RETURN 'held';
    END IF;
    IF p_former IS NOT NULL AND held <> p_iin THEN
        INSERT INTO former_iin (id, person_id, number, mask, sealed, until, ground, document, recorded_at, recorded_by_id)
        SELECT f.id, p_person, held, f.mask, f.sealed, f.until, f.ground, f.document, p_at, actor_user()
          FROM jsonb_populate_record(NULL::former_iin, p_former) f;
    END IF;
    INSERT INTO person_iin (person_id, iin, recorded_at, recorded_by_id) VALUES (p_person, p_iin, p_at, actor_user())
    ON CONFLICT (person_id) DO UPDATE SET iin = excluded.iin, recorded_at = excluded.recorded_at,
        recorded_by_id = excluded.recorded_by_id;
    UPDATE person SET iin_mask = p_mask WHERE id = p_person;
    RETURN 'recorded';
EXCEPTION WHEN unique_violation THEN
    RETURN 'held';
END $$;
