-- Imports of tables.

-- Which rows of a register an earlier import brought, and what they said. Only of registers of the actor's own body, and
-- only for numbers that the actor's file names: rows whose record has left the actor's sight are known all the same, or
-- they would come in twice.
CREATE OR REPLACE FUNCTION imported_before(p_source text, p_part text, p_numbers text[])
RETURNS TABLE (number text, content_digest text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.number, r.content_digest FROM imported_record r
     WHERE r.register_body_id = actor_organisation() AND r.source = p_source AND r.part = p_part
       AND r.number = ANY (p_numbers)
$$;

-- Two imports of one register at a time would each find the other's rows new. False where another one is at it.
DROP FUNCTION IF EXISTS lock_register(text);
CREATE OR REPLACE FUNCTION take_register(p_source text) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_try_advisory_xact_lock(hashtextextended('casemgmt.import ' || actor_organisation() || ' ' || p_source, 0))
$$;

-- The worker tells how far it is, outside of the transaction that does the import, and hears whether it is to go on: null,
-- or why not. The record of an import moves on by a new version; an account whose rights changed has another `p_authz`.
CREATE OR REPLACE FUNCTION tell_import_progress(
    p_import uuid, p_version integer, p_user uuid, p_authz integer, p_phase text, p_done integer, p_all integer)
RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE import_progress SET phase = p_phase, rows_done = p_done, rows_all = p_all, told_at = clock_timestamp(),
           began_at = CASE WHEN phase = p_phase AND p_done > 0 THEN began_at ELSE clock_timestamp() END
     WHERE import_id = p_import AND EXISTS (SELECT 1 FROM import_run r WHERE r.id = p_import AND r.version = p_version);
    SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM import_run r WHERE r.id = p_import AND r.version = p_version) THEN 'moved-on'
                WHEN NOT EXISTS (SELECT 1 FROM app_user u WHERE u.id = p_user AND u.active AND u.authz_version = p_authz)
                THEN 'rights-changed' END
$$;

-- The first number of a person, refused where it is, or was, somebody else's. `record_iin` takes a lock for each number, and
-- thousands in one transaction would fill the table of locks that all share. Here the row comes first: whoever held the number
-- has by then committed what became of it, and nobody can come to hold it until this transaction ends.
CREATE OR REPLACE FUNCTION record_first_iin(p_person uuid, p_iin text, p_mask text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO person_iin (person_id, iin, recorded_at, recorded_by_id) VALUES (p_person, p_iin, p_at, actor_user());
    IF EXISTS (SELECT 1 FROM former_iin f WHERE f.number = p_iin) THEN
        RAISE unique_violation USING MESSAGE = 'the number is held';
    END IF;
    UPDATE person SET iin_mask = p_mask WHERE id = p_person;
END $$;

-- Records identification numbers and opens cases, many in one statement: each act with an event and a salt of its own, so
-- that each can be opened, and erased, by itself.
CREATE OR REPLACE FUNCTION import_each(p_acts jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a jsonb;
BEGIN
    FOR a IN SELECT jsonb_array_elements(p_acts) LOOP
        PERFORM set_config('casemgmt.salt', a->>'salt', true);
        IF a ? 'case' THEN
            PERFORM open_case(a->'case');
        ELSE
            PERFORM record_first_iin((a->>'person_id')::uuid, a->>'iin', a->>'mask', (a->>'at')::timestamptz);
        END IF;
        PERFORM audit_write((a->>'event_id')::uuid, a->>'kind', 'done', NULL, a->>'record_type',
                            ARRAY(SELECT jsonb_array_elements_text(a->'record_ids')::uuid), (a->>'case_id')::uuid, NULL,
                            ARRAY(SELECT jsonb_array_elements_text(a->'fields')), NULL);
    END LOOP;
END $$;

-- Reserves serial numbers of a region's cases, and answers the first: beside the transaction of the import, which would
-- keep everybody else in the region from opening a case until its end. What is not used is a gap.
CREATE OR REPLACE FUNCTION reserve_case_numbers(p_region text, p_year integer, p_count integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO case_serial AS s (region_code, year, last) VALUES (coalesce(p_region, 'KZ'), p_year, p_count)
    ON CONFLICT (region_code, year) DO UPDATE SET last = s.last + p_count
    RETURNING s.last - p_count + 1
$$;

-- A file that was taken in holds names: with the end of its import it is gone.
CREATE OR REPLACE FUNCTION no_file_outlives_its_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('done', 'withdrawn') AND EXISTS (
            SELECT 1 FROM import_content c WHERE c.import_id = NEW.id AND num_nonnulls(c.body, c.report, c.decisions, c.refusal) > 0) THEN
        RAISE EXCEPTION 'the file of import % would outlive it', NEW.id USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS no_file_outlives_it ON import_run;
CREATE CONSTRAINT TRIGGER no_file_outlives_it AFTER UPDATE OF state ON import_run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no_file_outlives_its_import();
