"""Mobile groups: members, areas, duty."""

from api.routing import Router

router = Router("/mobile-groups", "mobile groups")
