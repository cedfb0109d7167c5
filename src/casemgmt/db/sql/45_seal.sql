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

-- Proofs are made of hashes of leaves, whoever asks for them. A hash tells nothing of its event: nobody can guess the id in it.
CREATE OR REPLACE FUNCTION audit_leaf_hashes(p_positions bigint[]) RETURNS TABLE ("position" bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.position, l.hash FROM audit_leaf l WHERE l.position = ANY (p_positions)
$$;

-- Where an event stands, for who can name the hash of its leaf, and so has seen the event.
CREATE OR REPLACE FUNCTION audit_place(p_event uuid, p_hash bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.position FROM audit_leaf l WHERE l.event_id = p_event AND l.hash = p_hash
$$;

-- How far the log is sealed, and what the rest waits for. `waiting_since`: time of the first event that no head covers;
-- NULL where all are sealed. `held_by`: the oldest transaction of the cluster, where that event may not be sealed before
-- it ends; of whose process no more is shown than everybody may see, and its age only where the owner may see it.
CREATE OR REPLACE FUNCTION audit_sealing() RETURNS TABLE (
    at timestamptz, size bigint, sealed_at timestamptz, waiting_since timestamptz, held_by text, holder_pid integer,
    holder text, holder_database text, holder_since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    oldest constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    head record;
    next record;
    waiting record;
BEGIN
    SELECT NULL::timestamptz AS at, NULL::xid8 AS xid INTO waiting;
    SELECT h.size, h.sealed_at, h.horizon, h.cluster INTO head FROM audit_head h ORDER BY h.size DESC LIMIT 1;
    IF head.cluster <> (SELECT c.system_identifier::text FROM pg_control_system() c) THEN
        -- Restored into another cluster, where transactions are counted anew, and not sealed since.
        SELECT e.at, e.xid INTO waiting FROM audit_event e WHERE e.at > head.sealed_at ORDER BY e.at LIMIT 1;
    ELSE
        -- One after the other: of those behind the horizon, no more than a part of one transaction is sealed already. An
        -- anti-join would be planned to read all of the log.
        FOR next IN SELECT e.id, e.at, e.xid FROM audit_event e WHERE e.xid >= coalesce(head.horizon, '0')
                     ORDER BY e.xid LIMIT 10000 LOOP
            IF NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = next.id) THEN
                waiting := next;
                EXIT;
            END IF;
        END LOOP;
    END IF;
    at := clock_timestamp();
    size := coalesce(head.size, 0);
    sealed_at := head.sealed_at;
    waiting_since := waiting.at;
    IF waiting.xid >= oldest THEN
        held_by := oldest::text;
        SELECT a.pid, a.application_name, a.datname, a.xact_start INTO holder_pid, holder, holder_database, holder_since
          FROM pg_stat_activity a WHERE a.backend_xid = oldest::xid
        UNION ALL
        SELECT NULL, 'prepared transaction', p.database, p.prepared
          FROM pg_prepared_xacts p WHERE p.transaction = oldest::xid LIMIT 1;
    END IF;
    RETURN NEXT;
END $$;

-- How far each witness has been told, for health, which is asked without an account.
CREATE OR REPLACE FUNCTION audit_witnesses() RETURNS TABLE (
    name text, size bigint, told_at timestamptz, failing_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.name, w.size, CASE WHEN w.size > 0 THEN w.told_at END, w.failing_since FROM audit_witness w ORDER BY w.name
$$;
