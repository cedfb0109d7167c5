"""The audit log."""

from api.routing import Router

router = Router("/audit", "audit")
