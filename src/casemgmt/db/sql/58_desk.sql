-- The records officers' desk: what is to be destroyed, and what may not be. That a court asks about a case is itself a
-- secret, so nobody else reads any of it. Every write demands its audit event.
DO $$
DECLARE
    t text;
    desk constant text := '(SELECT actor_has(''records''))';
BEGIN
    FOREACH t IN ARRAY array['legal_hold', 'erasure_request', 'retention_plan', 'retention_item'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('DROP POLICY IF EXISTS sight ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS writing ON %I', t);
        EXECUTE format('DROP POLICY IF EXISTS changing ON %I', t);
        EXECUTE format('CREATE POLICY sight ON %I FOR SELECT USING (%s)', t, desk);
        EXECUTE format('CREATE POLICY writing ON %I FOR INSERT WITH CHECK (%s)', t, desk);
        EXECUTE format('CREATE POLICY changing ON %I FOR UPDATE USING (%s) WITH CHECK (%s)', t, desk, desk);
        EXECUTE format('DROP TRIGGER IF EXISTS audited ON %I', t);
        EXECUTE format('CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON %I
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit()', t);
    END LOOP;
END $$;
