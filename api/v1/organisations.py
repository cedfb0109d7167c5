"""Bodies."""

from api.routing import Router

router = Router("/organisations", "organisations")
