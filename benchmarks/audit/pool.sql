-- What the events are about: cases with child, signal and manager, and the 25 cases that a list shows from each on.
CREATE TABLE bench_pool AS
SELECT row_number() OVER newest - 1 AS n, c.id AS case_id, c.manager_id, p.person_id, s.id AS signal_id,
       array_agg(c.id) OVER (newest ROWS BETWEEN CURRENT ROW AND 24 FOLLOWING) AS shown
  FROM case_record c JOIN case_person p ON p.case_id = c.id AND p.role = 'child' JOIN signal s ON s.case_id = c.id
WINDOW newest AS (ORDER BY c.opened_at, c.id);
GRANT SELECT ON bench_pool TO casemgmt_service;
