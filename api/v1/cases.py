"""Cases: route, team, hand-over."""

from api.routing import Router

router = Router("/cases", "cases")
