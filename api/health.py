"""Is the process alive, and can it answer."""

import asyncio

import asyncpg
from fastapi import Response

from api.routing import CurrentServices, Router
from casemgmt.models import View

router = Router("/health", "health", version="")

MONTHS_AHEAD_NEEDED = 2
"""The audit log needs a partition per month; with fewer left than this, an operator must run `casemgmt migrate`."""


class HealthView(View):
    """`ok` or what is wrong, in words for an operator."""

    status: str
    checks: dict[str, str]


@router.open("GET", "/live", "a container runtime asks without an account")
async def health_live() -> HealthView:
    """Answer that the process is alive."""
    return HealthView(status="ok", checks={})


@router.open("GET", "/ready", "a load balancer asks without an account")
async def health_ready(response: Response, services: CurrentServices) -> HealthView:
    """Answer whether requests can be served: the database answers, and the audit log has months ahead."""
    try:
        async with asyncio.timeout(3):
            months = await services.database.pool.fetchval("SELECT audit_months_ahead()")
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        response.status_code = 503
        return HealthView(status="failing", checks={"database": "does not answer"})
    checks = {"database": "ok", "audit_log": f"partitions for {months} months ahead"}
    if months >= MONTHS_AHEAD_NEEDED:
        return HealthView(status="ok", checks=checks)
    response.status_code = 503
    checks["audit_log"] += ": run `casemgmt migrate`"
    return HealthView(status="failing", checks=checks)
