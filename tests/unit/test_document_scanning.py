"""Asking clamd, against a socket that speaks as it does."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from casemgmt.documents.scanning import Clamd, ScannerError

CONTENT = b"x" * 150_000


@contextmanager
def clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of one that takes a stream and answers once, and what it was sent."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                while size := struct.unpack(">I", stream.read(4))[0]:
                    heard.append(stream.read(size))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        thread.join(10)


def verdict(address: str) -> bool:
    return Clamd(address, 5).is_clean(io.BufferedReader(io.BytesIO(CONTENT)))  # type: ignore[arg-type]  # reads as a file


def test_what_clamd_finds_nothing_in_is_clean() -> None:
    with clamd(b"stream: OK\0") as (address, heard):
        assert verdict(address)
    assert b"".join(heard) == CONTENT


def test_what_clamd_finds_something_in_is_not() -> None:
    with clamd(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (address, _):
        assert not verdict(address)


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK", b"stream: OK FOUNDER\0", b"OK\0"]
)
def test_anything_else_is_no_verdict(answer: bytes) -> None:
    with clamd(answer) as (address, _):
        if answer == b"stream: OK":
            assert verdict(address), "an answer without its end, when the connection is closed"
        else:
            with pytest.raises(ScannerError):
                verdict(address)


def test_nobody_there_is_no_verdict(tmp_path_factory: pytest.TempPathFactory) -> None:
    for address in ("127.0.0.1:1", str(tmp_path_factory.mktemp("none") / "clamd.ctl")):
        with pytest.raises(ScannerError):
            verdict(address)
