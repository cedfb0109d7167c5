"""Logs: one canonical line per request; constant event names, ids and codes, no personal data."""

import logging
import sys
from typing import Any, Literal, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

_ALLOWED_TEXT = 200


def _shorten(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cut long values: no honest value of ours is long, and free text has no place in a log."""
    return {k: v[:_ALLOWED_TEXT] if isinstance(v, str) and k != "exception" else v for k, v in event.items()}


def _frames_only(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep where an exception came from, drop what it says: messages of databases and parsers quote data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = []
        trace = error.__traceback__
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__} at {' > '.join(frames[-12:])}"
    return event


def _as_json(line: EventDict, **options: Any) -> str:
    return orjson.dumps(line, default=options["default"]).decode()


class _StandardError:
    """Standard error as it is now: loggers are kept once made, and another stream may have taken its place since."""

    def write(self, text: str) -> int:
        """Write to the stream of the moment."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush the stream of the moment."""
        sys.stderr.flush()


def set_up_logs(style: Literal["json", "console"]) -> None:
    """Send structlog to standard error, as JSON lines or for a person's eyes."""
    logging.getLogger("uvicorn.access").disabled = True
    plain = structlog.processors.JSONRenderer(serializer=_as_json)
    renderer = plain if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            _shorten,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
