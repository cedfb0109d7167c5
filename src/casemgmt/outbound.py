"""The one way out to other systems: straight, or through the deployment's forward proxy, never as the environment says.

Through a proxy a call is the same call: a tunnel (CONNECT) to the address that was asked for, and in it TLS to the
name. The proxy learns the address, and reads nothing.
"""

import asyncio
import base64
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from casemgmt.settings_outbound import OutboundSettings, direct_of

SNI = "sni_hostname"
"""Extension of a request: the name that the certificate is held to, where the address of the request is none."""
_AGENT = "casemgmt/1"
_SHARE = 0.8
"""Part of a call's time that the proxy has: it, and not the receiver, is named where it does not answer."""
_LONGEST_HEAD = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r]")
_WANTS_LOG_IN = 407


class ProxyFailed(httpx.ProxyError):
    """The proxy, not whoever was called, failed; the text is a code.

    `unreachable`: no connection to it, or a certificate that is not trusted; `log_in`: it wants another log-in (407);
    `refused`: its rules do not let the call through (any other 4xx); `no_way`: it let it through and did not get there
    (5xx); `timeout`: it did not say in time; `broken_off`: what it said is no answer.
    """


@dataclass(frozen=True)
class Proxy:
    """A forward proxy."""

    host: str
    port: int
    encrypted: bool
    log_in: str | None
    """`name:password`."""
    looks_up: bool
    """It looks names up that nobody looked up here."""


@dataclass(frozen=True)
class Outbound:
    """How a deployment calls other systems."""

    proxy: Proxy | None = None
    direct_names: tuple[str, ...] = ()
    direct_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: OutboundSettings) -> "Outbound":
        """Return the way out that the settings say."""
        return cls(_proxy_of(settings), *direct_of(settings.outbound_direct), settings.outbound_ca_file)

    @cached_property
    def context(self) -> ssl.SSLContext:
        """Whose certificates are believed."""
        context = httpx.create_ssl_context(trust_env=False)
        if self.ca_file is not None:
            context.load_verify_locations(cafile=self.ca_file)
        return context

    def client(self, seconds: float) -> httpx.AsyncClient:
        """Return a client whose requests take the way that each of them is to take; redirects are not followed."""
        return httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False, transport=_Ways(self))

    def is_direct(self, name: str, address: str) -> bool:
        """Answer whether a host, by its name and where that is (or the name once more), is called without the proxy."""
        name, place = name.lower().rstrip("."), _literal(address)
        if self.proxy is None or name == "localhost" or (place is not None and place.is_loopback):
            return True
        if any(name == each or name.endswith(f".{each}") for each in self.direct_names):
            return True
        return place is not None and any(place in network for network in self.direct_networks)

    def leaves_to_proxy(self, name: str) -> bool:
        """Answer whether a name is looked up by the proxy alone."""
        looked_up_there = self.proxy is not None and self.proxy.looks_up
        return looked_up_there and _literal(name) is None and not self.is_direct(name, name)


class _Ways(httpx.AsyncBaseTransport):
    """Sends each request by its way."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._straight = httpx.AsyncHTTPTransport(verify=outbound.context, trust_env=False)
        self._tunnelled = None if outbound.proxy is None else _Tunnelled(outbound.proxy, outbound.context)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        host = request.url.host
        if self._tunnelled is None or self._outbound.is_direct(request.extensions.get(SNI, host), host):
            return await self._straight.handle_async_request(request)
        return await self._tunnelled.handle_async_request(request)

    async def aclose(self) -> None:
        """Let the connections go."""
        await self._straight.aclose()
        if self._tunnelled is not None:
            await self._tunnelled.aclose()


class _Tunnelled(httpx.AsyncHTTPTransport):
    """httpx has proxies of its own: theirs hold the certificate to whatever CONNECT names, which here is an address."""

    def __init__(self, proxy: Proxy, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=context, network_backend=_Tunnel(proxy, context))


class _Tunnel(httpcore.AsyncNetworkBackend):
    """Opens connections by asking the proxy for them."""

    def __init__(self, proxy: Proxy, context: ssl.SSLContext) -> None:
        self._proxy = proxy
        self._context = context
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection through the proxy to a host; `ProxyFailed` where there is none."""
        try:
            async with asyncio.timeout(None if timeout is None else timeout * _SHARE):
                stream = await self._reach(local_address, socket_options)
                try:
                    if self._proxy.encrypted:
                        stream = await self._encrypted(stream)
                    await self._ask(stream, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
                except BaseException:
                    await stream.aclose()
                    raise
        except TimeoutError:
            raise ProxyFailed("timeout") from None
        return stream

    async def _reach(self, local: str | None, options: Iterable[Any] | None) -> httpcore.AsyncNetworkStream:
        proxy = self._proxy
        try:
            return await self._network.connect_tcp(proxy.host, proxy.port, local_address=local, socket_options=options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            raise ProxyFailed("unreachable") from None

    async def _encrypted(self, stream: httpcore.AsyncNetworkStream) -> httpcore.AsyncNetworkStream:
        try:
            return await stream.start_tls(self._context, self._proxy.host)
        except httpcore.ConnectError:
            raise ProxyFailed("unreachable") from None

    async def _ask(self, stream: httpcore.AsyncNetworkStream, target: str) -> None:
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", f"User-Agent: {_AGENT}"]
        if self._proxy.log_in is not None:
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(self._proxy.log_in.encode()).decode()}")
        head = b""
        try:
            await stream.write("\r\n".join((*lines, "", "")).encode())
            while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
                part = await stream.read(_LONGEST_HEAD)
                if not part:
                    break
                head += part
        except httpcore.NetworkError:
            raise ProxyFailed("broken_off") from None
        _check(head)


def _check(head: bytes) -> None:
    """Refuse any answer but a tunnel in which nobody has spoken yet."""
    said, before, after = head.partition(b"\r\n\r\n")
    status = _STATUS.match(said + b"\r")
    if not before or status is None:
        raise ProxyFailed("broken_off")
    code = int(status[1])
    if httpx.codes.is_success(code):
        if after:
            raise ProxyFailed("broken_off")
        return
    if code == _WANTS_LOG_IN:
        raise ProxyFailed("log_in")
    raise ProxyFailed("no_way" if httpx.codes.is_server_error(code) else "refused")


def _proxy_of(settings: OutboundSettings) -> Proxy | None:
    if settings.outbound_proxy is None:
        return None
    parts = urlsplit(settings.outbound_proxy)
    encrypted, secret = parts.scheme == "https", settings.outbound_proxy_log_in
    return Proxy(
        host=str(parts.hostname),
        port=parts.port or (443 if encrypted else 80),
        encrypted=encrypted,
        log_in=None if secret is None else secret.get_secret_value(),
        looks_up=settings.outbound_proxy_looks_up,
    )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
