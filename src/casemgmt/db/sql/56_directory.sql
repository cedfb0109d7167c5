-- The directory: bodies, mobile groups, rooms. Whoever is signed in reads them; administrators write them, and a centre
-- its own rooms. Every write demands its audit event.
DO $$
DECLARE
    t text;
    allowed text;
BEGIN
    FOREACH t IN ARRAY array['organisation', 'mobile_group', 'mobile_group_area', 'mobile_group_duty', 'centre_room'] LOOP
        allowed := CASE t WHEN 'centre_room' THEN 'organisation_id = (SELECT actor_organisation())'
                          ELSE '(SELECT actor_has(''directory''))' END;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('DROP POLICY IF EXISTS sight ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS writing ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS changing ON %I', t);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING ((SELECT actor_user()) IS NOT NULL)', t);
        EXECUTE format('CREATE POLICY writing ON %I FOR INSERT WITH CHECK (%s)', t, allowed);
        EXECUTE format('CREATE POLICY changing ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t, allowed, allowed);
        EXECUTE format('DROP TRIGGER IF EXISTS audited ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %I
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit()', t);
    END LOOP;
END $$;
