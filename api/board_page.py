"""The wall screen: a page and its files, served from the package; what it shows comes over the API."""

import base64
import hashlib
import json
from functools import cache
from importlib import resources

from fastapi import FastAPI, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from casemgmt.reference.data_files import read_document
from casemgmt.reference.languages import Language
from casemgmt.reference.lists import code_list
from casemgmt.reference.regions import regions

_TYPES = {"board.css": "text/css", "board.js": "text/javascript", "icon.svg": "image/svg+xml"}


def add_board_page(app: FastAPI) -> None:
    """Serve /board. Nothing here tells of anything but words: it is open to whoever finds it."""
    files = {name: (resources.files("api") / "board" / name).read_bytes() for name in _TYPES}
    html = (resources.files("api") / "board" / "index.html").read_text("utf-8")
    for name, content in files.items():
        html = html.replace("{" + name + "}", _digest(content))
    words = _words()

    async def page(_: Request) -> Response:
        return HTMLResponse(html)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "words.json":
            return Response(words, media_type="application/json")
        if name not in files:
            raise HTTPException(404)
        return Response(files[name], media_type=_TYPES[name])

    app.add_route("/board", page, include_in_schema=False)
    app.add_route("/board/files/{name}", file, include_in_schema=False)


def _digest(content: bytes) -> str:
    """Return the digest by which the browser refuses a file that was changed on its way."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


@cache
def _words() -> bytes:
    texts = resources.files("casemgmt.texts")
    names = read_document(texts / "board_names.yaml")
    languages: tuple[Language, ...] = ("kk", "ru", "en")
    listed = {
        value.code: {language: value.label((language,)).text for language in languages}
        for value in code_list("signal_category").values
    }
    full = {r.iso_code: {language: getattr(r, language) for language in languages} for r in regions()}
    words = {
        "words": read_document(texts / "board.yaml"),
        "categories": listed | names["categories"],
        "places": full,
        "regions": full | names["regions"],
    }
    return json.dumps(words, ensure_ascii=False).encode()
