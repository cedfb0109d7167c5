-- Events $5 to $6 of $4, spread evenly between two moments. $1: how many cases there are in the pool.
-- Of a hundred, 45 read a case, 20 list 25 cases, 15 read a person, 10 read a signal, 10 change a case.
INSERT INTO audit_event (at, id, xid, kind, outcome, actor_id, session_id, request_id, record_type, record_ids, case_id,
                         signal_id, fields, changes)
SELECT e.at, uuidv7(e.at - clock_timestamp()), pg_current_xact_id(),
       CASE WHEN e.dice < 45 THEN 'case.read' WHEN e.dice < 65 THEN 'case.listed' WHEN e.dice < 80 THEN 'person.read'
            WHEN e.dice < 90 THEN 'signal.read' ELSE 'case.changed' END,
       CASE WHEN e.i % 211 = 0 THEN 'refused' ELSE 'done' END, p.manager_id, p.manager_id, md5(e.i::text),
       CASE WHEN e.dice < 65 THEN 'case' WHEN e.dice < 80 THEN 'person' WHEN e.dice < 90 THEN 'signal' ELSE 'case' END,
       CASE WHEN e.dice < 45 THEN ARRAY[p.case_id] WHEN e.dice < 65 THEN p.shown WHEN e.dice < 80 THEN ARRAY[p.person_id]
            WHEN e.dice < 90 THEN ARRAY[p.signal_id] ELSE ARRAY[p.case_id] END,
       CASE WHEN e.dice < 45 OR e.dice >= 90 THEN p.case_id END, CASE WHEN e.dice BETWEEN 80 AND 89 THEN p.signal_id END,
       CASE WHEN e.dice >= 90 THEN ARRAY['case_record.risk_level'] ELSE '{}' END,
       CASE WHEN e.dice >= 90 THEN '[{"record": "x", "field": "case_record.risk_level", "before": "0", "after": "1"}]'::jsonb END
  FROM (SELECT i, (hashint8(i) & 2147483647) % 100 AS dice, (hashint8(i + 5) & 2147483647) % $1::bigint AS n,
               $2::timestamptz + ($3::timestamptz - $2) * (i::double precision / $4::bigint) AS at
          FROM generate_series($5::bigint, $6::bigint - 1) i) e
  JOIN bench_pool p ON p.n = e.n;
