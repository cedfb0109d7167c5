-- The sealer works as a role of its own. It reads the audit log, whatever row security says to others, and adds to the
-- tree over it; it sees nothing else. The service, for its part, has no right to write here.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY array['audit_event', 'audit_leaf', 'audit_node', 'audit_head', 'audit_key', 'audit_witness'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS sealing ON %I', t);
        EXECUTE format('CREATE POLICY sealing ON %I TO casemgmt_sealer USING (true) WITH CHECK (true)', t);
    END LOOP;
    -- What was sealed stays as it is, for the owner of the tables as for everybody.
    FOREACH t IN ARRAY array['audit_leaf', 'audit_node', 'audit_head'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', t);
        EXECUTE format('CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON %I
                        EXECUTE FUNCTION audit_refuse_change()', t);
    END LOOP;
END $$;

-- Of a key, no more than its end is ever set, and once.
CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE ON audit_key FOR EACH ROW
    WHEN (OLD.valid_until IS NOT NULL OR (NEW.id, NEW.public_key, NEW.valid_from, NEW.endorsed_by, NEW.endorsement)
          IS DISTINCT FROM (OLD.id, OLD.public_key, OLD.valid_from, OLD.endorsed_by, OLD.endorsement))
    EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER no_removal BEFORE DELETE ON audit_key FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON audit_key EXECUTE FUNCTION audit_refuse_change();
