"""Where a request comes from: the peer, or what the proxies of the deployment say of it."""

from ipaddress import ip_address

from starlette.requests import Request

from casemgmt.access.attempts import Door
from casemgmt.settings import Network, Settings

_CLIENT_LENGTH = 80


def client_address(request: Request, settings: Settings) -> str:
    """Return the address of the caller. A header is believed only as far as trusted proxies wrote it."""
    address = request.client.host if request.client else ""
    said = [p.strip() for h in request.headers.getlist("x-forwarded-for") for p in h.split(",")]
    while said and _within(address, settings.proxy_networks):
        address = said.pop()
    return address


def _within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def door_of(
    request: Request,
    settings: Settings,
    device_token: str | None,
    client_name: str | None,
    *,
    on_the_wall: bool = False,
) -> Door:
    """Return how a caller comes to log in. A client without a name is called by the first word of its agent header."""
    agent = request.headers.get("user-agent", "")
    name = "".join(c for c in client_name or agent.partition(" ")[0] if c.isprintable())[:_CLIENT_LENGTH]
    address = client_address(request, settings)
    return Door(request.state.request_id, address, device_token, name or None, agent, on_the_wall)
