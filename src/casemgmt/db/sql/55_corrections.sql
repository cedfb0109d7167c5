-- A record is marked as entered in error by two persons, whatever code asks for it: at the commit the confirmed correction
-- must be there.
CREATE OR REPLACE FUNCTION check_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_error e WHERE e.record_id = NEW.id AND e.state = 'confirmed') THEN
        RAISE EXCEPTION '% would be marked as an error without a second person', TG_TABLE_NAME USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS marked_by_two ON assessment;
CREATE CONSTRAINT TRIGGER marked_by_two AFTER UPDATE OF state ON assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'entered_in_error') EXECUTE FUNCTION check_correction();

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY array['case_person', 'child_contact'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS marked_by_two ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER marked_by_two AFTER INSERT OR UPDATE OF entered_in_error ON %I DEFERRABLE
                        INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.entered_in_error) EXECUTE FUNCTION check_correction()', t);
    END LOOP;
END $$;
