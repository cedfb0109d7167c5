"""Headers that stand on every answer, whoever gives it: a route, a refusal, the server itself."""

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
_TWO_YEARS = b"max-age=63072000; includeSubDomains"


def answer_headers(settings: Settings) -> tuple[Headers, Headers]:
    """Return the headers of answers of the API, and of the pages of its documentation."""
    always = _ALWAYS + (((b"strict-transport-security", _TWO_YEARS),) if settings.tls_only else ())
    return (
        (*always, (b"content-security-policy", _API_POLICY)),
        (*always, (b"content-security-policy", _DOCS_POLICY)),
    )
