"""Outside witnesses: told of every signed head, so that no history can be written anew behind their backs.

Each is told at least once, in the order of the heads; a witness that can't be reached holds up nothing but itself.
"""

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx
import orjson

from casemgmt.audit.evidence import SignedHead, read_head, read_line
from casemgmt.audit.leaf import canonical, written_time
from casemgmt.outbound import Outbound, ProxyFailed
from casemgmt.signed_messages import signed_headers

MOST_HEADS = 100
"""Heads that a witness is told in one go."""
_TIMEOUT_SECONDS = 15
_TAIL_BYTES = 4096


class WitnessError(Exception):
    """A witness did not take what it was told; the text names no address and no secret."""


class Witness(Protocol):
    """Somebody outside who keeps heads."""

    name: str

    async def tell(self, heads: Sequence[SignedHead], now: datetime) -> None:
        """Tell the witness of heads; returns when it has them for good, else raises `WitnessError`."""


def line_of(signed: SignedHead) -> bytes:
    """Return a head as a witness keeps it."""
    return canonical({**signed.head.statement(), "signature": signed.signature.hex()})


class FileWitness:
    """A file that is only ever appended to."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    async def tell(self, heads: Sequence[SignedHead], now: datetime) -> None:  # noqa: ARG002 - the heads bear their times
        """Append a line for each head; on the medium when this returns."""
        lines = b"".join(line_of(signed) + b"\n" for signed in heads)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                if self._is_torn(descriptor):
                    lines = b"\n" + lines
                while lines:
                    lines = lines[os.write(descriptor, lines) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise WitnessError(f"the file can't be written: {error.strerror}") from error

    @staticmethod
    def _is_torn(descriptor: int) -> bool:
        size = os.fstat(descriptor).st_size
        return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"

    def last(self) -> SignedHead | None:
        """Return the last head that the file holds."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - _TAIL_BYTES))
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return None
        for line in reversed(lines):
            try:
                return read_head(read_line(line + b"\n"))
            except ValueError:
                continue
        return None


class HookWitness:
    """A web address, called as Standard Webhooks say: signed, with an id by which a repetition is known."""

    name = "webhook"

    def __init__(self, url: str, key: bytes, outbound: Outbound) -> None:
        self._url = url
        self._key = key
        self._outbound = outbound

    async def tell(self, heads: Sequence[SignedHead], now: datetime) -> None:
        """POST the heads; anything but a 2xx is a refusal."""
        body = orjson.dumps(
            {
                "type": "audit.tree_heads",
                "timestamp": written_time(heads[-1].head.sealed_at),
                "data": {"heads": [orjson.loads(line_of(signed)) for signed in heads]},
            }
        )
        message_id = f"msg_{hashlib.sha256(body).hexdigest()[:32]}"
        headers = {"content-type": "application/json", **signed_headers([self._key], message_id, now, body)}
        try:
            async with self._outbound.client(_TIMEOUT_SECONDS) as client:
                answer = await client.post(self._url, content=body, headers=headers)
        except ProxyFailed as error:
            raise WitnessError(f"the proxy does not lead there: {error}") from error
        except httpx.HTTPError as error:
            raise WitnessError(f"the address can't be reached: {type(error).__name__}") from error
        if not answer.is_success:
            raise WitnessError(f"the address answered {answer.status_code}")
