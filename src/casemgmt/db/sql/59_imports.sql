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

-- Two imports of one register at a time would each find the other's rows new.
CREATE OR REPLACE FUNCTION lock_register(p_source text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('casemgmt.import ' || actor_organisation() || ' ' || p_source, 0))
$$;

-- A file that was taken in holds names: with the end of its import it is gone.
CREATE OR REPLACE FUNCTION no_file_outlives_its_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('done', 'withdrawn') AND EXISTS (
            SELECT 1 FROM import_content c WHERE c.import_id = NEW.id AND num_nonnulls(c.body, c.report, c.decisions) > 0) THEN
        RAISE EXCEPTION 'the file of import % would outlive it', NEW.id USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS no_file_outlives_it ON import_run;
CREATE CONSTRAINT TRIGGER no_file_outlives_it AFTER UPDATE OF state ON import_run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no_file_outlives_its_import();
