"""Families: households and relationships."""

from api.routing import Router

router = Router("/families", "families")
