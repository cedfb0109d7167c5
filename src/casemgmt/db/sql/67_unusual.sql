-- Access that is out of the usual: questions to the audit log whose thresholds come from the settings. A finding names an
-- account, a count, a span of time and the events that show it; never a record, a name or anything that was seen.
-- The inner functions run with the rights of whoever asks; `unusual_access` alone runs with the owner's.

-- What an event must be to be a look at somebody's record: not one at accounts, bodies, lists of codes or the log itself.
CREATE OR REPLACE FUNCTION is_look(p_kind text, p_record_type text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_kind ~ '[._](read|listed|compared|matched|exported|printed)$'
       AND p_record_type <> ALL (ARRAY['account', 'alert', 'assessment_instrument', 'audit', 'centre_room', 'mobile_group',
                                       'organisation', 'reference', 'request', 'token', 'user'])
$$;

DROP FUNCTION IF EXISTS unusual_many_records(uuid[], timestamptz, timestamptz, jsonb), unusual_refusals(uuid[], timestamptz,
    timestamptz, jsonb), unusual_other_region(uuid[], timestamptz, timestamptz, jsonb), unusual_colleague_names(uuid[],
    timestamptz, timestamptz, jsonb), unusual_night(uuid[], timestamptz, timestamptz, jsonb), unusual_repeated(uuid[],
    timestamptz, timestamptz, jsonb), unusual_access(text, timestamptz, timestamptz, jsonb);

-- More different records in a short time than work asks for. First the sums, repetitions and all, which are cheap; then the
-- different ones, where the sums were high.
CREATE FUNCTION unusual_many_records(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    WITH shown AS MATERIALIZED (
        SELECT e.actor_id, e.at, sum(cardinality(e.record_ids)) OVER (PARTITION BY e.actor_id ORDER BY e.at
                   RANGE BETWEEN make_interval(mins => (p->>'minutes')::integer) PRECEDING AND CURRENT ROW) AS records
          FROM audit_event e
         WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
           AND e.outcome = 'done' AND e.actor_id IS NOT NULL AND is_look(e.kind, e.record_type)),
    peaks AS (
        SELECT DISTINCT ON (s.actor_id, date_bin(make_interval(mins => (p->>'minutes')::integer), s.at, p_since))
               s.actor_id, s.at
          FROM shown s WHERE s.records > (p->>'threshold')::integer
         ORDER BY s.actor_id, date_bin(make_interval(mins => (p->>'minutes')::integer), s.at, p_since), s.records DESC
         LIMIT 1000)
    SELECT k.actor_id, d.records, d.first_at, k.at, d.events
      FROM peaks k CROSS JOIN LATERAL (
        SELECT count(DISTINCT r.id) AS records, min(e.at) AS first_at, array_agg(DISTINCT e.id ORDER BY e.id) AS events
          FROM audit_event e CROSS JOIN unnest(e.record_ids) r(id)
         WHERE e.actor_id = k.actor_id AND e.at <= k.at
           AND e.at >= greatest(p_since, k.at - make_interval(mins => (p->>'minutes')::integer))
           AND e.outcome = 'done' AND is_look(e.kind, e.record_type)) d
     WHERE d.records > (p->>'threshold')::integer
$$;

-- Many refusals in a short time: somebody tries doors.
CREATE FUNCTION unusual_refusals(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (r.actor_id, date_bin(make_interval(mins => (p->>'minutes')::integer), r.at, p_since))
           r.actor_id, r.refusals, r.first_at, r.at, r.events
      FROM (SELECT e.actor_id, e.at, count(*) OVER span AS refusals, min(e.at) OVER span AS first_at,
                   array_agg(e.id) OVER span AS events
              FROM audit_event e
             WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
               AND e.outcome = 'refused' AND e.actor_id IS NOT NULL
            WINDOW span AS (PARTITION BY e.actor_id ORDER BY e.at
                            RANGE BETWEEN make_interval(mins => (p->>'minutes')::integer) PRECEDING AND CURRENT ROW)) r
     WHERE r.refusals > (p->>'threshold')::integer
     ORDER BY r.actor_id, date_bin(make_interval(mins => (p->>'minutes')::integer), r.at, p_since), r.refusals DESC
$$;

-- Records opened, one by one, of another region and another body than the actor's, without a place on a team of theirs.
CREATE FUNCTION unusual_other_region(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    WITH opened AS MATERIALIZED (
        SELECT e.id, e.at, e.actor_id, e.case_id, e.record_ids, u.organisation_id, o.region_code
          FROM audit_event e JOIN app_user u ON u.id = e.actor_id JOIN organisation o ON o.id = u.organisation_id
         WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
           AND e.outcome = 'done' AND e.kind ~ '[._]read$' AND is_look(e.kind, e.record_type) AND o.region_code IS NOT NULL),
    strange AS (
        SELECT x.id, x.at, x.actor_id, c.id AS record FROM opened x JOIN case_record c ON c.id = x.case_id
         WHERE c.region_code <> x.region_code AND c.organisation_id <> x.organisation_id
           AND NOT EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = c.id AND m.user_id = x.actor_id)
        UNION ALL
        SELECT x.id, x.at, x.actor_id, q.id FROM opened x CROSS JOIN unnest(x.record_ids) r(id) JOIN person q ON q.id = r.id
         WHERE x.case_id IS NULL AND q.region_code <> x.region_code AND q.organisation_id <> x.organisation_id
           AND q.created_by_id <> x.actor_id
           AND NOT EXISTS (SELECT 1 FROM case_person l JOIN case_member m ON m.case_id = l.case_id
                            WHERE l.person_id = q.id AND m.user_id = x.actor_id)
           AND NOT EXISTS (SELECT 1 FROM signal_person l JOIN signal s ON s.id = l.signal_id
                            WHERE l.person_id = q.id AND (s.region_code = x.region_code
                                  OR x.organisation_id IN (s.organisation_id, s.received_by_organisation_id)))
        UNION ALL
        SELECT x.id, x.at, x.actor_id, s.id FROM opened x CROSS JOIN unnest(x.record_ids) r(id) JOIN signal s ON s.id = r.id
         WHERE x.case_id IS NULL AND s.region_code <> x.region_code AND s.registered_by_id <> x.actor_id
           AND x.organisation_id NOT IN (s.organisation_id, s.received_by_organisation_id)
           AND NOT EXISTS (SELECT 1 FROM mobile_group_member m WHERE m.group_id = s.mobile_group_id AND m.user_id = x.actor_id))
    SELECT t.actor_id, count(DISTINCT t.record), min(t.at), max(t.at), array_agg(DISTINCT t.id ORDER BY t.id)
      FROM strange t GROUP BY t.actor_id HAVING count(DISTINCT t.record) > (p->>'threshold')::integer
$$;

-- Looks at persons who bear the name of the actor or of somebody who works in the same body: themselves, or theirs.
CREATE FUNCTION unusual_colleague_names(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    WITH opened AS MATERIALIZED (
        SELECT e.id, e.at, e.actor_id, e.case_id, e.record_ids, u.organisation_id
          FROM audit_event e JOIN app_user u ON u.id = e.actor_id
         WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
           AND e.outcome = 'done' AND e.kind ~ '[._]read$' AND is_look(e.kind, e.record_type)),
    looked AS (
        SELECT x.id, x.at, x.actor_id, x.organisation_id, r.id AS person_id
          FROM opened x CROSS JOIN unnest(x.record_ids) r(id) WHERE x.case_id IS NULL
        UNION ALL
        SELECT x.id, x.at, x.actor_id, x.organisation_id, l.person_id FROM opened x JOIN case_person l ON l.case_id = x.case_id)
    SELECT k.actor_id, count(DISTINCT k.id), min(k.at), max(k.at), array_agg(DISTINCT k.id ORDER BY k.id)
      FROM looked k JOIN person q ON q.id = k.person_id
     WHERE q.match_key LIKE '% %'  -- a family name alone is no sign
       AND EXISTS (SELECT 1 FROM app_user c WHERE c.organisation_id = k.organisation_id AND c.match_key = q.match_key)
     GROUP BY k.actor_id HAVING count(DISTINCT k.id) > (p->>'threshold')::integer
$$;

-- Looks in the night by accounts of which no role is on duty then. The nights come from the service, which knows the zone.
CREATE FUNCTION unusual_night(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    SELECT e.actor_id, count(*), min(e.at), max(e.at), array_agg(e.id ORDER BY e.at)
      FROM jsonb_array_elements(p->'nights') n
      JOIN audit_event e ON e.at >= (n->>0)::timestamptz AND e.at < (n->>1)::timestamptz
     WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
       AND e.outcome = 'done' AND e.actor_id IS NOT NULL AND is_look(e.kind, e.record_type)
       AND NOT EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = e.actor_id AND p->'duty_roles' ? r.role
                          AND r.granted_at <= e.at AND least(r.revoked_at, r.ends_at, 'infinity') > e.at)
     GROUP BY e.actor_id, n->>0 HAVING count(*) > (p->>'threshold')::integer
$$;

-- One child's record opened again and again by somebody who never was on a team of the child.
CREATE FUNCTION unusual_repeated(p_actors uuid[], p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[]) LANGUAGE sql STABLE AS $$
    WITH opened AS MATERIALIZED (
        SELECT e.id, e.at, e.actor_id, e.case_id, e.record_ids FROM audit_event e
         WHERE e.at >= p_since AND e.at < p_until AND (p_actors IS NULL OR e.actor_id = ANY (p_actors))
           AND e.outcome = 'done' AND e.actor_id IS NOT NULL AND e.kind ~ '[._]read$' AND is_look(e.kind, e.record_type)),
    looked AS (
        SELECT x.id, x.at, x.actor_id, q.id AS person_id
          FROM opened x CROSS JOIN unnest(x.record_ids) r(id) JOIN person q ON q.id = r.id WHERE x.case_id IS NULL
        UNION ALL
        SELECT x.id, x.at, x.actor_id, l.person_id
          FROM opened x JOIN case_person l ON l.case_id = x.case_id AND l.role = 'child')
    SELECT k.actor_id, count(DISTINCT k.id), min(k.at), max(k.at), array_agg(DISTINCT k.id ORDER BY k.id)
      FROM looked k GROUP BY k.actor_id, k.person_id
    HAVING count(DISTINCT k.id) > (p->>'threshold')::integer
       AND NOT EXISTS (SELECT 1 FROM case_person l JOIN case_member m ON m.case_id = l.case_id
                        WHERE l.person_id = k.person_id AND m.user_id = k.actor_id)
$$;

-- The findings of one rule: for an auditor those of everybody, for whoever answers for a body those of its own staff.
-- Of the events the first hundred are named: they show it, and the count tells of the rest.
CREATE FUNCTION unusual_access(p_rule text, p_since timestamptz, p_until timestamptz, p jsonb)
RETURNS TABLE (actor_id uuid, count bigint, since timestamptz, until timestamptz, events uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    actors uuid[];
BEGIN
    IF NOT actor_has('audit') THEN
        IF NOT actor_has('trail') THEN
            RETURN;
        END IF;
        actors := ARRAY(SELECT u.id FROM app_user u WHERE u.organisation_id = actor_organisation());
    END IF;
    IF p_rule NOT IN ('many_records', 'refusals', 'other_region', 'colleague_names', 'night', 'repeated') THEN
        RAISE EXCEPTION 'there is no such rule' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format('SELECT f.actor_id, f.count, f.since, f.until, f.events[1:100] FROM unusual_%s($1, $2, $3, $4) f
                                  ORDER BY f.count DESC, f.since, f.actor_id LIMIT 101', p_rule)
    USING actors, p_since, p_until, p;
END $$;
