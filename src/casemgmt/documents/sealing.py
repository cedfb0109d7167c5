"""Documents at rest: AES-256-GCM in chunks, a key for each, every key wrapped by a master key.

The only module of documents that imports cryptography. A sealed file is the header and the chunks. The nonce of a chunk
is its number and whether it is the last; header and document stand in the additional data. So a chunk that was changed,
moved, taken away or put in from another file does not open, nor does a file that was cut off or made longer.
"""

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
CHUNK = 65_536
"""Bytes of the plain content in one chunk; the last may have fewer."""
HEADER = b"casemgmt document 1\n"
_TAG = 16
_NONCE = 12
_SEALED = CHUNK + _TAG


class DamagedError(Exception):
    """What was stored is not what was sealed: changed, cut off, exchanged, or the key is another one."""


@dataclass(frozen=True)
class MasterKey:
    """A key that wraps the keys of documents. Its name follows from the key itself."""

    key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The name of the key."""
        return hashlib.sha256(b"casemgmt master key 1\x00" + self.key).hexdigest()[:16]

    def wrap(self, key: bytes, document_id: UUID) -> str:
        """Return the key of a document, readable only with this master key and only for this document."""
        nonce = secrets.token_bytes(_NONCE)
        return (nonce + AESGCM(self.key).encrypt(nonce, key, self._about(document_id))).hex()

    def unwrap(self, wrapped: str, document_id: UUID) -> bytes:
        """Return the key of a document; `DamagedError` where it is none that this master key wrapped for it."""
        try:
            raw = bytes.fromhex(wrapped)
            return AESGCM(self.key).decrypt(raw[:_NONCE], raw[_NONCE:], self._about(document_id))
        except (InvalidTag, ValueError):
            raise DamagedError("the wrapped key") from None

    def _about(self, document_id: UUID) -> bytes:
        return b"casemgmt document key 1\x00" + self.id.encode() + document_id.bytes


def new_key() -> bytes:
    """Return a fresh key: one for each content that is received."""
    return secrets.token_bytes(KEY_BYTES)


def content_digest(key: bytes) -> "hmac.HMAC":
    """Return the digest to feed the plain content to.

    It is keyed by the document's own key: a plain SHA-256 in the log would tell everybody who knows a document whether
    it is in a child's file. With the key it dies.
    """
    return hmac.new(_derived(key, b"digest"), digestmod=hashlib.sha256)


def _derived(key: bytes, use: bytes) -> bytes:
    return hmac.digest(key, b"casemgmt document 1 " + use, "sha256")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])


class Sealer:
    """Seals a stream as it comes. Holds back one chunk, because only the end tells which is the last."""

    def __init__(self, key: bytes, document_id: UUID) -> None:
        self._cipher = AESGCM(_derived(key, b"content"))
        self._about = HEADER + document_id.bytes
        self._digest = content_digest(key)
        self._held = bytearray()
        self._number = 0
        self.size = 0
        """Bytes of plain content so far."""

    @property
    def digest(self) -> str:
        """The digest of the plain content so far."""
        return self._digest.hexdigest()

    def update(self, data: bytes) -> bytes:
        """Return what can be written after `data` has come."""
        self._digest.update(data)
        self.size += len(data)
        self._held += data
        sealed = bytearray()
        while len(self._held) > CHUNK:
            sealed += self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return bytes(sealed)

    def finish(self) -> bytes:
        """Return the last chunk."""
        return self._seal(bytes(self._held), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> bytes:
        begin = HEADER if self._number == 0 else b""
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), plain, self._about)
        self._number += 1
        return begin + sealed


class SealedContent(io.RawIOBase):
    """The plain content of a sealed file, to read from any place. Nothing comes out that was not verified."""

    def __init__(self, file: BinaryIO, key: bytes, document_id: UUID) -> None:
        super().__init__()
        self._file = file
        self._cipher = AESGCM(_derived(key, b"content"))
        self._about = HEADER + document_id.bytes
        self._place = 0
        self._open: tuple[int, bytes] = (-1, b"")
        sealed = file.seek(0, io.SEEK_END) - len(HEADER)
        file.seek(0)
        if sealed < _TAG or file.read(len(HEADER)) != HEADER:
            raise DamagedError("the header")
        self._chunks = -(-sealed // _SEALED)
        self.size = sealed - self._chunks * _TAG
        """Bytes of plain content."""
        if (sealed - 1) % _SEALED < _TAG - 1:
            raise DamagedError("the last chunk")
        self._chunk(self._chunks - 1)

    def readable(self) -> bool:
        """Answer that it can be read."""
        return True

    def seekable(self) -> bool:
        """Answer that it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]  # of all buffers, those that we use
        """Read some bytes; none at the end. `DamagedError` where a chunk does not open."""
        if self._place >= self.size:
            return 0
        number, begin = divmod(self._place, CHUNK)
        data = self._chunk(number)[begin : begin + len(buffer)]
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file beneath."""
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._open[0] == number:
            return self._open[1]
        self._file.seek(len(HEADER) + number * _SEALED)
        sealed = self._file.read(_SEALED)
        try:
            plain = self._cipher.decrypt(_nonce(number, last=number == self._chunks - 1), sealed, self._about)
        except InvalidTag:
            raise DamagedError(f"chunk {number}") from None
        self._open = (number, plain)
        return plain


def open_sealed(file: BinaryIO, key: bytes, document_id: UUID) -> io.BufferedReader:
    """Return the plain content of a sealed file. `DamagedError` here, or later where a chunk does not open."""
    return io.BufferedReader(SealedContent(file, key, document_id), CHUNK)
