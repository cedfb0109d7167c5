"""Family support centres: rooms and free times."""

from api.routing import Router

router = Router("/centres", "centres")
