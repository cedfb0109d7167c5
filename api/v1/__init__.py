"""Version 1 of the interface: one router per resource."""

from starlette.routing import BaseRoute

from api.v1 import (
    access_log,
    assessments,
    audit,
    audit_proofs,
    auth,
    benefits,
    cases,
    centres,
    client_secrets,
    conflicts,
    families,
    handovers,
    identities,
    logins,
    mobile_groups,
    organisations,
    persons,
    plans,
    records,
    reference,
    referrals,
    rehabilitation,
    retention,
    sessions,
    signals,
    tasks,
    timeline,
    users,
)

ROUTERS = (
    auth.router,
    logins.router,
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
    benefits.router,
    tasks.router,
    reference.router,
    organisations.router,
    users.router,
    conflicts.router,
    client_secrets.router,
    identities.router,
    mobile_groups.router,
    audit.router,
    audit_proofs.router,
    records.holds_router,
    records.erasures_router,
    access_log.router,
    access_log.audit_router,
    retention.router,
)


def v1_routes() -> list[BaseRoute]:
    """Return all routes under /v1 as one flat list: nested routers would be searched again at every level."""
    return [route for router in ROUTERS for route in router.routes.routes]
