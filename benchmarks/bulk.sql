-- Synthetic bodies, staff, cases and signals for the benchmark; nothing here resembles a person.
-- {cases} is the number of cases. Loaded by a superuser with triggers and foreign keys off: every row is built to
-- satisfy them. 20 regions of 10 bodies, 15 staff each, of whom 12.5 on average work on cases.

INSERT INTO organisation (id, kind, sector, name_kk, name_ru, name_en, region_code, active, version, changed_xid)
SELECT pg_temp.uuid_bench('organisation', i), CASE i % 10 WHEN 0 THEN 'child_rights_department' ELSE 'family_support_centre' END,
       CASE i % 10 WHEN 0 THEN 'education' ELSE 'social_protection' END, 'Ұйым ' || i, 'Организация ' || i, 'Body ' || i,
       (array[{regions}])[i / 10 + 1], true, 1, pg_current_xact_id()
  FROM generate_series(0, 199) i;
INSERT INTO organisation (id, kind, name_kk, name_ru, name_en, active, version, changed_xid)
VALUES (pg_temp.uuid_bench('organisation', 1000), 'child_rights_department', 'Комитет', 'Комитет', 'Committee', true, 1, pg_current_xact_id());

-- Users 0 to 2499 work on cases, 2500 to 2699 supervise a body, 2700 to 2899 keep the desk of a region, 2900 to 2989
-- oversee the nation, 2990 to 2999 are on no team.
INSERT INTO app_user (id, username, kind, family_name, given_name, sector, organisation_id, active, authz_version,
                      signal_reach, case_reach, flags, version, changed_xid)
SELECT pg_temp.uuid_bench('user', i), 'bench.' || i, 'person', 'Тест', 'Сынақ ' || i, 'education',
       CASE WHEN i BETWEEN 2900 AND 2989 THEN pg_temp.uuid_bench('organisation', 1000) ELSE pg_temp.uuid_bench('organisation', i % 200) END,
       true, 1,
       CASE WHEN i < 2500 THEN 'own' WHEN i < 2700 THEN 'organisation' WHEN i < 2900 THEN 'region' WHEN i < 2990 THEN 'national'
            ELSE 'own' END,
       CASE WHEN i < 2500 THEN 'team' WHEN i < 2700 THEN 'organisation' WHEN i < 2900 THEN 'region' WHEN i < 2990 THEN 'national'
            ELSE 'team' END,
       '{{}}', 1, pg_current_xact_id()
  FROM generate_series(0, 2999) i;
INSERT INTO user_role (id, user_id, role, granted_at)
SELECT pg_temp.uuid_bench('role', i), pg_temp.uuid_bench('user', i),
       CASE WHEN i < 2500 OR i >= 2990 THEN 'case_manager' WHEN i < 2900 THEN 'supervisor' ELSE 'oversight_reader' END, now()
  FROM generate_series(0, 2999) i;
INSERT INTO auth_session (id, user_id, refresh_hash, created_at, refreshed_at, expires_at)
SELECT pg_temp.uuid_bench('session', i), pg_temp.uuid_bench('user', i), 'bench' || i, now(), now(), now() + interval '100 years'
  FROM generate_series(0, 2999) i;

-- Case i belongs to the body of its manager; 2 % are restricted; three in five are closed.
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT i, pg_temp.uuid_bench('case', i) AS id, (hashint4(i) & 2147483647) % 2500 AS manager,
       (hashint4(i + 7) & 2147483647) % 2500 AS member, (hashint4(i + 3) & 2147483647) % 100 AS dice,
       now() - interval '3 years' + (interval '3 years' / {cases}) * i AS opened_at
  FROM generate_series(1, {cases}) i;
INSERT INTO case_record (id, number, state, region_code, organisation_id, restricted, restriction_ground, manager_id,
        problem_type, child_categories, risk_level, opened_at, opened_by_id, closed_at, reopened_times,
        lists_version, version, changed_xid)
SELECT p.id, 'KZ-' || lpad(i::text, 9, '0'),
       CASE WHEN dice < 60 THEN 'closed' ELSE (array['opened','assessment','planning','support','rehabilitation'])[1 + dice % 5] END,
       (array[{regions}])[(manager % 200) / 10 + 1], pg_temp.uuid_bench('organisation', manager % 200), dice >= 98,
       CASE WHEN dice >= 98 THEN 'sexual_violence' END, pg_temp.uuid_bench('user', manager), 'unsafe_environment', '{{}}',
       CASE WHEN dice >= 10 THEN (array['low','medium','high'])[1 + dice % 3] END, opened_at, pg_temp.uuid_bench('user', manager),
       CASE WHEN dice < 60 THEN opened_at + (now() - opened_at) / 2 END, 0, 'bench', 1, pg_current_xact_id()
  FROM plan p ORDER BY i;
INSERT INTO case_member (id, case_id, region_code, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
SELECT gen_random_uuid(), c.id, c.region_code, c.organisation_id, c.restricted, c.manager_id, 'manager', 'education',
       c.opened_at, c.opened_at, c.opened_by_id
  FROM case_record c ORDER BY c.opened_at;
INSERT INTO case_member (id, case_id, region_code, organisation_id, restricted, user_id, team_role, sector, opened_at, since, added_by_id)
SELECT gen_random_uuid(), c.id, c.region_code, c.organisation_id, c.restricted, pg_temp.uuid_bench('user', p.member), 'social_worker',
       'social_protection', c.opened_at, c.opened_at, c.opened_by_id
  FROM plan p JOIN case_record c ON c.id = p.id WHERE p.member <> p.manager ORDER BY p.i;
INSERT INTO person (id, family_name, given_name, match_key, sort_key, name_key_version, sort_key_version, sex, birth_date, birth_precision,
        birth_year, citizenship_status, languages, region_code, organisation_id, restricted, created_at, created_by_id, version, changed_xid)
SELECT pg_temp.uuid_bench('person', c.i * 2 + k), 'Тегі ' || (c.i % 5000), 'Аты ' || (c.i % 3000), 'tegi' || (c.i % 5000) || 'aty' || (c.i % 3000),
       'tegi' || (c.i % 5000), 1, 1, 'female', date '2012-01-01' + (c.i % 3000), 'exact',
       extract(year FROM date '2012-01-01' + (c.i % 3000))::integer, 'citizen', '{{kk}}', r.region_code, r.organisation_id,
       r.restricted, c.opened_at, pg_temp.uuid_bench('user', c.manager), 1, pg_current_xact_id()
  FROM plan c JOIN case_record r ON r.id = c.id CROSS JOIN generate_series(0, 1) k;
INSERT INTO case_person (id, case_id, region_code, organisation_id, restricted, person_id, role, since, added_by_id)
SELECT gen_random_uuid(), c.id, r.region_code, r.organisation_id, r.restricted, pg_temp.uuid_bench('person', c.i * 2 + k),
       CASE k WHEN 0 THEN 'child' ELSE 'parent' END, c.opened_at, pg_temp.uuid_bench('user', c.manager)
  FROM plan c JOIN case_record r ON r.id = c.id CROSS JOIN generate_series(0, 1) k;
INSERT INTO signal (id, state, source, channel, category, language, severity, gravest_severity, urgency, narrative, danger_now, anonymous,
        received_at, received_by_organisation_id, organisation_id, region_code, restricted, registered_by_id, case_id,
        lists_version, content_digest, version, changed_xid)
SELECT pg_temp.uuid_bench('signal', c.i), CASE WHEN c.dice < 50 THEN 'attached' ELSE 'closed' END, 'school_psychologist', 'system_feed',
       'neglect', 'ru', 'moderate', 'moderate', 'urgent', 'Синтетический текст сигнала для измерения скорости, без сведений о людях.',
       false, false, c.opened_at, r.organisation_id, r.organisation_id, r.region_code, r.restricted, pg_temp.uuid_bench('user', c.manager),
       CASE WHEN c.dice < 50 THEN c.id END, 'bench', 'bench', 1, pg_current_xact_id()
  FROM plan c JOIN case_record r ON r.id = c.id;
