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
