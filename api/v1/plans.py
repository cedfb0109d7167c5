"""Individual plans."""

from api.routing import Router

router = Router("", "plans")
