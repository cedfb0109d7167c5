"""Looking for malware: an interface, and clamd of ClamAV behind it. Without one nobody has looked, and that is said."""

import io
import socket
import struct
from typing import Protocol

_BLOCK = 65_536
_LONGEST_ANSWER = 4096


class ScannerError(Exception):
    """The scanner gave no verdict."""


class Scanner(Protocol):
    """Looks for malware. The call may block."""

    def is_clean(self, content: io.BufferedReader) -> bool:
        """Answer whether nothing was found in a content; `ScannerError` where there is no verdict."""


class Clamd:
    """Asks clamd by its command INSTREAM: at `host:port`, or at the path of its socket on this machine."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address = address
        self._seconds = seconds

    def is_clean(self, content: io.BufferedReader) -> bool:
        """Answer whether nothing was found; what clamd finds too large or can't take is no verdict."""
        try:
            with self._connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                while block := content.read(_BLOCK):
                    connection.sendall(struct.pack(">I", len(block)) + block)
                connection.sendall(struct.pack(">I", 0))
                answer = self._answer(connection)
        except OSError as error:
            raise ScannerError("clamd does not answer") from error
        if answer == b"stream: OK":
            return True
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return False
        raise ScannerError("clamd gave no verdict")

    def _connect(self) -> socket.socket:
        host, _, port = self._address.rpartition(":")
        if port.isdecimal():
            return socket.create_connection((host, int(port)), self._seconds)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self._seconds)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection

    def _answer(self, connection: socket.socket) -> bytes:
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            more = connection.recv(_LONGEST_ANSWER)
            if not more:
                break
            answer += more
        return answer.rstrip(b"\0\n")
