"""Version 1 of the interface: one router per resource."""

from fastapi import APIRouter

from api.v1 import (
    assessments,
    audit,
    auth,
    cases,
    centres,
    families,
    handovers,
    mobile_groups,
    organisations,
    persons,
    plans,
    reference,
    referrals,
    rehabilitation,
    sessions,
    signals,
    tasks,
    timeline,
    users,
)

ROUTERS = (
    auth.router,
    signals.router,
    persons.router,
    families.router,
    referrals.router,
    referrals.visit_acts_router,
    cases.router,
    handovers.router,
    timeline.router,
    assessments.router,
    plans.router,
    centres.router,
    sessions.router,
    rehabilitation.router,
    tasks.router,
    reference.router,
    organisations.router,
    users.router,
    mobile_groups.router,
    audit.router,
)


def v1_router() -> APIRouter:
    """Return all routes under /v1."""
    v1 = APIRouter(prefix="/v1")
    for router in ROUTERS:
        v1.include_router(router.routes)
    return v1
