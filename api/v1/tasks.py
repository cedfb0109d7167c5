"""Queues and tasks."""

from api.routing import Router

router = Router("/tasks", "tasks")
