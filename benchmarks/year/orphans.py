"""Is anything without an owner? Asked after every act of its record, and of the whole country at the end."""

from typing import Any

import asyncpg

from benchmarks.year.records import Case, Signal

_HOLDS = """
    CASE WHEN t.assignee_id IS NOT NULL THEN EXISTS (SELECT 1 FROM app_user u WHERE u.id = t.assignee_id AND u.active)
         WHEN t.mobile_group_id IS NOT NULL THEN EXISTS (
             SELECT 1 FROM mobile_group_member m JOIN app_user u ON u.id = m.user_id AND u.active
              WHERE m.group_id = t.mobile_group_id AND m.is_lead AND m.until IS NULL)
         ELSE EXISTS (
             SELECT 1 FROM app_user u JOIN organisation o ON o.id = u.organisation_id AND o.active
              WHERE u.active AND u.kind = 'person'
                AND (NOT t.restricted OR EXISTS (SELECT 1 FROM case_member m WHERE m.case_id = t.case_id
                                                    AND m.user_id = u.id AND m.ended_at IS NULL))
                AND CASE WHEN t.case_id IS NULL AND t.record_type <> 'case_transfer'
                         THEN (u.signal_reach IN ('organisation', 'region') AND o.id = t.organisation_id)
                              OR (u.signal_reach = 'region' AND o.region_code = t.region_code)
                              OR (t.record_type = 'task' AND u.case_reach IN ('organisation', 'region')
                                  AND o.id = t.organisation_id)
                         ELSE u.case_reach IN ('organisation', 'region') AND o.id = t.organisation_id END) END
"""
"""Whether somebody who is there has a task, or the queue in which it stands."""
TASKS = f"""
    SELECT 'task' AS what, t.kind, t.id, t.assignee_id, t.organisation_id FROM task t
     WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND NOT {_HOLDS}
"""  # noqa: S608 - constants
CASES = """
    SELECT 'case' AS what, c.state AS kind, c.id, c.manager_id, c.organisation_id
      FROM case_record c
     WHERE ((SELECT count(*) FROM case_member m
              WHERE m.case_id = c.id AND m.ended_at IS NULL AND m.team_role = 'manager') <> 1
        OR NOT EXISTS (
           SELECT 1 FROM case_member m JOIN app_user u ON u.id = m.user_id AND u.active
            WHERE m.case_id = c.id AND m.ended_at IS NULL AND m.team_role = 'manager' AND m.user_id = c.manager_id))
"""
SIGNALS = """
    SELECT 'signal' AS what, s.state AS kind, s.id, NULL::uuid, s.organisation_id FROM signal s
     WHERE s.state NOT IN ('closed', 'attached')
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.signal_id = s.id AND t.kind NOT LIKE 'mandatory%'
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL)
"""


async def find_orphans(connection: asyncpg.Connection, of: Case | Signal) -> list[dict[str, Any]]:
    """Return what of a case or a signal is without an owner now."""
    if isinstance(of, Case):
        found = await connection.fetch(f"{TASKS} AND t.case_id = $1 UNION ALL {CASES} AND c.id = $1", of.id)
    else:
        found = await connection.fetch(f"{TASKS} AND t.signal_id = $1 UNION ALL {SIGNALS} AND s.id = $1", of.id)
    return [dict(row) for row in found]
