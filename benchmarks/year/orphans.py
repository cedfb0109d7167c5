"""Is anything without an owner? Asked after every act, each sweep of clocks and each night.

After an act of a case or a signal it is asked of that record, after one of the staff of the whole body, after a sweep
of what it noticed, and of the whole country every night and at the end. Who has lost the role owns nothing.
"""

from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.year.country import Body
from benchmarks.year.records import Case, Signal

_ROLE = "r.revoked_at IS NULL AND (r.ends_at IS NULL OR r.ends_at > now())"
_HOLDS = f"""
    CASE WHEN t.assignee_id IS NOT NULL THEN EXISTS (
             SELECT 1 FROM app_user u JOIN user_role r ON r.user_id = u.id AND {_ROLE}
              WHERE u.id = t.assignee_id AND u.active)
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
"""  # noqa: S608 - constants
"""Whether somebody who is there has a task, or the queue in which it stands."""
TASKS = f"""
    SELECT 'task' AS what, t.kind, t.id, t.assignee_id, t.organisation_id FROM task t
     WHERE t.completed_at IS NULL AND t.cancelled_at IS NULL AND NOT {_HOLDS}
"""  # noqa: S608 - constants
CASES = f"""
    SELECT 'case' AS what, c.state AS kind, c.id, c.manager_id, c.organisation_id
      FROM case_record c
     WHERE ((SELECT count(*) FROM case_member m
              WHERE m.case_id = c.id AND m.ended_at IS NULL AND m.team_role = 'manager') <> 1
        OR NOT EXISTS (
           SELECT 1 FROM case_member m JOIN app_user u ON u.id = m.user_id AND u.active
             JOIN user_role r ON r.user_id = u.id AND r.role = 'case_manager' AND {_ROLE}
            WHERE m.case_id = c.id AND m.ended_at IS NULL AND m.team_role = 'manager' AND m.user_id = c.manager_id))
"""  # noqa: S608 - constants
SIGNALS = """
    SELECT 'signal' AS what, s.state AS kind, s.id, NULL::uuid, s.organisation_id FROM signal s
     WHERE s.state NOT IN ('closed', 'attached')
       AND NOT EXISTS (SELECT 1 FROM task t WHERE t.signal_id = s.id AND t.kind NOT LIKE 'mandatory%'
                          AND t.completed_at IS NULL AND t.cancelled_at IS NULL)
"""


_COUNTRY = f"{TASKS} UNION ALL {CASES} UNION ALL {SIGNALS}"
_OF_CASE = f"{TASKS} AND t.case_id = $1 UNION ALL {CASES} AND c.id = $1"
_OF_SIGNAL = f"{TASKS} AND t.signal_id = $1 UNION ALL {SIGNALS} AND s.id = $1"
_OF_BODY = f"{TASKS} AND t.organisation_id = $1 UNION ALL {CASES} AND c.organisation_id = $1"
_OF_TASKS = f"{TASKS} AND t.id = ANY($1)"
Subject = Case | Signal | Body | list[UUID] | None
"""What is looked at: a record, the work of a body, tasks; the whole country where it is none of them."""


async def find_orphans(connection: asyncpg.Connection, of: Subject) -> list[dict[str, Any]]:
    """Return what is without an owner now."""
    match of:
        case None:
            found = await connection.fetch(_COUNTRY)
        case Case():
            found = await connection.fetch(_OF_CASE, of.id)
        case Signal():
            found = await connection.fetch(_OF_SIGNAL, of.id)
        case Body():
            found = await connection.fetch(_OF_BODY, of.id)
        case list():
            found = await connection.fetch(_OF_TASKS, of)
    return [dict(row) for row in found]
