"""Headers that stand on every answer, whoever gives it: a route, a refusal, the server itself."""

from dataclasses import dataclass

from casemgmt.settings import Settings

Headers = tuple[tuple[bytes, bytes], ...]

# Nothing that the service says may be kept, framed, sniffed, or told to another site by the browser that read it.
_ALWAYS: Headers = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()"),
)
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The page of the documentation has its scripts in files of their own; its library writes styles into elements.
_DOCS_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    b" connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
# Nothing of the board is written into the page itself, and no script can make markup out of a text.
_BOARD_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    b" frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
_TWO_YEARS = b"max-age=63072000; includeSubDomains"


@dataclass(frozen=True)
class AnswerHeaders:
    """The headers of answers of the API, of the pages of its documentation, and of the board."""

    api: Headers
    docs: Headers
    board: Headers

    def of(self, path: str) -> Headers:
        """Return the headers of answers on a path."""
        if path.startswith("/docs"):
            return self.docs
        return self.board if path == "/board" or path.startswith("/board/") else self.api


def answer_headers(settings: Settings) -> AnswerHeaders:
    """Return the headers of all answers."""
    always = _ALWAYS + (((b"strict-transport-security", _TWO_YEARS),) if settings.tls_only else ())
    policies = (_API_POLICY, _DOCS_POLICY, _BOARD_POLICY)
    return AnswerHeaders(*((*always, (b"content-security-policy", policy)) for policy in policies))
