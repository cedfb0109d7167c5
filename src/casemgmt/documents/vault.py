"""What of documents lies outside the database: the files, the master keys, and the marks of links."""

import asyncio
import errno
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar
from uuid import UUID

from casemgmt.access.marks import Marks
from casemgmt.documents.keys import KeyRing, read_key_file
from casemgmt.documents.media import HEAD, check_content, check_head
from casemgmt.documents.scanning import Clamd, Scanner, ScannerError
from casemgmt.documents.sealing import DamagedError, MasterKey, Sealer, content_digest, new_key, open_sealed
from casemgmt.documents.storage import Folder, Incoming, Storage
from casemgmt.errors import Invalid, Unavailable
from casemgmt.settings import Settings
from casemgmt.settings_documents import FilesSettings

P = ParamSpec("P")
T = TypeVar("T")

BLOCK = 262_144
"""Bytes that are handled at once: the most of a content that is ever in memory, times two."""
_DEMO_KEY = MasterKey(hashlib.sha256(b"demo-only master key of documents, never for real children").digest())
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Expected:
    """A content that was announced."""

    document_id: UUID
    media_type: str
    size_bytes: int


@dataclass
class Received:
    """A content that came whole and was checked: sealed, and not yet kept."""

    document_id: UUID
    key: bytes = field(repr=False)
    digest: str
    scan: str
    incoming: Incoming

    async def keep(self) -> str:
        """Bring it to the disk for good and return its name."""
        await blocking(self.incoming.keep)
        return self.incoming.name

    async def is_same(self, key: bytes, digest: str) -> bool:
        """Answer whether it is the content that another key sealed."""
        return await blocking(self._is_same, key, digest)

    def _is_same(self, key: bytes, digest: str) -> bool:
        mine = content_digest(key)
        with open_sealed(self.incoming.reread(), self.key, self.document_id) as content:
            while block := content.read(BLOCK):
                mine.update(block)
        return mine.hexdigest() == digest


def keys_of(settings: Settings | FilesSettings) -> KeyRing | None:
    """Return the master keys of a deployment, None where it has none. `KeyFileError` for a file that is none."""
    if settings.document_key_file is not None:
        return read_key_file(settings.document_key_file)
    return KeyRing.of([_DEMO_KEY]) if settings.mode == "demo" else None


class Vault:
    """Keeps contents. Without master keys it keeps and opens nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.storage: Storage = Folder(settings.document_folder)
        self.marks = Marks(settings.token_secret.get_secret_value().encode())
        self._keys = keys_of(settings)
        address = settings.document_scanner
        self.scanner: Scanner | None = None if not address else Clamd(address, settings.document_scanner_seconds)

    @property
    def keys(self) -> KeyRing:
        """The master keys; `Unavailable` where the deployment has none."""
        if self._keys is None:
            raise Unavailable("This deployment has no key for documents yet.", code="documents-not-set-up")
        return self._keys

    def unwrap(self, master_key_id: str, wrapped: str, document_id: UUID) -> bytes:
        """Return the key of a document; `DamagedError` where no master key here opens it."""
        master = self.keys.by_id.get(master_key_id)
        if master is None:
            raise DamagedError("the master key is not in the key file")
        return master.unwrap(wrapped, document_id)

    @asynccontextmanager
    async def receive(self, expected: Expected, stream: AsyncIterator[bytes]) -> AsyncIterator[Received]:
        """Take a content in, sealed as it comes, and check all of it. What is not kept in the block leaves nothing.

        No transaction is open meanwhile: a slow telephone would hold it for minutes.
        """
        key = new_key()
        incoming = await blocking(self.storage.begin)
        try:
            sealer = Sealer(key, expected.document_id)
            await _take_in(expected, stream, sealer, incoming)
            scan = await blocking(self._check, expected, incoming, key)
            yield Received(expected.document_id, key, sealer.digest, scan, incoming)
        finally:
            incoming.discard()

    def _check(self, expected: Expected, incoming: Incoming, key: bytes) -> str:
        """Check all of a content and return whether somebody looked for malware in it."""
        with open_sealed(incoming.reread(), key, expected.document_id) as content:
            check_content(expected.media_type, content)
            if self.scanner is None:
                return "not_scanned"
            content.seek(0)
            try:
                clean = self.scanner.is_clean(content)
            except ScannerError:
                raise Unavailable("The scanner gives no verdict: nothing was kept.", code="scanner-silent") from None
        if not clean:
            raise Invalid("Malware was found in the file.", code="document-infected")
        return "clean"


async def blocking(call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call the storage in a thread; what it refuses becomes a failure that a caller understands."""
    try:
        return await asyncio.to_thread(call, *arguments, **named)
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable("The storage of documents is full: nothing was kept.", code="storage-full") from error
        raise Unavailable("The storage of documents fails: nothing was kept.", code="storage-failing") from error


async def _take_in(expected: Expected, stream: AsyncIterator[bytes], sealer: Sealer, incoming: Incoming) -> None:
    head, waiting = b"", bytearray()

    def write(data: bytes, *, last: bool = False) -> None:
        incoming.write(sealer.update(data) + (sealer.finish() if last else b""))

    size = 0
    async for data in stream:
        size += len(data)
        if size > expected.size_bytes:
            raise _another_size()
        if len(head) < HEAD:
            head += data[: HEAD - len(head)]
            if len(head) == HEAD:
                check_head(expected.media_type, head)
        waiting += data
        if len(waiting) >= BLOCK:
            await blocking(write, bytes(waiting))
            waiting.clear()
    if size != expected.size_bytes:
        raise _another_size()
    await blocking(write, bytes(waiting), last=True)


def _another_size() -> Invalid:
    return Invalid("The content has not the size that was announced.", code="document-size-differs")
