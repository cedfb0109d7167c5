"""Messages between the holder and its guard: JSON objects, one a line, over two pipes."""

import json
import os
import select
from typing import Any


class ChannelClosedError(Exception):
    """The other side is gone."""


class Channel:
    """One side of the conversation. Reads the descriptors itself, so that waiting can have a limit."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming = incoming
        self._outgoing = outgoing
        self._buffer = b""

    def close(self) -> None:
        """Let the other side know that we are gone."""
        os.close(self.incoming)
        os.close(self._outgoing)

    def send(self, **message: Any) -> None:
        """Send one message; raises `ChannelClosedError` when nobody is there to read it."""
        try:
            os.write(self._outgoing, json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise ChannelClosedError from error

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """Return the next message, None when none came in time; raises `ChannelClosedError` at the end."""
        while b"\n" not in self._buffer:
            readable, _, _ = select.select([self.incoming], [], [], seconds)
            if not readable:
                return None
            part = os.read(self.incoming, 65536)
            if not part:
                raise ChannelClosedError
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
