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
