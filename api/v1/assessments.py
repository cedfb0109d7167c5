"""Assessments of the children of a case."""

from api.routing import Router

router = Router("", "assessments")
