"""Users and the roles they hold."""

from api.routing import Router

router = Router("/users", "users")
