"""Where events may be sent: to the outside by TLS, never to what lies behind our own walls unless the operator says so.

A name is looked up anew for each call and every address that it gives is judged; the call goes to the very address that
was judged, so a name that changes its mind in between leads nowhere. Through a proxy too: it is asked for that address.
Only where the deployment has its proxy look names up is the proxy the judge of what they lead to.
"""

import asyncio
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_CARRIERS = tuple(ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
"""IPv6 ranges that carry an IPv4 address inside: what stands in them leads wherever that one does."""
_OUTSIDE = re.compile(r"(?:[a-z0-9_-]+\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})\.?", re.IGNORECASE)
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa")
"""Last labels that no name of the outside has, as far as they are known."""


class AddressRefused(Exception):
    """An address is not one to send to; the text is a code: `form`, `scheme`, `network` or `name`."""


@dataclass(frozen=True)
class Target:
    """An address as it is called: the host's name for TLS and `Host`, and where that is at this moment."""

    url: str
    host: str
    places: tuple[str, ...]
    """The addresses that were judged; the name itself where the proxy looks it up."""
    port: int

    @property
    def ip(self) -> str:
        """Where to call."""
        return self.places[0]

    @property
    def ip_for_proxy(self) -> str:
        """Where to have the proxy call: a machine without a way out of its own knows not which kind the proxy has."""
        return next((place for place in self.places if ":" not in place), self.places[0])


def check_address(url: str, allowed: tuple[Network, ...]) -> SplitResult:
    """Refuse what is no address to send to, as far as that can be said without looking a name up."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("form") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise AddressRefused("form")
    literal = _literal(parts.hostname)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and literal is not None and literal.is_loopback and _within(literal, allowed)
    ):
        raise AddressRefused("scheme")
    if literal is not None and not may_be_called(literal, allowed):
        raise AddressRefused("network")
    return parts


async def find_target(url: str, allowed: tuple[Network, ...]) -> Target:
    """Return where to call now; refused where any address of the name lies where nothing may be sent."""
    parts = check_address(url, allowed)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("name") from None
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise AddressRefused("name")
    if not all(may_be_called(each, allowed) for each in addresses):
        raise AddressRefused("network")
    return Target(url, host, tuple(map(str, addresses)), port)


def unresolved_target(url: str, allowed: tuple[Network, ...]) -> Target:
    """Return where to have the proxy call, by name; refused what is no name of the outside, however it is written."""
    parts = check_address(url, allowed)
    host = str(parts.hostname)
    if not _OUTSIDE.fullmatch(host) or host.rstrip(".").rpartition(".")[2].lower() in _INSIDE:
        raise AddressRefused("name")
    return Target(url, host, (host,), parts.port or 443)


def may_be_called(address: Address, allowed: tuple[Network, ...]) -> bool:
    """Answer whether an address is one of the outside, or of a network that the operator allows."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if _within(address, allowed):
        return True
    if any(address in network for network in _CARRIERS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
