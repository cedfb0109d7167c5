"""The interactive documentation, served without any other host: a ministry's network has no way to a CDN."""

from importlib import resources

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>casemgmt: the API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/files/favicon.png"><link rel="stylesheet" href="/docs/files/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="/docs/files/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
_START = """SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true, docExpansion: "none",
  filter: true, persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null});
"""


def add_docs_page(app: FastAPI) -> None:
    """Serve /docs."""
    files = resources.files("fastapi_offline") / "static"
    app.mount("/docs/files", StaticFiles(directory=str(files)), name="docs-files")

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE)

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    app.add_route("/docs", page, include_in_schema=False)
    app.add_route("/docs/start.js", start, include_in_schema=False)
