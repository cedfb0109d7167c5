-- Who is shut out sees and writes nothing of it: a restrictive policy that stands before every other, team, reach and
-- break-glass included. Attached to tables by what they contain, so that a new table can't be forgotten.
DO $$
DECLARE
    r record;
    needed text;
BEGIN
    FOR r IN SELECT c.relname AS t,
                    array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE NOT a.many) AS one,
                    array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.many) AS many
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               JOIN LATERAL (SELECT x.attname, x.atttypid = 'uuid[]'::regtype AS many
                               FROM pg_attribute x WHERE x.attrelid = c.oid AND NOT x.attisdropped AND x.attnum > 0
                                AND (x.attname IN ('case_id', 'signal_id', 'person_id', 'other_id', 'family_id', 'person_ids')
                                  OR (x.attname = 'id' AND c.relname IN ('case_record', 'signal', 'person', 'family'))
                                  OR (x.attname = 'record_id' AND c.relname IN ('document', 'task'))
                                  OR (x.attname = 'record_ids' AND c.relname = 'audit_event'))) a ON true
              WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity
                AND EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname)
              GROUP BY c.relname LOOP
        -- `&&` passes over what is null; of a single id `<> ALL` is cheaper, and no such column is null
        needed := CASE WHEN cardinality(r.one) = 1 THEN format('%I <> ALL ((SELECT shut_out())::uuid[])', r.one[1])
                       WHEN cardinality(r.one) > 1 THEN format('NOT ARRAY[%s] && (SELECT shut_out())::uuid[]',
                           (SELECT string_agg(quote_ident(o), ', ') FROM unnest(r.one) o)) END;
        needed := concat_ws(' AND ', needed, (SELECT string_agg(format('NOT %I && (SELECT shut_out())::uuid[]', m), ' AND ')
                                                FROM unnest(r.many) m));
        EXECUTE format('DROP POLICY IF EXISTS shut_out ON %I', r.t);
        EXECUTE format('CREATE POLICY shut_out ON %I AS RESTRICTIVE USING (%s) WITH CHECK (%s)', r.t, needed,
                       replace(needed, '(SELECT shut_out())::uuid[]', 'shut_out()'));  -- of the one row that is written
    END LOOP;
END $$;

-- Nobody is named for work on what the person is shut out of: on every column that names a user in a table that carries
-- the id of a case, a signal or a person. Columns that end in `_by_id` name who did something, which is the actor, who is
-- shut out by the policies above.
DO $$
DECLARE
    acted constant text[] := ARRAY[
        'break_glass_grant.user_id',    -- who opens a case for oneself: refused before, 14_break_glass.sql
        'case_handover.from_user_id',   -- who had the case
        'case_transfer.manager_id',     -- who got the case: case_record names them in the same step
        'contact_concern.sender_id',    -- the system that told of it
        'staff_conflict.user_id',       -- who is shut out
        'timeline_entry.actor_id'];     -- who did what is told
    r record;
BEGIN
    FOR r IN SELECT t.tgrelid::regclass AS place, t.tgname FROM pg_trigger t WHERE t.tgname LIKE 'refuse\_shut\_out%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.place);
    END LOOP;
    FOR r IN SELECT c.relname AS t, a.attname AS col, of_record.columns
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'app_user'::regclass
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
               JOIN LATERAL (SELECT string_agg(quote_literal(x.attname), ', ' ORDER BY x.attname) AS columns
                               FROM pg_attribute x WHERE x.attrelid = c.oid AND NOT x.attisdropped AND x.attnum > 0
                                AND x.atttypid = 'uuid'::regtype
                                AND (x.attname IN ('case_id', 'signal_id', 'person_id', 'other_id', 'family_id', 'record_id')
                                  OR (x.attname = 'id' AND c.relname IN ('case_record', 'signal', 'person', 'family')))
                             ) of_record ON of_record.columns IS NOT NULL
              WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND a.attname NOT LIKE '%\_by\_id' AND c.relname || '.' || a.attname <> ALL (acted) LOOP
        EXECUTE format('CREATE TRIGGER refuse_shut_out_%s BEFORE INSERT OR UPDATE OF %I ON %I FOR EACH ROW'
                       ' WHEN (NEW.%I IS NOT NULL) EXECUTE FUNCTION refuse_shut_out(%L, %s)',
                       r.col, r.col, r.t, r.col, r.col, r.columns);
    END LOOP;
END $$;
