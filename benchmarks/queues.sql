-- Tasks for the queues: years of work that is done, and today's. What is open is the same at every size: what a land has
-- to do at one moment doesn't grow with its archive.
UPDATE case_record SET state = 'closed', closed_at = now() WHERE state <> 'closed' AND id NOT IN (
    SELECT id FROM case_record WHERE state <> 'closed' ORDER BY opened_at DESC LIMIT 20000);
INSERT INTO mobile_group (id, organisation_id, region_code, name, active, version, changed_xid)
SELECT pg_temp.uuid_bench('group', i), o.id, o.region_code, 'Топ ' || i, true, 1, pg_current_xact_id()
  FROM generate_series(0, 199) i JOIN organisation o ON o.id = pg_temp.uuid_bench('organisation', i);
-- user 1 goes out with the group of body 1
INSERT INTO mobile_group_member (id, group_id, user_id, sector, is_lead, since)
SELECT gen_random_uuid(), pg_temp.uuid_bench('group', i), pg_temp.uuid_bench('user', i), 'education', true, now()
  FROM generate_series(0, 199) i;

-- Three that are done for every case; one in twenty was late, which is kept for ever.
INSERT INTO task (id, kind, record_type, record_id, case_id, organisation_id, region_code, restricted, assignee_id,
        blocks_closure, started_at, warn_at, due_at, completed_at, completed_by_id, warned_at, breached_at, deadline_status,
        deadline_provisional, rules_version, version, changed_xid)
SELECT gen_random_uuid(), (array['assessment', 'plan', 'plan_review'])[n], 'case', c.id, c.id, c.organisation_id, c.region_code,
       c.restricted, c.manager_id, true, at, at + interval '7 days', at + interval '10 days',
       at + CASE WHEN late THEN interval '12 days' ELSE interval '6 days' END, c.manager_id,
       CASE WHEN late THEN at + interval '7 days' END, CASE WHEN late THEN at + interval '10 days' END,
       'house_default', false, 'bench', 1, pg_current_xact_id()
  FROM case_record c CROSS JOIN generate_series(1, 3) n
       CROSS JOIN LATERAL (SELECT c.opened_at - interval '20 days' + n * interval '3 days' AS at,
                                  hashint8extended(hashtext(c.id::text), n) % 20 = 0 AS late) made;

-- Two that are open for each of the 20 000 open cases: of ten one is at the desk, one with the mobile group, one on
-- hold, one too late.
INSERT INTO task (id, kind, record_type, record_id, case_id, organisation_id, region_code, restricted, assignee_id, mobile_group_id,
        blocks_closure, started_at, warn_at, due_at, held_until, breached_at, deadline_status, deadline_provisional, rules_version,
        version, changed_xid)
SELECT gen_random_uuid(), 'plan_measure', 'case', c.id, c.id, c.organisation_id, c.region_code, c.restricted,
       CASE WHEN dice > 1 THEN c.manager_id END, CASE WHEN dice = 1 THEN g.id END, true, now() - interval '5 days',
       now() + make_interval(mins => spread) - CASE WHEN dice = 3 THEN interval '15 days' ELSE interval '0' END,
       now() + make_interval(mins => spread + 1440) - CASE WHEN dice = 3 THEN interval '15 days' ELSE interval '0' END,
       CASE WHEN dice = 2 THEN now() + make_interval(mins => spread) END,
       CASE WHEN dice = 3 THEN now() + make_interval(mins => spread + 1440) - interval '15 days' END,
       'house_default', false, 'bench', 1, pg_current_xact_id()
  FROM (SELECT * FROM case_record WHERE state <> 'closed') c
       JOIN mobile_group g ON g.organisation_id = c.organisation_id
       CROSS JOIN generate_series(1, 2) n
       CROSS JOIN LATERAL (SELECT (hashint8(hashtext(c.id::text) + n) & 2147483647) % 10 AS dice,
                                  (hashint8(hashtext(c.id::text) + n * 7) & 2147483647) % 14400 AS spread) made;
