"""Persons: record, find, read."""

from api.routing import Router

router = Router("/persons", "persons")
