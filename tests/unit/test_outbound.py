"""Calls to other systems go out by one way: through the deployment's proxy where it has one, and never by another."""

import ast
import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from casemgmt.access.oidc import ProviderKeys
from casemgmt.audit.evidence import SignedHead
from casemgmt.audit.signing import Head
from casemgmt.audit.witness import HookWitness, WitnessError
from casemgmt.clock import SystemClock
from casemgmt.errors import Unavailable
from casemgmt.ids import new_id
from casemgmt.log import set_up_logs
from casemgmt.notifications.addresses import AddressRefused, unresolved_target
from casemgmt.notifications.policy import Outcome
from casemgmt.notifications.sending import Wire, send
from casemgmt.outbound import Outbound
from casemgmt.settings import SealerSettings, Settings
from casemgmt.signed_messages import new_secret, verify
from tests.forward_proxy import OPENED, Authority, ForwardProxy
from tests.receiver import Receiver

ROOT = Path(__file__).parents[2]
NAME, PLACE = "receiver.example.kz", "93.184.216.34"
ADDRESS = f"https://{NAME}/events?for=111"
BODY = b'{"type":"signal.triaged"}'
SAID = {407: "log_in", 403: "refused", 404: "refused", 302: "refused", 410: "refused", 502: "no_way", 504: "no_way"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@dataclass
class Network:
    """A receiver on the outside, a proxy at the edge, and names that only lead where the test says."""

    receiver: Receiver
    proxy: ForwardProxy
    authority: Authority
    places: list[str]
    looked_up: list[str]

    async def send(self, address: str = ADDRESS, secret: str = "", **given: Any) -> Outcome:
        """Send an event as the worker of a deployment does."""
        settings = {"outbound_proxy": self.proxy.address, "outbound_ca_file": self.authority.file} | given
        wire = Wire.of(Settings.model_validate({"mode": "demo", "webhook_seconds": 5} | settings))
        return await send(wire, address, BODY, new_id(), [secret or new_secret()], datetime.now(UTC))


@pytest_asyncio.fixture
async def network(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Network]:
    places, looked_up = [PLACE], list[str]()

    async def found(host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in places]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    async with (
        Receiver().listening(authority.serving(NAME)) as receiver,
        ForwardProxy(receiver.port).listening() as proxy,
    ):
        yield Network(receiver, proxy, authority, places, looked_up)


async def test_an_event_goes_through_the_proxy_to_the_judged_address_and_the_proxy_reads_nothing(
    network: Network,
) -> None:
    secret = new_secret()
    outcome = await network.send(secret=secret, outbound_proxy_log_in="worker:a:b")
    assert (outcome.status, outcome.failure) == (204, None)
    assert network.proxy.asked == [f"CONNECT {PLACE}:443 HTTP/1.1"]
    assert network.proxy.log_ins == ["Basic " + base64.b64encode(b"worker:a:b").decode()]
    (told,) = network.receiver.received
    verify([secret], told.headers, told.body, datetime.now(UTC))
    assert told.headers["host"] == NAME
    assert "proxy-authorization" not in told.headers
    assert NAME.encode() in network.proxy.carried, "TLS names the receiver"
    assert b"signal" not in network.proxy.carried


async def test_the_proxy_itself_may_be_reached_by_tls(network: Network) -> None:
    async with ForwardProxy(network.receiver.port).listening(network.authority.serving("127.0.0.1")) as proxy:
        address = proxy.address.replace("http:", "https:")
        assert (await network.send(outbound_proxy=address)).status == 204
        assert proxy.asked == [f"CONNECT {PLACE}:443 HTTP/1.1"]
        assert (await network.send(outbound_proxy=address, outbound_ca_file=None)).failure == "proxy_unreachable"


@pytest.mark.parametrize("places", [["10.1.2.3"], ["127.0.0.1"], [PLACE, "169.254.169.254"], ["::ffff:10.0.0.1"]])
async def test_a_private_address_is_refused_before_the_proxy_is_asked(network: Network, places: list[str]) -> None:
    network.places[:] = places
    assert (await network.send()).failure == "address_network"
    assert network.proxy.asked == []


async def test_an_allowed_network_of_ones_own_is_reached_through_the_proxy_or_directly_as_is_set(
    network: Network,
) -> None:
    network.places[:] = ["10.20.0.7"]
    assert (await network.send(webhook_networks="10.20.0.0/16")).status == 204
    assert network.proxy.asked == ["CONNECT 10.20.0.7:443 HTTP/1.1"]
    network.places[:] = ["127.0.0.1"]
    port, own = network.receiver.port, {"webhook_networks": "127.0.0.0/8"}
    assert (await network.send(f"https://{NAME}:{port}/", **own)).status == 204
    assert len(network.proxy.asked) == 1, "this machine is called without the proxy"


async def test_of_several_addresses_the_proxy_is_asked_for_the_older_kind(network: Network) -> None:
    network.places[:] = ["2606:4700::1111", PLACE]
    await network.send()
    network.places[:] = ["2606:4700::1111"]
    await network.send()
    assert network.proxy.asked == [f"CONNECT {PLACE}:443 HTTP/1.1", "CONNECT [2606:4700::1111]:443 HTTP/1.1"]


async def test_a_proxy_that_looks_names_up_is_asked_for_the_name(network: Network) -> None:
    assert (await network.send(outbound_proxy_looks_up=True)).status == 204
    assert network.proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
    assert network.looked_up == []
    network.places[:] = ["10.1.2.3"]
    directly: dict[str, Any] = {"outbound_proxy_looks_up": True, "outbound_direct": "example.kz"}
    assert (await network.send(**directly)).failure == "address_network", "what goes directly is judged here"


@pytest.mark.parametrize(
    "host",
    ["2130706433", "127.1", "0x7f.1", "a.0x7f", "kc111", "proxy.localhost", "db.internal", "localhost.", "a..kz"],
)
def test_what_is_no_name_of_the_outside_is_not_left_to_the_proxy(host: str) -> None:
    with pytest.raises(AddressRefused):
        unresolved_target(f"https://{host}/", ())


@pytest.mark.parametrize("host", ["10.1.2.3", "[::1]"])
async def test_a_private_literal_is_not_left_to_it_either(network: Network, host: str) -> None:
    assert (await network.send(f"https://{host}/", outbound_proxy_looks_up=True)).failure == "address_network"
    assert network.proxy.asked == []


def test_names_and_networks_are_called_directly_with_all_that_is_below_them() -> None:
    direct = "kc.gov.kz, .mzsr.kz, 10.20.0.0/16"
    out = Outbound.of(Settings(mode="demo", outbound_proxy="http://proxy.example.kz:3128", outbound_direct=direct))
    for name, place in (("kc.gov.kz", PLACE), ("A.KC.gov.kz.", PLACE), ("mzsr.kz", PLACE), ("x.kz", "10.20.1.1")):
        assert out.is_direct(name, place), name
    for name, place in (("badkc.gov.kz", PLACE), ("gov.kz", PLACE), ("x.kz", "10.21.1.1")):
        assert not out.is_direct(name, place), name


async def test_what_the_environment_says_of_proxies_counts_for_nothing(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy(network.receiver.port).listening() as other:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, other.address)
            monkeypatch.setenv(name.lower(), other.address)
        network.places[:] = ["127.0.0.1"]
        own = {"outbound_proxy": "", "webhook_networks": "127.0.0.0/8"}
        assert (await network.send(f"https://{NAME}:{network.receiver.port}/", **own)).status == 204
        with pytest.raises(WitnessError):
            await _witness("http://127.0.0.1:9/heads", Outbound())
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("no_proxy", "*")
        network.places[:] = [PLACE]
        assert (await network.send()).status == 204
        assert (other.asked, len(network.proxy.asked)) == ([], 1)


@pytest.mark.parametrize(("status", "code"), SAID.items())
async def test_a_proxy_that_fails_is_named_and_no_status_of_the_receiver_is_made_up(
    network: Network, status: int, code: str
) -> None:
    network.proxy.says = f"HTTP/1.1 {status} Said\r\ncontent-length: 3\r\n\r\nno\n"
    outcome = await network.send()
    assert (outcome.status, outcome.failure) == (None, f"proxy_{code}")


@pytest.mark.parametrize("says", ["SSH-2.0-other\r\n\r\n", "HTTP/1.1 200 OK", "", f"{OPENED}more", "x" * 20_000])
async def test_what_is_no_answer_of_a_proxy_is_not_taken_for_one(network: Network, says: str) -> None:
    network.proxy.says = says
    assert (await network.send()).failure == "proxy_broken_off"


async def test_a_proxy_that_is_away_or_silent_is_named(network: Network) -> None:
    assert (await network.send(outbound_proxy="http://127.0.0.1:9")).failure == "proxy_unreachable"
    network.proxy.says = None
    assert (await network.send(webhook_seconds=1)).failure == "proxy_timeout"


async def test_behind_the_proxy_a_receiver_that_fails_is_still_the_one_that_failed(
    network: Network, authority: Authority
) -> None:
    network.receiver.answers = [500, None]
    assert await _said(network) == (500, "status")
    assert await _said(network, webhook_seconds=0.5) == (None, "timeout")
    assert await _said(network, outbound_ca_file=None) == (None, "certificate")
    async with Receiver().listening(authority.serving("other.example.kz")) as other:
        network.proxy.leads_to = other.port
        assert await _said(network) == (None, "certificate")
        assert other.received == []


async def test_the_witness_of_the_audit_log_is_told_through_the_proxy(network: Network, authority: Authority) -> None:
    settings = {"outbound_proxy": network.proxy.address, "outbound_ca_file": authority.file}
    out = Outbound.of(SealerSettings.model_validate(settings))
    await _witness(ADDRESS, out)
    assert network.proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
    network.proxy.says = "HTTP/1.1 407 Said\r\n\r\n"
    with pytest.raises(WitnessError, match="the proxy does not lead there: log_in"):
        await _witness(ADDRESS, out)


async def test_the_identity_provider_is_asked_through_it_too(
    network: Network, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    network.proxy.says = "HTTP/1.1 407 Said\r\n\r\n"
    issuer, given = f"https://{NAME}", {"outbound_proxy": network.proxy.address, "outbound_ca_file": authority.file}
    keys = ProviderKeys(issuer, Settings.model_validate({"mode": "demo", "oidc_issuer": issuer} | given), SystemClock())
    with pytest.raises(Unavailable):
        await keys.find("key", "RS256")
    assert network.proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"]
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(each["event"], each["proxy"]) for each in logged] == [("oidc.keys_not_fetched", "log_in")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"outbound_proxy": "proxy.example.kz:3128"},
        {"outbound_proxy": "socks5://proxy.example.kz:1080"},
        {"outbound_proxy": "http://worker@proxy.example.kz:3128"},
        {"outbound_proxy": "http://proxy.example.kz:99999"},
        {"outbound_proxy": "http://proxy.example.kz/pac"},
        {"outbound_proxy_log_in": "worker"},
        {"outbound_proxy_log_in": ":word"},
        {"outbound_direct": "10.20.0.1/16"},
        {"outbound_direct": "kc gov"},
        {"outbound_ca_file": "/nowhere"},
        {"outbound_ca_file": __file__},
    ],
)
def test_a_way_out_that_leads_nowhere_stops_the_service(wrong: dict[str, str]) -> None:
    for kind in (Settings, SealerSettings):
        with pytest.raises(ValidationError):
            kind.model_validate({"mode": "demo"} | wrong)


def test_a_variable_that_is_set_to_nothing_is_not_set_and_the_log_in_is_not_shown() -> None:
    nothing = Settings.model_validate({"mode": "demo", "outbound_proxy": "", "outbound_ca_file": ""})
    assert Outbound.of(nothing) == Outbound()
    assert "hush" not in repr(Settings(mode="demo", outbound_proxy_log_in=SecretStr("worker:hush")))


def test_no_client_of_ours_heeds_the_environment() -> None:
    """Each says so itself, but those that `Outbound` gives out."""
    for folder in ("src", "api"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text("utf-8")
            tree = ast.walk(ast.parse(text)) if "httpx." in text else ()
            for call in (each for each in tree if isinstance(each, ast.Call)):
                if ast.unparse(call.func) in {"httpx.AsyncClient", "httpx.Client"}:
                    assert "trust_env=False" in ast.unparse(call), f"{file}:{call.lineno}"
                assert ast.unparse(call.func) not in {"httpx.get", "httpx.post", "httpx.request"}, file


async def _said(network: Network, **given: Any) -> tuple[int | None, str | None]:
    outcome = await network.send(**given)
    return outcome.status, outcome.failure


async def _witness(address: str, outbound: Outbound) -> None:
    head = Head(new_id(), 1, bytes(32), datetime.now(UTC), 1, 1, "key")
    await HookWitness(address, bytes(32), outbound).tell([SignedHead(head, bytes(64))], datetime.now(UTC))
