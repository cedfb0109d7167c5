-- A record is marked as entered in error by two persons, whatever code asks for it: at the commit the confirmed correction
-- must be there.
CREATE OR REPLACE FUNCTION check_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_error e WHERE e.record_id = NEW.id AND e.state = 'confirmed') THEN
        RAISE EXCEPTION '% would be marked as an error without a second person', TG_TABLE_NAME USING ERRCODE = 'CM409';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY array['assessment', 'centre_session'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS marked_by_two ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER marked_by_two AFTER UPDATE OF state ON %I DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW WHEN (NEW.state = ''entered_in_error'') EXECUTE FUNCTION check_correction()', t);
    END LOOP;
    FOREACH t IN ARRAY array['case_note', 'case_person', 'child_contact', 'plan_review', 'session_note', 'visitor_warning'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS marked_by_two ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER marked_by_two AFTER INSERT OR UPDATE OF entered_in_error ON %I DEFERRABLE
                        INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.entered_in_error) EXECUTE FUNCTION check_correction()', t);
    END LOOP;
END $$;

-- Marks the note of a session for the second person, who sees the correction and never the note. False where it is not there.
CREATE OR REPLACE FUNCTION mark_session_note(p_correction uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE session_note n SET entered_in_error = true FROM record_error e
     WHERE e.id = p_correction AND e.record_type = 'session_note' AND e.state = 'proposed' AND e.proposed_by_id <> actor_user()
       AND n.id = e.record_id AND n.case_id = e.case_id AND NOT n.entered_in_error;
    RETURN FOUND;
END $$;
