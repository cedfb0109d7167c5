"""Code lists, regions, roles, deadlines."""

from api.routing import Router

router = Router("/reference", "reference")
