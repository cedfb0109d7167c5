"""Version 1 of the interface: one router per resource."""

from fastapi import APIRouter

from api.v1 import auth, signals

ROUTERS = (auth.router, signals.router)


def v1_router() -> APIRouter:
    """Return all routes under /v1."""
    v1 = APIRouter(prefix="/v1")
    for router in ROUTERS:
        v1.include_router(router.routes)
    return v1
