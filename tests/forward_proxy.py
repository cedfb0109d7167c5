"""A forward proxy of a ministry, as a server of this machine: it lets tunnels through, or does what a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

OPENED = "HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class ForwardProxy:
    """What it was asked for, and what it does. Every tunnel leads to `leads_to`: a port of this machine."""

    leads_to: int
    says: str | None = OPENED
    """Its answer to CONNECT; None: it says nothing."""
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """The first line of each request."""
    log_ins: list[str | None] = field(default_factory=list)
    carried: bytes = b""
    """What went through its tunnels to the other side."""

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            self.asked.append(head[0])
            self.log_ins.append(headers.get("proxy-authorization"))
            if self.says is None:
                await reader.read()
                return
            writer.write(self.says.encode())
            await writer.drain()
            if self.says == OPENED:
                await self._tunnel(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.leads_to)
        try:
            ways: tuple[Coroutine[Any, Any, None], ...] = (
                self._pass(reader, back, kept=True),
                self._pass(there, writer),
            )
            await asyncio.gather(*ways)
        finally:
            back.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, kept: bool = False) -> None:
        while part := await source.read(65_536):
            if kept:
                self.carried += part
            target.write(part)
            await target.drain()
        target.close()

    @asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["ForwardProxy"]:
        """Listen on a free port."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


class Authority:
    """An authority that no browser knows, as ministries have: it vouches for names and addresses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ministry CA")])
        own = _begun(self._name, self._name, self._key, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def serving(self, name: str) -> ssl.SSLContext:
        """Return what a server of this name, or of this address, shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        named = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        held = _begun(subject, self._name, key, self._key).add_extension(
            x509.SubjectAlternativeName([named]), critical=False
        )
        file = self._folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + held.sign(self._key, SHA256()).public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now, by = datetime.now(UTC), x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(by, critical=False)
    )
