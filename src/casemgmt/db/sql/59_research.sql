-- What goes out for research. The rows are chosen here, column by column: a new column of a table stays out. Ids leave the
-- database only to be turned into pseudonyms; names, texts, numbers, addresses and days do not leave it at all.

DO $$
DECLARE
    t text;
    read constant text := '(SELECT actor_has(''research'')) OR (SELECT actor_has(''records''))';
BEGIN
    FOREACH t IN ARRAY array['research_project', 'research_export'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('DROP POLICY IF EXISTS sight ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS writing ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS changing ON %I', t);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (%s)', t, read);
        EXECUTE format('CREATE POLICY writing ON %I FOR INSERT WITH CHECK ((SELECT actor_has(''research'')))', t);
        EXECUTE format('CREATE POLICY changing ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t,
                       CASE t WHEN 'research_project' THEN '(SELECT actor_has(''records''))' ELSE 'false' END,
                       CASE t WHEN 'research_project' THEN '(SELECT actor_has(''records''))' ELSE 'false' END);
        EXECUTE format('DROP TRIGGER IF EXISTS audited ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %I
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit()', t);
    END LOOP;
    ALTER TABLE research_key ENABLE ROW LEVEL SECURITY;
END $$;

-- The key of a project lives as long as the project: whoever has the files of an ended one can link them to nothing.
CREATE OR REPLACE FUNCTION research_project_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state = 'approved' THEN
        INSERT INTO research_key (project_id, key)
        VALUES (NEW.id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
    ELSIF NEW.state = 'ended' THEN
        DELETE FROM research_key WHERE project_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER research_project_changed AFTER UPDATE OF state ON research_project
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION research_project_changed();

-- The key of a project that a second person approved and that has not expired; null otherwise, and for everybody but the
-- research officers.
CREATE OR REPLACE FUNCTION research_key(p_project uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.key FROM research_key k JOIN research_project p ON p.id = k.project_id
     WHERE p.id = p_project AND p.state = 'approved' AND p.decided_by_id <> p.proposed_by_id AND p.expires_on >= (now() AT TIME ZONE 'Asia/Almaty')::date
       AND actor_has('research')
$$;

-- A project whose ground is consent takes only those whose consent to research holds now; every other one takes all.
CREATE OR REPLACE FUNCTION research_takes(p_project uuid, p_person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM research_project p WHERE p.id = p_project AND p.legal_basis <> 'consent')
        OR EXISTS (SELECT 1 FROM consent c WHERE c.person_id = p_person AND c.purpose = 'research' AND c.state = 'given'
                      AND (c.expires_at IS NULL OR c.expires_at > now()))
$$;

-- Children of cases, those of one child together, in an order that tells nothing (ids would tell when a child was recorded).
CREATE OR REPLACE FUNCTION research_cases(p_project uuid)
RETURNS TABLE (child uuid, "case" uuid, district text, region text, age_band text, sex text, disability text, citizenship text,
               problem_type text, child_categories text[], help_package text, risk_level text, state text, opened text, closed text,
               closure_reason text, reopened_times integer, signals bigint, first_category text, first_source text,
               sessions_held bigint, measures_done bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, c.id, left(f.kato, 4), c.region_code,
           CASE WHEN a.years IS NULL THEN NULL WHEN a.years < 3 THEN '0-2' WHEN a.years < 7 THEN '3-6' WHEN a.years < 11 THEN '7-10'
                WHEN a.years < 15 THEN '11-14' WHEN a.years < 18 THEN '15-17' ELSE '18+' END,
           p.sex, p.disability_category, p.citizenship_status, c.problem_type, c.child_categories, c.help_package, c.risk_level,
           c.state, to_char(c.opened_at AT TIME ZONE 'Asia/Almaty', 'YYYY-MM'),
           to_char(c.closed_at AT TIME ZONE 'Asia/Almaty', 'YYYY-MM'),
           (SELECT k.reason FROM case_closure k WHERE k.case_id = c.id AND k.approved AND k.reopened_at IS NULL LIMIT 1),
           c.reopened_times, (SELECT count(*) FROM signal s WHERE s.case_id = c.id), f.category, f.source,
           (SELECT count(*) FROM centre_session x WHERE x.case_id = c.id AND x.state = 'held'),
           (SELECT count(*) FROM plan_measure m WHERE m.case_id = c.id AND m.state = 'done')
      FROM case_person cp JOIN case_record c ON c.id = cp.case_id JOIN person p ON p.id = cp.person_id
      CROSS JOIN LATERAL (SELECT coalesce(extract(year FROM age(c.opened_at, p.birth_date)),
                                          extract(year FROM c.opened_at) - p.birth_year) AS years) a
      LEFT JOIN LATERAL (SELECT s.kato, s.category, s.source FROM signal s WHERE s.case_id = c.id
                          ORDER BY s.received_at LIMIT 1) f ON true
     WHERE cp.role = 'child' AND NOT cp.entered_in_error AND research_key(p_project) IS NOT NULL AND research_takes(p_project, p.id)
     ORDER BY sha256(research_key(p_project) || uuid_send(p.id)), p.id, c.opened_at
$$;

CREATE OR REPLACE FUNCTION research_signals(p_project uuid)
RETURNS TABLE (signal uuid, "case" uuid, district text, region text, source text, channel text, category text, severity text,
               urgency text, danger_now boolean, anonymous boolean, triage_outcome text, state text, received text,
               subjects bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.id, s.case_id, left(s.kato, 4), s.region_code, s.source, s.channel, s.category, s.gravest_severity, s.urgency,
           s.danger_now, s.anonymous, s.triage_outcome, s.state,
           to_char(s.received_at AT TIME ZONE 'Asia/Almaty', 'YYYY-MM'),
           (SELECT count(*) FROM signal_person x WHERE x.signal_id = s.id AND x.role = 'child')
      FROM signal s
     WHERE research_key(p_project) IS NOT NULL
       -- of all its children, and of nobody's where no child is known: then there is nobody who could have consented
       AND (SELECT coalesce(bool_and(research_takes(p_project, x.person_id)), research_takes(p_project, NULL))
              FROM signal_person x WHERE x.signal_id = s.id AND x.role = 'child')
     ORDER BY sha256(research_key(p_project) || uuid_send(s.id))
$$;
