"""Sessions at a centre."""

from api.routing import Router

router = Router("", "sessions")
