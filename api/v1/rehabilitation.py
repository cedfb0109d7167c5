"""Rehabilitation and follow-up."""

from api.routing import Router

router = Router("", "rehabilitation")
