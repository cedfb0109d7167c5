-- Who looked at a person: the events on the person's own record, on the cases and signals that the person belongs to, and
-- on everything in them, also where an event is of a list and the record was one of many shown.

-- Ids of all that belongs to cases, to signals or to a person: what an event may name in the place of these. Written from
-- the tables themselves, so that a new table is in it from its first day.
DO $$
DECLARE
    branches text;
BEGIN
    SELECT string_agg(format('SELECT x.id FROM %I x WHERE x.%I = %s', c.relname, a.attname,
                             CASE a.attname WHEN 'case_id' THEN 'ANY (p_cases)' WHEN 'signal_id' THEN 'ANY (p_signals)'
                                            ELSE 'p_person' END), ' UNION ' ORDER BY c.relname, a.attname)
      INTO branches
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT c.relispartition
       AND a.attname IN ('case_id', 'signal_id', 'person_id') AND NOT a.attisdropped
       AND c.relname NOT IN ('timeline_entry',  -- read as a whole, by its case or signal
                             'adoption_fact')  -- its events name no child, so that the log betrays nobody's adoption
       AND EXISTS (SELECT 1 FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attname = 'id' AND NOT k.attisdropped
                                                  AND k.atttypid = 'uuid'::regtype);
    EXECUTE format('CREATE OR REPLACE FUNCTION trail_records(p_person uuid, p_cases uuid[], p_signals uuid[])
                    RETURNS uuid[] LANGUAGE plpgsql STABLE AS $f$ BEGIN RETURN ARRAY(
                        SELECT unnest(p_cases) UNION SELECT unnest(p_signals) UNION SELECT p_person WHERE p_person IS NOT NULL
                        UNION SELECT d.id FROM benefit_determination d WHERE d.person_ids @> ARRAY[p_person]
                        UNION %s); END $f$', branches);
END $$;

-- The events of a person, newest first. The caller says which of the person's cases and signals the asker sees; an
-- auditor has them all, and without content. An event that names a case or a signal which the asker does not see is left
-- out, also where it names the person. An act on the person's own record is left out where its actor was then on the team
-- of a restricted case that the asker does not see, and on none that the asker sees: it would tell that there is such a
-- case. What the actor did before stays: that it went would tell as much. A case that the person has left tells of the
-- person up to that moment. Who is shut out of a family has no trail of it, an auditor included.
CREATE OR REPLACE FUNCTION trail_events(
    p_person uuid, p_cases uuid[], p_signals uuid[], p_since timestamptz, p_until timestamptz, p_at timestamptz, p_id uuid,
    p_size integer)
RETURNS TABLE (id uuid, at timestamptz, kind text, outcome text, actor_id uuid, roles text[], on_behalf_of uuid, session_id uuid,
               request_id text, purpose text, reason text, record_type text, record_ids uuid[], case_id uuid, signal_id uuid,
               fields text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    whole constant boolean := actor_has('audit');
    links case_person[] := ARRAY(SELECT c FROM case_person c
                                  WHERE c.person_id = p_person AND (whole OR c.case_id = ANY (p_cases)));
    cases uuid[] := ARRAY(SELECT DISTINCT l.case_id FROM unnest(links) l);
    present uuid[] := ARRAY(SELECT l.case_id FROM unnest(links) l WHERE l.until IS NULL);
    signals uuid[] := ARRAY(SELECT s.signal_id FROM signal_person s
                             WHERE s.person_id = p_person AND (whole OR s.signal_id = ANY (p_signals)));
    secret uuid[] := '{}';
    concealed case_member[] := '{}';
BEGIN
    IF NOT (whole OR actor_has('trail')) OR p_person = ANY (shut_out()) THEN
        RETURN;
    END IF;
    IF NOT whole THEN
        secret := ARRAY(SELECT c.case_id FROM case_person c WHERE c.person_id = p_person AND c.restricted
                        UNION SELECT s.case_id FROM signal_person p JOIN signal s ON s.id = p.signal_id
                               WHERE p.person_id = p_person AND s.restricted AND s.case_id IS NOT NULL
                        EXCEPT SELECT unnest(cases));
    END IF;
    IF secret <> '{}' THEN
        concealed := ARRAY(SELECT m FROM case_member m WHERE m.case_id = ANY (secret) AND m.user_id <> actor_user());
    END IF;
    -- All of the window is fetched by the indexes before it is sorted: a walk from the newest event on would be long
    -- for those of whom there is little. EXECUTE plans with the ids in hand, which a kept plan would only guess at.
    RETURN QUERY EXECUTE $q$
        WITH found AS MATERIALIZED (
            SELECT e.* FROM audit_event e
             WHERE e.at >= $1 AND e.at < $2 AND e.record_ids && $3 AND NOT EXISTS (
                SELECT 1 FROM unnest($4) m  -- the service's clock may be a little ahead of the log's
                 WHERE m.user_id = e.actor_id AND e.at >= m.since - interval '1 minute' AND e.at < coalesce(m.ended_at, 'infinity')
                   AND NOT EXISTS (SELECT 1 FROM case_member v WHERE v.user_id = e.actor_id AND v.case_id = ANY ($11)
                                      AND e.at >= v.since AND e.at < coalesce(v.ended_at, 'infinity')))
            UNION ALL
            SELECT e.* FROM audit_event e
             WHERE e.at >= $1 AND e.at < $2 AND (e.record_ids && $5 OR e.case_id = ANY ($6))
            UNION ALL
            SELECT e.* FROM unnest($7) l CROSS JOIN LATERAL (
                SELECT x.* FROM audit_event x
                 WHERE x.at >= $1 AND x.at < least($2, l.until)
                   AND (x.record_ids && trail_records(NULL, ARRAY[l.case_id], '{}') OR x.case_id = l.case_id)) e
             WHERE l.until IS NOT NULL)
        SELECT t.id, t.at, t.kind::text, t.outcome::text, t.actor_id,
               ARRAY(SELECT r.role::text FROM user_role r WHERE r.user_id = t.actor_id AND r.granted_at <= t.at
                        AND least(r.revoked_at, r.ends_at, 'infinity') > t.at ORDER BY r.role),
               t.on_behalf_of, t.session_id, t.request_id::text, t.purpose::text, t.reason::text, t.record_type::text,
               t.record_ids, t.case_id, t.signal_id, t.fields
          FROM (SELECT DISTINCT ON (f.at, f.id) f.* FROM found f
                 WHERE (f.at, f.id) < ($8, $9) AND NOT (f.record_ids || ARRAY[f.case_id, f.signal_id]) && $14
                   AND ($10 OR ((f.case_id IS NULL OR f.case_id = ANY ($11))
                                AND (f.signal_id IS NULL OR f.signal_id = ANY ($12))))
                 ORDER BY f.at DESC, f.id DESC LIMIT $13) t
         ORDER BY t.at DESC, t.id DESC$q$
    USING p_since, p_until, trail_records(p_person, '{}', '{}'), concealed, trail_records(NULL, present, signals), present,
          links, p_at, p_id, whole, cases, signals, p_size, shut_out();
END $$;

-- Who looked at a person, as the asker may know it: nothing where row security hides the person.
CREATE OR REPLACE FUNCTION person_trail(
    p_person uuid, p_since timestamptz, p_until timestamptz, p_at timestamptz, p_id uuid, p_size integer)
RETURNS TABLE (id uuid, at timestamptz, kind text, outcome text, actor_id uuid, roles text[], on_behalf_of uuid, session_id uuid,
               request_id text, purpose text, reason text, record_type text, record_ids uuid[], case_id uuid, signal_id uuid,
               fields text[]) LANGUAGE sql STABLE AS $$
    SELECT t.* FROM person p CROSS JOIN LATERAL trail_events(
               p.id, ARRAY(SELECT c.case_id FROM case_person c WHERE c.person_id = p.id),
               ARRAY(SELECT s.signal_id FROM signal_person s WHERE s.person_id = p.id), p_since, p_until, p_at, p_id, p_size) t
     WHERE p.id = p_person
$$;

-- Times and ids of the newest events that name a record, a page of them. Row security would let an auditor find them by
-- reading the whole month: no index serves a condition on a list of ids below a policy.
DROP FUNCTION IF EXISTS events_naming(uuid, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION events_naming(
    p_record uuid, p_since timestamptz, p_until timestamptz, p_at timestamptz, p_id uuid, p_size integer,
    p_actor uuid DEFAULT NULL, p_case uuid DEFAULT NULL, p_kind text DEFAULT NULL)
RETURNS TABLE (at timestamptz, id uuid) ROWS 25
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF actor_has('audit') THEN
        RETURN QUERY EXECUTE $q$
            WITH found AS MATERIALIZED (
                SELECT e.at, e.id FROM audit_event e
                 WHERE e.at >= $1 AND e.at < $2 AND e.record_ids @> ARRAY[$3] AND (e.at, e.id) < ($4, $5)
                   AND ($7 IS NULL OR e.actor_id = $7) AND ($8 IS NULL OR e.case_id = $8) AND ($9 IS NULL OR e.kind = $9)
                   AND NOT (e.record_ids || ARRAY[e.case_id, e.signal_id]) && $10)
            SELECT f.at, f.id FROM found f ORDER BY f.at DESC, f.id DESC LIMIT $6$q$
        USING p_since, p_until, p_record, p_at, p_id, p_size, p_actor, p_case, p_kind, shut_out();
    END IF;
END $$;
