-- The audit log: one way in, no way to change.

-- The salt that opens the commitments of the changes goes into a table of its own, out of everybody's reach: erasing it,
-- or what was recorded, leaves the event and every proof as they were.
DROP FUNCTION IF EXISTS audit_write(uuid, text, text, text, text, uuid[], uuid, uuid, text[], text);
CREATE OR REPLACE FUNCTION audit_write(
    p_id uuid, p_kind text, p_outcome text, p_reason text, p_record_type text, p_record_ids uuid[],
    p_case uuid, p_signal uuid, p_fields text[], p_request text, p_changes jsonb DEFAULT NULL, p_salt bytea DEFAULT NULL,
    p_on_behalf_of uuid DEFAULT NULL, p_purpose text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    noted constant text := current_setting('casemgmt.changes', true);
BEGIN
    IF noted <> '' THEN  -- by functions of this transaction, under the salt that begin_work was given
        p_changes := coalesce(p_changes, '[]') || ('[' || noted || ']')::jsonb;
        p_salt := coalesce(p_salt, decode(current_setting('casemgmt.salt'), 'hex'));
        p_fields := p_fields || ARRAY(SELECT c->>'field' FROM jsonb_array_elements(('[' || noted || ']')::jsonb) c
                                       WHERE c->>'field' NOT LIKE '%.*');
        PERFORM set_config('casemgmt.changes', '', true);
    END IF;
    INSERT INTO audit_event (at, id, xid, kind, outcome, actor_id, on_behalf_of, session_id, request_id, purpose, reason,
                             record_type, record_ids, case_id, signal_id, fields, changes)
    VALUES (clock_timestamp(), p_id, pg_current_xact_id(), p_kind, p_outcome, actor_user(), p_on_behalf_of, actor_session(),
            coalesce(p_request, current_setting('casemgmt.request', true), ''),
            coalesce(p_purpose, nullif(current_setting('casemgmt.purpose', true), '')), p_reason, p_record_type,
            p_record_ids, p_case, p_signal, p_fields, p_changes);
    IF p_salt IS NOT NULL THEN
        INSERT INTO audit_salt (event_id, salt) VALUES (p_id, p_salt);
    END IF;
    PERFORM set_config('casemgmt.audited', 'on', true);
END $$;

-- Makes the partitions of this month and of the months ahead; each with the triggers that forbid any change.
-- A TRUNCATE of a partition would pass a trigger that stands on the parent alone.
CREATE OR REPLACE FUNCTION audit_make_months(p_ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month date;
    name text;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month',
                                        date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => p_ahead),
                                        interval '1 month') LOOP
        name := 'audit_event_' || to_char(month, 'YYYYMM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF audit_event FOR VALUES FROM (%L) TO (%L)', name,
                           month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION audit_refuse_change()', name);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'CM403';
END $$;

CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse_change();

-- No event is dated back or forward, not even by whoever owns the table.
CREATE OR REPLACE TRIGGER no_other_time BEFORE INSERT ON audit_event
    FOR EACH ROW WHEN (NEW.at NOT BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 minute')
    EXECUTE FUNCTION audit_refuse_change();

-- How many months from the next one on have a partition, without a gap; -1 where this month itself has none and every
-- write fails. Health turns red before it reaches none.
CREATE OR REPLACE FUNCTION audit_months_ahead() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(n) - 1 FROM generate_series(0, 120) n
     WHERE n = 120 OR NOT EXISTS (
        SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'audit_event'::regclass
           AND c.relname = 'audit_event_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n),
                                                     'YYYYMM'))
$$;

-- No write without its event: at commit, a transaction that touched a guarded table and wrote no event is refused.
CREATE OR REPLACE FUNCTION require_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('casemgmt.audited', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'a write to % left no audit event', TG_TABLE_NAME USING ERRCODE = 'CM500';
    END IF;
    RETURN NULL;
END $$;

-- When the actor left the nth last event of these kinds, where it was after a moment: how fast somebody asks is counted
-- in what every process writes anyway. Of one's own events only.
CREATE OR REPLACE FUNCTION nth_last_act(p_kinds text[], p_since timestamptz, p_n integer) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.at FROM audit_event e
     WHERE e.actor_id = actor_user() AND e.at > p_since AND e.kind = ANY (p_kinds) AND e.outcome = 'done'
     ORDER BY e.at DESC OFFSET p_n - 1 LIMIT 1
$$;
