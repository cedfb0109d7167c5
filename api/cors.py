"""Calls from pages of other sites: closed, but for the origins that a deployment names."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from casemgmt.settings import Settings

_SENT = ("Authorization", "If-Match", "Idempotency-Key", "X-Request-ID")
_READ = (
    "ETag",
    "Location",
    "Idempotency-Replayed",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "WWW-Authenticate",
    "X-Request-ID",
)


def add_cors(app: FastAPI, settings: Settings) -> None:
    """Let pages of the named origins call the service. Tokens are sent by their scripts, so never with cookies."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origin_list,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=_SENT,
        expose_headers=_READ,
        allow_credentials=False,
        max_age=600,
    )
